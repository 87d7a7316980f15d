"""Intervals of imputed values that are as wide as the imputation is wrong on known ones.

Known values are hidden in turn, predicted, and compared: an interval is widened or narrowed
until the stated share of hidden values falls within. Values missing must be like hidden ones
within their group; nothing known can show that they are not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from armillary.analyses.index.missing import em, normal_scores
from armillary.analyses.index.missing.multiple_imputation import Transform, on_scale
from armillary.errors import IndexMethodError

if TYPE_CHECKING:
    from collections.abc import Iterator

_TINY = 1e-6  # half-width where ties are so many that hidden values are hardly ever missed
_LEAST = 0.05  # share of the pooled residual quantile below which no indicator's falls


class CellCalibration(msgspec.Struct, frozen=True):
    """How wide the intervals of missing values must be.

    Args:
        level: Share of values an interval is to hold.
        leaf: Half-width in standard deviations of the model, shape (leaves,).
        unit: Factor of the unit's group, shape (units,).
        transform: Scale on which the indicators are modelled.
        previous: Values of an earlier period that inform the model.
        tolerance: As for `em.fit`.
    """

    level: float
    leaf: NDArray[np.float64]
    unit: NDArray[np.float64]
    transform: Transform
    previous: NDArray[np.float64] | None
    tolerance: float


class CellIntervals(msgspec.Struct, frozen=True):
    """Intervals of what is missing, each (leaves, units), NaN where a value is known.

    Args:
        centre: Conditional expectation, in the unit of its indicator (with normal scores: the
            median).
        low: Lower end.
        high: Upper end.
    """

    centre: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def calibrate(
    values: NDArray[np.float64],
    *,
    seed: int,
    level: float = 0.9,
    folds: int = 10,
    groups: NDArray[np.int64] | None = None,
    fewest: int = 40,
    transform: Transform = "normal_scores",
    previous: NDArray[np.float64] | None = None,
    tolerance: float = 1e-2,
) -> CellCalibration:
    """Hide each known value once, and learn how far predictions miss.

    Misses are measured in standard deviations of the model. Each indicator has its own quantile
    of them (or the pooled one, where it has fewer than `fewest`), groups counting there by
    where values are missing; then each group of units its own factor, so that the level holds
    within every group however unevenly they are missing.
    Source: split conformal prediction by folds and by group, Vovk, Gammerman & Shafer (2005),
    Algorithmic Learning in a Random World; weights as in Tibshirani, Foygel Barber, Candès &
    Ramdas (2019), Conformal prediction under covariate shift.

    Args:
        values: Shape (leaves, units), each leaf in its own unit; NaN = missing.
        seed: Same seed, same folds.
        level: Share of values an interval is to hold, above 0 and below 1.
        folds: How many parts the known values are hidden in, one after another.
        groups: Number of each unit's group, e.g. of income, shape (units,); None takes one.
        fewest: Misses an indicator or a group must have for a quantile of its own; weighted
            ones count as their effective number.
        transform: As for `multiple_imputation.draws`.
        previous: As for `multiple_imputation.draws`.
        tolerance: As for `em.fit`.

    Raises:
        IndexMethodError: What `em.fit` refuses, or too few known values for the level.
    """
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, not {level}")
    group = np.zeros(values.shape[1], dtype=np.int64) if groups is None else groups
    prior = em.empirical_ridge(on_scale(values, transform=transform, previous=previous))
    misses = np.full(values.shape, np.nan)
    for hidden in hide(values, folds=folds, seed=seed):
        left = np.where(hidden, np.nan, values)
        z = on_scale(left, transform=transform, previous=previous)
        found = em.fit(z, ridge=prior, tolerance=tolerance)
        below, above = _edges(values, left, transform)
        centre = found.filled[: len(values)][hidden]
        deviation = np.sqrt(found.variance[: len(values)][hidden])
        miss = np.maximum(np.maximum(below[hidden] - centre, centre - above[hidden]), 0.0)
        misses[hidden] = miss / deviation
    weights = _odds(values, group)[None, :] * np.ones(values.shape)
    pooled = quantile(misses, weights=weights, level=level)
    if np.isinf(pooled):
        raise IndexMethodError(
            f"{int((~np.isnan(misses)).sum())} known values are too few for intervals that "
            f"hold {level:.0%}.",
            where="conformal.calibrate",
            fix="lower the level",
        )
    leaf = np.array([_own(row, weights[0], level, fewest, pooled) for row in misses])
    leaf = np.maximum(leaf, max(_LEAST * pooled, _TINY))
    relative = misses / leaf[:, None]
    common = quantile(relative, weights=weights, level=level)
    unit = np.empty(values.shape[1])
    for one in np.unique(group):
        own = relative[:, group == one]
        unit[group == one] = _own(own, np.ones(own.shape), level, fewest, common)
    return CellCalibration(level, leaf, unit, transform, previous, tolerance)


def intervals(values: NDArray[np.float64], *, calibration: CellCalibration) -> CellIntervals:
    """Give each missing value an interval that holds it as often as stated.

    With normal scores an interval lies within the range known of its indicator.
    Source: as for `calibrate`.

    Args:
        values: Those the calibration was made from, shape (leaves, units); NaN = missing.
        calibration: From `calibrate`.
    """
    centre, deviation = _model(values, calibration)
    half = calibration.leaf[:, None] * calibration.unit * deviation
    ends = np.array([centre, centre - half, centre + half])
    if calibration.transform == "normal_scores":
        ends = normal_scores.back(ends, known=values)
    ends[:, ~np.isnan(values)] = np.nan
    return CellIntervals(*ends)


def calibrated_draws(
    draws: NDArray[np.float64], *, values: NDArray[np.float64], calibration: CellCalibration
) -> NDArray[np.float64]:
    """Widen or narrow the spread between draws until their intervals hold what is stated.

    Around the expectation of the model draws move apart, or together; how they depend on each
    other stays. Values drawn by matching are then no longer observed values.
    Source: as for `calibrate`.

    Args:
        draws: From `multiple_imputation.draws`, shape (number, leaves, units), number above 1.
        values: Those the draws complete, shape (leaves, units); NaN = missing.
        calibration: From `calibrate`.

    Returns:
        Shape (number, leaves, units); what is known is the same in all.
    """
    from scipy.special import ndtri

    gone = np.isnan(values)
    if not gone.any():
        return draws.copy()
    centre, deviation = _model(values, calibration)
    scored = calibration.transform == "normal_scores"
    z = np.array([np.mean(_edges(d, values, calibration.transform), axis=0) for d in draws])
    away = z - z.mean(axis=0)
    told = np.sqrt(np.mean(away[:, gone].var(axis=0, ddof=1) / deviation[gone] ** 2))
    factor = calibration.leaf[:, None] * calibration.unit / ndtri((1 + calibration.level) / 2)
    moved = centre + away * factor / told
    found = normal_scores.back(moved, known=values) if scored else moved
    return np.where(gone, found, values)


def hide(values: NDArray[np.float64], *, folds: int, seed: int) -> Iterator[NDArray[np.bool_]]:
    """Divide the known values at random into parts, each indicator's evenly, and give the parts.

    No method of its own.

    Args:
        values: Shape (leaves, units); NaN = missing.
        folds: Number of parts, at least 2.
        seed: Same seed, same parts.

    Raises:
        IndexMethodError: An indicator would keep fewer than two distinct values.
    """
    if folds < 2:
        raise ValueError(f"folds must be at least 2, not {folds}")
    generator = np.random.default_rng(seed)
    part = np.full(values.shape, -1)
    for row, own in zip(values, part, strict=True):
        known = np.flatnonzero(~np.isnan(row))
        turns = (np.arange(known.size) + generator.integers(folds)) % folds
        own[known] = generator.permutation(turns)
    for fold in range(folds):
        hidden = part == fold
        kept = np.where(hidden, np.nan, values)
        flat = [i + 1 for i, row in enumerate(kept) if np.unique(row[~np.isnan(row)]).size < 2]
        if flat:
            raise IndexMethodError(
                f"Indicator {flat[0]} keeps no two distinct values when some are hidden.",
                where=f"conformal, part {fold + 1} of {folds}",
                fix="drop the indicator, or take more folds",
            )
        yield hidden


def quantile(misses: NDArray[np.float64], *, weights: NDArray[np.float64], level: float) -> float:
    """Find the miss that the next one will not exceed with probability `level`.

    The next miss counts with the mean weight, and as infinite, which makes the answer cautious.
    Source: Tibshirani, Foygel Barber, Candès & Ramdas (2019), Conformal prediction under
    covariate shift; with equal weights the ceil((n + 1) level)-th smallest of n.

    Args:
        misses: Any shape; NaN = none.
        weights: Not below 0, same shape.
        level: Above 0 and below 1.

    Returns:
        Infinity where the misses are too few for the level.

    Examples:
        >>> quantile(np.arange(1.0, 20.0), weights=np.ones(19), level=0.9)
        18.0
    """
    there = ~np.isnan(misses)
    held, weight = misses[there], weights[there]
    order = np.argsort(held, kind="stable")
    reach = np.cumsum(weight[order]) / (weight.sum() + weight.mean()) if held.size else np.zeros(0)
    at = int(np.searchsorted(reach, level - 1e-12))
    return float(held[order[at]]) if at < held.size else float("inf")


def _own(
    misses: NDArray[np.float64],
    weights: NDArray[np.float64],
    level: float,
    fewest: int,
    otherwise: float,
) -> float:
    """Take the quantile of these misses, or another where they are too few to have one."""
    there = ~np.isnan(misses)
    found = quantile(misses, weights=weights, level=level)
    enough = there.any() and weights[there].sum() ** 2 / (weights[there] ** 2).sum() >= fewest
    return found if enough and np.isfinite(found) else otherwise


def _model(
    values: NDArray[np.float64], calibration: CellCalibration
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    z = on_scale(values, transform=calibration.transform, previous=calibration.previous)
    found = em.fit(z, tolerance=calibration.tolerance)
    leaves = len(values)
    return found.filled[:leaves], np.sqrt(found.variance[:leaves])


def _edges(
    values: NDArray[np.float64], known: NDArray[np.float64], transform: Transform
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if transform == "normal_scores":
        return normal_scores.edges(values, known=known)
    return values, values


def _odds(values: NDArray[np.float64], group: NDArray[np.int64]) -> NDArray[np.float64]:
    """Find how much more often values of each unit's group are missing than known."""
    gone = np.isnan(values)
    odds = np.ones(values.shape[1])
    for one in np.unique(group):
        own = gone[:, group == one]
        odds[group == one] = (own.sum() + 1) / ((~own).sum() + 1)
    return odds
