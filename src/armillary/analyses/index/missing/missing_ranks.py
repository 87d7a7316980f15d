"""Ranks that know what is missing: the rest of the index run for every completed data set."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from armillary.analyses.index.missing import conformal
from armillary.analyses.index.rank import rank
from armillary.errors import IndexMethodError

if TYPE_CHECKING:
    from typing import TypeAlias

ScoreOf: TypeAlias = Callable[[NDArray[np.float64]], NDArray[np.float64]]
Impute: TypeAlias = Callable[[NDArray[np.float64]], NDArray[np.float64]]


class ScoreCalibration(msgspec.Struct, frozen=True):
    """How wide the intervals of scores must be.

    Args:
        level: Share of scores an interval is to hold.
        factor: Half-width in standard deviations between draws, shape (units,).
    """

    level: float
    factor: NDArray[np.float64]


class MissingRanks(msgspec.Struct, frozen=True):
    """What the draws leave open; units without a score have rank 0 and NaN.

    Args:
        rank_median: Median rank, shape (units,).
        rank_low: Least rank that at least (1 - level) / 2 of the draws do not exceed.
        rank_high: Least rank that at least (1 + level) / 2 of the draws do not exceed.
        score: Mean score, in score points.
        score_low: Lower end of the interval of the score.
        score_high: Upper end.
        beats: Share of draws in which the unit of the row has the larger score than that of the
            column, ties counting half, shape (units, units); the diagonal is a half.
        missing_share: Share of the variance of the rank that is due to missing data, 0 to 1; 0
            where the rank never moves.
    """

    rank_median: NDArray[np.float64]
    rank_low: NDArray[np.int64]
    rank_high: NDArray[np.int64]
    score: NDArray[np.float64]
    score_low: NDArray[np.float64]
    score_high: NDArray[np.float64]
    beats: NDArray[np.float64]
    missing_share: NDArray[np.float64]


def calibrate_scores(
    score_of: ScoreOf,
    values: NDArray[np.float64],
    *,
    impute: Impute,
    seed: int,
    level: float = 0.9,
    folds: int = 10,
    groups: NDArray[np.int64] | None = None,
    fewest: int = 50,
) -> ScoreCalibration:
    """Hide known values in turn, impute them, and learn how far scores miss.

    A score misses by its distance from the mean of its draws, in standard deviations between
    draws. Gaps that are really there hold the mean of their draws meanwhile, so that they neither
    help nor harm. Units with hidden values of their own, and those that only move with others,
    have each their quantile; the former one for every group.
    Source: split conformal prediction by folds and by group, Vovk, Gammerman & Shafer (2005),
    Algorithmic Learning in a Random World.

    Args:
        score_of: The rest of the index: values, shape (leaves, units), give scores, shape
            (units,) or (replicates, units); the mean over replicates is calibrated.
        values: Shape (leaves, units); NaN = missing.
        impute: The imputation to be calibrated: values with gaps give (number, leaves, units).
        seed: Same seed, same folds.
        level: Share of scores an interval is to hold, above 0 and below 1.
        folds: How many parts the known values are hidden in, one after another.
        groups: Number of each unit's group, shape (units,); None takes one.
        fewest: Misses a group must have for a quantile of its own.

    Raises:
        IndexMethodError: What the imputation refuses, or too few misses for the level.
    """
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, not {level}")
    group = np.zeros(values.shape[1], dtype=np.int64) if groups is None else groups
    gone = np.isnan(values)
    filled = np.where(gone, impute(values).mean(axis=0), values) if gone.any() else values
    truth = _mean_scores(score_of, filled)
    misses, touched = [], []
    for hidden in conformal.hide(values, folds=folds, seed=seed):
        drawn = impute(np.where(hidden, np.nan, values))
        scores = np.array([_mean_scores(score_of, np.where(hidden, d, filled)) for d in drawn])
        spread = scores.std(axis=0, ddof=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            miss = np.abs(scores.mean(axis=0) - truth) / spread
        misses.append(np.where(spread > _same(scores), miss, np.nan))
        touched.append(hidden.any(axis=0))
    miss, own = np.array(misses), np.array(touched)
    among = np.where(own, miss, np.nan)
    pooled = _quantile(among, level)
    if np.isinf(pooled):
        raise IndexMethodError(
            f"{int((~np.isnan(among)).sum())} scores moved by hidden values are too few for "
            f"intervals that hold {level:.0%}.",
            where="missing_ranks.calibrate_scores",
            fix="lower the level, or take more folds",
        )
    factor = np.full(values.shape[1], pooled)
    for one in np.unique(group):
        part = among[:, group == one]
        if (~np.isnan(part)).sum() >= fewest:
            factor[group == one] = _quantile(part, level)
    others = np.where(own, np.nan, miss)
    if (~np.isnan(others)).sum() >= fewest:
        factor[~gone.any(axis=0)] = _quantile(others, level)
    return ScoreCalibration(level, factor)


def ranks_given_missing(
    score_of: ScoreOf,
    values: NDArray[np.float64],
    *,
    draws: NDArray[np.float64],
    calibration: ScoreCalibration,
) -> MissingRanks:
    """Run the rest of the index for every completed data set, and say what stays open.

    The spread of scores between draws is widened or narrowed as calibrated before units are
    ranked; a unit without gaps still moves where others do. Where `score_of` gives replicates
    (of weights, say), the share due to missing data is the first-order index of the draw:
    variance of the expected rank given the draw, over the variance of the rank.
    Source: Rubin (1987), Multiple Imputation for Nonresponse in Surveys; the first-order index
    of Saisana, Saltelli & Tarantola (2005), doi:10.1111/j.1467-985X.2005.00350.x.

    Args:
        score_of: As for `calibrate_scores`.
        values: Shape (leaves, units); NaN = missing.
        draws: Completed values, shape (number, leaves, units), at least 2, better 100.
        calibration: From `calibrate_scores`, for the same imputation.

    Raises:
        IndexMethodError: Fewer than two draws, or draws that change what is known.
    """
    _check(values, draws)
    scores = np.array([np.atleast_2d(score_of(d)) for d in draws])  # (number, replicates, units)
    number, replicates, units = scores.shape
    normal = _normal_quantile(calibration.level)
    means = scores.mean(axis=1)
    centre, away = means.mean(axis=0), means - means.mean(axis=0)
    widened = scores + (calibration.factor / normal - 1) * away[:, None, :]
    scored = ~np.isnan(widened).any(axis=(0, 1))
    ranks = rank(np.where(scored, widened, np.nan).reshape(-1, units))
    tail = (1 - calibration.level) / 2
    ends = np.quantile(ranks, [tail, 1 - tail], axis=0, method="inverted_cdf")
    half = np.hypot(
        calibration.factor * means.std(axis=0, ddof=1),
        normal * np.sqrt(scores.var(axis=1).mean(axis=0)),
    )
    gap = np.where(scored, 1.0, np.nan)
    return MissingRanks(
        rank_median=np.median(ranks, axis=0) * gap,
        rank_low=ends[0].astype(np.int64),
        rank_high=ends[1].astype(np.int64),
        score=centre * gap,
        score_low=(centre - half) * gap,
        score_high=(centre + half) * gap,
        beats=_beats(widened.reshape(-1, units)) * gap * gap[:, None],
        missing_share=_missing_share(ranks.reshape(number, replicates, units)) * gap,
    )


def _quantile(misses: NDArray[np.float64], level: float) -> float:
    return conformal.quantile(misses, weights=np.ones(misses.shape), level=level)


def _beats(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    won = np.zeros((scores.shape[1], scores.shape[1]))
    for row in scores:
        won += (row[:, None] > row) + 0.5 * (row[:, None] == row)
    np.fill_diagonal(won, 0.5 * len(scores))
    return won / len(scores)


def _missing_share(ranks: NDArray[np.int64]) -> NDArray[np.float64]:
    """Take from the variance between draws what chance within draws puts there."""
    _, replicates, units = ranks.shape
    between = ranks.mean(axis=1).var(axis=0, ddof=1)
    within = ranks.var(axis=1, ddof=1).mean(axis=0) if replicates > 1 else np.zeros(units)
    missing = np.maximum(between - within / replicates, 0.0)
    total = missing + within
    share: NDArray[np.float64] = np.zeros(units)
    np.divide(missing, total, out=share, where=total > 0)
    return share


def _mean_scores(score_of: ScoreOf, values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.atleast_2d(score_of(values)).mean(axis=0))


def _same(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the spread below which scores differ by rounding alone."""
    least: NDArray[np.float64] = 1e-12 * np.abs(scores).max(axis=0)
    return least


def _normal_quantile(level: float) -> float:
    from scipy.special import ndtri

    return float(ndtri((1 + level) / 2))


def _check(values: NDArray[np.float64], draws: NDArray[np.float64]) -> None:
    if len(draws) < 2:
        raise IndexMethodError(
            f"{len(draws)} draw shows no spread.",
            where="missing_ranks.ranks_given_missing",
            fix="draw at least 2 times, better 100",
        )
    known = ~np.isnan(values)
    if draws.shape[1:] != values.shape or (draws[:, known] != values[known]).any():
        raise IndexMethodError(
            "The draws do not complete these values: what is known differs.",
            where=f"missing_ranks.ranks_given_missing, draws {draws.shape}",
            fix="draw with multiple_imputation.draws from the same values",
        )
