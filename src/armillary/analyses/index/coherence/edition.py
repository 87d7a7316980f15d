"""Two results side by side: editions of an index, or one index computed in two ways."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from armillary.analyses.index.coherence import correlation
from armillary.analyses.index.rank import rank
from armillary.errors import IndexMethodError, listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from armillary.analyses.index.coherence.lineage import Row


class Edition(msgspec.Struct, frozen=True):
    """Scores of one result.

    Args:
        units: Codes of the units, each once.
        scores: By node code, shape (units,), higher is better; NaN = no score.
    """

    units: tuple[str, ...]
    scores: dict[str, NDArray[np.float64]]


def unit_changes(
    before: Edition, after: Edition, *, codes: Sequence[str] | None = None
) -> list[Row]:
    """Tell how score and rank of every unit differ at every node.

    A published rank also falls when better units join. `common_rank_change` is free of that:
    both ranks are taken among the units scored in both.
    Source: no method of its own, differences of what is published.

    Args:
        before: The earlier result, or the one compared with.
        after: The later result.
        codes: Nodes; None takes those of `before` that `after` has as well.

    Returns:
        Per node one row for each unit scored in either, those of `before` first: `code`,
        `unit`, `status` (common, entered, left), `score_before`, `score_after`,
        `score_change` (NaN where one is missing), `rank_before`, `rank_after`, `rank_change`,
        `common_rank_change` (positive: climbed; None where one is missing).

    Raises:
        IndexMethodError: A unit is listed twice, a node is in one result alone, or scores do
            not fit the units.
    """
    rows: list[Row] = []
    for code in _common(before, after, codes):
        units, old, new = _aligned(before, after, code)
        both = ~np.isnan(old) & ~np.isnan(new)
        old_rank, new_rank = rank(old), rank(new)
        climbed = _climbed(old, new, both)
        for u, unit in enumerate(units):
            if math.isnan(old[u]) and math.isnan(new[u]):
                continue
            rows.append(
                {
                    "code": code,
                    "unit": unit,
                    "status": _status(old[u], new[u]),
                    "score_before": float(old[u]),
                    "score_after": float(new[u]),
                    "score_change": float(new[u] - old[u]),
                    "rank_before": int(old_rank[u]) or None,
                    "rank_after": int(new_rank[u]) or None,
                    "rank_change": int(old_rank[u] - new_rank[u]) if both[u] else None,
                    "common_rank_change": int(climbed[u]) if both[u] else None,
                }
            )
    return rows


def node_changes(
    before: Edition,
    after: Edition,
    *,
    codes: Sequence[str] | None = None,
    far: int = 5,
    very_far: int = 10,
) -> list[Row]:
    """Tell how alike two results are at every node.

    Source: OECD/JRC (2008), doi:10.1787/9789264043466-en, step 7, average shift in rank; here
    among the units scored in both, so that joining and leaving moves nobody.

    Args:
        before: The earlier result, or the one compared with.
        after: The later result.
        codes: Nodes; None takes those of `before` that `after` has as well.
        far: Positions for `share_far`.
        very_far: Positions for `share_very_far`.

    Returns:
        One row per node: `code`; `common`, `entered`, `left` (units); `spearman`, `kendall`
        (tau-b; NaN below 3 units in common or where all are equal); `mean_score_change`;
        `mean_absolute_rank_shift`, `largest_rank_shift` (positions); `share_unmoved`,
        `share_far`, `share_very_far` (0..1 of the units in common shifting by none, by at
        least that many). NaN, and None for the largest, without units in common.

    Raises:
        IndexMethodError: Positions below 1, or as for `unit_changes`.
    """
    if min(far, very_far) < 1:
        raise IndexMethodError(
            f"A shift of {min(far, very_far)} positions is none.",
            where="coherence.edition, far and very_far",
            fix="give 1 or more, e.g. far=5, very_far=10",
        )
    rows: list[Row] = []
    for code in _common(before, after, codes):
        _, old, new = _aligned(before, after, code)
        both = ~np.isnan(old) & ~np.isnan(new)
        shift = np.abs(_climbed(old, new, both)[both])
        rows.append(
            {
                "code": code,
                "common": int(both.sum()),
                "entered": int((np.isnan(old) & ~np.isnan(new)).sum()),
                "left": int((~np.isnan(old) & np.isnan(new)).sum()),
                "spearman": _agreement(old, new, "spearman"),
                "kendall": _agreement(old, new, "kendall"),
                "mean_score_change": _mean((new - old)[both]),
                "mean_absolute_rank_shift": _mean(shift),
                "largest_rank_shift": int(shift.max()) if shift.size else None,
                "share_unmoved": _mean(shift == 0),
                "share_far": _mean(shift >= far),
                "share_very_far": _mean(shift >= very_far),
            }
        )
    return rows


def biggest_movers(before: Edition, after: Edition, *, code: str, count: int = 10) -> list[Row]:
    """List the units whose rank differs most, among the units scored in both.

    Source: no method of its own, as for `unit_changes`.

    Args:
        before: The earlier result, or the one compared with.
        after: The later result.
        code: The node.
        count: Most units to list.

    Returns:
        Rows of `unit_changes`, the largest `common_rank_change` either way first; equal ones
        by score change, then in the order of `before`. Units that did not move are left out.

    Raises:
        IndexMethodError: As for `unit_changes`, or `count` is below 1.
    """
    if count < 1:
        raise IndexMethodError(
            f"{count} movers cannot be listed.",
            where="coherence.edition, count",
            fix="give 1 or more",
        )
    moved = [row for row in unit_changes(before, after, codes=[code]) if row["common_rank_change"]]
    moved.sort(key=lambda row: (-abs(row["common_rank_change"]), -abs(row["score_change"])))
    return moved[:count]


def _common(before: Edition, after: Edition, codes: Sequence[str] | None) -> list[str]:
    for edition, name in ((before, "before"), (after, "after")):
        if len(set(edition.units)) < len(edition.units):
            twice = sorted({u for u in edition.units if edition.units.count(u) > 1})
            raise IndexMethodError(
                f"{listed(twice)} stands twice among the units.",
                where=f"coherence.edition, {name}",
                fix="give each unit once",
            )
    asked = list(codes) if codes is not None else [c for c in before.scores if c in after.scores]
    for edition, name in ((before, "before"), (after, "after")):
        absent = [code for code in asked if code not in edition.scores]
        unfit = [
            code
            for code in asked
            if code not in absent and edition.scores[code].shape != (len(edition.units),)
        ]
        if absent or unfit:
            raise IndexMethodError(
                f"{listed(absent)} has no scores."
                if absent
                else f"Scores of {listed(unfit)} are not those of {len(edition.units)} units.",
                where=f"coherence.edition, {name}",
                fix="compare nodes that both results have, with a score or NaN for each unit",
            )
    return asked


def _aligned(
    before: Edition, after: Edition, code: str
) -> tuple[list[str], NDArray[np.float64], NDArray[np.float64]]:
    """Put both on the same units: those of `before`, then those only `after` has."""
    units = list(dict.fromkeys((*before.units, *after.units)))
    old = dict(zip(before.units, before.scores[code].tolist(), strict=True))
    new = dict(zip(after.units, after.scores[code].tolist(), strict=True))
    return (
        units,
        np.array([old.get(unit, math.nan) for unit in units]),
        np.array([new.get(unit, math.nan) for unit in units]),
    )


def _climbed(
    old: NDArray[np.float64], new: NDArray[np.float64], both: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Count the positions each unit climbed among the units scored in both; 0 for others."""
    return rank(np.where(both, old, np.nan)) - rank(np.where(both, new, np.nan))


def _status(old: float, new: float) -> str:
    if math.isnan(old):
        return "entered"
    return "left" if math.isnan(new) else "common"


def _agreement(
    old: NDArray[np.float64], new: NDArray[np.float64], method: correlation.Method
) -> float:
    return float(correlation.matrix(old[None], new[None], method=method)[0, 0])


def _mean(values: NDArray[np.float64] | NDArray[np.int64] | NDArray[np.bool_]) -> float:
    return float(values.mean()) if values.size else math.nan
