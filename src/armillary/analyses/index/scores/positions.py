"""Step 5 of the Handbook by order alone: scores that know who is ahead, not by how much."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy import stats

from armillary.analyses.index.scores.normalise import require_range
from armillary.model.indicators import Direction

if TYPE_CHECKING:
    from numpy.typing import NDArray

Ties = Literal["min", "average", "max"]


def rank_points(
    values: NDArray[np.float64],
    *,
    indicator: str,
    direction: Direction = Direction.HIGHER_IS_BETTER,
    ties: Ties = "min",
) -> NDArray[np.float64]:
    """Score one indicator by rank, the best unit highest: n points of n units known.

    Source: OECD/JRC (2008), doi:10.1787/9789264043466-en, step 5, ranking.

    Args:
        values: Raw values, shape (units,); NaN = missing, stays missing.
        indicator: Indicator code, so that a failure can name it.
        direction: LOWER_IS_BETTER gives the lowest value the most points.
        ties: Points of equal units: the fewest of their places, the average or the most.

    Returns:
        Points 1..n, shape (units,).

    Raises:
        IndexMethodError: Fewer than two distinct values.

    Examples:
        >>> rank_points(np.array([5.0, 7.0, np.nan, 5.0]), indicator="GERD")
        array([ 1.,  3., nan,  1.])
    """
    require_range(values, indicator=indicator, where="positions.rank_points")
    points: NDArray[np.float64] = stats.rankdata(
        values * float(direction), method=ties, nan_policy="omit"
    )
    return points


def borda(
    values: NDArray[np.float64],
    *,
    indicator: str,
    direction: Direction = Direction.HIGHER_IS_BETTER,
    ties: Ties = "min",
) -> NDArray[np.float64]:
    """Score one indicator by the number of units left behind.

    Source: Becker and others, COINr (MIT), manual page `n_borda`; after Borda (1781).

    Args:
        values: As for `rank_points`.
        indicator: Indicator code, so that a failure can name it.
        direction: As for `rank_points`.
        ties: As for `rank_points`; "min" counts the units strictly behind.

    Returns:
        Points 0..n-1, shape (units,).

    Raises:
        IndexMethodError: Fewer than two distinct values.

    Examples:
        >>> borda(np.array([5.0, 7.0, np.nan, 5.0]), indicator="GERD")
        array([ 0.,  2., nan,  0.])
    """
    return rank_points(values, indicator=indicator, direction=direction, ties=ties) - 1


def percentile_rank(
    values: NDArray[np.float64],
    *,
    indicator: str,
    direction: Direction = Direction.HIGHER_IS_BETTER,
    ties: Ties = "min",
) -> NDArray[np.float64]:
    """Score one indicator by the share of the other units left behind.

    Source: Becker and others, COINr (MIT), manual page `n_prank`.

    Args:
        values: As for `rank_points`.
        indicator: Indicator code, so that a failure can name it.
        direction: As for `rank_points`.
        ties: As for `rank_points`.

    Returns:
        Shares 0..1, shape (units,).

    Raises:
        IndexMethodError: Fewer than two distinct values.

    Examples:
        >>> percentile_rank(np.array([5.0, 7.0, np.nan, 6.0]), indicator="GERD")
        array([0. , 1. , nan, 0.5])
    """
    known = int(np.sum(~np.isnan(values)))
    return borda(values, indicator=indicator, direction=direction, ties=ties) / (known - 1)
