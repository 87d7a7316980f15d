"""What the audit of an index says, as plain facts: one place for the report and the pages.

Nothing here is a text, and nothing is computed that the store does not already hold row by row:
the facts count its rows, pick the first of them, or correlate two of its columns.
"""

from __future__ import annotations

from collections import Counter
from statistics import correlation, median
from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from armillary.publications.audit_rows import Audit

Row = dict[str, Any]

WIDE: Final = 10  # positions
VERY_WIDE: Final = 20


# -- data ------------------------------------------------------------------------------------


class DataFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the index is made from.

    Args:
        units: Units scored.
        indicators: Indicators.
        cells: Values that units times indicators call for.
        available: Those there are.
        scarcest: Row of `audit_statistic` with fewest values; None where no value is missing.
        flags: Number of indicators by flag.
        flagged: Indicators with any flag.
        treated: Indicators whose values were changed.
        points: Single values brought in.
        transformed: Indicators that were transformed.
        unmended: Indicators that do not pass the test of the method afterwards.
    """

    units: int
    indicators: int
    cells: int
    available: int
    scarcest: Row | None
    flags: dict[str, int]
    flagged: int
    treated: int
    points: int
    transformed: int
    unmended: int


def data_facts(audit: Audit) -> DataFacts:
    """Count what is there, what is flagged and what was treated. No method of its own.

    Args:
        audit: The audit.
    """
    statistics = audit.statistics
    scarcest = min(statistics, key=lambda row: row["available"], default=None)
    if scarcest is not None and scarcest["available"] == scarcest["units"]:
        scarcest = None
    return DataFacts(
        units=max((row["units"] for row in statistics), default=len(audit.units)),
        indicators=len(statistics),
        cells=sum(row["units"] for row in statistics),
        available=sum(row["available"] for row in statistics),
        scarcest=scarcest,
        flags=dict(Counter(flag for row in statistics for flag in row["flags"].split())),
        flagged=sum(bool(row["flags"]) for row in statistics),
        treated=sum(row["method"] != "none" for row in audit.treatments),
        points=sum(row["n_high"] + row["n_low"] for row in audit.treatments),
        transformed=sum(bool(_transforms(row["method"])) for row in audit.treatments),
        unmended=sum(not row["passed"] for row in audit.treatments),
    )


def _transforms(method: str) -> set[str]:
    return set(method.split("+")) - {"none", "winsorise", "eis", "fences", "gii"}


# -- coherence -------------------------------------------------------------------------------


class CoherenceFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the index hangs together.

    Args:
        flags: Number of flagged pairs by kind: conflict, redundancy, weak.
        groups: Groups whose alpha is known.
        unreliable: Rows of `audit_group` with an alpha below the limit, the lowest first.
        decomposed: Groups whose components are known.
        several: Groups with more than one component of an eigenvalue above 1.
        judged: Parts whose importance and error are known and that have siblings.
        out_of_line: Rows of `audit_importance` of those whose importance lies more than two
            errors from the weight, the furthest first.
        heaviest: Row of `audit_removal` of the indicator with the largest mean shift; a group
            counts for more than its parts in any case.
        added_least: Row of `audit_added_value` with the smallest share.
        added_most: That with the largest.
    """

    flags: dict[str, int]
    groups: int
    unreliable: list[Row]
    decomposed: int
    several: int
    judged: int
    out_of_line: list[Row]
    heaviest: Row | None
    added_least: Row | None
    added_most: Row | None


def coherence_facts(audit: Audit, *, alpha: float = 0.7) -> CoherenceFacts:
    """Count what the first half of the audit found.

    Args:
        audit: The audit.
        alpha: Cronbach's alpha below which a group counts as unreliable; a rule of thumb [M].
    """
    with_alpha = [row for row in audit.groups if row["alpha"] is not None]
    decomposed = [row for row in audit.groups if row["above_one"] is not None]
    judged = [row for row in audit.importances if importance_error(row) is not None]
    added = [row for row in audit.added if row["share"] is not None]
    return CoherenceFacts(
        flags=dict(Counter(row["flag"] for row in audit.flagged)),
        groups=len(with_alpha),
        unreliable=sorted(
            (row for row in with_alpha if row["alpha"] < alpha), key=lambda row: row["alpha"]
        ),
        decomposed=len(decomposed),
        several=sum(row["above_one"] > 1 for row in decomposed),
        judged=len(judged),
        out_of_line=sorted(
            (row for row in judged if abs(_gap(row)) > 2 * (importance_error(row) or 0.0)),
            key=lambda row: -abs(_gap(row)),
        ),
        heaviest=max(
            (row for code, row in audit.removals.items() if _is_indicator(audit, code)),
            key=lambda row: row["mean_shift"],
            default=None,
        ),
        added_least=min(added, key=lambda row: row["share"], default=None),
        added_most=max(added, key=lambda row: row["share"], default=None),
    )


def _is_indicator(audit: Audit, code: str) -> bool:
    return code in audit.nodes and audit.nodes[code]["kind"] == "indicator"


def _gap(row: Row) -> float:
    return float(row["importance"] - row["weight"])


