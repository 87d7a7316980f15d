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
from armillary.analyses.topics.leiden_search import Search, permuted
from armillary.analyses.topics.teamwork import Team

if TYPE_CHECKING:
    from armillary.analyses.topics.graph import Graph

_UNITS = 2.0**20  # weights become whole numbers of this many units, so that sums are exact


class Canonical(msgspec.Struct, frozen=True, kw_only=True):
    """A graph made ready for clustering: renumbered by content and seed, weights whole.

    Args:
        order: Node of the original graph at each canonical place, shape (nodes,).
        unit: What one unit of `weights` is in the original graph.
        sizes: Works each node stands for, shape (nodes,).
    """

    order: NDArray[np.int64]
    starts: NDArray[np.int64]
    neighbours: NDArray[np.int32]
    weights: NDArray[np.float32]
    sizes: NDArray[np.float64]
    unit: float


def canonical(
    graph: Graph,
    *,
    seed: int,
    sizes: NDArray[np.integer] | None = None,
    threads: int | None = None,
) -> Canonical:
    """Renumber a graph by its identifiers and a seed, so that input order cannot matter.

    Weights become whole numbers: of the smallest weight where all are multiples of it, else of
    a 2^20th of the largest.
    No method of its own.

    Args:
        graph: Related works.
        seed: Another seed gives another order.
        sizes: Works each node stands for, 1 or more, shape (nodes,); none given = 1 each.
        threads: Threads to use; none given = all there are.

    Raises:
        ValueError: A size is not a whole number above 0.
    """
    from armillary.analyses.topics.graph_kernel import whole_multiples

    order = canonical_order(graph.ids, seed=seed)
    works = np.ones(graph.n_nodes) if sizes is None else np.asarray(sizes, dtype=np.float64)
    if works.shape != (graph.n_nodes,) or (works < 1).any() or (works % 1).any():
        raise ValueError("each node stands for a whole number of works, 1 or more")
    largest = float(graph.weights.max(initial=0.0))
    unit = float(graph.weights.min(initial=largest)) or 1.0
    if largest / unit > _UNITS or not whole_multiples(graph.weights, unit):
        unit = largest / _UNITS
    with Team(threads) as team:
        starts, neighbours, weights = permuted(
            (graph.starts[:-1], graph.starts[1:], graph.neighbours),
            graph.weights,
            order=order,
            unit=unit,
            team=team,
        )
    return Canonical(
        order=order,
        starts=starts,
        neighbours=neighbours,
        weights=weights,
        sizes=works[order],
        unit=unit,
    )


def cluster(
    graph: Graph,
    *,
    resolution: float,
    seed: int,
    iterations: int = 2,
    sizes: NDArray[np.integer] | None = None,
    start: NDArray[np.integer] | None = None,
    fixed: NDArray[np.bool_] | None = None,
    threads: int | None = None,
) -> NDArray[np.int32]:
    """Cluster a graph with the constant Potts model.

    The result depends on the graph, the resolution and the seed, and on nothing else: neither
    on the order of nodes and edges, nor on chance, nor on the number of threads. Every cluster
    without a fixed node is connected.
    Source: Traag, Waltman & van Eck (2019), doi:10.1038/s41598-019-41695-z; constant Potts
    model: Traag, Van Dooren & Nesterov (2011), doi:10.1103/PhysRevE.84.016114.

    Args:
        graph: Related works.
        resolution: Mean weight between two works above which they belong together, > 0.
        seed: Another seed gives another order of visits.
        iterations: Runs of the whole algorithm, each starting from the result before.
        sizes: Works each node stands for, shape (nodes,); none given = 1 each.
        start: Clusters to start from, shape (nodes,); below 0 for a node that has none yet.
        fixed: Nodes that keep the cluster they start in, shape (nodes,).
        threads: Threads to use; none given = all there are.

    Returns:
        Cluster of each node, shape (nodes,): 0 the largest; equal sizes in order of nodes. If
        nodes are fixed, their clusters keep the numbers of `start`, and the others follow.
    """
    ready = canonical(graph, seed=seed, sizes=sizes, threads=threads)
    search = Search(ready, resolution=resolution, start=start, fixed=fixed)
    del ready  # the search owns its rows, so that reordering frees them
    return _named(search.run(iterations, threads), start=start, fixed=fixed)


