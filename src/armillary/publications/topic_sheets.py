"""A topic map as an Excel workbook to hand on: every table, with heads in either language."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from armillary import __version__
from armillary.errors import PublicationError
from armillary.model.columns import columns_of
from armillary.model.observatory import LANGUAGES
from armillary.publications.report.words import catalogue
from armillary.publications.topic_sheet_words import CODES, COLUMNS, NOTES, SHEETS, WORDS
from armillary.publications.topic_workbook import Sheet, tables_workbook

if TYPE_CHECKING:
    from armillary.evidence.store import Store
    from armillary.model.observatory import Observatory, Text, TopicsDefinition
    from armillary.model.table import Table

Row = dict[str, Any]
_MOST_ROWS = 100_000  # a workbook of more is slow to open
_LEFT_OUT = {"cluster": ("x", "y", "radius"), "cluster_group": ("x", "y")}  # drawing needs them


def topic_workbook_name(topics: str, *, language: str) -> str:
    """Return the file name of the workbook of a topic map, such as topics-robots-en.xlsx."""
    return f"topics-{topics}-{language}.xlsx"


def topic_workbook(
    store: Store, observatory: Observatory, *, topics: str, language: str = "en"
) -> bytes:
    """Write a topic map as a workbook (.xlsx): contents, one sheet for each table, codebook.

    Values are those of the store to their last digit; an empty cell is missing, never zero. A
    table of more than 100,000 rows is left to the data pack, which the first sheet then says.
    Text is never a formula. The same store gives the same bytes.

    Args:
        store: The store.
        observatory: Its definition.
        topics: Topic map, as in `[topics.ID]`.
        language: Language of contents, heads and codebook.

    Raises:
        PublicationError: No such map or language.
    """
    definition = observatory.topics.get(topics)
    if definition is None or language not in LANGUAGES:
        raise PublicationError(
            f"There is no workbook of topic map {topics!r} in {language!r}.",
            where="topic_workbook",
            fix=f"maps are {', '.join(observatory.topics) or 'none'}; languages are "
            f"{', '.join(LANGUAGES)}",
        )
    counts = {name: _count(store, name, definition) for name in SHEETS}
    shown = [name for name, n in counts.items() if 0 < n <= _MOST_ROWS]
    held = {name: _rows(store, name, definition) for name in shown}
    too_long = [
        _word("too_long", language).format(
            sheet=SHEETS[name][0].in_language(language), n=f"{n:,}", table=name
        )
        for name, n in counts.items()
        if n > _MOST_ROWS
    ]
    made = [_sheet(name, held[name], language=language) for name in shown]
    made += [_columns(shown, language=language), _codes(language=language)]
    title = definition.title.in_language(language) or topics
    return tables_workbook(
        title,
        notes=[*_notes(store, observatory, definition, language=language), *too_long],
        sheets=made,
    )


def _table(store: Store, name: str, definition: TopicsDefinition) -> Table:
    table = store.table(name)
    if "corpus" in table.columns:
        return table.filter(table["corpus"] == definition.id)
    return table.filter(table["source"].isin(list(definition.read_from)))


def _count(store: Store, name: str, definition: TopicsDefinition) -> int:
    counted = _table(store, name, definition).count().as_table()
    return int(store.rows(counted)[0].popitem()[1])


def _rows(store: Store, name: str, definition: TopicsDefinition) -> list[Row]:
    table = _table(store, name, definition)
    keys = [column.column for column in columns_of(name) if column.key]
    order = [*_ORDER.get(name, ()), *keys]
    return store.rows(table.order_by(list(dict.fromkeys(order))))


_ORDER = {
    "topic_list_rule": ("position",),
    "topic_list": ("list", "rank"),
    "emerging_technology": ("position",),
    "topic_decision": ("position",),
}


def _shown(name: str) -> list[str]:
    left_out = ("corpus", *_LEFT_OUT.get(name, ()))
    return [column.column for column in columns_of(name) if column.column not in left_out]


def _head(column: str, language: str) -> str:
    said = COLUMNS.get(column)
    return said.in_language(language) if said else column


def _sheet(name: str, rows: list[Row], *, language: str) -> Sheet:
    said, about = SHEETS[name]
    return Sheet(
        name=said.in_language(language),
        about=about.in_language(language),
        columns=[(column, _head(column, language)) for column in _shown(name)],
        rows=rows,
    )


def _word(key: str, language: str) -> str:
    return WORDS[key].in_language(language)


def _columns(names: list[str], *, language: str) -> Sheet:
    """Return the codebook: what each column of each sheet is, by its name in the data pack."""
    keys = ("sheet", "head", "table", "column", "unit", "meaning")
    rows = [
        {
            "sheet": SHEETS[name][0].in_language(language),
            "head": _head(column.column, language),
            "table": name,
            "column": column.column,
            "unit": column.unit or column.reference or None,
            "meaning": column.meaning,
        }
        for name in names
        for column in columns_of(name)
        if column.column in _shown(name)
    ]
    return Sheet(
        name=_word("columns", language),
        about=_word("columns_about", language),
        columns=[(key, _word(key, language)) for key in keys],
        rows=rows,
    )


@cache
def _texts() -> dict[str, dict[str, str]]:
    shared = files("armillary.model").joinpath("topic_words.toml").read_text(encoding="utf-8")
    found: dict[str, dict[str, str]] = {**catalogue(), **tomllib.loads(shared)}
    return found


def _codes(*, language: str) -> Sheet:
    """Return what each code that stands in a cell means."""
    rows = [
        {"column": _head(column, language), "code": key[len(prefix) :], "means": said[language]}
        for column, prefix in CODES
        for key, said in sorted(_texts().items())
        if key.startswith(prefix)
    ]
    keys = ("column", "code", "means")
    return Sheet(
        name=_word("codes", language),
        about=_word("codes_about", language),
        columns=[(key, _word(key, language)) for key in keys],
        rows=rows,
    )


def _notes(
    store: Store, observatory: Observatory, definition: TopicsDefinition, *, language: str
) -> list[str]:
    def said(text: Text) -> str:
        return text.in_language(language)

    sources = {*definition.works, *definition.read_from}
    origins = store.table("origin")
    read = store.rows(
        origins.filter(origins["source"].isin(sorted(sources))).order_by(["source", "file"])
    )
    found = [said(observatory.title)]
    if any(row["simulated"] for row in read):
        found.append(catalogue()["topics.simulated"][language])
    found += [said(note) for note in NOTES]
    if not _count(store, "backtest", definition):
        found.append(catalogue()["tr.untested"][language])
    if observatory.licence:
        found.append(catalogue()["imprint.licence"][language].format(licence=observatory.licence))
    found += [f"{row['file']} (SHA-256 {row['sha256']})" for row in read]
    return [*filter(None, found), f"Armillary {__version__}"]
