"""The emerging technologies experts chose, each with its card of evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armillary.publications.report import blocks
from armillary.publications.report.topic_facts import FORECASTS, entry_label, label_of, plain
from armillary.publications.report.topic_lists import format_chance, format_growth
from armillary.publications.report.topic_open_lists import list_name

if TYPE_CHECKING:
    from armillary.publications.report.blocks import Block
    from armillary.publications.report.topic_facts import Chosen, TopicFacts
    from armillary.publications.report.words import Words

Row = dict[str, Any]
ATTRIBUTES = ("radical_novelty", "fast_growth", "coherence", "prominent_impact", "uncertainty")


def technologies(facts: TopicFacts, *, words: Words) -> list[Block]:
    """Return the chapter on what experts chose, with the evidence, and what they rejected.

    Args:
        facts: The topic map.
        words: Texts in the language of the report.
    """
    made = [
        blocks.chapter(words("tr.technologies")),
        blocks.paragraph(words("tr.technologies_text")),
    ]
    rejected = [one for one in facts.technologies if one.row["decision"] == "reject"]
    if not facts.chosen:
        made.append(blocks.paragraph(words("tr.none_chosen"), style="notice"))
    else:
        made += [
            _table(facts, facts.chosen, words("tr.chosen_caption"), words=words),
            blocks.section(words("tr.evidence")),
            blocks.paragraph(words("tr.evidence_text")),
            blocks.items([_card(facts, one, words=words) for one in facts.chosen]),
        ]
    if rejected:
        made += [
            blocks.section(words("tr.rejected")),
            _table(facts, rejected, words("tr.rejected_caption"), words=words),
        ]
    return made


def technology_name(row: Row, *, words: Words) -> blocks.Cell:
    """Return the name of a technology in the language of the report where it has one."""
    return words.told(row["name_en"], row["name_zh"], _first(row))


def _first(row: Row) -> str:
    return next(iter([*(row["terms"] or ()), *(row["clusters"] or ())]), "…")


def subject_of(facts: TopicFacts, row: Row, *, words: Words) -> str:
    """Name the topics and terms a technology was chosen by.

    Args:
        facts: The topic map.
        row: Row of `emerging_technology`.
        words: Texts in the language of the report.
    """
    topics = [
        plain(label_of(facts.clusters[c], words))
        for c in row["clusters"] or ()
        if c in facts.clusters
    ]
    said = []
    if topics:
        said.append(words("tr.its_topics", topics=words.listed(topics)))
    if row["terms"]:
        said.append(words("tr.its_terms", terms=words.joined(list(row["terms"]))))
    return words.listed(said)


def _table(facts: TopicFacts, held: list[Chosen], caption: str, *, words: Words) -> Block:
    rows = [
        blocks.row(
            [
                str(one.row["position"]),
                technology_name(one.row, words=words),
                subject_of(facts, one.row, words=words),
                words.foreign(one.row["why"] or "…"),
                words.foreign(one.row["by"] or "…"),
                one.row["date"] or "…",
            ]
        )
        for one in held
    ]
    return blocks.table(
        caption,
        columns=[
            blocks.column("", strong=True),
            blocks.column(words("tr.technology"), align="left", width="1fr", strong=True),
            blocks.column(words("tr.subject"), align="left", width="1.4fr"),
            blocks.column(words("tr.why"), align="left", width="1.4fr"),
            blocks.column(words("tr.by"), align="left", width="62pt"),
            blocks.column(words("tr.date"), align="left"),
        ],
        rows=rows,
        notes=[words("missing")],
        small=True,
    )


def _card(facts: TopicFacts, one: Chosen, *, words: Words) -> dict[str, Any]:
    row = one.row
    texts: list[blocks.Cell] = []
    if row["why"]:
        texts.append(words.foreign(row["why"]))
    if subject := subject_of(facts, row, words=words):
        texts.append(subject)
    texts += [
        _place(facts, name, entry, words=words)
        for name, held in sorted(one.entries.items(), key=_forecasts_first)
        for entry in held
    ]
    if not one.entries:
        texts.append(words("tr.in_no_list"))
    for cluster in row["clusters"] or ():
        if cluster in facts.clusters:
            texts += _of_topic(facts, cluster, words=words)
    by = " ".join(filter(None, (row["by"], row["date"])))
    return blocks.entry(
        technology_name(row, words=words),
        particulars=words("tr.decided", by=by) if by else words("tr.undated"),
        texts=texts,
    )


def _place(facts: TopicFacts, name: str, entry: Row, *, words: Words) -> str:
    language = words.language
    said = words(
        "tr.placed",
        list=list_name(name, words=words),
        rank=entry["rank"],
        label=entry_label(facts, entry, words=words),
    )
    if entry["probability"] is not None:
        said += words(
            "tr.placed_probability",
            share=format_chance(entry["probability"], language=language),
            base=format_chance(entry["base_rate"], language=language),
        )
    if entry["growth"] is not None:
        said += words("tr.placed_growth", growth=format_growth(entry, language=language))
    return said + ("。" if language == "zh" else ".")


def _of_topic(facts: TopicFacts, cluster: str, *, words: Words) -> list[blocks.Cell]:
    row = facts.clusters[cluster]
    said: list[blocks.Cell] = []
    if row["hot_rank"] is not None:
        label = plain(label_of(row, words))
        place = words("tr.placed", list=words("topics.hot"), rank=row["hot_rank"], label=label)
        said.append(place + ("。" if words.language == "zh" else "."))
    said.append(
        words(
            "tr.topic_growth",
            label=plain(label_of(row, words)),
            growth=format_growth(row, language=words.language),
            verdict=words.known(f"tr.verdict.{row['verdict']}", row["verdict"]),
        )
    )
    cards = facts.cards.get(cluster, {})
    told = [
        words(
            "tr.attribute_is", attribute=words(f"tr.attribute.{name}"), word=card_word(card, words)
        )
        for name in ATTRIBUTES
        if (card := cards.get(name))
    ]
    if told:
        said.append(words("tr.card_says", card=words.listed(told)))
    return said


def _forecasts_first(named: tuple[str, list[Row]]) -> tuple[int, str]:
    name = named[0]
    return (FORECASTS.index(name) if name in FORECASTS else len(FORECASTS), name)


def card_word(card: Row, words: Words) -> str:
    """Return the word of a card in the language of the report."""
    return words.known(f"tr.word.{card['word']}", card["word"])
