"""Grids of cell texts, each cell with its place: sheets, delimited text, HTML tables."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

import msgspec

from armillary.errors import SourceError, listed
from armillary.sources.statistics.content import decode

if TYPE_CHECKING:
    from pathlib import Path

    from armillary.sources.statistics.mapping import Mapping

_DELIMITERS = ",\t;|"


class Grid(msgspec.Struct, frozen=True, kw_only=True):
    """A rectangle of cell texts.

    Args:
        name: Sheet or table, as locators begin; empty for delimited text.
        rows: Cell texts, shape (rows, columns); rows of delimited text may be shorter.
        lines: Line on which each row begins, for delimited text.
        merged: Merged cells as (first row, first column, last row, last column), from 0.
    """

    name: str
    rows: list[list[str]]
    lines: tuple[int, ...] = ()
    merged: tuple[tuple[int, int, int, int], ...] = ()

    def cell(self, row: int, column: int) -> str:
        """Return one cell's text; empty beyond the end of its row."""
        cells = self.rows[row]
        return cells[column] if column < len(cells) else ""

    @property
    def width(self) -> int:
        """Return the number of columns of the widest row."""
        return max((len(row) for row in self.rows), default=0)

    def locator(self, row: int, column: int, *, whole_row: bool = False) -> str:
        """Return where a cell stands, as a reader of the file would say it."""
        if self.lines:
            line = f"line {self.lines[row]}"
            return line if whole_row else f"{line}, column {column + 1}"
        if self.name.startswith("table "):
            return f"{self.name}, row {row + 1}, column {column + 1}"
        return f"{self.name}!{column_letters(column)}{row + 1}"


def column_letters(column: int) -> str:
    """Return the letters a spreadsheet gives a column, counted from 0.

    Examples:
        >>> column_letters(0), column_letters(27)
        ('A', 'AB')
    """
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def cell_text(value: object) -> str:
    """Return the text of a spreadsheet cell; whole numbers without a point."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if value is None:
        return ""
    iso = getattr(value, "isoformat", None)
    return str(iso()) if iso else str(value)


def workbook_grid(raw: bytes, path: Path, *, sheet: str | int | None) -> Grid:
    """Read one sheet of an .xlsx or .xls workbook.

    Args:
        raw: The workbook, already checked by `content.kind_of`.
        path: The file, for messages.
        sheet: Name, or number from 1; None takes the first.

    Raises:
        SourceError: It is protected or damaged, or has no such sheet.
    """
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    damaged = "open it in a spreadsheet program and save it as .xlsx"
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(raw))
        known = list(workbook.sheet_names)
        if isinstance(sheet, int) and 1 <= sheet <= len(known):
            name = known[sheet - 1]
        elif isinstance(sheet, str) and sheet in known:
            name = sheet
        elif sheet is None and known:
            name = known[0]
        else:
            raise SourceError(
                f"The workbook has no sheet {sheet!r}.",
                where=str(path),
                fix=f"set `sheet` in the mapping to one of: {listed(known)}",
            )
        found = workbook.get_sheet_by_name(name)
        rows = [[cell_text(cell) for cell in row] for row in found.to_python(skip_empty_area=False)]
        merged = tuple((*first, *last) for first, last in found.merged_cell_ranges or ())
    except PasswordError as error:
        raise SourceError(
            "The workbook is protected by a password, so its cells are encrypted.",
            where=str(path),
            fix="open it with its password and save an unprotected copy as .xlsx",
        ) from error
    except CalamineError as error:
        raise SourceError(
            f"The workbook is damaged or of an unknown kind: {error}.",
            where=str(path),
            fix=damaged,
        ) from error
    except BaseException as error:
        # The reader's own crash on a damaged file is no Exception of Python.
        if type(error).__name__ != "PanicException":
            raise
        raise SourceError("The workbook is damaged.", where=str(path), fix=damaged) from error
    return Grid(name=name, rows=rows, merged=merged)


def text_grid(raw: bytes, path: Path, *, mapping: Mapping | None) -> Grid:
    """Read delimited text; the delimiter is the one its first lines use most evenly.

    Raises:
        SourceError: Encoding or quotes are broken.
    """
    text = decode(raw, path, encoding=mapping.encoding if mapping else None)
    delimiter = (mapping.delimiter if mapping else None) or _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows, lines, begins = [], [], 1
    shared: dict[str, str] = {}  # most cells repeat: a table of codes takes half the memory
    try:
        for row in reader:
            if row:
                rows.append([shared.setdefault(cell, cell) for cell in row])
                lines.append(begins)
            begins = reader.line_num + 1
    except csv.Error as error:
        raise SourceError(
            f"The delimited text is broken: {error}.",
            where=f"{path}, line {begins}",
            fix="look for a quote that is not closed, or a file that was cut off",
        ) from error
    return Grid(name="", rows=rows, lines=tuple(lines))


def _delimiter(text: str) -> str:
    sample = [line for line in text[:20_000].splitlines()[:20] if line.strip()]
    unquoted = [re.sub(r'"[^"]*"', "", line) for line in sample]
    return max(_DELIMITERS, key=lambda d: sum(line.count(d) for line in unquoted))
