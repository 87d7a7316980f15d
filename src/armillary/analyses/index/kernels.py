"""Compiled loops over weight draws and units; imported only where they run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray


@njit(cache=True)  # type: ignore[untyped-decorator]
def weighted_mean(
    scores: NDArray[np.float64], weights: NDArray[np.float64], out: NDArray[np.float64]
) -> None:
    """Average children into `out`, dropping missing children together with their weight.

    A plain loop, not a matrix product: equal columns then give equal bits, so ties stay ties.

    Args:
        scores: Shape (draws or 1, children, units); NaN = missing.
        weights: Shape (draws, children).
        out: Shape (draws, units); NaN where no child with weight is present.
    """
    draws, children = weights.shape
    units = scores.shape[2]
    total = np.empty(units)
    for d in range(draws):
        s = d if scores.shape[0] > 1 else 0
        for u in range(units):
            out[d, u] = 0.0
            total[u] = 0.0
        for c in range(children):
            w = weights[d, c]
            for u in range(units):
                x = scores[s, c, u]
                known = x == x  # noqa: PLR0124 - only NaN differs from itself
                out[d, u] += w * x if known else 0.0
                total[u] += w if known else 0.0
        for u in range(units):
            out[d, u] = out[d, u] / total[u] if total[u] > 0.0 else np.nan


@njit(cache=True)  # type: ignore[untyped-decorator]
def rank(scores: NDArray[np.float64], out: NDArray[np.int64]) -> None:
    """Rank each row by counting larger values; beats sorting up to some 500 units.

    Args:
        scores: Shape (draws, units); NaN = missing.
        out: Shape (draws, units); 1 the best, ties share the lowest rank, 0 = missing.
    """
    draws, units = scores.shape
    for d in range(draws):
        row = scores[d]
        for i in range(units):
            x = row[i]
            larger = 0
            for j in range(units):
                larger += row[j] > x
            out[d, i] = larger + 1 if x == x else 0  # noqa: PLR0124


@njit(cache=True)  # type: ignore[untyped-decorator]
def count_ranks(ranks: NDArray[np.int64], counts: NDArray[np.int64]) -> None:
    """Add how often each unit took each rank.

    Args:
        ranks: Shape (draws, units).
        counts: Shape (units, units + 1), added to; column r counts rank r.
    """
    draws, units = ranks.shape
    for d in range(draws):
        for u in range(units):
            counts[u, ranks[d, u]] += 1
