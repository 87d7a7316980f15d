"""How one indicator of one unit moves over time, and indexes that chain growth."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

import numpy as np

from armillary.errors import IndexMethodError
from armillary.model.indicators import Direction

if TYPE_CHECKING:
    from numpy.typing import NDArray

Growth = Literal["plain", "symmetric"]


def cagr(
    values: NDArray[np.float64], *, years: NDArray[np.int64], indicator: str = "The series"
) -> float:
    """Work out the compound annual growth rate from the first to the latest known value.

    Source: Becker and others, COINr (MIT), manual page `CAGR`.

    Args:
        values: Shape (periods,), in the unit of the indicator; NaN = missing.
        years: Shape (periods,), rising; gaps are allowed.
        indicator: Indicator code, so that a failure can name it.

    Returns:
        Growth a year as a share: 0.05 is 5 %; NaN for fewer than two known values.

    Raises:
        IndexMethodError: The first or the latest value is not above 0, or the years do not rise.

    Examples:
        >>> round(cagr(np.array([100.0, np.nan, 121.0]), years=np.array([2020, 2021, 2022])), 6)
        0.1
    """
    require_rising(years, periods=values.size, where="trends.cagr")
    known = np.flatnonzero(~np.isnan(values))
    if known.size < 2:
        return math.nan
    first, latest = float(values[known[0]]), float(values[known[-1]])
    if min(first, latest) <= 0:
        raise IndexMethodError(
            f"{indicator} goes from {first:g} to {latest:g}: growth needs values above 0.",
            where=f"trends.cagr, {years[known[0]]} to {years[known[-1]]}",
            fix="use trends.change, or compare the values themselves",
        )
    span = int(years[known[-1]] - years[known[0]])
    return math.exp((math.log(latest) - math.log(first)) / span) - 1


def change(
    values: NDArray[np.float64], *, years: NDArray[np.int64], indicator: str = "The series"
) -> float:
    """Work out the yearly change along a straight line, in percent of where the line begins.

    The line is fitted by least squares through all known values, so one odd year counts less
    than in `cagr`. The line begins at the first known value's year.
    Source: Becker and others, COINr (MIT), function `prc_change`.

    Args:
        values: Shape (periods,), in the unit of the indicator; NaN = missing.
        years: Shape (periods,), rising; gaps are allowed.
        indicator: Indicator code, so that a failure can name it.

    Returns:
        Percent a year; NaN for fewer than two known values.

    Raises:
        IndexMethodError: The line begins at 0 or below, or the years do not rise.

    Examples:
        >>> round(change(np.array([10.0, 11.0, 12.0]), years=np.array([2020, 2021, 2022])), 6)
        10.0
    """
    require_rising(years, periods=values.size, where="trends.change")
    known = ~np.isnan(values)
    if int(known.sum()) < 2:
        return math.nan
    at, held = years[known].astype(np.float64), values[known]
    offsets = at - at.mean()
    slope = float(np.sum(offsets * (held - held.mean())) / np.sum(offsets**2))
    start = float(held.mean() + slope * offsets[0])
    if start <= 0:
        raise IndexMethodError(
            f"{indicator} starts from {start:g} on its trend line: no percentage can be told.",
            where=f"trends.change, {int(known.sum())} of {values.size} periods known",
            fix="compare the values themselves",
        )
    return 100.0 * slope / start


def growth_rates(
    values: NDArray[np.float64],
    *,
    indicator: str,
    growth: Growth = "plain",
    direction: Direction = Direction.HIGHER_IS_BETTER,
) -> NDArray[np.float64]:
    """Work out growth from each period to the next, ready to be averaged over indicators.

    Plain growth is (x_t - x_(t-1)) / x_(t-1); symmetric growth divides by the mean of both, so
    that a rise and the fall back cancel, and no rate lies beyond 2. Where lower is better the
    rate of 1 / x is taken.
    Source: plain: any manual of index numbers; symmetric: the growth rates of the China
    Innovation Index (National Bureau of Statistics), from memory.

    Args:
        values: Above 0, shape (periods,) or (periods, units), oldest first; NaN = missing.
        indicator: Indicator code, so that a failure can name it.
        growth: Which of the two.
        direction: LOWER_IS_BETTER makes a fall count as growth.

    Returns:
        Shares: 0.05 is 5 %; shape (periods - 1,) or (periods - 1, units); NaN where either
        period is missing.

    Raises:
        IndexMethodError: A value is not above 0.

    Examples:
        >>> growth_rates(np.array([100.0, 300.0, 100.0]), indicator="GERD", growth="symmetric")
        array([ 1., -1.])
    """
    if np.any(values <= 0):
        raise IndexMethodError(
            f"{indicator} has the value {np.nanmin(values):g}: growth needs values above 0.",
            where=f"trends.growth_rates, {int(np.sum(values <= 0))} values not above 0",
            fix="leave the indicator out of an index of growth",
        )
    held = values if direction is Direction.HIGHER_IS_BETTER else 1 / values
    earlier, later = held[:-1], held[1:]
    base = earlier if growth == "plain" else (earlier + later) / 2
    return (later - earlier) / base


def chained(
    rates: NDArray[np.float64], *, growth: Growth = "plain", start: float = 100.0
) -> NDArray[np.float64]:
    """Chain growth rates into an index: each period stands on the one before.

    Plain rates multiply by 1 + g, symmetric ones by (2 + g) / (2 - g). The rates of one
    indicator give its ratios to the first period again, by either growth; the two differ where
    rates of several indicators were averaged in between, which is what they are for.
    Source: as `growth_rates`.

    Args:
        rates: Shares, shape (periods - 1,) or (periods - 1, units), oldest first.
        growth: The kind of the rates.
        start: Index of the first period.

    Returns:
        Index numbers, shape (periods,) or (periods, units); NaN from the first missing rate
        on: a chain with a link missing does not reach further.

    Raises:
        IndexMethodError: A rate of -1 or below (plain), or of 2 and beyond (symmetric).

    Examples:
        >>> chained(np.array([0.5, -0.5]))
        array([100., 150.,  75.])
        >>> chained(np.array([1.0, -1.0]), growth="symmetric")
        array([100., 300., 100.])
    """
    beyond = rates <= -1 if growth == "plain" else np.abs(rates) >= 2
    if np.any(beyond):
        raise IndexMethodError(
            f"A {growth} growth rate of {rates[beyond][0]:g} cannot be chained.",
            where=f"trends.chained, {int(beyond.sum())} such rates",
            fix="give rates as shares: 0.05 for 5 %",
        )
    links = 1 + rates if growth == "plain" else (2 + rates) / (2 - rates)
    first = np.full((1, *rates.shape[1:]), start)
    index: NDArray[np.float64] = np.concatenate([first, start * np.cumprod(links, axis=0)])
    return index


def require_rising(years: NDArray[np.int64], *, periods: int, where: str) -> None:
    """Refuse years that do not rise, or do not fit the periods.

    No method of its own: what every series needs.

    Args:
        years: Shape (periods,).
        periods: How many the values have.
        where: The method that asks.

    Raises:
        IndexMethodError: The years do not rise strictly.
    """
    if years.shape != (periods,):
        raise ValueError(f"{years.size} years do not fit {periods} periods")
    if np.any(np.diff(years) <= 0):
        raise IndexMethodError(
            "The years of a series must rise, each once.",
            where=f"{where}, years {', '.join(str(year) for year in years)}",
            fix="sort the periods and drop repeated ones",
        )
