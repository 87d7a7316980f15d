"""Google Patents: the download of a search, also re-saved by a spreadsheet; BigQuery rows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from armillary.sources.works import delimited, values
from armillary.sources.works.patents import dates, json_lines
from armillary.sources.works.patents.records import Patent, PatentRecords

if TYPE_CHECKING:
    from collections.abc import Sequence

    from armillary.model.provenance import Origin, Reading
    from armillary.sources.works.content import Text

CSV = "Google Patents CSV"
BIGQUERY = "Google Patents BigQuery JSON"

_SEARCH = re.compile(r"\s*\"?search URL:[^\n]*\n")
_PRECEDED = "search URL:"


def is_google_csv(names: Sequence[str]) -> bool:
    """Tell whether a header is that of a Google Patents download."""
    return {"id", "title", "inventor/author"} <= set(names)


def without_search(text: str) -> str:
    """Return the text with a blank line in place of the one that names the search."""
    found = _SEARCH.match(text[:20_000])
    return "\n" * text[: found.end()].count("\n") + text[found.end() :] if found else text


def read_csv(content: Text, *, source: str, origin: Origin) -> Reading:
    """Read a Google Patents download, as it came or re-saved by a spreadsheet program.

    Re-saved files have semicolons, no line naming the search, and dates as the program's
    country writes them: whether the day comes first is found in the dates themselves. Letters
    lost before (shown as U+FFFD) cannot be brought back; their number is stated.

    Args:
        content: The decoded file.
        source: Source in observatory.toml.
        origin: The file.
    """
    text = without_search(content.text)
    delimiter = delimited.delimiter_of(text, is_google_csv) or ","
    records = PatentRecords(source=source, origin=origin, unit_read="rows")
    found = list(delimited.rows(text, records, delimiter=delimiter))
    first = dates.day_first(
        cell for _, row in found for name, cell in row.items() if name.endswith("date")
    )
    for line, row in found:
        records.keep_patent(f"line {line}", _of_row(row, day_first=first))
    lost = text.count("\ufffd")
    note = f"{lost:,} letters were lost before the file came here" if lost else ""
    return records.reading(CSV, notes=(content.encoding or note,))


def _of_row(row: dict[str, str], *, day_first: bool) -> Patent:
    def date(name: str) -> str | None:
        return dates.iso(row.get(name), day_first=day_first)

    number = row["id"].strip()
    granted = date("grant date")
    return Patent(
        native_id=number or None,
        title=row["title"],
        publication_number=number or None,
        publication_date=date("publication date"),
        filing_date=date("filing/creation date"),
        priority_date=date("priority date"),
        grant_date=granted,
        status="grant" if granted else None,
        applicants=values.unique([" ".join(row.get("assignee", "").split())]),
        inventors=values.unique(values.listing(row["inventor/author"], separator=",")),
    )


def is_bigquery(record: Any) -> bool:
    """Tell whether a JSON object is a row of the Google Patents publications table."""
    telling = {"title_localized", "family_id", "country_code", "priority_date", "citation"}
    return (
        isinstance(record, dict)
        and "publication_number" in record
        and (len(telling & record.keys()) >= 2)
    )


def read_bigquery(content: Text, *, source: str, origin: Origin) -> Reading:
    """Read rows of `patents-public-data.patents.publications`, one JSON object a line.

    Dates are whole numbers (YYYYMMDD); 0 means missing. Citations without a publication number
    are literature (`npl_text`).

    Args:
        content: The decoded file.
        source: Source in observatory.toml.
        origin: The file.

    Raises:
        SourceError: The file is one damaged JSON text; of JSON lines only a damaged line goes.
    """
    records = PatentRecords(source=source, origin=origin)
    for locator, record in json_lines.objects(content.text, records, file=origin.file):
        json_lines.keep(
            records, record, locator=locator, read=_of_json, called="Google Patents row"
        )
    return records.reading(BIGQUERY, notes=(content.encoding,))


def _of_json(record: dict[str, Any]) -> Patent:
    at = json_lines.At(record)
    number = at.text("publication_number")
    if not number:
        raise ValueError("it has no publication_number")
    priorities = sorted(
        (
            dates.iso(claim.text("filing_date")) or "9999",
            place,
            claim.text("publication_number") or claim.text("application_number"),
        )
        for place, claim in enumerate(at.dicts("priority_claim"))
    )
    cited = at.dicts("citation")
    granted = dates.iso(at.text("grant_date"))
    applicants = [a.text("name") or "" for a in at.dicts("assignee_harmonized")]
    inventors = [a.text("name") or "" for a in at.dicts("inventor_harmonized")]
    family = at.text("family_id")
    return Patent(
        native_id=number,
        title=_localized(at, "title_localized"),
        abstract=_localized(at, "abstract_localized") or None,
        publication_number=number,
        kind=at.text("kind_code"),
        office=at.text("country_code"),
        publication_date=dates.iso(at.text("publication_date")),
        application_number=at.text("application_number_formatted") or at.text("application_number"),
        filing_date=dates.iso(at.text("filing_date")),
        priority_number=priorities[0][2] if priorities else None,
        priority_date=dates.iso(at.text("priority_date")),
        grant_date=granted,
        status="grant" if granted else None,
        family=None if family in (None, "", "0", "-1") else family,
        family_kind="google",
        applicants=values.unique(applicants) or at.texts("assignee"),
        inventors=values.unique(inventors) or at.texts("inventor"),
        ipc=values.unique(c.text("code") or "" for c in at.dicts("ipc")),
        cpc=values.unique(c.text("code") or "" for c in at.dicts("cpc")),
        cited_patents=values.unique(c.text("publication_number") or "" for c in cited)
        if at.has("citation")
        else None,
        cited_literature=values.unique(
            (c.text("npl_text") or "").strip() for c in cited if not c.text("publication_number")
        )
        if at.has("citation")
        else None,
    )


def _localized(at: json_lines.At, name: str) -> str:
    texts = [
        (one.text("language") != "en", place, one.text("text") or "")
        for place, one in enumerate(at.dicts(name))
    ]
    return min(texts)[2] if texts else ""
