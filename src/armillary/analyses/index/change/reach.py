"""What would it take: the smallest change of a unit's own values that reaches a rank."""

from __future__ import annotations

from itertools import combinations
from math import comb
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from armillary.analyses.index.change.reach_search import Search
from armillary.errors import IndexMethodError

if TYPE_CHECKING:
    from collections.abc import Callable

    Scores = Callable[[NDArray[np.float64]], NDArray[np.float64]]

_KEPT = 40  # smallest sets of indicators whose cost is worked out


class Reach(msgspec.Struct, frozen=True):
    """A change that reaches the target, or what is known of there being none.

    Args:
        reached: Whether `values`, run through the index, give the target rank or better.
        proved: When reached: no smaller number of indicators reaches it (`sparse` only).
            When not reached: nothing within the bounds reaches it. False: not proved.
        values: The unit's values then, shape (indicators,); as they are if not reached.
        changes: `values` less the values as they are, shape (indicators,).
        cost: What the changes cost; NaN if not reached.
        rank_before: Rank as it is.
        rank_after: Rank with `values`, from running the index again.
        best_rank: Best rank of all that was tried.
        runs: How often the index was run.
    """

    reached: bool
    proved: bool
    values: NDArray[np.float64]
    changes: NDArray[np.float64]
    cost: float
    rank_before: int
    rank_after: int
    best_rank: int
    runs: int


def knapsack(
    gain: NDArray[np.float64], cost: NDArray[np.float64], *, needed: float
) -> NDArray[np.float64] | None:
    """Solve the linear case exactly: reach a gain at the least cost, each lever up to its whole.

    With fixed bounds of normalisation and linear aggregation a lever gains its effective weight
    times its normalised change, whatever the others do. Filling by gain per cost is then optimal.
    Source: Dantzig (1957), Discrete-variable extremum problems.

    Args:
        gain: Score points of using each lever wholly, shape (levers,).
        cost: Cost of using each lever wholly, above 0, shape (levers,).
        needed: Score points wanted.

    Returns:
        Share 0..1 of each lever, shape (levers,); None where all together fall short, which is
        a proof that the gain is out of reach.

    Examples:
        >>> knapsack(np.array([2.0, 3.0]), np.array([1.0, 3.0]), needed=3.5)
        array([1. , 0.5])
    """
    shares = np.zeros(gain.size)
    for lever in np.argsort(-gain / cost, kind="stable"):
        if needed <= 0 or gain[lever] <= 0:
            break
        shares[lever] = min(1.0, needed / gain[lever])
        needed -= shares[lever] * gain[lever]
    return shares if needed <= 1e-12 * max(1.0, float(np.abs(gain).max())) else None


