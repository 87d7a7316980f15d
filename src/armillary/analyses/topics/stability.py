"""Whether a topic would be found again: from relations resampled, seeds changed, works left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from armillary.analyses.topics.graph import relations_drawn, with_relations

if TYPE_CHECKING:
    from collections.abc import Callable

    from armillary.analyses.topics.graph import Graph

UNSTABLE = 0.8  # mean overlap below which a topic is said to be unstable
KEPT = 0.95  # share of relations, or of works, that each resampling keeps
_LOW = 0.1


class Stability(msgspec.Struct, frozen=True, kw_only=True):
    """How far each topic is found again.

    Args:
        overlap: Best Jaccard index with a topic of each map made again, shape (maps, topics).
        mean: Its mean over maps, shape (topics,).
        low: The overlap nine in ten of the maps reach, shape (topics,).
    """

    overlap: NDArray[np.float64]
    mean: NDArray[np.float64]
    low: NDArray[np.float64]


def stability(
    graph: Graph,
    labels: NDArray[np.int32],
    *,
    again: Callable[[Graph, float, int], NDArray[np.int32]],
    resamplings: int,
    seed: int,
    kept: float = KEPT,
) -> Stability:
    """Make the map again from relations resampled, and find each topic in it.

    Each time 95 of 100 relations are drawn and everything is clustered anew with other seeds, so
    that both the data and the search are given the chance to come out otherwise.
    Source: Hennig (2007), doi:10.1016/j.csda.2006.11.025, clusterwise stability by the best
    Jaccard index; here relations are resampled.

    Args:
        graph: Related works.
        labels: Topic of each node, -1 for none, shape (nodes,).
        again: Clusters a graph as the map was: the graph, by how much to multiply resolutions
            (relations left out make it that much thinner), and a seed.
        resamplings: Maps made again.
        seed: Of the draws; the n-th clustering has seed + 1,000 x n.
        kept: Share of relations kept.
    """
    overlap = np.zeros((resamplings, int(labels.max(initial=-1)) + 1))
    for n in range(resamplings):
        thinner = relations_drawn(graph, share=kept, seed=seed + n)
        overlap[n] = best_overlap(labels, again(thinner, kept, seed + 1_000 * (n + 1)))
    return _summed_up(overlap)


def stability_of_works(
    graph: Graph,
    labels: NDArray[np.int32],
    *,
    again: Callable[[Graph, float, int], NDArray[np.int32]],
    resamplings: int,
    seed: int,
    kept: float = KEPT,
) -> Stability:
    """Make the map again without some of its works, and find each topic among those left.

    Source: Hennig (2007), doi:10.1016/j.csda.2006.11.025, subsetting.

    Args:
        graph: As in `stability`.
        labels: As in `stability`.
        again: As in `stability`; a work left out has no relation, so resolutions stay.
        resamplings: As in `stability`.
        seed: As in `stability`.
        kept: Share of works kept.
    """
    overlap = np.zeros((resamplings, int(labels.max(initial=-1)) + 1))
    for n in range(resamplings):
        rng = np.random.default_rng([seed + n, 1])
        stays = rng.random(graph.n_nodes) < kept
        fewer = with_relations(graph, stays[graph.rows()] & stays[graph.neighbours])
        found = np.where(stays, again(fewer, 1.0, seed + 1_000 * (n + 1)), -1)
        overlap[n] = best_overlap(np.where(stays, labels, -1), found, n_topics=overlap.shape[1])
    return _summed_up(overlap)


def best_overlap(
    labels: NDArray[np.integer], found: NDArray[np.integer], *, n_topics: int | None = None
) -> NDArray[np.float64]:
    """Return the Jaccard index of each topic with the topic found that is most alike.

    Source: Jaccard (1912), doi:10.1111/j.1469-8137.1912.tb05611.x.

    Args:
        labels: Topic of each node, -1 for none, shape (nodes,).
        found: Topics of another clustering, shape (nodes,).
        n_topics: Topics there are; None takes those of `labels`.

    Examples:
        >>> best_overlap(np.array([0, 0, 1, 1]), np.array([5, 5, 5, 2]))
        array([0.66666667, 0.5       ])
    """
    n = int(labels.max(initial=-1)) + 1 if n_topics is None else n_topics
    sizes = np.bincount(labels[labels >= 0], minlength=n)
    others = np.bincount(found[found >= 0], minlength=1)
    both = np.flatnonzero((labels >= 0) & (found >= 0))
    shared = sparse.coo_array(
        (np.ones(both.size), (labels[both], found[both])), shape=(n, others.size)
    ).tocsr()
    shared = shared.tocoo()
    jaccard = shared.data / (sizes[shared.row] + others[shared.col] - shared.data)
    best = np.zeros(n)
    np.maximum.at(best, shared.row, jaccard)
    return best


def _summed_up(overlap: NDArray[np.float64]) -> Stability:
    return Stability(
        overlap=overlap, mean=overlap.mean(axis=0), low=np.quantile(overlap, _LOW, axis=0)
    )
