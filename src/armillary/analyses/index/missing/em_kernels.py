"""Compiled loops over patterns of missing values; imported only where they run.

With the precision matrix K of all leaves, what is missing given what is known has covariance
inverse(K_mm) and deviates from its mean by -inverse(K_mm) (K d)_m, d holding 0 where missing.
So a pattern costs a Cholesky factor as large as what is missing, not as what is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SUMS = {"contract", "reassoc"}  # sums may be taken in blocks, which is all the speed


@njit(cache=True, fastmath=_SUMS)  # type: ignore[untyped-decorator]
def _cholesky(
    precision: NDArray[np.float64], missing: NDArray[np.int64], factor: NDArray[np.float64]
) -> None:
    """Write the lower Cholesky factor of the missing part of `precision` into `factor`."""
    for i in range(missing.size):
        for j in range(i + 1):
            total = precision[missing[i], missing[j]]
            for k in range(j):
                total -= factor[i, k] * factor[j, k]
            factor[i, j] = np.sqrt(total) if i == j else total / factor[j, j]


@njit(cache=True, fastmath=_SUMS)  # type: ignore[untyped-decorator]
def _invert(factor: NDArray[np.float64], size: int, inverse: NDArray[np.float64]) -> None:
    """Write the inverse of the lower triangle `factor`, transposed, into `inverse`."""
    for j in range(size):
        inverse[j, j] = 1.0 / factor[j, j]
        for i in range(j + 1, size):
            total = 0.0
            for k in range(j, i):
                total -= factor[i, k] * inverse[j, k]
            inverse[j, i] = total / factor[i, i]


@njit(cache=True, fastmath=_SUMS)  # type: ignore[untyped-decorator]
def expect(  # noqa: PLR0917 - numba takes no keyword-only arguments here
    precision: NDArray[np.float64],
    pull: NDArray[np.float64],
    missing: NDArray[np.int64],
    ends: NDArray[np.int64],
    units: NDArray[np.int64],
    lasts: NDArray[np.int64],
    weights: NDArray[np.float64],
    deviations: NDArray[np.float64],
    variances: NDArray[np.float64],
    scatter: NDArray[np.float64],
) -> float:
    """Fill what is missing with its conditional expectation, one pattern after another.

    Args:
        precision: Shape (leaves, leaves).
        pull: `precision` times the known deviations, shape (leaves, units).
        missing: Missing leaves of every pattern, one pattern after another.
        ends: For each pattern, where its part of `missing` ends.
        units: Units of every pattern, one pattern after another.
        lasts: For each pattern, where its part of `units` ends.
        weights: How often each unit counts, shape (units,).
        deviations: Shape (leaves, units); what is missing is written.
        variances: Shape (leaves, units); conditional variances of what is missing are written.
        scatter: Shape (leaves, leaves); weighted conditional covariances are added.

    Returns:
        Weighted sum over units of log det K_mm less the form that missing values take off.
    """
    leaves = precision.shape[0]
    factor = np.zeros((leaves, leaves))
    inverse = np.zeros((leaves, leaves))
    covariance = np.zeros((leaves, leaves))
    pulled = np.zeros(leaves)
    found = 0.0
    start, first = 0, 0
    for p in range(ends.size):
        gone = missing[start : ends[p]]
        m = gone.size
        _cholesky(precision, gone, factor)
        _invert(factor, m, inverse)
        for i in range(m):
            for j in range(i + 1):
                total = 0.0
                for k in range(i, m):
                    total += inverse[i, k] * inverse[j, k]
                covariance[i, j] = total
                covariance[j, i] = total
        determinant = 0.0
        for i in range(m):
            determinant += 2.0 * np.log(factor[i, i])
        weight = 0.0
        for u in units[first : lasts[p]]:
            weight += weights[u]
            form = 0.0
            for i in range(m):
                pulled[i] = pull[gone[i], u]
            for i in range(m):
                moved = 0.0
                for j in range(m):
                    moved -= covariance[i, j] * pulled[j]
                deviations[gone[i], u] = moved
                variances[gone[i], u] = covariance[i, i]
                form -= moved * pulled[i]
            found += weights[u] * (determinant - form)
        for i in range(m):
            for j in range(m):
                scatter[gone[i], gone[j]] += weight * covariance[i, j]
        start, first = ends[p], lasts[p]
    return found


@njit(cache=True)  # type: ignore[untyped-decorator]
def draw(  # noqa: PLR0917 - numba takes no keyword-only arguments here
    precision: NDArray[np.float64],
    missing: NDArray[np.int64],
    ends: NDArray[np.int64],
    units: NDArray[np.int64],
    lasts: NDArray[np.int64],
    noise: NDArray[np.float64],
    deviations: NDArray[np.float64],
) -> None:
    """Add a draw of the conditional distribution to the expectations of what is missing.

    Args:
        precision: Shape (leaves, leaves).
        missing: As for `expect`.
        ends: As for `expect`.
        units: As for `expect`.
        lasts: As for `expect`.
        noise: Independent standard normal numbers, shape (leaves, units).
        deviations: Shape (leaves, units), from `expect`; what is missing is added to.
    """
    leaves = precision.shape[0]
    factor = np.zeros((leaves, leaves))
    step = np.zeros(leaves)
    start, first = 0, 0
    for p in range(ends.size):
        gone = missing[start : ends[p]]
        m = gone.size
        _cholesky(precision, gone, factor)
        for u in units[first : lasts[p]]:
            for i in range(m - 1, -1, -1):  # the transposed factor solved from below
                total = noise[gone[i], u]
                for k in range(i + 1, m):
                    total -= factor[k, i] * step[k]
                step[i] = total / factor[i, i]
            for i in range(m):
                deviations[gone[i], u] += step[i]
        start, first = ends[p], lasts[p]
