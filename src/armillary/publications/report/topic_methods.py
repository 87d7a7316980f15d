"""Last chapters of the report of a topic map: methods and limits, and all topics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armillary.publications.numbers import format_number, format_percent
from armillary.publications.report import blocks
from armillary.publications.report.topic_facts import RISING_TOPICS, label_of
from armillary.publications.report.topic_lists import format_growth

if TYPE_CHECKING:
    from armillary.publications.report.blocks import Block
    from armillary.publications.report.topic_facts import TopicFacts
    from armillary.publications.report.words import Words

Row = dict[str, Any]
_METHODS = (
    "relate",
    "cluster",
    "levels",
    "stability",
    "labels",
    "growth",
    "hot",
    "rising",
    "cards",
)
_LIMITS = ("corpus", "database", "names", "young", "few", "experts", "citations")


def methods(facts: TopicFacts, *, words: Words) -> list[Block]:
    """Return the chapter on methods and their limits.

    Args:
        facts: The topic map.
        words: Texts in the language of the report.
    """
    definition = facts.definition
    made = [
        blocks.chapter(words("tr.methods")),
        blocks.section(words("tr.how")),
        blocks.points([("", [words(f"tr.method_{key}") for key in _METHODS])]),
        blocks.section(words("tr.limits")),
        blocks.points([("", [words(f"tr.limit_{key}") for key in _LIMITS])]),
        blocks.section(words("tr.parameters")),
        blocks.table(
            words("tr.parameters_caption"),
            columns=[
                blocks.column(words("tr.parameter"), align="left", width="1fr"),
                blocks.column(words("index.taken"), align="left"),
            ],
            rows=[
                blocks.row([words(f"tr.parameter.{key}"), str(getattr(definition, key))])
                for key in _PARAMETERS
            ],
            small=True,
        ),
    ]
    if facts.qualities:
        made.append(_quality(facts, words=words))
    if facts.recovery:
        made += _recovery(facts, words=words)
    return made


_PARAMETERS = (
    "topics",
    "clusters",
    "areas",
    "relatedness",
    "min_works",
    "recent_years",
    "resamplings",
    "seed",
)


def _quality(facts: TopicFacts, *, words: Words) -> Block:
    language = words.language
    return blocks.table(
        words("tr.quality_caption"),
        columns=[
            blocks.column(words("tr.judge"), align="left", width="1fr"),
            blocks.column(words("tr.topics")),
            blocks.column(words("tr.granularity")),
            blocks.column(words("tr.accuracy")),
        ],
        rows=[
            blocks.row(
                [
                    words.known(f"topics.{row['judge'].replace(' ', '_')}", row["judge"]),
                    format_number(row["n_clusters"], language=language, decimals=0),
                    format_number(row["granularity"], language=language, decimals=1),
                    format_percent(row["accuracy"], language=language, decimals=1),
                ]
            )
            for row in facts.qualities
        ],
        notes=[words("tr.quality_note")],
    )


def _recovery(facts: TopicFacts, *, words: Words) -> list[Block]:
    emerging = [row for row in facts.recovery if row["emerging"]]
    listed = sum(row["growing_rank"] is not None for row in emerging)
    first = facts.recovery[0]
    found = format_number(first["adjusted_rand"], language=words.language, decimals=2)
    return [
        blocks.section(words("topics.recovery")),
        blocks.paragraph(words("topics.recovery_text", planted=len(emerging), listed=listed)),
        blocks.paragraph(words("tr.adjusted_rand", value=found)),
    ]


def annex(facts: TopicFacts, *, words: Words) -> list[Block]:
    """Return the annex: every topic of the map, by cluster.

    Args:
        facts: The topic map.
        words: Texts in the language of the report.
    """
    language = words.language
    rising: dict[str, int] = {}
    for entry in facts.lists.get(RISING_TOPICS, []):
        if cluster := facts.cluster_of(entry):
            rising.setdefault(cluster["cluster"], entry["rank"])
    by_group: dict[str | None, list[Row]] = {}
    for row in facts.clusters.values():
        by_group.setdefault(row["group"] if row["group"] in facts.groups else None, []).append(row)
    rows = []
    order = [row["group"] for row in facts.of_level("cluster")]
    for group in [*order, None]:
        held = by_group.get(group, [])
        if group is not None and held:
            rows.append(
                blocks.row([words.beside(label_of(facts.groups[group], words), group)], group=True)
            )
        rows += [_topic(row, rising.get(row["cluster"]), words=words) for row in held]
    return [
        blocks.chapter(words("tr.annex")),
        blocks.paragraph(
            words(
                "tr.annex_text", n=format_number(len(facts.clusters), language=language, decimals=0)
            )
        ),
        blocks.table(
            words("tr.annex_caption"),
            columns=[
                blocks.column("", align="left"),
                blocks.column(words("topics.topic"), align="left", width="1fr"),
                blocks.column(words("topics.works")),
                blocks.column(words("topics.recent")),
                blocks.column(words("topics.share")),
                blocks.column(words("topics.growth")),
                blocks.column(words("tr.verdict"), align="left"),
                blocks.column(words("tr.hot_short")),
                blocks.column(words("tr.rising_short")),
                blocks.column(words("tr.stability")),
            ],
            rows=rows,
            notes=[words("tr.annex_note"), words("missing")],
            small=True,
        ),
    ]


def _topic(row: Row, rising: int | None, *, words: Words) -> dict[str, Any]:
    language = words.language
    return blocks.row(
        [
            row["cluster"],
            label_of(row, words),
            format_number(row["n_works"], language=language, decimals=0),
            format_number(row["n_recent"], language=language, decimals=0),
            format_percent(row["share_recent"], language=language, decimals=2),
            format_growth(row, language=language),
            words.known(f"tr.verdict.{row['verdict']}", row["verdict"]),
            "" if row["hot_rank"] is None else str(row["hot_rank"]),
            "" if rising is None else str(rising),
            format_number(row["stability"], language=language, decimals=2),
        ]
    )
