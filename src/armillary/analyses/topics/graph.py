"""The graph of related works, as compressed rows that kernels can walk."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Any, overload

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy import sparse

from armillary.analyses.topics.teamwork import Team

_GOLDEN = 0x9E3779B97F4A7C15
_ROWS = 50_000  # nodes looked at together, to bound memory


class Identifiers(Sequence[str]):
    """Texts held by Arrow and read as a sequence of Python strings.

    A million Python strings take more memory than the graph of the works they name.

    Args:
        texts: Identifiers, without nulls.

    Examples:
        >>> ids = Identifiers(pa.array(["W1", "W2", "W3"]))
        >>> ids[1], list(ids[1:]), len(ids)
        ('W2', ['W2', 'W3'], 3)
    """

    def __init__(self, texts: pa.StringArray) -> None:
        self.texts = texts

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.texts)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> Identifiers: ...
    def __getitem__(self, place: int | slice) -> str | Identifiers:
        """Return one, or some."""
        found = self.texts[place]
        return Identifiers(found) if isinstance(place, slice) else str(found)

    def __iter__(self) -> Iterator[str]:
        """Go through all."""
        return iter(self.texts.to_pylist())

    def __eq__(self, other: object) -> bool:
        """Compare with any sequence of texts."""
        if isinstance(other, Identifiers):
            return bool(self.texts.equals(other.texts))
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __arrow_array__(self, type: Any = None) -> pa.Array:
        """Let `pa.array` take them as they are."""
        return self.texts if type is None else self.texts.cast(type)


class Graph(msgspec.Struct, frozen=True, kw_only=True):
    """Undirected weighted graph; each edge stands in the rows of both its ends.

    Nodes are in the order of their identifiers, neighbours within a row too, so that a graph
    does not depend on the order in which its relations were found.

    Args:
        ids: Identifiers of the nodes, sorted, shape (nodes,).
        starts: Row n is neighbours[starts[n]:starts[n + 1]], shape (nodes + 1,).
        neighbours: Node numbers, shape (2 x edges,).
        weights: Relatedness > 0 beside each neighbour, shape (2 x edges,).
    """

    ids: Identifiers
    starts: NDArray[np.int64]
    neighbours: NDArray[np.int32]
    weights: NDArray[np.float32]

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self.ids)

    def rows(self) -> NDArray[np.int32]:
        """Return the node whose row each entry stands in, shape (2 x edges,)."""
        return np.repeat(np.arange(self.n_nodes, dtype=np.int32), np.diff(self.starts))

    def matrix(self) -> sparse.csr_array:
        """Return the weights as a sparse symmetric matrix, shape (nodes, nodes)."""
        shape = (self.n_nodes, self.n_nodes)
        return sparse.csr_array((self.weights, self.neighbours, self.starts), shape=shape)


def graph_of(relations: pa.Table) -> Graph:
    """Make the graph of related works: an edge weighs the mean of its two directions.

    No method of its own.

    Args:
        relations: One row per ordered pair; columns `work`, `neighbour`, `weight` > 0.
    """
    ends = [
        relations[name].cast(pa.string()).combine_chunks().dictionary_encode()
        if not pa.types.is_dictionary(relations[name].type)
        else relations[name].unify_dictionaries().combine_chunks()
        for name in ("work", "neighbour")
    ]
    ids = pc.unique(pa.concat_arrays([_used(end) for end in ends]))
    ids = ids.take(pc.sort_indices(ids))
    rows, columns = (
        _numbers(end.dictionary.cast(pa.string()), ids)[end.indices.to_numpy()] for end in ends
    )
    return graph_from_edges(ids, rows=rows, columns=columns, weights=relations["weight"].to_numpy())


def _numbers(names: pa.StringArray, ids: pa.StringArray) -> NDArray[np.int32]:
    return np.asarray(pc.fill_null(pc.index_in(names, ids), -1).to_numpy(), dtype=np.int32)


def _used(ends: pa.DictionaryArray) -> pa.StringArray:
    """Return the identifiers that a relation names; a dictionary may hold more."""
    counts = np.bincount(ends.indices.to_numpy(), minlength=len(ends.dictionary))
    return ends.dictionary.cast(pa.string()).take(pa.array(np.flatnonzero(counts)))


def graph_from_edges(
    ids: Sequence[str] | pa.StringArray,
    *,
    rows: NDArray[np.integer],
    columns: NDArray[np.integer],
    weights: NDArray[np.floating],
    undirected: bool = False,
    threads: int | None = None,
) -> Graph:
    """Make a graph from node numbers; an edge given in one direction counts half.

    No method of its own.

    Args:
        ids: Sorted identifiers, shape (nodes,).
        rows: One end of each relation, shape (relations,).
        columns: The other end, shape (relations,).
        weights: Relatedness > 0, shape (relations,).
        undirected: Whether a relation stands for both its directions and counts whole.
        threads: Threads to use; none given = all there are.

    Raises:
        ValueError: Identifiers are not sorted and distinct, a node number is out of range, or a
            weight is not positive.
    """
    from armillary.analyses.topics import graph_kernel as kernel

    names = pa.array(ids, type=pa.string())
    n = len(names)
    if n > 1 and not pc.all(pc.less(names[:-1], names[1:])).as_py():
        raise ValueError("identifiers must be sorted and distinct")
    if weights.size and not (np.isfinite(weights).all() and weights.min() > 0):
        raise ValueError("weights must be positive and finite")
    for ends in (rows, columns):
        if ends.size and not 0 <= ends.min() <= ends.max() < n:
            raise ValueError("a relation names a node that is not there")
    one, other = (np.ascontiguousarray(ends, dtype=np.int32) for ends in (rows, columns))
    smallest = np.finfo(np.float32).smallest_normal
    bits = np.maximum(weights, smallest).astype(np.float32).view(np.int32)
    low_word = 0 if sys.byteorder == "little" else 1
    with Team(threads) as team:
        shares = [n * i // team.threads for i in range(team.threads + 1)]
        counts = np.zeros(n, dtype=np.int64)
        team.run(kernel.count_pairs, shares, one, other, counts)
        first = _before(counts)
        packed = np.empty(first[-1], dtype=np.int64)
        halves = packed.view(np.float32)
        team.run(kernel.fill_pairs, shares, one, other, bits, first[:-1].copy(), packed)
        del bits
        share = 1.0 if undirected else 0.5
        by_load = team.by_load(first)
        team.run(kernel.merge_pairs, by_load, first, packed, halves, low_word, share, counts)
        earlier = np.zeros(n, dtype=np.int64)
        team.run(kernel.count_earlier, shares, first, counts, packed, earlier)
        starts = _before(counts + earlier)
        neighbours = np.empty(starts[-1], dtype=np.int32)
        values = np.empty(starts[-1], dtype=np.float32)
        team.run(
            kernel.mirror, shares, first, counts, packed, halves, low_word, starts[:-1].copy(),
            neighbours, values,
        )  # fmt: skip
    return Graph(ids=Identifiers(names), starts=starts, neighbours=neighbours, weights=values)


def _before(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many come before each row and in all, shape (rows + 1,)."""
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts)])


