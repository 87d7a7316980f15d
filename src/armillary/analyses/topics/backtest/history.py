"""Scores from counts alone: the baselines every other score must beat, and the trend."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from armillary.analyses.topics.growth import Growth, Windows, growth

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from armillary.analyses.topics.backtest.units import Units

HISTORY = ("growth_ratio", "shrunken_growth", "size", "trend_z")
TREND_YEARS = 6


def growth_seen(units: Units, *, trend_years: int = TREND_YEARS) -> Growth:
    """Measure the growth of units up to the origin, from what signals may see.

    No method of its own: `growth.growth` over the recent years and as many before them.
    """
    first = int(units.years[units.recent].min())
    last = int(units.origin)
    width = last - first + 1
    if not ((units.years < first) & (units.years >= first - width)).any():
        width = last - first + 2  # the year before was left out: reach one further
    return growth(
        units.seen,
        units.all_seen,
        years=units.years,
        window=Windows(
            recent_from=first, recent_to=last, before_from=first - width, before_to=first - 1
        ),
        trend_years=trend_years,
    )


def history_scores(units: Units) -> dict[str, NDArray[np.float64]]:
    """Return the four scores from counts: growth ratio, shrunken growth, size and trend.

    No method of its own: see `growth.growth`. The growth ratio is the usual one: shares of the
    recent years over those before, half a work added on either side.
    """
    grown = growth_seen(units)
    return {
        "growth_ratio": np.log((grown.n_recent + 0.5) / (grown.n_before + 0.5)),
        "shrunken_growth": np.log(grown.growth),
        "size": np.log(grown.n_recent + 0.5),
        "trend_z": grown.trend_z,
    }
