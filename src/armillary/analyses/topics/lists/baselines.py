"""The naive lists every other list is held against: the largest topics, the fastest growing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armillary.analyses.topics.lists.open_list import OpenList

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

_COLUMNS = (
    "cluster",
    "label",
    "n_works",
    "n_recent",
    "n_before",
    "share_recent",
    "share_before",
    "growth",
    "growth_low",
    "growth_high",
    "verdict",
)


def size_list(clusters: pa.Table, *, length: int = 20) -> OpenList:
    """List the largest topics.

    No method of its own: a baseline.

    Args:
        clusters: Table `cluster` of one map.
        length: Most entries.
    """
    rows = sorted(_rows(clusters), key=lambda r: (-r["n_works"], r["cluster"]))
    return OpenList(
        name="size",
        rule={
            "en": f"The {length} topics with the most works.",
            "zh": f"文献最多的{length}个主题。",
        },
        parameters={"length": length},
        entries=[cluster_entry(row, float(row["n_works"])) for row in rows[:length]],
    )


def growth_list(clusters: pa.Table, *, length: int = 20, least_recent: int = 5) -> OpenList:
    """List the topics whose share grew by the largest ratio, noise and all.

    Half a work is added to either count, so that a topic without earlier works has a ratio.
    Nothing is shrunken and no interval is asked for: that is what makes it a baseline.
    No method of its own: a baseline.

    Args:
        clusters: Table `cluster` of one map.
        length: Most entries.
        least_recent: Fewest works in the recent window.
    """
    rows = [row for row in _rows(clusters) if row["n_recent"] >= least_recent]
    all_recent = _whole(rows, "n_recent", "share_recent")
    all_before = _whole(rows, "n_before", "share_before")
    scored = []
    for row in rows:
        recent = (row["n_recent"] + 0.5) / (all_recent + 0.5)
        before = (row["n_before"] + 0.5) / (all_before + 0.5)
        scored.append((recent / before, row))
    scored.sort(key=lambda pair: (-pair[0], pair[1]["cluster"]))
    return OpenList(
        name="growth",
        rule={
            "en": f"The {length} topics whose share of all works grew most from the window "
            f"before to the recent one, of those with at least {least_recent} recent works; "
            "half a work added to each count.",
            "zh": f"近期窗口与前一窗口相比，占全部文献份额增长倍数最大的{length}个主题"
            f"（近期至少{least_recent}篇；各计数加0.5）。",
        },
        parameters={"length": length, "least_recent": least_recent},
        entries=[cluster_entry(row, ratio) for ratio, row in scored[:length]],
    )


def cluster_entry(row: Mapping[str, Any], score: float) -> dict[str, object]:
    """Return an entry of a list about a topic, with the growth its map measured.

    No method of its own.

    Args:
        row: Row of the table `cluster`.
        score: What the list is ranked by.
    """
    taken = ("label", "growth", "growth_low", "growth_high", "verdict")
    return {
        "kind": "cluster",
        "item": row["cluster"],
        "score": score,
        "n_works": row["n_recent"],
        **{name: row.get(name) for name in taken},
    }


def _rows(clusters: pa.Table) -> list[dict[str, Any]]:
    return [dict(row) for row in clusters.select(_COLUMNS).to_pylist()]


def _whole(rows: list[dict[str, Any]], count: str, share: str) -> float:
    """Return the works of the whole map in a window, from the topic with the largest share."""
    known = [(float(r[share]), float(r[count])) for r in rows if r[share]]
    if not known:
        return 0.0
    largest, works = max(known)
    return works / largest
