"""The bytes of an export: unpacked within limits, refused where foreign, decoded."""

from __future__ import annotations

import gzip
import re
import zlib
from typing import TYPE_CHECKING

import msgspec

from armillary.errors import SourceError

if TYPE_CHECKING:
    from pathlib import Path

# A million records with abstracts take a little over 1 GB. A packed file that holds more than
# this is refused while it is unpacked, so that a few kilobytes cannot fill the memory.
MAX_BYTES = 2 * 1024**3

# What `Text.encoding` says of a workbook.
WORKBOOK = "workbook"

_CHUNK = 1024 * 1024
_SAMPLE = 4_000_000
_HTML = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
_GB2312_PAIR = re.compile(rb"[\xa1-\xf7][\xa1-\xfe]")
_HIGH = re.compile(rb"[\x80-\xff]")

_FOREIGN = (
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive that holds no workbook; unpack it and list its files"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook, or a document protected by a password"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x28\xb5\x2f\xfd", "a file packed with zstd"),
    (b"BZh", "a file packed with bzip2"),
    (b"\xfd7zXZ", "a file packed with xz"),
)


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """Decoded content.

    Args:
        text: The text; every line ends with a line feed, whatever the file used.
        encoding: How it was decoded, empty for flawless UTF-8; part of the format's name.
    """

    text: str
    encoding: str


def unpack(file: Path) -> bytes:
    """Return the bytes of a file, unpacked where it is a gzip file.

    Raises:
        SourceError: The file cannot be opened, is empty, is damaged, or is too large.
    """
    try:
        with file.open("rb") as opened:
            packed = opened.read(2) == b"\x1f\x8b"
        with gzip.open(file, "rb") if packed else file.open("rb") as stream:
            data = bytearray()
            while chunk := stream.read(_CHUNK):
                data += chunk
                if len(data) > MAX_BYTES:
                    raise SourceError(
                        f"The file holds more than {MAX_BYTES:,} bytes"
                        f"{' when unpacked' if packed else ''}.",
                        where=file.name,
                        fix="split it into several exports and list each of them",
                    )
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise SourceError(
            f"The gzip file is damaged or cut short: {error}.",
            where=file.name,
            fix="download the file again",
        ) from error
    except OSError as error:
        raise SourceError(
            f"The file cannot be opened: {error.strerror or error}.",
            where=file.name,
            fix="check the path and the permissions",
        ) from error
    if not data.strip():
        raise SourceError("The file is empty.", where=file.name, fix="export the records again")
    return bytes(data)


def foreign(data: bytes) -> str | None:
    """Name what the bytes seem to be where they cannot be an export, else None.

    Examples:
        >>> foreign(b"%PDF-1.7")
        'a PDF document'
    """
    for magic, name in _FOREIGN:
        if data.startswith(magic):
            return name
    if _HTML.match(data[:10_000]):
        return "a web page, perhaps a login page instead of the export"
    return None


def decode(data: bytes, *, file: str) -> Text:
    """Decode text in whatever encoding it is, and say which.

    A byte order mark decides; else UTF-8 where the bytes are UTF-8 but for a few damaged
    characters; else GB18030 where nearly all other bytes pair up as common Chinese
    characters; else Mac Roman where lines end as they did on old Macintoshes and it makes as many
    letters; else Windows-1252 (Latin-1), as the last resort.

    Raises:
        SourceError: The bytes are no text.
    """
    text, encoding = _decoded(data)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    sample = text[:_SAMPLE]
    if len(_CONTROL.findall(sample)) > len(sample) // 1000:
        raise SourceError(
            "The file is not text: it holds control characters.",
            where=file,
            fix="export the records again as text, CSV, JSON or Parquet",
        )
    return Text(text=text, encoding=encoding)


def _decoded(data: bytes) -> tuple[str, str]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _flawed(data, "utf-16", "UTF-16")
    head = data[:2000]
    if head.count(0) > len(head) // 4:
        little = head[1::2].count(0) > head[::2].count(0)
        return _flawed(data, "utf-16-le" if little else "utf-16-be", "UTF-16")
    try:
        return data.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        return _not_quite_utf8(data)


def _not_quite_utf8(data: bytes) -> tuple[str, str]:
    text, note = _flawed(data, "utf-8-sig", "UTF-8")
    sample = text[:_SAMPLE]
    damaged = text.count("�")
    sound = len(sample) - len(sample.encode("ascii", "ignore")) - sample.count("�")
    if sound > 10 * damaged or (damaged == 1 and text.endswith("�")):
        return text, note
    high = len(_HIGH.findall(data))
    if 2 * len(_GB2312_PAIR.findall(data)) >= 0.9 * high:
        return _flawed(data, "gb18030", "GB18030")
    old_macintosh = b"\r" in data and b"\n" not in data
    if old_macintosh and _letters(data, "mac_roman") >= _letters(data, "cp1252"):
        return data.decode("mac_roman"), "read as Mac Roman, the last resort"
    try:
        return data.decode("cp1252"), "read as Windows-1252, the last resort"
    except UnicodeDecodeError:
        return data.decode("latin-1"), "read as Latin-1, the last resort"


def _letters(data: bytes, codec: str) -> int:
    """Count the letters that bytes beyond ASCII would be."""
    high = b"".join(_HIGH.findall(data))
    return sum(c.isalpha() for c in high.decode(codec, errors="replace"))


def _flawed(data: bytes, codec: str, name: str) -> tuple[str, str]:
    text = data.decode(codec, errors="replace").removeprefix("\ufeff")
    damaged = text.count("�")
    return text, f"{name}, {damaged:,} characters damaged" if damaged else name
