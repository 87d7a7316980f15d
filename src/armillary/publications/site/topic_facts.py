"""What the topic pages need from the store, read once for each topic map."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import ibis
import msgspec
from ibis import _

if TYPE_CHECKING:
    from armillary.model.observatory import TopicsDefinition
    from armillary.publications.site.core import Site

_WORKS = 20
_NAMED = 10


class TopicFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One topic map.

    Args:
        clusters: Rows of `cluster` by id, the largest first.
        groups: Rows of `cluster_group`, the largest first.
        years: Rows of `cluster_year` by cluster, in order of years.
        neighbours: Related clusters by cluster, the strongest first.
        works: The most central works by cluster: rows of `work` with `centrality`.
        countries: (country, works) by cluster, most first, and how many works name one.
        organisations: (organisation, works) by cluster, most first, and how many works name one.
        completeness: Rows of `completeness` of the sources, in order of years.
        parameters: What the step was asked to do, as `lineage` has it.
        planted: Rows of `recovery` with the names of the planted topics.
    """

    clusters: dict[str, dict[str, Any]]
    groups: list[dict[str, Any]]
    years: dict[str, list[dict[str, Any]]]
    neighbours: dict[str, list[dict[str, Any]]]
    works: dict[str, list[dict[str, Any]]]
    countries: dict[str, tuple[int, list[tuple[str, int]]]]
    organisations: dict[str, tuple[int, list[tuple[str, int]]]]
    completeness: list[dict[str, Any]]
    parameters: dict[str, Any]
    planted: list[dict[str, Any]]

    def listed(self, rank: str) -> list[dict[str, Any]]:
        """Return the clusters of one list, e.g. `hot_rank`, in its order."""
        rows = [row for row in self.clusters.values() if row[rank] is not None]
        return sorted(rows, key=lambda row: row[rank])

    @property
    def left_out(self) -> dict[str, int]:
        """Count the works of the sources, those on the map, and why the others are not."""
        last = max((row["recent_to"] for row in self.clusters.values()), default=0)
        all_works = sum(row["n_works"] for row in self.completeness)
        undated = sum(row["n_works"] for row in self.completeness if row["year"] is None)
        later = sum(row["n_works"] for row in self.completeness if (row["year"] or 0) > last)
        on_map = sum(row["n_works"] for row in self.clusters.values())
        return {
            "all": all_works,
            "undated": undated,
            "later": later,
            "unrelated": max(all_works - undated - later - on_map, 0),
            "on_map": on_map,
        }


def topic_facts(site: Site, definition: TopicsDefinition) -> TopicFacts:
    """Read one topic map; a handful of queries, whatever the number of clusters.

    Args:
        site: The site.
        definition: The topic map.
    """
    return site.keep(f"topics:{definition.id}", lambda: _read(site, definition))


def _read(site: Site, definition: TopicsDefinition) -> TopicFacts:
    corpus = definition.id
    clusters = sorted(
        site.rows("cluster", corpus=corpus), key=lambda row: (-row["n_works"], row["cluster"])
    )
    links = _grouped(site.rows("cluster_link", corpus=corpus))
    for rows in links.values():
        rows.sort(key=lambda row: (-row["weight"], row["neighbour"]))
    asked = site.lineage.get(("cluster", f"topics:{corpus}"), {}).get("parameters") or "{}"
    return TopicFacts(
        clusters={row["cluster"]: row for row in clusters},
        groups=sorted(
            site.rows("cluster_group", corpus=corpus),
            key=lambda row: (-row["n_works"], row["group"]),
        ),
        years=_grouped(site.rows("cluster_year", corpus=corpus)),
        neighbours=links,
        works=_central(site, corpus),
        countries=_named(site, corpus, "countries"),
        organisations=_named(site, corpus, "organisations"),
        completeness=[
            row
            for row in sorted(
                site.rows("completeness"), key=lambda r: (r["source"], r["year"] is None, r["year"])
            )
            if row["source"] in definition.read_from
        ],
        parameters=json.loads(asked),
        planted=_planted(site, definition),
    )


def _grouped(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["cluster"], []).append(row)
    return found


def _central(site: Site, corpus: str) -> dict[str, list[dict[str, Any]]]:
    """Return the most central works of each cluster, the more cited first among equals."""
    held = site.store.table("cluster_work").filter(_.corpus == corpus)
    works = site.store.table("work").select(
        "work", "title", "language", "year", "venue", "doi", "cited_by_count", "origin", "locator"
    )
    joined = held.select("cluster", "work", "centrality").join(works, "work")
    order = [
        ibis.desc(joined.centrality),
        ibis.desc(ibis.coalesce(joined.cited_by_count, -1)),
        joined.work,
    ]
    window = ibis.window(group_by=joined.cluster, order_by=order)
    numbered = joined.mutate(place=ibis.row_number().over(window))
    first = numbered.filter(numbered.place < _WORKS).order_by("cluster", "place")
    return _grouped(site.store.rows(first))


def _named(site: Site, corpus: str, column: str) -> dict[str, tuple[int, list[tuple[str, int]]]]:
    """Count the works of each cluster by country or organisation, each once for a work."""
    held = site.store.table("cluster_work").filter(_.corpus == corpus).select("cluster", "work")
    works = site.store.table("work").select("work", name=_[column])
    works = works.filter(works.name.notnull() & (works.name.length() > 0))
    each = held.join(works, "work").mutate(name=_.name.unnest()).distinct()
    each = each.filter(each.name != "")
    known = each.group_by("cluster").agg(n=each.work.nunique())
    counted = each.group_by("cluster", "name").agg(n=_.count())
    place = ibis.row_number().over(
        ibis.window(group_by=counted.cluster, order_by=[ibis.desc(counted.n), counted.name])
    )
    first = counted.mutate(place=place)
    first = first.filter(first.place < _NAMED).order_by("cluster", "place")
    found: dict[str, tuple[int, list[tuple[str, int]]]] = {
        row["cluster"]: (row["n"], []) for row in site.store.rows(known)
    }
    for row in site.store.rows(first):
        found[row["cluster"]][1].append((row["name"], row["n"]))
    return found


def _planted(site: Site, definition: TopicsDefinition) -> list[dict[str, Any]]:
    rows = site.rows("recovery", corpus=definition.id)
    if not rows:
        return []
    topics = {
        row["topic"]: row for row in site.rows("planted_topic") if row["source"] in definition.works
    }
    ranks: dict[str, int] = {}
    for row in site.rows("topic_list", corpus=definition.id, list="rising topics"):
        ranks.setdefault(row["cluster"], row["rank"])
    return [
        {**topics.get(row["topic"], {}), **row, "rising_rank": ranks.get(row["cluster"])}
        for row in rows
    ]
