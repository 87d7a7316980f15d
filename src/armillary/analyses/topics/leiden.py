"""Clusters of a graph: the Leiden algorithm with the constant Potts model.

Modularity merges small topics in large graphs; the constant Potts model does not, because its
resolution is a fixed density: works belong together when they are related more than that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from armillary.analyses.topics.graph import canonical_order

if TYPE_CHECKING:
    from armillary.analyses.topics.graph import Graph

_UNITS = 2.0**20  # weights become whole numbers of this many units, so that sums are exact
_EPSILON = 1e-9 * _UNITS


class Canonical(msgspec.Struct, frozen=True, kw_only=True):
    """A graph made ready for clustering: renumbered by content and seed, weights whole.

    Args:
        order: Node of the original graph at each canonical place, shape (nodes,).
        unit: What one unit of `weights` is in the original graph.
        sizes: Works each node stands for: 1 each, shape (nodes,).
    """

    order: NDArray[np.int64]
    starts: NDArray[np.int64]
    neighbours: NDArray[np.int32]
    weights: NDArray[np.float32]
    sizes: NDArray[np.float64]
    unit: float


def canonical(graph: Graph, *, seed: int, sizes: NDArray[np.integer] | None = None) -> Canonical:
    """Renumber a graph by its identifiers and a seed, so that input order cannot matter.

    No method of its own.

    Args:
        graph: Related works, or groups of works.
        seed: Another seed gives another order.
        sizes: Works each node stands for, shape (nodes,); None for one each.
    """
    order = canonical_order(graph.ids, seed=seed)
    moved = graph.matrix()[order][:, order].tocsr()
    moved.sort_indices()
    unit = float(graph.weights.max(initial=0.0)) / _UNITS or 1.0
    return Canonical(
        order=order,
        starts=moved.indptr.astype(np.int64),
        neighbours=moved.indices.astype(np.int32),
        weights=np.maximum(np.rint(moved.data.astype(np.float64) / unit), 1).astype(np.float32),
        sizes=np.ones(graph.n_nodes) if sizes is None else sizes[order].astype(np.float64),
        unit=unit,
    )


def cluster(
    graph: Graph, *, resolution: float, seed: int, iterations: int = 2
) -> NDArray[np.int32]:
    """Cluster a graph with the constant Potts model.

    The result depends on the graph, the resolution and the seed, and on nothing else: neither
    on the order of nodes and edges nor on chance. Every cluster is connected.
    Source: Traag, Waltman & van Eck (2019), doi:10.1038/s41598-019-41695-z; constant Potts
    model: Traag, Van Dooren & Nesterov (2011), doi:10.1103/PhysRevE.84.016114.

    Args:
        graph: Related works.
        resolution: Mean weight between two works above which they belong together, > 0.
        seed: Another seed gives another order of visits.
        iterations: Runs of the whole algorithm, each starting from the result before.

    Returns:
        Cluster of each node, shape (nodes,): 0 the largest; equal sizes in order of nodes.
    """
    return cluster_canonical(
        canonical(graph, seed=seed), resolution=resolution, iterations=iterations
    )


def cluster_canonical(
    graph: Canonical, *, resolution: float, iterations: int = 2
) -> NDArray[np.int32]:
    """Cluster a graph already made ready, as `cluster` does; for many resolutions in turn.

    No method of its own.
    """
    from armillary.analyses.topics.leiden_kernel import connected_parts

    gamma = resolution / graph.unit
    labels = np.arange(graph.sizes.size, dtype=np.int32)
    for _ in range(iterations):
        labels = connected_parts(graph.starts, graph.neighbours, _run(graph, labels, gamma))
    found = np.empty_like(labels)
    found[graph.order] = labels
    return by_size(found)


def _run(graph: Canonical, labels: NDArray[np.int32], gamma: float) -> NDArray[np.int32]:
    """Move, refine and aggregate until nothing merges; return a community for each node."""
    from armillary.analyses.topics.leiden_kernel import aggregate, local_moves, refine, renumber

    starts, neighbours, weights = graph.starts, graph.neighbours, graph.weights
    sizes, labels = graph.sizes, labels.copy()
    node_of = np.arange(sizes.size, dtype=np.int32)  # where each work stands at this level
    while True:
        local_moves(starts, neighbours, weights, sizes, labels, gamma, _EPSILON)
        if renumber(labels) == labels.size:
            return labels[node_of]
        parts = refine(starts, neighbours, weights, sizes, labels, gamma)
        founders = np.flatnonzero(parts == np.arange(parts.size))
        if founders.size == parts.size:
            return labels[node_of]
        founders = founders[np.argsort(labels[founders], kind="stable")]
        number = np.empty(parts.size, dtype=np.int32)
        number[founders] = np.arange(founders.size)
        parts = number[parts]
        starts, neighbours, weights, sizes = aggregate(
            starts, neighbours, weights, sizes, parts, founders.size
        )
        labels, node_of = labels[founders], parts[node_of]


def by_size(
    labels: NDArray[np.int32], *, sizes: NDArray[np.integer] | None = None
) -> NDArray[np.int32]:
    """Number clusters by size, the largest 0; equal sizes in the order of their first node.

    No method of its own.

    Args:
        labels: Cluster of each node, shape (nodes,).
        sizes: Works each node stands for, shape (nodes,); None for one each.

    Examples:
        >>> by_size(np.array([7, 3, 3, 5], dtype=np.int32))
        array([1, 0, 0, 2], dtype=int32)
    """
    names, first, inverse, counts = np.unique(
        labels, return_index=True, return_inverse=True, return_counts=True
    )
    if sizes is not None:
        counts = np.bincount(inverse, weights=sizes)
    rank = np.empty(names.size, dtype=np.int32)
    rank[np.lexsort((first, -counts))] = np.arange(names.size)
    return rank[inverse]


def quality(
    graph: Graph,
    labels: NDArray[np.int32],
    *,
    resolution: float,
    sizes: NDArray[np.integer] | None = None,
) -> float:
    """Return the quality the constant Potts model gives a clustering.

    Source: Traag, Van Dooren & Nesterov (2011), Narrow scope for resolution-limit-free community
    detection.

    Args:
        graph: Related works.
        labels: Cluster of each node, -1 for none, shape (nodes,).
        resolution: As in `cluster`.
        sizes: Works each node stands for, shape (nodes,); None for one each.

    Returns:
        Weight within clusters less `resolution` for each pair of works within one, as a share
        of all weight: 1 at most.
    """
    rows = np.repeat(np.arange(graph.n_nodes), np.diff(graph.starts))
    weights = graph.weights.astype(np.float64)
    alike = (labels[rows] == labels[graph.neighbours]) & (labels[rows] >= 0)
    within = weights[alike].sum() / 2
    works = np.ones(labels.size) if sizes is None else sizes.astype(np.float64)
    held = labels >= 0
    total = np.bincount(labels[held], weights=works[held])
    pairs = ((total**2).sum() - (works[held] ** 2).sum()) / 2
    return float((within - resolution * pairs) / (weights.sum() / 2))
