"""Lens.org: scholarly works in CSV and JSON."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from armillary.sources.works import delimited, json_items, values
from armillary.sources.works.json_items import many, plain, whole
from armillary.sources.works.records import Records

if TYPE_CHECKING:
    from collections.abc import Sequence

    from armillary.model.provenance import Origin, Reading
    from armillary.sources.works.content import Text

CSV = "Lens scholarly CSV"
JSON = "Lens scholarly JSON"

_TELLING = {"Author/s", "Source Title", "Publication Type", "Citing Works Count"}
_OF_PATENTS = {"Jurisdiction", "Kind", "Application Number"}
# A first name the database lacks is written "null".
_NO_NAME = re.compile(r"^null\s+")
_FIX = "export the works again from the Lens"


def is_lens(names: Sequence[str]) -> bool:
    """Tell whether a header is that of scholarly works from the Lens."""
    held = set(names)
    return {"Lens ID", "Title"} <= held and bool(_TELLING & held) and not _OF_PATENTS & held


def read_csv(content: Text, *, source: str, origin: Origin) -> Reading:
    """Read scholarly works from the Lens in CSV; it has no affiliations.

    Args:
        content: The decoded file.
        source: Source in observatory.toml.
        origin: The file.
    """
    records = Records(source=source, origin=origin, unit_read="rows")
    delimiter = delimited.delimiter_of(content.text, is_lens) or ","
    for line, row in delimited.rows(content.text, records, delimiter=delimiter):
        _keep_row(records, {name: cell.strip() for name, cell in row.items()}, f"line {line}")
    return records.reading(CSV, notes=(content.encoding,))


def _keep_row(records: Records, row: dict[str, str], locator: str) -> None:
    said = row.get("Date Published", "")
    year = values.year(row.get("Publication Year")) or values.year(said)
    exact = values.iso_date(said)
    cited = row.get("References")
    records.keep(
        locator,
        native_id=row.get("Lens ID"),
        title=row.get("Title"),
        doi=row.get("DOI"),
        year=year,
        authors=[_NO_NAME.sub("", name) for name in values.listing(row.get("Author/s"))],
        date=exact if exact and values.year(exact) == year else (str(year) if year else None),
        type=values.work_type(row.get("Publication Type")),
        abstract=row.get("Abstract"),
        venue=row.get("Source Title"),
        keywords=values.listing(row.get("Keywords")),
        classes=values.listing(row.get("Fields of Study")),
        references=None if cited is None else values.listing(cited),
        cited_as=values.pmid(row.get("PMID")),
        cited_by_count=values.count(row.get("Citing Works Count")),
    )


def read_json(content: Text, *, source: str, origin: Origin) -> Reading:
    """Read scholarly works as the Lens API and its JSON export give them.

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
        within=("data",),
        keep=lambda work, locator: _keep_object(records, work, locator),
        file=origin.file,
        kind="scholarly work of the Lens",
        fix=_FIX,
    )
    return records.reading(JSON, notes=(content.encoding,))


def _keep_object(records: Records, work: dict[str, Any], locator: str) -> None:
    number = plain(work["lens_id"])
    people = many(work.get("authors"))
    places = [a for person in people for a in many(person.get("affiliations"))]
    ids = {one.get("type"): plain(one.get("value")) for one in many(work.get("external_ids"))}
    said = plain(work.get("date_published")) or ""
    year = values.year(str(work.get("year_published"))) or values.year(said)
    countries = (a.get("country_code") or (a.get("country") or "") for a in places)
    records.keep(
        locator,
        native_id=number,
        title=plain(work.get("title")),
        doi=ids.get("doi"),
        year=year,
        authors=[name for person in people if (name := _name(person))],
        date=values.iso_date(said) or (str(year) if year else None),
        type=values.work_type(plain(work.get("publication_type"))),
        abstract=plain(work.get("abstract")),
        language=values.language(next(iter(many(work.get("languages"))), None)),
        venue=plain((work.get("source") or {}).get("title")),
        keywords=values.unique(many(work.get("keywords"))),
        organisations=values.unique(a.get("name") or "" for a in places),
        countries=values.unique(countries),
        classes=values.unique(many(work.get("fields_of_study"))),
        references=[str(one["lens_id"]) for one in many(work["references"]) if one.get("lens_id")]
        if "references" in work
        else None,
        cited_as=values.pmid(ids.get("pmid")),
        cited_by_count=whole(work.get("scholarly_citations_count")),
    )


def _name(person: dict[str, Any]) -> str:
    given = person.get("first_name") or person.get("initials") or ""
    return " ".join(part for part in (given, person.get("last_name") or "") if part)
