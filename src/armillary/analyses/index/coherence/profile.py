"""One unit seen closely: its scores and ranks, and what it is strong and weak in."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from armillary.analyses.index.coherence.lineage import Row, by_code
from armillary.analyses.index.rank import rank
from armillary.errors import IndexMethodError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from armillary.model.indicators import Framework


def percentile_ranks(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Find what share of the other units each unit leaves behind.

    Source: the percentile rank of spreadsheets, inclusive of both ends; ties share the lowest.

    Args:
        scores: Shape (units,), higher is better; NaN = no score.

    Returns:
        0 for the worst to 1 for a best without ties; NaN without a score, or for one unit.

    Examples:
        >>> percentile_ranks(np.array([10.0, 30.0, 20.0, 20.0, np.nan, 0.0]))
        array([0.25, 1.  , 0.5 , 0.5 ,  nan, 0.  ])
    """
    known = scores[~np.isnan(scores)]
    found = np.full(scores.shape, np.nan)
    if known.size > 1:
        below = np.searchsorted(np.sort(known), known, side="left")
        found[~np.isnan(scores)] = below / (known.size - 1)
    return found


def summary(
    framework: Framework,
    *,
    values: NDArray[np.float64],
    scores: Mapping[str, NDArray[np.float64]],
    unit: int,
) -> list[Row]:
    """List the scores and ranks of one unit, from the index down to the indicators.

    No method of its own: a view on the results.

    Args:
        framework: The tree.
        values: Scores of the indicators, shape (leaves, units), higher is better; NaN = missing.
        scores: Of the groups, by code, shape (units,).
        unit: Position of the unit.

    Returns:
        One row per node, level by level, each in the order of the framework: `code`, `group`
        (None for the root), `level`, `score`, `rank` (None without a score), `percentile_rank`
        0..1, `units` with a score.

    Raises:
        IndexMethodError: The position is that of no unit.
    """
    numbers = by_code(framework, values=values, scores=scores)
    _checked(unit, values)
    rows = [
        {
            "code": node.code,
            "group": node.parent,
            "level": framework.level[node.code],
            "score": float(numbers[node.code][unit]),
            "rank": int(rank(numbers[node.code])[unit]) or None,
            "percentile_rank": float(percentile_ranks(numbers[node.code])[unit]),
            "units": int((~np.isnan(numbers[node.code])).sum()),
        }
        for node in framework.nodes
    ]
    return sorted(rows, key=lambda row: row["level"])


