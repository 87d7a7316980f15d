"""The card of one topic: five attributes, their indicators, and the works behind each number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armillary.model.topic_words import topic_word
from armillary.publications.site.topic_detail import by

if TYPE_CHECKING:
    from armillary.publications.site.topic_detail import TopicDetail
    from armillary.publications.site.words import Words

Row = dict[str, Any]
ATTRIBUTES = (
    "radical_novelty", "fast_growth", "coherence", "prominent_impact", "uncertainty",
)  # fmt: skip


def said(value: float | None, unit: str | None, *, words: Words) -> str:
    """Write the value of an indicator as its unit asks.

    Args:
        value: The value; None is missing.
        unit: Unit of `cluster_indicator`.
        words: The language.
    """
    if value is None:
        return words("missing")
    ways = {
        "share": lambda: words.percent(value, 1),
        "year": lambda: f"{value:.1f}",
        "years": lambda: words("cards.years", n=words.number(value, 1)),
        "ratio": lambda: f"× {words.number(value, 2)}",
        "bits": lambda: words("cards.bits", n=words.number(value, 3)),
        "count": lambda: words.number(value, 0),
    }
    return ways.get(unit or "", lambda: words.number(value, 2))()


def indicator_rows(detail: TopicDetail, cluster: str, *, words: Words) -> list[Row]:
    """Return every indicator of a topic with its name, value, interval, evidence and note.

    Args:
        detail: What is known of the topics.
        cluster: The topic.
        words: The language.
    """
    behind = by(detail.evidence.get(cluster, []), "indicator")
    placed = {r["indicator"]: r for r in detail.card_indicators.get(cluster, [])}
    order = {name: n for n, name in enumerate(placed)}
    rows = []
    for row in detail.indicators.get(cluster, []):
        name, unit = row["indicator"], row["unit"]
        evidence = behind.get(name, [])
        whole = unit == "count" and float(row["value"] or 0).is_integer()
        interval = ""
        if row["low"] is not None and row["high"] is not None:
            interval = (
                f"{said(row['low'], unit, words=words)} – {said(row['high'], unit, words=words)}"
            )
        shown_unit = unit if whole or unit != "count" else ""
        rows.append(
            {
                **row,
                "name": topic_word(f"cards.indicator.{name}", language=words.language),
                "said": said(row["value"], shown_unit, words=words),
                "interval": interval,
                "percentile": placed.get(name, {}).get("percentile"),
                "more_is": placed.get(name, {}).get("more_is"),
                "note_said": topic_word(f"cards.note.{row['note']}", language=words.language)
                if row["note"]
                else "",
                "works": [e for e in evidence if e["kind"] == "work"],
                "texts": [e["text"] for e in evidence if e["kind"] == "text"],
            }
        )
    return sorted(rows, key=lambda r: (order.get(r["indicator"], len(order)), r["indicator"]))


def card_of(detail: TopicDetail, cluster: str, *, words: Words) -> list[Row]:
    """Return the five attributes of a topic, each with its indicators; empty without a card.

    Args:
        detail: What is known of the topics.
        cluster: The topic.
        words: The language.
    """
    cards = {row["attribute"]: row for row in detail.cards.get(cluster, [])}
    measured = {row["indicator"]: row for row in indicator_rows(detail, cluster, words=words)}
    parts = by(detail.card_indicators.get(cluster, []), "attribute")
    made = []
    for attribute in ATTRIBUTES:
        row = cards.get(attribute)
        if row is None:
            continue
        reason = row["reason"]
        made.append(
            {
                **row,
                "name": topic_word(f"cards.attribute.{attribute}", language=words.language),
                "word_said": topic_word(f"cards.word.{row['word']}", language=words.language),
                "kind": f"is-{row['word'].replace(' ', '-')}",
                "reason_said": topic_word(f"cards.reason.{reason}", language=words.language)
                if reason
                else "",
                "indicators": [
                    {**measured[one["indicator"]], "percentile": one["percentile"]}
                    for one in parts.get(attribute, [])
                    if one["indicator"] in measured
                ],
            }
        )
    return made
