"""How well a map finds topics that were planted by a simulator."""

from __future__ import annotations

from collections import Counter
from math import comb
from typing import TYPE_CHECKING

from ibis import _

from armillary.model.columns import table_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from armillary.model.table import Table


def recovery(
    planted_topics: Table,
    planted_works: Table,
    *,
    clusters: Table,
    cluster_works: Table,
    corpus: str,
) -> pa.Table:
    """Find the cluster that shares most with each planted topic.

    The best cluster has the largest Jaccard index with the topic: works in both over works in
    either; of equal ones the first by id. The adjusted Rand index compares the whole map with
    what was planted: 1 is the same division, 0 what chance would give. The truth is known only
    because it was simulated.
    Source: Jaccard (1912), doi:10.1111/j.1469-8137.1912.tb05611.x; Hubert & Arabie (1985),
    "Comparing partitions", Journal of Classification.

    Args:
        planted_topics: One row per planted topic: `topic`, `emerging`.
        planted_works: One row per work: `work`, `topic` (null for noise).
        clusters: One row per cluster: `corpus`, `cluster`, `growing_rank`.
        cluster_works: One row per work on the map: `corpus`, `cluster`, `work`.
        corpus: Topic map to look at.

    Returns:
        The table `recovery`: one row per planted topic, in order of topics. A topic none of
        whose works is on the map has no cluster, no precision and recall 0.
    """
    own = clusters.filter(_.corpus == corpus).select("cluster", "growing_rank")
    on_map = cluster_works.filter(_.corpus == corpus).select("cluster", "work")
    on_map = on_map.semi_join(own, "cluster")
    sizes = _counts(on_map.group_by("cluster").agg(n=_.count()))
    planted = planted_works.filter(_.topic.notnull()).select("work", "topic")
    n_planted = _counts(planted.group_by("topic").agg(n=_.count()))
    shared = planted.join(on_map, "work").group_by(["topic", "cluster"]).agg(n=_.count())
    best: dict[str, tuple[float, str, int]] = {}
    rows = shared.to_pyarrow().to_pylist()
    for row in sorted(rows, key=lambda r: (r["topic"], r["cluster"])):
        topic, cluster, n = row["topic"], row["cluster"], row["n"]
        jaccard = n / (n_planted[topic] + sizes[cluster] - n)
        if topic not in best or jaccard > best[topic][0]:
            best[topic] = (jaccard, cluster, n)
    topics = planted_topics.select("topic", "emerging").to_pyarrow().to_pylist()
    places = {row["cluster"]: row["growing_rank"] for row in own.to_pyarrow().to_pylist()}
    agreement = adjusted_rand([(row["topic"], row["cluster"], row["n"]) for row in rows])
    return table_of(
        "recovery",
        [
            {
                **_row(corpus, topic, n_planted.get(topic["topic"], 0), best, sizes),
                "growing_rank": places.get(best.get(topic["topic"], (0.0, None, 0))[1]),
                "adjusted_rand": agreement,
            }
            for topic in sorted(topics, key=lambda t: str(t["topic"]))
        ],
    )


def adjusted_rand(shared: Sequence[tuple[str, str, int]]) -> float | None:
    """Return the adjusted Rand index of two divisions of the same works.

    Source: Hubert & Arabie (1985), "Comparing partitions", Journal of Classification.

    Args:
        shared: (part of the one, part of the other, works in both).

    Returns:
        1 where the divisions agree, about 0 where only by chance; None where neither divides.

    Examples:
        >>> adjusted_rand([("A", "x", 5), ("B", "y", 5)])
        1.0
    """
    one: Counter[str] = Counter()
    other: Counter[str] = Counter()
    for part, counterpart, n in shared:
        one[part] += n
        other[counterpart] += n
    both = sum(comb(n, 2) for *_names, n in shared)
    first, second = (sum(comb(n, 2) for n in sizes.values()) for sizes in (one, other))
    pairs = comb(one.total(), 2)
    if not pairs or first + second in {0, 2 * pairs}:
        return None
    expected = first * second / pairs
    return (both - expected) / ((first + second) / 2 - expected)


def _counts(table: Table) -> dict[str, int]:
    """Read a table of a name and a count."""
    name = table.columns[0]
    return {row[name]: row["n"] for row in table.to_pyarrow().to_pylist()}


def _row(
    corpus: str,
    topic: dict[str, object],
    n_planted: int,
    best: dict[str, tuple[float, str, int]],
    sizes: dict[str, int],
) -> dict[str, object]:
    _, cluster, n_found = best.get(str(topic["topic"]), (0.0, None, 0))
    precision = n_found / sizes[cluster] if cluster is not None else None
    recall = n_found / n_planted if n_planted else 0.0
    return {
        "corpus": corpus,
        "topic": topic["topic"],
        "cluster": cluster,
        "n_planted": n_planted,
        "n_found": n_found,
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / (precision + recall) if precision and recall else 0.0,
        "emerging": topic["emerging"],
    }
