"""Opens a file of policies, whatever it is, as one table of cells."""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from typing import TYPE_CHECKING, Any

import msgspec

from armillary.errors import SourceError
from armillary.sources.snapshot import unreadable

if TYPE_CHECKING:
    from pathlib import Path

_LARGEST_BYTES = 1_000_000_000
_LARGEST_CELLS = 20_000_000
_FIELD_LIMIT = 1_000_000
_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_OTHER_KINDS = {
    b"%PDF": "a PDF document",
    b"<": "a web page or XML document",
    b"{": "a JSON document",
    b"PAR1": "a Parquet file",
}


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """A table as received.

    Args:
        file: Name of the file, for errors.
        header: Column names, stripped.
        rows: The rows below the header, each as long as the header; blank cells are "".
        locators: Where each row stands, e.g. "line 3" or "Sheet1 row 3".
        quoted: Whether the text file could hold quoted cells (then `""` is already one mark).
    """

    file: str
    header: tuple[str, ...]
    rows: list[list[Any]]
    locators: list[str]
    quoted: bool = True

    def column(self, name: str) -> int:
        """Return the position of a column, or -1 where the sheet lacks it."""
        return self.header.index(name) if name in self.header else -1


def open_sheet(file: Path, *, sheet: str | None = None) -> Sheet:
    """Read a file of policies as a table, told by its content and not by its name.

    Args:
        file: CSV (also gzipped) or workbook.
        sheet: Sheet of the workbook; None takes the first.

    Raises:
        SourceError: Absent, empty, truncated, protected, not UTF-8, or another kind of file.
    """
    content = _bytes(file)
    if content.startswith(b"PK\x03\x04") or content.startswith(b"\xd0\xcf\x11\xe0"):
        return _workbook(file, content, sheet)
    return _text(file, _decoded(file, content))


def sheet_names(file: Path) -> list[str]:
    """Return the names of the sheets of a workbook; a text file has none."""
    content = _bytes(file)
    if not content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return []
    return list(_opened(file, content).sheet_names)


def _bytes(file: Path) -> bytes:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise unreadable(file, error) from error
    if content.startswith(b"\x1f\x8b"):
        content = _unpacked(file, content)
    if not content.strip():
        raise SourceError(
            f"{file.name} is empty.", where=str(file), fix="copy or download the file again"
        )
    return content


def _unpacked(file: Path, content: bytes) -> bytes:
    unpacker = zlib.decompressobj(wbits=31)
    try:
        plain = unpacker.decompress(content, _LARGEST_BYTES)
    except zlib.error as error:
        raise SourceError(
            f"{file.name} is a damaged gzip file: {error}.",
            where=str(file),
            fix="copy or download the file again",
        ) from error
    if unpacker.unconsumed_tail:
        raise SourceError(
            f"{file.name} unpacks to more than {_LARGEST_BYTES:,} bytes.",
            where=str(file),
            fix="make sure it is a policy register, and split it if it is",
        )
    if not unpacker.eof:
        raise SourceError(
            f"{file.name} is truncated: its gzip data ends too soon.",
            where=f"{file}, after {len(plain):,} bytes",
            fix="copy or download the file again",
        )
    return plain


def _decoded(file: Path, content: bytes) -> str:
    for mark, kind in _OTHER_KINDS.items():
        if content.lstrip().startswith(mark):
            raise _other(file, kind)
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        guess = _guessed(content)
        raise SourceError(
            f"{file.name} is not UTF-8 text"
            + (f"; it reads as {guess}." if guess else f": byte 0x{content[error.start]:02x}."),
            where=f"{file}, line {line}, byte {error.start:,}",
            fix="save it again as UTF-8 (in a spreadsheet: `CSV UTF-8`)"
            + (f", or run: iconv -f {guess} -t UTF-8 {file.name}" if guess else ""),
        ) from error
    if "\x00" in text:
        raise _other(file, "a binary file")
    return text


def _guessed(content: bytes) -> str:
    try:
        content.decode("gb18030")
    except UnicodeDecodeError:
        return ""
    return "GB18030"


def _other(file: Path, kind: str) -> SourceError:
    return SourceError(
        f"{file.name} is {kind}, not a table of policies.",
        where=str(file),
        fix="give a register as CSV or XLSX, a STIP Compass export or a list of documents",
    )


def _text(file: Path, text: str) -> Sheet:
    text = text.replace("\r\r\n", "\n").replace("\r\n", "\n").replace("\r", "\n")
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t|", key=first.count)
    # The STIP Compass export separates by a pipe and quotes nothing: a mark in a cell is text.
    quoted = delimiter != "|" or first.startswith('"')
    csv.field_size_limit(_FIELD_LIMIT)
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=delimiter,
        quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE,
        strict=True,
    )
    rows: list[list[str]] = []
    locators: list[str] = []
    before = 0
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append(row)
                locators.append(f"line {before + 1}")
            before = reader.line_num
    except csv.Error as error:
        raise SourceError(
            f"{file.name} breaks off or is misquoted: {error}.",
            where=f"{file.name}, the record that begins on line {before + 1}",
            fix='close the quotation mark, write a mark inside a cell twice (""), or copy the '
            "file again if it is truncated",
        ) from error
    return _sheet(file, rows, locators, quoted=quoted)


