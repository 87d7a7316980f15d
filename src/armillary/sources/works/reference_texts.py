"""Labelled texts of reference managers, as CNKI and others export them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from armillary.sources.works import values
from armillary.sources.works.labelled import Labelled, Layout, parse
from armillary.sources.works.places import country_named
from armillary.sources.works.records import Records

if TYPE_CHECKING:
    from armillary.model.provenance import Origin, Reading
    from armillary.sources.works.content import Text

ESTUDY = "CNKI E-Study"
ENDNOTE = "EndNote text"
REFWORKS = "RefWorks text"
NOTEEXPRESS = "NoteExpress text"


class _Labels(msgspec.Struct, frozen=True, kw_only=True):
    """Labels of one kind of text by what they mean; the first that holds something counts."""

    layout: Layout
    kind: tuple[str, ...]
    title: tuple[str, ...]
    authors: tuple[str, ...]
    places: tuple[str, ...]
    venue: tuple[str, ...]
    year: tuple[str, ...]
    date: tuple[str, ...] = ()
    keywords: tuple[str, ...]
    abstract: tuple[str, ...]
    doi: tuple[str, ...]
    url: tuple[str, ...]
    number: tuple[str, ...] = ()
    language: tuple[str, ...] = ()


_LABELS = {
    ESTUDY: _Labels(
        layout=Layout(
            label=re.compile(
                r"(DataType|[A-Z][A-Za-z]+(?=-[^:：]{1,20}[:：]))(?:-[^:：]+)?[:：] ?(.*)$"
            ),
            begins="DataType",
            once=("DataType", "Title", "Year", "Summary", "Link"),
        ),
        kind=("SrcDatabase",),
        title=("Title",),
        authors=("Author",),
        places=("Organ",),
        venue=("Source",),
        year=("Year",),
        date=("PubTime",),
        keywords=("Keyword",),
        abstract=("Summary",),
        doi=("DOI", "Doi"),
        url=("Link",),
    ),
    ENDNOTE: _Labels(
        layout=Layout(
            label=re.compile(r"(%\S)(?: (.*))?$"),
            begins="%0",
            once=("%0", "%T", "%D", "%X"),
            blank_ends=True,
        ),
        kind=("%0",),
        title=("%T",),
        authors=("%A",),
        places=("%+",),
        venue=("%J", "%B"),
        year=("%D",),
        date=("%8",),
        keywords=("%K",),
        abstract=("%X",),
        doi=("%R",),
        url=("%U",),
        number=("%M",),
        language=("%G",),
    ),
    REFWORKS: _Labels(
        layout=Layout(
            label=re.compile(
                r"(RT|SR|ID|A[1-6ABDNV]|T[1-3]|J[FO12]|YR|FD|[Vv][Oo]|I[SD]|[SO]P|K1|NO|P[BPA]|ED|"
                r"R[DPM]|L[AKL1-3]|S[NRFL]|C[NLDA1-9]|D[OSB]|do|U[1-9L]|W[TVP]|F[LA]|GR|OL|ST)"
                r"(?: (.*)|)$"
            ),
            begins="RT",
            once=("RT", "T1", "YR", "AB"),
            blank_ends=True,
        ),
        kind=("RT",),
        title=("T1",),
        authors=("A1",),
        places=("AD",),
        venue=("JF", "JO", "T2"),
        year=("YR",),
        date=("FD",),
        keywords=("K1",),
        abstract=("AB",),
        doi=("DO", "do"),
        url=("LK", "UL"),
        number=("ID", "AN"),
        language=("LA",),
    ),
    NOTEEXPRESS: _Labels(
        layout=Layout(
            label=re.compile(r"\{([A-Z][A-Za-z /]*)\}: ?(.*)$"),
            begins="Reference Type",
            once=("Reference Type", "Title", "Year", "Abstract"),
        ),
        kind=("Reference Type",),
        title=("Title",),
        authors=("Author",),
        places=("Author Address",),
        venue=("Journal", "Source", "Secondary Title", "Tertiary Title"),
        year=("Year",),
        date=("Date",),
        keywords=("Keywords",),
        abstract=("Abstract",),
        doi=("DOI",),
        url=("URL",),
        number=("Accession Number",),
        language=("Language",),
    ),
}

_TYPES = (
    ("patent", ("patent", "专利")),
    ("book", ("book", "monograph", "图书", "专著")),
    ("proceedings", ("conference", "proceeding", "会议")),
    ("article", ("journal", "article", "magazine", "期刊", "辑刊")),
)
_FILE_NAME = re.compile(r"[?&](?:filename|fn)=([A-Za-z0-9.]+)", re.IGNORECASE)
_SEPARATED = re.compile(r"\s*[;；]+\s*")
_FULL_TEXT = re.compile(r"^<正>\s*")


def read_estudy(content: Text, *, source: str, origin: Origin) -> Reading:
    """Read the E-Study text of CNKI; it has no references and names no countries.

    Args:
        content: The decoded file.
        source: Source in observatory.toml.
        origin: The file.
    """
    return _read(content, ESTUDY, source=source, origin=origin)


def read_endnote(content: Text, *, source: str, origin: Origin) -> Reading:
    """Read EndNote text (`%0`), of CNKI or others.

    Args:
        content: The decoded file.
        source: Source in observatory.toml.
        origin: The file.
    """
    return _read(content, ENDNOTE, source=source, origin=origin)


def read_refworks(content: Text, *, source: str, origin: Origin) -> Reading:
    """Read RefWorks text (`RT`), of CNKI or others.

    Args:
        content: The decoded file.
        source: Source in observatory.toml.
        origin: The file.
    """
    return _read(content, REFWORKS, source=source, origin=origin)


def read_noteexpress(content: Text, *, source: str, origin: Origin) -> Reading:
    """Read NoteExpress text (`{Reference Type}:`), of CNKI, Wanfang or others.

    Args:
        content: The decoded file.
        source: Source in observatory.toml.
        origin: The file.
    """
    return _read(content, NOTEEXPRESS, source=source, origin=origin)


def _read(content: Text, name: str, *, source: str, origin: Origin) -> Reading:
    records = Records(source=source, origin=origin)
    labels = _LABELS[name]
    for one in parse(content.text, layout=labels.layout, refuse=records.refuse_line):
        _keep(records, one, labels)
    return records.reading(name, notes=(content.encoding,))


def _keep(records: Records, one: Labelled, labels: _Labels) -> None:
    title = one.text(*labels.title)
    said = one.text(*labels.date)
    year = values.year(one.text(*labels.year)) or values.year(said)
    exact = values.iso_date(said)
    dated = exact if exact and values.year(exact) == year else None
    places = _split(one.values(*labels.places))
    url = one.text(*labels.url)
    number = _FILE_NAME.search(url)
    records.keep(
        f"line {one.line}",
        native_id=number.group(1) if number else one.text(*labels.number),
        title=title,
        doi=one.text(*labels.doi) or (url if "doi.org/" in url else ""),
        year=year,
        authors=_split(one.values(*labels.authors)),
        date=dated or (str(year) if year else None),
        type=_type(one.text(*labels.kind)),
        abstract=_FULL_TEXT.sub("", one.text(*labels.abstract)),
        language=values.language(one.text(*labels.language)) or values.language_of_title(title),
        venue=one.text(*labels.venue),
        keywords=values.unique(_split(one.values(*labels.keywords))),
        organisations=values.unique(places),
        countries=values.unique(country_named(place) or "" for place in places),
    )


def _split(held: list[str]) -> list[str]:
    """Split values joined by one or two semicolons, of either width."""
    return [part for value in held for part in _SEPARATED.split(value) if part]


def _type(said: str) -> str:
    low = said.lower()
    return next((kind for kind, marks in _TYPES if any(m in low for m in marks)), "other")
