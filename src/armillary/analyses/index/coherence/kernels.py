"""Compiled loops over pairs of rows, each over the units that have both; imported where they run.

Missing is NaN. A pair with fewer than `fewest` units, or a row equal in all of them, gives NaN.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray


@njit(cache=True)  # type: ignore[untyped-decorator]
def _correlation(
    x: NDArray[np.float64], y: NDArray[np.float64], both: NDArray[np.bool_], fewest: int
) -> float:
    n = 0
    mean_x = mean_y = 0.0
    low_x = low_y = np.inf
    high_x = high_y = -np.inf
    for u in range(x.size):
        if both[u]:
            n += 1
            mean_x += x[u]
            mean_y += y[u]
            low_x, high_x = min(low_x, x[u]), max(high_x, x[u])
            low_y, high_y = min(low_y, y[u]), max(high_y, y[u])
    # equal values are compared, not their variance, which rounding may leave above 0
    if n < fewest or low_x == high_x or low_y == high_y:
        return np.nan
    mean_x /= n
    mean_y /= n
    xx = yy = xy = 0.0
    scale_x, scale_y = high_x - low_x, high_y - low_y
    for u in range(x.size):
        if both[u]:
            a, b = (x[u] - mean_x) / scale_x, (y[u] - mean_y) / scale_y
            xx += a * a
            yy += b * b
            xy += a * b
    return float(min(1.0, max(-1.0, xy / np.sqrt(xx * yy))))


@njit(cache=True)  # type: ignore[untyped-decorator]
def pearson(
    left: NDArray[np.float64], right: NDArray[np.float64], fewest: int, out: NDArray[np.float64]
) -> None:
    """Correlate every row of `left` with every row of `right`.

    Args:
        left: Shape (rows, units).
        right: Shape (others, units).
        fewest: Units a pair needs.
        out: Shape (rows, others).
    """
    for i in range(left.shape[0]):
        for j in range(right.shape[0]):
            both = ~np.isnan(left[i] + right[j])
            out[i, j] = _correlation(left[i], right[j], both, fewest)


@njit(cache=True)  # type: ignore[untyped-decorator]
def _ranked(
    row: NDArray[np.float64],
    order: NDArray[np.int64],
    both: NDArray[np.bool_],
    out: NDArray[np.float64],
) -> tuple[float, float, float]:
    """Rank a row among the units of a pair, ties sharing their mean rank; sum over the ties.

    Args:
        row: Shape (units,).
        order: Units from the smallest value to the largest.
        both: Which units count.
        out: Ranks of those, shape (units,).

    Returns:
        Over all ties of t units: sums of t (t - 1), t (t - 1) (t - 2), t (t - 1) (2 t + 5).
    """
    two = three = five = 0.0
    tied = np.empty(row.size, dtype=np.int64)
    t = before = 0
    for at in range(row.size + 1):
        u = order[at] if at < row.size else -1
        if u >= 0 and not both[u]:
            continue
        if t > 0 and (u < 0 or row[u] != row[tied[0]]):
            for one in tied[:t]:
                out[one] = before + (t + 1) / 2
            before += t
            two += t * (t - 1)
            three += t * (t - 1) * (t - 2)
            five += t * (t - 1) * (2 * t + 5)
            t = 0
        if u >= 0:
            tied[t] = u
            t += 1
    return two, three, five


@njit(cache=True)  # type: ignore[untyped-decorator]
def spearman(  # noqa: PLR0917 - numba takes no keyword-only arguments here
    left: NDArray[np.float64],
    right: NDArray[np.float64],
    order_left: NDArray[np.int64],
    order_right: NDArray[np.int64],
    fewest: int,
    out: NDArray[np.float64],
) -> None:
    """Correlate ranks, taken anew among the units of each pair.

    Args:
        left: Shape (rows, units).
        right: Shape (others, units).
        order_left: Units of each row from the smallest value to the largest, NaN anywhere.
        order_right: The same for `right`.
        fewest: Units a pair needs.
        out: Shape (rows, others).
    """
    x, y = np.empty(left.shape[1]), np.empty(left.shape[1])
    for i in range(left.shape[0]):
        for j in range(right.shape[0]):
            both = ~np.isnan(left[i] + right[j])
            _ranked(left[i], order_left[i], both, x)
            _ranked(right[j], order_right[j], both, y)
            out[i, j] = _correlation(x, y, both, fewest)


@njit(cache=True)  # type: ignore[untyped-decorator]
def kendall(  # noqa: PLR0917 - numba takes no keyword-only arguments here
    left: NDArray[np.float64],
    right: NDArray[np.float64],
    order_left: NDArray[np.int64],
    order_right: NDArray[np.int64],
    fewest: int,
    out: NDArray[np.float64],
    z: NDArray[np.float64],
) -> None:
    """Count the pairs of units in the same order less those in the other: tau-b and its z.

    Args:
        left: Shape (rows, units).
        right: Shape (others, units).
        order_left: Units of each row from the smallest value to the largest, NaN anywhere.
        order_right: The same for `right`.
        fewest: Units a pair needs.
        out: Coefficients, shape (rows, others).
        z: The surplus over its standard deviation where nothing goes together, same shape.
    """
    ranks = np.empty(left.shape[1])
    for i in range(left.shape[0]):
        for j in range(right.shape[0]):
            both = ~np.isnan(left[i] + right[j])
            x, y = left[i][both], right[j][both]
            n = x.size
            out[i, j] = z[i, j] = np.nan
            if n < fewest:
                continue
            x2, x3, x5 = _ranked(left[i], order_left[i], both, ranks)
            y2, y3, y5 = _ranked(right[j], order_right[j], both, ranks)
            every = n * (n - 1.0)
            if max(x2, y2) == every:
                continue
            surplus = 0
            for a in range(n - 1):
                for b in range(a + 1, n):
                    up, over = x[b] - x[a], y[b] - y[a]
                    surplus += ((up > 0) - (up < 0)) * ((over > 0) - (over < 0))
            out[i, j] = 2 * surplus / np.sqrt((every - x2) * (every - y2))
            variance = (every * (2 * n + 5) - x5 - y5) / 18 + x2 * y2 / (2 * every)
            variance += x3 * y3 / (9 * every * (n - 2))
            z[i, j] = surplus / np.sqrt(variance)
