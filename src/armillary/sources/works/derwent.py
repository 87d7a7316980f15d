"""Derwent Innovations Index: one tagged record per patent family."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from armillary.sources.works import values
from armillary.sources.works.patents.records import Patent, PatentRecords
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
    records = PatentRecords(source=source, origin=origin)
    has_references = "\nCP " in content.text or "\nCR " in content.text
    for record in parse(content.text, refuse=records.refuse_line):
        _keep(records, record, has_references=has_references)
    cut = "" if ends(content.text) else "no EF at the end: the file may be cut short"
    return records.reading(TAGGED, notes=(content.encoding, cut))


def _keep(records: PatentRecords, record: Tagged, *, has_references: bool) -> None:
    publications = values.unique(values.listing(record.text("PN")))
    first = publications[0] if publications else ""
    offices = values.unique(number[:2] for number in publications)
    priorities = _dated(record, "PI", place=0)
    published = values.dates(record.text("PD"))
    filed = [one for one in _dated(record, "AD", place=1) if one[2] == first]
    filed = filed or [one for one in _dated(record, "AD", place=1) if len(publications) == 1]
    earliest = min(priorities, default=None)
    accession = record.text("GA") or record.text("UT").removeprefix("DIIDW:")
    records.keep_patent(
        f"line {record.line}",
        Patent(
            native_id=accession or first or None,
            title=record.text("TI"),
            abstract=record.text("AB"),
            countries=offices,
            cited_as=publications,
            publication_number=first or None,
            office=offices[0] if offices else None,
            publication_date=next(iter(published), None),
            application_number=filed[0][1] if filed else None,
            filing_date=filed[0][0] if filed else None,
            priority_number=earliest[1] if earliest else None,
            priority_date=earliest[0] if earliest else None,
            family=accession or None,
            family_kind="dwpi" if accession else None,
            family_members=publications,
            family_size=len(publications) or None,
            applicants=record.lines("AE"),
            inventors=record.lines("AU"),
            ipc=values.unique(values.listing(record.text("IP"))),
            cited_patents=values.unique(_cited_patents(record)) if has_references else None,
            cited_literature=values.unique(_cited(record, "CR")) if has_references else None,
        ),
    )


def _dated(record: Tagged, tag: str, *, place: int) -> list[tuple[str, str, str]]:
    """Return date, number and first word of each line of a tag.

    Args:
        record: The record.
        tag: PI, whose lines begin with the number, or AD, whose first word is a publication.
        place: Which word is the number, from 0.
    """
    found = []
    for line in record.lines(tag):
        words = line.split()
        days = values.dates(line)
        if days and len(words) > place:
            found.append((days[0], words[place], words[0]))
    return found


def _cited(record: Tagged, tag: str) -> list[str]:
    """Return what is cited: lines indented beyond the citing publication, which comes first."""
    held = record.fields.get(tag, [])[1:]
    return [line.strip() for line in held if line.startswith(_CITED_INDENT)]


def _cited_patents(record: Tagged) -> list[str]:
    """Return the cited publication numbers, without the names that follow them."""
    firsts = (line.partition(" ")[0] for line in _cited(record, "CP"))
    return [number for number in firsts if _PUBLICATION.match(number)]
