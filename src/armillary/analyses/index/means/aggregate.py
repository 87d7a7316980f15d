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


def harmonic(scores: NDArray[np.float64], *, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Average the children of one group harmonically: harsher on a low child than `geometric`.

    Source: the generalised mean of power -1, in OECD/JRC (2008), doi:10.1787/9789264043466-en.

    Args:
        scores: Score points above 0, shape (children, units); NaN = missing.
        weights: As for `arithmetic`.

    Returns:
        Score points, shape as for `arithmetic`.

    Raises:
        IndexMethodError: A score is 0 or below.

    Examples:
        >>> harmonic(np.array([[10.0, 5.0], [40.0, np.nan]]), weights=np.array([1.0, 1.0]))
        array([16.,  5.])
    """
    return generalised(scores, weights=weights, power=-1.0)


def generalised(
    scores: NDArray[np.float64], *, weights: NDArray[np.float64], power: float
) -> NDArray[np.float64]:
    """Average the children of one group with a power mean: the lower the power, the harsher.

    Power 1 is the arithmetic mean, 0 the geometric, -1 the harmonic, 2 the root mean square.
    Source: Hardy, Littlewood & Polya (1934), Inequalities, chapter 2.

    Args:
        scores: Score points, shape (children, units); NaN = missing. Above 0 where `power` is
            0 or below, not below 0 where it is another power than 1.
        weights: As for `arithmetic`.
        power: Any finite number.

    Returns:
        Score points, shape as for `arithmetic`.

    Raises:
        IndexMethodError: A score has no mean of this power, or the power is not finite.

    Examples:
        >>> generalised(np.array([[3.0], [4.0]]), weights=np.array([1.0, 1.0]), power=2) ** 2
        array([12.5])
    """
    if not np.isfinite(power):
        raise IndexMethodError(
            f"A mean of power {power:g} is not a number.",
            where="aggregate.generalised, power",
            fix="choose a finite power, such as -1, 0.5 or 2",
        )
    if power == 0:
        return geometric(scores, weights=weights)
    if power == 1:
        return arithmetic(scores, weights=weights)
    refused = scores <= 0 if power < 0 else scores < 0
    if np.any(refused):
        raise IndexMethodError(
            f"A score of {np.nanmin(scores):g} has no mean of power {power:g}.",
            where=f"aggregate.generalised, {int(np.sum(refused))} scores too low",
            fix="normalise to a range above 0, such as 1 to 100, or take power 1",
        )
    # each unit is measured in its own dominant score, so that no power overflows
    weighted = np.any(np.atleast_2d(weights) > 0, axis=0)
    extreme = np.fmax if power > 0 else np.fmin
    unit = extreme.reduce(np.where(weighted[:, None], scores, np.nan), axis=0)
    unit = np.where(unit > 0, unit, 1.0)
    with np.errstate(over="ignore", under="ignore"):
        powers = (scores / unit) ** power
        # a child without weight may dwarf the rest, and counts for nothing
        powers[~weighted] = np.where(np.isnan(scores[~weighted]), np.nan, 1.0)
        mean: NDArray[np.float64] = unit * arithmetic(powers, weights=weights) ** (1 / power)
    return mean
