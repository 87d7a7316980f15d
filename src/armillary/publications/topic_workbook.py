"""Tables of a topic map as one Excel workbook, with a sheet that says what they are."""

from __future__ import annotations

import datetime as dt
import io
import math
import unicodedata
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from armillary.errors import PublicationError
from armillary.publications.tables import is_formula

if TYPE_CHECKING:
    from collections.abc import Iterable

_CREATED = dt.datetime(2000, 1, 1)  # the same tables give the same bytes
_LONGEST = 32_767  # characters in a cell
_MOST_ROWS = 1_048_576
_WIDEST = 60
_LEFT_OUT = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF))


class _Exact(float):
    """A number that is written with all its digits; the library itself writes sixteen."""

    def __format__(self, spec: str) -> str:
        return repr(float(self))


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """One table of a workbook.

    Args:
        name: Name of the sheet, in the language of the reader.
        about: What its rows are.
        columns: Key of each column and its head.
        rows: The table; values as in the store, not rounded.
    """

    name: str
    about: str
    columns: Sequence[tuple[str, str]]
    rows: Sequence[Mapping[str, Any]]


def tables_workbook(title: str, *, notes: Iterable[str], sheets: Sequence[Sheet]) -> bytes:
    """Write tables as a workbook (.xlsx); no text in it is ever run as a formula.

    Args:
        title: What it is about.
        notes: What a reader should know, one line each.
        sheets: The tables; those without rows are left out.
    """
    from xlsxwriter import Workbook

    held = io.BytesIO()
    options = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
    book = Workbook(held, {"in_memory": True, **options})
    book.set_properties({"title": _plain(title), "created": _CREATED})
    style = {
        "title": book.add_format({"bold": True, "font_size": 16}),
        "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
        "quoted": book.add_format({"quote_prefix": True}),
    }
    shown = [sheet for sheet in sheets if sheet.rows]
    names = _names([sheet.name for sheet in shown])
    first = book.add_worksheet(_names([title])[0] if not shown else _first_name(title, names))
    first.set_column(0, 0, 28)
    first.set_column(1, 1, 100)
    first.hide_gridlines(2)
    first.write_string(0, 0, _plain(title), style["title"])
    at = 2
    for note in notes:
        first.write_string(at, 1, _plain(note), style["wrap"])
        at += 1
    for sheet, name in zip(shown, names, strict=True):
        first.write_string(at, 0, name, style["head"])
        first.write_string(at, 1, _plain(sheet.about), style["wrap"])
        at += 1
        _write(book.add_worksheet(name), sheet, style)
    book.close()
    return held.getvalue()


def _write(page: Any, sheet: Sheet, style: Mapping[str, Any]) -> None:
    widths = [min(_width(head), 24) for _, head in sheet.columns]
    for column, (_, head) in enumerate(sheet.columns):
        page.write_string(0, column, _plain(head), style["head"])
    if len(sheet.rows) >= _MOST_ROWS:
        raise PublicationError(
            f"Table {sheet.name} has more rows than a sheet holds ({_MOST_ROWS:,}).",
            where="workbook of a topic map",
            fix="take the CSV file of the data pack instead",
        )
    for at, row in enumerate(sheet.rows, 1):
        for column, (key, _) in enumerate(sheet.columns):
            value = row.get(key)
            if isinstance(value, bool):
                page.write_boolean(at, column, value)
            elif isinstance(value, int):
                page.write_number(at, column, value)
            elif isinstance(value, float):
                if math.isfinite(value):
                    page.write_number(at, column, _Exact(value))
            elif value is not None:
                text = _plain("; ".join(map(str, value)) if isinstance(value, list) else str(value))
                page.write_string(at, column, text, style["quoted"] if is_formula(text) else None)
                widths[column] = max(widths[column], min(_width(text), _WIDEST))
    for column, width in enumerate(widths):
        page.set_column(column, column, width + 2)
    page.freeze_panes(1, 1)
    page.autofilter(0, 0, len(sheet.rows), len(sheet.columns) - 1)


def _plain(text: str) -> str:
    return text.translate(_LEFT_OUT)[:_LONGEST]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text[:_WIDEST])


def _first_name(title: str, others: Sequence[str]) -> str:
    return _names([*others, title])[-1]


def _names(wanted: Iterable[str]) -> list[str]:
    """Return names Excel takes for sheets: no signs of its own, 31 characters, all different."""
    found: list[str] = []
    for name in wanted:
        plain = "".join(" " if c in "[]:*?/\\'" else c for c in _plain(name)).strip() or "1"
        short, n = plain[:31], 1
        while short.lower() in {one.lower() for one in found}:
            n += 1
            short = f"{plain[:27]} {n}"
        found.append(short)
    return found
