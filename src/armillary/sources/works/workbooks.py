"""Workbooks become delimited text, so that one reader serves both."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import TYPE_CHECKING

from armillary.errors import SourceError
from armillary.sources.statistics.content import kind_of
from armillary.sources.statistics.grids import workbook_grid
from armillary.sources.works.content import WORKBOOK, Text

if TYPE_CHECKING:
    from pathlib import Path

_ZIP, _COMPOUND = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


def is_workbook(data: bytes) -> bool:
    """Tell whether bytes begin as .xls does, or are an archive that holds a workbook."""
    if not data.startswith(_ZIP):
        return data.startswith(_COMPOUND)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return any(name.startswith("xl/") for name in archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return True  # which is told to be damaged when it is read


def as_text(data: bytes, file: Path) -> Text:
    """Return the first sheet as tab-delimited text, a line for each row.

    Line ends within a cell become blanks, so that line 7 of the text is row 7 of the sheet.
    Cells are taken as text: a title that looks like a formula stays what it is.

    Raises:
        SourceError: It is damaged, protected, no workbook, or unpacks to too much.
    """
    if kind_of(data, file) != "workbook":
        raise SourceError("The file is no workbook.", where=file.name, fix="export it again")
    grid = workbook_grid(data, file, sheet=None)
    written = io.StringIO()
    writer = csv.writer(written, delimiter="\t", lineterminator="\n")
    for row in grid.rows:
        cells = [" ".join(cell.split()) for cell in row]
        writer.writerow(cells if any(cells) else [])
    return Text(text=written.getvalue(), encoding=WORKBOOK)