def by_rank(
    framework: Framework, *, values: NDArray[np.float64], unit: int, count: int = 5
) -> list[Row]:
    """Take the indicators a unit ranks best and worst in.

    Where ranks are equal the order of the framework decides. An indicator is never both: a
    unit with fewer than twice `count` indicators gets fewer of each.
    Source: the strengths and weaknesses of COINr (Becker et al.), by rank.

    Args:
        framework: The tree.
        values: Of the indicators, shape (leaves, units), turned so that higher is better;
            NaN = missing.
        unit: Position of the unit.
        count: How many of each.

    Returns:
        Strengths, then weaknesses, each by rank from the best: `kind` (strength, weakness),
        `code`, `group`, `level`, `score`, `rank`, `percentile_rank`, `units`.

    Raises:
        IndexMethodError: The position is that of no unit, or `count` is below 1.
    """
    _checked(unit, values, count)
    known = [row for row in _indicators(framework, values, unit) if row["rank"] is not None]
    known.sort(key=lambda row: row["rank"])
    kept = min(count, len(known) // 2)
    return [
        *({"kind": "strength", **row} for row in known[:kept]),
        *({"kind": "weakness", **row} for row in known[len(known) - kept :]),
    ]


def by_percentile(
    framework: Framework,
    *,
    values: NDArray[np.float64],
    scores: Mapping[str, NDArray[np.float64]],
    unit: int,
    count: int = 10,
    best: int = 3,
) -> list[Row]:
    """Judge a unit's nodes by the highest and lowest percentile ranks among its own indicators.

    The cut-offs are the percentile ranks of its `count` best and worst indicators, ties
    included, and judge groups as well. An indicator it is among the `best` in is a strength.
    Source: WIPO (2023), Global Innovation Index 2023, appendix, strengths and weaknesses; how
    the percentile rank is taken is not printed there, see `percentile_ranks`.

    Args:
        framework: The tree.
        values: As for `summary`.
        scores: As for `summary`; NaN also where a group is not to be judged for want of data.
        unit: Position of the unit.
        count: How many indicators set each cut-off; at most half of those the unit has.
        best: Indicators ranked up to this are strengths anyhow; 0 for none.

    Returns:
        One row per strength and weakness in the order of `summary`: `kind`, then its columns.
        The root is not judged.

    Raises:
        IndexMethodError: As for `by_rank`.
    """
    _checked(unit, values, count)
    nodes = summary(framework, values=values, scores=scores, unit=unit)
    own = np.sort(
        [
            row["percentile_rank"]
            for row in _indicators(framework, values, unit)
            if not math.isnan(row["percentile_rank"])
        ]
    )
    kept = min(count, own.size // 2)
    low, high = (own[kept - 1], own[-kept]) if kept else (-math.inf, math.inf)
    if low >= high:  # so many ties that the same rank would be both
        low, high = -math.inf, math.inf
    rows: list[Row] = []
    for row in nodes:
        if row["rank"] is None or row["group"] is None:
            continue
        leading = row["code"] not in framework.children and row["rank"] <= best
        if row["percentile_rank"] >= high or leading:
            rows.append({"kind": "strength", **row})
        elif row["percentile_rank"] <= low:
            rows.append({"kind": "weakness", **row})
    return rows


def by_peers(
    framework: Framework,
    *,
    values: NDArray[np.float64],
    scores: Mapping[str, NDArray[np.float64]],
    unit: int,
    peers: NDArray[np.bool_],
    spread: float = 1.0,
) -> list[Row]:
    """Judge a unit's nodes by the mean and standard deviation of its peers, e.g. income group.

    Source: WIPO (2023), Global Innovation Index 2023, appendix, income group strengths and
    weaknesses; the standard deviation here is that of a sample (n - 1).

    Args:
        framework: The tree.
        values: As for `summary`.
        scores: As for `summary`.
        unit: Position of the unit.
        peers: Whether a unit is of the group, shape (units,); the unit itself is.
        spread: Standard deviations above the mean for a strength, below for a weakness.

    Returns:
        One row per strength and weakness in the order of `summary`, nodes with fewer than 3
        peers scored left out: `kind`, `code`, `group`, `level`, `score`, `mean`,
        `standard_deviation`, `peers` scored. The root is not judged.

    Raises:
        IndexMethodError: The unit is not among its peers, or `spread` is below 0.
    """
    _checked(unit, values)
    if peers.shape != values.shape[1:] or not peers[unit] or spread < 0:
        raise IndexMethodError(
            f"Unit {unit} cannot be compared with its peers at {spread:g} standard deviations.",
            where="coherence.profile, peers",
            fix="mark the unit itself and its peers, shape (units,), with a spread of 0 or more",
        )
    numbers = by_code(framework, values=values, scores=scores)
    rows: list[Row] = []
    for row in summary(framework, values=values, scores=scores, unit=unit):
        group = numbers[row["code"]][peers]
        group = group[~np.isnan(group)]
        if row["group"] is None or row["rank"] is None or group.size < 3:
            continue
        mean, deviation = float(group.mean()), float(group.std(ddof=1))
        gap = row["score"] - mean
        if abs(gap) > spread * deviation:
            rows.append(
                {
                    "kind": "strength" if gap > 0 else "weakness",
                    "code": row["code"],
                    "group": row["group"],
                    "level": row["level"],
                    "score": row["score"],
                    "mean": mean,
                    "standard_deviation": deviation,
                    "peers": int(group.size),
                }
            )
    return rows


def _indicators(framework: Framework, values: NDArray[np.float64], unit: int) -> list[Row]:
    return [
        {
            "code": leaf.code,
            "group": leaf.parent,
            "level": framework.level[leaf.code],
            "score": float(row[unit]),
            "rank": int(rank(row)[unit]) or None,
            "percentile_rank": float(percentile_ranks(row)[unit]),
            "units": int((~np.isnan(row)).sum()),
        }
        for leaf, row in zip(framework.leaves, values, strict=True)
    ]


def _checked(unit: int, values: NDArray[np.float64], count: int = 1) -> None:
    if not 0 <= unit < values.shape[1]:
        raise IndexMethodError(
            f"Position {unit} is that of none of {values.shape[1]} units.",
            where="coherence.profile, unit",
            fix="count units from 0",
        )
    if count < 1:
        raise IndexMethodError(
            f"{count} strengths cannot be listed.",
            where="coherence.profile, count",
            fix="give 1 or more",
        )
