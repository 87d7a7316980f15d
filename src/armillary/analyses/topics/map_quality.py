"""How good a clustering of works is, judged by a relation it was not made from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from armillary.analyses.topics.graph import graph_of
from armillary.analyses.topics.leiden import canonical, cluster_canonical
from armillary.model.columns import empty, table_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

_STEPS = 8  # clusterings from coarse to fine


def accuracy(
    labels: NDArray[np.integer], judge: pa.Table, *, works: Sequence[str]
) -> tuple[float, int]:
    """Return how much of the relatedness of an independent judge falls inside clusters.

    Each work related by the judge counts alike: the share of its relatedness that stays in
    its cluster, averaged over works. It falls with finer clusters for any clustering, so it is
    compared at equal granularity only.
    Source: Waltman, Boyack, Colavizza & van Eck (2020), doi:10.1162/qss_a_00035, accuracy.

    Args:
        labels: Cluster of each work, -1 for a work on its own, shape (works,).
        judge: Relations by the judge, columns as `relatedness.direct_citation` returns them.
        works: Ids of the works compared; relations to others are left aside.

    Returns:
        Accuracy 0..1 and the works the judge could say something of.
    """
    names = pa.array(works, type=pa.string())
    rows, columns = (pc.index_in(judge[end].cast(pa.string()), names) for end in _ENDS)
    known = pc.and_(pc.is_valid(rows), pc.is_valid(columns))
    one, other = (ends.filter(known).to_numpy() for ends in (rows, columns))
    weights = judge["weight"].filter(known).to_numpy().astype(np.float64)
    total = np.bincount(one, weights=weights, minlength=len(works))
    inside = weights * ((labels[one] == labels[other]) & (labels[one] >= 0))
    within = np.bincount(one, weights=inside, minlength=len(works))
    judged = total > 0
    if not judged.any():
        return float("nan"), 0
    return float((within[judged] / total[judged]).mean()), int(judged.sum())


_ENDS = ("work", "neighbour")


def granularity(labels: NDArray[np.integer]) -> float:
    """Return the works over the sum of squared cluster sizes: higher is finer.

    Source: Waltman, Boyack, Colavizza & van Eck (2020), doi:10.1162/qss_a_00035.

    Args:
        labels: Cluster of each work, -1 for a work on its own, shape (works,).

    Examples:
        >>> granularity(np.array([0, 0, 0, 1, -1, -1]))
        0.5
    """
    sizes = np.bincount(labels[labels >= 0]).astype(np.float64)
    alone = int((labels < 0).sum())
    return float(labels.size / ((sizes**2).sum() + alone))


def map_quality(
    relations: Mapping[str, pa.Table],
    judge: pa.Table,
    *,
    judge_name: str,
    corpus: str,
    works: Sequence[str],
    fewest: int = 5,
    most: int = 200,
    seed: int = 1,
) -> pa.Table:
    """Compare clusterings by several relations, from coarse to fine.

    Works that a relation says nothing of stand alone in its clusterings, so a relation that
    covers few works is not rewarded for leaving the others out.
    Source: Waltman, Boyack, Colavizza & van Eck (2020), doi:10.1162/qss_a_00035.

    Args:
        relations: Name of a relation to its rows, columns as `relatedness.direct_citation`
            returns them. The judge must not be one of them.
        judge: Independent relation: text for citation maps, citation for text maps.
        judge_name: Its name.
        corpus: Topic map.
        works: Ids of the works compared, in any order.
        fewest: Clusters of the coarsest clustering, about.
        most: Clusters of the finest, about.
        seed: Seed of the clusterings.

    Returns:
        Table `map_quality`: for each relation one row per clustering, coarse to fine.
    """
    ordered = sorted(works)
    rows = []
    for name, related in relations.items():
        for labels in _clusterings(related, ordered, fewest=fewest, most=most, seed=seed):
            held, n_works = accuracy(labels, judge, works=ordered)
            rows.append(
                {
                    "corpus": corpus,
                    "relatedness": name,
                    "judge": judge_name,
                    "granularity": granularity(labels),
                    "accuracy": held,
                    "n_clusters": int(labels.max(initial=-1)) + 1 + int((labels < 0).sum()),
                    "n_works": n_works,
                }
            )
    distinct = {(row["relatedness"], row["n_clusters"]): row for row in rows}
    return table_of("map_quality", distinct.values()) if rows else empty("map_quality")


def accuracy_at(table: pa.Table, granularity: float) -> dict[str, float]:
    """Read off the accuracy of each relation at one granularity.

    Between two clusterings accuracy is taken as linear in the logarithm of granularity.
    Source: Ahlgren, Chen, Colliander & van Eck (2020), doi:10.1162/qss_a_00027, compare
    relations by interpolated accuracy too.

    Args:
        table: Rows of `map_quality` for one corpus and one judge.
        granularity: Works over the sum of squared cluster sizes.

    Returns:
        Relation to accuracy; a relation whose clusterings do not reach so far is left out.
    """
    found: dict[str, float] = {}
    rows = table.to_pylist()
    for name in dict.fromkeys(row["relatedness"] for row in rows):
        own = sorted(
            (row["granularity"], row["accuracy"]) for row in rows if row["relatedness"] == name
        )
        x, y = (np.array(part) for part in zip(*own, strict=True))
        if x[0] <= granularity <= x[-1]:
            found[name] = float(np.interp(np.log(granularity), np.log(x), y))
    return found


def _clusterings(
    related: pa.Table, works: Sequence[str], *, fewest: int, most: int, seed: int
) -> list[NDArray[np.int32]]:
    """Cluster the works by one relation, coarse to fine; -1 for works it does not relate."""
    if related.num_rows == 0:
        return []
    graph = graph_of(related)
    at = pc.index_in(pa.array(works, type=pa.string()), pa.array(graph.ids)).to_numpy(
        zero_copy_only=False
    )
    here = ~np.isnan(at.astype(np.float64))
    ready = canonical(graph, seed=seed)
    strength = float(graph.weights.sum()) / graph.n_nodes
    found = []
    for n_clusters in np.geomspace(fewest, most, _STEPS):
        resolution = 0.3 * strength * n_clusters / graph.n_nodes
        own = cluster_canonical(ready, resolution=resolution, iterations=3)
        labels = np.full(len(works), -1, dtype=np.int32)
        labels[here] = own[at[here].astype(np.int64)]
        found.append(labels)
    return found
