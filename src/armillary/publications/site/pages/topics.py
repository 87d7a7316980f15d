"""Topics: the map, what is hot and what has grown, each topic, and planted against found."""

from __future__ import annotations

import math
import statistics
from typing import TYPE_CHECKING, Any

from armillary.model.observatory import Text, TopicsDefinition
from armillary.publications.site.core import Headline, Page, Site, slug
from armillary.publications.site.pages.sources import address as source_page
from armillary.publications.site.topic_drawing import course, ratio_interval, topic_map
from armillary.publications.site.topic_explorer import MOST_WORKS, explorer
from armillary.publications.site.topic_facts import TopicFacts, topic_facts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from armillary.publications.site.words import Words

LISTING = "topics/index.html"
_COLUMNS = (
    "cluster", "label", "label_en", "label_zh", "n_works", "n_recent", "n_before",
    "share_recent", "share_before", "growth", "growth_low", "growth_high", "trend_z",
    "verdict", "cited_by", "hot_rank", "growing_rank", "x", "y",
)  # fmt: skip
_WIDEST = 8.0  # a growth ratio beyond this is drawn at the end of its axis
_VERDICTS = ("grows", "doubt", "unsure", "shrinks")
_OF_ITS_OWN = 0.6  # F1 from which a planted topic counts as found


def address(definition: TopicsDefinition, page: str = "index") -> str:
    """Return the path of the page of a topic map, or of one of its topics."""
    return f"topics/{slug(definition.id)}/{slug(page)}.html"


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
        context=lambda words: _context(site, definition, facts, words),
        section="topics",
        above=LISTING,
        sources=definition.works,
    )
    if facts.clusters:
        yield Page(
            path=address(definition, "map"),
            title="topics.explore",
            template="topics_map.html",
            context=lambda words: _explored(site, definition, facts, words),
            section="topics",
            above=home,
            sources=definition.works,
        )
    if facts.planted:
        yield Page(
            path=address(definition, "planted"),
            title="topics.planted",
            template="topics_planted.html",
            context=lambda words: _planted(definition, facts, words),
            section="topics",
            above=home,
            sources=definition.works,
        )
    for cluster, row in facts.clusters.items():
        yield Page(
            path=address(definition, cluster),
            title=Text(en=row["label_en"] or row["label"], zh=row["label_zh"] or row["label"]),
            template="topic.html",
            context=lambda words, row=row: _topic(site, definition, facts, row, words),  # type: ignore[misc]
            section="topics",
            above=home,
            sources=definition.works,
        )


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
        "name": _named,
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
        (words.number(sure, 0), words("topics.surely_grown", **_windows(one))),
    ]


def _windows(row: Mapping[str, Any]) -> dict[str, str]:
    return {
        "recent": f"{row['recent_from']}–{row['recent_to']}",
        "before": f"{row['before_from']}–{row['before_to']}",
    }


def _context(
    site: Site, definition: TopicsDefinition, facts: TopicFacts, words: Words
) -> dict[str, Any]:
    rows = list(facts.clusters.values())
    classes = [row["verdict"] for row in rows]
    return {
        "definition": definition,
        "facts": facts,
        "rows": rows,
        "first": rows[0] if rows else None,
        "windows": _windows(rows[0]) if rows else {},
        "key_figures": _figures(facts, words),
        "draw_map": lambda link: topic_map(
            rows,
            link=lambda cluster: link(address(definition, cluster)),
            label=lambda row: _named(row, words),
        ),
        "map_file": str(topic_map(rows, link=None, label=lambda row: _named(row, words))),
        "columns": _COLUMNS,
        "n_classes": {name: classes.count(name) for name in _VERDICTS},
        "hot": facts.listed("hot_rank"),
        "growing": facts.listed("growing_rank"),
        "name": lambda row: _named(row, words),
        "ratio": _ratio,
        "page_of": lambda cluster: address(definition, cluster),
        "left_out": facts.left_out,
        "planted_page": address(definition, "planted") if facts.planted else None,
        "map_page": address(definition, "map"),
        "source_pages": [
            (site.observatory.sources[name].title, source_page(name)) for name in definition.works
        ],
    }


