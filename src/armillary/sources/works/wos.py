"""Web of Science: tagged text and tab-delimited text share their two-letter fields."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

from armillary.sources.works import delimited, values
from armillary.sources.works.content import WORKBOOK
from armillary.sources.works.records import Records
from armillary.sources.works.tagged import Tagged, ends, parse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from armillary.model.provenance import Origin, Reading
    from armillary.sources.works.content import Text

TAGGED = "Web of Science tagged"
TAB = "Web of Science tab-delimited"

# The workbook of Web of Science names its columns in words.
_TAGS = {
    "Publication Type": "PT", "Authors": "AU", "Author Full Names": "AF", "Article Title": "TI",
    "Source Title": "SO", "Language": "LA", "Document Type": "DT", "Author Keywords": "DE",
    "Abstract": "AB", "Addresses": "C1", "Reprint Addresses": "RP", "Cited References": "CR",
    "Times Cited, WoS Core": "TC", "Journal Abbreviation": "J9", "Publication Date": "PD",
    "Publication Year": "PY", "Volume": "VL", "Start Page": "BP", "Article Number": "AR",
    "DOI": "DI", "Early Access Date": "EA", "WoS Categories": "WC", "Pubmed Id": "PM",
    "UT (Unique WOS ID)": "UT",
}  # fmt: skip
_TELLING = {"Authors", "Article Title", "UT (Unique WOS ID)"}

_AUTHORS_OF_ADDRESS = re.compile(r"^\[[^\]]*\]\s*")
_CORRESPONDING = re.compile(r"^.*?\((?:corresponding|reprint) author\),?\s*")
_ADDRESS_BREAK = re.compile(r";\s*(?=\[)")


def read_tagged(content: Text, *, source: str, origin: Origin) -> Reading:
    """Read a Web of Science export in tagged text, full records.

    Args:
        content: The decoded file.
        source: Source in observatory.toml.
        origin: The file.
    """
    records = Records(source=source, origin=origin)
    has_references = "\nCR " in content.text
    for record in parse(content.text, refuse=records.refuse_line):
        _keep(records, record, f"line {record.line}", has_references=has_references)
    cut = "" if ends(content.text) else "no EF at the end: the file may be cut short"
    return records.reading(TAGGED, notes=(content.encoding, cut))


def is_tab(names: Sequence[str]) -> bool:
    """Tell whether a header is that of Web of Science rows: tags, or the words of its workbook."""
    return set(names) >= {"PT", "AU", "TI", "SO"} or set(names) >= _TELLING


def read_tab(content: Text, *, source: str, origin: Origin) -> Reading:
    """Read a Web of Science export in rows: tab-delimited, saved again as CSV, or a workbook.

    Args:
        content: The decoded file.
        source: Source in observatory.toml.
        origin: The file.
    """
    records = Records(source=source, origin=origin, unit_read="rows")
    delimiter = delimited.delimiter_of(content.text, is_tab) or "\t"
    own = delimiter == "\t" and content.encoding != WORKBOOK
    rows = [
        (line, {_TAGS.get(name, name): cell for name, cell in row.items()})
        for line, row in delimited.rows(
            content.text,
            records,
            delimiter=delimiter,
            quoting=csv.QUOTE_NONE if own else csv.QUOTE_MINIMAL,
        )
    ]
    has_references = any(row.get("CR") for _, row in rows)
    for line, row in rows:
        fields = {tag: [cell] for tag, cell in row.items() if cell.strip()}
        for tag in ("AU", "AF", "CR"):
            if tag in fields:
                fields[tag] = values.listing(row[tag])
        if "C1" in fields:
            fields["C1"] = _ADDRESS_BREAK.split(row["C1"])
        _keep(
            records,
            Tagged(line=line, fields=fields),
            f"line {line}",
            has_references=has_references,
        )
    return records.reading(TAB, notes=(content.encoding,))


def _keep(records: Records, record: Tagged, locator: str, *, has_references: bool) -> None:
    published = values.year(record.text("PY"))
    early = record.text("EA")
    year = published or values.year(early)
    authors = record.lines("AF") or record.lines("AU")
    references = record.lines("CR")
    short = _short_form(record, year)
    addresses = _addresses(record)
    records.keep(
        locator,
        native_id=record.text("UT"),
        title=record.text("TI"),
        doi=record.text("DI"),
        year=year,
        authors=authors,
        date=values.day(record.text("PD") if published else early, in_year=year),
        type=values.work_type(record.text("DT")),
        abstract=record.text("AB"),
        language=values.language(record.text("LA")),
        venue=record.text("SO"),
        keywords=values.listing(record.text("DE")),
        organisations=values.unique(addresses),
        countries=values.unique(values.country(address) for address in addresses),
        classes=values.listing(record.text("WC")),
        references=references if has_references else None,
        cited_as=[*([short] if short else []), *values.pmid(record.text("PM"))],
        cited_by_count=values.count(record.text("TC")),
    )


def _addresses(record: Tagged) -> list[str]:
    """Return the affiliations without the authors the database puts before them."""
    held = record.lines("C1")
    if held:
        return [_AUTHORS_OF_ADDRESS.sub("", line) for line in held]
    return [_CORRESPONDING.sub("", line) for line in record.lines("RP")]


def _short_form(record: Tagged, year: int | None) -> str | None:
    authors = record.lines("AU")
    return short_form(
        author=authors[0] if authors else "",
        year=year,
        source=record.text("J9"),
        volume=record.text("VL"),
        page=record.text("BP"),
        article=record.text("AR"),
    )


def short_form(
    *, author: str, year: int | None, source: str, volume: str, page: str, article: str
) -> str | None:
    """Return the form in which the cited references of other records name a work.

    Only with author, year, source, volume and first page (or article number) all there, for
    with fewer the form fits several works.

    Args:
        author: First author, family name and initials, perhaps with a comma between.
        year: Year of publication.
        source: Abbreviated title of the journal.
        volume: Volume.
        page: First page.
        article: Article number, where there is no page.
    """
    if not (author and year and source and volume and (page or article)):
        return None
    mark = "P" if page else "ARTN "
    return f"{author.replace(',', '')}, {year}, {source}, V{volume}, {mark}{page or article}"


def initials(author: str) -> str:
    """Return family name and initials of a full name.

    Examples:
        >>> initials("Figueira, Jose Rui"), initials("Wang, Z-H"), initials("Tobler, W. R.")
        ('Figueira, JR', 'Wang, ZH', 'Tobler, WR')
    """
    family, comma, given = author.partition(",")
    parts = [part for part in re.split(r"[\s.-]+", given) if part]
    letters = "".join(part if part.isupper() and len(part) <= 3 else part[0] for part in parts)
    return f"{family}{comma} {letters.upper()}".strip()
