"""One clustering out of many: works belong together where most clusterings put them so."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from armillary.analyses.topics.clusters import clusters_wanted, merge_small
from armillary.analyses.topics.graph import relations_drawn, with_relations
from armillary.analyses.topics.leiden import canonical, cluster, cluster_canonical

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from armillary.analyses.topics.clusters import Clusters
    from armillary.analyses.topics.graph import Graph

_DRAWN = 0.9  # share of the relations each clustering sees
_ROUNDS = 3  # runs of the algorithm on the agreed graph
_MOST_WORKS = 5_000_000  # clustered in all runs together
_FEWEST = 5  # runs, however many works there are
_BLOCK = 1 << 22


def runs_for(n_works: int, wanted: int) -> int:
    """Return how many clusterings agree on a map: fewer, the more works it has.

    As many as wanted up to 250,000 works where 20 are wanted; beyond, 5,000,000 works in all,
    and 5 clusterings at least.
    No method of its own.

    Examples:
        >>> runs_for(100_000, 20), runs_for(400_000, 20), runs_for(2_000_000, 20)
        (20, 12, 5)
    """
    return min(wanted, max(_MOST_WORKS // max(n_works, 1), _FEWEST))


def consensus_wanted(
    graph: Graph, n_topics: int, *, seed: int, runs: int, min_works: int = 10
) -> tuple[Clusters, float]:
    """Cluster a graph into a given number of topics that many clusterings agree on.

    The resolution is found as in `clusters_wanted`; the graph is clustered with `runs` seeds at
    it, each on nine tenths of the relations, drawn by the seed; every relation is weighed by the
    share of those clusterings in which its works are together, and the topics are those of the
    graph so weighed.
    Source: Lancichinetti & Fortunato (2012), doi:10.1038/srep00336; agreement on the edges
    alone: Tandon, Albeshri, Thayananthan, Alhalabi & Fortunato (2019),
    doi:10.1103/PhysRevE.99.042301.

    Args:
        graph: Related works.
        n_topics: Clusters wanted.
        seed: First seed of the clusterings.
        runs: Clusterings; 1 or fewer gives `clusters_wanted`.
        min_works: Works below which a cluster is no topic.

    Returns:
        The clusters, and the resolution at which the clusterings agreed on were made.
    """
    first = clusters_wanted(graph, n_topics, seed=seed, min_works=min_works)
    if runs <= 1:
        return first, first.resolution
    whole = agreed(graph, resolution=first.resolution, seeds=range(seed, seed + runs))
    found = clusters_wanted(
        whole, n_topics, seed=seed, min_works=min_works, expected=first.resolution
    )
    return found, first.resolution


def consensus_at(
    graph: Graph,
    *,
    resolution: float,
    agreed_resolution: float,
    seed: int,
    runs: int,
    n_topics: int,
    min_works: int,
) -> NDArray[np.int32]:
    """Make the clusters of `consensus_wanted` at resolutions known beforehand.

    Source: as `consensus_wanted`.

    Args:
        graph: Related works.
        resolution: Of the clusterings agreed on.
        agreed_resolution: Of the graph weighed by their agreement.
        seed: First seed.
        runs: Clusterings; 1 or fewer clusters the graph itself at `resolution`.
        n_topics: Most clusters to keep.
        min_works: Works below which a cluster is no topic.
    """
    if runs > 1:
        graph = agreed(graph, resolution=resolution, seeds=range(seed, seed + runs))
        resolution = agreed_resolution
    labels = cluster(graph, resolution=resolution, seed=seed, iterations=_ROUNDS)
    return merge_small(graph, labels, n_clusters=n_topics, min_works=min_works)[0]


def agreed(graph: Graph, *, resolution: float, seeds: Sequence[int]) -> Graph:
    """Weigh each relation by the share of clusterings that put its two works together.

    Source: as `consensus_wanted`.

    Args:
        graph: Related works.
        resolution: Of the clusterings.
        seeds: One clustering each.

    Returns:
        The graph with the weights so multiplied; relations never kept together are gone.
    """
    rows = graph.rows()

    def together(seed: int) -> NDArray[np.bool_]:
        drawn = relations_drawn(graph, share=_DRAWN, seed=seed)
        ready = canonical(drawn, seed=seed, threads=1)  # the runs share the cores
        del drawn
        labels = cluster_canonical(ready, resolution=resolution * _DRAWN, iterations=1, threads=1)
        del ready
        kept = np.empty(rows.size, dtype=np.bool_)
        for begin in range(0, rows.size, _BLOCK):
            part = slice(begin, begin + _BLOCK)
            np.equal(labels[rows[part]], labels[graph.neighbours[part]], out=kept[part])
        return kept

    times = np.zeros(rows.size, dtype=np.uint16)
    with ThreadPoolExecutor(min(os.cpu_count() or 1, 8)) as pool:
        for kept in pool.map(together, seeds):
            times += kept
    held = times > 0
    shares = (np.arange(len(seeds) + 1) / len(seeds)).astype(np.float32)
    return with_relations(graph, held, weights=graph.weights[held] * shares[times[held]])
