"""Which format a file has: its content tells, never its name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from armillary.errors import SourceError
from armillary.sources.works import (
    arxiv,
    bibtex,
    bibtex_entries,
    crossref,
    derwent,
    dimensions,
    lens_scholar,
    openalex,
    openalex_lines,
    parquet,
    publish_or_perish,
    pubmed,
    pubmed_xml,
    reference_texts,
    ris,
    scopus,
    tables,
    workbooks,
    wos,
)
from armillary.sources.works.content import Text, decode, foreign, unpack
from armillary.sources.works.delimited import delimiter_of
from armillary.sources.works.patents import exports, innovation, patentsview

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from armillary.model.provenance import Origin, Reading

# Publications.
_OF_PUBLICATIONS: dict[str, Callable[..., Reading]] = {
    wos.TAGGED: wos.read_tagged,
    wos.TAB: wos.read_tab,
    bibtex.WOS: bibtex.read_wos,
    scopus.CSV: scopus.read_csv,
    bibtex.SCOPUS: bibtex.read_scopus,
    bibtex.OTHER: bibtex.read_other,
    ris.RIS: ris.read_ris,
    pubmed.NBIB: pubmed.read_nbib,
    pubmed_xml.XML: pubmed_xml.read_xml,
    dimensions.CSV: dimensions.read_csv,
    lens_scholar.CSV: lens_scholar.read_csv,
    lens_scholar.JSON: lens_scholar.read_json,
    openalex.JSON: openalex.read_json,
    crossref.JSON: crossref.read_json,
    arxiv.TSV: arxiv.read_tsv,
    arxiv.JSON: arxiv.read_json,
    reference_texts.ESTUDY: reference_texts.read_estudy,
    reference_texts.ENDNOTE: reference_texts.read_endnote,
    reference_texts.REFWORKS: reference_texts.read_refworks,
    reference_texts.NOTEEXPRESS: reference_texts.read_noteexpress,
    publish_or_perish.CSV: publish_or_perish.read_csv,
}
_PUBLICATION_TEXTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (ris.RIS, re.compile(r"(?:[^\n]{0,300}\n){0,20}?TY {1,2}- \w")),
    (pubmed.NBIB, re.compile(r"PMID ?- ?\d")),
    (reference_texts.ESTUDY, re.compile(r"DataType: ?\d")),
    (reference_texts.ENDNOTE, re.compile(r"%0 \S")),
    (reference_texts.REFWORKS, re.compile(r"RT [A-Z]")),
    (reference_texts.NOTEEXPRESS, re.compile(r"\{Reference Type\}:")),
)
_PUBLICATION_COLUMNS: tuple[tuple[str, Callable[[Sequence[str]], bool]], ...] = (
    (wos.TAB, wos.is_tab),
    (dimensions.CSV, dimensions.is_dimensions),
    (lens_scholar.CSV, lens_scholar.is_lens),
    (publish_or_perish.CSV, publish_or_perish.is_publish_or_perish),
    (arxiv.TSV, arxiv.is_arxiv),
    (scopus.CSV, scopus.is_scopus),
)
_PUBLICATION_OBJECTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (arxiv.JSON, re.compile(r'"authors_parsed"\s*:')),
    (
        lens_scholar.JSON,
        re.compile(r'"lens_id"\s*:(?!.{0,5000}"(?:biblio|jurisdiction)"\s*:)', re.S),
    ),
    (crossref.JSON, re.compile(r'"message-type"\s*:|"(?:reference|is-referenced-by)-count"\s*:')),
)

# Patents.
_OF_PATENTS: dict[str, Callable[..., Reading]] = {
    derwent.TAGGED: derwent.read_tagged,
    **exports.READERS,
}

_READERS: dict[str, Callable[..., Reading]] = {
    **_OF_PUBLICATIONS,
    **_OF_PATENTS,
    tables.CSV: tables.read_csv,
}

_TAGGED = re.compile(r"(?:FN [^\n]*\n(?:VR [^\n]*\n)?\s*)?PT [A-Z]\b")
_DERWENT = re.compile(r"^(?:PN [A-Z]{2}\w+-[A-Z]|UT DIIDW:)", re.MULTILINE)
_OPENALEX = re.compile(r'"https?://openalex\.org/([A-Z])|"(?:api\.)?openalex')
_OBJECT_HEAD = 200_000


def formats() -> list[str]:
    """Return the names of the formats `read_works` knows."""
    return [*_READERS, innovation.XLSX, patentsview.TSV, parquet.PARQUET]


def detect_format(file: Path) -> str:
    """Return the format of a file, one of `formats()`, by its content.

    Raises:
        SourceError: The file is none of them; the error says what it seems to be.
    """
    data = unpack(file)
    if data.startswith(b"PAR1"):
        return parquet.PARQUET
    if exports.is_archive(data):
        found = exports.format_of_archive(data, file=file.name)
        if found is not None:
            return found
    return _format_of(_text(data, file), file)


def read_works(
    file: Path, *, source: str, origin: Origin, companions: Sequence[Path] = ()
) -> Reading:
    """Read an export of publications or patents, whatever database it came from.

    Args:
        file: The export, packed with gzip or not.
        source: Source in observatory.toml; work ids begin with it.
        origin: The file's origin.
        companions: The other files of the source; tables that belong together are joined.

    Returns:
        Table `work`, one row per record (for Derwent per patent family), each with the line
        or row it came from; for patents also the table `patent`, one row per record; the
        records refused, each with a reason; and counts that balance.

    Raises:
        SourceError: The file is none of `formats()`, is damaged as a whole, or holds nothing.
    """
    if openalex_lines.is_lines(file):  # too large, often, to be held as one text
        return openalex_lines.read_lines(file, source=source, origin=origin)
    data = unpack(file)
    packed = (
        exports.read_archive(data, source=source, origin=origin, companions=companions)
        if exports.is_archive(data)
        else None
    )
    if packed is not None:
        reading = packed
    elif data.startswith(b"PAR1"):
        reading = parquet.read_parquet(data, source=source, origin=origin)
    else:
        content = _text(data, file)
        del data
        name = _format_of(content, file)
        if name == patentsview.TSV:
            reading = exports.read_patentsview(
                content, source=source, origin=origin, companions=companions
            )
        else:
            reading = _READERS[name](content, source=source, origin=origin)
    if not reading.n_read:
        raise SourceError(
            f"The file is a {reading.format} without a single record.",
            where=file.name,
            fix="export the records again",
        )
    return reading


def _text(data: bytes, file: Path) -> Text:
    if workbooks.is_workbook(data):
        return workbooks.as_text(data, file)
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
    if found := exports.format_of(text):
        return found
    for name, pattern in _PUBLICATION_TEXTS:
        if pattern.match(text):
            return name
    if text.startswith(("{", "[")):
        return _json_format(text, file)
    if text.startswith("<"):
        if pubmed_xml.is_pubmed(text):
            return pubmed_xml.XML
        raise _unknown("some XML or a web page", file)
    return bibtex.dialect(text) if bibtex_entries.is_bibtex(text) else _delimited_format(text, file)


def _json_format(text: str, file: Path) -> str:
    head = text[:_OBJECT_HEAD]
    for name, pattern in _PUBLICATION_OBJECTS:
        if pattern.search(head) and not _OPENALEX.search(head[:2000]):
            return name
    if _OPENALEX.search(text) is None:
        raise _unknown("JSON of no database we know", file)
    first_id = re.search(r'"id"\s*:\s*"https?://openalex\.org/([A-Z])', text)
    if first_id is not None and first_id.group(1) != "W":
        raise _unknown("OpenAlex JSON, but not of works", file)
    return openalex.JSON


def _delimited_format(text: str, file: Path) -> str:
    text = dimensions.without_disclaimer(text)
    for name, fits in _PUBLICATION_COLUMNS:
        if delimiter_of(text, fits):
            return name
    if delimiter_of(text, tables.is_tidy):
        return tables.CSV
    raise _unknown("text of no export we know", file)


def _unknown(seems: str, file: Path) -> SourceError:
    return SourceError(
        f"The file is no export that can be read; it seems to be {seems}.",
        where=file.name,
        fix=f"export the records as one of: {'; '.join(formats())}",
    )
