"""Step 6 of the Handbook: the parts of a group become its score."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from armillary.errors import IndexMethodError

if TYPE_CHECKING:
    from numpy.typing import NDArray


def arithmetic(scores: NDArray[np.float64], *, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Average the children of one group, each missing child dropped with its weight.

    Source: OECD/JRC (2008), doi:10.1787/9789264043466-en, step 6, linear aggregation.

    Args:
        scores: Score points, shape (children, units); NaN = missing.
        weights: Not below 0, shape (children,) or (draws, children); rescaled over the
            children present.

    Returns:
        Score points, shape (units,) for one set of weights, else (draws, units); NaN where no
        child with a weight above 0 is present.

    Examples:
        >>> arithmetic(np.array([[10.0, 10.0], [40.0, np.nan]]), weights=np.array([2.0, 1.0]))
        array([20., 10.])
    """
    from armillary.analyses.index import kernels

    drawn = np.ascontiguousarray(np.atleast_2d(weights))
    if scores.ndim != 2 or scores.shape[0] != drawn.shape[1]:
        raise ValueError(f"scores {scores.shape} do not fit weights {weights.shape}")
    mean = np.empty((drawn.shape[0], scores.shape[1]))
    kernels.weighted_means(np.ascontiguousarray(scores), drawn, mean)
    return mean[0] if weights.ndim == 1 else mean


def geometric(scores: NDArray[np.float64], *, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Average the children of one group geometrically: a low child weighs on all others.

    Source: OECD/JRC (2008), doi:10.1787/9789264043466-en, step 6, geometric aggregation.

    Args:
        scores: Score points above 0, shapes as for `arithmetic`; NaN = missing.
        weights: As for `arithmetic`.

    Returns:
        Score points, shape as for `arithmetic`.

    Raises:
        IndexMethodError: A score is 0 or below.

    Examples:
        >>> geometric(np.array([[10.0, 5.0], [40.0, np.nan]]), weights=np.array([1.0, 1.0]))
        array([20., 5.])
    """
    mean: NDArray[np.float64] = np.exp(arithmetic(logarithms(scores), weights=weights))
    return mean


def logarithms(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Take natural logarithms, or say which scores have none.

    No method of its own: what every geometric mean begins with.

    Args:
        scores: Score points above 0, any shape; NaN = missing.

    Returns:
        Natural logarithms, same shape; NaN = missing.

    Raises:
        IndexMethodError: A score is 0 or below.
    """
    if np.any(scores <= 0):
        raise IndexMethodError(
            f"A score of {np.nanmin(scores):g} has no geometric mean.",
            where=f"aggregate.geometric, {int(np.sum(scores <= 0))} scores at or below 0",
            fix='normalise with `range = [1, 100]`, or aggregate = "arithmetic"',
        )
    logs: NDArray[np.float64] = np.log(scores)
    return logs
