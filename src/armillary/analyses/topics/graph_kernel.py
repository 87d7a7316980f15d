"""Kernels that build graphs as compressed rows, compiled by numba.

Each works on a share `begin..end` of the rows, so that threads can take shares. Kernels that
read relations read all of them and keep those of their own rows: no two threads write to one
place, and the result does not depend on how rows were shared out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Weights = NDArray[np.float32]
    Nodes = NDArray[np.int32]
    Places = NDArray[np.int64]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def count_pairs(begin: int, end: int, rows: Nodes, columns: Nodes, counts: Places) -> None:
    """Count the relations of each node with later ones, shape (nodes,)."""
    for e in range(rows.size):
        low = min(rows[e], columns[e])
        if begin <= low < end and rows[e] != columns[e]:
            counts[low] += 1


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def fill_pairs(  # noqa: PLR0917 - compiled functions take places
    begin: int,
    end: int,
    rows: Nodes,
    columns: Nodes,
    bits: Nodes,
    place: Places,
    packed: Places,
) -> None:
    """Write each relation into the row of its earlier node: later node and weight in one number.

    Args:
        begin: First row.
        end: Row after the last.
        rows: One end of each relation.
        columns: The other end.
        bits: Weights > 0 as bits: positive floats are in the order of their bits.
        place: Where the next relation of each row goes; changed.
        packed: Written.
    """
    for e in range(rows.size):
        low, high = min(rows[e], columns[e]), max(rows[e], columns[e])
        if begin <= low < end and low != high:
            packed[place[low]] = (np.int64(high) << 32) | np.int64(bits[e])
            place[low] += 1


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _sort(values: Places, low: int, high: int) -> None:
    """Sort a slice in place: by insertion if short, else as a heap."""
    n = high - low
    if n <= 48:
        for i in range(low + 1, high):
            value = values[i]
            j = i
            while j > low and values[j - 1] > value:
                values[j] = values[j - 1]
                j -= 1
            values[j] = value
        return
    for step in range(n // 2 + n - 1):
        if step < n // 2:
            root, size = n // 2 - 1 - step, n
            value = values[low + root]
        else:
            root, size = 0, n - 1 - (step - n // 2)
            value = values[low + size]
            values[low + size] = values[low]
        while 2 * root + 1 < size:
            child = 2 * root + 1
            if child + 1 < size and values[low + child + 1] > values[low + child]:
                child += 1
            if values[low + child] <= value:
                break
            values[low + root] = values[low + child]
            root = child
        values[low + root] = value


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def merge_pairs(  # noqa: PLR0917 - compiled functions take places
    begin: int,
    end: int,
    starts: Places,
    packed: Places,
    halves: Weights,
    low_word: int,
    share: float,
    counts: Places,
) -> None:
    """Sort each row and sum repeated relations, always in the order of their weights.

    Args:
        begin: First row.
        end: Row after the last.
        starts: Row starts, shape (nodes + 1,).
        packed: As `fill_pairs` wrote it; distinct pairs come to the front of their row.
        halves: `packed` seen as weights, two to a number.
        low_word: Which of the two the weight is: 0 on most machines.
        share: What a relation counts for: 0.5 if both directions are given.
        counts: Written: distinct pairs of each row.
    """
    for r in range(begin, end):
        _sort(packed, starts[r], starts[r + 1])
        write = starts[r]
        read = starts[r]
        while read < starts[r + 1]:
            pair = packed[read] >> 32
            total = 0.0
            while read < starts[r + 1] and packed[read] >> 32 == pair:
                total += halves[2 * read + low_word]
                read += 1
            packed[write] = pair << 32
            halves[2 * write + low_word] = total * share
            write += 1
        counts[r] = write - starts[r]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def count_earlier(  # noqa: PLR0917 - compiled functions take places
    begin: int, end: int, starts: Places, counts: Places, packed: Places, earlier: Places
) -> None:
    """Count the pairs of each node with earlier ones, shape (nodes,)."""
    for r in range(counts.size):
        for e in range(starts[r], starts[r] + counts[r]):
            high = packed[e] >> 32
            if begin <= high < end:
                earlier[high] += 1


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def mirror(  # noqa: PLR0917 - compiled functions take places
    begin: int,
    end: int,
    starts: Places,
    counts: Places,
    packed: Places,
    halves: Weights,
    low_word: int,
    place: Places,
    neighbours: Nodes,
    weights: Weights,
) -> None:
    """Write each pair into the rows of both its nodes, neighbours ascending.

    Args:
        begin: First row.
        end: Row after the last.
        starts: Row starts of `packed`.
        counts: Pairs of each row of `packed`.
        packed: As `merge_pairs` left it.
        halves: As in `merge_pairs`.
        low_word: As in `merge_pairs`.
        place: Row starts of the graph; changed.
        neighbours: Written.
        weights: Written.
    """
    for r in range(counts.size):  # earlier neighbours of every node come first
        mine = begin <= r < end
        for e in range(starts[r], starts[r] + counts[r]):
            high = packed[e] >> 32
            if begin <= high < end:
                neighbours[place[high]] = r
                weights[place[high]] = halves[2 * e + low_word]
                place[high] += 1
            if mine:
                neighbours[place[r]] = high
                weights[place[r]] = halves[2 * e + low_word]
                place[r] += 1


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def permute(  # noqa: PLR0917 - compiled functions take places
    begin: int,
    end: int,
    order: Nodes,
    rank: Nodes,
    starts: Places,
    ends: Places,
    neighbours: Nodes,
    weights: Weights,
    unit: float,
    new_starts: Places,
    new_neighbours: Nodes,
    new_weights: Weights,
) -> None:
    """Renumber nodes and express weights as whole numbers of a unit, 1 at least.

    Args:
        begin: First new row.
        end: New row after the last.
        order: Old number of each new one.
        rank: New number of each old one.
        starts: Row starts.
        ends: Row ends.
        neighbours: Old numbers.
        weights: As they were.
        unit: What one is.
        new_starts: New row starts, shape (nodes + 1,).
        new_neighbours: Written.
        new_weights: Written.
    """
    for r in range(begin, end):
        u = order[r]
        place = new_starts[r]
        for e in range(starts[u], ends[u]):
            new_neighbours[place] = rank[neighbours[e]]
            new_weights[place] = max(np.rint(weights[e] / unit), 1.0)
            place += 1


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def whole_multiples(weights: Weights, unit: float) -> bool:
    """Say whether all weights are whole multiples of a unit."""
    for e in range(weights.size):  # noqa: SIM110 - compiled without a closure
        if np.rint(weights[e] / unit) * unit != weights[e]:
            return False
    return True


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def weight_within(  # noqa: PLR0917 - compiled functions take places
    begin: int,
    end: int,
    starts: Places,
    neighbours: Nodes,
    weights: Weights,
    labels: Nodes,
    sums: Floats,
) -> None:
    """Sum the weight of each node, and that to its own cluster, -1 for none, shape (nodes, 2)."""
    for u in range(begin, end):
        total, within = 0.0, 0.0
        for e in range(starts[u], starts[u + 1]):
            total += weights[e]
            if labels[u] >= 0 and labels[neighbours[e]] == labels[u]:
                within += weights[e]
        sums[u, 0] = total
        sums[u, 1] = within


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def hash_texts(offsets: Nodes, data: NDArray[np.uint8], keys: NDArray[Any]) -> None:
    """Hash texts laid end to end to 64 bits (FNV-1a).

    Source: Fowler, Noll & Vo; draft-eastlake-fnv.
    """
    for i in range(keys.size):
        key = np.uint64(0xCBF29CE484222325)
        for b in range(offsets[i], offsets[i + 1]):
            key = (key ^ np.uint64(data[b])) * np.uint64(0x100000001B3)
        keys[i] = key
