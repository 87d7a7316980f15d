"""BibTeX of Web of Science, of Scopus, and of whoever else writes it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from armillary.sources.works import scopus, values, wos
from armillary.sources.works.bibtex_entries import Entry, parse
from armillary.sources.works.latex import plain
from armillary.sources.works.places import country_named
from armillary.sources.works.records import Records

if TYPE_CHECKING:
    from collections.abc import Sequence

    from armillary.model.provenance import Origin, Reading
    from armillary.sources.works.content import Text

WOS = "Web of Science BibTeX"
SCOPUS = "Scopus BibTeX"
OTHER = "BibTeX"

_AND = re.compile(r"\s+and\s+")
_OF_WOS = re.compile(r"unique-id\s*=|times-cited\s*=|@\w+\s*\{\s*(?:WOS|ISI):", re.IGNORECASE)
_OF_SCOPUS = re.compile(r"source\s*=\s*\{+Scopus|www\.scopus\.com/inward", re.IGNORECASE)
_REFERENCE_END = re.compile(r"\.$")
_CORRESPONDING = re.compile(r"^.*\((?:corresponding|reprint) author\),?\s*", re.IGNORECASE)

_TYPES = {
    "article": "article", "inproceedings": "proceedings", "conference": "proceedings",
    "proceedings": "proceedings", "book": "book", "inbook": "book", "incollection": "book",
    "collection": "book", "booklet": "book", "patent": "patent", "review": "review",
}  # fmt: skip


def dialect(text: str) -> str:
    """Return which of the three dialects a BibTeX file is in."""
    if _OF_WOS.search(text):
        return WOS
    return SCOPUS if _OF_SCOPUS.search(text) else OTHER


def read_wos(content: Text, *, source: str, origin: Origin) -> Reading:
    """Read a Web of Science export in BibTeX, with single or double braces.

    Args:
        content: The decoded file.
        source: Source in observatory.toml.
        origin: The file.
    """
    return _read(content, WOS, source=source, origin=origin)


def read_scopus(content: Text, *, source: str, origin: Origin) -> Reading:
    """Read a Scopus export in BibTeX; the citation count stands in its `note`.

    Args:
        content: The decoded file.
        source: Source in observatory.toml.
        origin: The file.
    """
    return _read(content, SCOPUS, source=source, origin=origin)


def read_other(content: Text, *, source: str, origin: Origin) -> Reading:
    """Read any other BibTeX file, such as that of a reference manager.

    Args:
        content: The decoded file.
        source: Source in observatory.toml.
        origin: The file.
    """
    return _read(content, OTHER, source=source, origin=origin)


def _read(content: Text, name: str, *, source: str, origin: Origin) -> Reading:
    """Read entry by entry; a file that mixes dialects has each entry read in its own."""
    records = Records(source=source, origin=origin, unit_read="entries")
    entries = list(parse(content.text, refuse=records.refuse_line))
    cites = any(entry.fields.get(f) for entry in entries for f in _REFERENCES)
    for entry in entries:
        locator = f"line {entry.line}"
        if {"unique-id", "times-cited"} & entry.fields.keys():
            _keep_wos(records, entry, locator, cites=cites)
        elif "scopus" in f"{_text(entry, 'source')} {_text(entry, 'url')}".lower():
            _keep_scopus(records, entry, locator, cites=cites)
        else:
            _keep_other(records, entry, locator, cites=cites)
    return records.reading(name, notes=(content.encoding,))


_REFERENCES = ("cited-references", "references")


def _text(entry: Entry, *names: str) -> str:
    """Return the first of the fields that holds something, as plain text."""
    for name in names:
        for value in entry.fields.get(name, ()):
            said = plain(value)
            if said:
                return said
    return ""


def _lines(entry: Entry, name: str) -> list[str]:
    """Return the lines of a field, each as plain text."""
    held = "\n".join(entry.fields.get(name, ()))
    return [said for line in held.split("\n") if (said := plain(line))]


def _names(entry: Entry, *fields: str) -> list[str]:
    """Return the persons of the first of the fields that names any; "others" is none."""
    for field in fields:
        parts = (
            plain(part)
            for value in entry.fields.get(field, ())
            for part in _AND.split(" ".join(value.split()))
        )
        found = [part for part in parts if part and part.lower() != "others"]
        if found:
            return found
    return []


def _keep_wos(records: Records, entry: Entry, locator: str, *, cites: bool) -> None:
    early = _text(entry, "early access date")
    year = values.year(_text(entry, "year")) or values.year(early)
    authors = _names(entry, "author")
    addresses = [_address(line, authors) for line in _lines(entry, "affiliation")]
    references = [_REFERENCE_END.sub("", line) for line in _lines(entry, "cited-references")]
    pages = _text(entry, "pages").partition("-")[0]
    short = wos.short_form(
        author=wos.initials(authors[0]) if authors else "",
        year=year,
        source=_text(entry, "journal-iso").replace(".", "").upper(),
        volume=_text(entry, "volume"),
        page=pages,
        article=_text(entry, "article-number"),
    )
    records.keep(
        locator,
        native_id=_text(entry, "unique-id") or entry.key,
        title=_text(entry, "title"),
        doi=_text(entry, "doi"),
        year=year,
        authors=authors,
        date=values.day(_text(entry, "month") or early, in_year=year),
        type=values.work_type(_text(entry, "type")),
        abstract=_text(entry, "abstract"),
        language=values.language(_text(entry, "language")),
        venue=_text(entry, "journal", "booktitle", "series"),
        keywords=values.listing(_text(entry, "keywords")),
        organisations=values.unique(addresses),
        countries=values.unique(values.country(address) for address in addresses),
        classes=values.listing(_text(entry, "web-of-science-categories")),
        references=references if cites else None,
        cited_as=[short] if short else [],
        cited_by_count=values.count(_text(entry, "times-cited")),
    )


def _address(line: str, authors: Sequence[str]) -> str:
    """Return an address without the authors the database puts before it."""
    rest = _CORRESPONDING.sub("", line)
    if rest != line:
        return rest
    known = sorted(authors, key=len, reverse=True)
    while name := next((n for n in known if rest.startswith((f"{n}; ", f"{n}, "))), None):
        rest = rest[len(name) + 2 :]
    return rest


def _keep_scopus(records: Records, entry: Entry, locator: str, *, cites: bool) -> None:
    year = values.year(_text(entry, "year"))
    authors = _names(entry, "author")
    title, venue = _text(entry, "title"), _text(entry, "journal", "booktitle", "series")
    places = values.listing(_text(entry, "affiliation", "affiliations"))
    records.keep(
        locator,
        native_id=scopus.eid(_text(entry, "url")),
        title=title,
        doi=_text(entry, "doi"),
        year=year,
        authors=authors,
        date=values.day(_text(entry, "month"), in_year=year),
        type=values.work_type(_text(entry, "document_type", "type")),
        abstract=scopus.held(_text(entry, "abstract")),
        language=values.language(_text(entry, "language")),
        venue=venue,
        keywords=values.listing(_text(entry, "author_keywords")),
        organisations=values.unique(places),
        countries=values.unique(values.country(place) for place in places),
        references=scopus.references(_text(entry, "references")) if cites else None,
        cited_as=[
            *scopus.forms(authors, title=title, year=year, venue=venue),
            *values.pmid(_text(entry, "pubmed_id", "pmid")),
        ],
        cited_by_count=scopus.cited_by(_text(entry, "note")),
    )


def _keep_other(records: Records, entry: Entry, locator: str, *, cites: bool) -> None:
    date = _text(entry, "date")
    year = values.year(_text(entry, "year")) or values.year(date)
    keywords = _text(entry, "keywords", "keyword", "author_keywords")
    separator = ";" if ";" in keywords else ","
    places = values.listing(_text(entry, "affiliation", "affiliations", "address"))
    places = places if entry.fields.keys() & {"affiliation", "affiliations"} else []
    month = _text(entry, "month")
    exact = values.iso_date(f"{year}-{month}") if month.isdigit() else None
    records.keep(
        locator,
        native_id=None,
        title=_text(entry, "title"),
        doi=_text(entry, "doi") or _doi_in(_text(entry, "url")),
        year=year,
        authors=_names(entry, "author", "editor"),
        date=values.iso_date(date) or exact or values.day(month, in_year=year),
        type=_TYPES.get(entry.kind, "other"),
        abstract=_text(entry, "abstract"),
        language=values.language(_text(entry, "langid", "language")),
        venue=_text(entry, "journal", "journaltitle", "booktitle", "series"),
        keywords=values.listing(keywords, separator=separator),
        organisations=values.unique(places),
        countries=values.unique(c for place in places if (c := country_named(place))),
        references=scopus.references(_text(entry, "references")) if cites else None,
        cited_as=values.pmid(_text(entry, "pmid")),
    )


def _doi_in(url: str) -> str:
    return url if "doi.org/" in url else ""