def least_change(
    scores_of: Scores,
    values: NDArray[np.float64],
    *,
    unit: int,
    target: int,
    best: NDArray[np.float64],
    cost: NDArray[np.float64],
    monotone: bool = False,
    sparse: bool = False,
    runs: int = 5_000,
) -> Reach:
    """Find the cheapest change of one unit's values that gives it a rank, through the whole index.

    The index is a black box: the unit's own change may move the bounds of normalisation or the
    treatment of outliers, and with them everyone's scores. So every step of the search is a run
    of the index, and so is the check of the result. The result is the cheapest found: exact for
    a linear index, otherwise a local search from several starts.

    If all indicators at their best fall short and the index is `monotone` for this unit (no
    improvement ever worsens its rank), the target is proved out of reach. Otherwise further
    changes are tried, and failing them the answer is "not proved".
    No source: a search of our own, compared with exhaustive search in its tests.
    No method of its own: a search over the whole index, each answer run again.

    Args:
        scores_of: The index, without chance: from values, shape (indicators, units), to scores,
            shape (units,), higher is better, NaN = no score.
        values: Values as they are, in each indicator's own unit; NaN = missing.
        unit: Position of the unit.
        target: Rank wanted; ties share the better rank.
        best: Value each indicator of the unit could reach, shape (indicators,), e.g. by the
            largest five-year change among its peers; the way to it may lead up or down. NaN or
            the value as it is: this indicator stays.
        cost: Cost of one unit of change of each indicator, above 0, shape (indicators,), e.g. 1
            over its range, so that changes are counted in normalised points.
        monotone: You know that improvements towards `best` never worsen the unit's rank, e.g.
            because bounds are fixed.
        sparse: Change as few indicators as possible, then at the least cost.
        runs: Of the index, after which the search settles for the cheapest change found so far;
            also how many sets of indicators of one size `sparse` goes through before it takes
            the most useful indicators only and proves nothing.

    Raises:
        IndexMethodError: Shapes, unit, target or costs make no sense, or the unit has no score.

    Examples:
        >>> found = least_change(
        ...     lambda values: values.mean(axis=0),
        ...     np.array([[10.0, 30.0], [10.0, 30.0]]),
        ...     unit=0,
        ...     target=1,
        ...     best=np.array([40.0, 60.0]),
        ...     cost=np.array([1.0, 2.0]),
        ... )
        >>> found.changes.round(6).tolist(), round(found.cost, 6)
        ([30.0, 10.0], 50.0)
    """
    indicators, units = values.shape
    if best.shape != (indicators,) or cost.shape != (indicators,):
        raise IndexMethodError(
            f"{best.size} best values and {cost.size} costs do not fit {indicators} indicators.",
            where="reach.least_change",
            fix="give one best value and one cost for each row of the values",
        )
    if not (0 <= unit < units and 1 <= target <= units):
        raise IndexMethodError(
            f"Unit {unit} and rank {target} are not among {units} units.",
            where="reach.least_change",
            fix=f"give a unit from 0 to {units - 1} and a rank from 1 to {units}",
        )
    way = best - values[:, unit]
    levers = np.flatnonzero(np.isfinite(way) & (way != 0))
    if not np.all(cost[levers] > 0):
        raise IndexMethodError(
            f"A cost of {cost[levers].min():g} is not above 0.",
            where="reach.least_change, cost",
            fix="give every indicator that can change a cost above 0",
        )
    whole_cost = np.ones(indicators)
    whole_cost[levers] = cost[levers] * np.abs(way[levers])
    search = Search(scores_of, values, unit=unit, target=target, way=way, cost=whole_cost)
    shares, proved = np.zeros(indicators), sparse
    rank_before = search.rank(shares)
    if rank_before > target:
        found, proved = _reaching(search, levers, monotone=monotone, sparse=sparse, runs=runs)
        shares = shares if found is None else found
    rank_after = search.rank(shares)
    reached = rank_after <= target
    moved = search.moved(shares)
    return Reach(
        reached=reached,
        proved=proved,
        values=moved,
        changes=np.where(shares > 0, moved - values[:, unit], 0.0),
        cost=search.price(shares) if reached else np.nan,
        rank_before=rank_before,
        rank_after=rank_after,
        best_rank=min(search.best_rank, rank_before),
        runs=search.runs,
    )


def _reaching(
    search: Search, levers: NDArray[np.int64], *, monotone: bool, sparse: bool, runs: int
) -> tuple[NDArray[np.float64] | None, bool]:
    """Find shares that reach the target, and say whether what they show is proved."""
    full = np.zeros(search.cost.size)
    full[levers] = 1.0
    if levers.size == 0:
        return None, True
    if monotone and search.lead(full) < 0:
        return None, True
    if not sparse:
        return search.cheapest(levers, budget=runs), False
    return _fewest(search, levers, monotone=monotone, runs=runs)


def _fewest(
    search: Search, levers: NDArray[np.int64], *, monotone: bool, runs: int
) -> tuple[NDArray[np.float64] | None, bool]:
    """Go through sets of levers from the smallest up; the most useful levers alone if too many."""
    whole = np.zeros(search.cost.size)
    gains = []
    for lever in levers.tolist():
        whole[:] = 0.0
        whole[lever] = 1.0
        gains.append(search.lead(whole))
    useful = levers[np.argsort(-np.array(gains), kind="stable")]
    proved = monotone
    for size in range(1, levers.size + 1):
        while comb(useful.size, size) > runs and useful.size > size:
            useful, proved = useful[:-1], False
        enough = []
        for chosen in combinations(useful.tolist(), size):
            whole[:] = 0.0
            whole[list(chosen)] = 1.0
            if search.lead(whole) >= 0:
                enough.append(np.array(chosen))
                if len(enough) == _KEPT:
                    break
        share = runs // max(len(enough), 1)
        found = [search.cheapest(chosen, budget=share) for chosen in enough]
        reached = [shares for shares in found if shares is not None]
        if reached:
            return min(reached, key=search.price), proved
    return search.cheapest(levers, budget=runs), False
