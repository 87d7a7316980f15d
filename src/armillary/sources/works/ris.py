"""RIS: one tag a line, in the dialects of Scopus, Web of Science, CNKI and others."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from armillary.sources.works import scopus, values, wos
from armillary.sources.works.labelled import Labelled, Layout, parse
from armillary.sources.works.places import country_named
from armillary.sources.works.records import Records

if TYPE_CHECKING:
    from armillary.model.provenance import Origin, Reading
    from armillary.sources.works.content import Text

RIS = "RIS"

_LAYOUT = Layout(
    label=re.compile(r"([A-Z][A-Z0-9]) {1,2}-(?: (.*)|)$"),
    begins="TY",
    ends="ER",
    once=("TY", "TI", "DO", "AN", "PY"),
)
_TYPES = {
    "JOUR": "article", "JFULL": "article", "MGZN": "article", "EJOUR": "article",
    "CONF": "proceedings", "CPAPER": "proceedings", "BOOK": "book", "CHAP": "book",
    "ECHAP": "book", "EBOOK": "book", "EDBOOK": "book", "SER": "book", "PAT": "patent",
}  # fmt: skip
# Scopus glues the last line of some reference lists to the address that follows them.
_GLUED = re.compile(r"UR  - (?=https?://)")
_TIMES_CITED = re.compile(r"times cited[^:\d]{0,60}:?\s{0,9}(\d+)", re.IGNORECASE)
_REFERENCES = re.compile(r"\s*references\s*:", re.IGNORECASE)
_SEPARATED = re.compile(r"\s*;+\s*")


def read_ris(content: Text, *, source: str, origin: Origin) -> Reading:
    """Read a RIS export; a record begins with TY and ends with ER.

    Scopus puts citation count and references into notes (N1), and gives its id only in the
    address (UR); Web of Science gives its accession number (AN).

    Args:
        content: The decoded file.
        source: Source in observatory.toml.
        origin: The file.
    """
    records = Records(source=source, origin=origin)
    found = list(parse(content.text, layout=_LAYOUT, refuse=records.refuse_line))
    cites = any(_REFERENCES.match(note) for one in found for note in one.fields.get("N1", ()))
    for one in found:
        _keep(records, one, cites=cites)
    return records.reading(RIS, notes=(content.encoding,))


def _keep(records: Records, one: Labelled, *, cites: bool) -> None:
    year = values.year(one.text("PY", "Y1")) or values.year(one.text("DA"))
    authors = _split(one.every("AU", "A1") or one.every("A2", "ED"))
    title = one.text("TI", "T1", "CT")
    venue = one.text("T2", "JF", "JO", "BT", "JA", "J2", "T3")
    notes = one.fields.get("N1", [])
    glued = next((note for note in notes if _GLUED.search(note)), "")
    number = scopus.eid(one.text("UR")) or scopus.eid(_GLUED.split(glued, maxsplit=1)[-1])
    places = _split(one.every("AD", "C1") if not one.text("AD") else one.every("AD"))
    curated = bool(number or one.text("J9"))
    listed = next((note for note in notes if _REFERENCES.match(note)), "")
    listed = _GLUED.split(_REFERENCES.sub("", listed, count=1), maxsplit=1)[0]
    records.keep(
        f"line {one.line}",
        native_id=number or one.text("AN"),
        title=title,
        doi=one.text("DO") or _doi_in(one.text("UR", "L3")),
        year=year,
        authors=values.unique(authors),
        date=_date(one, year),
        type=_type(one, of_scopus=bool(number)),
        abstract=scopus.held(one.text("AB", "N2")),
        language=values.language(one.text("LA")),
        venue=venue,
        keywords=values.unique(_split(one.every("KW", "K1"))),
        organisations=values.unique(places),
        countries=values.unique(_country(place, curated=curated) for place in places),
        references=scopus.references(" ".join(listed.split())) if cites else None,
        cited_as=_forms(one, authors, title=title, year=year, venue=venue, of_scopus=bool(number)),
        cited_by_count=_cited_by(one),
    )


def _country(place: str, *, curated: bool) -> str:
    """Return the country of an address: its last part where the database writes it so."""
    return values.country(place) if curated else country_named(place) or ""


def _split(held: list[str]) -> list[str]:
    """Split values that hold several, as CNKI joins them by one or two semicolons."""
    return [part for value in held for part in _SEPARATED.split(value) if part]


def _type(one: Labelled, *, of_scopus: bool) -> str:
    """Return the type by the database's own word (M3) where we know it, else by TY."""
    said = values.work_type(one.text("M3"))
    return said if said != "other" or of_scopus else _TYPES.get(one.text("TY").upper(), "other")


def _date(one: Labelled, year: int | None) -> str | None:
    for tag in ("DA", "Y1", "PY"):
        said = one.text(tag)
        exact = values.iso_date(said)
        if exact and len(exact) > 4 and values.year(exact) == year:
            return exact
    return values.day(one.text("DA"), in_year=year)


def _forms(
    one: Labelled, authors: list[str], *, title: str, year: int | None, venue: str, of_scopus: bool
) -> list[str]:
    """Return the forms in which the database's other records name this one."""
    if of_scopus:
        return scopus.forms(authors, title=title, year=year, venue=venue)
    short = wos.short_form(
        author=authors[0] if authors else "",
        year=year,
        source=one.text("J9"),
        volume=one.text("VL"),
        page=one.text("SP"),
        article=one.text("C7"),
    )
    return [short] if short else []


def _cited_by(one: Labelled) -> int | None:
    for note in one.fields.get("N1", ()):
        found = _TIMES_CITED.search(note)
        count = values.count(found.group(1)) if found else None
        if count is None and note.lstrip()[:8].lower() == "cited by":
            count = scopus.cited_by(note)
        if count is not None:
            return count
    return values.count(one.text("TC"))


def _doi_in(url: str) -> str:
    return url if "doi.org/" in url else ""
