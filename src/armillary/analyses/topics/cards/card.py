"""The card of emergence: five attributes of each topic, each with what speaks for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from armillary.model.columns import table_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from armillary.analyses.topics.cards.facts import Facts
    from armillary.analyses.topics.cards.measured import Measured

NOVELTY, GROWTH, COHERENCE, IMPACT, UNCERTAINTY = (
    "radical_novelty",
    "fast_growth",
    "coherence",
    "prominent_impact",
    "uncertainty",
)
STRONG, SOME, NONE, UNTOLD = "strong", "some", "none", "cannot be told"
MORE, LESS = 1, -1

# Attribute: its indicators, and whether more or less of one speaks for the attribute.
ATTRIBUTES: Mapping[str, Mapping[str, int]] = {
    NOVELTY: {
        "new_term_share": MORE,
        "atypical_share": MORE,
        "reference_age_mean": LESS,
        "mean_year": MORE,
    },
    GROWTH: {"growth": MORE, "trend_z": MORE},
    COHERENCE: {"textual_coherence": MORE, "internal_share": MORE},
    IMPACT: {"mncs": MORE, "pp_top": MORE, "science_link_share": MORE},
    UNCERTAINTY: {"growth_width": MORE, "newcomer_share": MORE, "organisation_effective": MORE},
}


class CardRule(msgspec.Struct, frozen=True, kw_only=True):
    """By what an attribute is strong, some or none; every number is a choice of ours.

    Args:
        strong: Least mean percentile of the indicators of a strong attribute.
        some: Least mean percentile of one that is there to some degree.
        least_recent: Fewest recent works of a topic of which anything is told.
        least_topics: Fewest topics a percentile means something among.
        sure: Indicators that must be above a bound, lower end of the interval included, for
            an attribute to be strong, where they are known.
    """

    strong: float = 0.8
    some: float = 0.5
    least_recent: int = 10
    least_topics: int = 5
    sure: Mapping[str, float] = msgspec.field(
        default_factory=lambda: {"growth": 1.0, "mncs": 1.0, "textual_coherence": 0.0}
    )


def cards(facts: Facts, measured: Sequence[Measured], *, rule: CardRule) -> dict[str, pa.Table]:
    """Say of each topic how much of the five attributes of emergence it has.

    An attribute is told by the mean percentile, among the topics of the map, of its indicators
    that are known. It is `strong` from one threshold on, if what must be sure is; `some` from
    another on; else `none`; and it `cannot be told` where no indicator is known or the topic
    has too few recent works. Words compare the topics of one map with each other: the topic
    that is first on a map of old ones is still old. Uncertainty is told by stand-ins only.
    Source: Rotolo, Hicks & Martin (2015), doi:10.1016/j.respol.2015.06.006, for the five
    attributes; Wang (2018), doi:10.1002/asi.23930, for telling them by explicit criteria.
    The indicators and thresholds are ours, not theirs.

    Args:
        facts: Works and clusters.
        measured: Indicators of all topics.
        rule: Thresholds.

    Returns:
        `cluster_card` and `cluster_card_indicator`.
    """
    n = len(facts.clusters)
    values: dict[str, NDArray[np.float64]] = {}
    lows: dict[tuple[str, int], float] = {}
    for one in measured:
        column = values.setdefault(one.indicator, np.full(n, np.nan))
        if one.value is not None:
            column[one.cluster] = one.value
            lows[one.indicator, one.cluster] = one.value if one.low is None else one.low
    n_recent = np.bincount(facts.label[(facts.label >= 0) & facts.recent], minlength=n)
    rows: list[dict[str, object]] = []
    behind: list[dict[str, object]] = []
    for attribute, indicators in ATTRIBUTES.items():
        known = {
            name: percentiles(values[name] * direction)
            for name, direction in indicators.items()
            if name in values
        }
        for cluster in range(n):
            told = {
                name: float(places[cluster])
                for name, places in known.items()
                if not np.isnan(places[cluster])
            }
            word, reason = _word(
                told, cluster, lows=lows, n_recent=int(n_recent[cluster]), n_topics=n, rule=rule
            )
            key = {
                "corpus": facts.corpus,
                "cluster": facts.clusters[cluster],
                "attribute": attribute,
            }
            rows.append(
                key
                | {
                    "word": word,
                    "percentile": float(np.mean(list(told.values()))) if told else None,
                    "n_known": len(told),
                    "n_indicators": len(indicators),
                    "reason": reason,
                }
            )
            behind += [
                key
                | {
                    "indicator": name,
                    "position": position,
                    "value": _known(values.get(name), cluster),
                    "percentile": told.get(name),
                    "more_is": "more" if indicators[name] == MORE else "less",
                }
                for position, name in enumerate(indicators, 1)
            ]
    return {
        "cluster_card": table_of("cluster_card", rows),
        "cluster_card_indicator": table_of("cluster_card_indicator", behind),
    }


def percentiles(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the share of known values below each, equal ones counting half.

    No method of its own: mid-ranks.

    Examples:
        >>> percentiles(np.array([1.0, 3.0, np.nan, 3.0])).round(3).tolist()
        [0.167, 0.667, nan, 0.667]
    """
    known = np.sort(values[~np.isnan(values)])
    below = np.searchsorted(known, values, side="left")
    equal = np.searchsorted(known, values, side="right") - below
    return np.where(np.isnan(values), np.nan, (below + equal / 2) / max(known.size, 1))


def _word(
    told: Mapping[str, float],
    cluster: int,
    *,
    lows: Mapping[tuple[str, int], float],
    n_recent: int,
    n_topics: int,
    rule: CardRule,
) -> tuple[str, str | None]:
    if n_topics < rule.least_topics:
        return UNTOLD, "too_few_topics"
    if n_recent < rule.least_recent:
        return UNTOLD, "too_few_recent_works"
    if not told:
        return UNTOLD, "no_indicator_known"
    place = sum(told.values()) / len(told)
    if place < rule.some:
        return NONE, None
    if place < rule.strong:
        return SOME, None
    doubtful = [
        name for name, bound in rule.sure.items() if name in told and lows[name, cluster] <= bound
    ]
    return (SOME, f"not_sure:{doubtful[0]}") if doubtful else (STRONG, None)


def _known(values: NDArray[np.float64] | None, cluster: int) -> float | None:
    if values is None or np.isnan(values[cluster]):
        return None
    return float(values[cluster])
