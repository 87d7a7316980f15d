"""The shape of one indicator: what says whether outliers need treating."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def skewness(values: NDArray[np.float64]) -> float:
    """Measure the asymmetry of one indicator, adjusted for the size of the sample (G1).

    The number that spreadsheets call SKEW: above 0 where the high values lie far out.
    Source: Joanes & Gill (1998), Comparing measures of sample skewness and kurtosis, G1.

    Args:
        values: Any unit, shape (units,); NaN = missing, left out.

    Returns:
        Skewness, without unit; NaN for fewer than 3 known values or where all are equal.

    Examples:
        >>> round(skewness(np.array([1.0, 2.0, 3.0, np.nan, 10.0])), 4)
        1.7636
    """
    n, second, third, _ = _central(values)
    if n < 3:
        return math.nan
    return third / math.pow(second, 1.5) * math.sqrt(n * (n - 1)) / (n - 2)


def kurtosis(values: NDArray[np.float64]) -> float:
    """Measure how far out the extremes of one indicator lie: excess kurtosis, adjusted (G2).

    The number that spreadsheets call KURT: about 0 for a normal distribution.
    Source: Joanes & Gill (1998), Comparing measures of sample skewness and kurtosis, G2.

    Args:
        values: Any unit, shape (units,); NaN = missing, left out.

    Returns:
        Excess kurtosis, without unit; NaN for fewer than 4 known values or where all are equal.

    Examples:
        >>> round(kurtosis(np.array([1.0, 2.0, 3.0, np.nan, 10.0])), 4)
        3.228
    """
    n, second, _, fourth = _central(values)
    if n < 4:
        return math.nan
    excess = fourth / second**2 - 3
    return (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * excess + 6)


def within_limits(
    values: NDArray[np.float64], *, skewness_limit: float = 2.0, kurtosis_limit: float = 3.5
) -> bool:
    """Say whether the shape of one indicator needs no treatment.

    Passes where abs(skewness) OR kurtosis lies below its limit. What is too short or too even
    to have a shape passes: it shows no outlier.
    Source: Becker and others, COINr (MIT), function `check_SkewKurt`; the limits are the JRC's
    rule of thumb.

    Args:
        values: Any unit, shape (units,); NaN = missing, left out.
        skewness_limit: Above 0.
        kurtosis_limit: Of the excess kurtosis.

    Examples:
        >>> within_limits(np.array([1.0, 2.0, 3.0, 4.0, 5.0, 100.0]))
        False
    """
    return not (abs(skewness(values)) >= skewness_limit and kurtosis(values) >= kurtosis_limit)


def _central(values: NDArray[np.float64]) -> tuple[int, float, float, float]:
    from armillary.analyses.index.treatment import moments_kernel

    n, second, third, fourth = moments_kernel.central(np.asarray(values, dtype=np.float64))
    return int(n), float(second), float(third), float(fourth)
