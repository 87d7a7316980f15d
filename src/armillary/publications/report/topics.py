"""The chapter of one topic map in the general report: short, since the map has its own report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armillary.publications.numbers import format_interval, format_number, format_percent
from armillary.publications.report import blocks, charts
from armillary.publications.report.topic_facts import RISING_TOPICS, label_of, topic_facts
from armillary.publications.report.topic_lists import (
    backtest_sentence,
    forecast_table,
    format_years,
)

if TYPE_CHECKING:
    from armillary.evidence.store import Store
    from armillary.model.observatory import TopicsDefinition
    from armillary.publications.report.blocks import Block
    from armillary.publications.report.words import Words

Row = dict[str, Any]
_FIRST = 10
_SCALE = (0.25, 4.0)
_TICKS = ((0.25, "¼"), (0.5, "½"), (1.0, "1"), (2.0, "2"), (4.0, "4"))


def chapter(store: Store, definition: TopicsDefinition, *, words: Words) -> list[Block]:
    """Return the chapter, or nothing where the store holds no cluster of the map.

    Args:
        store: The store.
        definition: The topic map.
        words: Texts in the language of the report.
    """
    clusters = _of_corpus(store, "cluster", definition.id, order=["cluster"])
    if not clusters:
        return []
    years = _of_corpus(store, "cluster_year", definition.id, order=["cluster", "year"])
    courses: dict[str, list[float | None]] = {}
    for row in years:
        share = row["n_works"] / row["n_all"] if row["n_all"] else None
        courses.setdefault(row["cluster"], []).append(share)
    hot = _listed(clusters, "hot_rank")
    growing = _listed(clusters, "growing_rank")
    language = words.language
    made = [blocks.chapter(definition.title.in_language(language))]
    if about := definition.about.in_language(language):
        made.append(blocks.paragraph(about, style="lead"))
    simulated = _simulated(store, definition)
    if simulated:
        made.append(blocks.paragraph(words("topics.simulated"), style="notice"))
    first = clusters[0]
    made += [
        blocks.paragraph(
            words(
                "topics.introduction",
                clusters=len(clusters),
                works=format_number(
                    sum(row["n_works"] for row in clusters), language=language, decimals=0
                ),
                relation=words.known(
                    f"topics.{first['relatedness'].replace(' ', '_')}", first["relatedness"]
                ),
                recent=_window(first, "recent"),
                before=_window(first, "before"),
            )
        ),
        blocks.paragraph(
            words("topics.more", file=topic_report_name(definition.id, language=language))
        ),
        _map(clusters, definition, words=words),
        blocks.section(words("topics.hot")),
        blocks.paragraph(words("topics.hot_text")),
        _list(hot[:_FIRST], "hot_rank", courses, words("topics.hot_caption"), words=words),
    ]
    facts = topic_facts(store, definition)
    rising = facts.lists.get(RISING_TOPICS, [])[:_FIRST]
    if rising:
        made += [
            blocks.section(words("tr.list.rising topics")),
            blocks.paragraph(
                backtest_sentence(facts.tests.get(RISING_TOPICS), words=words), style="notice"
            ),
            forecast_table(facts, RISING_TOPICS, entries=rising, words=words),
        ]
    else:
        made += [
            blocks.section(words("topics.growing")),
            blocks.paragraph(words("topics.not_backtested"), style="notice"),
            _list(
                growing[:_FIRST],
                "growing_rank",
                courses,
                words("topics.growing_caption"),
                words=words,
            ),
        ]
    if simulated:
        made += _recovery(store, definition, words=words)
    return made


def topic_report_name(topics: str, *, language: str) -> str:
    """Return the file name of the report of a topic map, such as topics-robots-en.pdf."""
    return f"topics-{topics}-{language}.pdf"


def _of_corpus(store: Store, name: str, corpus: str, *, order: list[str]) -> list[Row]:
    table = store.table(name)
    return store.rows(table.filter(table["corpus"] == corpus).order_by(order))


def _listed(clusters: list[Row], place: str) -> list[Row]:
    return sorted((row for row in clusters if row[place] is not None), key=lambda r: r[place])


def _window(row: Row, which: str) -> str:
    return format_years(row[f"{which}_from"], row[f"{which}_to"])


def _simulated(store: Store, definition: TopicsDefinition) -> bool:
    table = store.table("origin")
    origins = store.rows(table.filter(table["simulated"]).select("source").distinct())
    return bool({row["source"] for row in origins} & set(definition.works))


def _list(
    clusters: list[Row],
    place: str,
    courses: dict[str, list[float | None]],
    caption: str,
    *,
    words: Words,
) -> Block:
    language = words.language
    made = [
        blocks.row(
            [
                str(row[place]),
                label_of(row, words),
                charts.spark(courses.get(row["cluster"], [])),
                format_number(row["n_works"], language=language, decimals=0),
                format_number(row["n_recent"], language=language, decimals=0),
                format_percent(row["share_recent"], language=language, decimals=2),
                charts.interval(
                    row["growth"],
                    low=row["growth_low"],
                    high=row["growth_high"],
                    scale=_SCALE,
                    logarithmic=True,
                    strong=row["growth_low"] > 1,
                ),
                f"{format_number(row['growth'], language=language, decimals=2)} "
                f"({_growth(row, language=language)})",
            ]
        )
        for row in clusters
    ]
    axis = charts.axis(_TICKS, scale=_SCALE, label=words("topics.growth_axis"), logarithmic=True)
    return blocks.table(
        caption,
        columns=[
            blocks.column("", strong=True),
            blocks.column(words("topics.topic"), align="left", width="1fr"),
            blocks.column(words("topics.course"), align="left"),
            blocks.column(words("topics.works")),
            blocks.column(words("topics.recent")),
            blocks.column(words("topics.share")),
            blocks.column(axis, align="left"),
            blocks.column(words("topics.growth")),
        ],
        rows=made,
        notes=[words("topics.growth_note"), words("topics.course_note")],
        small=True,
    )


def _growth(row: Row, *, language: str) -> str:
    return format_interval(row["growth_low"], row["growth_high"], language=language, decimals=2)


def _map(clusters: list[Row], definition: TopicsDefinition, *, words: Words) -> Block:
    points = []
    for row in clusters:
        hot, growing = row["hot_rank"], row["growing_rank"]
        tone = "growing" if growing is not None else "hot" if hot is not None else "plain"
        points.append(
            {
                "x": row["x"],
                "y": row["y"],
                "n_works": row["n_works"],
                "tone": tone,
                "text": str(growing) if growing is not None else "",
            }
        )
    largest = [row["label"] for row in sorted(clusters, key=lambda r: (-r["n_works"], r["label"]))]
    return charts.topic_map(
        words("topics.map", title=definition.title.in_language(words.language)),
        alternative=words(
            "topics.map_alternative", n=len(clusters), largest=words.joined(largest[:5])
        ),
        points=points,
        legend=[(tone, words(f"topics.tone_{tone}")) for tone in ("growing", "hot", "plain")],
    )


def _recovery(store: Store, definition: TopicsDefinition, *, words: Words) -> list[Block]:
    rows = _of_corpus(store, "recovery", definition.id, order=["topic"])
    if not rows:
        return []
    language = words.language
    names: dict[str, blocks.Cell] = {
        row["topic"]: words.told(row["label_en"], row["label_zh"])
        for row in store.rows(store.table("planted_topic").order_by(["source", "topic"]))
        if row["source"] in definition.works
    }
    rows.sort(key=lambda row: (not row["emerging"], row["topic"]))
    emerging = [row for row in rows if row["emerging"]]
    listed = sum(row["growing_rank"] is not None for row in emerging)
    made = [
        blocks.row(
            [
                names.get(row["topic"]) or str(row["topic"]),
                words("yes") if row["emerging"] else words("no"),
                format_number(row["n_planted"], language=language, decimals=0),
                format_number(row["n_found"], language=language, decimals=0),
                format_percent(row["precision"], language=language, decimals=0),
                format_percent(row["recall"], language=language, decimals=0),
                "" if row["growing_rank"] is None else f"{row['growing_rank']}",
            ]
        )
        for row in rows
    ]
    return [
        blocks.section(words("topics.recovery")),
        blocks.paragraph(words("topics.recovery_text", listed=listed, planted=len(emerging))),
        blocks.table(
            words("topics.recovery_caption"),
            columns=[
                blocks.column(words("topics.planted"), align="left", width="1fr"),
                blocks.column(words("topics.emerging"), align="center"),
                blocks.column(words("topics.n_planted")),
                blocks.column(words("topics.n_found")),
                blocks.column(words("topics.precision")),
                blocks.column(words("topics.recall")),
                blocks.column(words("topics.place")),
            ],
            rows=made,
        ),
    ]
