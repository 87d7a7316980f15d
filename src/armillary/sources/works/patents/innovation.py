"""Derwent (formerly Thomson) Innovation: CSV exports, and workbooks of either naming."""

from __future__ import annotations

from typing import TYPE_CHECKING

from armillary.sources.works import delimited, values
from armillary.sources.works.patents import dates
from armillary.sources.works.patents.records import Patent, PatentRecords

if TYPE_CHECKING:
    from collections.abc import Sequence

    from armillary.model.provenance import Origin, Reading
    from armillary.sources.works.content import Text
    from armillary.sources.works.patents.workbook import Sheet

CSV = "Derwent Innovation CSV"
XLSX = "Derwent Innovation workbook"

_MISSING = {"NA", "-", "N/A"}

# Field of a patent: names its column has had. The first ones are those of the program's own
# export, the ones with underscores those of tables made from it.
_NAMES: dict[str, tuple[str, ...]] = {
    "publication_number": ("publication number", "publication_number"),
    "title": (
        "title - dwpi", "title", "title (english)", "title_original_english_cleaned",
        "title_original_cleaned",
    ),
    "abstract": ("abstract - dwpi", "abstract", "abstract (english)"),
    "publication_date": ("publication date", "publication_date"),
    "application_number": ("application number", "application_numbers"),
    "filing_date": ("application date", "application_dates"),
    "priority_number": ("priority number", "priority_numbers"),
    "priority_date": ("priority date - earliest", "priority_date_earliest", "priority date"),
    "status": ("dead/alive", "inpadoc legal status", "legal status"),
    "accession": ("dwpi accession number", "derwent accession number", "accession number - dwpi"),
    "inpadoc": ("inpadoc family id", "inpadoc_first_family_member_number"),
    "family_members": (
        "dwpi family members", "inpadoc family members", "inpadoc_family_member_numbers",
    ),
    "applicants": (
        "assignee/applicant", "assignee - original", "assignee - standardized", "assignee - dwpi",
        "patent_assignees_original_no_address", "patent_assignees_cleaned",
    ),
    "inventors": ("inventor", "inventor - original", "inventors_original"),
    "countries": ("inventors_country_codes",),
    "ipc": ("ipc - current", "ipc", "ipc - original", "international_classifications_codes"),
    "cpc": ("cpc - current", "cpc", "cpc_codes"),
    "cited_patents": ("cited refs - patent", "cited_patent_numbers"),
    "cited_literature": ("cited refs - non-patent",),
    "n_claims": ("claims count", "number of claims"),
    "cited_by": ("citing patents", "citing_patent_numbers"),
    "cited_by_count": ("count of citing patents", "citing_patent_count"),
}  # fmt: skip
_BARS = " | "


def is_innovation(names: Sequence[str]) -> bool:
    """Tell whether a header is that of a Derwent Innovation export."""
    lower = {name.lower() for name in names}
    own = "publication number" in lower and any(
        name.startswith(("assignee", "dwpi ", "cited refs", "inpadoc ")) for name in lower
    )
    return own or {"publication_number", "inpadoc_family_member_numbers"} <= lower


def read_csv(content: Text, *, source: str, origin: Origin) -> Reading:
    """Read a Derwent Innovation export in CSV; lists are split at bars.

    Args:
        content: The decoded file.
        source: Source in observatory.toml.
        origin: The file.
    """
    records = PatentRecords(source=source, origin=origin, unit_read="rows")
    delimiter = delimited.delimiter_of(content.text, is_innovation) or ","
    for line, row in delimited.rows(content.text, records, delimiter=delimiter):
        records.keep_patent(f"line {line}", _patent(row))
    return records.reading(CSV, notes=(content.encoding,))


def read_workbook(sheet: Sheet, *, source: str, origin: Origin) -> Reading:
    """Read a workbook of Thomson or Derwent Innovation; "NA" is a missing value.

    Args:
        sheet: Its first sheet.
        source: Source in observatory.toml.
        origin: The file.
    """
    records = PatentRecords(source=source, origin=origin, unit_read="rows")
    for number, row in sheet.records(records):
        records.keep_patent(f"row {number}", _patent(row))
    return records.reading(XLSX)


def _patent(row: dict[str, str]) -> Patent:
    lower = {
        name.strip().lower(): "" if cell.strip() in _MISSING else cell.strip()
        for name, cell in row.items()
    }

    def text(field: str) -> str:
        return next((lower[n] for n in _NAMES[field] if lower.get(n)), "")

    def many(field: str) -> list[str] | None:
        if not any(name in lower for name in _NAMES[field]):
            return None
        cell = text(field)
        if _BARS.strip() in cell or field == "cited_literature":
            parts = values.listing(cell.replace("\n", "|"), separator="|")
        else:
            parts = values.listing(cell.replace("\n", ";"))
        return values.unique(parts)

    priorities = _split(text("priority_number"))
    accession, inpadoc = text("accession"), text("inpadoc")
    members = many("family_members")
    ipc, cpc = many("ipc"), many("cpc")
    return Patent(
        title=text("title"),
        abstract=text("abstract") or None,
        countries=many("countries"),
        publication_number=text("publication_number") or None,
        publication_date=_earliest(text("publication_date")),
        application_number=next(iter(_split(text("application_number"))), None),
        filing_date=_earliest(text("filing_date")),
        priority_number=_first_priority(priorities, _split(lower.get("priority_dates", ""))),
        priority_date=_earliest(text("priority_date")),
        status=text("status") or None,
        family=accession or inpadoc or None,
        family_kind="dwpi" if accession else "inpadoc" if inpadoc else None,
        family_members=members,
        family_size=len(members) if members else None,
        applicants=many("applicants") or [],
        inventors=many("inventors") or [],
        ipc=ipc,
        cpc=cpc,
        cited_patents=many("cited_patents"),
        cited_literature=many("cited_literature"),
        n_claims=values.count(text("n_claims").removesuffix(".0")),
        cited_by=many("cited_by"),
        cited_by_count=values.count(text("cited_by_count").removesuffix(".0")),
    )


def _split(cell: str) -> list[str]:
    return values.listing(cell.replace("|", ";").replace("\n", ";"))


def _earliest(cell: str) -> str | None:
    """Return the earliest of one or several dates."""
    return min((found for part in _split(cell) if (found := dates.iso(part))), default=None)


def _first_priority(numbers: list[str], days: list[str]) -> str | None:
    """Return the number whose date is the earliest, where as many dates stand beside them."""
    found = [dates.iso(day) for day in days]
    if len(numbers) != len(found) or None in found:
        return numbers[0] if numbers else None
    return min(zip((day or "" for day in found), numbers, strict=True), default=(None, None))[1]
