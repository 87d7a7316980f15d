"""One page on each chosen technology, or on the first rising topics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from armillary.publications.numbers import format_interval, format_number, format_percent
from armillary.publications.report import blocks, charts
from armillary.publications.report.blocks import Cell
from armillary.publications.report.topic_facts import RISING_TOPICS, label_of, plain, tidy
from armillary.publications.report.topic_lists import format_chance, format_growth, format_years
from armillary.publications.report.topic_technologies import (
    ATTRIBUTES,
    card_word,
    subject_of,
    technology_name,
)

if TYPE_CHECKING:
    from armillary.publications.report.blocks import Block
    from armillary.publications.report.topic_facts import TopicFacts
    from armillary.publications.report.words import Words

Row = dict[str, Any]
_WITHOUT_DECISIONS = 5
_PATH = 5
_ACTORS = 5
_LONGEST = 110  # characters of a title


class Profiled(msgspec.Struct, frozen=True, kw_only=True):
    """What one page is about.

    Args:
        name: Its heading.
        cluster: Topic of the map, None for a technology known by terms alone.
        terms: Terms of the technology.
        entry: Its place in the list of rising topics.
        said: What it was chosen by.
    """

    name: Cell
    cluster: str | None
    terms: tuple[str, ...] = ()
    entry: Row | None = None
    said: str = ""


def profiles(facts: TopicFacts, *, words: Words) -> list[Block]:
    """Return the chapter of one-page profiles.

    Args:
        facts: The topic map.
        words: Texts in the language of the report.
    """
    about = _about(facts, words=words)
    if not about:
        return []
    text = "tr.profiles_chosen" if facts.chosen else "tr.profiles_rising"
    made = [
        blocks.chapter(words("tr.profiles")),
        blocks.paragraph(words(text, n=len(about))),
        blocks.paragraph(words("tr.card_lead")),
        blocks.paragraph(words("tr.card_words")),
    ]
    for one in about:
        made += _page(facts, one, words=words)
    return made


def _about(facts: TopicFacts, *, words: Words) -> list[Profiled]:
    entries: dict[str, Row] = {}
    for entry in facts.lists.get(RISING_TOPICS, []):
        if cluster := facts.cluster_of(entry):
            entries.setdefault(cluster["cluster"], entry)
    if facts.chosen:
        found = []
        for one in facts.chosen:
            held = [c for c in facts.clusters if c in (one.row["clusters"] or ())]
            first = held[0] if held else None  # topics stand by size
            found.append(
                Profiled(
                    name=technology_name(one.row, words=words),
                    cluster=first,
                    terms=tuple(one.row["terms"] or ()),
                    entry=entries.get(first or ""),
                    said=subject_of(facts, one.row, words=words),
                )
            )
        return found
    listed = list(entries) or [row["cluster"] for row in facts.growing or facts.hot]
    return [
        Profiled(
            name=label_of(facts.clusters[cluster], words),
            cluster=cluster,
            entry=entries.get(cluster),
        )
        for cluster in listed[:_WITHOUT_DECISIONS]
    ]


def _page(facts: TopicFacts, one: Profiled, *, words: Words) -> list[Block]:
    made = [blocks.page(), blocks.section(plain(one.name))]
    if one.entry:
        listed = words("tr.listed_as", rank=one.entry["rank"], label=tidy(one.entry["label"]))
        made.append(blocks.paragraph(listed, style="note"))
    if one.said:
        made.append(blocks.paragraph(one.said, style="note"))
    if one.cluster is None:
        return made + _of_terms(facts, one, words=words)
    row = facts.clusters[one.cluster]
    language = words.language
    above = [facts.groups[row[key]] for key in ("group", "area") if row[key] in facts.groups]
    where = [row["cluster"], *(plain(label_of(group, words)) for group in above)]
    terms = words("tr.its_terms", terms=words.joined(list(row["terms"])[:8]))
    made.append(
        blocks.paragraph(
            words.listed([words("tr.of_map", where=" · ".join(where)), terms]), style="note"
        )
    )
    made.append(blocks.facts(_numbers(facts, one, row, words=words)))
    chart = _course(facts, row, words=words)
    card = _card(facts, one.cluster, words=words)
    made += [blocks.pair([card], [chart])] if card and chart else [b for b in (card, chart) if b]
    made += _actors(facts, one.cluster, words=words)
    made += _path(facts, one.cluster, words=words)
    made += _works(facts, one.cluster, words=words)
    if not facts.cards.get(one.cluster):
        made.append(blocks.paragraph(words("tr.no_card"), style="note"))
    made.append(
        blocks.paragraph(words("tr.profile_note", share=_share(row, language)), style="note")
    )
    return made


def _share(row: Row, language: str) -> str:
    return format_percent(row["share_recent"], language=language, decimals=2)


def _numbers(facts: TopicFacts, one: Profiled, row: Row, *, words: Words) -> list[tuple[str, str]]:
    language = words.language
    recent = format_years(row["recent_from"], row["recent_to"])
    shown = [
        (
            format_number(row["n_works"], language=language, decimals=0),
            words("tr.fact_works", recent=recent, n=row["n_recent"]),
        ),
        (
            format_number(row["growth"], language=language, decimals=2),
            words(
                "tr.fact_growth",
                interval=format_interval(
                    row["growth_low"], row["growth_high"], language=language, decimals=2
                ),
                verdict=words.known(f"tr.verdict.{row['verdict']}", row["verdict"]),
            ),
        ),
    ]
    if one.entry and one.entry["probability"] is not None:
        base = format_chance(one.entry["base_rate"], language=language)
        shown.append(
            (
                format_chance(one.entry["probability"], language=language),
                words("tr.fact_probability", base=base),
            )
        )
    if row["stability"] is not None:
        shown.append(
            (
                format_number(row["stability"], language=language, decimals=2),
                words("tr.fact_unstable" if row["unstable"] else "tr.fact_stable"),
            )
        )
    return shown


def _card(facts: TopicFacts, cluster: str, *, words: Words) -> Block | None:
    cards = facts.cards.get(cluster)
    if not cards:
        return None
    rows = []
    for name in ATTRIBUTES:
        card = cards.get(name)
        if card:
            place = format_percent(card["percentile"], language=words.language, decimals=0)
            rows.append(
                blocks.row(
                    [
                        words(f"tr.attribute.{name}"),
                        card_word(card, words),
                        place,
                        f"{card['n_known']}/{card['n_indicators']}",
                    ]
                )
            )
    return blocks.table(
        words("tr.card_caption"),
        columns=[
            blocks.column(words("tr.attribute"), align="left", width="1fr"),
            blocks.column(words("tr.word"), align="left", width="50pt", strong=True),
            blocks.column(words("tr.percentile")),
            blocks.column(words("tr.indicators")),
        ],
        rows=rows,
        small=True,
    )


def _course(facts: TopicFacts, row: Row, *, words: Words) -> Block | None:
    years = facts.years.get(row["cluster"], [])
    if not years:
        return None
    most = max(years, key=lambda year: (year["n_works"], year["year"]))
    return charts.bars(
        words("tr.course_caption"),
        alternative=words(
            "tr.by_year_alternative",
            first=years[0]["year"],
            last=years[-1]["year"],
            most=most["year"],
            n=format_number(most["n_works"], language=words.language, decimals=0),
        ),
        labels=[str(year["year"]) for year in years],
        values=[year["n_works"] for year in years],
        height=70,
    )


def _actors(facts: TopicFacts, cluster: str, *, words: Words) -> list[Block]:
    kinds = facts.actors.get(cluster, {})
    tables = []
    for kind in ("country", "organisation"):
        held = kinds.get(kind, [])[:_ACTORS]
        if held:
            tables.append(_actor_table(kind, held, words=words))
    if len(tables) == 2:
        return [blocks.pair([tables[0]], [tables[1]])]
    return tables or [blocks.paragraph(words("tr.no_actors"), style="note")]


def _actor_table(kind: str, held: list[Row], *, words: Words) -> Block:
    language = words.language
    rows = [
        blocks.row(
            [
                words.name("area", row["item"]) if kind == "country" else _short(row["item"], 48),
                format_number(row["n_works"], language=language, decimals=0),
                format_percent(row["share"], language=language, decimals=0),
            ]
        )
        for row in held
    ]
    known = format_number(held[0]["n_known"], language=language, decimals=0)
    return blocks.table(
        words(f"tr.{kind}_caption", known=known),
        columns=[
            blocks.column(words(f"tr.{kind}"), align="left", width="1fr"),
            blocks.column(words("topics.works")),
            blocks.column(words("topics.share")),
        ],
        rows=rows,
        small=True,
    )


def _path(facts: TopicFacts, cluster: str, *, words: Words) -> list[Block]:
    works = facts.main_paths.get(cluster, [])
    if not works:
        return [blocks.paragraph(words("tr.no_path"), style="note")]
    if len(works) > _PATH:  # both ends, and evenly between them
        at = [round(n * (len(works) - 1) / (_PATH - 1)) for n in range(_PATH)]
        shown = [works[n] for n in at]
    else:
        shown = works
    return [
        _work_table(words("tr.path_caption", shown=len(shown), n=len(works)), shown, words=words)
    ]


def _works(facts: TopicFacts, cluster: str, *, words: Words) -> list[Block]:
    works = facts.works.get(cluster, [])
    return [_work_table(words("tr.works_caption"), works, words=words)] if works else []


def _work_table(caption: str, works: list[Row], *, words: Words) -> Block:
    rows = []
    for work in works:
        authors = work["authors"] or []
        first = authors[0] if authors else ""
        if len(authors) > 1:
            first = words("tr.and_others", first=first)
        rows.append(
            blocks.row(
                [
                    str(work["year"] or "…"),
                    words.foreign(_short(work["title"], _LONGEST)),
                    words.foreign(_short(first, 32)),
                    words.foreign(_short(work["venue"] or "", 40)),
                ]
            )
        )
    return blocks.table(
        caption,
        columns=[
            blocks.column(words("tr.year"), align="left"),
            blocks.column(words("tr.title_of_work"), align="left", width="1fr"),
            blocks.column(words("tr.authors"), align="left", width="78pt"),
            blocks.column(words("tr.venue"), align="left", width="92pt"),
        ],
        rows=rows,
        small=True,
    )


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def _of_terms(facts: TopicFacts, one: Profiled, *, words: Words) -> list[Block]:
    """Set what is known of a technology that no topic of the map stands for."""
    language = words.language
    rows = []
    for term in one.terms:
        row = facts.terms.get(term)
        if row is None:
            rows.append(blocks.row([words.foreign(term), "", "…", "…", "…", "…"]))
            continue
        rows.append(
            blocks.row(
                [
                    words.foreign(term),
                    charts.spark(facts.term_shares(term)),
                    str(row["first_year"]),
                    format_number(row["n_recent"], language=language, decimals=0),
                    format_growth(row, language=language),
                    format_chance(row["probability"], language=language),
                ]
            )
        )
    return [
        blocks.paragraph(words("tr.terms_only")),
        blocks.table(
            words("tr.terms_caption"),
            columns=[
                blocks.column(words("tr.term"), align="left", width="1fr"),
                blocks.column(words("topics.course"), align="left"),
                blocks.column(words("tr.first_year")),
                blocks.column(words("topics.recent")),
                blocks.column(words("topics.growth")),
                blocks.column(words("tr.probability")),
            ],
            rows=rows,
            notes=[words("missing")],
        ),
    ]
