"""Which format a file has: its content tells, never its name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from armillary.errors import SourceError
from armillary.sources.works import derwent, openalex, openalex_lines, parquet, scopus, tables, wos
from armillary.sources.works.content import Text, decode, foreign, unpack
from armillary.sources.works.delimited import delimiter_of, header

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from armillary.model.provenance import Origin, Reading

_READERS: dict[str, Callable[..., Reading]] = {
    wos.TAGGED: wos.read_tagged,
    wos.TAB: wos.read_tab,
    scopus.CSV: scopus.read_csv,
    derwent.TAGGED: derwent.read_tagged,
    openalex.JSON: openalex.read_json,
    tables.CSV: tables.read_csv,
}

_TAGGED = re.compile(r"(?:FN [^\n]*\n(?:VR [^\n]*\n)?\s*)?PT [A-Z]\b")
_DERWENT = re.compile(r"^(?:PN [A-Z]{2}\w+-[A-Z]|UT DIIDW:)", re.MULTILINE)
_OPENALEX = re.compile(r'"https?://openalex\.org/([A-Z])|"(?:api\.)?openalex')

# What other exports look like, to name them in the refusal: a pattern of their first characters,
# or column names only they have.
_OTHER_TEXT = (
    ("RIS", re.compile(r"TY  - ")),
    ("BibTeX", re.compile(r"(?:[^\n]{0,200}\n){0,20}?\s*@\w+\s*\{")),
    ("PubMed tagged text", re.compile(r"PMID- ")),
    ("PubMed XML", re.compile(r"(?:<\?xml[^>]*>\s*)?(?:<!DOCTYPE[^>]*>\s*)?<PubmedArticleSet")),
    ("some XML", re.compile(r"<\?xml")),
    ("CNKI E-Study text", re.compile(r"DataType: ?\d")),
    ("EndNote or RefWorks text", re.compile(r"(?:%0 |RT )")),
    ("a Google Patents download", re.compile(r"search URL:")),
)
_OTHER_COLUMNS = (
    ("a Dimensions CSV", {"Publication ID", "PubYear"}),
    ("a Lens.org CSV", {"Lens ID"}),
    ("a Publish or Perish CSV", {"GSRank"}),
    ("a Google Patents CSV", {"inventor/author"}),
    ("an arXiv metadata table", {"arxiv_id"}),
    ("a WIPO Patentscope CSV", {"Priority Data", "FP Image"}),
)


def formats() -> list[str]:
    """Return the names of the formats `read_works` knows."""
    return [*_READERS, parquet.PARQUET]


def detect_format(file: Path) -> str:
    """Return the format of a file, one of `formats()`, by its content.

    Raises:
        SourceError: The file is none of them; the error says what it seems to be.
    """
    data = unpack(file)
    if data.startswith(b"PAR1"):
        return parquet.PARQUET
    return _format_of(_text(data, file), file)


def read_works(file: Path, *, source: str, origin: Origin) -> Reading:
    """Read an export of publications or patents, whatever database it came from.

    Args:
        file: The export, packed with gzip or not.
        source: Source in observatory.toml; work ids begin with it.
        origin: The file's origin.

    Returns:
        Table `work`, one row per record (for Derwent per patent family), each with the line
        or row it came from; the records refused, each with a reason; and counts that balance.

    Raises:
        SourceError: The file is none of `formats()`, is damaged as a whole, or holds nothing.
    """
    if openalex_lines.is_lines(file):  # too large, often, to be held as one text
        return openalex_lines.read_lines(file, source=source, origin=origin)
    data = unpack(file)
    if data.startswith(b"PAR1"):
        reading = parquet.read_parquet(data, source=source, origin=origin)
    else:
        content = _text(data, file)
        del data
        reader = _READERS[_format_of(content, file)]
        reading = reader(content, source=source, origin=origin)
    if not reading.n_read:
        raise SourceError(
            f"The file is a {reading.format} without a single record.",
            where=file.name,
            fix="export the records again",
        )
    return reading


def _text(data: bytes, file: Path) -> Text:
    seems = foreign(data)
    if seems:
        raise _unknown(seems, file)
    return decode(data, file=file.name)


def _format_of(content: Text, file: Path) -> str:
    """Return the format of a text; the order goes from the plainest marks to the weakest."""
    text = content.text.lstrip("\n ")
    if _TAGGED.match(text):
        first = text.partition("\nER")[0]
        return derwent.TAGGED if _DERWENT.search(first) else wos.TAGGED
    if text.startswith(("{", "[")):
        return _json_format(text, file)
    for name, pattern in _OTHER_TEXT:
        if pattern.match(text):
            raise _unknown(name, file)
    return _delimited_format(text, file)


def _json_format(text: str, file: Path) -> str:
    found = _OPENALEX.search(text)
    if found is None:
        raise _unknown("JSON, but not from OpenAlex", file)
    first_id = re.search(r'"id"\s*:\s*"https?://openalex\.org/([A-Z])', text)
    if first_id is not None and first_id.group(1) != "W":
        raise _unknown("OpenAlex JSON, but not of works", file)
    return openalex.JSON


def _delimited_format(text: str, file: Path) -> str:
    if {"PT", "AU", "TI", "SO"} <= set(header(text, delimiter="\t")):
        return wos.TAB
    for name, marks in _OTHER_COLUMNS:
        if delimiter_of(text, marks.issubset):
            raise _unknown(name, file)
    if delimiter_of(text, scopus.is_scopus):
        return scopus.CSV
    if delimiter_of(text, tables.is_tidy):
        return tables.CSV
    raise _unknown("text of no export we know", file)


def _unknown(seems: str, file: Path) -> SourceError:
    return SourceError(
        f"The file is no export that can be read; it seems to be {seems}.",
        where=file.name,
        fix=f"export the records as one of: {'; '.join(formats())}",
    )
