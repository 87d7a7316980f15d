"""Workbooks and archives of patents: opened within limits, their content tells what they are."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
import zlib
from typing import TYPE_CHECKING

import msgspec

from armillary.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from armillary.sources.works.records import Records

ZIP = b"PK\x03\x04"

_MAX_UNPACKED = 2 * 1024**3
_MAX_SHEET = 512 * 1024**2
_MAX_MEMBERS = 2000
_MAX_CELLS = 20_000_000
_CHUNK = 1024 * 1024
_PLACE = re.compile(rb'<(?:\w+:)?(c|row)\b[^<>]*?\br="([A-Z]{0,3})(\d{1,10})"')
_FIX = "save it again, or export it as CSV"


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """The first sheet of a workbook as texts.

    Args:
        rows: Cells of each row; whole numbers without a decimal point, dates as ISO dates.
    """

    rows: list[list[str]]

    def header(self) -> list[str]:
        """Return the column names."""
        return [name.strip() for name in self.rows[0]] if self.rows else []

    def records(self, records: Records) -> Iterator[tuple[int, dict[str, str]]]:
        """Yield the number of each row below the header and its cells by name."""
        names = self.header()
        for number, cells in enumerate(self.rows[1:], start=2):
            if any(cells):
                yield number, dict(zip(names, cells, strict=False))
            else:
                records.pass_over()


def members(data: bytes, *, file: str) -> dict[str, bytes]:
    """Unpack an archive, counting bytes as they come, so that a bomb is met early.

    Args:
        data: The archive.
        file: Its name, for messages.

    Returns:
        Content of each member by its name.

    Raises:
        SourceError: The archive is damaged, encrypted, or holds too much.
    """
    found: dict[str, bytes] = {}
    left = _MAX_UNPACKED
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            if len(infos) > _MAX_MEMBERS:
                raise _refused(f"The archive holds {len(infos):,} files.", file)
            for info in infos:
                unpacked = bytearray()
                with archive.open(info) as member:
                    while chunk := member.read(_CHUNK):
                        unpacked += chunk
                        if len(unpacked) > left:
                            raise _refused(
                                f"The archive holds more than {_MAX_UNPACKED:,} bytes.", file
                            )
                left -= len(unpacked)
                found[info.filename] = bytes(unpacked)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        NotImplementedError,
        RuntimeError,
        ValueError,
    ) as error:
        raise _refused(f"The archive is damaged, encrypted or cut short: {error}.", file) from error
    return found


def is_workbook(unpacked: dict[str, bytes]) -> bool:
    """Tell whether an archive is an Excel workbook."""
    return "[Content_Types].xml" in unpacked and any(n.startswith("xl/") for n in unpacked)


def read_sheet(data: bytes, unpacked: dict[str, bytes], *, file: str) -> Sheet:
    """Read the first sheet of a workbook.

    Args:
        data: The workbook.
        unpacked: What its archive holds.
        file: Its name, for messages.

    Raises:
        SourceError: The workbook is damaged or claims too many cells.
    """
    for name, content in unpacked.items():
        if name.startswith("xl/worksheets/"):
            _check_extent(content, file)
    import python_calamine  # loaded where a workbook is read

    try:
        book = python_calamine.load_workbook(io.BytesIO(data))
        held = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except BaseException as error:
        # Calamine has no common kind of error, and its own crash is no Exception of Python.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise _refused(f"The workbook cannot be read: {error}.", file) from error
    return Sheet(rows=[[_text(cell) for cell in row] for row in held])


def _check_extent(sheet: bytes, file: str) -> None:
    """Refuse a sheet whose last cell stands so far out that the grid would fill the memory."""
    if len(sheet) > _MAX_SHEET:
        raise _refused(f"A sheet takes more than {_MAX_SHEET:,} bytes.", file)
    last_row = last_column = 1
    for found in _PLACE.finditer(sheet):
        last_row = max(last_row, int(found[3]))
        if found[1] == b"c":
            column = 0
            for letter in found[2]:
                column = column * 26 + letter - 64
            last_column = max(last_column, column)
    if last_row * last_column > _MAX_CELLS:
        raise _refused(f"A sheet claims {last_row:,} rows and {last_column:,} columns.", file)


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat()
    return str(cell).strip()


def _refused(problem: str, file: str) -> SourceError:
    return SourceError(problem, where=file, fix=_FIX)
