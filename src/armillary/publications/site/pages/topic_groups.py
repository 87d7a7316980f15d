"""A page for each area and each cluster of topics."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from armillary.model.observatory import Text
from armillary.publications.site.core import Page, Site
from armillary.publications.site.pages.topic import ratio, windows
from armillary.publications.site.topic_facts import TopicFacts, topic_facts
from armillary.publications.site.topic_places import address, named, tour

if TYPE_CHECKING:
    from collections.abc import Iterable

    from armillary.model.observatory import TopicsDefinition
    from armillary.publications.site.words import Words

Row = dict[str, Any]


def pages(site: Site, definition: TopicsDefinition) -> Iterable[Page]:
    """Give the page of each area and cluster.

    Args:
        site: The site.
        definition: The topic map.
    """
    facts = topic_facts(site, definition)
    known = {row["group"] for row in facts.groups}
    for row in facts.groups:
        parent = row["parent"] if row["parent"] in known else None
        yield Page(
            path=address(definition, row["group"]),
            title=Text(en=row["label_en"] or row["label"], zh=row["label_zh"] or row["label"]),
            template="topics_group.html",
            context=partial(_context, site, definition, row),
            section="topics",
            above=address(definition, parent) if parent else address(definition),
            sources=definition.works,
        )


def levels(facts: TopicFacts) -> list[Row]:
    """Return the areas with their clusters, or the clusters alone, each with its topics.

    Args:
        facts: The topic map.
    """
    clusters = [
        {**row, "topics": _topics(facts, row), "inside": []}
        for row in facts.groups
        if row["level"] == "cluster"
    ]
    areas = [
        {
            **row,
            "topics": _topics(facts, row),
            "inside": [one for one in clusters if one["parent"] == row["group"]],
        }
        for row in facts.groups
        if row["level"] == "area"
    ]
    return areas or clusters


def _topics(facts: TopicFacts, group: Row) -> list[Row]:
    column = "area" if group["level"] == "area" else "group"
    return [row for row in facts.clusters.values() if row[column] == group["group"]]


def _context(site: Site, definition: TopicsDefinition, row: Row, words: Words) -> dict[str, Any]:
    facts = topic_facts(site, definition)
    topics = _topics(facts, row)
    return {
        "definition": definition,
        "tour": tour(site, definition, facts=facts),
        "row": row,
        "parent": next((g for g in facts.groups if g["group"] == row["parent"]), None),
        "inside": [
            {**g, "topics": _topics(facts, g)} for g in facts.groups if g["parent"] == row["group"]
        ],
        "topics": topics,
        "share": row["n_works"] / max(facts.left_out["on_map"], 1),
        "n_grown": sum(one["verdict"] == "grows" for one in topics),
        "windows": windows(topics[0]) if topics else {},
        "name": lambda other: named(other, words),
        "ratio": ratio,
        "page_of": lambda other: address(definition, other),
    }
