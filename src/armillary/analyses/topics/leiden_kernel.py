"""Kernels of the Leiden algorithm for the constant Potts model, compiled by numba.

All sums are over whole numbers held in float64, hence exact and independent of their order;
all ties go to the lowest label. So the result is a function of the numbered graph alone.
Source: Traag, Waltman & van Eck (2019), doi:10.1038/s41598-019-41695-z.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Weights = NDArray[np.float32]
    Labels = NDArray[np.int32]
    Starts = NDArray[np.int64]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def local_moves(  # noqa: PLR0912, PLR0915, PLR0917 - one loop, kept whole for speed
    starts: Starts,
    neighbours: Labels,
    weights: Weights,
    sizes: Floats,
    labels: Labels,
    resolution: float,
    epsilon: float,
) -> int:
    """Move nodes to the community where quality gains most until no move gains.

    A node is looked at again when a neighbour outside its community has moved.

    Args:
        starts: Row starts, shape (nodes + 1,).
        neighbours: Node numbers, shape (2 x edges,).
        weights: Whole numbers, shape (2 x edges,).
        sizes: Works each node stands for, shape (nodes,).
        labels: Community of each node, 0..nodes-1, shape (nodes,); changed in place.
        resolution: Weight two works must exceed to belong together, in units of `weights`.
        epsilon: Smallest gain that counts.

    Returns:
        Number of moves.
    """
    n = sizes.size
    totals = np.zeros(n)
    for u in range(n):
        totals[labels[u]] += sizes[u]
    empty = np.empty(n + 1, np.int32)
    n_empty = 0
    for c in range(n - 1, -1, -1):
        if totals[c] == 0.0:
            empty[n_empty] = c
            n_empty += 1
    queue = np.arange(n).astype(np.int32)
    waiting = np.ones(n, np.bool_)
    head, length, moves = 0, n, 0
    ties = np.zeros(n)
    touched = np.empty(n, np.int32)
    while length > 0:
        u = queue[head]
        head = head + 1 if head + 1 < n else 0
        length -= 1
        waiting[u] = False
        home = labels[u]
        n_touched = 0
        for e in range(starts[u], starts[u + 1]):
            c = labels[neighbours[e]]
            if ties[c] == 0.0:
                touched[n_touched] = c
                n_touched += 1
            ties[c] += weights[e]
        stay = ties[home] - resolution * sizes[u] * (totals[home] - sizes[u])
        best, best_gain = home, stay + epsilon
        for t in range(n_touched):
            c = touched[t]
            if c != home:
                gain = ties[c] - resolution * sizes[u] * totals[c]
                if gain > best_gain or (gain == best_gain and best != home and c < best):
                    best, best_gain = c, gain
            ties[c] = 0.0
        if best_gain < 0.0 and totals[home] > sizes[u]:
            best = empty[n_empty - 1]
        if best == home:
            continue
        moves += 1
        if totals[best] == 0.0:
            n_empty -= 1
        totals[home] -= sizes[u]
        totals[best] += sizes[u]
        if totals[home] == 0.0:
            empty[n_empty] = home
            n_empty += 1
        labels[u] = best
        for e in range(starts[u], starts[u + 1]):
            v = neighbours[e]
            if labels[v] != best and not waiting[v]:
                waiting[v] = True
                tail = head + length
                queue[tail if tail < n else tail - n] = v
                length += 1
    return moves


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def refine(  # noqa: PLR0917 - compiled functions take places
    starts: Starts,
    neighbours: Labels,
    weights: Weights,
    sizes: Floats,
    labels: Labels,
    resolution: float,
) -> Labels:
    """Split each community into well-connected parts that are surely connected.

    Args:
        starts: Row starts, shape (nodes + 1,).
        neighbours: Node numbers, shape (2 x edges,).
        weights: Whole numbers, shape (2 x edges,).
        sizes: Works each node stands for, shape (nodes,).
        labels: Community of each node, shape (nodes,).
        resolution: In units of `weights`.

    Returns:
        Part of each node, named by the node that founded it, shape (nodes,).
    """
    n = sizes.size
    totals = np.zeros(n)
    inside = np.zeros(n)  # weight from a part to the rest of its community
    for u in range(n):
        totals[labels[u]] += sizes[u]
        for e in range(starts[u], starts[u + 1]):
            if labels[neighbours[e]] == labels[u]:
                inside[u] += weights[e]
    parts = np.arange(n).astype(np.int32)
    part_sizes = sizes.copy()
    alone = np.ones(n, np.bool_)
    ties = np.zeros(n)
    touched = np.empty(n, np.int32)
    for u in range(n):
        total = totals[labels[u]]
        if not alone[u] or inside[u] < resolution * sizes[u] * (total - sizes[u]):
            continue
        n_touched = 0
        for e in range(starts[u], starts[u + 1]):
            v = neighbours[e]
            if labels[v] == labels[u]:
                p = parts[v]
                if ties[p] == 0.0:
                    touched[n_touched] = p
                    n_touched += 1
                ties[p] += weights[e]
        best, best_gain, best_tie = u, 0.0, 0.0
        for t in range(n_touched):
            p = touched[t]
            rest = total - part_sizes[p]
            if inside[p] >= resolution * part_sizes[p] * rest:
                gain = ties[p] - resolution * sizes[u] * part_sizes[p]
                if gain > best_gain or (gain == best_gain and (best == u or p < best)):
                    best, best_gain, best_tie = p, gain, ties[p]
            ties[p] = 0.0
        if best != u:
            parts[u] = best
            alone[u] = False
            alone[best] = False
            part_sizes[best] += sizes[u]
            part_sizes[u] = 0.0
            inside[best] += inside[u] - 2.0 * best_tie
    return parts


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def aggregate(  # noqa: PLR0917 - compiled functions take places
    starts: Starts,
    neighbours: Labels,
    weights: Weights,
    sizes: Floats,
    parts: Labels,
    n_parts: int,
) -> tuple[Starts, Labels, Weights, Floats]:
    """Make one node of each part; weights within a part go, for they never affect a move.

    Args:
        starts: Row starts, shape (nodes + 1,).
        neighbours: Node numbers, shape (2 x edges,).
        weights: Whole numbers, shape (2 x edges,).
        sizes: Works each node stands for, shape (nodes,).
        parts: Part of each node, 0..n_parts-1, shape (nodes,).
        n_parts: Number of parts.

    Returns:
        Row starts, neighbours, weights and sizes of the smaller graph.
    """
    n = parts.size
    first = np.zeros(n_parts + 1, np.int64)
    for u in range(n):
        first[parts[u] + 1] += 1
    for p in range(n_parts):
        first[p + 1] += first[p]
    place = first[:-1].copy()
    members = np.empty(n, np.int32)
    new_sizes = np.zeros(n_parts)
    for u in range(n):
        members[place[parts[u]]] = u
        place[parts[u]] += 1
        new_sizes[parts[u]] += sizes[u]
    new_starts = np.zeros(n_parts + 1, np.int64)
    new_neighbours = np.empty(neighbours.size, np.int32)
    new_weights = np.empty(neighbours.size, np.float32)
    ties = np.zeros(n_parts)
    end = 0
    for p in range(n_parts):
        begin = end
        for m in range(first[p], first[p + 1]):
            u = members[m]
            for e in range(starts[u], starts[u + 1]):
                q = parts[neighbours[e]]
                if q != p:
                    if ties[q] == 0.0:
                        new_neighbours[end] = q
                        end += 1
                    ties[q] += weights[e]
        for e in range(begin, end):
            new_weights[e] = ties[new_neighbours[e]]
            ties[new_neighbours[e]] = 0.0
        new_starts[p + 1] = end
    return new_starts, new_neighbours[:end].copy(), new_weights[:end].copy(), new_sizes


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def renumber(labels: Labels) -> int:
    """Number labels 0, 1, 2, ... as they first occur, in place; return how many there are."""
    names = np.full(labels.size, -1, np.int32)
    count = 0
    for u in range(labels.size):
        if names[labels[u]] < 0:
            names[labels[u]] = count
            count += 1
        labels[u] = names[labels[u]]
    return count


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def connected_parts(starts: Starts, neighbours: Labels, labels: Labels) -> Labels:
    """Return labels in which every community that is not connected is split, shape (nodes,)."""
    n = labels.size
    parts = np.full(n, -1, np.int32)
    stack = np.empty(n, np.int32)
    count = 0
    for root in range(n):
        if parts[root] >= 0:
            continue
        parts[root] = count
        stack[0] = root
        depth = 1
        while depth > 0:
            depth -= 1
            u = stack[depth]
            for e in range(starts[u], starts[u + 1]):
                v = neighbours[e]
                if parts[v] < 0 and labels[v] == labels[root]:
                    parts[v] = count
                    stack[depth] = v
                    depth += 1
        count += 1
    return parts
