"""Intervals of shares and means, for numbers of works that may be small."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betaincinv

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BLOCK = 4_000_000  # draws held at once


def exact_interval(
    counts: NDArray[np.int64], of: NDArray[np.int64], *, level: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the exact interval of shares.

    Source: Clopper & Pearson (1934), doi:10.1093/biomet/26.4.404.

    Args:
        counts: Works counted, 0 <= counts <= of.
        of: Works looked at.
        level: Level of the interval, such as 0.9.

    Examples:
        >>> low, high = exact_interval(np.array([0, 10]), np.array([10, 10]), level=0.9)
        >>> low.round(4).tolist(), high.round(4).tolist()
        ([0.0, 0.7411], [0.2589, 1.0])
    """
    tail = (1 - level) / 2
    k, n = counts.astype(np.float64), of.astype(np.float64)
    low = np.where(k > 0, betaincinv(np.maximum(k, 1), n - k + 1, tail), 0.0)
    high = np.where(k < n, betaincinv(k + 1, np.maximum(n - k, 1), 1 - tail), 1.0)
    return low, high


def bootstrap_mean(
    values: NDArray[np.float64], *, level: float, draws: int, seed: int
) -> tuple[float, float]:
    """Return the percentile interval of a mean by drawing the works again.

    Values are drawn in their sorted order, so the interval depends on the values and the seed
    and not on the order of works.
    Source: Efron (1979), doi:10.1214/aos/1176344552.

    Args:
        values: One value per work, at least one.
        level: Level of the interval.
        draws: Times the works are drawn.
        seed: Seed of the draws.
    """
    held = np.sort(values)
    random = np.random.default_rng([seed, held.size])
    means = np.empty(draws)
    block = max(_BLOCK // held.size, 1)
    for first in range(0, draws, block):
        size = min(block, draws - first)
        means[first : first + size] = held[random.integers(held.size, size=(size, held.size))].mean(
            axis=1
        )
    tail = (1 - level) / 2
    low, high = np.quantile(means, [tail, 1 - tail])
    return float(low), float(high)
