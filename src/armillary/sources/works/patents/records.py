"""Records of patents become rows of `work` and of `patent`, one of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from armillary.model.columns import schema, table_of
from armillary.sources.works import values
from armillary.sources.works.patents import numbers
from armillary.sources.works.records import Records

if TYPE_CHECKING:
    from collections.abc import Sequence

    from armillary.model.provenance import Origin, Reading

_MANY = ("cited_patents", "cited_literature", "family_members", "cited_by")
"""Lists that a source without the column leaves missing, not empty."""


class Patent(msgspec.Struct, kw_only=True):
    """One record of an export; the fields are columns of `patent`, and those of `work` beside.

    Args:
        native_id: Identifier in the database; the publication number where it has none.
        countries: Countries the source states; the offices where it states none.
        cited_as: Publication numbers of the record itself.
    """

    title: str = ""
    native_id: str | None = None
    abstract: str | None = None
    doi: str | None = None
    countries: list[str] | None = None
    cited_as: list[str] | None = None
    language: str | None = None
    publication_number: str | None = None
    kind: str | None = None
    office: str | None = None
    publication_date: str | None = None
    application_number: str | None = None
    filing_date: str | None = None
    priority_number: str | None = None
    priority_date: str | None = None
    grant_date: str | None = None
    status: str | None = None
    family: str | None = None
    family_kind: str | None = None
    family_members: list[str] | None = None
    family_size: int | None = None
    applicants: list[str] = msgspec.field(default_factory=list)
    inventors: list[str] = msgspec.field(default_factory=list)
    ipc: list[str] | None = None
    cpc: list[str] | None = None
    cited_patents: list[str] | None = None
    cited_literature: list[str] | None = None
    n_claims: int | None = None
    cited_by: list[str] | None = None
    cited_by_count: int | None = None


class PatentRecords(Records):
    """What one file of patents gives, record by record."""

    def __init__(self, *, source: str, origin: Origin, unit_read: str = "records") -> None:
        super().__init__(source=source, origin=origin, unit_read=unit_read)
        self._patents: list[dict[str, object]] = []

    def keep_patent(self, locator: str, patent: Patent, *, year: int | None = None) -> None:
        """Keep one record in both tables, or refuse it where it has neither title nor id.

        The year of the work is that of the earliest priority, else of filing, else of
        publication: when the invention was made, not when an office printed it.

        Args:
            locator: Where the record stands.
            patent: The record.
            year: Year where the source states no date at all.
        """
        found = numbers.normalise(patent.publication_number)
        said_office = patent.office or numbers.office(patent.publication_number)
        dated = patent.priority_date or patent.filing_date or patent.publication_date
        before = len(self._rows)
        references = _joined(patent.cited_patents, patent.cited_literature)
        self.keep(
            locator,
            native_id=patent.native_id or _compact(patent.publication_number),
            title=patent.title,
            doi=patent.doi,
            year=values.year(dated) or year,
            authors=patent.inventors,
            date=patent.publication_date,
            type="patent",
            abstract=patent.abstract,
            language=patent.language,
            venue=said_office,
            organisations=values.unique(patent.applicants),
            countries=patent.countries or ([said_office] if said_office else []),
            classes=values.unique([*(patent.ipc or ()), *(patent.cpc or ())]),
            references=references,
            cited_as=values.unique(patent.cited_as or [patent.publication_number or ""]),
            cited_by_count=patent.cited_by_count,
        )
        if len(self._rows) == before:
            return
        work = self._rows[-1]
        held = msgspec.structs.asdict(patent)
        row = {name: held[name] for name in schema("patent").names if name in held}
        row.update({name: work[name] for name in ("work", "source", "origin", "locator")})
        row["number"] = found.number if found else None
        row["kind"] = patent.kind or (found.kind if found else None) or None
        row["office"] = said_office
        for name in ("publication_number", "application_number", "priority_number", "status"):
            text = row[name]
            row[name] = text.strip() or None if isinstance(text, str) else None
        self._patents.append(row)

    def reading(self, format_name: str, *, notes: Sequence[str] = ()) -> Reading:
        """Return what the file gave, in the tables `work` and `patent`."""
        found = super().reading(format_name, notes=notes)
        patents = table_of("patent", self._patents)
        return with_patents(found, patents)


def with_patents(reading: Reading, patents: pa.Table) -> Reading:
    """Add the rows of `patent` that belong to the works kept."""
    works = reading.tables["work"]
    places = pa.array(_places(works), pa.string())
    kept = patents.filter(pc.is_in(pa.array(_places(patents), pa.string()), value_set=places))
    return msgspec.structs.replace(reading, tables={**reading.tables, "patent": kept})


def _places(table: pa.Table) -> list[str]:
    columns = (table["work"].to_pylist(), table["locator"].to_pylist())
    return [f"{work}\t{locator}" for work, locator in zip(*columns, strict=True)]


def _joined(patents: list[str] | None, literature: list[str] | None) -> list[str] | None:
    if patents is None and literature is None:
        return None
    return values.unique([*(patents or ()), *(literature or ())])


def _compact(number: str | None) -> str | None:
    return "".join((number or "").split()) or None