def _explored(
    site: Site, definition: TopicsDefinition, facts: TopicFacts, words: Words
) -> dict[str, Any]:
    on_map = facts.left_out["on_map"]
    return {
        "definition": definition,
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
            label=lambda row: _named(row, words),
            page_of=lambda cluster: link(address(definition, cluster)),
        ),
    }


def _named(row: Mapping[str, Any], words: Words) -> str:
    """Return the label of a topic in the language of the page, where its works give one."""
    return str(row[f"label_{words.language}"] or row["label"])


def _ratio(row: Mapping[str, Any]) -> str:
    return ratio_interval(
        row["growth"],
        low=row["growth_low"],
        high=row["growth_high"],
        end=_WIDEST,
        kind=row["verdict"],
    )


def _topic(
    site: Site,
    definition: TopicsDefinition,
    facts: TopicFacts,
    row: dict[str, Any],
    words: Words,
) -> dict[str, Any]:
    cluster = row["cluster"]
    held = {one["year"]: one for one in facts.years.get(cluster, [])}
    span = range(min(held), max(held) + 1) if held else range(0)
    years = [
        {
            "year": year,
            "n_works": held[year]["n_works"] if year in held else None,
            "n_all": held[year]["n_all"] if year in held else None,
            "share": held[year]["n_works"] / held[year]["n_all"]
            if year in held and held[year]["n_all"]
            else None,
        }
        for year in span
    ]
    shares = [one["share"] for one in years if one["share"] is not None]
    decimals = 0 if max(shares, default=0) >= 0.06 else 1 if max(shares, default=0) >= 0.006 else 2
    return {
        "definition": definition,
        "row": row,
        "windows": _windows(row),
        "kind": row["verdict"],
        "name": lambda other: _named(other, words),
        "years": years,
        "drawing_of_years": course(
            [(int(one["year"] or 0), one["share"]) for one in years],
            percent=lambda share: words.percent(share, decimals),
        ),
        "neighbours": [
            facts.clusters[one["neighbour"]]
            for one in facts.neighbours.get(cluster, [])
            if one["neighbour"] in facts.clusters
        ][:8],
        "works": [
            {**work, "language_tag": _tag(work["language"])}
            for work in facts.works.get(cluster, [])
        ],
        "n_listed": min(row["n_works"], 20),
        "countries": facts.countries.get(cluster, (0, [])),
        "organisations": facts.organisations.get(cluster, (0, [])),
        "ratio": _ratio,
        "page_of": lambda other: address(definition, other),
        "n_topics": len(facts.clusters),
        "place": list(facts.clusters).index(cluster) + 1,
    }


def _tag(language: str | None) -> str | None:
    """Return a language tag that may stand in an attribute."""
    plain = (language or "").replace("-", "")
    return language if plain.isascii() and plain.isalnum() and len(plain) <= 12 else None


def _planted(definition: TopicsDefinition, facts: TopicFacts, words: Words) -> dict[str, Any]:
    rows = sorted(facts.planted, key=lambda row: (not row["emerging"], row["topic"]))
    emerging = [row for row in rows if row["emerging"]]
    known = [row["precision"] for row in rows if row["precision"] is not None]
    growing = facts.listed("growing_rank")
    matched = {row["cluster"] for row in rows if row["emerging"]}
    return {
        "definition": definition,
        "rows": rows,
        "fates": [(fate, [r for r in emerging if _fate(r) == fate]) for fate in _FATES],
        "n_emerging": len(emerging),
        "n_listed": sum(row["growing_rank"] is not None for row in emerging),
        "growing": growing,
        "others": [row for row in growing if row["cluster"] not in matched],
        "found": sum(row["f1"] >= _OF_ITS_OWN for row in rows),
        "of_its_own": _OF_ITS_OWN,
        "adjusted_rand": rows[0]["adjusted_rand"],
        "precision": statistics.median(known) if known else math.nan,
        "recall": statistics.median(row["recall"] for row in rows),
        "f1": statistics.median(row["f1"] for row in rows),
        "page_of": lambda cluster: address(definition, cluster),
        "name": lambda row: _named(row, words),
        "clusters": facts.clusters,
    }


_FATES = ("listed", "own", "missed")


def _fate(row: Mapping[str, Any]) -> str:
    """Say what became of an emerging topic: in the list, a topic but not listed, or missed."""
    if row["growing_rank"] is not None:
        return "listed"
    return "own" if row["f1"] >= _OF_ITS_OWN else "missed"
