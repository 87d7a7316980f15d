"""Named hits and misses: what became of units a reader knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from armillary.analyses.topics.backtest.metrics import order_of
from armillary.analyses.topics.backtest.outcomes import growth_after

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from armillary.analyses.topics.backtest.run import Plan, Scored


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A unit to be followed.

    Args:
        corpus: Where the works are from.
        origin: Last year known.
        item: Name of the unit as readers know it.
        unit: Name of the unit among those at the origin; None where there is none.
        note: Why there is none, or under which name it stands.
    """

    corpus: str
    origin: int
    item: str
    unit: str | None
    note: str | None = None


def case_rows(
    by_corpus: Mapping[str, Sequence[Scored]], *, cases: Sequence[Case], plan: Plan
) -> list[dict[str, object]]:
    """Report the place of named units in the list, and whether they grew.

    A case is `listed` if it stands among the first 40, `low` if further down, `absent` if it
    was no unit at the origin.
    No method of its own.

    Args:
        by_corpus: Scored origins of each corpus.
        cases: Units followed.
        plan: What is compared.

    Returns:
        Rows of `backtest_case` without list and design, for every score.
    """
    rows: list[dict[str, object]] = []
    for case in cases:
        scored = next(
            (s for s in by_corpus.get(case.corpus, ()) if s.sample.units.origin == case.origin),
            None,
        )
        if scored is None:
            continue
        rows += [_case(case, scored, scorer, plan=plan) for scorer in plan.scorers]
    return rows


def _case(case: Case, scored: Scored, scorer: str, *, plan: Plan) -> dict[str, object]:
    units, forecast = scored.sample.units, scored.forecasts[scorer]
    row: dict[str, object] = {
        "corpus": case.corpus,
        "origin": case.origin,
        "item": case.item,
        "score": scorer,
        "outcome": plan.target,
        "n_units": units.n_units,
        "verdict": "absent",
        "note": case.note,
    }
    if case.unit is None or case.unit not in units.names:
        return row
    at = units.names.index(case.unit)
    order = order_of(forecast.score, tie=scored.sample.tie)
    place = int(np.flatnonzero(order == at)[0]) + 1
    after = growth_after(units)
    probability = None if forecast.probability is None else float(forecast.probability[at])
    return row | {
        "rank": place,
        "rank_after": int((after > after[at]).sum()) + 1,
        "n_recent": int(units.size[at]),
        "growth_after": float(after[at]),
        "grew": bool(scored.sample.hit[at]),
        "probability": probability,
        "verdict": "listed" if place <= 40 else "low",
    }
