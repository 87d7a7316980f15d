"""The compiled loop of `moments`: an audit asks for shapes hundreds of thousands of times."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def central(values: NDArray[np.float64]) -> tuple[int, float, float, float]:
    """Take the mean powers of the deviations from the mean, as shares of the largest.

    Args:
        values: Shape (units,); NaN = missing, left out.

    Returns:
        How many values are known, and the means of the second, third and fourth powers; 0
        known where all known values are equal.
    """
    known = 0
    low, high = np.inf, -np.inf
    middle = 0.0
    for x in values:
        if x == x:  # noqa: PLR0124
            known += 1
            low, high = min(low, x), max(high, x)
            middle += x / 2  # halved: the range of very large values may exceed the largest number
    if known == 0 or low == high:
        return 0, 0.0, 0.0, 0.0
    middle /= known
    largest = max(high / 2 - middle, middle - low / 2)
    second, third, fourth = 0.0, 0.0, 0.0
    for x in values:
        if x == x:  # noqa: PLR0124
            share = (x / 2 - middle) / largest
            square = share * share
            second += square
            third += square * share
            fourth += square * square
    return known, second / known, third / known, fourth / known
