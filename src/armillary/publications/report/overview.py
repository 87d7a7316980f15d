"""The first chapter, what the observatory holds, and the last, sources and methods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armillary.publications.numbers import format_number
from armillary.publications.report import blocks

if TYPE_CHECKING:
    from armillary.evidence.store import Store
    from armillary.model.observatory import Observatory
    from armillary.publications.report.blocks import Block
    from armillary.publications.report.words import Words

Row = dict[str, Any]
_COUNTED = ("observation", "work", "initiative", "cluster")


def summary(store: Store, observatory: Observatory, *, words: Words) -> list[Block]:
    """Return the chapter on what the observatory holds.

    Args:
        store: The store.
        observatory: Its definition.
        words: Texts in the language of the report.
    """
    language = words.language
    counts = {name: _count(store, name) for name in (*_COUNTED, "origin")}
    shown = [
        (format_number(n, language=language, decimals=0), words(f"summary.{name}"))
        for name, n in counts.items()
        if n
    ]
    made = [blocks.chapter(words("summary.title"))]
    if about := observatory.about.in_language(language):
        made.append(blocks.paragraph(about, style="lead"))
    made.append(blocks.facts(shown))
    made.append(blocks.paragraph(words("summary.text")))
    if any(row["simulated"] for row in store.rows(store.table("origin"))):
        made.append(blocks.paragraph(words("summary.simulated"), style="notice"))
    made += _sources(store, observatory, words=words)
    made += [
        blocks.section(words("summary.reading")),
        blocks.paragraph(words("summary.reading_flags")),
        blocks.paragraph(words("summary.reading_intervals")),
    ]
    return made


def _count(store: Store, name: str) -> int:
    return int(store.rows(store.table(name).count().as_table())[0].popitem()[1])


def _sources(store: Store, observatory: Observatory, *, words: Words) -> list[Block]:
    language = words.language
    readings: dict[str, list[Row]] = {}
    for row in store.rows(store.table("reading").order_by(["source", "origin"])):
        readings.setdefault(row["source"], []).append(row)
    if not readings:
        return []
    made = []
    for source, rows in readings.items():
        definition = observatory.sources.get(source)
        title = definition.title.in_language(language) if definition else source
        kind = words(f"kind.{definition.kind}") if definition else ""
        sums = [
            sum(row[key] for row in rows) for key in ("n_read", "n_kept", "n_empty", "n_rejected")
        ]
        units = sorted(
            {words.known(f"unit_read.{row['unit_read']}", row["unit_read"]) for row in rows}
        )
        made.append(
            blocks.row(
                [
                    title,
                    kind,
                    str(len(rows)),
                    words.joined(units),
                    *(format_number(n, language=language, decimals=0) for n in sums),
                ]
            )
        )
    return [
        blocks.table(
            words("summary.sources_caption"),
            columns=[
                blocks.column(words("summary.source"), align="left", width="1fr"),
                blocks.column(words("summary.kind"), align="left"),
                blocks.column(words("summary.files")),
                blocks.column(words("summary.counted"), align="left"),
                *(
                    blocks.column(words(f"summary.{key}"))
                    for key in ("read", "kept", "empty", "rejected")
                ),
            ],
            rows=made,
            notes=[words("summary.sources_note")],
        )
    ]


def sources_and_methods(store: Store, observatory: Observatory, *, words: Words) -> list[Block]:
    """Return the chapter that lists each file with its checksum, and each step.

    Args:
        store: The store.
        observatory: Its definition.
        words: Texts in the language of the report.
    """
    origins = store.rows(store.table("origin").order_by(["source", "file", "origin"]))
    readings = {(row["source"], row["origin"]): row for row in store.rows(store.table("reading"))}
    made = [blocks.chapter(words("sources.title")), blocks.paragraph(words("sources.text"))]
    by_source: dict[str, list[Row]] = {}
    for row in origins:
        by_source.setdefault(row["source"], []).append(row)
    for source, rows in by_source.items():
        definition = observatory.sources.get(source)
        title = definition.title.in_language(words.language) if definition else source
        made.append(blocks.section(title))
        made.append(
            blocks.items(
                [_file(row, readings.get((source, row["origin"])), words=words) for row in rows]
            )
        )
    return made + _rejections(store, words=words) + _steps(store, words=words)


def _file(row: Row, reading: Row | None, *, words: Words) -> dict[str, Any]:
    language = words.language
    colon = "：" if language == "zh" else ": "
    said = [
        (words(f"sources.{key}"), row[key])
        for key in ("producer", "date_published", "vintage", "address")
        if row[key]
    ]
    said.append((words("sources.licence"), row["licence"] or words("sources.no_licence")))
    size = format_number(row["bytes"], language=language, decimals=0)
    said.append((words("sources.file"), f"{row['file']} ({size} B)"))
    semicolon = "；" if language == "zh" else "; "
    texts: list[blocks.Cell] = [semicolon.join(f"{key}{colon}{value}" for key, value in said)]
    if row["citation"]:
        texts.append(words.foreign(row["citation"]))
    if reading:
        texts.append(
            words(
                "sources.reading",
                format=reading["format"],
                unit=words.known(f"unit_read.{reading['unit_read']}", reading["unit_read"]),
                **{
                    key: format_number(reading[f"n_{key}"], language=language, decimals=0)
                    for key in ("read", "kept", "empty", "rejected")
                },
            )
        )
    return blocks.entry(
        words.foreign(row["title"]),
        particulars=words("sources.is_simulated") if row["simulated"] else "",
        texts=texts,
        code=f"SHA-256 {row['sha256']}",
    )


def _rejections(store: Store, *, words: Words) -> list[Block]:
    table = store.table("rejection")
    grouped = table.group_by(["source", "reason"]).aggregate(n=table["locator"].count())
    rows = store.rows(grouped.order_by([grouped["n"].desc(), "source", "reason"]).limit(25))
    if not rows:
        return []
    return [
        blocks.section(words("sources.rejected")),
        blocks.table(
            words("sources.rejected_caption"),
            columns=[
                blocks.column(words("summary.source"), align="left"),
                blocks.column(words("sources.reason"), align="left", width="1fr"),
                blocks.column(words("sources.times")),
            ],
            rows=[
                blocks.row([row["source"], words.foreign(row["reason"]), str(row["n"])])
                for row in rows
            ],
        ),
    ]


def _steps(store: Store, *, words: Words) -> list[Block]:
    rows = store.rows(store.table("lineage").order_by(["table", "part"]))
    if not rows:
        return []
    return [
        blocks.section(words("sources.steps")),
        blocks.paragraph(words("sources.steps_text")),
        blocks.table(
            words("sources.steps_caption"),
            columns=[
                blocks.column(words("sources.table"), align="left"),
                blocks.column(words("sources.step"), align="left", width="1fr"),
                blocks.column(words("sources.rows")),
                blocks.column("SHA-256", align="left"),
            ],
            rows=[
                blocks.row(
                    [
                        row["table"],
                        row["part"],
                        format_number(row["rows"], language=words.language, decimals=0),
                        row["sha256"][:16],
                    ]
                )
                for row in rows
            ],
            notes=[words("sources.steps_note")],
            small=True,
        ),
    ]
