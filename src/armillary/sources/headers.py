"""A CSV that people edit: its rows by column name, and every fault of its header at once."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from armillary.errors import ArmillaryError, DefinitionError, did_you_mean, raise_all
from armillary.sources.toml import read_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


def edited_rows(
    path: Path, *, required: Sequence[str], columns: Sequence[str]
) -> Iterator[tuple[int, list[str], list[str]]]:
    """Yield line, header and cells of each row that holds something.

    Args:
        path: CSV in UTF-8 with a header.
        required: Columns that must be there.
        columns: Columns that may be there.

    Raises:
        DefinitionError: Every fault of the header at once; or the file is no CSV.
    """
    reader = csv.reader(io.StringIO(read_text(path)), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        raise_all(header_problems(header, file=path.name, required=required, columns=columns))
        before = reader.line_num
        for cells in reader:
            line, before = before + 1, reader.line_num
            if any(cell.strip() for cell in cells):
                yield line, header, cells
    except csv.Error as error:
        raise DefinitionError(
            f"{path.name} is not CSV: {error}.",
            where=f"{path.name}, line {reader.line_num}",
            fix="save it again as CSV (UTF-8), with quotes around cells that hold commas",
        ) from error


def header_problems(
    header: Sequence[str], *, file: str, required: Sequence[str], columns: Sequence[str]
) -> list[ArmillaryError]:
    """Say which columns are absent, unknown or there twice.

    Args:
        header: Names in the first line.
        file: Name of the file.
        required: Columns that must be there.
        columns: Columns that may be there.
    """
    where = f"{file}, line 1"
    found: list[ArmillaryError] = [
        DefinitionError(f"Column {name!r} is absent.", where=where, fix=f"add a column {name!r}")
        for name in required
        if name not in header
    ]
    for position, name in enumerate(header):
        if name not in columns:
            mend = did_you_mean(name, columns, otherwise=f"columns are {', '.join(columns)}")
            found.append(DefinitionError(f"Column {name!r} is unknown.", where=where, fix=mend))
        elif name in header[:position]:
            found.append(
                DefinitionError(f"Column {name!r} is there twice.", where=where, fix="keep one")
            )
    return found
