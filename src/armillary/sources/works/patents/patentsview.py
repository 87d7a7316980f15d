"""PatentsView: grants of the United States office, as tables joined by the patent number."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from armillary.errors import SourceError
from armillary.sources.works import delimited, values
from armillary.sources.works.patents import dates
from armillary.sources.works.patents.records import Patent, PatentRecords

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from armillary.model.provenance import Origin, Reading
    from armillary.sources.works.content import Text

TSV = "PatentsView TSV"

# Table: columns that only it has, under the names used since 2022 and the ones before.
_TABLES: tuple[tuple[str, tuple[set[str], ...]], ...] = (
    (
        "application",
        ({"application_id", "patent_id", "filing_date"}, {"series_code", "number", "patent_id"}),
    ),
    ("citation", ({"citation_patent_id", "patent_id"}, {"citation_id", "patent_id"})),
    (
        "literature",
        (
            {"other_reference_text", "patent_id"},
            {"otherreference", "patent_id"},
            {"text", "sequence", "patent_id"},
        ),
    ),
    (
        "assignee",
        (
            {"disambig_assignee_organization", "patent_id"},
            {"assignee_organization", "patent_id"},
        ),
    ),
    ("inventor", ({"disambig_inventor_name_last", "patent_id"},)),
    ("cpc", ({"cpc_group", "patent_id"}, {"subgroup_id", "group_id", "patent_id"})),
    ("ipc", ({"ipc_class", "subclass", "main_group", "patent_id"},)),
    ("abstract", ({"patent_abstract", "patent_id"},)),
    (
        "patent",
        ({"patent_id", "patent_title", "patent_date"}, {"id", "title", "date", "num_claims"}),
    ),
)


def table_name(names: Sequence[str]) -> str | None:
    """Return which table of PatentsView has these columns, None if none has.

    Examples:
        >>> table_name(["patent_id", "patent_type", "patent_date", "patent_title"])
        'patent'
    """
    held = set(names)
    return next((name for name, marks in _TABLES if any(mark <= held for mark in marks)), None)


def table_of_text(text: str) -> str | None:
    """Return which table of PatentsView a text is, None if none."""
    return table_name(delimited.header(text, delimiter="\t"))


def read_tables(
    contents: Mapping[str, Text], *, source: str, origin: Origin, own: frozenset[str]
) -> Reading:
    """Read the tables of PatentsView that belong together.

    A row of the table `patent` becomes a record; rows of the others join it. Where a companion
    table names a patent the main one lacks, nothing is lost that belongs to a record.

    Args:
        contents: Each table by its name, the decoded text.
        source: Source in observatory.toml.
        origin: The file.
        own: Tables this file holds: only their rows are counted and refused here, so that
            several files of one source do not count a row twice.

    Raises:
        SourceError: The table `patent` is not among them.
    """
    if "patent" not in contents:
        raise SourceError(
            f"The file is {', '.join(sorted(contents))} of PatentsView, without the table of "
            "patents itself.",
            where=origin.file,
            fix="list g_patent.tsv among the files of the same source",
        )
    records = PatentRecords(source=source, origin=origin, unit_read="rows")
    uncounted = PatentRecords(source=source, origin=origin)
    joined = {
        name: _gathered(content.text, records if name in own else uncounted)
        for name, content in contents.items()
        if name != "patent" and ("patent" in own or name in own)
    }
    if "patent" in own:
        for line, row in _rows(contents["patent"].text, records):
            number = row.get("patent_id") or row.get("id") or ""
            rows = {name: held.get(number, []) for name, held in joined.items()}
            records.keep_patent(f"line {line}", _patent(row, rows))
    notes = [content.encoding for content in contents.values()]
    return records.reading(TSV, notes=(next(filter(None, notes), ""),))


def _rows(text: str, records: PatentRecords) -> Iterator[tuple[int, dict[str, str]]]:
    """Read quoted and plain tables alike: fields are quoted since 2022."""
    quoted = text.lstrip("\n ").startswith('"')
    quoting = csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
    yield from delimited.rows(text, records, delimiter="\t", quoting=quoting)  # type: ignore[arg-type]


def _gathered(text: str, records: PatentRecords) -> dict[str, list[dict[str, str]]]:
    """Gather the rows of each patent; they count as joined, for they become no record."""
    found: dict[str, list[dict[str, str]]] = {}
    for line, row in _rows(text, records):
        number = row.get("patent_id", "").strip()
        if number:
            found.setdefault(number, []).append(row)
            records.pass_over()
        else:
            records.refuse(f"line {line}", text=str(row), reason="the row has no patent_id")
    return found


def _patent(row: Mapping[str, str], joined: Mapping[str, list[dict[str, str]]]) -> Patent:
    def texts(table: str, *names: str) -> list[str] | None:
        if table not in joined:
            return None
        held = sorted(joined[table], key=_sequence)
        found = (next((r[n].strip() for n in names if r.get(n, "").strip()), "") for r in held)
        return values.unique(found)

    number = row.get("patent_id") or row.get("number") or row.get("id") or ""
    kind = row.get("wipo_kind") or row.get("kind") or ""
    applications = joined.get("application", [])
    filed = [d for a in applications if (d := dates.iso(a.get("filing_date") or a.get("date")))]
    granted = dates.iso(row.get("patent_date") or row.get("date"))
    cited = texts("citation", "citation_patent_id", "citation_id")
    return Patent(
        native_id=f"US{number}" if number else None,
        title=row.get("patent_title") or row.get("title") or "",
        abstract=row.get("patent_abstract")
        or row.get("abstract")
        or next(iter(texts("abstract", "patent_abstract") or []), None),
        publication_number=f"US{number}{kind}" if number else None,
        kind=kind or None,
        office="US",
        publication_date=granted,
        application_number=next(
            (a.get("application_id") or a.get("number") for a in applications), None
        ),
        filing_date=min(filed, default=None),
        grant_date=granted,
        status="grant",
        applicants=texts("assignee", "disambig_assignee_organization", "assignee_organization")
        or [],
        inventors=_names(joined.get("inventor", [])),
        ipc=_ipc(joined["ipc"]) if "ipc" in joined else None,
        cpc=texts("cpc", "cpc_group", "subgroup_id"),
        cited_patents=None if cited is None else [f"US{one}" for one in cited],
        cited_literature=texts("literature", "other_reference_text", "otherreference", "text"),
        n_claims=values.count(row.get("num_claims")),
    )


def _sequence(row: Mapping[str, str]) -> int:
    for name, cell in row.items():
        if name.endswith("sequence"):
            return values.count(cell) or 0
    return 0


def _names(rows: list[dict[str, str]]) -> list[str]:
    held = sorted(rows, key=_sequence)
    return values.unique(
        ", ".join(
            part
            for name in ("disambig_inventor_name_last", "disambig_inventor_name_first")
            if (part := r.get(name, "").strip())
        )
        for r in held
    )


def _ipc(rows: list[dict[str, str]]) -> list[str]:
    return values.unique(
        "".join(r.get(n, "").strip() for n in ("section", "ipc_class", "subclass"))
        + f" {r.get('main_group', '').strip()}/{r.get('subgroup', '').strip()}"
        for r in sorted(rows, key=_sequence)
    )
