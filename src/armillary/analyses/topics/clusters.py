"""As many clusters as the user asks for: the resolution is found, small clusters are merged."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from armillary.analyses.topics.leiden import by_size, canonical, cluster_canonical, quality

if TYPE_CHECKING:
    from armillary.analyses.topics.graph import Graph
    from armillary.analyses.topics.leiden import Canonical

_TRIALS = 24
_LARGE = 250_000  # nodes
_TOO_MANY = 0.02


class Clusters(msgspec.Struct, frozen=True, kw_only=True):
    """Clusters found for a number wanted.

    Args:
        labels: Cluster of each node, 0 the largest; -1 for nodes in clusters below the minimum
            that are related to no other; shape (nodes,).
        n_clusters: Clusters obtained: the number wanted, or fewer where the graph has no more.
        resolution: Resolution of the constant Potts model they were found at.
        merged_share: Share of works that came by merging and not by clustering.
        given_up: Quality of the constant Potts model lost by merging, as a share of all
            relatedness.
    """

    labels: NDArray[np.int32]
    n_clusters: int
    resolution: float
    merged_share: float
    given_up: float


def clusters_wanted(
    graph: Graph,
    n_topics: int,
    *,
    seed: int,
    min_works: int = 10,
    iterations: int = 3,
    sizes: NDArray[np.integer] | None = None,
    expected: float | None = None,
    ready: Canonical | None = None,
    threads: int | None = None,
) -> Clusters:
    """Cluster a graph into a given number of topics.

    The lowest resolution found by bisection that gives at least `n_topics` clusters of
    `min_works` is taken. Smaller clusters, then the smallest of those too many, go one by one
    to the cluster their works are most related to on average. Of more than 250,000 nodes the
    search runs the algorithm once for each resolution, and is content with up to one cluster in
    fifty too many, which is merged.
    No method of its own.

    Args:
        graph: Related works.
        n_topics: Clusters wanted.
        seed: Seed of the clustering.
        min_works: Works below which a cluster is no topic.
        iterations: Runs of the algorithm at the resolution chosen.
        sizes: Works each node stands for, shape (nodes,); None for one each.
        expected: Resolution to begin with where the graph is large.
        ready: What `canonical` makes of graph, seed and sizes, where it has been made.
        threads: Threads to use; none given = all there are.
    """
    large = graph.n_nodes > _LARGE
    rounds = 1 if large else iterations
    enough_to = n_topics * (1 + _TOO_MANY) if large else n_topics
    ready = ready or canonical(graph, seed=seed, sizes=sizes, threads=threads)
    n_works = max(float(ready.sizes.sum()), 1.0)
    resolution = 0.3 * float(graph.weights.sum()) / n_works * n_topics / n_works
    if large and expected is not None:
        resolution = expected
    tried: dict[float, int] = {}
    best: tuple[float, NDArray[np.int32]] | None = None  # the lowest that has enough, so far
    below, above = 0.0, np.inf
    while len(tried) < _TRIALS:
        labels = cluster_canonical(ready, resolution=resolution, iterations=rounds, threads=threads)
        count = int((np.bincount(labels, weights=sizes) >= min_works).sum())
        tried[resolution] = count
        if rounds == iterations and count >= n_topics and (best is None or resolution < best[0]):
            best = resolution, labels
        if n_topics <= count <= enough_to:
            break
        if count < n_topics:
            if resolution > 4 * max(tried, key=lambda r: (tried[r], -r)):
                break  # past the best there is: clusters only fall apart from here
            below = resolution
        else:
            above = resolution
        if above / max(below, 1e-300) < 1.005:
            break
        resolution = _between(below, above)
    if best is None:
        chosen = max(tried, key=lambda r: (tried[r], -r))
        labels = cluster_canonical(ready, resolution=chosen, iterations=iterations, threads=threads)
    else:
        chosen, labels = best
    merged, share = merge_small(
        graph, labels, n_clusters=n_topics, min_works=min_works, sizes=sizes
    )
    before, after = (
        quality(graph, one, resolution=chosen, sizes=sizes) for one in (labels, merged)
    )
    return Clusters(
        labels=merged,
        n_clusters=int(merged.max()) + 1,
        resolution=chosen,
        merged_share=share,
        given_up=max(before - after, 0.0),
    )


def _between(below: float, above: float) -> float:
    if below == 0.0:
        return above / 2
    return below * 2 if above == np.inf else float(np.sqrt(below * above))


def merge_small(
    graph: Graph,
    labels: NDArray[np.int32],
    *,
    n_clusters: int,
    min_works: int,
    sizes: NDArray[np.integer] | None = None,
) -> tuple[NDArray[np.int32], float]:
    """Merge clusters below a size, then the smallest until no more than a number are left.

    No method of its own.

    Args:
        graph: Related works.
        labels: Cluster of each node, shape (nodes,).
        n_clusters: Most clusters to keep.
        min_works: Fewest works of a cluster.
        sizes: Works each node stands for, shape (nodes,); None for one each.

    Returns:
        Labels by size, -1 where a small cluster is related to no other; and the share of works
        that changed cluster by merging.
    """
    n = int(labels.max()) + 1
    between = cluster_weights(graph, labels)
    ties = [
        dict(
            zip(
                between.indices[between.indptr[c] : between.indptr[c + 1]].tolist(),
                between.data[between.indptr[c] : between.indptr[c + 1]].tolist(),
                strict=True,
            )
        )
        for c in range(n)
    ]
    works = np.ones(labels.size, dtype=np.int64) if sizes is None else sizes.astype(np.int64)
    held = np.bincount(labels, weights=works, minlength=n).astype(np.int64).tolist()
    target = list(range(n))
    queue = [(size, -c) for c, size in enumerate(held)]  # of equal sizes the later goes first
    heapq.heapify(queue)
    alive, moved = n, 0
    left_out: list[int] = []
    while queue and (queue[0][0] < min_works or alive > n_clusters):
        size, minus = heapq.heappop(queue)
        c = -minus
        if target[c] != c or held[c] != size:
            continue
        if not ties[c]:
            if size < min_works:
                left_out.append(c)
                alive -= 1
            continue
        to, most = -1, -1.0
        for d, weight in ties[c].items():
            density = weight / held[d]
            if density > most or (density == most and d < to):
                to, most = d, density
        for d, weight in ties[c].items():
            del ties[d][c]
            if d != to:
                ties[to][d] = ties[d][to] = ties[to].get(d, 0.0) + weight
        ties[c] = {}
        target[c] = to
        moved += size
        held[to] += size
        alive -= 1
        heapq.heappush(queue, (held[to], -to))
    for c in range(n):
        end = c
        while target[end] != end:
            end = target[end]
        target[c] = end
    merged = np.array(target, dtype=np.int32)[labels]
    kept = ~np.isin(merged, left_out)
    result = np.full(labels.size, -1, dtype=np.int32)
    result[kept] = by_size(merged[kept], sizes=works[kept])
    return result, moved / max(int(works.sum()), 1)


def cluster_weights(graph: Graph, labels: NDArray[np.int32]) -> sparse.csr_array:
    """Sum the relatedness between clusters.

    No method of its own.

    Args:
        graph: Related works.
        labels: Cluster of each node; -1 for none; shape (nodes,).

    Returns:
        Weight between the works of two clusters, shape (clusters, clusters); diagonal 0.
    """
    nodes = np.flatnonzero(labels >= 0)
    member = sparse.csr_array(
        (np.ones(nodes.size), (nodes, labels[nodes])), shape=(labels.size, int(labels.max()) + 1)
    )
    between = (member.T @ graph.matrix().astype(np.float64) @ member).tocsr()
    between.setdiag(0)
    between.eliminate_zeros()
    between.sort_indices()
    return between
