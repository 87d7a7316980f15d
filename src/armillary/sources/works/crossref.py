"""Crossref works: an API page, a bare list, or one object a line."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

from armillary.sources.works import json_items, values
from armillary.sources.works.json_items import many, plain, whole
from armillary.sources.works.places import country_named
from armillary.sources.works.records import Records

if TYPE_CHECKING:
    from armillary.model.provenance import Origin, Reading
    from armillary.sources.works.content import Text

JSON = "Crossref JSON"

_FIX = "download it again from the works of the Crossref API"
_DATES = ("issued", "published", "published-print", "published-online", "posted")
# Abstracts are in JATS; its headings say "Abstract" or name a section.
_HEADING = re.compile(r"<(?:jats:)?title>\s*(?:abstract|summary)?\s*:?\s*</(?:jats:)?title>", re.I)
_SECTION = re.compile(r"<(?:jats:)?title>([^<]*)</(?:jats:)?title>")
_BLOCK = re.compile(r"</?(?:jats:)?(?:p|sec|abstract|list|list-item|disp-formula|break)\b[^>]*>")
_MARK = re.compile(r"</?(?:jats:|mml:)?[A-Za-z][\w:-]*(?:\s[^<>]*)?/?>")


def read_json(content: Text, *, source: str, origin: Origin) -> Reading:
    """Read works as the Crossref API and its public data file give them.

    Args:
        content: The decoded file.
        source: Source in observatory.toml.
        origin: The file.

    Raises:
        SourceError: The file is one damaged JSON text; of JSON lines only a damaged line goes.
    """
    records = Records(source=source, origin=origin)
    json_items.keep_each(
        content.text,
        records,
        within=("message", "items"),
        keep=lambda work, locator: _keep(records, work, locator),
        file=origin.file,
        kind="Crossref work",
        fix=_FIX,
    )
    return records.reading(JSON, notes=(content.encoding,))


def _keep(records: Records, work: dict[str, Any], locator: str) -> None:
    number = values.doi(plain(work["DOI"]))
    people = many(work.get("author"))
    places = [a for person in people for a in many(person.get("affiliation"))]
    date = next((d for name in _DATES if (d := published(work.get(name)))), None)
    records.keep(
        locator,
        native_id=number,
        title=_title(work),
        doi=number,
        year=values.year(date),
        authors=[name for person in people if (name := _name(person))],
        date=date,
        type=values.work_type(plain(work.get("type"))),
        abstract=abstract(plain(work.get("abstract"))),
        language=values.language(plain(work.get("language"))),
        venue=next((plain(name) for name in many(work.get("container-title"))), None),
        organisations=values.unique(str(place.get("name") or "") for place in places),
        countries=values.unique(_country(place) for place in places),
        classes=values.unique(str(s) for s in many(work.get("subject"))),
        references=_references(work),
        cited_by_count=whole(work.get("is-referenced-by-count")),
    )


def _title(work: dict[str, Any]) -> str | None:
    title = next((plain(one) for one in many(work.get("title"))), None)
    return " ".join(html.unescape(title).split()) if title else None


def _name(person: dict[str, Any]) -> str:
    family, given = plain(person.get("family")), plain(person.get("given"))
    if family:
        return f"{family}, {given}" if given else family
    return plain(person.get("name")) or given or ""


def _country(place: dict[str, Any]) -> str:
    """Return the country of an affiliation: its place says it, else the end of its name."""
    said = [str(one) for one in many(place.get("place"))] + [str(place.get("name") or "")]
    return next((found for one in said if (found := country_named(one))), "")


def published(date: Any) -> str | None:
    """Return an ISO date from date-parts, which may be null or hold a null.

    Examples:
        >>> published({"date-parts": [[2021, 3]]}), published({"date-parts": [[None]]})
        ('2021-03', None)
    """
    parts = date.get("date-parts") if isinstance(date, dict) else None
    first = parts[0] if isinstance(parts, list) and parts else None
    known = []
    for part in many(first):
        if not isinstance(part, int) or isinstance(part, bool):
            break
        known.append(str(part))
    return values.iso_date("-".join(known)) if known else None


def abstract(jats: str | None) -> str | None:
    """Return an abstract as plain text; headings of sections stay, followed by a colon.

    Examples:
        >>> abstract("<jats:title>Abstract</jats:title><jats:p>If a &lt; b.</jats:p>")
        'If a < b.'
    """
    if not jats:
        return None
    text = _HEADING.sub(" ", jats)
    text = _SECTION.sub(lambda found: f" {found.group(1).strip(' :')}: ", text)
    text = _MARK.sub("", _BLOCK.sub(" ", text))
    return " ".join(html.unescape(text).split()) or None


def _references(work: dict[str, Any]) -> list[str] | None:
    """Return what is cited; null where the member does not deposit references."""
    if "reference" not in work:
        return None if work.get("reference-count") != 0 else []
    return [said for one in many(work["reference"]) if (said := _reference(one))]


def _reference(one: dict[str, Any]) -> str:
    """Return one reference: as deposited, with the DOI Crossref found behind it."""
    said = plain(one.get("unstructured")) or ", ".join(
        str(one[name])
        for name in ("author", "article-title", "volume-title", "journal-title", "year", "volume",
                     "first-page")
        if one.get(name)
    )  # fmt: skip
    number = plain(one.get("DOI"))
    if number and number.lower() not in said.lower():
        said = f"{said}, DOI {number}" if said else number
    return " ".join(said.split()) or str(one.get("key") or "")
