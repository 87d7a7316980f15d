"""Certified ranks: the best and the worst rank of each unit over a whole set of weights.

Sampling weights shows ranks that happen; these are the ranks that can happen. Linear aggregation
only: the score is the weighted mean of the children present.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from armillary.analyses.index.robustness import certified_search
from armillary.analyses.index.robustness.weight_set import WeightSet, constraints
from armillary.errors import IndexMethodError, listed

if TYPE_CHECKING:
    from collections.abc import Sequence

_MARGIN = 1e-12  # of the widest difference of two scores: what rounding may blur
_TURNS = 60


class CertifiedRanks(msgspec.Struct, frozen=True):
    """What every unit's rank can be; units without a score have rank 0, weights and scores NaN.

    Args:
        best: Best rank attained, by `best_weights`; shape (units,).
        worst: Worst rank attained, by `worst_weights`; shape (units,).
        best_bound: Proven: no weights of the set give a better rank. Equal to `best` unless the
            search ran out of its budget.
        worst_bound: Proven: no weights of the set give a worse rank.
        best_weights: Weights that attain `best`, shape (units, children).
        worst_weights: Weights that attain `worst`, shape (units, children).
        necessary: [a, b]: a is above b whatever the weights; shape (units, units).
        possible: [a, b]: a is above b for some of the weights; shape (units, units).
        score_low: Least score, shape (units,).
        score_high: Greatest score, shape (units,).
    """

    best: NDArray[np.int64]
    worst: NDArray[np.int64]
    best_bound: NDArray[np.int64]
    worst_bound: NDArray[np.int64]
    best_weights: NDArray[np.float64]
    worst_weights: NDArray[np.float64]
    necessary: NDArray[np.bool_]
    possible: NDArray[np.bool_]
    score_low: NDArray[np.float64]
    score_high: NDArray[np.float64]


def ranks(
    scores: NDArray[np.float64],
    *,
    weights: WeightSet,
    tie: float = 1e-9,
    budget: int = 10_000,
    units: Sequence[str] = (),
) -> CertifiedRanks:
    """Find the best and the worst rank each unit takes over a set of weights, and prove them.

    Rank = 1 + the number of units above; a unit is above another when it leads by more than
    `tie`, so ties share the better rank. The best rank breaks as few comparisons as possible;
    branch and bound over sets of comparisons that cannot hold together (each proved by linear
    programming multipliers) finds it and proves it. The weights found are then used to rank
    again, and `best` and `worst` are what that gave. A lead within 1e-12 of `tie` (relative to
    the widest difference of scores) is not told apart from it.

    A missing child is dropped with its weight. Two units that lack the same children compare
    linearly in the weights; two that lack different ones do not, and are accepted only where
    their ranges of scores already say which is above.
    Source: necessary and possible preference after Greco, Mousseau & Slowinski (2008), Ordinal
    regression revisited; minimal infeasible sets after Gleeson & Ryan (1990), Identifying
    minimally infeasible subsystems of inequalities.

    Args:
        scores: Score points, shape (children, units); NaN = missing. The children may be the
            pillars, or all indicators when the tree is folded into effective weights.
        weights: The set of weights.
        tie: Score points; a lead of at most this is a tie.
        budget: Steps of the search for each unit and side before it gives up the proof; the
            bounds then differ from the ranks attained. Children that correlate need some
            hundred; children that do not, with wide bounds, may need far more.
        units: Names of the units, so that a refusal can name them.

    Raises:
        IndexMethodError: The set is empty or its shape does not fit; scores are infinite; units
            lacking different children cannot be compared; a unit can lose all its weight.

    Examples:
        >>> found = ranks(
        ...     np.array([[60.0, 50.0, 10.0], [40.0, 50.0, 10.0]]),
        ...     weights=WeightSet(lower=(0.3, 0.3), upper=(0.7, 0.7)),
        ... )
        >>> found.best, found.worst
        (array([1, 1, 3]), array([2, 2, 3]))
    """
    names = tuple(units) or tuple(f"unit {u}" for u in range(scores.shape[1]))
    held = np.sum(~np.isnan(scores), axis=0) > 0
    case = _Case(
        scores=np.ascontiguousarray(scores[:, held]),
        names=tuple(name for name, has in zip(names, held, strict=True) if has),
        bounds=constraints(weights, children=scores.shape[0]),
        tie=tie,
    )
    scale = _scale(case)
    low, high = _ranges(case, scale=scale)
    necessary, possible = _preferences(case, scale=scale, ranges=(low, high))
    shape = (2, len(case.names))
    attained, proven = np.empty(shape, dtype=np.int64), np.empty(shape, dtype=np.int64)
    witnesses = np.empty((*shape, scores.shape[0]))
    for u in range(shape[1]):
        always, sometimes = necessary[:, u], possible[:, u] & ~necessary[:, u]
        for side, sign in enumerate((1.0, -1.0)):
            rows = _rows(case, of=np.flatnonzero(sometimes), over=u) * (sign / scale)
            broken, witnesses[side, u] = _search(case, rows=rows, budget=budget)
            above = broken if side == 0 else rows.shape[0] - broken
            proven[side, u] = 1 + always.sum() + above
            attained[side, u] = _rank(case, weights=witnesses[side, u], unit=u)
    return CertifiedRanks(
        best=_spread(attained[0], held, empty=0),
        worst=_spread(attained[1], held, empty=0),
        best_bound=_spread(proven[0], held, empty=0),
        worst_bound=_spread(proven[1], held, empty=0),
        best_weights=_spread(witnesses[0].T, held, empty=np.nan).T,
        worst_weights=_spread(witnesses[1].T, held, empty=np.nan).T,
        necessary=_spread(_spread(necessary, held, empty=False).T, held, empty=False).T,
        possible=_spread(_spread(possible, held, empty=False).T, held, empty=False).T,
        score_low=_spread(low, held, empty=np.nan),
        score_high=_spread(high, held, empty=np.nan),
    )


class _Case(msgspec.Struct, frozen=True):
    """Units with a score, and the set of weights as hard . w <= 0 within lower..upper."""

    scores: NDArray[np.float64]
    names: tuple[str, ...]
    bounds: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]
    tie: float


def _scale(case: _Case) -> float:
    """Measure the widest difference of two scores; refuse what cannot be compared."""
    known = case.scores[~np.isnan(case.scores)]
    if known.size == 0 or not np.isfinite(known).all():
        raise IndexMethodError(
            "Scores are infinite, or no unit has a score.",
            where=f"certified.ranks, {len(case.names)} units with a score",
            fix="give finite scores; a missing one is NaN",
        )
    scale = float(np.ptp(known)) or 1.0
    least = 10 * _MARGIN * max(scale, float(np.abs(known).max()))
    if case.tie < least:
        raise IndexMethodError(
            f"A tie of {case.tie:g} score points is below what rounding can tell apart.",
            where=f"certified.ranks, scores span {scale:g}",
            fix=f"give `tie` of at least {least:g}",
        )
    return scale


def _extremes(
    case: _Case, *, rows: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Minimise and maximise each row over the set; shapes (rows, 2) and (rows, 2, children)."""
    found = np.empty((rows.shape[0], 2))
    points = np.empty((*found.shape, rows.shape[1]))
    rows = np.ascontiguousarray(rows)
    if not certified_search.extremes(rows, *case.bounds, found, points):
        raise _unended(rows.shape[1])
    return found, points


