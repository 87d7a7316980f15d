"""WIPO: result lists of Patentscope, and tables of the patent landscape reports."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from armillary.sources.works import delimited, values
from armillary.sources.works.patents import dates
from armillary.sources.works.patents.records import Patent, PatentRecords

if TYPE_CHECKING:
    from collections.abc import Sequence

    from armillary.model.provenance import Origin, Reading
    from armillary.sources.works.content import Text

PATENTSCOPE = "WIPO Patentscope CSV"
LANDSCAPE = "WIPO patent landscape CSV"

_MISSING = ("NA", "None")
_PRIORITY = re.compile(
    r"\s*(.+?)\s+(\d{4}-\d\d-\d\d(?:T[\d:.]+Z?)?|\d\d?\.\d\d?\.\d{4})\s+([A-Za-z]{2})\s*$"
)


def is_patentscope(names: Sequence[str]) -> bool:
    """Tell whether a header is that of a Patentscope result list."""
    return {"Publication Number", "Priority Data", "FP Image"} <= set(names)


def read_patentscope(content: Text, *, source: str, origin: Origin) -> Reading:
    """Read a Patentscope result list; "NA" is a missing value, dates put the day first.

    Numbers have no kind code. Each priority is number, date and office within brackets; the
    earliest counts. A year that is written as 1899 or 2099 is left as it is.

    Args:
        content: The decoded file.
        source: Source in observatory.toml.
        origin: The file.
    """
    records = PatentRecords(source=source, origin=origin, unit_read="rows")
    delimiter = delimited.delimiter_of(content.text, is_patentscope) or ","
    for line, row in delimited.rows(content.text, records, delimiter=delimiter):
        held = {name: "" if cell.strip() in _MISSING else cell for name, cell in row.items()}
        first = min(priorities(held["Priority Data"]), default=("", "", ""))
        records.keep_patent(
            f"line {line}",
            Patent(
                title=held.get("Title", ""),
                abstract=held.get("Abstract"),
                publication_number=held["Publication Number"],
                publication_date=dates.iso(held.get("Publication Date")),
                priority_number=f"{first[2]} {first[1]}".strip(),
                priority_date=first[0] or None,
                applicants=values.unique(values.listing(held.get("Applicants"))),
                inventors=values.unique(values.listing(held.get("Inventors"))),
                ipc=values.unique(values.listing(held.get("IPC"))),
            ),
        )
    return records.reading(PATENTSCOPE, notes=(content.encoding,))


def priorities(text: str) -> list[tuple[str, str, str]]:
    """Return date, number and office of each priority of Patentscope.

    Examples:
        >>> priorities("[60/225,166 14.08.2000 US, 11 2001-01-02T23:59:59.000Z EP]")
        [('2000-08-14', '60/225,166', 'US'), ('2001-01-02', '11', 'EP')]
    """
    found = []
    # A comma within a number is no separator: a priority ends with the code of its office.
    for entry in re.split(r"(?<= [A-Za-z]{2}),", text.strip().strip("[]")):
        parts = _PRIORITY.match(entry)
        date = dates.iso(parts[2]) if parts else None
        if parts and date:
            found.append((date, parts[1], parts[3].upper()))
    return found


def is_landscape(names: Sequence[str]) -> bool:
    """Tell whether a header is that of a WIPO landscape table, whatever its capitals."""
    lower = {name.lower() for name in names}
    return {"publication number", "kind code", "priority document", "ipc classes"} <= lower


def read_landscape(content: Text, *, source: str, origin: Origin) -> Reading:
    """Read a table of a WIPO landscape report; lists are split at bars, "None" is missing.

    The report on ritonavir has two columns named "family size" with different numbers; the
    larger one is the size of the extended family, and the smaller one is kept, for it counts
    the publications that share all priorities. Family members are listed without the record.

    Args:
        content: The decoded file.
        source: Source in observatory.toml.
        origin: The file.
    """
    records = PatentRecords(source=source, origin=origin, unit_read="rows")
    text, n_named = _told_apart(content.text)
    for line, row in delimited.rows(text, records):
        held = {
            name.lower(): "" if cell.strip() in _MISSING else _tidied(cell)
            for name, cell in row.items()
        }
        records.keep_patent(f"line {line}", _of_landscape(held))
    note = "two columns have one name: the smaller family size is kept" if n_named else ""
    return records.reading(LANDSCAPE, notes=(content.encoding, note))


def _told_apart(text: str) -> tuple[str, int]:
    """Number the later ones of columns that share a name, so that none hides another."""
    blank = len(text) - len(text.lstrip("\n "))
    head, _, body = text[blank:].partition("\n")
    names: list[str] = []
    n_named = 0
    for name in delimited.header(head):
        again = sum(before.partition("#")[0] == name for before in names)
        n_named += again > 0
        names.append(f"{name}#{again + 1}" if again else name)
    if not n_named:
        return text, 0
    quoted = ",".join('"' + name.replace('"', '""') + '"' for name in names)
    return f"{text[:blank]}{quoted}\n{body}", n_named


def _tidied(cell: str) -> str:
    """Drop the country behind a name, set off by several blanks, and blanks at line ends."""
    parts = (re.sub(r"\s{2,}[A-Z]{2}\s*$", "", part) for part in cell.split("|"))
    return " | ".join(" ".join(part.split()) for part in parts)


def _of_landscape(row: dict[str, str]) -> Patent:
    def many(name: str) -> list[str]:
        return values.unique(values.listing(row.get(name), separator="|"))

    sizes = [
        size
        for name, cell in row.items()
        if name.partition("#")[0] == "family size" and (size := values.count(cell)) is not None
    ]
    kind = row["kind code"]
    number = row["publication number"]
    return Patent(
        title=row.get("title", ""),
        native_id=number + kind or None,
        publication_number=number + kind,
        kind=kind or None,
        publication_date=dates.iso(row.get("publication date")),
        filing_date=dates.iso(row.get("application date")),
        priority_number=row.get("priority document"),
        priority_date=dates.iso(row.get("earliest priority date")),
        status=row.get("grant or application type families", "").lower() or None,
        family_members=many("family members"),
        family_size=min(sizes, default=None),
        applicants=many("applicant"),
        inventors=many("inventors"),
        ipc=many("ipc classes"),
    )
