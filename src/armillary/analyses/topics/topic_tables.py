"""The tables of a topic map, as `columns.csv` has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from armillary.analyses.topics.growth import growth, hot_scores, verdicts
from armillary.analyses.topics.labels import label_of
from armillary.analyses.topics.layout import place, strongest_links
from armillary.analyses.topics.layout_works import place_works, radii
from armillary.analyses.topics.stability import UNSTABLE
from armillary.model.columns import from_columns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy import sparse

    from armillary.analyses.topics.graph import Graph
    from armillary.analyses.topics.growth import Windows
    from armillary.analyses.topics.labels import Naming
    from armillary.analyses.topics.stability import Stability
    from armillary.model.literature import TopicRecipe


def topic_tables(
    rows: pa.Table,
    graph: Graph,
    *,
    between: sparse.csr_array,
    corpus: str,
    recipe: TopicRecipe,
    relatedness: str,
    labels: NDArray[np.int32],
    node_labels: NDArray[np.int32],
    naming: Naming,
    window: Windows,
    found_again: Stability | None = None,
) -> dict[str, pa.Table]:
    """Write down a topic map.

    No method of its own.

    Args:
        rows: Works considered: `work`, `year`, `cited_by_count`.
        graph: Related works.
        between: Weight between clusters, shape (clusters, clusters).
        corpus: Topic map.
        recipe: Every choice of method.
        relatedness: Relation the map was made from.
        labels: Cluster of each row, -1 for none, shape (works,).
        node_labels: Cluster of each node of the graph, shape (nodes,).
        naming: Terms of each cluster and the use of its leading one.
        window: Windows compared.
        found_again: Stability of each cluster; None where not measured.

    Returns:
        `cluster`, `cluster_work`, `cluster_year` and `cluster_link`.
    """
    sizes = np.bincount(labels[labels >= 0]).astype(np.int64)
    names = [f"T{n:04d}" for n in range(1, sizes.size + 1)]
    years = rows["year"].to_numpy().astype(np.int64)
    cited_by = _floats(rows["cited_by_count"])
    span = np.arange(years.min(), years.max() + 1)
    counts = _counts([np.flatnonzero(labels == c) for c in range(sizes.size)], years, span)
    n_all = counts.sum(axis=0)
    grown = growth(counts, n_all, years=span, window=window, trend_years=recipe.trend_years)
    terms = naming.terms
    on_map = [None if w is None else w[labels[w] >= 0] for w in naming.leading]
    leading = growth(
        _counts(on_map, years, span),
        n_all,
        years=span,
        window=window,
        trend_years=recipe.trend_years,
    )
    verdict = verdicts(grown, leading, named=np.array([own is not None for own in naming.leading]))
    mean = between.copy()
    mean.data = mean.data / (
        np.repeat(sizes, np.diff(mean.indptr)).astype(np.float64) * sizes[mean.indices]
    )
    positions = place(mean, sizes)
    radius = radii(positions, sizes)
    hot = hot_scores(labels, years, cited_by=cited_by, window=window)
    n = sizes.size
    cluster = from_columns(
        "cluster",
        {
            "corpus": [corpus] * n,
            "cluster": names,
            "label": unique_labels(names, terms),
            "terms": [list(t) for t in terms],
            "label_en": labels_in(naming.terms_en),
            "label_zh": labels_in(naming.terms_zh),
            "relatedness": [relatedness] * n,
            "n_works": sizes,
            "n_recent": grown.n_recent,
            "n_before": grown.n_before,
            "recent_from": [window.recent_from] * n,
            "recent_to": [window.recent_to] * n,
            "before_from": [window.before_from] * n,
            "before_to": [window.before_to] * n,
            "share_recent": grown.share_recent,
            "share_before": grown.share_before,
            "growth": grown.growth,
            "growth_low": grown.low,
            "growth_high": grown.high,
            "trend_z": grown.trend_z,
            "verdict": verdict.tolist(),
            "cited_by": _mean_cited(labels, cited_by, n),
            "hot_rank": _ranks(hot, hot > 0, recipe.hot),
            "growing_rank": _ranks(grown.trend_z, verdict == "grows", recipe.growing),
            "x": positions[:, 0],
            "y": positions[:, 1],
            "radius": radius,
            "hidden": [False] * n,
            **_stability(found_again),
        },
    )
    placed = place_works(graph, node_labels, positions=positions, radius=radius)
    links = strongest_links(mean)
    return {
        "cluster": cluster,
        "cluster_work": _cluster_work(graph, node_labels, names, corpus=corpus, placed=placed),
        "cluster_year": _cluster_year(counts, span, names, corpus),
        "cluster_link": from_columns(
            "cluster_link",
            {
                "corpus": [corpus] * links.nnz,
                "cluster": np.repeat(np.array(names), np.diff(links.indptr)).tolist(),
                "neighbour": np.array(names)[links.indices].tolist(),
                "weight": links.data,
            },
        ),
    }


def _stability(found_again: Stability | None) -> dict[str, NDArray[Any]]:
    if found_again is None:
        return {}
    return {
        "stability": found_again.mean,
        "stability_low": found_again.low,
        "unstable": found_again.mean < UNSTABLE,
    }


def _floats(column: pa.ChunkedArray) -> NDArray[np.float64]:
    """Return counts as floats, NaN where the source has none."""
    known = column.cast(pa.float64()).fill_null(float("nan"))
    return np.asarray(known.to_numpy(), dtype=np.float64)


def unique_labels(names: Sequence[str], terms: Sequence[Sequence[str]]) -> list[str]:
    """Label each cluster by its best terms, more of them where another has the same.

    No method of its own.

    Args:
        names: What to call a cluster without terms of its own, shape (clusters,).
        terms: Terms of each, best first.
    """
    taken: set[str] = set()
    labels = []
    for name, own in zip(names, terms, strict=True):
        options = [label_of(own, n_terms=n) for n in range(3, len(own) + 1)] or [label_of(own)]
        free = [label for label in options if label and label not in taken]
        label = free[0] if free else name
        taken.add(label)
        labels.append(label)
    return labels


def labels_in(terms: Sequence[Sequence[str]]) -> list[str | None]:
    """Label each cluster in one language, None where its works say too little in it.

    No method of its own.

    Args:
        terms: Terms of each cluster in the language, best first.
    """
    found = unique_labels([""] * len(terms), [own if len(own) > 1 else [] for own in terms])
    return [label or None for label in found]


def _counts(
    groups: Sequence[NDArray[np.integer] | None], years: NDArray[np.int64], span: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Count the works of each group by year, shape (groups, years)."""
    counts = np.zeros((len(groups), span.size), dtype=np.int64)
    for n, works in enumerate(groups):
        if works is not None:
            counts[n] = np.bincount(years[works] - span[0], minlength=span.size)
    return counts


