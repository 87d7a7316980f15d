"""Compiled search for weights that break as few comparisons as possible; used by `certified`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

FEASIBLE, INFEASIBLE, STUCK = 0, 1, 2
_FREE, _ENFORCED, _BROKEN, _SET_ASIDE = 0, 1, 2, 3
_ZERO = 1e-13  # of a weight, and of a score after scaling: rounding of some 10 additions


@njit(cache=True)  # type: ignore[untyped-decorator]
def _start(
    row: NDArray[np.float64],
    lower: NDArray[np.float64],
    upper: NDArray[np.float64],
    sign: NDArray[np.int64],
) -> int:
    """Minimise one row over the box and the simplex: the cheapest children are filled first.

    Args:
        row: Shape (children,).
        lower: Least weights, shape (children,).
        upper: Greatest weights, shape (children,).
        sign: Written: -1 where a child ends at its lower bound, 1 at its upper.

    Returns:
        The child that takes what is left.
    """
    order = np.argsort(row, kind="mergesort")
    left = 1.0 - lower.sum()
    critical = order[-1]
    for j in range(row.size):
        sign[j] = -1
    for j in order:
        if upper[j] - lower[j] >= left:
            critical = j
            break
        left -= upper[j] - lower[j]
        sign[j] = 1
    return int(critical)


@njit(cache=True)  # type: ignore[untyped-decorator]
def solve(  # noqa: PLR0912, PLR0915, PLR0917 - one loop of the simplex method
    rows: NDArray[np.float64],
    active: NDArray[np.int64],
    hard: NDArray[np.float64],
    lower: NDArray[np.float64],
    upper: NDArray[np.float64],
    stop: float,
    weights: NDArray[np.float64],
    share: NDArray[np.float64],
) -> tuple[int, float]:
    """Minimise the largest of several rows over a set of weights, by the dual simplex method.

    min t over (w, t): row . w <= t for active rows, hard . w <= 0, lower <= w <= upper, sum w = 1.
    The basis has one constraint per unknown and starts at the closed-form minimum of one row, so
    its multipliers are never negative and t only grows: once t passes `stop`, the multipliers of
    that moment prove that no weights bring every active row below it.

    Args:
        rows: Shape (rows, children), scaled to at most about 1; NaN not allowed.
        active: 1 where a row counts, shape (rows,); at least one does.
        hard: Shape (constraints, children).
        lower: Least weights, shape (children,).
        upper: Greatest weights, shape (children,).
        stop: Give up as soon as t is known to reach this.
        weights: Written: the weights found, shape (children,).
        share: Written: multiplier of each row, shape (rows,), not below 0, summing to 1.

    Returns:
        FEASIBLE (t is the minimum), INFEASIBLE (t >= stop, or the set is empty) or STUCK, and t.
    """
    n, m, h = lower.size, rows.shape[0], hard.shape[0]
    size = n + 1
    first = 0
    while active[first] == 0:
        first += 1
    sign = np.empty(n, dtype=np.int64)
    critical = _start(rows[first], lower, upper, sign)
    # Constraints by number: rows, then hard ones, lower bounds, upper bounds, the sum.
    basis = np.empty(size, dtype=np.int64)
    inverse = np.zeros((size, size))
    target = np.zeros(size)
    basis[0], basis[1] = first, m + h + 2 * n
    target[1] = 1.0
    inverse[critical, 1] = 1.0
    inverse[n, 0], inverse[n, 1] = -1.0, rows[first, critical]
    b = 2
    for j in range(n):
        if j == critical:
            continue
        basis[b] = m + h + j if sign[j] < 0 else m + h + n + j
        target[b] = -lower[j] if sign[j] < 0 else upper[j]
        inverse[j, b] = sign[j]
        inverse[critical, b] = -sign[j]
        inverse[n, b] = sign[j] * (rows[first, j] - rows[first, critical])
        b += 1
    x = np.empty(size)
    alpha = np.empty(size)
    normal = np.empty(size)
    status = STUCK
    for turn in range(60 * size + 200):
        for i in range(size):
            x[i] = 0.0
            for j in range(size):
                x[i] += inverse[i, j] * target[j]
        if x[n] >= stop:
            status = INFEASIBLE
            break
        careful = turn > 20 * size  # the first violated constraint: slow, but cannot cycle
        worst, entering = _ZERO, -1
        for i in range(m + h + 2 * n):
            if i < m:
                if active[i] == 0:
                    continue
                gap = -x[n]
                for j in range(n):
                    gap += rows[i, j] * x[j]
            elif i < m + h:
                gap = 0.0
                for j in range(n):
                    gap += hard[i - m, j] * x[j]
            elif i < m + h + n:
                gap = lower[i - m - h] - x[i - m - h]
            else:
                gap = x[i - m - h - n] - upper[i - m - h - n]
            if gap > worst:
                worst, entering = gap, i
                if careful:
                    break
        if entering < 0:
            status = FEASIBLE
            break
        normal[:] = 0.0
        goal = 0.0
        if entering < m:
            normal[:n] = rows[entering]
            normal[n] = -1.0
        elif entering < m + h:
            normal[:n] = hard[entering - m]
        elif entering < m + h + n:
            normal[entering - m - h] = -1.0
            goal = -lower[entering - m - h]
        else:
            normal[entering - m - h - n] = 1.0
            goal = upper[entering - m - h - n]
        leaving, ratio = -1, np.inf
        for j in range(size):
            alpha[j] = 0.0
            for i in range(size):
                alpha[j] += normal[i] * inverse[i, j]
            if j != 1 and alpha[j] > 1e-11:
                step = max(-inverse[n, j], 0.0) / alpha[j]
                near = step <= ratio + 1e-15
                if step < ratio - 1e-15 or (
                    near and (basis[j] < basis[leaving] if careful else alpha[j] > alpha[leaving])
                ):
                    leaving, ratio = j, min(step, ratio)
        if leaving < 0:
            status = INFEASIBLE  # no weights at all satisfy the hard constraints
            break
        for i in range(size):
            inverse[i, leaving] /= alpha[leaving]
        for j in range(size):
            if j != leaving and alpha[j] != 0.0:
                for i in range(size):
                    inverse[i, j] -= inverse[i, leaving] * alpha[j]
        basis[leaving] = entering
        target[leaving] = goal
    share[:] = 0.0
    for j in range(size):
        if basis[j] < m:
            share[basis[j]] = max(-inverse[n, j], 0.0)
    for j in range(n):
        weights[j] = min(max(x[j], lower[j]), upper[j])
    return status, x[n]


@njit(cache=True)  # type: ignore[untyped-decorator]
def _bound(  # noqa: PLR0912, PLR0917 - numba takes no keyword-only arguments here
    rows: NDArray[np.float64],
    state: NDArray[np.int64],
    hard: NDArray[np.float64],
    lower: NDArray[np.float64],
    upper: NDArray[np.float64],
    margin: float,
    best: NDArray[np.int64],
    found: NDArray[np.float64],
    core: NDArray[np.int64],
) -> tuple[int, int]:
    """Bound from below how many rows must break, by sets of rows that cannot all hold.

    Sets that share no row each break one at least. What is left at the end can hold, which gives
    weights as well.

    Returns:
        Length of the shortest such set (written to `core`), 0 where nothing better than `best`
        can be found here; and how many sets there are (-1 after a numerical failure).
    """
    m, n = rows.shape
    held = state.copy()
    active = np.empty(m, dtype=np.int64)
    weights = np.empty(n)
    share = np.empty(m)
    broken = 0
    for i in range(m):
        broken += state[i] == _BROKEN
    sets, shortest = 0, 0
    while True:
        for i in range(m):
            active[i] = held[i] <= _ENFORCED
        status, _ = solve(rows, active, hard, lower, upper, -margin, weights, share)
        if status == STUCK:
            return 0, -1
        if status == FEASIBLE:
            count = 0
            for i in range(m):
                value = 0.0
                for j in range(n):
                    value += rows[i, j] * weights[j]
                count += value > -margin / 2
            if count < best[0]:
                best[0] = count
                found[:] = weights
            break
        length = 0
        for i in range(m):
            length += share[i] > _ZERO and held[i] == _FREE
        if length == 0:
            return 0, m  # enforced rows alone contradict each other
        fresh = shortest == 0 or length < shortest
        k = 0
        for i in range(m):
            if share[i] > _ZERO and held[i] == _FREE:
                held[i] = _SET_ASIDE
                if fresh:
                    core[k] = i
                    k += 1
        if fresh:
            shortest = length
        sets += 1
        if broken + sets >= best[0]:
            break
    if broken + sets >= best[0]:
        return 0, sets
    return shortest, sets


@njit(cache=True)  # type: ignore[untyped-decorator]
def fewest_broken(  # noqa: PLR0917 - numba takes no keyword-only arguments here
    rows: NDArray[np.float64],
    hard: NDArray[np.float64],
    lower: NDArray[np.float64],
    upper: NDArray[np.float64],
    margin: float,
    budget: int,
    best: NDArray[np.int64],
    found: NDArray[np.float64],
) -> tuple[int, int]:
    """Find weights for which as few rows as possible fail row . w < 0, and prove it.

    Depth-first: of a set of rows that cannot all hold one must break, so the branches are "this
    one breaks and those before it hold". The last row is a mere floor under t and always holds.

    Args:
        rows: Shape (rows, children), scaled to at most about 1.
        hard: Constraints hard . w <= 0, shape (constraints, children).
        lower: Least weights, shape (children,).
        upper: Greatest weights, shape (children,).
        margin: A row holds when it lies at least this far below 0.
        budget: Nodes to look at before giving up the proof.
        best: In: rows broken by `found`; out: fewest rows broken. Shape (1,).
        found: In and out: weights that break `best` rows, shape (children,).

    Returns:
        A proven lower bound of `best`, and the nodes looked at.
    """
    m = rows.shape[0]
    state = np.zeros(m, dtype=np.int64)
    state[m - 1] = _ENFORCED
    core = np.zeros((m + 1, m), dtype=np.int64)
    length = np.zeros(m + 1, dtype=np.int64)
    at = np.full(m + 1, -1, dtype=np.int64)
    length[0], root = _bound(rows, state, hard, lower, upper, margin, best, found, core[0])
    if root < 0:
        return 0, 1
    nodes, depth = 1, 0
    if length[0] == 0:
        return best[0], nodes
    while depth >= 0:
        if at[depth] >= 0:
            state[core[depth, at[depth]]] = _ENFORCED
        at[depth] += 1
        if at[depth] == length[depth]:
            for k in range(length[depth]):
                state[core[depth, k]] = _FREE
            depth -= 1
            continue
        state[core[depth, at[depth]]] = _BROKEN
        nodes += 1
        if nodes > budget:
            return min(root, best[0]), nodes
        size, sets = _bound(rows, state, hard, lower, upper, margin, best, found, core[depth + 1])
        if sets < 0:
            return min(root, best[0]), nodes
        if size > 0:
            depth += 1
            length[depth] = size
            at[depth] = -1
    return best[0], nodes


@njit(cache=True)  # type: ignore[untyped-decorator]
def extremes(  # noqa: PLR0917 - numba takes no keyword-only arguments here
    rows: NDArray[np.float64],
    hard: NDArray[np.float64],
    lower: NDArray[np.float64],
    upper: NDArray[np.float64],
    out: NDArray[np.float64],
    points: NDArray[np.float64],
) -> bool:
    """Minimise and maximise each row on its own.

    Args:
        rows: Shape (rows, children), scaled to at most about 1.
        hard: Constraints hard . w <= 0, shape (constraints, children).
        lower: Least weights, shape (children,).
        upper: Greatest weights, shape (children,).
        out: Written: least and greatest row . w, shape (rows, 2).
        points: Written: weights that give them, shape (rows, 2, children).

    Returns:
        Whether all were found.
    """
    n = rows.shape[1]
    one = np.empty((1, n))
    active = np.ones(1, dtype=np.int64)
    share = np.empty(1)
    for i in range(rows.shape[0]):
        for side in range(2):
            sign = 1.0 - 2.0 * side
            for j in range(n):
                one[0, j] = sign * rows[i, j]
            status, least = solve(one, active, hard, lower, upper, np.inf, points[i, side], share)
            if status != FEASIBLE:
                return False
            out[i, side] = sign * least
    return True
