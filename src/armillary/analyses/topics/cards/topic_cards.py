"""The indicators of every topic with the works behind each number, and the cards made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from armillary.analyses.topics.cards.actors import KINDS, actor_indicators, actors_of, names_of
from armillary.analyses.topics.cards.card import CardRule, cards
from armillary.analyses.topics.cards.coherence import (
    CoherenceRule,
    internal_share,
    textual_coherence,
)
from armillary.analyses.topics.cards.impact import impact
from armillary.analyses.topics.cards.measured import Measured, Precision
from armillary.analyses.topics.cards.novelty import (
    NoveltyRule,
    atypical_combinations,
    new_terms,
    youth,
)
from armillary.analyses.topics.cards.references import ages_of_references, reference_ages
from armillary.analyses.topics.cards.size import science_links, size
from armillary.model.columns import table_of
from armillary.model.progress import silent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from armillary.analyses.topics.cards.facts import Facts
    from armillary.model.progress import Progress
    from armillary.model.table import Table


class IndicatorRule(msgspec.Struct, frozen=True, kw_only=True):
    """Every choice of the indicators and cards.

    Args:
        precision: Intervals.
        novelty: New terms and unusual combinations.
        coherence: Random sets.
        card: Thresholds of the words.
        price_years: Age up to which a reference is recent.
        top: Share of the most cited works.
        least_set: Fewest works of one field and year that citations are compared within.
        evidence: Works and texts named behind each number.
        actors: Actors named of each kind.
    """

    precision: Precision = Precision()
    novelty: NoveltyRule = NoveltyRule()
    coherence: CoherenceRule = CoherenceRule()
    card: CardRule = CardRule()
    price_years: int = 5
    top: float = 0.1
    least_set: int = 20
    evidence: int = 10
    actors: int = 20


class Cards(msgspec.Struct, frozen=True, kw_only=True):
    """What `topic_cards` gives.

    Args:
        tables: `cluster_indicator`, `cluster_evidence`, `cluster_actor`, `cluster_card` and
            `cluster_card_indicator` of `columns.csv`.
        measured: Every indicator of every topic with all works behind it.
    """

    tables: dict[str, pa.Table]
    measured: tuple[Measured, ...]


_DEFAULT = IndicatorRule()


def topic_cards(
    facts: Facts,
    works: Table,
    *,
    citations: Table,
    links: Table | None = None,
    rule: IndicatorRule = _DEFAULT,
    progress: Progress = silent,
) -> Cards:
    """Measure the indicators of every topic and make the cards of emergence.

    No method of its own: see the module of each indicator.

    Args:
        facts: Works and clusters, as `facts_of` collects them.
        works: Table `work` of the corpus.
        citations: Columns `citing`, `cited`; may be empty.
        links: Columns `patent`, `work`; None where they were not looked for.
        rule: Every choice.
        progress: Told after each family of indicators.
    """
    precision = rule.precision
    ages = reference_ages(works, citations).to_pyarrow().sort_by("work")
    pairs = None
    if links is not None:
        held = links.select("patent", "work").to_pyarrow()
        pairs = list(zip(held["patent"].to_pylist(), held["work"].to_pylist(), strict=True))
    families: tuple[Callable[[], Iterator[Measured]], ...] = (
        lambda: size(facts, precision=precision),
        lambda: youth(facts, precision=precision),
        lambda: ages_of_references(facts, ages, precision=precision, price_years=rule.price_years),
        lambda: impact(
            facts,
            precision=precision,
            top=rule.top,
            least_set=rule.least_set,
            within=_cited_within(facts, citations),
        ),
        lambda: new_terms(facts, rule=rule.novelty, precision=precision),
        lambda: atypical_combinations(facts, rule=rule.novelty, precision=precision),
        lambda: textual_coherence(facts, rule=rule.coherence, precision=precision),
        lambda: internal_share(facts, precision=precision),
        lambda: actor_indicators(facts, precision=precision),
        lambda: science_links(facts, pairs, precision=precision),
    )
    measured: list[Measured] = []
    for step, family in enumerate(families, 1):
        measured += family()
        progress(f"indicators of {facts.corpus}", step, len(families))
    measured.sort(key=lambda one: one.cluster)
    return Cards(
        tables={
            "cluster_indicator": table_of(
                "cluster_indicator", [_indicator_row(one, facts) for one in measured]
            ),
            "cluster_evidence": table_of(
                "cluster_evidence",
                [row for one in measured for row in _evidence(one, facts, rule.evidence)],
            ),
            "cluster_actor": table_of("cluster_actor", _actor_rows(facts, rule.actors)),
            **cards(facts, measured, rule=rule.card),
        },
        measured=tuple(measured),
    )


def _cited_within(facts: Facts, citations: Table) -> NDArray[np.float64] | None:
    """Count citations within the corpus, each pair once; None where there are none."""
    held = citations.select("citing", "cited").distinct().to_pyarrow()
    ids = pa.array(facts.works, pa.string())
    citing, cited = (pc.index_in(held[end].cast(pa.string()), ids) for end in ("citing", "cited"))
    known = pc.and_(pc.is_valid(citing), pc.is_valid(cited))
    numbers = np.asarray(cited.filter(known).to_numpy(), dtype=np.int64)
    counts = np.bincount(numbers, minlength=len(facts.works)).astype(np.float64)
    return counts if counts.any() else None


def works_behind(
    made: Cards, facts: Facts, *, cluster: str, indicator: str
) -> tuple[list[str], list[str]]:
    """List every work a number was measured from, and those it counts.

    The lists are as long as `n_works` and `n_counted` of the table `cluster_indicator` say.
    No method of its own.

    Args:
        made: As `topic_cards` returns it.
        facts: The facts it was made from.
        cluster: Topic.
        indicator: Indicator.

    Raises:
        KeyError: The topic has no such indicator.
    """
    number = facts.clusters.index(cluster)
    for one in made.measured:
        if one.cluster == number and one.indicator == indicator:
            counted = one.base if one.counted is None else one.counted
            return _ids(facts, one.base), _ids(facts, counted)
    raise KeyError(f"{cluster} has no indicator {indicator!r}")


def _ids(facts: Facts, works: NDArray[np.int64]) -> list[str]:
    return [facts.works[work] for work in works.tolist()]


def _indicator_row(one: Measured, facts: Facts) -> dict[str, object]:
    return {
        "corpus": facts.corpus,
        "cluster": facts.clusters[one.cluster],
        "indicator": one.indicator,
        "value": one.value,
        "low": one.low,
        "high": one.high,
        "unit": one.unit or None,
        "n_works": one.base.size,
        "n_counted": None if one.counted is None else one.counted.size,
        "note": one.note,
    }


def _evidence(one: Measured, facts: Facts, length: int) -> list[dict[str, object]]:
    works = one.base if one.counted is None else one.counted
    weight = np.zeros(works.size) if one.weight is None else one.weight
    order = np.lexsort((works, -weight))[:length]
    key = {
        "corpus": facts.corpus,
        "cluster": facts.clusters[one.cluster],
        "indicator": one.indicator,
    }
    rows: list[dict[str, object]] = [
        key | {"kind": "work", "position": n, "work": facts.works[works[at]]}
        for n, at in enumerate(order.tolist(), 1)
    ]
    return rows + [
        key | {"kind": "text", "position": n, "text": text}
        for n, text in enumerate(one.texts[:length], 1)
    ]


def _actor_rows(facts: Facts, length: int) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for cluster, name in enumerate(facts.clusters):
        works = facts.of_cluster(cluster)
        for kind in KINDS:
            actors, known = actors_of(names_of(facts, kind), works, kind=kind)
            rows += [
                {
                    "corpus": facts.corpus,
                    "cluster": name,
                    "kind": kind,
                    "position": position,
                    "item": actor.item,
                    "n_works": actor.works.size,
                    "n_fractional": actor.n_fractional,
                    "share": actor.n_fractional / known.size,
                    "n_known": known.size,
                }
                for position, actor in enumerate(actors[:length], 1)
            ]
    return rows
