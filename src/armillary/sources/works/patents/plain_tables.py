"""Plain tables of patents: the rows of `patent` beside those of `work`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from armillary.model.columns import table_of
from armillary.sources.works import values
from armillary.sources.works.patents import dates, numbers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

# Column of `patent`: names it may have in a plain table.
NAMES = {
    "publication_number": ("publication_number",),
    "publication_date": ("publication_date", "date"),
    "application_number": ("application_number",),
    "filing_date": ("filing_date", "application_date"),
    "priority_number": ("priority_number",),
    "priority_date": ("priority_date",),
    "grant_date": ("grant_date",),
    "status": ("status", "legal_status"),
    "family": ("family", "family_id"),
    "family_members": ("family_members", "publication_numbers"),
    "applicants": ("applicants", "assignees"),
    "inventors": ("inventors", "authors"),
    "ipc": ("ipc",),
    "cpc": ("cpc",),
    "cited_patents": ("cited_patents", "references"),
    "cited_literature": ("cited_literature", "npl_references"),
    "cited_by": ("cited_by", "citing_patents"),
    "n_claims": ("n_claims", "num_claims"),
}
_MANY = {
    "family_members", "applicants", "inventors", "ipc", "cpc", "cited_patents",
    "cited_literature", "cited_by",
}  # fmt: skip
_PLACE = ("work", "source", "origin", "locator")


def patent_rows(works: pa.Table, columns: Mapping[str, Sequence[object]]) -> pa.Table:
    """Return the rows of `patent` of a plain table.

    Args:
        works: Its rows of `work`, one for each row of `columns`.
        columns: Its other columns by name, lists where plural.
    """
    rows = works.select([*_PLACE, "native_id", "cited_by_count"]).to_pylist()
    held = {
        column: next((columns[name] for name in names if name in columns), None)
        for column, names in NAMES.items()
    }
    return table_of("patent", (_row(row, held, at) for at, row in enumerate(rows)))


def _row(
    work: Mapping[str, object], held: Mapping[str, Sequence[object] | None], at: int
) -> dict[str, object]:
    row: dict[str, object] = {name: work[name] for name in _PLACE}
    for column, cells in held.items():
        cell = None if cells is None else cells[at]
        if column in _MANY:
            row[column] = None if cell is None else _listed(cell)
        elif column.endswith("_date"):
            row[column] = dates.iso(cell)
        elif column == "n_claims":
            row[column] = cell if isinstance(cell, int) else values.count(str(cell or ""))
        else:
            row[column] = str(cell).strip() or None if cell is not None else None
    members = row["family_members"]
    number = str(row["publication_number"] or work["native_id"])
    found = numbers.normalise(number)
    if found is None and isinstance(members, list) and members:
        number = members[0]
        found = numbers.normalise(number)
    row["publication_number"] = number if found else None
    row["number"] = found.number if found else None
    row["kind"] = (found.kind or None) if found else None
    row["office"] = found.office if found else None
    row["family_size"] = len(members) if isinstance(members, list) and members else None
    row["cited_by_count"] = work["cited_by_count"]
    if isinstance(row["cited_patents"], list) and row["cited_literature"] is None:
        all_cited = row["cited_patents"]
        row["cited_patents"] = [one for one in all_cited if numbers.normalise(one)]
        row["cited_literature"] = [one for one in all_cited if not numbers.normalise(one)]
    return row


def _listed(cell: object) -> list[str]:
    parts = cell.split(";") if isinstance(cell, str) else cell
    return [str(p).strip() for p in parts if p is not None and str(p).strip()]  # type: ignore[attr-defined]
