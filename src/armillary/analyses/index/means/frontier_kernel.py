"""A compiled simplex for the many small programmes of a robust frontier."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ZERO = 1e-11
_MOST_STEPS = 100_000  # far beyond what the rule needs; rounding must not make it run for ever


@njit(cache=True)  # type: ignore[untyped-decorator]
def _largest_sum(table: NDArray[np.float64], basis: NDArray[np.int64]) -> float:
    """Maximise the sum of the variables of a simplex table that starts at 0.

    Args:
        table: Shape (rows + 1, variables + rows + 1): constraints, slacks and right-hand side,
            the objective in the last row; written over.
        basis: Variable of each row; written over.

    Returns:
        The largest sum; infinite where nothing bounds it, NaN where it was not found.
    """
    rows = table.shape[0] - 1
    columns = table.shape[1] - 1
    for _ in range(_MOST_STEPS):
        enter = -1
        for j in range(columns):  # Bland: the first that gains, so that no cycle can occur
            if table[rows, j] < -_ZERO:
                enter = j
                break
        if enter < 0:
            return float(table[rows, columns])
        leave = -1
        least = np.inf
        for i in range(rows):
            if table[i, enter] > _ZERO:
                ratio = table[i, columns] / table[i, enter]
                if ratio < least or (ratio == least and basis[i] < basis[leave]):
                    least = ratio
                    leave = i
        if leave < 0:
            return np.inf
        pivot = table[leave, enter]
        for j in range(columns + 1):
            table[leave, j] /= pivot
        for i in range(rows + 1):
            factor = table[i, enter]
            if i != leave and factor != 0.0:
                for j in range(columns + 1):
                    table[i, j] -= factor * table[leave, j]
        basis[leave] = enter
    return np.nan


@njit(cache=True)  # type: ignore[untyped-decorator]
def scores_against(
    ratios: NDArray[np.float64],
    samples: NDArray[np.int64],
    restrictions: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    """Score one unit against each of many samples of reference units.

    The variables are what each child adds to the unit's score.

    Args:
        ratios: Score of each reference unit over that of the unit, shape (pool, children).
        samples: Rows of `ratios`, shape (replicates, sample size).
        restrictions: Rows that may not exceed 0, shape (restrictions, children).
        out: Shape (replicates,).
    """
    size = samples.shape[1]
    children = ratios.shape[1]
    rows = size + restrictions.shape[0]
    table = np.empty((rows + 1, children + rows + 1))
    basis = np.empty(rows, dtype=np.int64)
    for r in range(samples.shape[0]):
        table[:] = 0.0
        for i in range(rows):
            if i < size:
                table[i, :children] = ratios[samples[r, i]]
                table[i, children + rows] = 1.0
            else:
                table[i, :children] = restrictions[i - size]
            table[i, children + i] = 1.0
            basis[i] = children + i
        table[rows, :children] = -1.0
        out[r] = _largest_sum(table, basis)
