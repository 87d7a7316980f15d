"""Step 5 of the Handbook: raw values of any unit become score points."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from armillary.errors import IndexMethodError
from armillary.model.indicators import Direction

if TYPE_CHECKING:
    from numpy.typing import NDArray


def minmax(
    values: NDArray[np.float64],
    *,
    indicator: str,
    direction: Direction = Direction.HIGHER_IS_BETTER,
    bounds: tuple[float, float] = (0.0, 100.0),
) -> NDArray[np.float64]:
    """Rescale one indicator so that its worst unit scores the lower bound and its best the upper.

    Missing values stay missing: imputing is a separate, recorded step.
    Source: OECD/JRC (2008), doi:10.1787/9789264043466-en, step 5.

    Args:
        values: Raw values, shape (units,), in the indicator's own unit; NaN = missing.
        indicator: Indicator code, so that a failure can name it.
        direction: LOWER_IS_BETTER flips the scale.
        bounds: Score points of the worst and of the best unit.

    Returns:
        Score points within `bounds`, shape (units,), same order as `values`.

    Raises:
        IndexMethodError: Fewer than two distinct values: there is no range.

    Examples:
        >>> minmax(np.array([1.0, 2.0, np.nan, 3.0]), indicator="GERD")
        array([  0.,  50.,  nan, 100.])
    """
    known = values[~np.isnan(values)]
    if np.unique(known).size < 2:
        raise IndexMethodError(
            f"{indicator} has fewer than two distinct values, so it cannot rank units.",
            where=f"normalise.minmax, {known.size} of {values.size} units known",
            fix="drop the indicator from the framework, or widen max_age_years in the recipe",
        )
    signed = values * float(direction)
    worst, best = np.nanmin(signed), np.nanmax(signed)
    low, high = bounds
    scores: NDArray[np.float64] = np.clip(
        low + (signed - worst) / (best - worst) * (high - low), low, high
    )
    return scores


def zscore(
    values: NDArray[np.float64],
    *,
    indicator: str,
    direction: Direction = Direction.HIGHER_IS_BETTER,
    mean: float = 0.0,
    deviation: float = 1.0,
) -> NDArray[np.float64]:
    """Rescale one indicator to a mean and a standard deviation (n - 1).

    Scores have no lowest value: none of a geometric mean.
    Source: OECD/JRC (2008), doi:10.1787/9789264043466-en, step 5.

    Args:
        values: As for `minmax`.
        indicator: Indicator code, so that a failure can name it.
        direction: LOWER_IS_BETTER turns the scale round its mean.
        mean: Score points of the mean of the units.
        deviation: Score points of one standard deviation, above 0.

    Returns:
        Score points, shape (units,).

    Raises:
        IndexMethodError: Fewer than two distinct values, or `deviation` is not above 0.

    Examples:
        >>> zscore(np.array([1.0, 2.0, np.nan, 3.0]), indicator="GERD", mean=10, deviation=2)
        array([ 8., 10., nan, 12.])
    """
    require_range(values, indicator=indicator, where="normalise.zscore")
    if not deviation > 0:
        raise IndexMethodError(
            f"{indicator}: scores with a standard deviation of {deviation:g} have no order.",
            where="normalise.zscore, deviation",
            fix="give a deviation above 0",
        )
    signed = values * float(direction)
    standard: NDArray[np.float64] = (signed - np.nanmean(signed)) / np.nanstd(signed, ddof=1)
    return standard * deviation + mean


def scaled(
    values: NDArray[np.float64], *, indicator: str, low: float, high: float, factor: float = 100.0
) -> NDArray[np.float64]:
    """Rescale one indicator by two fixed values: `low` scores 0 and `high` scores `factor`.

    Nothing is cut off, so scores are without bounds. There is no direction to give: a `low`
    above `high` turns the scale.
    Source: Becker and others, COINr (MIT), manual page `n_scaled`.

    Args:
        values: As for `minmax`.
        indicator: Indicator code, so that a failure can name it.
        low: Raw value that scores 0.
        high: Raw value that scores `factor`.
        factor: Score points of `high`.

    Returns:
        Score points, shape (units,).

    Raises:
        IndexMethodError: `low` and `high` are equal or no finite number.

    Examples:
        >>> scaled(np.array([2.0, 11.0, 29.0]), indicator="GERD", low=2, high=20)
        array([  0.,  50., 150.])
    """
    if not (np.isfinite(low) and np.isfinite(high) and low != high):
        raise IndexMethodError(
            f"{indicator} cannot be scaled from {low:g} to {high:g}.",
            where="normalise.scaled, low and high",
            fix="give two different numbers",
        )
    return (values - low) / (high - low) * factor


def distance_to_maximum(
    values: NDArray[np.float64],
    *,
    indicator: str,
    direction: Direction = Direction.HIGHER_IS_BETTER,
) -> NDArray[np.float64]:
    """Score each unit by its distance to the best one: 1 - (best - x) / (best - worst).

    The same numbers as `minmax` from 0 to 1.
    Source: Becker and others, COINr (MIT), manual page `n_dist2max`.

    Args:
        values: As for `minmax`.
        indicator: Indicator code, so that a failure can name it.
        direction: LOWER_IS_BETTER makes the lowest value the best.

    Returns:
        Scores 0..1, shape (units,).

    Raises:
        IndexMethodError: Fewer than two distinct values.
    """
    return minmax(values, indicator=indicator, direction=direction, bounds=(0.0, 1.0))


def distance_to_reference(
    values: NDArray[np.float64],
    *,
    indicator: str,
    reference: float,
    direction: Direction = Direction.HIGHER_IS_BETTER,
    cap: bool = False,
) -> NDArray[np.float64]:
    """Score each unit against a reference unit: the worst unit scores 0, the reference 1.

    Source: Becker and others, COINr (MIT), manual page `n_dist2ref`.

    Args:
        values: As for `minmax`.
        indicator: Indicator code, so that a failure can name it.
        reference: Raw value of the reference unit.
        direction: LOWER_IS_BETTER makes the highest value the worst.
        cap: No score above 1.

    Returns:
        Scores from 0, shape (units,); up to 1 with `cap`, else without upper bound.

    Raises:
        IndexMethodError: Fewer than two distinct values, the reference has no value, or is not
            better than the worst unit.

    Examples:
        >>> distance_to_reference(np.array([1.0, 3.0, 5.0]), indicator="GERD", reference=3.0)
        array([0., 1., 2.])
    """
    require_range(values, indicator=indicator, where="normalise.distance_to_reference")
    if np.isnan(reference):
        raise IndexMethodError(
            f"{indicator} has no value for the reference unit.",
            where="normalise.distance_to_reference, reference",
            fix="choose a reference unit that has all values, or impute first",
        )
    return _from_worst(
        values,
        goal=reference,
        direction=direction,
        cap=cap,
        refused=IndexMethodError(
            f"{indicator}: the reference {reference:g} is not better than the worst unit.",
            where="normalise.distance_to_reference, reference",
            fix="choose another reference unit",
        ),
    )


def distance_to_target(
    values: NDArray[np.float64],
    *,
    indicator: str,
    target: float,
    direction: Direction = Direction.HIGHER_IS_BETTER,
    cap: bool = False,
    bounds: tuple[float, float] = (0.0, 1.0),
) -> NDArray[np.float64]:
    """Score the way each unit has come to a target: worst unit the lower bound, target the upper.

    Where lower is better: (max - x) / (max - target).
    Source: Becker and others, COINr (MIT), manual page `n_dist2targ`.

    Args:
        values: As for `minmax`.
        indicator: Indicator code, so that a failure can name it.
        target: Raw value, in the unit of the values.
        direction: LOWER_IS_BETTER: the target lies below.
        cap: What surpasses the target scores the upper bound.
        bounds: Score points of the worst unit and of the target.

    Returns:
        Score points, shape (units,), not below the lower bound.

    Raises:
        IndexMethodError: Fewer than two distinct values, or the target is not better than the
            worst unit.

    Examples:
        >>> distance_to_target(np.array([0.0, 2.0, 5.0]), indicator="GERD", target=4.0, cap=True)
        array([0. , 0.5, 1. ])
    """
    require_range(values, indicator=indicator, where="normalise.distance_to_target")
    share = _from_worst(
        values,
        goal=target,
        direction=direction,
        cap=cap,
        refused=IndexMethodError(
            f"{indicator}: the target {target:g} is not better than the worst unit.",
            where=f"normalise.distance_to_target, direction {int(direction)}",
            fix="correct the target or the direction of the indicator",
        ),
    )
    low, high = bounds
    scores: NDArray[np.float64] = low + share * (high - low)
    return np.minimum(scores, high) if cap else scores


def require_range(values: NDArray[np.float64], *, indicator: str, where: str) -> None:
    """Refuse an indicator that has fewer than two distinct values.

    No method of its own: what every scale needs.

    Args:
        values: Raw values, shape (units,); NaN = missing.
        indicator: Indicator code.
        where: The method that asks.

    Raises:
        IndexMethodError: Fewer than two distinct values.
    """
    known = values[~np.isnan(values)]
    if np.unique(known).size < 2:
        raise IndexMethodError(
            f"{indicator} has fewer than two distinct values, so it cannot rank units.",
            where=f"{where}, {known.size} of {values.size} units known",
            fix="drop the indicator from the framework, or use fixed goalposts",
        )


def _from_worst(
    values: NDArray[np.float64],
    *,
    goal: float,
    direction: Direction,
    cap: bool,
    refused: IndexMethodError,
) -> NDArray[np.float64]:
    signed = values * float(direction)
    worst, end = float(np.nanmin(signed)), goal * float(direction)
    if not worst < end < np.inf:
        raise refused
    share: NDArray[np.float64] = (signed - worst) / (end - worst)
    return np.minimum(share, 1.0) if cap else share
