"""Checks the container of old workbooks (.xls) before a reader walks its chains.

Such a file is a small file system: a table says which sector follows which. A table that
leads back to itself, or two cells at the far corners of a sheet, would fill the memory.
Source: Microsoft, [MS-CFB] 2.2-2.6 (container) and [MS-XLS] 2.3 (records).
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from armillary.errors import SourceError

if TYPE_CHECKING:
    from pathlib import Path

_LAST_SECTOR = 0xFFFFFFFA
_HEADER = struct.Struct("<HH 10x I I 4x I I I I I")  # from byte 30 on
_STREAM, _ROOT = 2, 5
_FILEPASS, _BEGIN = 0x2F, (0x809, 0x009, 0x209, 0x409)
# Records of one cell: row and column are their first two numbers.
_CELLS = {0x06, 0x206, 0x406, 0xFD, 0x03, 0x203, 0x04, 0x204, 0x05, 0x205, 0x7E, 0x27E, 0xD6,
          0x01, 0x201, 0x02, 0xBD, 0xBE, 0x21, 0x221}  # fmt: skip
_MAX_CELLS = 20_000_000


def check_compound(raw: bytes, path: Path) -> None:
    """Refuse an old workbook that is damaged, protected, or larger than it looks.

    Raises:
        SourceError: Any of these.
    """
    try:
        protected, far = _inspect(raw)
    except (struct.error, ValueError, IndexError) as error:
        raise SourceError(
            f"The workbook is damaged or of an unknown kind: {error}.",
            where=str(path),
            fix="open it in a spreadsheet program and save it as .xlsx",
        ) from error
    if protected:
        raise SourceError(
            "The workbook is protected by a password, so its cells are encrypted.",
            where=str(path),
            fix="open it with its password and save an unprotected copy as .xlsx",
        )
    if far > _MAX_CELLS:
        raise SourceError(
            f"A sheet of the workbook reaches over {far:,} cells; at most {_MAX_CELLS:,} are read.",
            where=str(path),
            fix="delete the far cells, or save the table as .csv",
        )


def _inspect(raw: bytes) -> tuple[bool, int]:
    """Return whether the workbook is protected, and the cells of its widest reach."""
    shift, mini_shift, n_fat, directory, mini_cutoff, mini_start, _, more, n_more = _HEADER.unpack(
        raw[30:76]
    )
    if shift not in (9, 12) or mini_shift != 6:
        raise ValueError("its header is not that of a workbook")
    size = 1 << shift

    def sector(number: int) -> bytes:
        found = raw[(number + 1) * size : (number + 2) * size]
        if not found or number >= _LAST_SECTOR:
            raise ValueError(f"sector {number} lies beyond its end")
        return found.ljust(size, b"\0")

    def numbers(data: bytes) -> tuple[int, ...]:
        return struct.unpack(f"<{len(data) // 4}I", data)

    listed = [n for n in numbers(raw[76:512]) if n < _LAST_SECTOR]
    for _ in range(n_more):
        if more >= _LAST_SECTOR or len(listed) > len(raw) // size:
            break
        *places, more = numbers(sector(more))
        listed += [n for n in places if n < _LAST_SECTOR]
    if len(set(listed)) != len(listed) or len(listed) < min(n_fat, 1):
        raise ValueError("its sector table repeats itself")
    table = [n for place in listed for n in numbers(sector(place))]
    mini_table = list(numbers(b"".join(sector(n) for n in _chain(table, mini_start))))
    entries = b"".join(sector(n) for n in _chain(table, directory))
    n_walked = n_mini_walked = 0
    found = (False, 0)
    for at in range(0, len(entries) - 127, 128):
        entry = entries[at : at + 128]
        name_length, kind = struct.unpack_from("<HB", entry, 64)
        if kind not in (_STREAM, _ROOT):
            continue
        name = entry[: max(name_length - 2, 0)].decode("utf-16-le")
        start, length = struct.unpack_from("<II", entry, 116)
        if kind == _STREAM and length < mini_cutoff:
            n_mini_walked += len(_chain(mini_table, start)) if length else 0
        else:
            chain = _chain(table, start)
            n_walked += len(chain)
            if name in ("Workbook", "Book"):
                found = max(found, _records(b"".join(map(sector, chain))[:length]))
        if n_walked > len(table) or n_mini_walked > len(mini_table):
            raise ValueError("its chains of sectors run together")
        if name == "EncryptedPackage":
            found = (True, 0)
    return found


def _chain(table: list[int], start: int) -> list[int]:
    """Return the sectors of one chain, or refuse it where it does not end."""
    chain: list[int] = []
    while start < _LAST_SECTOR:
        if len(chain) >= len(table) or start >= len(table):
            raise ValueError("a chain of its sectors leads back to itself, or beyond its end")
        chain.append(start)
        start = table[start]
    return chain


def _records(workbook: bytes) -> tuple[bool, int]:
    """Return whether the records are encrypted, and the cells of the widest reach."""
    at, last_row, last_column, widest = 0, 0, 0, 0
    while at + 4 <= len(workbook):
        kind, length = struct.unpack_from("<HH", workbook, at)
        if kind == _FILEPASS:
            return True, 0
        if kind in _BEGIN:
            last_row = last_column = 0
        if kind in _CELLS and length >= 4:
            row, column = struct.unpack_from("<HH", workbook, at + 4)
            if kind in (0xBD, 0xBE) and at + 2 + length <= len(workbook):  # several cells of a row
                column = max(column, struct.unpack_from("<H", workbook, at + 2 + length)[0])
            last_row, last_column = max(last_row, row), max(last_column, column)
            widest = max(widest, (last_row + 1) * (last_column + 1))
        at += 4 + length
    return False, widest
