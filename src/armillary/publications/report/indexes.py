"""The chapter of one composite index: ranks with their intervals, scores, framework, method."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from armillary.publications.numbers import (
    MISSING,
    format_interval,
    format_number,
    format_percent,
    status_marks,
)
from armillary.publications.report import blocks, charts

if TYPE_CHECKING:
    from armillary.evidence.store import Store
    from armillary.model.observatory import IndexDefinition
    from armillary.publications.report.blocks import Block
    from armillary.publications.report.words import Words

Row = dict[str, Any]
_MOST_PILLARS = 7


def chapter(store: Store, definition: IndexDefinition, *, words: Words) -> list[Block]:
    """Return the chapter, or nothing where the store holds no score of the index.

    Args:
        store: The store.
        definition: The index.
        words: Texts in the language of the report.
    """
    scores = store.table("score")
    scores = scores.filter(scores["index"] == definition.id)
    periods = sorted({row["TIME_PERIOD"] for row in store.rows(scores.select("TIME_PERIOD"))})
    nodes = _of_index(store, "framework", definition.id, order=["position"])
    if not periods or not nodes:
        return []
    period = periods[-1]
    rows = store.rows(
        scores.filter(scores["TIME_PERIOD"] == period).order_by(["code", "rank", "unit"])
    )
    intervals = {
        row["unit"]: row
        for row in _of_index(store, "rank_interval", definition.id, order=["unit"])
        if row["TIME_PERIOD"] == period
    }
    root = next(node["code"] for node in nodes if node["level"] == 0)
    overall = [row for row in rows if row["code"] == root]
    ranked = sorted(
        overall, key=lambda r: (r["rank"] is None, r["rank"] or 0, words.name("area", r["unit"]))
    )
    made = [blocks.chapter(definition.title.in_language(words.language))]
    if about := definition.about.in_language(words.language):
        made.append(blocks.paragraph(about, style="lead"))
    if _simulated(store, definition):
        made.append(blocks.paragraph(words("index.simulated"), style="notice"))
    made += [
        *_summary(ranked, intervals, period=period, nodes=nodes, words=words),
        blocks.section(words("index.ranking")),
        _ranking(ranked, intervals, period=period, words=words),
        *_pillars(ranked, rows, nodes, words=words),
        blocks.section(words("index.framework")),
        _framework(nodes, rows, words=words),
        blocks.section(words("index.method")),
        *_method(store, definition, intervals, words=words),
    ]
    return made


def _simulated(store: Store, definition: IndexDefinition) -> bool:
    table = store.table("origin")
    origins = store.rows(table.filter(table["simulated"]).select("source").distinct())
    return bool({row["source"] for row in origins} & set(definition.sources))


def _of_index(store: Store, name: str, index: str, *, order: list[str]) -> list[Row]:
    table = store.table(name)
    return store.rows(table.filter(table["index"] == index).order_by(order))


def _summary(
    ranked: list[Row],
    intervals: dict[str, Row],
    *,
    period: str,
    nodes: list[Row],
    words: Words,
) -> list[Block]:
    placed = [row for row in ranked if row["rank"] is not None]
    if not placed:
        return [blocks.paragraph(words("index.no_rank"))]
    language = words.language
    first = placed[0]
    text = words(
        "index.summary" if len(placed) > 1 else "index.summary_one",
        period=period,
        n=len(placed),
        indicators=sum(node["kind"] == "indicator" for node in nodes),
        first=words.name("area", first["unit"]),
        score=format_number(first["score"], language=language),
        others=words.joined([words.name("area", row["unit"]) for row in placed[1:4]]),
    )
    made = [blocks.paragraph(text)]
    held = [intervals[row["unit"]] for row in placed if row["unit"] in intervals]
    if held:
        widths = sorted(row["rank_high"] - row["rank_low"] for row in held)
        fixed = sum(width == 0 for width in widths)
        widest = max(held, key=lambda row: (row["rank_high"] - row["rank_low"], row["unit"]))
        made.append(
            blocks.paragraph(
                words(
                    "index.certainty",
                    fixed=fixed,
                    n=len(held),
                    widest=words.name("area", widest["unit"]),
                    low=widest["rank_low"],
                    high=widest["rank_high"],
                )
            )
        )
    if len(ranked) > len(placed):
        made.append(blocks.paragraph(words("index.unranked", n=len(ranked) - len(placed))))
    return made


def _ranking(ranked: list[Row], intervals: dict[str, Row], *, period: str, words: Words) -> Block:
    language = words.language
    last = max([row["rank_high"] for row in intervals.values()] + [len(ranked)])
    scale = (1.0, float(last))
    steps = [1, *range(10, last - 4, 10 if last <= 60 else 20), last]
    axis = charts.axis(
        [(float(step), str(step)) for step in steps], scale=scale, label=words("index.interval")
    )
    columns = [
        blocks.column(words("index.rank"), strong=True),
        blocks.column(words("index.unit"), align="left", width="1fr"),
        blocks.column(words("index.score")),
        blocks.column(axis, align="left"),
        blocks.column(words("index.ends"), align="center"),
        blocks.column(words("index.coverage")),
    ]
    made, seen = [], set()
    for score in ranked:
        held: Row = intervals.get(score["unit"], {})
        marks = status_marks(score["OBS_STATUS"])
        seen |= set(marks)
        ends = held.get("rank_low"), held.get("rank_high")
        made.append(
            blocks.row(
                [
                    format_number(score["rank"], language=language, decimals=0),
                    blocks.marked(words.name("area", score["unit"]), mark=marks),
                    format_number(score["score"], language=language),
                    charts.interval(score["rank"], low=ends[0], high=ends[1], scale=scale),
                    format_interval(*ends, language=language),
                    format_percent(score["coverage"], language=language, decimals=0),
                ]
            )
        )
    any_held = next(iter(intervals.values()), None)
    notes = [words("index.coverage_note")]
    if any_held:
        notes.insert(
            0,
            words(
                "index.interval_note",
                replicates=format_number(any_held["replicates"], language=language, decimals=0),
                varied=any_held["varied"],
            ),
        )
    return blocks.table(
        words("index.ranking_caption", period=period),
        columns=columns,
        rows=made,
        notes=[*notes, *flag_notes(seen, words=words), *missing_note(made, words=words)],
    )


def flag_notes(seen: set[str], *, words: Words) -> list[str]:
    """Return one line that explains the observation status codes a table shows."""
    if not seen:
        return []
    told = [f"{code}: {words.name('status', code)}" for code in sorted(seen)]
    return [words("flags", flags="; ".join(told) if words.language == "en" else "；".join(told))]


def missing_note(rows: list[dict[str, Any]], *, words: Words) -> list[str]:
    """Return the line that explains the sign for a missing value, where a table shows one."""
    shown = any(
        (cell if isinstance(cell, str) else cell.get("text")) == MISSING
        for row in rows
        for cell in row["cells"]
    )
    return [words("missing")] if shown else []


def _pillars(ranked: list[Row], rows: list[Row], nodes: list[Row], *, words: Words) -> list[Block]:
    pillars = [node for node in nodes if node["level"] == 1]
    if not 1 < len(pillars) <= _MOST_PILLARS:
        return []
    held = {(row["unit"], row["code"]): row for row in rows}
    made = [
        blocks.row(
            [
                words.name("area", unit["unit"]),
                *(
                    format_number(
                        held.get((unit["unit"], node["code"]), {}).get("score"),
                        language=words.language,
                    )
                    for node in pillars
                ),
            ]
        )
        for unit in ranked
    ]
    columns = [blocks.column(words("index.unit"), align="left", width="1.5fr")]
    columns += [blocks.column(_node(node, words=words), width="1fr") for node in pillars]
    return [
        blocks.section(words("index.pillars")),
        blocks.table(
            words("index.pillars_caption"),
            columns=columns,
            rows=made,
            notes=missing_note(made, words=words),
        ),
    ]


def _node(node: Row, *, words: Words) -> blocks.Cell:
    return words.told(node["name_en"], node["name_zh"], node["code"])


def _framework(nodes: list[Row], rows: list[Row], *, words: Words) -> Block:
    language = words.language
    known: dict[str, int] = {}
    for row in rows:
        present = row["value"] is not None or (row["score"] is not None)
        known[row["code"]] = known.get(row["code"], 0) + present
    among: dict[str | None, float] = {}
    for node in nodes:
        among[node["parent"]] = among.get(node["parent"], 0.0) + node["weight"]
    made = []
    for node in nodes:
        total = among[node["parent"]]
        indicator = node["kind"] == "indicator"
        direction = ("+" if node["direction"] > 0 else "−") if indicator else ""
        made.append(
            blocks.row(
                [
                    _node(node, words=words),
                    node["code"],
                    format_percent(node["weight"] / total if total else 0.0, language=language),
                    format_percent(node["effective_weight"], language=language),
                    direction,
                    words.name("unit", node["unit_measure"]) if indicator else "",
                    str(known.get(node["code"], 0)),
                ],
                level=node["level"],
            )
        )
    return blocks.table(
        words("index.framework_caption"),
        columns=[
            blocks.column(words("index.node"), align="left", width="1fr"),
            blocks.column(words("index.code"), align="left"),
            blocks.column(words("index.weight")),
            blocks.column(words("index.effective")),
            blocks.column(words("index.direction"), align="center"),
            blocks.column(words("index.measure"), align="left", width="92pt"),
            blocks.column(words("index.known")),
        ],
        rows=made,
        notes=[words("index.framework_note")],
    )


def _method(
    store: Store, definition: IndexDefinition, intervals: dict[str, Row], *, words: Words
) -> list[Block]:
    made = [blocks.paragraph(words("index.method_text"))]
    lineage = store.table("lineage")
    steps = store.rows(lineage.filter(lineage["table"] == "score").order_by(["part"]))
    mine = [step for step in steps if definition.id in step["part"].replace("-", ":").split(":")]
    told = [
        blocks.row([key, value])
        for step in mine
        for key, value in flattened(json.loads(step["parameters"] or "{}"))
    ]
    if any_held := next(iter(intervals.values()), None):
        told += [
            blocks.row([words("index.draws"), str(any_held["replicates"])]),
            blocks.row([words("index.varied"), any_held["varied"]]),
            blocks.row([words("index.seed"), str(any_held["seed"])]),
        ]
    if told:
        made.append(
            blocks.table(
                words("index.method_caption"),
                columns=[
                    blocks.column(words("index.choice"), align="left", width="150pt"),
                    blocks.column(words("index.taken"), align="left", width="1fr"),
                ],
                rows=told,
            )
        )
    return made


def flattened(value: Any, *, prefix: str = "") -> list[tuple[str, str]]:
    """Return nested parameters as dotted keys and texts.

    Examples:
        >>> flattened({"normalise": {"method": "minmax", "range": [0, 100]}})
        [('normalise.method', 'minmax'), ('normalise.range', '0, 100')]
    """
    if isinstance(value, dict):
        return [
            pair
            for key, inner in value.items()
            for pair in flattened(inner, prefix=f"{prefix}.{key}" if prefix else str(key))
        ]
    if isinstance(value, list):
        value = ", ".join(str(item) for item in value)
    return [(prefix, str(value))]
