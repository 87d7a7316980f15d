"""Compiled loops over replicates and units; imported only where they run.

Plain loops, not matrix products: equal columns then give equal bits, so ties stay ties.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Sums = tuple[NDArray[np.float64], NDArray[np.float64]]

ARITHMETIC, GEOMETRIC, HARMONIC, POWER, MEAN_MIN, ORDERED, MAZZIOTTA, COPELAND = range(8)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def weighted_means(
    scores: NDArray[np.float64], weights: NDArray[np.float64], out: NDArray[np.float64]
) -> None:
    """Average the children of one group for each draw, what is missing dropped with its weight.

    Args:
        scores: Shape (children, units); NaN = missing.
        weights: Shape (draws, children).
        out: Shape (draws, units); NaN where no child with weight is present.
    """
    units = scores.shape[1]
    total = np.empty(units)
    for d in range(weights.shape[0]):
        for u in range(units):
            out[d, u] = 0.0
            total[u] = 0.0
        for c in range(scores.shape[0]):
            w = weights[d, c]
            for u in range(units):
                x = scores[c, u]
                known = x == x  # noqa: PLR0124 - only NaN differs from itself
                out[d, u] += w * x if known else 0.0
                total[u] += w if known else 0.0
        for u in range(units):
            out[d, u] = out[d, u] / total[u] if total[u] > 0.0 else np.nan


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _add(
    x: NDArray[np.float64], known: NDArray[np.float64], w: float, whole: bool, sums: Sums
) -> None:
    """Add one part to the sums of scores and weights; it holds 0 where `known` is 0."""
    score, weight = sums
    for u in range(x.size):
        score[u] += w * x[u]
    if not whole:
        for u in range(x.size):
            weight[u] += w * known[u]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _other(  # noqa: PLR0912, PLR0917 - numba inlines no dispatch by method
    kind: int,
    parameter: float,
    order: NDArray[np.float64],
    rows: NDArray[np.float64],
    known: NDArray[np.float64],
    weights: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    """Aggregate rows by one of the methods that look at one unit at a time."""
    children, units = rows.shape
    held = np.empty(children)
    for u in range(units):
        total = 0.0
        mean = 0.0
        least = np.inf
        count = 0
        for c in range(children):
            w = weights[c]
            if known[c, u] == 0.0 or w <= 0.0:
                continue
            x = rows[c, u]
            total += w
            least = min(least, x)
            if kind == GEOMETRIC:
                mean += w * np.log(x)
            elif kind == HARMONIC:
                mean += w / x
            elif kind == POWER:
                mean += w * x**parameter
            else:
                mean += w * x
            held[count] = x
            count += 1
        if total <= 0.0:
            out[u] = np.nan
            continue
        mean /= total
        if kind == GEOMETRIC:
            mean = np.exp(mean)
        elif kind == HARMONIC:
            mean = 1.0 / mean
        elif kind == POWER:
            mean = mean ** (1.0 / parameter)
        elif kind == MEAN_MIN:
            mean -= parameter * (mean - least)
        elif kind == ORDERED:
            part = np.sort(held[:count])
            mean = 0.0
            for place in range(count):
                mean += order[count, place] * part[count - 1 - place]
        elif kind == MAZZIOTTA:
            spread = 0.0
            for c in range(children):
                if known[c, u] != 0.0 and weights[c] > 0.0:
                    spread += weights[c] / total * (rows[c, u] - mean) ** 2
            mean += parameter * spread / mean
        out[u] = mean


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _copeland(
    rows: NDArray[np.float64],
    known: NDArray[np.float64],
    weights: NDArray[np.float64],
    scored: NDArray[np.bool_],
    out: NDArray[np.float64],
) -> None:
    """Count duels won less duels lost; a duel is over the children both units have."""
    children, units = rows.shape
    out[:] = 0.0
    for i in range(units):
        if not scored[i]:
            continue
        for j in range(i + 1, units):
            if not scored[j]:
                continue
            balance = 0.0
            for c in range(children):
                if known[c, i] != 0.0 and known[c, j] != 0.0:
                    x, y = rows[c, i], rows[c, j]
                    if x > y:
                        balance += weights[c]
                    elif y > x:
                        balance -= weights[c]
            if balance > 0.0:
                out[i] += 1.0
                out[j] -= 1.0
            elif balance < 0.0:
                out[i] -= 1.0
                out[j] += 1.0


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def climb(  # noqa: PLR0912, PLR0915, PLR0917 - one pass over the tree, which the cache holds
    leaves: NDArray[np.float64],
    logs: NDArray[np.float64],
    known: NDArray[np.float64],
    scored: NDArray[np.bool_],
    whole: NDArray[np.bool_],
    variant: NDArray[np.int64],
    weights: NDArray[np.float64],
    kinds: NDArray[np.int64],
    parameters: NDArray[np.float64],
    order: NDArray[np.float64],
    method: NDArray[np.int64],
    ends: NDArray[np.int64],
    children: NDArray[np.int64],
    out: NDArray[np.float64],
) -> None:
    """Aggregate a whole tree once for each replicate; its scores stay in the cache meanwhile.

    Nodes are numbered leaves first, then groups, each group after its parts, the root last.

    Args:
        leaves: Normalised scores, shape (variants, leaves, units); 0 where missing.
        logs: Their logarithms; no leaves where no method takes logarithms of leaves.
        known: 1.0 where a leaf is known, else 0.0, shape as `leaves`.
        scored: Whether a unit gets a score, shape (variants, nodes, units).
        whole: Whether no unit lacks a part of the group, shape (variants, groups); its weights
            then sum above 0.
        variant: For each replicate, which scores it starts from.
        weights: Shape (replicates, nodes).
        kinds: Kind of mean, shape (methods, groups).
        parameters: Its parameter (power, alpha, sign of the penalty), shape (methods, groups).
        order: Weights of places, shape (methods, groups, children + 1, children).
        method: For each replicate, which row of `kinds` it takes.
        ends: For each group, where its part of `children` ends.
        children: Numbers of the parts of all groups, one group after another.
        out: Shape (replicates, groups, units), or (replicates, 1, units) for the root alone;
            NaN = no score.
    """
    n_leaves, units = leaves.shape[1], leaves.shape[2]
    groups = ends.size
    widest = ends[0]
    for g in range(1, groups):
        widest = max(widest, ends[g] - ends[g - 1])
    held = np.zeros((groups, units))
    there = np.zeros((groups, units))
    rows = np.empty((widest, units))
    marks = np.empty((widest, units))
    own = np.empty(widest)
    total = np.empty(units)
    row = np.empty(units)
    for r in range(variant.size):
        v, m = variant[r], method[r]
        start = 0
        for g in range(groups):
            kind = kinds[m, g]
            n = ends[g] - start
            mine = scored[v, n_leaves + g]
            if kind in (ARITHMETIC, GEOMETRIC):
                complete = whole[v, g]
                row[:] = 0.0
                total[:] = 0.0
                of_weights = 0.0
                for i in range(n):
                    c = children[start + i]
                    w = weights[r, c]
                    of_weights += w
                    if c < n_leaves:
                        x = logs[v, c] if kind == GEOMETRIC else leaves[v, c]
                        _add(x, known[v, c], w, complete, (row, total))
                    elif kind == GEOMETRIC:
                        for u in range(units):
                            x0 = held[c - n_leaves, u]
                            # the mean of a part that is 0 is 0; what is missing counts nothing
                            rows[0, u] = np.log(x0) if there[c - n_leaves, u] != 0.0 else 0.0
                        _add(rows[0], there[c - n_leaves], w, complete, (row, total))
                    else:
                        _add(held[c - n_leaves], there[c - n_leaves], w, complete, (row, total))
                if complete:
                    total[:] = of_weights
                for u in range(units):
                    row[u] = row[u] / total[u] if total[u] > 0.0 else np.nan
                if kind == GEOMETRIC:
                    for u in range(units):
                        row[u] = np.exp(row[u])
            else:
                for i in range(n):
                    c = children[start + i]
                    own[i] = weights[r, c]
                    rows[i] = leaves[v, c] if c < n_leaves else held[c - n_leaves]
                    marks[i] = known[v, c] if c < n_leaves else there[c - n_leaves]
                if kind == COPELAND:
                    _copeland(rows[:n], marks[:n], own[:n], mine, row)
                else:
                    _other(kind, parameters[m, g], order[m, g], rows[:n], marks[:n], own[:n], row)
            for u in range(units):
                score = row[u] if mine[u] else np.nan
                row[u] = score
                there[g, u] = 1.0 if score == score else 0.0  # noqa: PLR0124
                held[g, u] = score if score == score else 0.0  # noqa: PLR0124
            if out.shape[1] > 1 or g == groups - 1:
                place = g if out.shape[1] > 1 else 0
                out[r, place] = row
            start = ends[g]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def rank(scores: NDArray[np.float64], out: NDArray[np.int64]) -> None:
    """Rank each row by counting larger values; beats sorting up to some 800 units.

    Args:
        scores: Shape (draws, units); NaN = missing.
        out: Shape (draws, units); 1 the best, ties share the lowest rank, 0 = missing.
    """
    draws, units = scores.shape
    for d in range(draws):
        row = scores[d]
        for i in range(units):
            x = row[i]
            larger = 0
            for j in range(units):
                larger += row[j] > x
            out[d, i] = larger + 1 if x == x else 0  # noqa: PLR0124


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def rank_sorted(scores: NDArray[np.float64], out: NDArray[np.int64]) -> None:
    """Rank as `rank` does, by sorting: for many units. Arguments as there."""
    draws, units = scores.shape
    for d in range(draws):
        row = scores[d]
        places = np.argsort(-row)  # NaN sorts last
        at = 0
        for place in range(units):
            i = places[place]
            if row[i] != row[i]:
                out[d, i] = 0
                continue
            if place > 0 and row[i] != row[places[place - 1]]:
                at = place
            out[d, i] = at + 1


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def count_ranks(ranks: NDArray[np.int64], counts: NDArray[np.int64]) -> None:
    """Add how often each unit took each rank.

    Args:
        ranks: Shape (draws, units).
        counts: Shape (units, units + 1), added to; column r counts rank r.
    """
    draws, units = ranks.shape
    for d in range(draws):
        for u in range(units):
            counts[u, ranks[d, u]] += 1


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def count_wins(scores: NDArray[np.float64], wins: NDArray[np.float64]) -> None:
    """Add how often each unit scored more than each other; a tie counts half.

    Args:
        scores: Shape (draws, units); NaN = no score, never counted.
        wins: Shape (units, units), added to; row beats column.
    """
    draws, units = scores.shape
    for d in range(draws):
        for i in range(units):
            x = scores[d, i]
            for j in range(units):
                y = scores[d, j]
                wins[i, j] += (1.0 if x > y else 0.0) + (0.5 if x == y else 0.0)
