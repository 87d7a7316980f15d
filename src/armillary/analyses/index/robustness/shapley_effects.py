"""Shapley effects: shares of a variance when the factors depend on each other.

Sobol' indices of dependent factors neither add up nor mean what they say; Shapley effects share
out the whole variance, the part that factors hold in common included.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from armillary.analyses.index.robustness.shapley import allocate
from armillary.errors import IndexMethodError

if TYPE_CHECKING:
    from collections.abc import Callable

    Evaluate = Callable[[NDArray[np.float64]], NDArray[np.float64]]
    Draw = Callable[[np.random.Generator, int], NDArray[np.float64]]
    DrawGiven = Callable[
        [np.random.Generator, tuple[int, ...], NDArray[np.float64]], NDArray[np.float64]
    ]

_MOST = 12
_CONSTANT = 1e-13  # of an output's size: a spread that is rounding


class ShapleyEffects(msgspec.Struct, frozen=True):
    """Shares of the variance of each output; they sum to 1, or are NaN where nothing varies.

    Args:
        shares: Shape (factors, outputs).
        error: Standard error of each share, same shape; 0 when exact.
        variance: Variance of each output, shape (outputs,).
        undefined: Outputs that do not vary, shape (outputs,).
    """

    shares: NDArray[np.float64]
    error: NDArray[np.float64]
    variance: NDArray[np.float64]
    undefined: NDArray[np.bool_]


def discrete(
    factors: NDArray[np.int64],
    outputs: NDArray[np.float64],
    *,
    probabilities: NDArray[np.float64] | None = None,
) -> ShapleyEffects:
    """Share out the variance over factors with few levels, exactly.

    The value of a set of factors is the variance of the mean output given their levels.
    Source: Song, Nelson & Staum (2016), Shapley effects for global sensitivity analysis: theory
    and computation; Owen & Prieur (2017), On Shapley value for measuring importance of dependent
    inputs.

    Args:
        factors: Level of each factor in each run, as numbers, shape (runs, factors); combinations
            that never happen together are simply absent.
        outputs: Outputs of each run, shape (runs, outputs).
        probabilities: Probability of each run, shape (runs,), above 0; rescaled to sum 1.
            None: all alike.

    Raises:
        IndexMethodError: Shapes do not fit, more than 12 factors, outputs that are missing, or
            probabilities not above 0.

    Examples:
        >>> levels = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
        >>> discrete(levels, np.array([[0.0], [1.0], [3.0], [4.0]])).shares
        array([[0.9],
               [0.1]])
    """
    runs = factors.shape[0]
    chance = np.ones(runs) if probabilities is None else probabilities
    if not (factors.ndim == outputs.ndim == 2 and outputs.shape[0] == chance.size == runs > 0):
        raise IndexMethodError(
            f"Factors {factors.shape} and outputs {outputs.shape} do not describe the same runs.",
            where="shapley_effects.discrete",
            fix="give (runs, factors), (runs, outputs) and, if any, (runs,) probabilities",
        )
    if not (np.isfinite(outputs).all() and np.isfinite(chance).all() and np.all(chance > 0)):
        raise IndexMethodError(
            "An output is missing or infinite, or a probability is not above 0.",
            where="shapley_effects.discrete",
            fix="leave out units not ranked in every run, and runs that cannot happen",
        )
    count = _few(factors.shape[1])
    chance = chance / chance.sum()
    centred = outputs - chance @ outputs
    values = np.zeros((2**count, outputs.shape[1]))
    for code in range(1, 2**count):
        chosen = [factor for factor in range(count) if code >> factor & 1]
        _, group = np.unique(factors[:, chosen], axis=0, return_inverse=True)
        weight = np.bincount(group, weights=chance)
        sums = np.zeros((weight.size, outputs.shape[1]))
        np.add.at(sums, group, centred * chance[:, None])
        values[code] = (sums**2 / weight[:, None]).sum(axis=0)
    variance = chance @ centred**2
    if not np.allclose(values[-1], variance, rtol=1e-9, atol=1e-12 * float(variance.max())):
        raise IndexMethodError(
            "Runs with the same levels have different outputs.",
            where="shapley_effects.discrete",
            fix="add what else differs between the runs as a factor, e.g. the weight set drawn",
        )
    undefined = variance <= (_CONSTANT * np.abs(outputs).max(axis=0)) ** 2
    parts = allocate(values)
    shares = parts / np.where(undefined, np.nan, variance)
    return ShapleyEffects(
        shares=shares,
        error=np.where(undefined, np.nan, np.zeros_like(shares)),
        variance=np.where(undefined, 0.0, variance),
        undefined=undefined,
    )


def conditional(
    evaluate: Evaluate,
    *,
    draw: Draw,
    draw_given: DrawGiven,
    outer: int,
    inner: int = 3,
    seed: int,
) -> ShapleyEffects:
    """Share out the variance over factors of any distribution, by drawing some given the others.

    The value of a set of factors is what variance is left, on average, when all others are
    known: the variance of `inner` runs, averaged over `outer` draws of the others. Costs
    outer x inner x (2^factors - 1) runs; many outer draws with few inner ones are best.
    Source: Song, Nelson & Staum (2016), Shapley effects for global sensitivity analysis: theory
    and computation.

    Args:
        evaluate: Gives the outputs, shape (rows, outputs), of factors, shape (rows, factors).
        draw: Draws so many rows of all factors from their joint distribution.
        draw_given: Draws all factors anew but for those at the positions given, which keep the
            values of the rows given; from their distribution given these values.
        outer: Draws of the factors that are known, at least 2.
        inner: Draws of the others for each, at least 2.
        seed: Same seed, same draws.

    Raises:
        IndexMethodError: More than 12 factors, fewer than 2 draws, or outputs that are missing.
    """
    if min(outer, inner) < 2:
        raise IndexMethodError(
            f"{outer} outer and {inner} inner draws show no variance.",
            where="shapley_effects.conditional",
            fix="use at least 2 of each, e.g. outer=1000 and inner=3",
        )
    generator = np.random.default_rng(seed)
    rows = draw(generator, outer * inner)
    count = _few(rows.shape[1])
    y = _outputs(evaluate, rows)
    # Squares around the mean with the factor that makes their mean the unbiased variance.
    squares = (y - y.mean(axis=0)) ** 2 * len(y) / (len(y) - 1)
    values, doubts = np.zeros((2, 2**count, y.shape[1]))
    values[-1], doubts[-1] = squares.mean(axis=0), squares.var(axis=0, ddof=1) / len(y)
    for code in range(1, 2**count - 1):
        known = tuple(factor for factor in range(count) if not code >> factor & 1)
        given = np.repeat(draw(generator, outer), inner, axis=0)
        inside = _outputs(evaluate, draw_given(generator, known, given))
        left = inside.reshape(outer, inner, -1).var(axis=1, ddof=1)
        values[code], doubts[code] = left.mean(axis=0), left.var(axis=0, ddof=1) / outer
    undefined = values[-1] <= (_CONSTANT * np.abs(y).max(axis=0)) ** 2
    variance = np.where(undefined, np.nan, values[-1])
    shares = allocate(values) / variance
    influence = np.repeat(allocate(np.eye(2**count))[:, :, None], y.shape[1], axis=2)
    influence[:, -1] -= shares
    error = np.sqrt((influence**2 * doubts).sum(axis=1)) / variance
    return ShapleyEffects(
        shares=shares,
        error=error,
        variance=np.where(undefined, 0.0, values[-1]),
        undefined=undefined,
    )


def _few(count: int) -> int:
    """Return the number of factors, or refuse to go through all their sets."""
    if not 1 <= count <= _MOST:
        raise IndexMethodError(
            f"{count} factors have {2**count:,} sets.",
            where="shapley_effects",
            fix=f"group them into 1 to {_MOST} factors",
        )
    return count


def _outputs(evaluate: Evaluate, rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Run the model, and refuse outputs that have no variance."""
    y = evaluate(rows)
    if y.ndim != 2 or y.shape[0] != rows.shape[0] or not np.isfinite(y).all():
        raise IndexMethodError(
            f"Outputs of shape {y.shape} for {rows.shape[0]} rows, or one missing or infinite.",
            where="shapley_effects.conditional, evaluate",
            fix="return finite numbers of shape (rows, outputs)",
        )
    return y
