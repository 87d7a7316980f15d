"""Writes the tables of a pack and keeps back what is not ours to publish."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ibis
import msgspec
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from armillary.model.columns import columns_of, schema, tables
from armillary.model.progress import Progress, silent
from armillary.publications.pack.cells import flat, flat_type
from armillary.publications.pack.descriptor import (
    csv_resource,
    parquet_resource,
    write_descriptor,
)
from armillary.publications.pack.readme import readme

if TYPE_CHECKING:
    from armillary.evidence.store import Store
    from armillary.model.observatory import Observatory
    from armillary.model.table import Table

WITHHELD = "[withheld]"
_ROWS_AT_ONCE = 50_000
_OPEN = re.compile(
    r"\s*(cc[\s-]?0|cc[\s-]by|creative commons (zero|attribution)|odc[\s-]by|odc[\s-]pddl|pddl"
    r"|odbl|public domain|ogl|open government licen[cs]e|dl-de/(by|zero)|etalab|licence ouverte)",
    re.IGNORECASE,
)
_CLOSED = re.compile(r"\bn[cd]\b|non-?\s?commercial|no-?\s?deriv", re.IGNORECASE)
# Tables with records of third parties, and the columns of them that anyone may list.
_RECORDS = {
    "work": {"work", "source", "origin", "locator", "native_id", "type", "year"},
    "rejection": {"source", "origin", "locator", "reason"},
    "patent": {
        "work", "source", "origin", "locator", "office", "priority_date", "family_kind",
        "family_size", "n_claims",
    },
    "work_member": {
        "work", "member", "source", "origin", "rule", "evidence", "decided_by", "gives",
    },
    "work_pair": {"source", "a", "b", "outcome", "rule", "evidence"},
}  # fmt: skip
# Words of third parties in tables that name no source: withheld where any source is.
_WORDS = {"science_link": ("text",), "research_front": ("label",)}
# Tables whose rows are nothing but such words: those of withheld sources are left out.
_LEFT_OUT = ("reference",)


class PackSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What was written.

    Args:
        folder: Folder of the pack.
        n_tables: Tables with at least one row.
        n_rows: Rows of all tables.
        tables: Rows of each table.
        bytes: Size of all files together.
        withheld: Works sources whose records are given as identifiers and years alone.
    """

    folder: Path
    n_tables: int
    n_rows: int
    tables: dict[str, int]
    bytes: int
    withheld: tuple[str, ...]


def write_pack(
    store: Store, observatory: Observatory, *, out: Path, progress: Progress = silent
) -> PackSummary:
    """Write a Frictionless data package of the whole store.

    Observations, policies and results go in whole. Bibliographic records belong to the
    databases they come from: a works source that is not simulated and whose files do not all
    state an open licence (CC0, CC BY, ODC-BY and their like) is published as identifiers, types
    and years, without titles, abstracts, names or references, its patents without numbers and
    citations, and its rejected items without their text; `cluster_work` says which cluster each
    work is in. The same store gives the same bytes.
    Source: Frictionless Data Package 1.0 and Tabular Data Resource; RFC 4180, with line feeds.

    Args:
        store: The store.
        observatory: Its definition.
        out: Folder to write into, made if absent; tables of an earlier pack are replaced, and
            those that have no row any more are removed.
        progress: Hears of each table written.
    """
    out.mkdir(parents=True, exist_ok=True)
    withheld = _withheld(store)
    resources: list[dict[str, Any]] = []
    counts: dict[str, int] = {}
    names = tables()
    for done, name in enumerate(names):
        progress("pack", done, len(names))
        csv, parquet = out / f"{name}.csv", out / f"{name}.parquet"
        count = _write(_published(store, name, withheld=withheld), store, csv, parquet, name=name)
        if count:
            counts[name] = count
            resources += [csv_resource(name, csv), parquet_resource(name, parquet)]
        else:
            csv.unlink()
            parquet.unlink()
    write_descriptor(store, observatory, resources=resources, out=out)
    text = readme(observatory, counts=counts, withheld=withheld)
    (out / "README.md").write_text(text, encoding="utf-8", newline="\n")
    progress("pack", len(names), len(names))
    return PackSummary(
        folder=out,
        n_tables=len(counts),
        n_rows=sum(counts.values()),
        tables=counts,
        bytes=sum(file.stat().st_size for file in out.iterdir() if file.is_file()),
        withheld=withheld,
    )


def is_open(licence: str | None) -> bool:
    """Return whether a licence, as stated, lets anyone publish the records again.

    Examples:
        >>> [is_open(text) for text in ("CC BY 4.0", "CC0-1.0", "ODC-BY", "CC BY-NC 4.0")]
        [True, True, True, False]
        >>> is_open(None), is_open("All rights reserved")
        (False, False)
    """
    return bool(licence and _OPEN.match(licence) and not _CLOSED.search(licence))


def _withheld(store: Store) -> tuple[str, ...]:
    works = {row["source"] for row in store.rows(store.table("work").select("source").distinct())}
    stated: dict[str, list[bool]] = {source: [] for source in works}
    for row in store.rows(store.table("origin")):
        if row["source"] in works:
            stated[row["source"]].append(row["simulated"] or is_open(row["licence"]))
    return tuple(sorted(source for source, files in stated.items() if not files or not all(files)))


def _published(store: Store, name: str, *, withheld: tuple[str, ...]) -> Table:
    table = store.table(name)
    if name in _RECORDS and withheld:
        closed = table["source"].isin(list(withheld))
        table = table.mutate(
            **{
                column.column: closed.ifelse(
                    WITHHELD if column.required else None, table[column.column]
                )
                for column in columns_of(name)
                if column.column not in _RECORDS[name]
            }
        )
    if name in _WORDS and withheld:
        table = table.mutate(**{column: ibis.literal(WITHHELD) for column in _WORDS[name]})
    if name in _LEFT_OUT and withheld:
        table = table.filter(~table["source"].isin(list(withheld)))
    keys = [column.column for column in columns_of(name) if column.key]
    return table.order_by(keys) if keys else table


def _write(rows: Table, store: Store, csv: Path, parquet: Path, *, name: str) -> int:
    wanted = schema(name)
    flattened = pa.schema(pa.field(f.name, flat_type(f.type)) for f in wanted)
    count = 0
    with (
        pq.ParquetWriter(parquet, wanted, compression="zstd") as columns,
        pacsv.CSVWriter(csv, flattened) as lines,
    ):
        for batch in store.batches(rows, size=_ROWS_AT_ONCE):
            arrays = [batch.column(field.name).cast(field.type) for field in wanted]
            columns.write_batch(pa.RecordBatch.from_arrays(arrays, schema=wanted))
            plain = [flat(values) for values in arrays]
            lines.write_batch(pa.RecordBatch.from_arrays(plain, schema=flattened))
            count += batch.num_rows
    return count
