"""Topics: the maps of an observatory, each map with its levels, and planted against found."""

from __future__ import annotations

import math
import statistics
from functools import partial
from typing import TYPE_CHECKING, Any

from armillary.publications.site.backtest_facts import backtests
from armillary.publications.site.core import Headline, Page, Site
from armillary.publications.site.pages import topic, topic_backtest, topic_groups, topic_lists
from armillary.publications.site.pages.sources import address as source_page
from armillary.publications.site.pages.topic import ratio, windows
from armillary.publications.site.topic_detail import rows_of
from armillary.publications.site.topic_drawing import topic_map
from armillary.publications.site.topic_explorer import MOST_WORKS, explorer
from armillary.publications.site.topic_facts import TopicFacts, topic_facts
from armillary.publications.site.topic_lists import lists_of
from armillary.publications.site.topic_networks import network_files
from armillary.publications.site.topic_places import LISTING, address, named, tour
from armillary.publications.topic_sheets import topic_workbook

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from armillary.model.observatory import TopicsDefinition
    from armillary.publications.site.words import Words

_COLUMNS = (
    "cluster", "label", "label_en", "label_zh", "area", "group", "n_works", "n_recent",
    "n_before", "share_recent", "share_before", "growth", "growth_low", "growth_high", "trend_z",
    "verdict", "cited_by", "hot_rank", "growing_rank", "stability", "stability_low", "unstable",
    "x", "y",
)  # fmt: skip
_VERDICTS = ("grows", "doubt", "unsure", "shrinks")
_OF_ITS_OWN = 0.6  # F1 from which a planted topic counts as found


def pages(site: Site) -> Iterable[Page]:
    """Give the list of topic maps, each map, and each topic."""
    defined = site.observatory.topics
    if not defined:
        return
    yield Page(
        path=LISTING,
        title="section.topics",
        template="topics_list.html",
        context=lambda words: {"maps": [_card(site, d) for d in defined.values()]},
        section="topics",
        entry=True,
        sources=tuple(s for d in defined.values() for s in d.works),
    )
    for definition in defined.values():
        yield from _map(site, definition)


def _map(site: Site, definition: TopicsDefinition) -> Iterable[Page]:
    facts = topic_facts(site, definition)
    home = address(definition)
    yield Page(
        path=home,
        title=definition.title,
        template="topics.html",
        context=partial(_context, site, definition, facts),
        section="topics",
        above=LISTING,
        sources=definition.works,
    )
    if facts.clusters:
        yield Page(
            path=address(definition, "map"),
            title="topics.explore",
            template="topics_map.html",
            context=partial(_explored, site, definition, facts),
            section="topics",
            above=home,
            sources=definition.works,
        )
    if facts.planted:
        yield Page(
            path=address(definition, "planted"),
            title="topics.planted",
            template="topics_planted.html",
            context=partial(_planted, site, definition, facts),
            section="topics",
            above=home,
            sources=definition.works,
        )
    for module in (topic_lists, topic_backtest, topic_groups, topic):
        yield from module.pages(site, definition)


def headlines(site: Site) -> Iterable[Headline]:
    """Tell the home page how many works, topics and growing topics there are."""
    for definition in site.observatory.topics.values():
        facts = topic_facts(site, definition)
        if facts.clusters:
            yield Headline(
                section="topics",
                path=address(definition),
                title=definition.title,
                about=definition.about,
                figures=lambda words, facts=facts: _figures(facts, words),  # type: ignore[misc]
                sources=definition.works,
            )


def _card(site: Site, definition: TopicsDefinition) -> dict[str, Any]:
    facts = topic_facts(site, definition)
    return {
        "definition": definition,
        "path": address(definition),
        "facts": facts,
        "simulated": bool(site.simulated.intersection(definition.works)),
        "growing": facts.listed("growing_rank")[:3],
        "name": named,
        "figures": lambda words: _figures(facts, words),
    }


def _figures(facts: TopicFacts, words: Words) -> list[tuple[str, str]]:
    one = next(iter(facts.clusters.values()), None)
    if one is None:
        return []
    sure = sum(row["verdict"] == "grows" for row in facts.clusters.values())
    return [
        (words.number(facts.left_out["on_map"], 0), words("topics.works_on_map")),
        (words.number(len(facts.clusters), 0), words("topics.topics_found")),
        (words.number(sure, 0), words("topics.surely_grown", **windows(one))),
    ]


