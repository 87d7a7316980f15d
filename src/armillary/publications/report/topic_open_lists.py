"""Lists by open rules, side by side: which topics several of them name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armillary.publications.numbers import format_number
from armillary.publications.report import blocks
from armillary.publications.report.topic_facts import FORECASTS, RISING_TOPICS, label_of, plain

if TYPE_CHECKING:
    from armillary.publications.report.blocks import Block
    from armillary.publications.report.topic_facts import TopicFacts
    from armillary.publications.report.words import Words

Row = dict[str, Any]
_LEAST_LISTS = 2
_SHOWN = 30
_HOT, _GROWING = "hot topics", "growing topics"


def open_lists(facts: TopicFacts, *, words: Words) -> list[Block]:
    """Return the chapter on lists by other rules, and how far lists agree.

    Args:
        facts: The topic map.
        words: Texts in the language of the report.
    """
    made = [
        blocks.chapter(words("tr.open")),
        blocks.paragraph(words("tr.open_text")),
        blocks.paragraph(words("tr.open_untested"), style="notice"),
    ]
    if facts.rules:
        made += [blocks.section(words("tr.rules")), _rules(facts, words=words)]
    named = _named(facts)
    if len(named) < _LEAST_LISTS:
        return made
    made += [blocks.section(words("tr.overlap")), blocks.paragraph(words("tr.overlap_text"))]
    made.append(_matrix(named, words=words))
    return made + _together(facts, named, words=words)


def list_name(name: str, *, words: Words) -> str:
    """Return the name of a list in the language of the report, or as the data have it."""
    return words.known(f"tr.list.{name}", name)


def _rules(facts: TopicFacts, *, words: Words) -> Block:
    language = words.language
    rows = []
    for rule in facts.rules:
        if rule["list"] in FORECASTS:  # they have a chapter of their own
            continue
        said = words.told(rule["rule_en"], rule["rule_zh"])
        count = format_number(rule["n_entries"], language=language, decimals=0)
        rows.append(blocks.row([list_name(rule["list"], words=words), said, count]))
        if rule["why_not_en"]:
            why_not = plain(words.told(rule["why_not_en"], rule["why_not_zh"]))
            rows[-1]["cells"][1:] = [
                words.listed([plain(said), words("tr.not_made", why=why_not)]),
                "–",
            ]
    return blocks.table(
        words("tr.rules_caption"),
        columns=[
            blocks.column(words("tr.list"), align="left", width="74pt", strong=True),
            blocks.column(words("tr.rule"), align="left", width="1fr"),
            blocks.column(words("tr.entries")),
        ],
        rows=rows,
        small=True,
    )


def _named(facts: TopicFacts) -> dict[str, dict[str, int]]:
    """Return the place of each topic in each list that names topics of the map."""
    found: dict[str, dict[str, int]] = {
        _HOT: {row["cluster"]: row["hot_rank"] for row in facts.hot},
        _GROWING: {row["cluster"]: row["growing_rank"] for row in facts.growing},
    }
    order = [RISING_TOPICS, *(rule["list"] for rule in facts.rules), *sorted(facts.lists)]
    for name in dict.fromkeys(order):
        places: dict[str, int] = {}
        for entry in facts.lists.get(name, []):
            cluster = facts.cluster_of(entry)
            if cluster:
                places.setdefault(cluster["cluster"], entry["rank"])
        found[name] = places
    return {name: places for name, places in found.items() if places}


def _matrix(named: dict[str, dict[str, int]], *, words: Words) -> Block:
    rows = []
    for number, (name, own) in enumerate(named.items(), 1):
        shared = [len(own.keys() & other.keys()) for other in named.values()]
        rows.append(
            blocks.row(
                [str(number), list_name(name, words=words)]
                + [str(n) if at != number else f"({n})" for at, n in enumerate(shared, 1)]
            )
        )
    return blocks.table(
        words("tr.matrix_caption"),
        columns=[
            blocks.column("", align="right"),
            blocks.column(words("tr.list"), align="left", width="1fr"),
            *(blocks.column(str(n)) for n in range(1, len(named) + 1)),
        ],
        rows=rows,
        notes=[words("tr.matrix_note")],
    )


def _together(facts: TopicFacts, named: dict[str, dict[str, int]], *, words: Words) -> list[Block]:
    """Set topics that several lists name, those named by most first."""
    counts = {
        cluster: sum(cluster in places for places in named.values()) for cluster in facts.clusters
    }
    several = sorted(
        (cluster for cluster, n in counts.items() if n >= _LEAST_LISTS),
        key=lambda cluster: (-counts[cluster], cluster),
    )
    if not several:
        return [blocks.paragraph(words("tr.none_together"))]
    rows = [
        blocks.row(
            [
                label_of(facts.clusters[cluster], words),
                str(counts[cluster]),
                *(str(places.get(cluster, "–")) for places in named.values()),
            ]
        )
        for cluster in several[:_SHOWN]
    ]
    return [
        blocks.table(
            words("tr.together_caption"),
            columns=[
                blocks.column(words("topics.topic"), align="left", width="1fr"),
                blocks.column(words("tr.lists"), strong=True),
                *(blocks.column(str(n)) for n in range(1, len(named) + 1)),
            ],
            rows=rows,
            notes=[
                words("tr.together_note", shown=len(rows), n=len(several)),
            ],
            small=True,
        )
    ]
