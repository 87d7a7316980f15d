"""Plain tables with one row per work: which columns they may have, and the CSV kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from armillary.model.columns import schema
from armillary.sources.works import delimited, values
from armillary.sources.works.patents import plain_tables
from armillary.sources.works.patents.records import with_patents
from armillary.sources.works.records import Records

if TYPE_CHECKING:
    from collections.abc import Sequence

    from armillary.model.provenance import Origin, Reading
    from armillary.sources.works.content import Text

CSV = "CSV table"


# Column of `work`: names it may have in a plain table; all that are present and hold
# something are used, the first one first (`year`: a priority year before that of publication).
NAMES = {
    "native_id": ("native_id", "id"),
    "type": ("type", "document_type", "record_type"),
    "title": ("title",),
    "abstract": ("abstract",),
    "language": ("language",),
    "year": ("priority_year", "year"),
    "date": ("date", "publication_date"),
    "venue": ("venue",),
    "doi": ("doi",),
    "keywords": ("keywords",),
    "authors": ("authors",),
    "organisations": ("organisations", "institutions", "assignees"),
    "countries": ("countries",),
    "classes": ("classes", "ipc", "cpc", "categories", "wos_categories"),
    "references": ("references",),
    "cited_as": ("cited_as", "publication_numbers", "family_members"),
    "cited_by_count": ("cited_by_count",),
}
OF_PATENTS = {"ipc", "cpc", "priority_year", "publication_numbers", "family_members", "assignees"}
# Without an id and without a year a table of titles is some other database's export.
_TELLING = {"native_id", "id", "year"}


def is_tidy(names: Sequence[str]) -> bool:
    """Tell whether a header is that of a plain table of works."""
    lower = {name.lower() for name in names}
    known = {name for others in NAMES.values() for name in others}
    return "title" in lower and len(lower & known) >= 3 and bool(lower & _TELLING)


def read_csv(content: Text, *, source: str, origin: Origin) -> Reading:
    """Read a CSV table; lists within a cell are joined by semicolons.

    A table with columns of patents gives the table `patent` too.

    Args:
        content: The decoded file.
        source: Source in observatory.toml.
        origin: The file.
    """
    delimiter = delimited.delimiter_of(content.text, is_tidy) or ","
    records = Records(source=source, origin=origin, unit_read="rows")
    lists = {field.name for field in schema("work") if pa.types.is_list(field.type)}
    patents: dict[str, dict[str, str]] = {}
    for line, row in delimited.rows(content.text, records, delimiter=delimiter):
        cells = {name.lower(): cell.strip() for name, cell in row.items()}
        patent = OF_PATENTS & cells.keys()
        fields: dict[str, object] = {}
        for column, names in NAMES.items():
            held = [cells[name] for name in names if cells.get(name)]
            present = any(name in cells for name in names)
            if column in lists and present:
                fields[column] = values.unique(p for cell in held for p in values.listing(cell))
            elif column not in lists:
                fields[column] = held[0] if held else None
        fields["type"] = "patent" if patent else values.work_type(_text(fields["type"]))
        years = (values.year(cells.get(name)) for name in NAMES["year"])
        fields["year"] = next((year for year in years if year is not None), None)
        fields["cited_by_count"] = values.count(_text(fields["cited_by_count"]))
        if patent:
            patents[f"line {line}"] = cells
        records.keep(f"line {line}", **fields)  # type: ignore[arg-type]
    reading = records.reading(CSV, notes=(content.encoding,))
    if not patents:
        return reading
    works = reading.tables["work"]
    rows = [patents[locator] for locator in works["locator"].to_pylist()]
    columns = {name: [row.get(name) for row in rows] for name in rows[0]} if rows else {}
    return with_patents(reading, plain_tables.patent_rows(works, columns))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
