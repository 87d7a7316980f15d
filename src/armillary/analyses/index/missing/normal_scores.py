"""Normal scores: skewed indicators put on the scale of a normal distribution, and back.

The known values of an indicator define its scale: the k-th smallest of n has the score
Phi^-1((k - 1/2) / n). Between known values scores are interpolated; beyond them lies nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def forward(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Score every known value by its rank; ties take the score of their middle rank.

    Source: rank-based normal scores at Hazen's plotting positions, (rank - 1/2) / n.

    Args:
        values: Shape (leaves, units); NaN = missing.

    Returns:
        Scores, same shape; NaN = missing.

    Examples:
        >>> forward(np.array([[10.0, np.nan, 1000.0, 20.0]])).round(3)
        array([[-0.967,    nan,  0.967,  0.   ]])
    """
    from scipy.special import ndtri
    from scipy.stats import rankdata

    scores = np.full(values.shape, np.nan)
    for row, out in zip(values, scores, strict=True):
        known = ~np.isnan(row)
        out[known] = ndtri((rankdata(row[known]) - 0.5) / known.sum())
    return scores


def back(scores: NDArray[np.float64], *, known: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn scores into values by the interpolated quantiles of the known values.

    Source: the inverse of `forward`; Hyndman & Fan (1996), quantile definition 5.

    Args:
        scores: Shape (leaves, units) or (draws, leaves, units); NaN = missing.
        known: Values that define the scales, shape (leaves, any number); NaN = missing.

    Returns:
        Values within the range of the known ones, shape of `scores`.

    Examples:
        >>> back(np.array([[-9.0, 0.0, 9.0]]), known=np.array([[10.0, 20.0, 1000.0]]))
        array([[  10.,   20., 1000.]])
    """
    values = np.empty(scores.shape)
    for i, row in enumerate(known):
        held, steps = _scale(row)
        values[..., i, :] = np.interp(scores[..., i, :], steps, held)
    return values


def edges(
    values: NDArray[np.float64], *, known: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Find the least and the largest score that `back` turns into each value.

    Source: the inverse of `back`.

    Args:
        values: Shape (leaves, units); NaN = missing.
        known: As for `back`.

    Returns:
        Two arrays, same shape: one score twice, except where known values tie; both infinite
        beyond the range of the known values, NaN where missing.

    Examples:
        >>> low, high = edges(np.array([[1.0, 2.0, 9.0]]), known=np.array([[1.0, 1.0, 3.0]]))
        >>> low.round(3), high.round(3)
        (array([[-0.967,  0.484,    inf]]), array([[0.   , 0.484,   inf]]))
    """
    low, high = np.full(values.shape, np.nan), np.full(values.shape, np.nan)
    for i, row in enumerate(known):
        held, steps = _scale(row)
        at = ~np.isnan(values[i])
        x = values[i, at]
        first = np.searchsorted(held, x, side="left")
        last = np.searchsorted(held, x, side="right")
        tied = last > first
        between = np.interp(x, held, steps)
        between[first == held.size] = np.inf
        between[last == 0] = -np.inf
        low[i, at] = np.where(tied, steps[np.minimum(first, held.size - 1)], between)
        high[i, at] = np.where(tied, steps[np.maximum(last - 1, 0)], between)
    return low, high


def _scale(row: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    from scipy.special import ndtri

    held = np.sort(row[~np.isnan(row)])
    return held, ndtri((np.arange(held.size) + 0.5) / held.size)
