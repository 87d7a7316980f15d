"""The lists of the report of a topic map, each with what its backtest says beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armillary.publications.numbers import format_interval, format_number, format_percent
from armillary.publications.report import blocks, charts
from armillary.publications.report.topic_facts import (
    RISING_TERMS,
    RISING_TOPICS,
    YOUNG_TERMS,
    is_han,
    label_of,
    tidy,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from armillary.publications.report.backtest_facts import ListTest
    from armillary.publications.report.blocks import Block, Cell
    from armillary.publications.report.topic_facts import TopicFacts
    from armillary.publications.report.words import Words

Row = dict[str, Any]
SCALE = (0.25, 4.0)
TICKS = ((0.25, "¼"), (0.5, "½"), (1.0, "1"), (2.0, "2"), (4.0, "4"))
_SHOWN = 40
_NARROW = 76  # points


def format_years(first: int, last: int) -> str:
    """Write a span of years.

    Examples:
        >>> format_years(2019, 2021), format_years(2021, 2021)
        ('2019–2021', '2021')
    """
    return str(first) if first == last else f"{first}–{last}"


def backtest_sentence(test: ListTest | None, *, words: Words) -> str:
    """Say how a list fared at earlier origins, or that it was never held to them.

    Args:
        test: Backtest of the list, None where there is none.
        words: Texts in the language of the report.
    """
    if test is None:
        return words("tr.untested")
    language = words.language
    outcome = words.known(f"tr.outcome.{test.outcome}", test.outcome)
    top, base = test.value("precision_10"), test.value("base")
    said = []
    if top is not None:
        years = test.years
        said.append(
            words(
                "tr.tested",
                n=top["n_origins"],
                years=format_years(*years) if years else "…",
                share=format_chance(top["value"], language=language),
                low=format_percent(top["low"], language=language, decimals=0),
                high=format_percent(top["high"], language=language, decimals=0),
                outcome=outcome,
                base=format_chance(base["value"] if base else None, language=language),
            )
        )
    else:
        auc = test.value("auc_within_size") or test.value("auc")
        value = format_number(auc["value"] if auc else None, language=language, decimals=2)
        said.append(words("tr.tested_short", outcome=outcome, auc=value))
    not_beaten = [
        words("tr.quoted", text=words.known(f"tr.score.{baseline}", baseline))
        for baseline in test.baselines
        if (difference := test.value("precision_10", against=baseline)) is not None
        and (difference["low"] is None or difference["low"] <= 0)
    ]
    if not_beaten:
        said.append(words("tr.no_better", baselines=words("tr.or").join(not_beaten)))
    if test.failed:
        said.append(words("tr.failed", n=len(test.failed)))
    elif test.gated:
        said.append(words("tr.passed"))
    return ("" if language == "zh" else " ").join(said)


def format_chance(share: float | None, *, language: str) -> str:
    """Write a probability or base rate; small ones with a decimal, so that none looks like 0.

    Examples:
        >>> format_chance(0.43, language="zh"), format_chance(0.016, language="zh")
        ('43%', '1.6%')
    """
    small = share is not None and share < 0.095
    return format_percent(share, language=language, decimals=1 if small else 0)


def growth_cells(row: Row, *, words: Words) -> list[Cell]:
    """Return the drawn interval of growth, and the ratio with its ends.

    Args:
        row: Holds `growth`, `growth_low` and `growth_high`.
        words: Texts in the language of the report.
    """
    language = words.language
    drawn = charts.interval(
        row["growth"],
        low=row["growth_low"],
        high=row["growth_high"],
        scale=SCALE,
        logarithmic=True,
        strong=(row["growth_low"] or 0) > 1,
        width=_NARROW,
    )
    return [drawn, format_growth(row, language=language)]


def format_growth(row: Row, *, language: str) -> str:
    """Write a growth ratio with its interval, or what stands for a missing one."""
    if row["growth"] is None:
        return format_number(None, language=language)
    ends = format_interval(row["growth_low"], row["growth_high"], language=language, decimals=2)
    return f"{format_number(row['growth'], language=language, decimals=2)} ({ends})"


def hot(facts: TopicFacts, *, words: Words) -> list[Block]:
    """Return the chapter of hot topics.

    Args:
        facts: The topic map.
        words: Texts in the language of the report.
    """
    made = [
        blocks.chapter(words("topics.hot")),
        blocks.paragraph(words("tr.hot_text")),
        blocks.paragraph(words("tr.hot_untested"), style="note"),
    ]
    if not facts.hot:
        return [*made, blocks.paragraph(words("tr.list_empty"))]
    made.append(
        _topics(facts, facts.hot[:_SHOWN], "hot_rank", words("topics.hot_caption"), words=words)
    )
    return made + _rest(len(facts.hot), words=words)


def rising(facts: TopicFacts, *, words: Words) -> list[Block]:
    """Return the chapter of what rises: topics, terms and young terms, never merged.

    Args:
        facts: The topic map.
        words: Texts in the language of the report.
    """
    made = [
        blocks.chapter(words("tr.rising")),
        blocks.paragraph(words("tr.rising_text")),
        blocks.section(words("tr.list.rising topics")),
        *_forecast(facts, RISING_TOPICS, words=words),
        blocks.section(words("tr.list.rising terms")),
        *_forecast(facts, RISING_TERMS, words=words),
        blocks.section(words("tr.list.young terms")),
        *_forecast(facts, YOUNG_TERMS, words=words),
        blocks.section(words("topics.growing")),
        blocks.paragraph(words("tr.growing_text")),
        _tested(facts.tests.get("growing topics"), words=words, growing=True),
    ]
    if not facts.growing:
        return [*made, blocks.paragraph(words("tr.list_empty"))]
    caption = words("topics.growing_caption")
    made.append(_topics(facts, facts.growing[:_SHOWN], "growing_rank", caption, words=words))
    return made


def _tested(test: ListTest | None, *, words: Words, growing: bool = False) -> Block:
    """Say the backtest in a box that cannot be missed."""
    if growing and test is None:
        return blocks.paragraph(words("topics.not_backtested"), style="notice")
    return blocks.paragraph(backtest_sentence(test, words=words), style="notice")


def _rest(n: int, *, words: Words) -> list[Block]:
    if n <= _SHOWN:
        return []
    return [blocks.paragraph(words("tr.rest", shown=_SHOWN, n=n), style="note")]


def _axis(words: Words) -> Cell:
    label = words("tr.growth_axis")
    return charts.axis(TICKS, scale=SCALE, label=label, logarithmic=True, width=_NARROW)


def _topics(facts: TopicFacts, rows: list[Row], place: str, caption: str, *, words: Words) -> Block:
    language = words.language
    made = [
        blocks.row(
            [
                str(row[place]),
                label_of(row, words),
                charts.spark(facts.shares(row["cluster"])),
                format_number(row["n_works"], language=language, decimals=0),
                format_number(row["n_recent"], language=language, decimals=0),
                format_percent(row["share_recent"], language=language, decimals=2),
                *growth_cells(row, words=words),
            ]
        )
        for row in rows
    ]
    return blocks.table(
        caption,
        columns=[
            blocks.column("", strong=True),
            blocks.column(words("topics.topic"), align="left", width="1fr"),
            blocks.column(words("topics.course"), align="left"),
            blocks.column(words("topics.works")),
            blocks.column(words("topics.recent")),
            blocks.column(words("topics.share")),
            blocks.column(_axis(words), align="left"),
            blocks.column(words("topics.growth")),
        ],
        rows=made,
        notes=[words("topics.growth_note"), words("topics.course_note")],
        small=True,
    )


def _forecast(facts: TopicFacts, name: str, *, words: Words) -> list[Block]:
    entries = facts.lists.get(name, [])
    rule = facts.rule(name)
    about = words.told(rule["rule_en"], rule["rule_zh"]) if rule else words(f"tr.about.{name}")
    made = [blocks.paragraph(about)]
    if not entries:
        made.append(blocks.paragraph(words("tr.list_absent")))
        if rule and rule["why_not_en"]:
            why_not = words.told(rule["why_not_en"], rule["why_not_zh"])
            made.append(blocks.paragraph(why_not, style="notice"))
        return made
    made.append(_tested(facts.tests.get(name), words=words))
    made.append(forecast_table(facts, name, entries=entries[:_SHOWN], words=words))
    return made + _rest(len(entries), words=words)


def forecast_table(facts: TopicFacts, name: str, *, entries: list[Row], words: Words) -> Block:
    """Set a list that foretells: probability and base rate, growth, verdict.

    Args:
        facts: The topic map.
        name: Name of the list.
        entries: Rows of `topic_list`.
        words: Texts in the language of the report.
    """
    language = words.language
    label, course = _entry_cells(facts, name, words=words)
    rows = []
    for entry in entries:
        chance = format_chance(entry["probability"], language=language)
        base = format_chance(entry["base_rate"], language=language)
        verdict = entry["verdict"]
        rows.append(
            blocks.row(
                [
                    str(entry["rank"]),
                    label(entry),
                    charts.spark(course(entry)),
                    format_number(entry["n_works"], language=language, decimals=0),
                    chance,
                    base,
                    *growth_cells(entry, words=words),
                    words.known(f"tr.verdict.{verdict}", verdict or ""),
                ]
            )
        )
    test = facts.tests.get(name)
    outcome = test.outcome if test else "doubled" if name == YOUNG_TERMS else "certified"
    kind = "term" if name != RISING_TOPICS else "topic"
    return blocks.table(
        words(f"tr.caption.{name}"),
        columns=[
            blocks.column("", strong=True),
            blocks.column(words(f"tr.{kind}"), align="left", width="1fr"),
            blocks.column(words("topics.course"), align="left"),
            blocks.column(words("topics.recent")),
            blocks.column(words("tr.probability")),
            blocks.column(words("tr.base_rate")),
            blocks.column(_axis(words), align="left"),
            blocks.column(words("topics.growth")),
            blocks.column(words("tr.verdict"), align="left", width="46pt"),
        ],
        rows=rows,
        notes=[
            words("tr.probability_note", outcome=words(f"tr.outcome.{outcome}")),
            words("tr.growth_note"),
            *([words("tr.near_note")] if name == RISING_TOPICS else []),
            words("missing"),
        ],
        small=True,
    )


def _entry_cells(
    facts: TopicFacts, name: str, *, words: Words
) -> tuple[Callable[[Row], Cell], Callable[[Row], list[float | None]]]:
    """Return how an entry of a list is named and how its course is found."""
    if name != RISING_TOPICS:
        return (
            lambda entry: _with_family(entry, words=words),
            lambda entry: facts.term_shares(entry["item"]),
        )

    def label(entry: Row) -> Cell:
        cluster = facts.cluster_of(entry)
        own = words.foreign(tidy(entry["label"]))
        if cluster is None:
            return own
        named = label_of(cluster, words)
        if isinstance(own, str) or not isinstance(named, str):
            return words.beside(own, cluster["cluster"])
        return words.beside(named, words.listed([cluster["cluster"], own["text"]]))

    def course(entry: Row) -> list[float | None]:
        cluster = facts.cluster_of(entry)
        return facts.shares(cluster["cluster"]) if cluster else []

    return label, course


def _with_family(entry: Row, *, words: Words) -> Cell:
    """Write a term, and up to two that stand under the same entry."""
    family = [name for name in entry["family"] or () if name.lower() != entry["item"].lower()]
    if not family:
        return words.foreign(entry["label"])
    return words.beside(
        words.foreign(tidy(entry["label"])), ("、" if is_han(family[0]) else ", ").join(family[:2])
    )