def with_relations(
    graph: Graph, kept: NDArray[np.bool_], *, weights: NDArray[np.float32] | None = None
) -> Graph:
    """Keep some of the relations of a graph, and all its nodes.

    No method of its own.

    Args:
        graph: Related works.
        kept: Which entries to keep, alike in both directions, shape (2 x edges,).
        weights: New weights of the entries kept; None leaves them.
    """
    starts = np.zeros(graph.n_nodes + 1, dtype=np.int64)
    before = 0
    for begin in range(0, graph.n_nodes, _ROWS):
        rows = graph.starts[begin : begin + _ROWS + 1]
        sums = np.append(0, np.cumsum(kept[rows[0] : rows[-1]]))
        starts[begin + 1 : begin + rows.size] = before + sums[rows[1:] - rows[0]]
        before += int(sums[-1])
    return Graph(
        ids=graph.ids,
        starts=starts,
        neighbours=graph.neighbours[kept],
        weights=graph.weights[kept] if weights is None else weights,
    )


def part_of(graph: Graph, nodes: NDArray[np.integer]) -> Graph:
    """Return the graph of some works and the relations among them.

    No method of its own.

    Args:
        graph: Related works.
        nodes: Nodes to keep, ascending, shape (kept,).
    """
    matrix = graph.matrix()[nodes][:, nodes].tocsr()
    matrix.sort_indices()
    return Graph(
        ids=Identifiers(graph.ids.texts.take(pa.array(nodes))),
        starts=matrix.indptr.astype(np.int64),
        neighbours=matrix.indices.astype(np.int32),
        weights=matrix.data.astype(np.float32),
    )


def relations_drawn(graph: Graph, *, share: float, seed: int) -> Graph:
    """Draw a share of the relations of a graph; no node is lost.

    Each relation is drawn by a hash of its two nodes and the seed, so both its directions go or
    stay together and nothing depends on the order of relations.
    No method of its own.

    Args:
        graph: Related works.
        share: Chance of each relation to be kept, 0..1.
        seed: Another seed draws others.
    """
    salt = _mixed(np.array([(seed * _GOLDEN + 1) % 2**64], dtype=np.uint64))
    below = np.uint64(min(int(share * 2**64), 2**64 - 1))
    drawn = np.empty(graph.neighbours.size, dtype=np.bool_)
    for begin in range(0, graph.n_nodes, _ROWS):
        starts = graph.starts[begin : begin + _ROWS + 1]
        own = np.repeat(np.arange(begin, begin + starts.size - 1), np.diff(starts))
        others = graph.neighbours[starts[0] : starts[-1]]
        low, high = np.minimum(own, others), np.maximum(own, others)
        pairs = (low.astype(np.uint64) << np.uint64(32)) | high.astype(np.uint64)
        drawn[starts[0] : starts[-1]] = _mixed(_mixed(pairs) ^ salt) < below
    return with_relations(graph, drawn)


def canonical_order(ids: Sequence[str] | pa.StringArray, *, seed: int) -> NDArray[np.int64]:
    """Return an order of nodes that depends on their identifiers and the seed alone.

    No method of its own.

    Args:
        ids: Sorted identifiers, shape (nodes,).
        seed: Another seed gives another order.

    Returns:
        Node numbers, shape (nodes,).
    """
    from armillary.analyses.topics.graph_kernel import hash_texts

    names = pa.array(ids, type=pa.string()).cast(pa.large_string())
    n = len(names)
    if n == 0:
        return np.empty(0, dtype=np.int64)
    _, offsets, data = names.buffers()
    keys = np.empty(n, dtype=np.uint64)
    places = np.frombuffer(offsets, dtype=np.int64)[names.offset : names.offset + n + 1]
    hash_texts(places, np.frombuffer(data or b"", dtype=np.uint8), keys)
    keys = _mixed(keys ^ _mixed(np.array([(seed * _GOLDEN) % 2**64], dtype=np.uint64)))
    order = np.argsort(keys)
    if (np.diff(keys[order]) == 0).any():
        return np.argsort(keys, kind="stable")  # of equal keys the lower identifier goes first
    return order


def _mixed(keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Scatter 64-bit keys (the finaliser of splitmix64: every bit moves every other)."""
    keys = (keys ^ (keys >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    keys = (keys ^ (keys >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return keys ^ (keys >> np.uint64(31))
