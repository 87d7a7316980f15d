"""How finely a corpus can be cut before the growth of its clusters is mostly noise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from armillary.analyses.topics.growth import Growth

LEAST_RELIABILITY = 0.5
CANDIDATES = (10, 15, 20, 30, 40, 50, 70, 100, 150, 200, 300, 400, 600, 800)


def reliability(grown: Growth, *, years_ahead: float) -> NDArray[np.float64]:
    """Return the share of the variance of each cluster's growth to come that is not noise.

    The variance of true log growth is that of the past, which is all that is known. Works to
    come are expected at the rate of the recent years. With n works in the recent years and m to
    come the noise of the log ratio is 1/n + 1/m, and reliability s / (s + 1/n + 1/m).
    Source: Lord & Novick (1968), Statistical Theories of Mental Test Scores (reliability as the
    share of true variance); spread s: Paule & Mandel (1982), doi:10.6028/jres.087.022.

    Args:
        grown: Growth up to now.
        years_ahead: Years to come, in units of the recent window.

    Returns:
        0..1, shape (clusters,).
    """
    recent = grown.n_recent + 0.5
    return np.asarray(grown.spread / (grown.spread + 1 / recent + 1 / (recent * years_ahead)))


def finest(
    reliability_at: Callable[[int], float],
    *,
    most: int,
    least_reliability: float = LEAST_RELIABILITY,
) -> tuple[int, dict[int, float]]:
    """Find as many clusters as leave growth reliable, by bisection over `CANDIDATES`.

    Reliability falls as clusters become smaller; the fewest are taken if none is reliable.
    No method of its own.

    Args:
        reliability_at: Median reliability of so many clusters.
        most: Most clusters the corpus can have.
        least_reliability: What is asked for.

    Returns:
        Clusters, and the reliability of each number that was tried.

    Examples:
        >>> finest(lambda n: 20 / n, most=1000)
        (40, {100: 0.2, 30: 0.6666666666666666, 50: 0.4, 40: 0.5})
    """
    possible = [n for n in CANDIDATES if n <= most] or [max(most, 1)]
    tried: dict[int, float] = {}
    low, high = 0, len(possible)
    while low < high:
        middle = (low + high) // 2
        n = possible[middle]
        tried[n] = reliability_at(n)
        low, high = (middle + 1, high) if tried[n] >= least_reliability else (low, middle)
    return possible[max(low - 1, 0)], tried