def _context(
    site: Site, definition: TopicsDefinition, facts: TopicFacts, words: Words
) -> dict[str, Any]:
    rows = [row for row in facts.clusters.values() if not row["hidden"]]
    classes = [row["verdict"] for row in rows]
    return {
        "definition": definition,
        "facts": facts,
        "rows": rows,
        "first": rows[0] if rows else None,
        "windows": windows(rows[0]) if rows else {},
        "key_figures": _figures(facts, words),
        "draw_map": lambda link: topic_map(
            rows,
            link=lambda cluster: link(address(definition, cluster)),
            label=lambda row: named(row, words),
        ),
        "map_file": str(topic_map(rows, link=None, label=lambda row: named(row, words))),
        "columns": _COLUMNS,
        "n_classes": {name: classes.count(name) for name in _VERDICTS},
        "hot": facts.listed("hot_rank"),
        "growing": facts.listed("growing_rank"),
        "name": lambda row: named(row, words),
        "ratio": ratio,
        "page_of": lambda cluster: address(definition, cluster),
        "left_out": facts.left_out,
        "planted_page": address(definition, "planted") if facts.planted else None,
        "map_page": address(definition, "map"),
        "lists_page": address(definition, "lists") if lists_of(site, definition) else None,
        "backtest_page": address(definition, "backtest") if backtests(site, definition) else None,
        "tour": tour(site, definition, facts=facts),
        "levels": topic_groups.levels(facts),
        "n_areas": sum(row["level"] == "area" for row in facts.groups),
        "n_groups": sum(row["level"] == "cluster" for row in facts.groups),
        "n_unstable": sum(bool(row["unstable"]) for row in rows),
        "stable_known": any(row["stability"] is not None for row in rows),
        "decisions": rows_of(site, "topic_decision", corpus=definition.id),
        "files": partial(_files, site, definition, facts, words) if rows else None,
        "source_pages": [
            (site.observatory.sources[name].title, source_page(name)) for name in definition.works
        ],
    }


def _files(
    site: Site, definition: TopicsDefinition, facts: TopicFacts, words: Words
) -> dict[str, str | bytes]:
    """Return the map as files for other programs, by the name they have beside the page."""
    made = network_files(site, facts, words=words, definition=definition)
    return {**made, "topics.xlsx": _workbook(site, definition, words)}


def _explored(
    site: Site, definition: TopicsDefinition, facts: TopicFacts, words: Words
) -> dict[str, Any]:
    on_map = facts.left_out["on_map"]
    return {
        "definition": definition,
        "tour": tour(site, definition, facts=facts),
        "home": address(definition),
        "n_topics": len(facts.clusters),
        "n_works": on_map,
        "n_drawn": min(on_map, MOST_WORKS),
        "has_groups": bool(facts.groups),
        "script": lambda link: explorer(
            site,
            facts,
            corpus=definition.id,
            words=words,
            label=lambda row: named(row, words),
            page_of=lambda cluster: link(address(definition, cluster)),
        ),
    }


def _workbook(site: Site, definition: TopicsDefinition, words: Words) -> bytes:
    return site.keep(
        f"workbook:{definition.id}:{words.language}",
        lambda: topic_workbook(
            site.store, site.observatory, topics=definition.id, language=words.language
        ),
    )


def _planted(
    site: Site, definition: TopicsDefinition, facts: TopicFacts, words: Words
) -> dict[str, Any]:
    rows = sorted(facts.planted, key=lambda row: (not row["emerging"], row["topic"]))
    emerging = [row for row in rows if row["emerging"]]
    known = [row["precision"] for row in rows if row["precision"] is not None]
    listed = site.rows("topic_list", corpus=definition.id, list="rising topics")
    matched = {row["cluster"] for row in rows if row["emerging"]}
    return {
        "definition": definition,
        "tour": tour(site, definition, facts=facts),
        "rows": rows,
        "fates": [(fate, [r for r in emerging if _fate(r) == fate]) for fate in _FATES],
        "n_emerging": len(emerging),
        "n_listed": sum(row["rising_rank"] is not None for row in emerging),
        "n_list": len(listed),
        "not_planted": [row for row in listed if row["cluster"] not in matched],
        "found": sum(row["f1"] >= _OF_ITS_OWN for row in rows),
        "of_its_own": _OF_ITS_OWN,
        "adjusted_rand": rows[0]["adjusted_rand"],
        "precision": statistics.median(known) if known else math.nan,
        "recall": statistics.median(row["recall"] for row in rows),
        "f1": statistics.median(row["f1"] for row in rows),
        "page_of": lambda cluster: address(definition, cluster),
        "name": lambda row: named(row, words),
        "clusters": facts.clusters,
    }


_FATES = ("listed", "own", "missed")


def _fate(row: Mapping[str, Any]) -> str:
    """Say what became of an emerging topic: in the list, a topic but not listed, or missed."""
    if row["rising_rank"] is not None:
        return "listed"
    return "own" if row["f1"] >= _OF_ITS_OWN else "missed"
