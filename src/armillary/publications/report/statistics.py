"""The chapter of one statistics table: levels, shares and growth, with flags and reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armillary.publications.numbers import MISSING, format_number, multiple, status_marks
from armillary.publications.report import blocks, charts
from armillary.publications.report.indexes import flag_notes, missing_note

if TYPE_CHECKING:
    from armillary.evidence.store import Store
    from armillary.model.observatory import StatisticsDefinition
    from armillary.publications.report.blocks import Block
    from armillary.publications.report.words import Words

Row = dict[str, Any]
_YEARS = 8
_TOTAL = "_T"


def chapter(store: Store, definition: StatisticsDefinition, *, words: Words) -> list[Block]:
    """Return the chapter, or nothing where the store holds no value of the table.

    Args:
        store: The store.
        definition: The statistics table.
        words: Texts in the language of the report.
    """
    derived = store.table("derived_observation")
    rows = store.rows(
        derived.filter(derived["analysis"] == definition.id).order_by(
            ["REF_AREA", "operation", "code", "TIME_PERIOD"]
        )
    )
    if not rows:
        return []
    areas: list[str] = sorted({row["REF_AREA"] for row in rows})
    area = definition.area if definition.area and definition.area in areas else areas[0]
    mine = [row for row in rows if row["REF_AREA"] == area]
    made = [blocks.chapter(definition.title.in_language(words.language))]
    if about := definition.about.in_language(words.language):
        made.append(blocks.paragraph(about, style="lead"))
    made.append(blocks.paragraph(_introduction(mine, area, definition, words=words)))
    made += _shares_figure(mine, area, definition, words=words)
    for operation in ("level", "share", "growth"):
        made += _operation(mine, operation, area, definition, words=words)
    made += _other_areas(rows, area, definition, words=words)
    made += _findings(store, definition, words=words)
    return made


def _codes(rows: list[Row]) -> list[str]:
    codes = sorted({row["code"] for row in rows})
    return [code for code in codes if code == _TOTAL] + [c for c in codes if c != _TOTAL]


def _part(code: str, definition: StatisticsDefinition, *, words: Words) -> str:
    return words("stats.total") if code == _TOTAL else words.name(definition.dimension, code)


def unit_text(row: Row, *, words: Words) -> str:
    """Name the unit a value is in: multiplier, unit of measure and price base."""
    unit = words.name("unit", row["UNIT_MEASURE"])
    times = multiple(row["UNIT_MULT"], language=words.language)
    base = words(f"price.{row['PRICE_BASE']}") if row["PRICE_BASE"] in {"V", "Q"} else ""
    if words.language == "zh":
        return "，".join(part for part in (times + unit, base) if part)
    return ", ".join(part for part in (unit, times, base) if part)


def _introduction(
    rows: list[Row], area: str, definition: StatisticsDefinition, *, words: Words
) -> str:
    totals = [
        row
        for row in rows
        if row["operation"] == "level" and row["code"] == _TOTAL and row["OBS_VALUE"] is not None
    ]
    place, indicator = words.name("area", area), words.name("indicator", definition.indicator)
    if not totals:
        return words("stats.no_total", area=place, indicator=indicator)
    last = totals[-1]
    growth = next(
        (
            row["OBS_VALUE"]
            for row in rows
            if row["operation"] == "growth"
            and row["code"] == _TOTAL
            and row["TIME_PERIOD"] == last["TIME_PERIOD"]
        ),
        None,
    )
    text = words(
        "stats.introduction",
        area=place,
        indicator=indicator,
        period=last["TIME_PERIOD"],
        value=format_number(last["OBS_VALUE"], language=words.language),
        unit=unit_text(last, words=words),
    )
    if growth is None:
        return text + words("stats.no_growth")
    return text + words(
        "stats.growth_is", growth=format_number(growth, language=words.language, signed=True)
    )


def _shares_figure(
    rows: list[Row], area: str, definition: StatisticsDefinition, *, words: Words
) -> list[Block]:
    shares = [row for row in rows if row["operation"] == "share" and row["code"] != _TOTAL]
    known = {
        (row["code"], row["TIME_PERIOD"]): row["OBS_VALUE"]
        for row in shares
        if row["OBS_VALUE"] is not None
    }
    if not known:
        return []
    years = sorted({row["TIME_PERIOD"] for row in shares})
    series = [
        (_part(code, definition, words=words), [known.get((code, year)) for year in years])
        for code in _codes(shares)
        if any((code, year) in known for year in years)
    ]
    place = words.name("area", area)
    told = [
        f"{name} {format_number(values[-1], language=words.language)}%" for name, values in series
    ]
    return [
        charts.stack(
            words(
                "stats.figure",
                area=place,
                indicator=words.name("indicator", definition.indicator),
                dimension=words(f"dimension.{definition.dimension}"),
            ),
            alternative=words("stats.alternative", period=years[-1], shares=words.joined(told)),
            periods=years,
            series=series,
            absent=MISSING,
        )
    ]


def _operation(
    rows: list[Row],
    operation: str,
    area: str,
    definition: StatisticsDefinition,
    *,
    words: Words,
) -> list[Block]:
    chosen = [row for row in rows if row["operation"] == operation]
    if operation == "share":
        chosen = [row for row in chosen if row["code"] != _TOTAL]
    if not chosen:
        return []
    years = sorted({row["TIME_PERIOD"] for row in chosen})[-_YEARS:]
    held = {(row["code"], row["TIME_PERIOD"]): row for row in chosen}
    reasons: dict[str, str] = {}
    seen: set[str] = set()
    made = []
    for code in _codes(chosen):
        values = [
            _value(held.get((code, year)), operation, reasons, seen, words=words) for year in years
        ]
        made.append(blocks.row([_part(code, definition, words=words), *values]))
    notes = [f"{letter} {reason}" for reason, letter in reasons.items()]
    return [
        blocks.section(words(f"stats.{operation}")),
        blocks.table(
            words(
                f"stats.{operation}_caption",
                area=words.name("area", area),
                indicator=words.name("indicator", definition.indicator),
                unit=unit_text(chosen[-1], words=words),
            ),
            columns=[
                blocks.column(words(f"dimension.{definition.dimension}"), align="left", width="1fr")
            ]
            + [blocks.column(year) for year in years],
            rows=made,
            notes=[*flag_notes(seen, words=words), *missing_note(made, words=words), *notes],
        ),
    ]


def _value(
    row: Row | None, operation: str, reasons: dict[str, str], seen: set[str], *, words: Words
) -> blocks.Cell:
    if row is None:
        return MISSING
    marks = status_marks(row["OBS_STATUS"]) if row["OBS_VALUE"] is not None else ""
    seen |= set(marks)
    text = format_number(row["OBS_VALUE"], language=words.language, signed=operation == "growth")
    if row["OBS_VALUE"] is None and row["reason"]:
        marks = reasons.setdefault(row["reason"], _letter(len(reasons)))
    return blocks.marked(text, mark=marks)


def _letter(n: int) -> str:
    return "abcdefghijklmnopqrstuvwxyz"[n] if n < 26 else f"z{n - 25}"


def _other_areas(
    rows: list[Row], area: str, definition: StatisticsDefinition, *, words: Words
) -> list[Block]:
    totals = [row for row in rows if row["code"] == _TOTAL and row["REF_AREA"] != area]
    levels = {r["REF_AREA"]: r for r in totals if r["operation"] == "level" and _has(r)}
    if not levels:
        return []
    growth = {(r["REF_AREA"], r["TIME_PERIOD"]): r for r in totals if r["operation"] == "growth"}
    seen: set[str] = set()
    reasons: dict[str, str] = {}
    made = [
        blocks.row(
            [
                words.name("area", place),
                level["TIME_PERIOD"],
                _value(level, "level", reasons, seen, words=words),
                unit_text(level, words=words),
                _value(
                    growth.get((place, level["TIME_PERIOD"])), "growth", reasons, seen, words=words
                ),
            ]
        )
        for place, level in sorted(levels.items(), key=lambda p: words.name("area", p[0]))
    ]
    return [
        blocks.section(words("stats.areas")),
        blocks.table(
            words("stats.areas_caption", indicator=words.name("indicator", definition.indicator)),
            columns=[
                blocks.column(words("index.unit"), align="left", width="1fr"),
                blocks.column(words("stats.year")),
                blocks.column(words("stats.value")),
                blocks.column(words("stats.unit"), align="left"),
                blocks.column(words("stats.growth_percent")),
            ],
            rows=made,
            notes=[
                *flag_notes(seen, words=words),
                *missing_note(made, words=words),
                *(f"{letter} {reason}" for reason, letter in reasons.items()),
            ],
        ),
    ]


def _has(row: Row) -> bool:
    return row["OBS_VALUE"] is not None


def _findings(store: Store, definition: StatisticsDefinition, *, words: Words) -> list[Block]:
    table = store.table("finding")
    found = store.rows(
        table.filter(table["analysis"] == definition.id).order_by(
            ["REF_AREA", "TIME_PERIOD", "rule"]
        )
    )
    if not found:
        return []
    language = words.language
    made = [
        blocks.row(
            [
                words.name("area", row["REF_AREA"]),
                row["TIME_PERIOD"],
                row["rule"],
                format_number(row["expected"], language=language),
                format_number(row["found"], language=language),
                words.foreign(row["message"]),
            ]
        )
        for row in found[:60]
    ]
    notes = [words("stats.findings_more", n=len(found) - 60)] if len(found) > 60 else []
    return [
        blocks.section(words("stats.findings")),
        blocks.paragraph(words("stats.findings_text", n=len(found))),
        blocks.table(
            words("stats.findings_caption"),
            columns=[
                blocks.column(words("index.unit"), align="left"),
                blocks.column(words("stats.year")),
                blocks.column(words("stats.rule"), align="left"),
                blocks.column(words("stats.expected")),
                blocks.column(words("stats.found")),
                blocks.column(words("stats.message"), align="left", width="1fr"),
            ],
            rows=made,
            notes=notes,
            small=True,
        ),
    ]
