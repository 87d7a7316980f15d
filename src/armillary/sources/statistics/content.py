"""Tells what a file is from its content, decodes its text, and refuses what it is not."""

from __future__ import annotations

import codecs
import re
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING, Literal

from armillary.errors import SourceError
from armillary.sources.statistics.compound import check_compound

if TYPE_CHECKING:
    from pathlib import Path

Kind = Literal["workbook", "html", "sdmx-ml", "text"]

_MAX_FILE = 512 * 2**20
_MAX_UNPACKED = 512 * 2**20
_MAX_CELLS = 20_000_000
_CHUNK = 2**20
_FOREIGN = {
    b"%PDF": "a PDF document", b"\x89PNG": "a PNG image", b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image", b"\x1f\x8b": "a gzip archive", b"7z\xbc\xaf": "a 7-Zip archive",
    b"Rar!": "a RAR archive", b"PAR1": "a Parquet file", b"SQLite format 3": "an SQLite database",
    b"RDX": "an R data file", b"BZh": "a bzip2 archive", b"{\\rtf": "an RTF document",
}  # fmt: skip
_REFERENCE = re.compile(rb'<(?:\w+:)?(c|row)\b[^<>]*?\br="([A-Z]{0,3})(\d{1,10})"')
_HANZI = re.compile(rb"[\xa1-\xfe]{2}")


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a file of bearable size.

    Raises:
        SourceError: The file is absent, empty or too large.
    """
    try:
        size = path.stat().st_size
        if size > _MAX_FILE:
            raise _refused(
                path,
                f"The file has {size:,} bytes; at most {_MAX_FILE:,} are read.",
                "split it, or keep only the sheets and rows needed",
            )
        raw = path.read_bytes()
    except OSError as error:
        raise _refused(
            path,
            f"The file cannot be read: {error.strerror}.",
            "correct the path in observatory.toml",
        ) from error
    if not raw.strip():
        raise _refused(path, "The file is empty.", "fetch or save it again")
    return raw


def kind_of(raw: bytes, path: Path) -> Kind:
    """Return what the content is, whatever the name says.

    Raises:
        SourceError: It is none of the kinds read here.
    """
    if raw.startswith(b"PK\x03\x04"):
        check_workbook(raw, path)
        return "workbook"
    if raw.startswith(b"\xd0\xcf\x11\xe0"):
        check_compound(raw, path)
        return "workbook"
    for start, said in _FOREIGN.items():
        if raw.startswith(start):
            raise _refused(
                path,
                f"The file is {said}, not a statistical table.",
                "save the table as .xlsx or .csv, or unpack it first",
            )
    head = raw[:4096].decode("utf-8-sig", errors="replace").lstrip().casefold()
    utf16 = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if b"\x00" in raw and not utf16:
        raise _refused(
            path,
            f"The file is binary: byte {raw.index(0):,} is zero.",
            "save the table as .xlsx or .csv",
        )
    if head.startswith("<"):
        return _markup(head, path)
    if head.startswith(("{", "[")) and re.match(r'[{\[]\s*["{\[}\]]', head):
        raise _refused(
            path, "The file is JSON, which is not read.", "download the data as SDMX-CSV or SDMX-ML"
        )
    return "text"


def _markup(head: str, path: Path) -> Kind:
    if "<html" in head or "<!doctype html" in head:
        return "html"
    if "sdmx" in head:
        return "sdmx-ml"
    raise _refused(
        path,
        "The file is XML, but neither SDMX-ML nor a web page.",
        "download the data as SDMX-CSV, SDMX-ML or .xlsx",
    )


def decode(raw: bytes, path: Path, *, encoding: str | None = None) -> str:
    """Return the text of a file in UTF-8, UTF-16 with a mark, or GBK.

    Args:
        raw: The bytes as received.
        path: The file, for messages.
        encoding: What the mapping says it is; None finds out.

    Raises:
        SourceError: The bytes are in none of these; names the first offending offset.
    """
    if encoding is None:
        if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            encoding = "utf-16"
        else:
            encoding = "gb18030" if _looks_gbk(raw) else "utf-8-sig"
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise _refused(
            path,
            f"The text is not {encoding.removesuffix('-sig').upper()}: byte "
            f"{raw[error.start]:#04x} at offset {error.start:,}.",
            'save it as UTF-8, or add encoding = "..." to the mapping (e.g. "latin-1")',
        ) from error


def _looks_gbk(raw: bytes) -> bool:
    """Say whether bytes that are no UTF-8 are two-byte Chinese text.

    Latin-1 text often decodes as GBK by accident; GBK text pairs high bytes, Latin-1 does not.
    """
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return False
    try:
        raw.decode("gb18030")
    except UnicodeDecodeError:
        return False
    high = sum(byte >= 0x80 for byte in raw)
    paired = sum(len(pair) for pair in _HANZI.findall(raw))
    return paired >= 0.9 * high


def check_workbook(raw: bytes, path: Path) -> None:
    """Refuse a packed workbook that is damaged, unpacks to too much, or is no .xlsx.

    The members are unpacked here once, with a limit, since the sizes a ZIP file states may
    lie, and since two far cells make a sheet of 17 thousand million cells.

    Raises:
        SourceError: Any of these.
    """
    import io

    mend = "open it in a spreadsheet program and save it as .xlsx"
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise _refused(
            path,
            "The workbook is cut off or damaged: its directory is missing.",
            "fetch or save it again",
        ) from error
    listed_names = {member.filename for member in members}
    if "xl/workbook.xml" not in listed_names:
        raise _refused(path, "The file is a ZIP archive, but no .xlsx workbook.", mend)
    budget = _MAX_UNPACKED
    for member in members:
        budget -= _unpack(raw, member, budget, path)


def _unpack(raw: bytes, member: zipfile.ZipInfo, budget: int, path: Path) -> int:
    """Unpack one member within `budget` bytes and return its size."""
    if member.flag_bits & 1 or member.compress_type not in (
        zipfile.ZIP_STORED,
        zipfile.ZIP_DEFLATED,
    ):
        raise _refused(
            path,
            f"The workbook is protected or packed unusually ({member.filename}).",
            "save it as a plain .xlsx without a password",
        )
    offset = member.header_offset
    if offset < 0 or raw[offset : offset + 4] != b"PK\x03\x04" or offset + 30 > len(raw):
        raise _refused(
            path,
            f"The workbook is cut off or damaged: {member.filename} is not where it should be.",
            "fetch or save it again",
        )
    name_length, extra_length = struct.unpack_from("<HH", raw, offset + 26)
    start = offset + 30 + name_length + extra_length
    packed = raw[start : start + member.compress_size]
    is_sheet = member.filename.startswith("xl/worksheets/")
    total, tail, last_row, last_column = 0, b"", 0, 0
    stored = member.compress_type == zipfile.ZIP_STORED
    unpacker = zlib.decompressobj(-15)
    while True:
        try:
            chunk = packed if stored else unpacker.decompress(packed, _CHUNK)
        except zlib.error as error:
            raise _refused(
                path,
                f"The workbook is damaged in {member.filename}: {error}.",
                "fetch or save it again",
            ) from error
        packed = b"" if stored else unpacker.unconsumed_tail
        total += len(chunk)
        if total > budget:
            raise _refused(
                path,
                f"The workbook unpacks to more than {_MAX_UNPACKED:,} bytes.",
                "keep only the sheets and rows needed, or save it as .csv",
            )
        if is_sheet:
            for _, letters, row in _REFERENCE.findall(tail + chunk):
                last_row = max(last_row, int(row))
                last_column = max(last_column, _column_number(letters))
            tail = chunk[-200:]
        if (not packed and not chunk) or stored or unpacker.eof:
            break
    if last_row * max(last_column, 1) > _MAX_CELLS:
        raise _refused(
            path,
            f"{member.filename} reaches to row {last_row:,}, column {last_column:,}: "
            f"more than {_MAX_CELLS:,} cells.",
            "delete the far cells, or save the table as .csv",
        )
    return total


def _column_number(letters: bytes) -> int:
    total = 0
    for letter in letters:
        total = total * 26 + letter - 64
    return total


def _refused(path: Path, problem: str, fix: str) -> SourceError:
    return SourceError(problem, where=str(path), fix=fix)
