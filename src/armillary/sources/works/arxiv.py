"""arXiv: the metadata archive as TSV, and the metadata snapshot as JSON lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from armillary.sources.works import delimited, json_items, values
from armillary.sources.works.json_items import many, plain
from armillary.sources.works.records import Records

if TYPE_CHECKING:
    from collections.abc import Sequence

    from armillary.model.provenance import Origin, Reading
    from armillary.sources.works.content import Text

TSV = "arXiv archive TSV"
JSON = "arXiv metadata JSON"

_NUMBER = re.compile(r"(\d{3,4})\.(\d+)$")
_FIVE_DIGITS_FROM = 1501
_FIRST_MONTH = 704
_FIX = "download the metadata again"


def is_arxiv(names: Sequence[str]) -> bool:
    """Tell whether a header is that of the arXiv archive."""
    return {"arxiv_id", "title"} <= set(names)


def read_tsv(content: Text, *, source: str, origin: Origin) -> Reading:
    """Read the arXiv archive; identifiers its makers turned into numbers are restored.

    Args:
        content: The decoded file.
        source: Source in observatory.toml.
        origin: The file.
    """
    records = Records(source=source, origin=origin, unit_read="rows")
    delimiter = delimited.delimiter_of(content.text, is_arxiv) or "\t"
    n_restored = n_uncertain = 0
    for line, row in delimited.rows(content.text, records, delimiter=delimiter):
        cells = {name: cell.strip() for name, cell in row.items()}
        written, created = cells["arxiv_id"], cells.get("created", "")
        number = identifier(written, created=created)
        n_restored += number is not None and number != written
        n_uncertain += number is None
        records.keep(
            f"line {line}",
            native_id=number or written,
            title=cells.get("title"),
            doi=cells.get("doi"),
            year=values.year(created),
            authors=values.listing(cells.get("author_text"), separator=","),
            date=values.iso_date(created),
            type="other",
            abstract=cells.get("abstract"),
            venue="arXiv",
            classes=values.listing(cells.get("categories"), separator=","),
        )
    restored = f"{n_restored:,} damaged identifiers restored" if n_restored else ""
    uncertain = f"{n_uncertain:,} identifiers left as written" if n_uncertain else ""
    return records.reading(TSV, notes=(content.encoding, restored, uncertain))


def identifier(written: str, *, created: str) -> str | None:
    """Return an arXiv identifier that was turned into a floating-point number and back.

    Leading and trailing zeros were lost, and 1912.09094 became 1912.0909399999998. The form
    since April 2007 is YYMM.NNNN, since 2015 YYMM.NNNNN, so the digits are certain where the
    number lies within 1e-7 of one of that width and its month fits the date of the work.

    Source: arXiv, "Understanding the arXiv identifier".

    Args:
        written: Identifier as the file has it.
        created: ISO date of the first version; empty where unknown.

    Returns:
        The identifier; None where it is not certain, and for the empty text.

    Examples:
        >>> identifier("910.2465", created="2009-10-13")
        '0910.2465'
        >>> identifier("1801.0408", created="2018-01-12")
        '1801.04080'
        >>> identifier("1702.0181899999998", created="2017-02-06")
        '1702.01819'
        >>> identifier("math/0309136", created="2003-09-08")
        'math/0309136'
        >>> identifier("1300.5", created="") is None
        True
    """
    found = _NUMBER.match(written)
    if found is None:
        return written if "/" in written else None
    month = int(found.group(1))
    width = 5 if month >= _FIVE_DIGITS_FROM else 4
    digits = round(float(f"0.{found.group(2)}") * 10**width)
    near = abs(float(f"0.{found.group(2)}") - digits / 10**width) < 1e-7
    if not near or not 0 < digits < 10**width or month < _FIRST_MONTH:
        return None
    if not 1 <= month % 100 <= 12 or not _fits(month, created):
        return None
    return f"{month:04}.{digits:0{width}}"


def _fits(month: int, created: str) -> bool:
    """Tell whether a month YYMM lies within one of the month of a date."""
    date = values.iso_date(created)
    if date is None or len(date) < 7:
        return date is None
    of_date = int(date[:4]) * 12 + int(date[5:7])
    of_number = (2000 + month // 100) * 12 + month % 100
    return abs(of_date - of_number) <= 1


def read_json(content: Text, *, source: str, origin: Origin) -> Reading:
    """Read the arXiv metadata snapshot, one object a line; the date is that of version 1.

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
        within=(),
        keep=lambda work, locator: _keep_object(records, work, locator),
        file=origin.file,
        kind="record of arXiv",
        fix=_FIX,
    )
    return records.reading(JSON, notes=(content.encoding,))


def _keep_object(records: Records, work: dict[str, Any], locator: str) -> None:
    first: dict[str, Any] = next(iter(many(work.get("versions"))), {})
    days = values.dates(str(first.get("created") or ""))
    date = next(iter(days), None)
    people = [
        ", ".join(part for part in (str(p) for p in person[:2]) if part)
        for person in many(work.get("authors_parsed"))
    ]
    records.keep(
        locator,
        native_id=plain(work["id"]),
        title=plain(work.get("title")),
        doi=plain(work.get("doi")),
        year=values.year(date),
        authors=people or values.listing(plain(work.get("authors")), separator=","),
        date=date,
        type="other",
        abstract=" ".join((plain(work.get("abstract")) or "").split()),
        venue="arXiv",
        classes=values.listing(plain(work.get("categories")), separator=" "),
    )