def cluster_canonical(
    graph: Canonical,
    *,
    resolution: float,
    iterations: int = 2,
    start: NDArray[np.integer] | None = None,
    fixed: NDArray[np.bool_] | None = None,
    threads: int | None = None,
) -> NDArray[np.int32]:
    """Cluster a graph already made ready, as `cluster` does; for many resolutions in turn.

    No method of its own.
    """
    search = Search(graph, resolution=resolution, start=start, fixed=fixed)
    return _named(search.run(iterations, threads), start=start, fixed=fixed)


def best_of_seeds(
    graph: Graph,
    *,
    resolution: float,
    seed: int,
    tries: int,
    iterations: int = 2,
    threads: int | None = None,
) -> NDArray[np.int32]:
    """Cluster with seeds `seed`, `seed` + 1, ... and keep the best quality, ties the lowest seed.

    On small graphs quality varies much with the seed, and a run takes little time.
    No method of its own.

    Args:
        graph: Related works.
        resolution: As in `cluster`.
        seed: First seed.
        tries: Seeds tried.
        iterations: As in `cluster`.
        threads: As in `cluster`.
    """
    best, best_quality = np.zeros(graph.n_nodes, dtype=np.int32), -np.inf
    for n in range(tries):
        labels = cluster(
            graph, resolution=resolution, seed=seed + n, iterations=iterations, threads=threads
        )
        found = quality(graph, labels, resolution=resolution)
        if found > best_quality:
            best, best_quality = labels, found
    return best


def _named(
    found: NDArray[np.int32],
    *,
    start: NDArray[np.integer] | None,
    fixed: NDArray[np.bool_] | None,
) -> NDArray[np.int32]:
    """Number clusters by size, but leave those with fixed nodes the numbers they start with."""
    if start is None or fixed is None or not fixed.any():
        return by_size(found)
    name = np.full(int(found.max()) + 1, -1, dtype=np.int32)
    name[found[fixed]] = start[fixed]
    result = name[found]
    others = result < 0
    result[others] = by_size(found[others]) + int(start.max()) + 1
    return result


def by_size(
    labels: NDArray[np.int32], *, sizes: NDArray[np.integer] | None = None
) -> NDArray[np.int32]:
    """Number clusters by size, the largest 0; equal sizes in the order of their first node.

    No method of its own.

    Args:
        labels: Cluster of each node, shape (nodes,).
        sizes: Works each node stands for, shape (nodes,); none given = 1 each.

    Examples:
        >>> by_size(np.array([7, 3, 3, 5], dtype=np.int32))
        array([1, 0, 0, 2], dtype=int32)
    """
    if labels.size == 0:
        return labels.astype(np.int32)
    low, span = int(labels.min()), int(labels.max()) - int(labels.min()) + 1
    if span > 4 * labels.size:
        labels = np.unique(labels, return_inverse=True)[1].astype(np.int32)
        low, span = 0, int(labels.max()) + 1
    here = labels - low
    counts = np.bincount(here, weights=sizes, minlength=span)
    first = np.full(span, labels.size)
    first[here[::-1]] = np.arange(labels.size - 1, -1, -1)  # of equal places the last is kept
    rank = np.empty(span, dtype=np.int32)
    rank[np.lexsort((first, -counts))] = np.arange(span)
    return rank[here]


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
        sizes: As in `cluster`; pairs of works within one node do not count.

    Returns:
        Weight within clusters less `resolution` for each pair of works within one, as a share
        of all weight: 1 at most.
    """
    from armillary.analyses.topics.graph_kernel import weight_within

    sums = np.empty((graph.n_nodes, 2))
    weight_within(
        0, graph.n_nodes, graph.starts, graph.neighbours, graph.weights,
        labels.astype(np.int32, copy=False), sums,
    )  # fmt: skip
    works = np.ones(graph.n_nodes) if sizes is None else np.asarray(sizes, dtype=np.float64)
    held = labels >= 0
    clusters = np.bincount(labels[held], weights=works[held])
    pairs = ((clusters**2).sum() - (works[held] ** 2).sum()) / 2
    total, within = sums.sum(axis=0) / 2
    return float((within - resolution * pairs) / total)
