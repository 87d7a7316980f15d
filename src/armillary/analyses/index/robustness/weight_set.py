"""Sets of weights: what an analysis over all admissible weights ranges over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from armillary.errors import IndexMethodError, listed

if TYPE_CHECKING:
    from numpy.typing import NDArray


class WeightSet(msgspec.Struct, frozen=True, kw_only=True):
    """Weights that sum to 1, within bounds, and whatever else is asked of them.

    Args:
        lower: Least weight of each child, 0..1, after rescaling to sum 1.
        upper: Greatest weight of each child, 0..1.
        ratios: (i, j, limit): weight i is at most `limit` times weight j; limit 1 is the
            ordering "j weighs at least as much as i".
        groups: (children, low, high): the weights of these children sum to low..high.
    """

    lower: tuple[float, ...]
    upper: tuple[float, ...]
    ratios: tuple[tuple[int, int, float], ...] = ()
    groups: tuple[tuple[tuple[int, ...], float, float], ...] = ()


def rescaled(
    lower: NDArray[np.float64],
    upper: NDArray[np.float64],
) -> WeightSet:
    """Describe weights drawn freely between bounds and then divided by their sum.

    This is what a replicate and an average that rescales its weights do. A weight i is then at
    most upper[i] / lower[j] times a weight j, and these ratios describe the set exactly. Their
    number grows with the square of the children: quick for groups, slow for tens of indicators.
    No method of its own: it eliminates the sum from lower <= w x sum <= upper.

    Args:
        lower: Least weights before rescaling, above 0, shape (children,).
        upper: Greatest weights before rescaling, shape (children,).

    Raises:
        IndexMethodError: A bound is 0 or below, or the bounds cross.

    Examples:
        >>> rescaled(np.array([1.0, 1.0]), np.array([3.0, 1.0])).upper
        (0.75, 0.5)
    """
    if not (np.all(lower > 0) and np.all(lower <= upper) and np.isfinite(upper).all()):
        raise IndexMethodError(
            "The bounds of the weights do not leave every weight above 0.",
            where=f"weight_set.rescaled, lower {listed(lower.tolist())}",
            fix="give lower bounds above 0 and not above the upper bounds",
        )
    children = range(lower.size)
    others_low, others_high = lower.sum() - lower, upper.sum() - upper
    return WeightSet(
        lower=tuple((lower / (lower + others_high)).tolist()),
        upper=tuple((upper / (upper + others_low)).tolist()),
        ratios=tuple(
            (i, j, float(upper[i] / lower[j])) for i in children for j in children if i != j
        ),
    )


def constraints(
    weights: WeightSet, *, children: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Turn a set of weights into constraints hard . w <= 0 and bounds, or say that it is empty.

    No method of its own: as weights sum to 1, a . w <= b is (a - b) . w <= 0.

    Args:
        weights: The set.
        children: How many children there are.

    Returns:
        The hard constraints, shape (constraints, children); least and greatest weights, shape
        (children,) each.

    Raises:
        IndexMethodError: The set is empty, or does not fit the children.
    """
    from armillary.analyses.index.robustness import certified_search

    lower, upper = np.array(weights.lower, dtype=float), np.array(weights.upper, dtype=float)
    if lower.shape != (children,) or upper.shape != (children,):
        raise IndexMethodError(
            f"{lower.size} lower and {upper.size} upper bounds do not fit {children} children.",
            where="weight_set",
            fix="give one lower and one upper bound for each row of the scores",
        )
    hard = []
    for i, j, limit in weights.ratios:
        row = np.zeros(children)
        row[i] += 1.0 / max(limit, 1.0)
        row[j] -= limit / max(limit, 1.0)
        hard.append(row)
    for members, low, high in weights.groups:
        inside = np.zeros(children)
        inside[list(members)] = 1.0
        hard += [low - inside, inside - high]
    stacked = np.array(hard).reshape(-1, children)
    sound = bool(np.all(lower >= 0) and np.all(lower <= upper) and np.isfinite(upper).all())
    # Rounding of bounds that are meant to sum to 1 must not empty the set.
    if sound and lower.sum() <= 1 + 1e-12 and upper.sum() >= 1 - 1e-12:
        lower = lower / max(1.0, lower.sum())
        upper = np.maximum(lower, upper / min(1.0, upper.sum()))
        flat, found, points = np.ones((1, children)), np.empty((1, 2)), np.empty((1, 2, children))
        if certified_search.extremes(flat, stacked, lower, upper, found, points):
            return stacked, lower, upper
    raise IndexMethodError(
        "No weights satisfy all that is asked of them.",
        where=f"weight_set, bounds sum to {lower.sum():g} and {upper.sum():g}, "
        f"{len(weights.ratios)} ratios, {len(weights.groups)} groups",
        fix="widen the bounds until weights that sum to 1 fit, or drop a ratio or a group",
    )
