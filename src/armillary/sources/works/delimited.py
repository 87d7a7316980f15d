"""Delimited text, row by row, without losing a line."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Literal

    from armillary.sources.works.records import Records

# Reference lists of reviews fill cells beyond the 128 KiB Python's reader allows by default;
# a cell beyond 16 MiB is an unclosed quotation mark, not a cell.
_CELL_BYTES = 16 * 1024**2

# Spreadsheet programs save CSV with semicolons where the comma is the decimal mark.
_DELIMITERS = ",\t;"

_FILLED = re.compile(r"[^\n ]")


def header(text: str, *, delimiter: str = ",") -> list[str]:
    """Return the column names in the first line; none where `delimiter` does not fit it."""
    begin = _FILLED.search(text)
    if begin is None:
        return []
    end = text.find("\n", begin.start())
    line = text[begin.start() : end if end >= 0 else len(text)]
    try:
        names = next(csv.reader([line], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return []
    return [name.strip() for name in names]


def delimiter_of(text: str, fits: Callable[[list[str]], bool]) -> str | None:
    """Return the delimiter by which the first line is a header that fits, None if none is."""
    return next((d for d in _DELIMITERS if fits(header(text, delimiter=d))), None)


def rows(
    text: str,
    records: Records,
    *,
    delimiter: str = ",",
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL,
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield line and cells of each row; refuse rows that do not have the header's columns.

    Args:
        text: The file, its first line the header, which `header` has read.
        records: Hears of rows refused and of blank lines.
        delimiter: What stands between two cells.
        quoting: `csv.QUOTE_NONE` where quotation marks mean nothing.
    """
    csv.field_size_limit(_CELL_BYTES)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, quoting=quoting, strict=True)
    names = [name.strip() for name in next(row for row in reader if "".join(row).strip())]
    line = reader.line_num + 1
    lines: list[str] = []
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            last = reader.line_num
            lines = lines or text.split("\n")
            where = f"from line {line} to line {last}" if last > line else "in this line"
            records.refuse(
                f"line {line}",
                text=lines[line - 1],
                reason=f"quotation marks do not match {where} ({error}); export the file again",
            )
            cells = []
        else:
            if not cells:
                pass  # a blank line is no row
            elif not any(cell.strip() for cell in cells):
                records.pass_over()
            elif len(cells) == len(names) or _trailing(cells, names):
                yield line, dict(zip(names, cells, strict=False))
            else:
                records.refuse(
                    f"line {line}",
                    text=delimiter.join(cells),
                    reason=f"the row has {len(cells)} cells where the header has {len(names)}; "
                    "export the file again",
                )
        line = reader.line_num + 1


def _trailing(cells: list[str], names: list[str]) -> bool:
    """Tell whether a row only adds blank cells, as some programs end every line."""
    return len(cells) > len(names) and not any(cells[len(names) :])
