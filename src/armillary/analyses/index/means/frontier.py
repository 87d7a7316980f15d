"""Benefit of the doubt: every unit is scored with the weights that suit it best."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from armillary.analyses.index.means.pie_shares import Bound, PieShares, pie_shares
from armillary.errors import IndexMethodError, listed

WeightsBox = tuple[NDArray[np.float64], NDArray[np.float64]]

_ZERO = 1e-9  # a multiplier below this is rounding of the solver


class FrontierScores(msgspec.Struct, frozen=True):
    """Scores against the best units, and what each rests on.

    Where several sets of weights give the best score, the weights, shares and peers are those
    of one of them; the score is the same for all.

    Args:
        scores: 0..1, 1 = no unit does better under the weights that suit this one, shape
            (units,); NaN where every child is missing.
        weights: Per score point, shape (children, units); NaN where a child is missing.
        shares: Share of the unit's score that comes from each child, 0..1, shape (children,
            units); NaN where it is missing or the score is 0.
        peers: How strongly the unit of the row is held down by that of the column, 0 = not at
            all, shape (units, units).
    """

    scores: NDArray[np.float64]
    weights: NDArray[np.float64]
    shares: NDArray[np.float64]
    peers: NDArray[np.float64]


class RobustScores(msgspec.Struct, frozen=True):
    """Expected scores against samples of units.

    Args:
        scores: Mean over the replicates; above 1 for a unit better than most samples, shape
            (units,); NaN where every child is missing.
        standard_errors: Of that mean, for the number of replicates, shape (units,).
    """

    scores: NDArray[np.float64]
    standard_errors: NDArray[np.float64]


def benefit_of_the_doubt(
    scores: NDArray[np.float64],
    *,
    lowest_share: Bound = None,
    highest_share: Bound = None,
    weights_box: WeightsBox | None = None,
) -> FrontierScores:
    """Score each unit with the weights that suit it best, no unit exceeding 1 under them.

    Children may be on any scales: rescaling one changes no score. A missing child is dropped
    for the unit that lacks it, its pie shares shared out (`PieShares.among`). As a reference
    for others a unit counts with what is known of it: the unknown part can only add to its
    score, so the bound it sets holds whatever the value is.
    Source: Cherchye, Moesen, Rogge & Van Puyenbroeck (2007), doi:10.1007/s11205-006-9029-7.

    Args:
        scores: Not below 0, more is better, shape (children, units); NaN = missing.
        lowest_share: Least share of a unit's score from each child, 0..1, one for all or shape
            (children,).
        highest_share: Largest share, likewise.
        weights_box: Least and largest weights per score point, each shape (children,).

    Raises:
        IndexMethodError: A score is below 0; restrictions cannot be met; or a lowest share is
            asked of a child that scores 0.

    Examples:
        >>> benefit_of_the_doubt(np.array([[4.0, 1.0, 2.0], [1.0, 4.0, 1.5]])).scores
        array([1. , 1. , 0.7])
    """
    known, filled, scale = _scaled(scores, method="benefit_of_the_doubt")
    restricted = pie_shares(len(scores), lowest=lowest_share, highest=highest_share)
    low, high = _box(weights_box, filled=filled, scale=scale)
    children, units = scores.shape
    found = FrontierScores(
        np.full(units, np.nan),
        np.full((children, units), np.nan),
        np.full((children, units), np.nan),
        np.zeros((units, units)),
    )
    for unit in range(units):
        present = known[:, unit]
        if not present.any():
            continue
        own = filled[present, unit]
        shares = restricted.among(present)
        _refuse_zeros(own, shares, unit=unit)
        best, held = _best_weights(
            own,
            rivals=filled[present].T,
            restrictions=shares.rows(own),
            box=(low[present], high[present]),
            unit=unit,
        )
        score = min(float(own @ best), 1.0)
        found.scores[unit] = score
        found.weights[present, unit] = best / scale[present]
        if score > 0:
            found.shares[present, unit] = best * own / (own @ best)
        found.peers[unit] = held
    return found


def _best_weights(
    own: NDArray[np.float64],
    *,
    rivals: NDArray[np.float64],
    restrictions: NDArray[np.float64],
    box: WeightsBox,
    unit: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    from scipy.optimize import linprog

    solved = linprog(
        -own,
        A_ub=np.vstack([rivals, restrictions]),
        b_ub=np.concatenate([np.ones(len(rivals)), np.zeros(len(restrictions))]),
        bounds=np.column_stack(box),
        method="highs",
    )
    if solved.status != 0:
        raise IndexMethodError(
            f"No weights of unit {unit} meet all restrictions at once.",
            where="frontier.benefit_of_the_doubt, weights_box with pie shares",
            fix="widen weights_box, or restrict shares alone",
        )
    held = -solved.ineqlin.marginals[: len(rivals)]
    return solved.x, np.where(held > _ZERO, held, 0.0)


def robust(
    scores: NDArray[np.float64],
    *,
    sample_size: int,
    replicates: int,
    seed: int,
    lowest_share: Bound = None,
    highest_share: Bound = None,
) -> RobustScores:
    """Score each unit against random samples of units, so that no single outlier sets the bar.

    Every replicate draws `sample_size` units with replacement, the unit itself among them or
    not, and solves `benefit_of_the_doubt` against those. The larger the sample, the nearer the
    mean comes to the plain score. Units are drawn from those that have every child the scored
    unit has.
    Source: the order-m frontier of Cazals, Florens & Simar (2002), Nonparametric frontier
    estimation: a robust approach, applied to benefit of the doubt.

    Args:
        scores: Above 0, more is better, shape (children, units); NaN = missing.
        sample_size: Units in a sample (the m of order-m), 1 or more.
        replicates: Samples for each unit, 2 or more.
        seed: Same seed, same samples.
        lowest_share: As for `benefit_of_the_doubt`.
        highest_share: As for `benefit_of_the_doubt`.

    Raises:
        IndexMethodError: A score is 0 or below, restrictions cannot be met, or too few samples.
    """
    from armillary.analyses.index.means import frontier_kernel

    if sample_size < 1 or replicates < 2:
        raise IndexMethodError(
            f"{replicates} samples of {sample_size} units have no mean with an error.",
            where="frontier.robust, sample_size and replicates",
            fix="sample_size = 1 or more, replicates = 2 or more",
        )
    if np.any(scores <= 0):
        raise IndexMethodError(
            f"A score of {np.nanmin(scores):g} may leave a sample without a bound.",
            where=f"frontier.robust, {int(np.sum(scores <= 0))} scores at or below 0",
            fix="normalise with `range = [1, 100]`",
        )
    known, _, _ = _scaled(scores, method="robust")
    restricted = pie_shares(len(scores), lowest=lowest_share, highest=highest_share)
    mean = np.full(scores.shape[1], np.nan)
    errors = np.full(scores.shape[1], np.nan)
    streams = np.random.default_rng(seed).spawn(scores.shape[1])
    drawn = np.empty(replicates)
    for unit, generator in enumerate(streams):
        present = known[:, unit]
        if not present.any():
            continue
        pool = np.flatnonzero(known[present].all(axis=0))
        ratios = (scores[np.ix_(present, pool)] / scores[present, unit][:, None]).T
        frontier_kernel.scores_against(
            np.ascontiguousarray(ratios),
            generator.integers(len(pool), size=(replicates, sample_size)),
            restricted.among(present).rows(np.ones(int(present.sum()))),
            drawn,
        )
        if not np.isfinite(drawn).all():
            raise IndexMethodError(
                f"Unit {unit} has no best weights against some samples: its scores are too far "
                "apart for the solver.",
                where=f"frontier.robust, {int((~np.isfinite(drawn)).sum())} samples",
                fix="normalise with `range = [1, 100]`",
            )
        mean[unit] = drawn.mean()
        errors[unit] = drawn.std(ddof=1) / np.sqrt(replicates)
    return RobustScores(mean, errors)


def _scaled(
    scores: NDArray[np.float64], *, method: str
) -> tuple[NDArray[np.bool_], NDArray[np.float64], NDArray[np.float64]]:
    """Say what is known, and divide each child by its largest score: solvers err absolutely."""
    if scores.ndim != 2 or np.any(scores < 0) or np.any(np.isinf(scores)):
        raise IndexMethodError(
            f"Scores of shape {scores.shape} hold what no frontier can be drawn through.",
            where=f"frontier.{method}, {int(np.sum(scores < 0))} scores below 0",
            fix="normalise each child to 0 or more, shape (children, units)",
        )
    known = ~np.isnan(scores)
    filled = np.where(known, scores, 0.0)
    largest = filled.max(axis=1, initial=0.0)
    scale = np.where(largest > 0, largest, 1.0)
    return known, filled / scale[:, None], scale


def _box(
    weights_box: WeightsBox | None, *, filled: NDArray[np.float64], scale: NDArray[np.float64]
) -> WeightsBox:
    children = len(scale)
    if weights_box is None:
        return np.zeros(children), np.full(children, np.inf)
    low, high = (np.asarray(bound, dtype=np.float64) for bound in weights_box)
    if low.shape != (children,) or high.shape != (children,) or not (
        (low >= 0).all() and (low <= high).all()
    ):  # fmt: skip
        raise IndexMethodError(
            f"Weights from {listed(low.tolist())} to {listed(high.tolist())} are no bounds.",
            where="frontier.benefit_of_the_doubt, weights_box",
            fix="give 0 <= least <= largest for each child",
        )
    least = (low * scale) @ filled
    if least.max(initial=0.0) > 1:
        raise IndexMethodError(
            f"With the least weights unit {int(least.argmax())} scores {least.max():.4g}, above 1.",
            where="frontier.benefit_of_the_doubt, weights_box",
            fix=f"divide the least weights by {least.max():.4g} or more",
        )
    return low * scale, high * scale


def _refuse_zeros(own: NDArray[np.float64], shares: PieShares, *, unit: int) -> None:
    impossible = (own == 0) & (shares.lowest > 0)
    rest = shares.highest[own > 0].sum()
    if impossible.any() or (shares.bind and rest < 1 - _ZERO):
        raise IndexMethodError(
            f"Unit {unit} scores 0 on {int((own == 0).sum())} children, so its shares "
            "cannot keep within their bounds.",
            where="frontier.benefit_of_the_doubt, lowest_share and highest_share",
            fix="normalise with `range = [1, 100]`",
        )
