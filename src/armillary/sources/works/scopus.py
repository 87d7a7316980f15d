"""Scopus CSV, before and after the change of its interface in 2022."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from armillary.sources.works import delimited, values
from armillary.sources.works.records import Records

if TYPE_CHECKING:
    from collections.abc import Sequence

    from armillary.model.provenance import Origin, Reading
    from armillary.sources.works.content import Text

CSV = "Scopus CSV"

_INITIALS = re.compile(r"(?:[^\W\d_]\.[- ]?)+$")
_TELLING = {"Source title", "EID", "Cited by"}
_NOTHING = {"[No abstract available]", "[No author name available]"}


def is_scopus(names: Sequence[str]) -> bool:
    """Tell whether a header is that of a Scopus export."""
    return {"Authors", "Title"} <= set(names) and bool(_TELLING & set(names))


def read_csv(content: Text, *, source: str, origin: Origin) -> Reading:
    """Read a Scopus export in CSV; absent columns are missing values.

    `References` is split at semicolons, as Scopus joins it; a reference that itself holds a
    semicolon comes apart.

    Args:
        content: The decoded file.
        source: Source in observatory.toml.
        origin: The file.
    """
    records = Records(source=source, origin=origin, unit_read="rows")
    delimiter = delimited.delimiter_of(content.text, is_scopus) or ","
    for line, row in delimited.rows(content.text, records, delimiter=delimiter):
        _keep(records, {name: _held(cell) for name, cell in row.items()}, f"line {line}")
    return records.reading(CSV, notes=(content.encoding,))


def _held(cell: str) -> str:
    return "" if cell.strip() in _NOTHING else cell.strip()


def _keep(records: Records, row: dict[str, str], locator: str) -> None:
    year = values.year(row.get("Year"))
    affiliations = values.listing(row.get("Affiliations"))
    references = row.get("References")
    records.keep(
        locator,
        native_id=row.get("EID"),
        title=row["Title"],
        doi=row.get("DOI"),
        year=year,
        authors=authors(row.get("Authors", "")),
        date=str(year) if year else None,
        type=values.work_type(row.get("Document Type")),
        abstract=row.get("Abstract"),
        language=values.language(row.get("Language of Original Document")),
        venue=row.get("Source title"),
        keywords=values.listing(row.get("Author Keywords")),
        organisations=values.unique(affiliations),
        countries=values.unique(values.country(place) for place in affiliations),
        references=None if references is None else values.listing(references),
        cited_by_count=values.count(row.get("Cited by")),
    )


def authors(cell: str) -> list[str]:
    """Split authors joined by semicolons (from 2022) or by commas (before).

    Examples:
        >>> authors("Batty, M.; Tobler, W.R."), authors("Batty M., Tobler W.R.")
        (['Batty, M.', 'Tobler, W.R.'], ['Batty M.', 'Tobler W.R.'])
        >>> authors("Tobler, W.R.")
        ['Tobler, W.R.']
    """
    parts = values.listing(cell, separator=",")
    if ";" in cell or any(_INITIALS.match(part) for part in parts):
        return values.listing(cell)
    return parts