def _ranges(case: _Case, *, scale: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Find the least and the greatest score of each unit.

    A weighted mean of the children present is a ratio of two linear functions; its extremes are
    approached by Dinkelbach (1967), On nonlinear fractional programming.
    """
    shown = (~np.isnan(case.scores)).astype(float)
    filled = np.where(shown > 0, case.scores, 0.0)
    weight, points = _extremes(case, rows=shown.T)
    if np.any(weight[:, 0] <= 0):
        bare = [case.names[u] for u in np.flatnonzero(weight[:, 0] <= 0)]
        raise IndexMethodError(
            f"Some weights leave no weight on what is present: {listed(bare)}.",
            where="certified.ranks, lower bounds of 0 and missing scores",
            fix="give lower bounds above 0, or impute the missing scores",
        )
    ends = []
    for side in range(2):
        at = points[:, side].T
        trial = (filled * at).sum(axis=0) / (shown * at).sum(axis=0)
        for _ in range(_TURNS):
            gain, points = _extremes(case, rows=((filled - trial) * shown).T / scale)
            at = points[:, side].T
            trial = (filled * at).sum(axis=0) / (shown * at).sum(axis=0)
            if np.all(np.abs(gain[:, side]) <= _MARGIN):
                break
        ends.append(trial)
    return ends[0], ends[1]


def _rows(case: _Case, *, of: NDArray[np.int64], over: int) -> NDArray[np.float64]:
    """Write the lead of units over one that lacks the same children, less a tie; above 0 is above.

    Both means have the same weight present, so it can be multiplied away.
    """
    lead = case.scores[:, of] - case.scores[:, [over]] - case.tie
    return np.where(np.isnan(lead), 0.0, lead).T


def _preferences(
    case: _Case, *, scale: float, ranges: tuple[NDArray[np.float64], NDArray[np.float64]]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Say which unit is above which for all, and for some of the weights; shape (units, units)."""
    low, high = ranges
    shown = ~np.isnan(case.scores)
    necessary = low[:, None] - high[None, :] > case.tie
    possible = high[:, None] - low[None, :] > case.tie
    same = np.array([(shown == shown[:, [u]]).all(axis=0) for u in range(low.size)]).T
    np.fill_diagonal(possible, val=False)
    unclear = possible & ~necessary
    if (unclear & ~same).any():
        pairs = np.argwhere((unclear | unclear.T) & ~same)
        listing = listed([f"{case.names[a]} and {case.names[b]}" for a, b in pairs if a < b])
        raise IndexMethodError(
            f"Units that lack different children may change places: {listing}.",
            where="certified.ranks: their comparison is not linear in the weights",
            fix="impute the missing scores, or leave out the children that are missing",
        )
    for u in range(low.size):
        others = np.flatnonzero(unclear[:, u])
        found, _ = _extremes(case, rows=_rows(case, of=others, over=u) / scale)
        possible[others, u] = found[:, 1] > _MARGIN
        necessary[others, u] = (found[:, 0] >= -_MARGIN) & possible[others, u]
    return necessary, possible


def _search(
    case: _Case, *, rows: NDArray[np.float64], budget: int
) -> tuple[int, NDArray[np.float64]]:
    """Find a proven bound of how many rows must stay at or above 0, and weights that come near."""
    children = case.scores.shape[0]
    floor = -np.ones((1, children))  # keeps the programme bounded where no row is left
    fewest, weights = np.array([rows.shape[0] + 1]), np.empty(children)
    bound, _ = certified_search.fewest_broken(
        np.vstack([rows, floor]), *case.bounds, _MARGIN, budget, fewest, weights
    )
    if fewest[0] > rows.shape[0]:
        raise _unended(children)
    return int(bound), weights


def _unended(children: int) -> IndexMethodError:
    return IndexMethodError(
        "The linear programme of a comparison did not end.",
        where=f"certified.ranks, {children} children",
        fix="widen weights that are fixed almost exactly, or drop ratios that repeat others",
    )


def _rank(case: _Case, *, weights: NDArray[np.float64], unit: int) -> int:
    """Rank one unit with these weights, as any user of them would."""
    shown = ~np.isnan(case.scores)
    scores = weights @ np.where(shown, case.scores, 0.0) / (weights @ shown)
    return 1 + int(np.sum(scores - scores[unit] > case.tie))


def _spread(values: NDArray[Any], held: NDArray[np.bool_], *, empty: float) -> NDArray[Any]:
    """Put the values of units with a score back among all units, the last axis."""
    spread = np.full((*values.shape[:-1], held.size), empty, dtype=values.dtype)
    spread[..., held] = values
    return spread
