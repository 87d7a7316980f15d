"""Records of one file become rows of the table `work`; each is kept, joined or refused."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from armillary.model.columns import schema, table_of
from armillary.model.provenance import Reading, Rejection
from armillary.sources.works import values
from armillary.sources.works.repeats import settle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from armillary.model.provenance import Origin

NO_TITLE_NO_ID = "the record has neither a title nor an id; add one of them"

_TEXT_SHOWN = 200


def made_id(title: str, *, year: int | None, authors: Sequence[str]) -> str:
    """Make an id for a record whose source gives none; the same record always gets the same.

    Args:
        title: Title; case and spacing do not matter.
        year: Year of publication.
        authors: Authors; the first one counts.
    """
    said = [" ".join(title.lower().split()), str(year or ""), *authors[:1]]
    return "made-" + hashlib.sha256("\n".join(said).encode()).hexdigest()[:16]


class Records:
    """What one file gives, record by record.

    A record with neither title nor id is refused. One without a title but with an id is kept
    with an empty title and counted in the name of the format; one without an id is known by
    its DOI, else by an id made of title, year and first author.

    Args:
        source: Source in observatory.toml.
        origin: The file.
        unit_read: What the records are called: "records" or "rows".
    """

    def __init__(self, *, source: str, origin: Origin, unit_read: str = "records") -> None:
        self._source = source
        self._origin = origin.origin
        self._unit_read = unit_read
        self._rows: list[dict[str, object]] = []
        self._rejections: list[Rejection] = []
        self._n_empty = 0
        self._n_damaged_dois = 0

    @property
    def n_damaged_dois(self) -> int:
        """Return how many texts in the place of a DOI were none."""
        return self._n_damaged_dois

    def keep(
        self,
        locator: str,
        *,
        native_id: str | None,
        title: str | None,
        doi: str | None = None,
        year: int | None = None,
        authors: Sequence[str] = (),
        **fields: object,
    ) -> None:
        """Keep one record, or refuse it where it has neither title nor id.

        Args:
            locator: Where the record stands.
            native_id: Id in the database.
            title: Title as written.
            doi: DOI as written.
            year: Year of publication.
            authors: Authors as written, in order.
            **fields: Other columns of the table `work`; a column not given is null.
        """
        name = " ".join((title or "").split())
        found = values.doi(doi)
        self._n_damaged_dois += bool(doi and doi.strip()) and found is None
        known = (native_id or "").strip() or found
        if not known and not name:
            said = "; ".join(f"{k} {v}" for k, v in fields.items() if v)
            self.refuse(locator, text=said, reason=NO_TITLE_NO_ID)
            return
        identity = known or made_id(name, year=year, authors=authors)
        self._rows.append(
            {
                "work": f"{self._source}:{identity}",
                "source": self._source,
                "origin": self._origin,
                "locator": locator,
                "native_id": identity,
                "title": name,
                "doi": found,
                "year": year,
                "authors": list(authors),
                **fields,
            }
        )

    def refuse(self, locator: str, *, text: str, reason: str) -> None:
        """Refuse one item, saying why and how to mend it."""
        self._rejections.append(Rejection(locator=locator, text=text[:_TEXT_SHOWN], reason=reason))

    def refuse_line(self, line: int, text: str, reason: str) -> None:
        """Refuse what stands on a line, as `tagged.parse` tells it."""
        self.refuse(f"line {line}", text=text, reason=reason)

    def pass_over(self) -> None:
        """Count one item that holds nothing by the layout of the file."""
        self._n_empty += 1

    def reading(self, format_name: str, *, notes: Sequence[str] = ()) -> Reading:
        """Return what the file gave.

        Args:
            format_name: One of `formats()`.
            notes: What a reader should know about the file; joined to the format's name.
        """
        return reading_of(
            table_of("work", self._rows),
            format_name=format_name,
            notes=notes,
            n_damaged_dois=self._n_damaged_dois,
            unit_read=self._unit_read,
            n_empty=self._n_empty,
            rejections=self._rejections,
        )


def reading_of(
    works: pa.Table,
    *,
    format_name: str,
    notes: Sequence[str],
    n_damaged_dois: int,
    unit_read: str,
    n_empty: int,
    rejections: Sequence[Rejection],
) -> Reading:
    """Settle repeated ids, make blanks missing, and balance the counts.

    Args:
        works: Rows of the table `work`, in the order of the file; ids may repeat.
        format_name: One of `formats()`.
        notes: What a reader should know about the file.
        n_damaged_dois: Texts in the place of a DOI that are none, and so are missing.
        unit_read: What was counted.
        n_empty: Items without content.
        rejections: Items refused so far.
    """
    n_read = works.num_rows + n_empty + len(rejections)
    kept, n_joined, repeated = settle(_blank_is_missing(works))
    return Reading(
        format=named(format_name, kept, notes=notes, n_damaged_dois=n_damaged_dois),
        unit_read=unit_read,
        n_read=n_read,
        n_kept=kept.num_rows,
        n_empty=n_empty + n_joined,
        tables={"work": kept},
        rejections=(*rejections, *repeated),
    )


def named(format_name: str, works: pa.Table, *, notes: Sequence[str], n_damaged_dois: int) -> str:
    """Return the name of a format with what a reader should know about the file.

    Args:
        format_name: One of `formats()`.
        works: Rows kept.
        notes: What a reader should know, blank notes aside.
        n_damaged_dois: Texts in the place of a DOI that are none.
    """
    untitled = pc.sum(pc.equal(works["title"], "")).as_py() or 0
    said = [note for note in notes if note]
    if n_damaged_dois:
        said.append(f"{n_damaged_dois:,} damaged DOIs left out")
    if untitled:
        said.append(f"{untitled:,} without a title")
    return f"{format_name} ({'; '.join(said)})" if said else format_name


def _blank_is_missing(works: pa.Table) -> pa.Table:
    """Make blank optional texts null, and a list null that the whole file never fills."""
    columns = []
    for field in schema("work"):
        column = works[field.name]
        if pa.types.is_list(field.type):
            lengths = pc.list_value_length(column)
            if not pc.max(lengths).as_py():
                column = pa.nulls(works.num_rows, field.type)
        elif pa.types.is_string(field.type) and field.nullable:
            blank = pc.equal(pc.utf8_trim_whitespace(column), "")
            column = pc.if_else(blank, pa.scalar(None, pa.string()), column)
        columns.append(column)
    return pa.table(columns, schema=schema("work"))
