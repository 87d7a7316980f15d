"""The graph of related works, as compressed rows that kernels can walk."""

from __future__ import annotations

import hashlib
import itertools
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy import sparse

if TYPE_CHECKING:
    from collections.abc import Sequence


_GOLDEN = 0x9E3779B97F4A7C15


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

    ids: tuple[str, ...]
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
    work, neighbour = (relations[name].combine_chunks() for name in ("work", "neighbour"))
    ids = pc.unique(pa.concat_arrays([work.cast(pa.string()), neighbour.cast(pa.string())]))
    ids = ids.take(pc.sort_indices(ids))
    rows = pc.index_in(work, ids).to_numpy()
    columns = pc.index_in(neighbour, ids).to_numpy()
    return graph_from_edges(
        tuple(ids.to_pylist()),
        rows=rows,
        columns=columns,
        weights=relations["weight"].to_numpy(),
    )


def graph_from_edges(
    ids: Sequence[str],
    *,
    rows: NDArray[np.integer],
    columns: NDArray[np.integer],
    weights: NDArray[np.floating],
) -> Graph:
    """Make a graph from node numbers; an edge given in one direction counts half.

    No method of its own.

    Args:
        ids: Sorted identifiers, shape (nodes,).
        rows: One end of each relation, shape (relations,).
        columns: The other end, shape (relations,).
        weights: Relatedness > 0, shape (relations,).

    Raises:
        ValueError: Identifiers are not sorted and distinct, or a weight is not positive.
    """
    if any(a >= b for a, b in itertools.pairwise(ids)):
        raise ValueError("identifiers must be sorted and distinct")
    if weights.size and not (np.isfinite(weights).all() and weights.min() > 0):
        raise ValueError("weights must be positive and finite")
    n = len(ids)
    one_way = sparse.coo_array((weights.astype(np.float64), (rows, columns)), shape=(n, n)).tocsr()
    both = ((one_way + one_way.T) / 2).tocsr()
    both.setdiag(0)
    both.eliminate_zeros()
    both.sort_indices()
    return Graph(
        ids=tuple(ids),
        starts=both.indptr.astype(np.int64),
        neighbours=both.indices.astype(np.int32),
        weights=both.data.astype(np.float32),
    )


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
    np.cumsum(np.bincount(graph.rows()[kept], minlength=graph.n_nodes), out=starts[1:])
    return Graph(
        ids=graph.ids,
        starts=starts,
        neighbours=graph.neighbours[kept],
        weights=graph.weights[kept] if weights is None else weights,
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
    rows = graph.rows()
    low = np.minimum(rows, graph.neighbours).astype(np.uint64)
    high = np.maximum(rows, graph.neighbours).astype(np.uint64)
    salt = _mixed(np.array([(seed * _GOLDEN + 1) % 2**64], dtype=np.uint64))
    keys = _mixed(_mixed((low << np.uint64(32)) | high) ^ salt)
    return with_relations(graph, keys < np.uint64(min(int(share * 2**64), 2**64 - 1)))


def canonical_order(ids: Sequence[str], *, seed: int) -> NDArray[np.int64]:
    """Return an order of nodes that depends on their identifiers and the seed alone.

    No method of its own.

    Args:
        ids: Sorted identifiers, shape (nodes,).
        seed: Another seed gives another order.

    Returns:
        Node numbers, shape (nodes,).
    """
    digests = b"".join(
        hashlib.blake2b(i.encode("utf-8", "surrogatepass"), digest_size=8).digest() for i in ids
    )
    keys = np.frombuffer(digests, dtype="<u8") ^ _mixed(
        np.array([(seed * _GOLDEN) % 2**64], dtype=np.uint64)
    )
    return np.argsort(_mixed(keys), kind="stable")


def _mixed(keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Scatter 64-bit keys (the finaliser of splitmix64: every bit moves every other)."""
    keys = (keys ^ (keys >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    keys = (keys ^ (keys >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return keys ^ (keys >> np.uint64(31))
