"""Compiled loops over weight draws and units; imported only where they run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray


@njit(cache=True)  # type: ignore[untyped-decorator]
def _mean(
    values: NDArray[np.float64],
    children: NDArray[np.int64],
    weights: NDArray[np.float64],
    total: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    """Average rows of `values` into `out`, dropping what is missing together with its weight.

    A plain loop, not a matrix product: equal columns then give equal bits, so ties stay ties.
    """
    units = values.shape[1]
    for u in range(units):
        out[u] = 0.0
        total[u] = 0.0
    for c in children:
        w = weights[c]
        row = values[c]
        for u in range(units):
            x = row[u]
            known = x == x  # noqa: PLR0124 - only NaN differs from itself
            out[u] += w * x if known else 0.0
            total[u] += w if known else 0.0
    for u in range(units):
        out[u] = out[u] / total[u] if total[u] > 0.0 else np.nan


@njit(cache=True)  # type: ignore[untyped-decorator]
def weighted_means(
    scores: NDArray[np.float64], weights: NDArray[np.float64], out: NDArray[np.float64]
) -> None:
    """Average the children of one group for each draw.

    Args:
        scores: Shape (children, units); NaN = missing.
        weights: Shape (draws, children).
        out: Shape (draws, units); NaN where no child with weight is present.
    """
    children = np.arange(scores.shape[0])
    total = np.empty(scores.shape[1])
    for d in range(weights.shape[0]):
        _mean(scores, children, weights[d], total, out[d])


@njit(cache=True)  # type: ignore[untyped-decorator]
def climb(  # noqa: PLR0917 - numba takes no keyword-only arguments here
    values: NDArray[np.float64],
    weights: NDArray[np.float64],
    groups: NDArray[np.int64],
    ends: NDArray[np.int64],
    children: NDArray[np.int64],
    geometric: NDArray[np.bool_],
    logged: NDArray[np.bool_],
    scored: NDArray[np.bool_],
    out: NDArray[np.float64],
) -> None:
    """Aggregate a whole tree once for each draw; the tree of one draw stays in the cache.

    Args:
        values: Shape (nodes, units), rows of indicators filled (as logarithms where `logged`);
            rows of groups are written over.
        weights: Shape (draws, nodes).
        groups: Row of each group, every group after its parts.
        ends: For each group, where its part of `children` ends.
        children: Rows of the parts of all groups, one group after another.
        geometric: For each group, whether its mean is geometric.
        logged: For each node, whether its group takes a geometric mean.
        scored: Shape (nodes, units); whether a unit gets a score.
        out: Shape (draws, groups, units), or (draws, 1, units) for the last group alone.
    """
    total = np.empty(values.shape[1])
    for d in range(weights.shape[0]):
        start = 0
        for g in range(groups.size):
            at = groups[g]
            row = values[at]
            _mean(values, children[start : ends[g]], weights[d], total, row)
            start = ends[g]
            for u in range(row.size):
                if not scored[at, u]:
                    row[u] = np.nan
            if geometric[g]:
                row[:] = np.exp(row)
            if out.shape[1] > 1 or g == groups.size - 1:
                out[d, g if out.shape[1] > 1 else 0] = row
            if logged[at]:
                row[:] = np.log(row)


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
