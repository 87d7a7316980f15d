"""Sobol' indices: what share of the doubt about a result each choice accounts for, with errors.

A factor is one choice or a group of them (all weights of a level). Points are scrambled Sobol'
sequences; independent scrambles give honest standard errors. Results are taken in chunks, many
outputs at once, so that memory grows with factors and outputs and not with rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from armillary.errors import IndexMethodError

if TYPE_CHECKING:
    from collections.abc import Sequence

_CONSTANT = 1e-13  # of an output's size: a spread that is rounding


class SobolIndices(msgspec.Struct, frozen=True):
    """Shares of the variance of each output; NaN where the output does not vary.

    An estimate may fall slightly outside 0..1; it is not clipped, as that would hide its error.

    Args:
        first: Share due to each factor alone, shape (factors, outputs).
        total: Share in which each factor takes part, shape (factors, outputs).
        first_error: Standard error of `first`; NaN with one batch.
        total_error: Standard error of `total`; NaN with one batch.
        mean: Mean of each output, shape (outputs,).
        variance: Variance of each output, shape (outputs,).
        undefined: Outputs that do not vary, so that no share is defined, shape (outputs,).
        batches: How many independent scrambles the errors rest on.
    """

    first: NDArray[np.float64]
    total: NDArray[np.float64]
    first_error: NDArray[np.float64]
    total_error: NDArray[np.float64]
    mean: NDArray[np.float64]
    variance: NDArray[np.float64]
    undefined: NDArray[np.bool_]
    batches: int


def design(
    dimensions: Sequence[int], *, rows: int, seed: int, batch: int = 0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lay out two independent samples of all factors, as one scrambled Sobol' sequence.

    Source: Saltelli et al. (2010), Variance based sensitivity analysis of model output; Owen
    (1997), Scrambled net variance for integrals of smooth functions.

    Args:
        dimensions: Number of columns of each factor.
        rows: A power of 2, for which the sequence is balanced.
        seed: Same seed and batch, same points.
        batch: Number of the scramble; batches are independent of each other.

    Returns:
        Samples a and b, shape (rows, sum of dimensions) each, uniform in 0..1.

    Raises:
        IndexMethodError: `rows` is no power of 2, or a factor has no column.

    Examples:
        >>> a, b = design([1, 2], rows=4, seed=1)
        >>> a.shape, np.sort(np.floor(a[:, 0] * 4)).tolist()
        ((4, 3), [0.0, 1.0, 2.0, 3.0])
    """
    from scipy.stats import qmc

    if rows < 2 or rows & (rows - 1):
        raise IndexMethodError(
            f"{rows} rows are no power of 2, so a Sobol' sequence is not balanced.",
            where="sobol.design",
            fix=f"use {2 ** max(1, round(np.log2(max(rows, 2))))} rows",
        )
    if not dimensions or min(dimensions) < 1:
        raise IndexMethodError(
            "A factor has no column.",
            where=f"sobol.design, dimensions {list(dimensions)}",
            fix="give each factor at least one column, and at least one factor",
        )
    columns = sum(dimensions)
    points = qmc.Sobol(2 * columns, rng=np.random.default_rng([seed, batch])).random(rows)
    return points[:, :columns], points[:, columns:]


def mix(
    a: NDArray[np.float64], b: NDArray[np.float64], *, dimensions: Sequence[int], factor: int
) -> NDArray[np.float64]:
    """Take one factor from b and all others from a.

    Source: Saltelli et al. (2010), Variance based sensitivity analysis of model output.

    Args:
        a: Sample from `design`, or some of its rows.
        b: The other sample, same rows.
        dimensions: Number of columns of each factor.
        factor: Position of the factor in `dimensions`.

    Examples:
        >>> mix(np.zeros((1, 3)), np.ones((1, 3)), dimensions=[1, 2], factor=1)
        array([[0., 1., 1.]])
    """
    start = sum(dimensions[:factor])
    mixed = a.copy()
    mixed[:, start : start + dimensions[factor]] = b[:, start : start + dimensions[factor]]
    return mixed


