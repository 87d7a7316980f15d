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