def _ranks(
    scores: NDArray[np.float64], eligible: NDArray[np.bool_], length: int
) -> list[int | None]:
    """Rank the best eligible clusters 1, 2, ...; ties in the order of clusters."""
    ranks: list[int | None] = [None] * scores.size
    order = [int(c) for c in np.argsort(-scores, kind="stable") if eligible[c]]
    for rank, c in enumerate(order[:length], 1):
        ranks[c] = rank
    return ranks


def _mean_cited(
    labels: NDArray[np.int32], cited_by: NDArray[np.float64], n: int
) -> list[float | None]:
    known = (labels >= 0) & ~np.isnan(cited_by)
    total = np.bincount(labels[known], weights=cited_by[known], minlength=n)
    count = np.bincount(labels[known], minlength=n)
    return [float(t / c) if c else None for t, c in zip(total, count, strict=True)]


def _cluster_work(
    graph: Graph,
    node_labels: NDArray[np.int32],
    names: Sequence[str],
    *,
    corpus: str,
    placed: NDArray[np.float64],
) -> pa.Table:
    """List the works of each cluster, the most central first."""
    from armillary.analyses.topics.graph_kernel import weight_within

    sums = np.empty((graph.n_nodes, 2))
    weight_within(
        0, graph.n_nodes, graph.starts, graph.neighbours, graph.weights, node_labels, sums
    )
    nodes = np.flatnonzero(node_labels >= 0)
    centrality = sums[nodes, 1] / sums[nodes, 0]
    order = np.lexsort((nodes, -centrality, node_labels[nodes]))
    nodes, centrality = nodes[order], centrality[order]
    data: dict[str, Any] = {
        "corpus": pa.repeat(corpus, nodes.size),
        "cluster": pa.array(names).take(pa.array(node_labels[nodes])),
        "work": graph.ids.texts.take(pa.array(nodes)),
        "centrality": np.minimum(centrality, 1.0),
        "x": placed[nodes, 0],
        "y": placed[nodes, 1],
    }
    return from_columns("cluster_work", data)


def _cluster_year(
    counts: NDArray[np.int64], years: NDArray[np.int64], names: Sequence[str], corpus: str
) -> pa.Table:
    """Count works by cluster and year, years without any work of the cluster included."""
    n_all = counts.sum(axis=0)
    held = np.flatnonzero(n_all > 0)
    return from_columns(
        "cluster_year",
        {
            "corpus": [corpus] * (len(names) * held.size),
            "cluster": np.repeat(np.array(names), held.size).tolist(),
            "year": np.tile(years[held], len(names)),
            "n_works": counts[:, held].ravel(),
            "n_all": np.tile(n_all[held], len(names)),
        },
    )
