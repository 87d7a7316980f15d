"""A curve through points, as smooth as the points let it be: the penalised cubic spline."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

_GRID = np.logspace(-7, 7, 85)  # from almost interpolating to almost a straight line


class Fit(msgspec.Struct, frozen=True):
    """What the smoothest sufficient curve explains, for each of several samples.

    Args:
        explained: Variance of the curve over the variance of `y`, 0..1, shape (samples,).
        freedom: Effective degrees of freedom, 2 (a line) to the number of knots, same shape.
        smoothness: Weight of the penalty relative to the data, same shape.
    """

    explained: NDArray[np.float64]
    freedom: NDArray[np.float64]
    smoothness: NDArray[np.float64]


def knots(x: NDArray[np.float64], *, count: int) -> NDArray[np.float64]:
    """Place knots at quantiles of the distinct values, or at each of them where they are few.

    Source: Wood (2017), Generalized Additive Models, section 5.3.

    Args:
        x: Shape (units,), no NaN.
        count: Most knots.

    Returns:
        Increasing, shape (knots,).
    """
    distinct = np.unique(x)
    if distinct.size <= count:
        return distinct
    placed: NDArray[np.float64] = np.unique(np.quantile(distinct, np.linspace(0, 1, count)))
    return placed


def basis(
    x: NDArray[np.float64], *, at: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Express natural cubic splines by their heights at the knots.

    Source: Wood (2017), Generalized Additive Models, section 5.3.1, cubic regression splines.

    Args:
        x: Shape (units,), within the knots.
        at: The knots, increasing, at least 2.

    Returns:
        The design matrix, shape (units, knots), and the penalty, shape (knots, knots), whose
        quadratic form is the integral of the squared second derivative.
    """
    size, gaps = at.size, np.diff(at)
    i = np.clip(np.searchsorted(at, x, side="right") - 1, 0, size - 2)
    left, right, h = at[i + 1] - x, x - at[i], gaps[i]
    design = np.zeros((x.size, size))
    row = np.arange(x.size)
    design[row, i] = left / h
    design[row, i + 1] += right / h
    if size == 2:
        return design, np.zeros((2, 2))
    # second derivatives at the inner knots follow from the heights; those at the ends are 0
    differences = np.zeros((size - 2, size))
    inner = np.arange(size - 2)
    differences[inner, inner] = 1 / gaps[:-1]
    differences[inner, inner + 1] = -1 / gaps[:-1] - 1 / gaps[1:]
    differences[inner, inner + 2] = 1 / gaps[1:]
    bands = np.diag((gaps[:-1] + gaps[1:]) / 3)
    bands[inner[:-1], inner[:-1] + 1] = bands[inner[:-1] + 1, inner[:-1]] = gaps[1:-1] / 6
    curvature = np.zeros((size, size))
    curvature[1:-1] = np.linalg.solve(bands, differences)
    design += ((left**3 / h - h * left) / 6)[:, None] * curvature[i]
    design += ((right**3 / h - h * right) / 6)[:, None] * curvature[i + 1]
    penalty = differences.T @ curvature[1:-1]
    return design, (penalty + penalty.T) / 2


def fit(
    design: NDArray[np.float64],
    *,
    penalty: NDArray[np.float64],
    y: NDArray[np.float64],
    samples: NDArray[np.int64],
    smoothness: float | None = None,
) -> Fit:
    """Fit a penalised spline to each sample, as smooth as generalised cross-validation finds best.

    All samples and all degrees of smoothness are solved in one pass: the design and penalty of
    a sample are made diagonal together, after which a penalty costs a few sums.
    Source: Craven & Wahba (1979), Smoothing noisy data with spline functions; Wood (2017),
    Generalized Additive Models, section 6.2.

    Args:
        design: From `basis`, shape (units, knots).
        penalty: From `basis`, shape (knots, knots).
        y: Shape (units,), no NaN.
        samples: Rows of each sample, shape (samples, units); repeated rows count repeatedly.
        smoothness: Taken as given instead of chosen. Resampled points need it: their
            repetitions would pass for evidence of a rough curve.

    Returns:
        One fit per sample; NaN where x or y does not vary in the sample.
    """
    rows = samples
    n = rows.shape[1]
    grid = _GRID if smoothness is None else np.array([smoothness])
    heights = y[rows] - y[rows].mean(axis=1, keepdims=True)
    total = (heights**2).sum(axis=1)
    chosen = design[rows]
    normal = np.swapaxes(chosen, 1, 2) @ chosen
    # distinct rows of the design tell distinct x apart
    varies = (chosen != chosen[:, :1]).any(axis=(1, 2)) & (y[rows] != y[rows[:, :1]]).any(axis=1)
    found = Fit(*(np.full(len(rows), np.nan) for _ in range(3)))
    if not varies.any():
        return found
    normal, total = normal[varies], total[varies]
    moments = (np.swapaxes(chosen, 1, 2) @ heights[:, :, None])[varies]
    size = np.trace(penalty)
    scale = np.trace(normal, axis1=1, axis2=2) / (size if size > 0 else 1.0)
    smooth = penalty * scale[:, None, None]
    low = _GRID[0]
    lower = np.linalg.cholesky(normal + low * smooth)
    half = np.linalg.solve(lower, smooth)
    turned = np.linalg.solve(lower, np.swapaxes(half, 1, 2))
    roughness, axes = np.linalg.eigh((turned + np.swapaxes(turned, 1, 2)) / 2)
    roughness = np.clip(roughness, 0.0, 1 / low)
    energy = (np.swapaxes(axes, 1, 2) @ np.linalg.solve(lower, moments))[:, :, 0] ** 2
    shrink = 1 / (1 + (grid - low)[None, :, None] * roughness[:, None, :])
    data = (1 - low * roughness)[:, None, :]
    curve = (energy[:, None, :] * data * shrink**2).sum(axis=2)
    residual = np.maximum(
        total[:, None] - 2 * (energy[:, None, :] * shrink).sum(axis=2) + curve, 0.0
    )
    used = (data * shrink).sum(axis=2)
    left = n - used
    score = np.where(left > 0.5, residual / np.where(left > 0.5, left, 1.0) ** 2, np.inf)
    best = np.argmin(score, axis=1)
    at = np.arange(best.size)
    found.explained[varies] = np.clip(curve[at, best] / total, 0.0, 1.0)
    found.freedom[varies] = used[at, best]
    found.smoothness[varies] = grid[best]
    return found
