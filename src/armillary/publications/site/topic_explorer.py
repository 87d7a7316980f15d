"""What the map to explore needs: topics, and the place and year of every work, packed."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import numpy as np
from ibis import _

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from armillary.publications.site.core import Site
    from armillary.publications.site.topic_facts import TopicFacts
    from armillary.publications.site.words import Words

MOST_WORKS = 250_000
_SPAN = 2.5  # the square -1.25..1.25, in 16-bit steps
_TERMS = 6
_WORDS = (
    "numbers", "open_topic", "choose", "found", "none", "works",
)  # fmt: skip
_VERDICTS = ("grows", "doubt", "unsure", "shrinks")


def drawn_works(site: Site, corpus: str) -> dict[str, NDArray[np.generic]]:
    """Return the works of a topic map by topic, the most central of each first.

    Args:
        site: The site.
        corpus: Topic map.

    Returns:
        Arrays of equal shape: `cluster`, `x`, `y`, `year`.
    """

    def read() -> dict[str, NDArray[np.generic]]:
        held = site.store.table("cluster_work").filter(_.corpus == corpus)
        works = site.store.table("work").select("work", "year")
        joined = held.join(works, "work").order_by(_.cluster, _.centrality.desc(), _.work)
        rows = site.store.arrow(joined.select("cluster", "x", "y", "year"))
        return {name: rows[name].to_numpy() for name in rows.column_names}

    return site.keep(f"drawn:{corpus}", read)


def explorer(
    site: Site,
    facts: TopicFacts,
    *,
    corpus: str,
    words: Words,
    label: Callable[[Mapping[str, Any]], str],
    page_of: Callable[[str], str],
) -> str:
    """Write the script that holds the map.

    Args:
        site: The site.
        facts: The topic map.
        corpus: Its id.
        words: Texts and formats of the language.
        label: Gives the label of a topic.
        page_of: Gives the address of the page of a topic, relative to the map.
    """
    held = drawn_works(site, corpus)
    names, starts, counts = np.unique(held["cluster"], return_index=True, return_counts=True)
    share = min(1.0, MOST_WORKS / max(held["x"].size, 1))
    shown = {str(n): int(np.ceil(share * c)) for n, c in zip(names, counts, strict=True)}
    begin = dict(zip(names.tolist(), starts.tolist(), strict=True))
    order = [row for row in facts.clusters.values() if row["cluster"] in shown]
    chosen = np.concatenate(
        [begin[r["cluster"]] + np.arange(shown[r["cluster"]]) for r in order]
        or [np.zeros(0, dtype=np.int64)]
    )
    year = held["year"].astype(np.int64)
    first, last = (int(year.min()), int(year.max())) if year.size else (0, 0)
    mean = np.add.reduceat(year, starts) / counts if year.size else np.zeros(0)
    mean_of = dict(zip(names.tolist(), mean.tolist(), strict=True))
    groups = _groups(facts, words)
    number = {group["id"]: n for n, group in enumerate(groups)}
    topics = []
    for row in order:
        own = row[f"terms_{words.language}"] if f"terms_{words.language}" in row else row["terms"]
        topics.append(
            {
                "id": row["cluster"],
                "label": label(row),
                "terms": list(own or ())[:_TERMS],
                "n": row["n_works"],
                "drawn": shown[row["cluster"]],
                "x": round(row["x"], 4),
                "y": round(row["y"], 4),
                "r": round(row["radius"], 5),
                "verdict": row["verdict"],
                "growth": words.number(row["growth"], 2),
                "interval": words.interval(row["growth_low"], row["growth_high"], 2),
                "colour": number.get(row.get("group"), 0),
                "mean_year": round((mean_of[row["cluster"]] - first) / max(last - first, 1), 4),
                "page": page_of(row["cluster"]),
            }
        )
    data = {
        "topics": topics,
        "groups": groups,
        "first_year": first,
        "last_year": last,
        "works": {
            "n": int(chosen.size),
            "x": _packed(_steps(held["x"][chosen])),
            "y": _packed(_steps(held["y"][chosen])),
            "year": _packed((year[chosen] - first).clip(0, 255).astype(np.uint8)),
        },
        "words": {key: words(f"topics.explore.{key}") for key in _WORDS}
        | {key: words(f"topics.class.{key}") for key in _VERDICTS},
    }
    # A script of its own, not a fetch: pages opened from a disk may not ask for files.
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    text = text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return f"window.armillaryMap = {text};\n"


def _groups(facts: TopicFacts, words: Words) -> list[dict[str, Any]]:
    groups = [row for row in facts.groups if row["level"] == "cluster"]
    return [
        {
            "id": row["group"],
            "label": str(row[f"label_{words.language}"] or row["label"]),
            "x": round(row["x"], 4),
            "y": round(row["y"], 4),
            "colour": number,
        }
        for number, row in enumerate(groups)
    ]


def _steps(values: NDArray[np.generic]) -> NDArray[np.uint16]:
    scaled = (values.astype(np.float64) + _SPAN / 2) / _SPAN * 65535
    return np.asarray(np.rint(scaled).clip(0, 65535).astype("<u2"))


def _packed(values: NDArray[np.generic]) -> str:
    return base64.b64encode(values.tobytes()).decode("ascii")
