"""Levels above the topics: clusters of topics and areas of clusters, each within one above."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from armillary.analyses.topics.clusters import cluster_weights, clusters_wanted
from armillary.analyses.topics.graph import graph_from_edges
from armillary.analyses.topics.leiden import by_size

if TYPE_CHECKING:
    from scipy import sparse

    from armillary.analyses.topics.graph import Graph

_FEWEST = 0.25  # of the mean works of a group: smaller ones are merged


class Level(msgspec.Struct, frozen=True, kw_only=True):
    """Groups of topics found for a number wanted.

    Args:
        labels: Group of each topic, 0 the one with most works, shape (topics,).
        n_groups: Groups obtained: the number wanted, or more where some are related to none.
        merged_share: Share of works in groups too small to stand alone, merged into the most
            related one.
        given_up: Quality lost by merging, as a share of all relatedness between topics.
    """

    labels: NDArray[np.int32]
    n_groups: int
    merged_share: float
    given_up: float


def grouped(
    between: sparse.csr_array, sizes: NDArray[np.integer], *, n_groups: int, seed: int
) -> Level:
    """Group topics by how much their works have to do with each other.

    The constant Potts model on the graph whose nodes are topics weighing their works: what it
    finds there is what it would find among the works if topics could not be split, so groups
    nest. Groups with less than a quarter of the mean works, then the smallest of those too
    many, go to the one they are most related to per work.
    Source: Traag, Van Dooren & Nesterov (2011), doi:10.1103/PhysRevE.84.016114: the model is
    the same on a contracted graph; levels as in Waltman & van Eck (2012),
    doi:10.1002/asi.22748.

    Args:
        between: Relatedness between the works of two topics, shape (topics, topics), symmetric.
        sizes: Works of each topic, shape (topics,).
        n_groups: Groups wanted; not more than topics.
        seed: Seed of the clustering.
    """
    edges = between.tocoo()
    if n_groups >= sizes.size or edges.nnz == 0:
        alone = by_size(np.arange(sizes.size, dtype=np.int32), sizes=sizes)
        return Level(labels=alone, n_groups=sizes.size, merged_share=0.0, given_up=0.0)
    graph = _graph(edges, sizes.size)
    fewest = _FEWEST * float(sizes.sum()) / n_groups
    while True:
        found = clusters_wanted(
            graph, n_groups, seed=seed, min_works=max(int(fewest), 1), sizes=sizes
        )
        if found.n_clusters == n_groups or fewest <= 1:
            break
        fewest /= 2
    labels = _every_topic_somewhere(found.labels, sizes)
    return Level(
        labels=labels,
        n_groups=int(labels.max()) + 1,
        merged_share=found.merged_share,
        given_up=found.given_up,
    )


def contracted(
    between: sparse.csr_array, labels: NDArray[np.int32], *, sizes: NDArray[np.integer]
) -> tuple[sparse.csr_array, NDArray[np.int64]]:
    """Make one node of each group, so that groups can be grouped again.

    No method of its own.

    Args:
        between: As in `grouped`.
        labels: Group of each topic, shape (topics,).
        sizes: Works of each topic, shape (topics,).

    Returns:
        Relatedness between groups, shape (groups, groups), and the works of each.
    """
    works = np.bincount(labels, weights=sizes).astype(np.int64)
    return cluster_weights(_graph(between.tocoo(), sizes.size), labels), works


def _graph(edges: sparse.coo_array, n_topics: int) -> Graph:
    digits = len(str(n_topics))
    return graph_from_edges(
        [f"{n:0{digits}d}" for n in range(n_topics)],
        rows=edges.row,
        columns=edges.col,
        weights=edges.data,
    )


def _every_topic_somewhere(
    labels: NDArray[np.int32], sizes: NDArray[np.integer]
) -> NDArray[np.int32]:
    """Make a group of its own of each topic related to no other."""
    free = np.flatnonzero(labels < 0)
    whole = labels.copy()
    whole[free] = labels.max() + 1 + np.arange(free.size)
    return by_size(whole, sizes=sizes)
