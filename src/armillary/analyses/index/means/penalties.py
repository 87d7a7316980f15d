"""Means that charge for imbalance: a unit uneven across its children scores below its mean."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from armillary.analyses.index.means import aggregate, presence
from armillary.errors import IndexMethodError

if TYPE_CHECKING:
    from typing import TypeAlias

OrderWeights: TypeAlias = NDArray[np.float64] | Callable[[int], NDArray[np.float64]]


def mazziotta_pareto(
    scores: NDArray[np.float64],
    *,
    weights: NDArray[np.float64] | None = None,
    penalty: Literal["minus", "plus"] = "minus",
) -> NDArray[np.float64]:
    """Take from the mean of each unit its standard deviation times its coefficient of variation.

    Source: De Muro, Mazziotta & Pareto (2011), Composite indices of development and poverty: an
    application to MDGs. Weights other than equal ones are our extension.

    Args:
        scores: Scores of each child standardised over the units to mean 100 and standard
            deviation 10, shape (children, units); NaN = missing.
        weights: Shape (children,), rescaled over the children present; equal when None.
        penalty: "minus" where more is better, "plus" where the index measures a bad.

    Returns:
        Index, 100 = an average unit, shape (units,); NaN where no child with weight is present.

    Raises:
        IndexMethodError: A mean is 0 or below, so that no variation is relative to it; weights
            cannot be shared out.

    Examples:
        >>> mazziotta_pareto(np.array([[110.0, 100.0], [90.0, 100.0]]))
        array([ 99., 100.])
    """
    return _charged(scores, weights=weights, penalty=penalty, method="mazziotta_pareto")


def adjusted_mazziotta_pareto(
    scores: NDArray[np.float64],
    *,
    weights: NDArray[np.float64] | None = None,
    penalty: Literal["minus", "plus"] = "minus",
) -> NDArray[np.float64]:
    """Charge for imbalance on a scale that stays the same from year to year.

    The charge is that of `mazziotta_pareto`; the scale is fixed by goalposts and not by the
    mean and spread of one year, so that years compare.
    Source: Mazziotta & Pareto (2016), On a generalized non-compensatory composite index for
    measuring socio-economic phenomena. Weights other than equal ones are our extension.

    Args:
        scores: Scores of each child rescaled between its goalposts to 70..130, 100 = the
            reference, shape (children, units); NaN = missing.
        weights: As for `mazziotta_pareto`.
        penalty: As for `mazziotta_pareto`.

    Returns:
        Index, 100 = the reference, shape (units,); NaN as for `mazziotta_pareto`.

    Raises:
        IndexMethodError: As for `mazziotta_pareto`.
    """
    return _charged(scores, weights=weights, penalty=penalty, method="adjusted_mazziotta_pareto")


def _charged(
    scores: NDArray[np.float64],
    *,
    weights: NDArray[np.float64] | None,
    penalty: Literal["minus", "plus"],
    method: str,
) -> NDArray[np.float64]:
    if penalty not in ("minus", "plus"):
        raise IndexMethodError(
            f"A penalty is 'minus' or 'plus', not {penalty!r}.",
            where=f"penalties.{method}, penalty",
            fix='penalty = "minus" where more is better',
        )
    share = presence.shares(scores, weights=np.ones(len(scores)) if weights is None else weights)
    known = np.where(share > 0, scores, 0.0)
    mean = np.where(share.any(axis=0), (share * known).sum(axis=0), np.nan)
    if np.any(mean <= 0):
        raise IndexMethodError(
            f"A mean of {np.nanmin(mean):g} has no coefficient of variation.",
            where=f"penalties.{method}, {int(np.sum(mean <= 0))} units",
            fix="standardise to mean 100, deviation 10, or rescale to 70..130, beforehand",
        )
    variance = (share * (known - mean) ** 2).sum(axis=0)
    charge = variance / mean
    index: NDArray[np.float64] = mean - charge if penalty == "minus" else mean + charge
    return index


def mean_min(
    scores: NDArray[np.float64], *, weights: NDArray[np.float64], alpha: float, beta: float
) -> NDArray[np.float64]:
    """Lower the mean of each unit towards its lowest child.

    The mean less alpha times (square root of (mean - lowest)^2 + beta^2, less beta). Alpha 0 is
    the mean; alpha 1 with beta 0 is the lowest child.
    Source: Casadio Tarabusi & Guarini (2013), An unbalance adjustment method for development
    indicators, Social Indicators Research 112(1).

    Args:
        scores: Score points, all children on one scale, shape (children, units); NaN = missing.
        weights: Not below 0, shape (children,); rescaled over the children present. A child
            without weight is not the lowest.
        alpha: How much imbalance costs, 0..1.
        beta: Score points, 0 or more: imbalance small beside it costs little.

    Returns:
        Score points, shape (units,); NaN where no child with weight is present.

    Raises:
        IndexMethodError: Alpha or beta out of range; weights cannot be shared out.

    Examples:
        >>> mean_min(np.array([[40.0], [100.0]]), weights=np.ones(2), alpha=0.5, beta=40.0)
        array([65.])
    """
    if not (0 <= alpha <= 1 and 0 <= beta < np.inf):
        raise IndexMethodError(
            f"Alpha {alpha:g} and beta {beta:g} make no mean-min function.",
            where="penalties.mean_min, alpha and beta",
            fix="alpha from 0 to 1, beta 0 or more",
        )
    share = presence.shares(scores, weights=weights)
    mean = aggregate.arithmetic(scores, weights=weights)
    lowest = np.fmin.reduce(np.where(share > 0, scores, np.nan), axis=0)
    index: NDArray[np.float64] = mean - alpha * (np.hypot(mean - lowest, beta) - beta)
    return index


def ordered(scores: NDArray[np.float64], *, order_weights: OrderWeights) -> NDArray[np.float64]:
    """Average each unit's children by their order: the first weight goes to its best child.

    Source: Yager (1988), On ordered weighted averaging aggregation operators in multicriteria
    decisionmaking.

    Args:
        scores: Score points, all children on one scale, shape (children, units); NaN = missing.
        order_weights: Not below 0, rescaled to sum to 1: shape (children,), the best first; or
            a function giving such weights for the number of children present. Weights in an
            array are stretched over those present: their running total, joined by straight
            lines, is read at as many equal steps as there are children present. Maximum,
            minimum and plain mean so remain what they are.

    Returns:
        Score points, shape (units,); NaN where no child is present.

    Raises:
        IndexMethodError: Order weights are too few or too many, negative, or all 0.

    Examples:
        >>> ordered(np.array([[10.0, 10.0], [40.0, np.nan]]), order_weights=np.array([0.25, 0.75]))
        array([17.5, 10. ])
    """
    given = order_weights if callable(order_weights) else _stretcher(order_weights, len(scores))
    index = np.full(scores.shape[1], np.nan)
    count = (~np.isnan(scores)).sum(axis=0)
    falling = -np.sort(-scores, axis=0)  # NaN stays last
    for present in np.unique(count[count > 0]):
        weights = _checked(given(int(present)), int(present))
        at = count == present
        index[at] = weights @ falling[:present, at]
    return index


def _checked(weights: NDArray[np.float64], present: int) -> NDArray[np.float64]:
    weights = np.asarray(weights, dtype=np.float64)
    if weights.shape != (present,) or not ((weights >= 0).all() and 0 < weights.sum() < np.inf):
        raise IndexMethodError(
            f"Order weights {np.array2string(weights, threshold=5)} do not fit {present} children.",
            where="penalties.ordered, order_weights",
            fix="give one weight of 0 or more for each place, not all 0",
        )
    rescaled: NDArray[np.float64] = weights / weights.sum()
    return rescaled


def _stretcher(weights: NDArray[np.float64], children: int) -> Callable[[int], NDArray[np.float64]]:
    running = np.concatenate(([0.0], np.cumsum(_checked(weights, children))))
    steps = np.arange(children + 1) / children

    def stretched(present: int) -> NDArray[np.float64]:
        if present == children:
            return weights
        read = np.interp(np.arange(present + 1) / present, steps, running)
        shares: NDArray[np.float64] = np.diff(read)
        return shares

    return stretched


def order_weights(n: int, *, orness: float) -> NDArray[np.float64]:
    """Find the most even order weights of a given leaning towards the best children.

    The weights of maximum entropy, which fall or rise by a constant factor.
    Source: O'Hagan (1988), Aggregating template or rule antecedents in real-time expert systems
    with fuzzy set logic.

    Args:
        n: Number of children, 1 or more.
        orness: 1 = the best child alone, 0.5 = the plain mean, 0 = the worst child alone.

    Returns:
        Weights summing to 1, the best child's first, shape (n,).

    Raises:
        IndexMethodError: No child, or orness outside 0..1.

    Examples:
        >>> order_weights(4, orness=0.5)
        array([0.25, 0.25, 0.25, 0.25])
    """
    from scipy.optimize import brentq

    if n < 1 or not 0 <= orness <= 1:
        raise IndexMethodError(
            f"There are no order weights for {n} children at orness {orness:g}.",
            where="penalties.order_weights",
            fix="one child or more, orness from 0 to 1",
        )
    places = np.linspace(1.0, 0.0, n) if n > 1 else np.array([orness])

    def weights(slope: float) -> NDArray[np.float64]:
        power = np.exp(slope * places - max(slope, 0.0))
        evened: NDArray[np.float64] = power / power.sum()
        return evened

    if n == 1 or orness == 0.5:
        return np.full(n, 1 / n)
    if orness in (0, 1):
        alone = np.zeros(n)
        alone[0 if orness == 1 else -1] = 1.0
        return alone
    steepest = 800.0 * n  # where the double precision of the weights ends
    slope = brentq(lambda s: weights(s) @ places - orness, -steepest, steepest, xtol=1e-14)
    return weights(slope)
