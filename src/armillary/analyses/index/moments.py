"""Shape of a distribution: skewness and excess kurtosis, adjusted for the size of the sample."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def skewness(values: NDArray[np.float64]) -> float:
    """Measure how far one tail outweighs the other: the bias-adjusted G1.

    Source: Joanes & Gill (1998), Comparing measures of sample skewness and kurtosis, G1.

    Args:
        values: Shape (units,), any unit; NaN = missing and left out.

    Returns:
        G1, without unit, 0 for a symmetric sample; NaN below 3 points or without variance.

    Examples:
        >>> round(skewness(np.array([1.0, 2.0, 6.0, np.nan])), 6)
        1.457863
    """
    spread, n = _standardised(values)
    if n < 3 or spread is None:
        return math.nan
    return float(np.mean(spread**3)) * math.sqrt(n * (n - 1)) / (n - 2)


def kurtosis(values: NDArray[np.float64]) -> float:
    """Measure how much of the variance comes from far points: the bias-adjusted excess G2.

    Source: Joanes & Gill (1998), Comparing measures of sample skewness and kurtosis, G2.

    Args:
        values: Shape (units,), any unit; NaN = missing and left out.

    Returns:
        G2, without unit, 0 on average for a normal sample; NaN below 4 points or without
        variance.

    Examples:
        >>> round(kurtosis(np.array([1.0, 2.0, 3.0, 4.0])), 6)
        -1.2
    """
    spread, n = _standardised(values)
    if n < 4 or spread is None:
        return math.nan
    excess = float(np.mean(spread**4)) - 3.0
    return (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * excess + 6.0)


def _standardised(values: NDArray[np.float64]) -> tuple[NDArray[np.float64] | None, int]:
    """Centre the known values and divide by their population standard deviation."""
    known = values[~np.isnan(values)]
    # equal values are compared, not their variance, which rounding may leave above 0
    if known.size == 0 or known.min() == known.max():
        return None, known.size
    centred = known - known.mean()
    centred /= np.abs(centred).max()
    return centred / math.sqrt(float(np.mean(centred**2))), known.size
