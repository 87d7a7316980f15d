"""A map as it could have been made at some past time, and where later works fall on it.

Nothing of it may know the future: words, their rarity, who is like whom and the clusters are
found from the works up to the origin alone. Works of before and after are then put into the
clusters by one and the same rule. If the works of the past kept the cluster they helped to make
and later works were voted in, clusters would seem to grow or shrink by their size alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from armillary.analyses.topics.graph import graph_from_edges
from armillary.analyses.topics.relatedness import bm25, named_either_way, nearest_works
from armillary.analyses.topics.words import fold, phrases

if TYPE_CHECKING:
    from armillary.analyses.topics.graph import Graph
    from armillary.analyses.topics.words import Written


class FrozenMap(msgspec.Struct, frozen=True, kw_only=True):
    """The works of a window up to an origin, those of a horizon after it, and their likeness.

    Args:
        origin: Last year that the map knows.
        works: Works of the corpus, those the map knows first, each part in order of the corpus,
            shape (works,).
        n_known: Works the map knows, the first of `works`.
        weights: Terms of all works as `relatedness.bm25` weighs them, shape (works, terms).
        neighbours: The known works most like each, itself left out; -1 for none; shape
            (works, neighbours).
        likeness: Their likeness, descending, shape (works, neighbours).
    """

    origin: int
    works: NDArray[np.int64]
    n_known: int
    weights: sparse.csr_array
    neighbours: NDArray[np.int32]
    likeness: NDArray[np.float32]

    def graph(self, ids: NDArray[np.object_]) -> Graph:
        """Return the graph of the known works, as `relatedness.text_likeness` relates them.

        Args:
            ids: Identifiers of the works of the corpus, sorted, shape (corpus,).
        """
        known = slice(self.n_known)
        rows, columns, weights = named_either_way(self.neighbours[known], self.likeness[known])
        return graph_from_edges(
            ids[self.works[known]].tolist(), rows=rows, columns=columns, weights=weights
        )


def freeze(
    written: Written,
    years: NDArray[np.int64],
    *,
    origin: int,
    window: int = 10,
    horizon: int = 3,
    neighbours: int = 15,
    kept_out: NDArray[np.bool_] | None = None,
) -> FrozenMap:
    """Make the map of a past year, and look up all works of window and horizon on it.

    No method of its own; see `relatedness.text_likeness`.

    Args:
        written: Texts of the corpus, in order of their identifiers.
        years: Year of each work, shape (corpus,).
        origin: Last year that the map may know.
        window: Years up to the origin whose works make the map.
        horizon: Years after it whose works are looked up.
        neighbours: Neighbours of each work.
        kept_out: Works of the past that the map may not know either and that are looked up, to
            see whether works it knows are treated as works it does not; shape (corpus,).
    """
    past = (years > origin - window) & (years <= origin)
    unknown = (years > origin) & (years <= origin + horizon)
    if kept_out is not None:
        past, unknown = past & ~kept_out, unknown | (past & kept_out)
    known, later = np.flatnonzero(past), np.flatnonzero(unknown)
    works = np.concatenate([known, later])
    tokens = fold(written.of(works), known=np.arange(works.size) < known.size)
    # Terms of later works alone are found here too, and dropped: no known work uses them.
    levels = phrases(tokens, longest=2, min_works=2, longest_han=3)
    weights = bm25(tokens, levels, n_known=known.size)
    found, likeness = nearest_works(weights, neighbours=neighbours, n_known=known.size)
    return FrozenMap(
        origin=origin,
        works=works,
        n_known=known.size,
        weights=weights,
        neighbours=found,
        likeness=likeness,
    )


def votes(frozen: FrozenMap, labels: NDArray[np.int32]) -> sparse.csr_array:
    """Let the neighbours of each work vote, by their likeness, for the cluster it belongs to.

    A known work has no vote on itself, so that it is treated as a later one.
    No method of its own.

    Args:
        frozen: Map and neighbours.
        labels: Cluster of each known work, -1 for none, shape (known works,).

    Returns:
        Share of the votes of each cluster, shape (works, clusters); rows sum to 1, or to 0 where
        no neighbour is in a cluster.
    """
    n = frozen.works.size
    of_neighbour = np.append(labels, np.int32(-1))[frozen.neighbours]  # the last answers for -1
    rows, places = np.nonzero(of_neighbour >= 0)
    cast = sparse.coo_array(
        (
            frozen.likeness[rows, places].astype(np.float64),
            (rows, of_neighbour[rows, places]),
        ),
        shape=(n, int(labels.max(initial=-1)) + 1),
    ).tocsr()
    cast.sort_indices()
    total = np.asarray(cast.sum(axis=1)).ravel()
    cast.data /= np.repeat(total, np.diff(cast.indptr))
    return cast


def elected(cast: sparse.csr_array) -> NDArray[np.int32]:
    """Return the cluster with most votes for each work, the larger of equals, -1 without votes.

    No method of its own.

    Args:
        cast: As `votes` gives them; clusters numbered by size, the largest 0.

    Returns:
        Shape (works,).
    """
    some = np.flatnonzero(np.diff(cast.indptr))
    most = np.zeros(cast.shape[0])
    most[some] = np.maximum.reduceat(cast.data, cast.indptr[some]) if some.size else 0.0
    rows = np.repeat(np.arange(cast.shape[0]), np.diff(cast.indptr))
    first = np.flatnonzero(cast.data == most[rows])[::-1]  # the larger cluster is written last
    winner = np.full(cast.shape[0], -1, dtype=np.int32)
    winner[rows[first]] = cast.indices[first]
    return winner


def nearest_centres(frozen: FrozenMap, labels: NDArray[np.int32]) -> NDArray[np.int32]:
    """Put each work into the cluster whose mean it is most like: a second rule, as a check.

    The mean of its own cluster is taken without the work itself. Means have unit length.
    Source: Rocchio (1971), relevance feedback; Han & Karypis (2000), doi:10.1007/3-540-45372-5_46.

    Args:
        frozen: Map and terms.
        labels: Cluster of each known work, -1 for none, shape (known works,).

    Returns:
        Cluster of each work, -1 where it shares no term with any, shape (works,).
    """
    members = np.flatnonzero(labels >= 0)
    n_clusters = int(labels.max(initial=-1)) + 1
    belongs = sparse.csr_array(
        (np.ones(members.size), (labels[members], members)),
        shape=(n_clusters, frozen.n_known),
    )
    known = frozen.weights[: frozen.n_known].astype(np.float64)
    sums = (belongs @ known).tocsr()
    product = (frozen.weights.astype(np.float64) @ sums.T).toarray()
    squares = np.asarray(sums.multiply(sums).sum(axis=1)).ravel()
    score = product / np.sqrt(np.maximum(squares, 1e-12))
    own = np.asarray(known.multiply(known).sum(axis=1)).ravel()[members]
    with_own = product[members, labels[members]]
    rest = np.maximum(squares[labels[members]] - 2 * with_own + own, 1e-12)
    score[members, labels[members]] = (with_own - own) / np.sqrt(rest)
    best = score.argmax(axis=1).astype(np.int32)
    best[score.max(axis=1, initial=0.0) <= 0] = -1
    return np.asarray(best)