def importance_error(row: Row) -> float | None:
    """Carry the error of the correlation ratio over to the importance of a part.

    The sum over the siblings, by which the ratio was divided, is taken as exact.

    Args:
        row: Row of `audit_importance`.

    Returns:
        The error as a share; None where it is unknown, or where the part has no sibling.
    """
    ratio, error, importance = (
        row[key] for key in ("correlation_ratio", "correlation_ratio_error", "importance")
    )
    if None in (ratio, error, importance) or ratio <= 0 or row["weight"] >= 1:
        return None
    return float(error * importance / ratio)


# -- robustness ------------------------------------------------------------------------------


class RobustnessFacts(msgspec.Struct, frozen=True, kw_only=True):
    """How far the ranks may be trusted.

    Args:
        ranked: Units with a rank.
        judged: Those with an interval.
        replicates: Times the index was computed; 0 where there is no interval.
        seed: Seed of the draws.
        outside: Units whose published rank lies outside their interval.
        fixed: Units whose interval is one rank.
        wide: Units whose interval is `WIDE` positions wide or more.
        very_wide: `VERY_WIDE` or more.
        median_width: Median width in positions; None where there is no interval.
        widest: Row of the unit with the widest interval.
        pairs: Pairs of units compared.
        undecided: Pairs that cannot be told apart.
        certified: Units with a certified best and worst rank.
        certified_fixed: Those whose best is their worst.
        with_missing: Units with a missing value and an interval from it.
        missing_wide: Those whose interval from missing values is `WIDE` positions or more.
        missing_widest: Row of the unit with the widest such interval.
        largest_variant: Row of `audit_variant` with the largest mean shift.
        most_influential: Row of `audit_sensitivity` with the largest total index.
        most_decisive: Choice that matters most to most units, and to how many.
        frontier: Rank correlation between the published ranks and those under the weights that
            favour each unit most.
    """

    ranked: int
    judged: int
    replicates: int
    seed: int | None
    outside: list[Row]
    fixed: int
    wide: int
    very_wide: int
    median_width: float | None
    widest: Row | None
    pairs: int
    undecided: int
    certified: int
    certified_fixed: int
    with_missing: int
    missing_wide: int
    missing_widest: Row | None
    largest_variant: Row | None
    most_influential: Row | None
    most_decisive: tuple[str, int] | None
    frontier: float | None


def robustness_facts(audit: Audit) -> RobustnessFacts:
    """Count what the second half of the audit found. No method of its own.

    Args:
        audit: The audit.
    """
    judged = [row for row in audit.units if row.get("rank_low") is not None]
    widths = [width(row) for row in judged]
    certified = [row for row in audit.units if row["rank_best"] is not None]
    missing = [row for row in audit.units if row["missing"] and row["missing_low"] is not None]
    known = [row for row in audit.sensitivity if row["total_order"] is not None]
    decisive = sorted(audit.decisive.items(), key=lambda one: (-one[1], one[0]))
    favoured = [row for row in audit.units if row["frontier_rank"] is not None]
    return RobustnessFacts(
        ranked=len(audit.units),
        judged=len(judged),
        replicates=judged[0]["replicates"] if judged else 0,
        seed=judged[0]["seed"] if judged else None,
        outside=[row for row in judged if is_outside(row)],
        fixed=sum(one == 0 for one in widths),
        wide=sum(one >= WIDE for one in widths),
        very_wide=sum(one >= VERY_WIDE for one in widths),
        median_width=float(median(widths)) if widths else None,
        widest=max(judged, key=width, default=None),
        pairs=audit.pairs,
        undecided=audit.undecided,
        certified=len(certified),
        certified_fixed=sum(row["rank_best"] == row["rank_worst"] for row in certified),
        with_missing=len(missing),
        missing_wide=sum(missing_width(row) >= WIDE for row in missing),
        missing_widest=max(missing, key=missing_width, default=None),
        largest_variant=max(audit.variants, key=lambda row: row["mean_shift"], default=None),
        most_influential=max(known, key=lambda row: row["total_order"], default=None),
        most_decisive=decisive[0] if decisive else None,
        frontier=spearman(
            [row["rank"] for row in favoured], [row["frontier_rank"] for row in favoured]
        ),
    )


def width(row: Row) -> int:
    """Return the positions between both ends of an interval of the rank."""
    return int(row["rank_high"] - row["rank_low"])


def missing_width(row: Row) -> int:
    """Return the positions between both ends of the interval from missing values."""
    return int(row["missing_high"] - row["missing_low"])


def is_outside(row: Row) -> bool:
    """Return whether the published rank lies outside its interval."""
    return not row["rank_low"] <= row["rank"] <= row["rank_high"]


def spearman(one: Sequence[int], other: Sequence[int]) -> float | None:
    """Return the rank correlation, ties sharing the mean rank; None where it has no meaning.

    Source: Spearman (1904).

    Examples:
        >>> spearman([1, 2, 3, 4], [1, 3, 2, 4])
        0.8
        >>> spearman([1, 1, 1], [1, 2, 3]) is None
        True
    """
    if len(one) < 3 or len(set(one)) < 2 or len(set(other)) < 2:
        return None
    return round(correlation(_middle_ranks(one), _middle_ranks(other)), 12)


def _middle_ranks(values: Iterable[int]) -> list[float]:
    values = list(values)
    held = sorted(values)
    first = {value: held.index(value) for value in set(held)}
    times = Counter(held)
    return [first[value] + (times[value] + 1) / 2 for value in values]
