"""The exports of patents in one place: how each is recognised and what reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from armillary.errors import SourceError
from armillary.sources.works.content import decode, unpack
from armillary.sources.works.delimited import delimiter_of
from armillary.sources.works.patents import (
    google,
    innovation,
    json_lines,
    lens,
    patentsview,
    wipo,
    workbook,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from armillary.model.provenance import Origin, Reading
    from armillary.sources.works.content import Text

READERS: dict[str, Callable[..., Reading]] = {
    lens.CSV: lens.read_csv,
    lens.JSON: lens.read_json,
    google.CSV: google.read_csv,
    google.BIGQUERY: google.read_bigquery,
    wipo.PATENTSCOPE: wipo.read_patentscope,
    wipo.LANDSCAPE: wipo.read_landscape,
    innovation.CSV: innovation.read_csv,
}
"""Formats of one text."""

FORMATS = (*READERS, innovation.XLSX, patentsview.TSV)
"""All formats of patents but Derwent tagged, which shares its tags with publications."""

_HEADERS = (
    (lens.is_lens_csv, lens.CSV),
    (wipo.is_patentscope, wipo.PATENTSCOPE),
    (wipo.is_landscape, wipo.LANDSCAPE),
    (innovation.is_innovation, innovation.CSV),
)


def format_of(text: str) -> str | None:
    """Return which of `READERS` a text is for, or PatentsView, by its content; None if none."""
    stripped = text.lstrip("\n ")
    if stripped.startswith(("{", "[")):
        first = json_lines.first_object(text)
        if lens.is_lens_json(first):
            return lens.JSON
        return google.BIGQUERY if google.is_bigquery(first) else None
    if delimiter_of(google.without_search(text), google.is_google_csv):
        return google.CSV
    if patentsview.table_of_text(text):
        return patentsview.TSV
    return next((name for fits, name in _HEADERS if delimiter_of(text, fits)), None)


def is_archive(data: bytes) -> bool:
    """Tell whether bytes are a ZIP archive, and so perhaps a workbook."""
    return data.startswith(workbook.ZIP)


def format_of_archive(data: bytes, *, file: str) -> str | None:
    """Return the format of a workbook or of zipped tables; None if it is none of ours.

    Raises:
        SourceError: The archive is damaged or holds too much.
    """
    unpacked = workbook.members(data, file=file)
    if workbook.is_workbook(unpacked):
        sheet = workbook.read_sheet(data, unpacked, file=file)
        return innovation.XLSX if innovation.is_innovation(sheet.header()) else None
    return patentsview.TSV if _tables(unpacked, file=file) else None


def read_archive(
    data: bytes, *, source: str, origin: Origin, companions: Sequence[Path]
) -> Reading | None:
    """Read a workbook or zipped tables; None where it is none of ours.

    Args:
        data: The archive.
        source: Source in observatory.toml.
        origin: The file.
        companions: The other files of the source.

    Raises:
        SourceError: The archive is damaged, holds too much, or lacks its main table.
    """
    unpacked = workbook.members(data, file=origin.file)
    if workbook.is_workbook(unpacked):
        sheet = workbook.read_sheet(data, unpacked, file=origin.file)
        if not innovation.is_innovation(sheet.header()):
            return None
        return innovation.read_workbook(sheet, source=source, origin=origin)
    tables = _tables(unpacked, file=origin.file)
    if not tables:
        return None
    return _read_tables(tables, source=source, origin=origin, companions=companions)


def read_patentsview(
    content: Text, *, source: str, origin: Origin, companions: Sequence[Path]
) -> Reading:
    """Read one table of PatentsView together with its companions.

    Args:
        content: The decoded file.
        source: Source in observatory.toml.
        origin: The file.
        companions: The other files of the source.

    Raises:
        SourceError: No file of the source is the table of patents.
    """
    name = patentsview.table_of_text(content.text) or "patent"
    return _read_tables({name: content}, source=source, origin=origin, companions=companions)


def _read_tables(
    tables: dict[str, Text], *, source: str, origin: Origin, companions: Sequence[Path]
) -> Reading:
    own = frozenset(tables)
    held = dict(tables)
    for file in companions:
        data = unpack(file)
        if is_archive(data):
            found = _tables(workbook.members(data, file=file.name), file=file.name)
        else:
            found = _tables({file.name: data}, file=file.name)
        for name, content in found.items():
            held.setdefault(name, content)
    return patentsview.read_tables(held, source=source, origin=origin, own=own)


def _tables(unpacked: dict[str, bytes], *, file: str) -> dict[str, Text]:
    """Return the tables of PatentsView among the members of an archive."""
    found = {}
    for data in unpacked.values():
        head = data[:20_000].decode("utf-8", errors="replace")
        name = patentsview.table_of_text(head)
        if name is None:
            continue
        if name in found:
            raise SourceError(
                f"The archive holds the table {name} of PatentsView twice.",
                where=file,
                fix="keep one of the two",
            )
        found[name] = decode(data, file=file)
    return found