class Accumulator:
    """Sums over the runs of a design, chunk by chunk, from which `indices` follow.

    Args:
        factors: Number of factors.
        outputs: Number of outputs, e.g. the ranks of 130 units and their mean shift.
    """

    def __init__(self, *, factors: int, outputs: int) -> None:
        self._shape = (factors, outputs)
        self._shift: NDArray[np.float64] | None = None
        self._batches: dict[int, dict[str, NDArray[np.float64]]] = {}

    def add(
        self,
        y_a: NDArray[np.float64],
        y_b: NDArray[np.float64],
        *,
        y_ab: NDArray[np.float64],
        batch: int = 0,
    ) -> None:
        """Add the outputs of some rows of one batch, in any order and any number.

        Args:
            y_a: Outputs at a, shape (rows, outputs).
            y_b: Outputs at b, shape (rows, outputs).
            y_ab: Outputs at a with one factor from b, shape (factors, rows, outputs).
            batch: The scramble the rows belong to.

        Raises:
            IndexMethodError: Shapes do not fit, or an output is missing or infinite.
        """
        factors, outputs = self._shape
        rows = y_a.shape[0]
        shapes = (y_a.shape, y_b.shape, y_ab.shape)
        if shapes != ((rows, outputs), (rows, outputs), (factors, rows, outputs)):
            raise IndexMethodError(
                f"Outputs of shapes {shapes} do not fit {factors} factors and {outputs} outputs.",
                where="sobol.Accumulator.add",
                fix="give (rows, outputs), (rows, outputs) and (factors, rows, outputs)",
            )
        if not all(np.isfinite(y).all() for y in (y_a, y_b, y_ab)):
            raise IndexMethodError(
                "An output is missing or infinite in some runs, so its variance is not defined.",
                where=f"sobol.Accumulator.add, batch {batch}",
                fix="leave out units that are not ranked in every run",
            )
        if self._shift is None:
            self._shift = y_a[0].copy()  # keeps sums of squares near the variance
        a, b, ab = y_a - self._shift, y_b - self._shift, y_ab - self._shift
        sums = {
            "rows": np.array(float(rows)),
            "level": (a + b).sum(axis=0),
            "squares": (a**2 + b**2).sum(axis=0),
            "first": np.einsum("ro,fro->fo", b, ab - a),
            "shift": (ab - a).sum(axis=1),
            "total": ((ab - a) ** 2).sum(axis=1),
        }
        held = self._batches.setdefault(batch, {name: np.zeros_like(s) for name, s in sums.items()})
        for name, value in sums.items():
            held[name] += value

    def indices(self) -> SobolIndices:
        """Estimate the indices from all rows so far, with errors from the spread of the batches.

        First order: mean of (y_b - mean)(y_ab - y_a); total: half the mean of (y_a - y_ab)^2; both
        over the variance of a and b. The mean is subtracted so that the first-order error does
        not grow with the level of the output. Error: of a ratio of two batch means.
        Source: Saltelli et al. (2010), Variance based sensitivity analysis of model output, for
        the first order; Jansen (1999), Analysis of variance designs for model output, for the
        total.

        Raises:
            IndexMethodError: Nothing was added.
        """
        if self._shift is None:
            raise IndexMethodError(
                "No runs were added, so there are no indices.",
                where="sobol.Accumulator.indices",
                fix="call add() with the outputs of the design first",
            )
        parts = [self._batches[batch] for batch in sorted(self._batches)]
        stacked = {name: np.stack([part[name] for part in parts]) for name in parts[0]}
        rows = stacked["rows"][:, None]
        mean = stacked["level"] / (2 * rows)
        variance = stacked["squares"] / (2 * rows) - mean**2
        first = (stacked["first"] - mean[:, None] * stacked["shift"]) / rows[:, None]
        total = stacked["total"] / (2 * rows[:, None])
        share = (rows / rows.sum())[:, 0]
        overall = np.tensordot(share, mean, 1)
        spread = np.tensordot(share, variance + (mean - overall) ** 2, 1)
        size = np.maximum(np.abs(self._shift), 1e-300)
        undefined = spread <= (_CONSTANT * size) ** 2
        estimates = []
        for part in (first, total):
            within = np.tensordot(share, variance, 1)
            ratio = _divide(np.tensordot(share, part, 1), within, undefined)
            residual = part - ratio * variance[:, None]
            estimates += [ratio, _divide(_error(residual), within, undefined)]
        return SobolIndices(
            first=estimates[0],
            first_error=estimates[1],
            total=estimates[2],
            total_error=estimates[3],
            mean=overall + self._shift,
            variance=np.where(undefined, 0.0, spread),
            undefined=undefined,
            batches=len(parts),
        )


def interval(
    estimate: NDArray[np.float64], error: NDArray[np.float64], *, batches: int, level: float = 0.95
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Put a t interval around an index, with one degree of freedom less than batches.

    Source: Owen (1997), Scrambled net variance for integrals of smooth functions, for errors from
    independent scrambles; the t interval is that of a mean of few independent values.

    Args:
        estimate: First-order or total indices.
        error: Their standard errors, same shape.
        batches: Independent scrambles behind the errors, at least 2.
        level: Nominal coverage, 0..1.

    Returns:
        Lower and upper ends, same shape.

    Raises:
        IndexMethodError: Fewer than two batches.
    """
    from scipy.stats import t

    if batches < 2:
        raise IndexMethodError(
            f"{batches} batch gives no standard error.",
            where="sobol.interval",
            fix="run the design with 10 to 20 batches",
        )
    half = t.ppf(0.5 + level / 2, batches - 1) * error
    return estimate - half, estimate + half


def _divide(
    above: NDArray[np.float64], below: NDArray[np.float64], undefined: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Divide, with NaN for outputs that do not vary."""
    return above / np.where(undefined, np.nan, below)


def _error(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Standard error of the mean over batches, the first axis; NaN with one batch."""
    if values.shape[0] < 2:
        return np.full(values.shape[1:], np.nan)
    error: NDArray[np.float64] = values.std(axis=0, ddof=1) / np.sqrt(values.shape[0])
    return error