def _sheet(file: Path, rows: list[list[Any]], locators: list[str], *, quoted: bool) -> Sheet:
    header = tuple(str(cell).strip() for cell in rows[0])
    wrong = [
        f"{where} ({len(row)})"
        for row, where in zip(rows, locators, strict=True)
        if len(row) != len(header)
    ]
    if wrong:
        last = len(rows[-1]) < len(header) and len(wrong) == 1
        named = ", ".join(wrong[:5]) + (f" and {len(wrong) - 5} more" if len(wrong) > 5 else "")
        raise SourceError(
            f"{file.name} has {len(header)} columns, but {len(wrong)} of its rows do not.",
            where=f"{file.name}, {named}",
            fix="the file is truncated: copy or download it again"
            if last
            else "quote cells that hold the separator, and give every row all its columns",
        )
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise SourceError(
            f"{file.name} names the column {twice[0]!r} twice.",
            where=f"{file.name}, header",
            fix="give each column its own name",
        )
    return Sheet(file=file.name, header=header, rows=rows[1:], locators=locators[1:], quoted=quoted)


def _opened(file: Path, content: bytes) -> Any:
    import python_calamine

    if content.startswith(b"PK"):
        _check_size(file, content)
    try:
        return python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        protected = _is_protected(file, content)
        raise SourceError(
            f"{file.name} is protected by a password."
            if protected
            else f"{file.name} is not a workbook, or is damaged: {error}.",
            where=str(file),
            fix="open it in a spreadsheet program and save it without the password"
            if protected
            else "save it again as XLSX",
        ) from error


def _is_protected(file: Path, content: bytes) -> bool:
    """Say whether an unreadable workbook is encrypted; the reader tells only from a path."""
    import python_calamine

    if _ENCRYPTED_PACKAGE in content:
        return True
    try:
        python_calamine.CalamineWorkbook.from_path(str(file))
    except python_calamine.PasswordError:
        return True
    except (python_calamine.CalamineError, OSError, ValueError):
        return False
    return False


def _workbook(file: Path, content: bytes, sheet: str | None) -> Sheet:
    import python_calamine

    book = _opened(file, content)
    name = sheet if sheet is not None else book.sheet_names[0]
    try:
        cells = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise SourceError(
            f"Sheet {name!r} of {file.name} cannot be read: {error}.",
            where=str(file),
            fix="save the workbook again as XLSX",
        ) from error
    rows, locators = [], []
    for number, row in enumerate(cells, 1):
        if any(str(cell).strip() for cell in row):
            rows.append(row)
            locators.append(f"{name} row {number}")
    if not rows:
        raise SourceError(
            f"Sheet {name!r} of {file.name} is empty.",
            where=str(file),
            fix="put the table on the first sheet",
        )
    return _sheet(file, rows, locators, quoted=True)


def _check_size(file: Path, content: bytes) -> None:
    """Refuse a workbook that would not fit: packed too tight, or one cell far from the rest."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            sizes = sum(entry.file_size for entry in archive.infolist())
            if sizes > _LARGEST_BYTES:
                raise _too_large(file, f"unpacks to {sizes:,} bytes")
            if "xl/workbook.xml" not in archive.namelist():
                raise _other(file, "a zip archive, but no XLSX workbook")
            if damaged := archive.testzip():
                raise zipfile.BadZipFile(f"bad checksum of {damaged}")
            for entry in archive.infolist():
                wide, high = _extent(archive, entry)
                if wide * high > _LARGEST_CELLS:
                    raise _too_large(file, f"spans {high:,} rows by {wide:,} columns")
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise SourceError(
            f"{file.name} is truncated or damaged: {error}.",
            where=str(file),
            fix="copy or download the file again",
        ) from error


def _extent(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> tuple[int, int]:
    """Return the columns and rows a part of a workbook spans, if it is a worksheet."""
    from lxml import etree

    wide = high = row = column = 0
    with archive.open(entry) as stream:
        parts = etree.iterparse(
            stream, events=("start", "end"), resolve_entities=False, no_network=True
        )
        try:
            root = next(parts)[1]
            if etree.QName(root).localname != "worksheet":
                return 0, 0
            for event, element in parts:
                kind = etree.QName(element).localname
                if event == "end":
                    element.clear()
                elif kind == "row":
                    row = int(element.get("r") or row + 1)
                    column = 0
                elif kind == "c":
                    placed = _CELL.fullmatch(element.get("r") or "")
                    column = _column(placed[1]) if placed else column + 1
                    wide, high = max(wide, column), max(high, int(placed[2]) if placed else row)
        except (etree.XMLSyntaxError, StopIteration, ValueError):
            return wide, high  # a picture, or a sheet whose damage the reader will tell
    return wide, high


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _too_large(file: Path, how: str) -> SourceError:
    return SourceError(
        f"{file.name} {how}, more than a policy register can be.",
        where=str(file),
        fix="delete stray cells far from the table and save it again",
    )
