"""Derwent Innovations Index: one tagged record per patent family."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from armillary.sources.works import values
from armillary.sources.works.records import Records
from armillary.sources.works.tagged import Tagged, ends, parse

if TYPE_CHECKING:
    from armillary.model.provenance import Origin, Reading
    from armillary.sources.works.content import Text

TAGGED = "Derwent tagged"

_CITED_INDENT = "   "
_PUBLICATION = re.compile(r"[A-Z]{2}[0-9A-Z]+(?:-[A-Z][0-9]?)?$")


def read_tagged(content: Text, *, source: str, origin: Origin) -> Reading:
    """Read a Derwent export in tagged text; a row is a patent family.

    The id is the accession number (GA), the year that of the earliest priority (PI), else of
    the earliest publication (PD); cited patents come first among the references, then the
    literature. Venue is the office of the first publication, countries are all offices.

    Args:
        content: The decoded file.
        source: Source in observatory.toml.
        origin: The file.
    """
    records = Records(source=source, origin=origin)
    has_references = "\nCP " in content.text or "\nCR " in content.text
    for record in parse(content.text, refuse=records.refuse_line):
        _keep(records, record, has_references=has_references)
    cut = "" if ends(content.text) else "no EF at the end: the file may be cut short"
    return records.reading(TAGGED, notes=(content.encoding, cut))


def _keep(records: Records, record: Tagged, *, has_references: bool) -> None:
    publications = values.unique(values.listing(record.text("PN")))
    offices = values.unique(number[:2] for number in publications)
    priorities = values.dates(record.text("PI"))
    published = values.dates(record.text("PD"))
    first = next(iter([*priorities, *published]), None)
    references = values.unique([*_cited_patents(record), *_cited(record, "CR")])
    accession = record.text("GA") or record.text("UT").removeprefix("DIIDW:")
    records.keep(
        f"line {record.line}",
        native_id=accession or next(iter(publications), None),
        title=record.text("TI"),
        year=values.year(first),
        authors=record.lines("AU"),
        date=next(iter(published), None),
        type="patent",
        abstract=record.text("AB"),
        venue=next(iter(offices), None),
        organisations=values.unique(record.lines("AE")),
        countries=offices,
        classes=values.unique(values.listing(record.text("IP"))),
        references=references if has_references else None,
        cited_as=publications,
    )


def _cited(record: Tagged, tag: str) -> list[str]:
    """Return what is cited: lines indented beyond the citing publication, which comes first."""
    held = record.fields.get(tag, [])[1:]
    return [line.strip() for line in held if line.startswith(_CITED_INDENT)]


def _cited_patents(record: Tagged) -> list[str]:
    """Return the cited publication numbers, without the names that follow them."""
    firsts = (line.partition(" ")[0] for line in _cited(record, "CP"))
    return [number for number in firsts if _PUBLICATION.match(number)]
