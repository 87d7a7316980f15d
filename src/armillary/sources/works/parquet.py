"""Parquet tables with one row per work, read column by column."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from armillary.errors import SourceError, listed
from armillary.model.columns import schema
from armillary.model.provenance import Rejection
from armillary.sources.works import content as contents
from armillary.sources.works import values
from armillary.sources.works.patents import plain_tables
from armillary.sources.works.patents.plain_tables import patent_rows
from armillary.sources.works.patents.records import with_patents
from armillary.sources.works.records import NO_TITLE_NO_ID, made_id, reading_of
from armillary.sources.works.tables import NAMES, OF_PATENTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from armillary.model.provenance import Origin, Reading

PARQUET = "Parquet table"

_BATCH = 16_384
_LIST = pa.list_(pa.string())


def read_parquet(data: bytes, *, source: str, origin: Origin) -> Reading:
    """Read a Parquet table; columns it does not know are passed over.

    Args:
        data: The file.
        source: Source in observatory.toml.
        origin: The file.

    Raises:
        SourceError: The file is damaged, too large, lacks titles and ids, or a column holds
            values of a kind it cannot have.
    """
    table = _table(data, origin.file)
    n_rows = table.num_rows
    title = _blank_filled(table, "title")
    ids = _ids(table, title)
    rows = pa.array(range(1, n_rows + 1), pa.int64()).cast(pa.string())
    columns = {
        "work": pc.binary_join_element_wise(source, ids, ":"),
        "source": pa.repeat(source, n_rows),
        "origin": pa.repeat(origin.origin, n_rows),
        "locator": pc.binary_join_element_wise("row", rows, " "),
        "native_id": ids,
        "title": title,
        "type": _types(table),
        "year": _coded(table, "year", values.year, pa.int64()),
        "doi": _coded(table, "doi", values.doi, pa.string()),
        "cited_by_count": _coded(table, "cited_by_count", _count, pa.int64()),
    }
    for field in schema("work"):
        if field.name not in columns:
            columns[field.name] = _column(table, field)
    works = pa.table([columns[field.name] for field in schema("work")], schema=schema("work"))
    keep = pc.or_(pc.not_equal(ids, ""), pc.not_equal(title, ""))
    refused = works.filter(pc.invert(keep))["locator"].to_pylist()
    reading = reading_of(
        works.filter(keep),
        format_name=PARQUET,
        notes=(),
        n_damaged_dois=_filled(_blank_filled(table, "doi")) - _filled(columns["doi"]),
        unit_read="rows",
        n_empty=0,
        rejections=[Rejection(locator=at, text="", reason=NO_TITLE_NO_ID) for at in refused],
    )
    if not OF_PATENTS & set(table.column_names):
        return reading
    return with_patents(reading, patent_rows(works, _patent_columns(data)))


def _patent_columns(data: bytes) -> dict[str, list[object]]:
    """Return what only the table `patent` needs; the size of the file is checked by now."""
    parquet = pq.ParquetFile(io.BytesIO(data))
    known = {name for names in plain_tables.NAMES.values() for name in names}
    wanted = [name for name in dict.fromkeys(parquet.schema_arrow.names) if name in known]
    return {name: parquet.read([name])[name].to_pylist() for name in wanted}


def _table(data: bytes, file: str) -> pa.Table:
    """Return the known columns as texts and lists of texts."""
    try:
        raw = _read(pq.ParquetFile(io.BytesIO(data)), file)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise SourceError(
            f"The Parquet file is damaged or cut short: {error}.",
            where=file,
            fix="write the table again, e.g. with pyarrow.parquet.write_table",
        ) from error
    wrong, columns = [], {}
    for name in raw.column_names:
        held = raw[name].combine_chunks()
        column = next(c for c, names in NAMES.items() if name in names)
        kind = schema("work").field(column).type
        try:
            columns[name] = _listed(held) if pa.types.is_list(kind) else held.cast(pa.string())
        except pa.ArrowException:
            wrong.append(f"{name} ({held.type})")
    if wrong:
        raise SourceError(
            f"Columns hold what they cannot: {listed(wrong)}.",
            where=file,
            fix="write texts and numbers plainly, and lists as lists of texts",
        )
    return pa.table(columns)


def _read(parquet: pq.ParquetFile, file: str) -> pa.Table:
    """Read in batches, so that a packed bomb is met before it fills the memory."""
    whole = parquet.schema_arrow
    if not {"title", "id", "native_id"} & set(whole.names):
        raise SourceError(
            "The Parquet table has neither a title nor an id; "
            f"its columns are {listed(whole.names)}.",
            where=file,
            fix="name the columns id, title, abstract, year, venue, authors, countries, "
            "keywords, references, cited_by_count, doi",
        )
    known = {name for names in NAMES.values() for name in names}
    wanted = [name for name in dict.fromkeys(whole.names) if name in known]
    batches, size = [], 0
    for batch in parquet.iter_batches(batch_size=_BATCH, columns=wanted):
        size += batch.nbytes
        if size > contents.MAX_BYTES:
            raise SourceError(
                f"The table holds more than {contents.MAX_BYTES:,} bytes when unpacked.",
                where=file,
                fix="split it into several files and list each of them",
            )
        batches.append(batch)
    fields = [whole.field(name) for name in wanted]
    return pa.Table.from_batches(batches, schema=pa.schema(fields)).select(wanted)


def _listed(held: pa.Array) -> pa.Array:
    """Return lists of texts; a plain text is a list joined by semicolons."""
    kind = held.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return pc.split_pattern_regex(held.cast(pa.string()), r"\s*;\s*").cast(_LIST)
    return held.cast(_LIST)


def _present(table: pa.Table, column: str) -> list[pa.Array]:
    return [table[name].combine_chunks() for name in NAMES[column] if name in table.column_names]


def _column(table: pa.Table, field: pa.Field) -> pa.Array:
    """Return the first value held, or for lists all lists joined (IPC and CPC codes)."""
    held = _present(table, field.name)
    if not held:
        return pa.nulls(table.num_rows, field.type)
    if pa.types.is_list(field.type):
        return held[0] if len(held) == 1 else _joined(held)
    return pc.coalesce(*held)


def _joined(lists: list[pa.Array]) -> pa.Array:
    """Join several list columns row by row."""
    flat = pa.concat_arrays([pc.list_flatten(array) for array in lists])
    rows = pa.concat_arrays([pc.list_parent_indices(array) for array in lists])
    sizes = pc.coalesce(pc.list_value_length(lists[0]), 0)
    for array in lists[1:]:
        sizes = pc.add(sizes, pc.coalesce(pc.list_value_length(array), 0))
    ends = pc.cumulative_sum(sizes.cast(pa.int32()))
    offsets = pa.concat_arrays([pa.array([0], pa.int32()), ends])
    return pa.ListArray.from_arrays(offsets, flat.take(pc.sort_indices(rows)))


def _blank_filled(table: pa.Table, column: str) -> pa.Array:
    """Return a text column, blank where it is missing."""
    blank = pa.repeat("", table.num_rows)
    return pc.utf8_trim_whitespace(pc.coalesce(*_present(table, column), blank))


def _filled(texts: pa.Array) -> int:
    return pc.sum(pc.greater(pc.binary_length(texts), 0)).as_py() or 0


def _coded(
    table: pa.Table, column: str, read: Callable[[str | None], object], kind: pa.DataType
) -> pa.Array:
    """Read a column value by value, each distinct value once; the first found stands."""
    found = [pa.nulls(table.num_rows, kind)]
    for texts in reversed(_present(table, column)):
        coded = texts.dictionary_encode()
        known = pa.array([read(text) for text in coded.dictionary.to_pylist()], kind)
        found.insert(0, known.take(coded.indices))
    return pc.coalesce(*found)


def _count(text: str | None) -> int | None:
    """Read a count; tables with gaps often hold counts as 3.0."""
    return values.count((text or "").removesuffix(".0"))


def _types(table: pa.Table) -> pa.Array:
    if OF_PATENTS & set(table.column_names):
        return pa.repeat("patent", table.num_rows)
    return pc.coalesce(_coded(table, "type", values.work_type, pa.string()), "other")


def _ids(table: pa.Table, title: pa.Array) -> pa.Array:
    """Return ids; missing ones are the DOI, else made of title, year and first author."""
    ids = _blank_filled(table, "native_id")
    dois = _coded(table, "doi", values.doi, pa.string())
    ids = pc.if_else(pc.equal(ids, ""), pc.coalesce(dois, ""), ids)
    lacking = pc.and_(pc.equal(ids, ""), pc.not_equal(title, ""))
    if not pc.any(lacking).as_py():
        return ids
    years = _coded(table, "year", values.year, pa.int64()).filter(lacking).to_pylist()
    authors = _column(table, schema("work").field("authors")).filter(lacking).to_pylist()
    titles = title.filter(lacking).to_pylist()
    made = [
        made_id(name, year=year, authors=by or [])
        for name, year, by in zip(titles, years, authors, strict=True)
    ]
    return pc.replace_with_mask(ids, lacking, pa.array(made, pa.string()))
