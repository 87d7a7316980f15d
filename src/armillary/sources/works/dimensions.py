"""Dimensions: CSV and workbook, in its full form and the one for bibliometric mapping."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from armillary.sources.works import delimited, values
from armillary.sources.works.places import country_named, without_email
from armillary.sources.works.records import Records

if TYPE_CHECKING:
    from collections.abc import Sequence

    from armillary.model.provenance import Origin, Reading
    from armillary.sources.works.content import Text

CSV = "Dimensions CSV"

_MARKS = {"Publication ID", "Title"}
_TELLING = {"PubYear", "Dimensions URL", "Times cited", "Source title"}
_DISCLAIMER_LINES = 20
_NEXT = re.compile(r"\]\s*;\s*\[")
_PARENTHESIS = re.compile(r"[()]")


def is_dimensions(names: Sequence[str]) -> bool:
    """Tell whether a header is that of publications from Dimensions."""
    return set(names) >= _MARKS and bool(_TELLING & set(names))


def without_disclaimer(text: str) -> str:
    """Return a text whose header is its first line with content; line numbers stay.

    Dimensions puts a line "About the data: ..." above the header, which some users delete.
    """
    lines = text.split("\n", _DISCLAIMER_LINES)
    for number, line in enumerate(lines[:_DISCLAIMER_LINES]):
        if delimited.delimiter_of(line, is_dimensions):
            return "\n" * number + "\n".join(lines[number:])
    return text


def read_csv(content: Text, *, source: str, origin: Origin) -> Reading:
    """Read publications from Dimensions; cited references stay as packed, one by one.

    Args:
        content: The decoded file, or a workbook as text.
        source: Source in observatory.toml.
        origin: The file.
    """
    text = without_disclaimer(content.text)
    records = Records(source=source, origin=origin, unit_read="rows")
    delimiter = delimited.delimiter_of(text, is_dimensions) or ","
    for line, row in delimited.rows(text, records, delimiter=delimiter):
        _keep(records, {name: cell.strip() for name, cell in row.items()}, f"line {line}")
    return records.reading(CSV, notes=(content.encoding,))


def _first(row: dict[str, str], *names: str) -> str:
    return next((row[name] for name in names if row.get(name)), "")


def _keep(records: Records, row: dict[str, str], locator: str) -> None:
    dates = [row.get(f"Publication date{which}", "") for which in ("", " (print)", " (online)")]
    said = next((date for date in dates if date), "")
    year = values.year(row.get("PubYear")) or values.year(said)
    exact = values.iso_date(said)
    cited = row.get("Cited references")
    fields = next((row[n] for n in row if n.startswith("Fields of Research") and row[n]), "")
    raw = affiliations(_first(row, "Authors (Raw Affiliation)", "Authors Affiliations"))
    known = affiliations(row.get("Authors Affiliations", ""))
    countries = values.listing(row.get("Country of Research organization"))
    stated = "Country of Research organization" in row
    records.keep(
        locator,
        native_id=row.get("Publication ID"),
        title=row.get("Title"),
        doi=row.get("DOI"),
        year=year,
        authors=values.listing(row.get("Authors")),
        date=exact if exact and values.year(exact) == year else (str(year) if year else None),
        type=_type(_first(row, "Publication Type", "Document Type")),
        abstract=row.get("Abstract"),
        venue=_first(row, "Source title", "Anthology title", "Source title/Anthology title"),
        keywords=values.listing(_first(row, "Author Keywords", "Keywords")),
        organisations=values.unique(
            values.listing(row.get("Research Organizations - standardized")) or known or raw
        ),
        countries=values.unique(
            countries if stated else (country_named(place) or "" for place in raw)
        ),
        classes=values.unique(values.listing(fields)),
        references=None if cited is None else references(cited),
        cited_as=values.pmid(row.get("PMID")),
        cited_by_count=values.count(row.get("Times cited")),
    )


def _type(said: str) -> str:
    """Return the type; preprints count as other, like everywhere."""
    return values.work_type(said)


def affiliations(cell: str) -> list[str]:
    """Return the affiliations from "Author (Place; Place); Author (Place)", without repeats.

    Examples:
        >>> affiliations("Li, A (Univ X, China; Lab Y (Z), UK); Bo, C (Univ X, China)")
        ['Univ X, China', 'Lab Y (Z), UK']
    """
    found, depth, begun = [], 0, 0
    for mark in _PARENTHESIS.finditer(cell):
        if mark.group() == "(":
            depth += 1
            begun = mark.end() if depth == 1 else begun
        elif depth:
            depth -= 1
            if not depth:
                found.extend(values.listing(cell[begun : mark.start()]))
    return values.unique(without_email(place) for place in found)


def references(cell: str) -> list[str]:
    """Split cited references, each packed into brackets.

    Examples:
        >>> references("[Li, A|T; one|J X|1999|1|pub.1001]; [Bo, C|U|J Y|2000|2|pub.1002]")
        ['[Li, A|T; one|J X|1999|1|pub.1001]', '[Bo, C|U|J Y|2000|2|pub.1002]']
    """
    whole = cell.strip()
    if not whole:
        return []
    parts = _NEXT.split(whole)
    opened = ["[" * (number > 0) + part for number, part in enumerate(parts)]
    return [
        part + "]" * (number < len(parts) - 1)
        for number, part in enumerate(opened)
        if part.strip(" ;")
    ]
