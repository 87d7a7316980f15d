"""Kernels of the Leiden algorithm for the constant Potts model, compiled by numba.

Each works on a share `begin..end` of its rows, so that threads can take shares; the result
depends on the numbered graph alone, never on how it was shared out: sums are over whole numbers
held in float64, hence exact in any order, and ties go to the lowest label.
Source: Traag, Waltman & van Eck (2019), doi:10.1038/s41598-019-41695-z; moving in parallel:
after Sahu (2023), doi:10.48550/arXiv.2312.13936.

All kernels that call each other are in this file: numba's cache knows only the file of the
kernel called, and would keep machine code of a callee changed elsewhere.

In all of them row u of a graph is neighbours[starts[u]:ends[u]] with `weights` beside it;
`sizes` are works each node stands for; `keys`, `sums` and `slots` are a thread's table of sums,
its keys -1 between calls.
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
    Places = NDArray[np.int64]
    Flags = NDArray[np.uint8]

EMPTY = -1  # the choice of a node that is best alone


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _bits(entries: int) -> int:
    """Return the bits of a table that is at most half full with so many entries."""
    bits = 3
    while 1 << bits < 2 * entries:
        bits += 1
    return bits


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _slot(keys: Labels, key: int, bits: int) -> int:
    """Return where a key stands in the table, or where it would."""
    slot = ((key * 2654435769) & 0xFFFFFFFF) >> (32 - bits)
    while keys[slot] != key and keys[slot] >= 0:
        slot = (slot + 1) & ((1 << bits) - 1)
    return slot


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def decide(  # noqa: PLR0917 - compiled functions take places
    begin: int,
    end: int,
    keys: Labels,
    sums: Floats,
    slots: Labels,
    nodes: Labels,
    first: int,
    starts: Places,
    ends: Places,
    neighbours: Labels,
    weights: Weights,
    sizes: Floats,
    labels: Labels,
    totals: Floats,
    active: Flags,
    resolution: float,
    epsilon: float,
    choice: Labels,
    ties: Floats,
    near: Flags,
) -> None:
    """Choose the community where each node of a block gains most, as communities stand.

    Args:
        begin: First place in `nodes`.
        end: Place after the last.
        keys: Of the table.
        sums: Of the table.
        slots: Of the table.
        nodes: Nodes to visit, ascending.
        first: Where the block begins in `nodes`.
        starts: Of the graph.
        ends: Of the graph.
        neighbours: Of the graph.
        weights: Of the graph.
        sizes: Of the graph.
        labels: Community of each node.
        totals: Works of each community.
        active: Nodes that wait to be visited.
        resolution: Weight two works must exceed to belong together.
        epsilon: Smallest gain that counts.
        choice: Written: community chosen by each node of the block.
        ties: Written: weight to the own and the chosen community, shape (block, 2).
        near: Written: whether a node visited earlier in the block is a neighbour.
    """
    low = nodes[first]
    for i in range(begin, end):
        u = nodes[i]
        active[u] = 0
        home = labels[u]
        bits = _bits(ends[u] - starts[u])
        stay, n_found, early = 0.0, 0, 0
        for e in range(starts[u], ends[u]):
            v = neighbours[e]
            if low <= v < u:
                early = 1
            c = labels[v]
            if c == home:
                stay += weights[e]
            else:
                slot = _slot(keys, c, bits)
                if keys[slot] < 0:
                    keys[slot] = c
                    sums[slot] = 0.0
                    slots[n_found] = slot
                    n_found += 1
                sums[slot] += weights[e]
        size = sizes[u]
        best, best_tie = home, stay
        best_gain = stay - resolution * size * (totals[home] - size) + epsilon
        for f in range(n_found):
            slot = slots[f]
            c = keys[slot]
            keys[slot] = -1
            if sums[slot] - resolution * size < best_gain:
                continue  # not even a community of one work would do: spares a look at its total
            gain = sums[slot] - resolution * size * totals[c]
            if gain > best_gain or (gain == best_gain and best != home and c < best):
                best, best_gain, best_tie = c, gain, sums[slot]
        if best_gain < 0.0 and totals[home] > size:
            best, best_tie = EMPTY, 0.0
        choice[i - first] = best
        ties[i - first, 0] = stay
        ties[i - first, 1] = best_tie
        near[i - first] = early


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def apply_moves(  # noqa: PLR0912, PLR0917 - compiled functions take places
    first: int,
    end: int,
    nodes: Labels,
    starts: Places,
    ends: Places,
    neighbours: Labels,
    weights: Weights,
    sizes: Floats,
    labels: Labels,
    totals: Floats,
    active: Flags,
    resolution: float,
    epsilon: float,
    choice: Labels,
    ties: Floats,
    near: Flags,
    empty: Labels,
    n_empty: Places,
    movers: Labels,
    gained: Floats,
) -> int:
    """Make the moves chosen in a block, one after another, where they still gain.

    A choice was made before the moves earlier in the block: its gain is computed again, so that
    quality rises with every move made. A node refused is to be visited again.

    Args:
        first: Where the block begins in `nodes`.
        end: Place after its last.
        nodes: As in `decide`, and so all up to `near`.
        starts: Of the graph.
        ends: Of the graph.
        neighbours: Of the graph.
        weights: Of the graph.
        sizes: Of the graph.
        labels: Changed.
        totals: Changed.
        active: Changed.
        resolution: As in `decide`.
        epsilon: As in `decide`.
        choice: As in `decide`.
        ties: As in `decide`.
        near: As in `decide`.
        empty: Communities without a node, a stack.
        n_empty: Height of the stack, shape (1,).
        movers: Written: nodes that moved.
        gained: Increased by the quality gained, shape (1,).

    Returns:
        Number of movers.
    """
    n_movers = 0
    for i in range(first, end):
        u = nodes[i]
        home, to = labels[u], choice[i - first]
        if to == home:
            continue
        size = sizes[u]
        stay, tie = ties[i - first, 0], ties[i - first, 1]
        if near[i - first]:
            stay, tie = 0.0, 0.0
            for e in range(starts[u], ends[u]):
                c = labels[neighbours[e]]
                if c == home:
                    stay += weights[e]
                elif c == to:
                    tie += weights[e]
        gain = -(stay - resolution * size * (totals[home] - size))
        if to == EMPTY:
            if totals[home] == size:
                gain = 0.0
        else:
            gain += tie - resolution * size * totals[to]
        if gain <= epsilon:
            active[u] = 1
            continue
        if to == EMPTY:
            n_empty[0] -= 1
            to = empty[n_empty[0]]
        elif totals[to] == 0.0:  # left by its last node earlier in the block, so no gain
            active[u] = 1
            continue
        totals[home] -= size
        totals[to] += size
        if totals[home] == 0.0:
            empty[n_empty[0]] = home
            n_empty[0] += 1
        labels[u] = to
        gained[0] += gain
        movers[n_movers] = u
        n_movers += 1
    return n_movers


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def activate(  # noqa: PLR0917 - compiled functions take places
    begin: int,
    end: int,
    movers: Labels,
    starts: Places,
    ends: Places,
    neighbours: Labels,
    labels: Labels,
    fixed: Flags,
    active: Flags,
) -> None:
    """Have the neighbours outside a mover's new community visited again, unless fixed.

    Threads may mark the same node: all write the same byte.
    """
    for m in range(begin, end):
        u = movers[m]
        for e in range(starts[u], ends[u]):
            v = neighbours[e]
            if labels[v] != labels[u] and not fixed[v]:
                active[v] = 1


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def sweep(  # noqa: PLR0917 - compiled functions take places
    block: int,
    keys: Labels,
    sums: Floats,
    slots: Labels,
    nodes: Labels,
    starts: Places,
    ends: Places,
    neighbours: Labels,
    weights: Weights,
    sizes: Floats,
    fixed: Flags,
    labels: Labels,
    totals: Floats,
    active: Flags,
    resolution: float,
    epsilon: float,
    choice: Labels,
    ties: Floats,
    near: Flags,
    empty: Labels,
    n_empty: Places,
    movers: Labels,
    gained: Floats,
) -> int:
    """Visit all `nodes` once in blocks, on one thread; return the number of moves."""
    moves = 0
    for first in range(0, nodes.size, block):
        end = min(first + block, nodes.size)
        decide(
            first, end, keys, sums, slots, nodes, first, starts, ends, neighbours, weights,
            sizes, labels, totals, active, resolution, epsilon, choice, ties, near,
        )  # fmt: skip
        n_movers = apply_moves(
            first, end, nodes, starts, ends, neighbours, weights, sizes, labels, totals, active,
            resolution, epsilon, choice, ties, near, empty, n_empty, movers, gained,
        )  # fmt: skip
        activate(0, n_movers, movers, starts, ends, neighbours, labels, fixed, active)
        moves += n_movers
    return moves


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def totals_of(labels: Labels, sizes: Floats, totals: Floats, empty: Labels) -> int:
    """Sum the works of each community, shape (nodes,), and stack the empty ones, lowest on top."""
    totals[:] = 0.0
    for u in range(labels.size):
        totals[labels[u]] += sizes[u]
    n_empty = 0
    for c in range(totals.size - 1, -1, -1):
        if totals[c] == 0.0:
            empty[n_empty] = c
            n_empty += 1
    return n_empty


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def group(
    labels: Labels, n_groups: int, starts: Places, ends: Places
) -> tuple[Places, Labels, Places]:
    """Sort nodes by label, in order of nodes within one.

    Args:
        labels: Group of each node, 0..n_groups-1, shape (nodes,).
        n_groups: Number of groups.
        starts: Of the graph.
        ends: Of the graph.

    Returns:
        Where each group begins, shape (groups + 1,); its members, shape (nodes,); and
        neighbours of all groups before each, shape (groups + 1,).
    """
    first = np.zeros(n_groups + 1, np.int64)
    load = np.zeros(n_groups + 1, np.int64)
    for u in range(labels.size):
        first[labels[u] + 1] += 1
        load[labels[u] + 1] += ends[u] - starts[u]
    for g in range(n_groups):
        first[g + 1] += first[g]
        load[g + 1] += load[g]
    place = first[:-1].copy()
    members = np.empty(labels.size, np.int32)
    for u in range(labels.size):
        members[place[labels[u]]] = u
        place[labels[u]] += 1
    return first, members, load


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def refine(  # noqa: PLR0917, PLR0912 - compiled functions take places; one loop, whole for speed
    begin: int,
    end: int,
    keys: Labels,
    sums: Floats,
    slots: Labels,
    first: Places,
    members: Labels,
    starts: Places,
    ends: Places,
    neighbours: Labels,
    weights: Weights,
    sizes: Floats,
    labels: Labels,
    resolution: float,
    parts: Labels,
    part_sizes: Floats,
    inside: Floats,
) -> None:
    """Split communities into well-connected parts that are surely connected.

    Args:
        begin: First community.
        end: Community after the last.
        keys: Of the table.
        sums: Of the table.
        slots: Of the table.
        first: As `group` gives it.
        members: As `group` gives them.
        starts: Of the graph.
        ends: Of the graph.
        neighbours: Of the graph.
        weights: Of the graph.
        sizes: Of the graph.
        labels: Community of each node.
        resolution: As in `decide`.
        parts: Written: part of each node, named by the node that founded it.
        part_sizes: Written: works of each part.
        inside: Written: weight from each part to the rest of its community.
    """
    for c in range(begin, end):
        total = 0.0
        for m in range(first[c], first[c + 1]):
            u = members[m]
            total += sizes[u]
            parts[u] = u
            part_sizes[u] = sizes[u]
            inside[u] = 0.0
            for e in range(starts[u], ends[u]):
                if labels[neighbours[e]] == c:
                    inside[u] += weights[e]
        for m in range(first[c], first[c + 1]):
            u = members[m]
            size = sizes[u]
            # Only a node still alone in the part it founded merges: parts cannot break.
            alone = parts[u] == u and part_sizes[u] == size
            if not alone or inside[u] < resolution * size * (total - size):
                continue
            bits, n_found = _bits(ends[u] - starts[u]), 0
            for e in range(starts[u], ends[u]):
                v = neighbours[e]
                if labels[v] == c:
                    p = parts[v]
                    slot = _slot(keys, p, bits)
                    if keys[slot] < 0:
                        keys[slot] = p
                        sums[slot] = 0.0
                        slots[n_found] = slot
                        n_found += 1
                    sums[slot] += weights[e]
            best, best_gain, best_tie = u, 0.0, 0.0
            for f in range(n_found):
                slot = slots[f]
                p = keys[slot]
                keys[slot] = -1
                if inside[p] >= resolution * part_sizes[p] * (total - part_sizes[p]):
                    gain = sums[slot] - resolution * size * part_sizes[p]
                    if gain > best_gain or (gain == best_gain and (best == u or p < best)):
                        best, best_gain, best_tie = p, gain, sums[slot]
            if best != u:
                parts[u] = best
                part_sizes[best] += size
                part_sizes[u] = 0.0
                inside[best] += inside[u] - 2.0 * best_tie


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def aggregate(  # noqa: PLR0917 - compiled functions take places
    begin: int,
    end: int,
    keys: Labels,
    sums: Floats,
    slots: Labels,
    first: Places,
    members: Labels,
    load: Places,
    starts: Places,
    ends: Places,
    neighbours: Labels,
    weights: Weights,
    sizes: Floats,
    fixed: Flags,
    parts: Labels,
    new_starts: Places,
    new_ends: Places,
    new_neighbours: Labels,
    new_weights: Weights,
    new_sizes: Floats,
    new_fixed: Flags,
) -> None:
    """Make one node of each part; weights within a part go, for they never affect a move.

    A share writes its rows one after another from where the rows of its members began, so
    memory behind them is never touched.

    Args:
        begin: First part.
        end: Part after the last.
        keys: Of the table.
        sums: Of the table.
        slots: Of the table.
        first: As `group` gives it.
        members: As `group` gives them.
        load: As `group` gives it.
        starts: Of the graph.
        ends: Of the graph.
        neighbours: Of the graph.
        weights: Of the graph.
        sizes: Of the graph.
        fixed: Of the graph.
        parts: Part of each node.
        new_starts: Written, and so all after it: the smaller graph.
        new_ends: Of the smaller graph.
        new_neighbours: Of the smaller graph.
        new_weights: Of the smaller graph.
        new_sizes: Of the smaller graph.
        new_fixed: Of the smaller graph: a part is fixed if a member is.
    """
    place = load[begin]
    n_parts = new_starts.size
    for p in range(begin, end):
        bits, n_found = _bits(min(load[p + 1] - load[p], n_parts)), 0
        size, held = 0.0, 0
        for m in range(first[p], first[p + 1]):
            u = members[m]
            size += sizes[u]
            held |= fixed[u]
            for e in range(starts[u], ends[u]):
                q = parts[neighbours[e]]
                if q != p:
                    slot = _slot(keys, q, bits)
                    if keys[slot] < 0:
                        keys[slot] = q
                        sums[slot] = 0.0
                        slots[n_found] = slot
                        n_found += 1
                    sums[slot] += weights[e]
        new_starts[p] = place
        for f in range(n_found):
            slot = slots[f]
            new_neighbours[place] = keys[slot]
            new_weights[place] = sums[slot]
            keys[slot] = -1
            place += 1
        new_ends[p] = place
        new_sizes[p] = size
        new_fixed[p] = held


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def components(  # noqa: PLR0917 - compiled functions take places
    begin: int,
    end: int,
    first: Places,
    members: Labels,
    starts: Places,
    ends: Places,
    neighbours: Labels,
    labels: Labels,
    fixed: Flags,
    parts: Labels,
    queue: Labels,
) -> None:
    """Split communities that are not connected, unless one of their nodes is fixed.

    Args:
        begin: First community.
        end: Community after the last.
        first: As `group` gives it.
        members: As `group` gives them.
        starts: Of the graph.
        ends: Of the graph.
        neighbours: Of the graph.
        labels: Community of each node.
        fixed: Of the graph.
        parts: Written: lowest node of the part each node is in; -1 before.
        queue: Scratch, shape (nodes,); each community uses the places of its members.
    """
    for c in range(begin, end):
        low, high = first[c], first[c + 1]
        held = False
        for m in range(low, high):
            held |= fixed[members[m]] != 0
        for m in range(low, high):
            root = members[m]
            if held:
                parts[root] = members[low]
            if parts[root] >= 0:
                continue
            parts[root] = root
            queue[low] = root
            head, tail = low, low + 1
            while head < tail:
                u = queue[head]
                head += 1
                for e in range(starts[u], ends[u]):
                    v = neighbours[e]
                    if parts[v] < 0 and labels[v] == c:
                        parts[v] = root
                        queue[tail] = v
                        tail += 1


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
