"""Plain tables with one row per work: Parquet and CSV with the columns of the table `work`."""

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
from armillary.sources.works import delimited, values
from armillary.sources.works.records import NO_TITLE_NO_ID, Records, made_id, reading_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from armillary.model.provenance import Origin, Reading
    from armillary.sources.works.content import Text

PARQUET = "Parquet table"
CSV = "CSV table"

DELIMITERS = ",\t;"

# Column of `work`: names it may have in a plain table; all that are present and hold
# something are used, the first one first (`year`: a priority year before that of publication).
_NAMES = {
    "native_id": ("native_id", "id"),
    "type": ("type", "document_type", "record_type"),
    "title": ("title",),
    "abstract": ("abstract",),
    "language": ("language",),
    "year": ("priority_year", "year"),
    "date": ("date", "publication_date"),
    "venue": ("venue",),
    "doi": ("doi",),
    "keywords": ("keywords",),
    "authors": ("authors",),
    "organisations": ("organisations", "institutions", "assignees"),
    "countries": ("countries",),
    "classes": ("classes", "ipc", "cpc", "categories", "wos_categories"),
    "references": ("references",),
    "cited_as": ("cited_as", "publication_numbers", "family_members"),
    "cited_by_count": ("cited_by_count",),
}
_OF_PATENTS = {"ipc", "cpc", "priority_year", "publication_numbers", "family_members", "assignees"}
_BATCH = 16_384


def is_tidy(names: Sequence[str]) -> bool:
    """Tell whether a header is that of a plain table of works."""
    lower = {name.lower() for name in names}
    known = {name for others in _NAMES.values() for name in others}
    return "title" in lower and len(lower & known) >= 3


def read_csv(content: Text, *, source: str, origin: Origin) -> Reading:
    """Read a CSV table; lists within a cell are joined by semicolons.

    Args:
        content: The decoded file.
        source: Source in observatory.toml.
        origin: The file.
    """
    delimiter = tidy_delimiter(content.text) or ","
    records = Records(source=source, origin=origin, unit_read="rows")
    lists = {field.name for field in schema("work") if pa.types.is_list(field.type)}
    for line, row in delimited.rows(content.text, records, delimiter=delimiter):
        cells = {name.lower(): cell.strip() for name, cell in row.items()}
        patent = _OF_PATENTS & cells.keys()
        fields: dict[str, object] = {}
        for column, names in _NAMES.items():
            held = [cells[name] for name in names if cells.get(name)]
            present = any(name in cells for name in names)
            if column in lists and present:
                fields[column] = values.unique(p for cell in held for p in values.listing(cell))
            elif column not in lists:
                fields[column] = held[0] if held else None
        fields["type"] = "patent" if patent else values.work_type(_text(fields["type"]))
        fields["year"] = values.year(_text(fields["year"]))
        fields["doi"] = values.doi(_text(fields["doi"]))
        fields["cited_by_count"] = values.count(_text(fields["cited_by_count"]))
        records.keep(f"line {line}", **fields)  # type: ignore[arg-type]
    return records.reading(CSV, notes=(content.encoding,))


def tidy_delimiter(text: str) -> str | None:
    """Return what separates the columns of a plain table, None where the text is none."""
    for delimiter in DELIMITERS:
        if is_tidy(delimited.header(text, delimiter=delimiter)):
            return delimiter
    return None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def read_parquet(data: bytes, *, source: str, origin: Origin) -> Reading:
    """Read a Parquet table, column by column.

    Args:
        data: The file.
        source: Source in observatory.toml.
        origin: The file.

    Raises:
        SourceError: The file is damaged, too large, or lacks titles and ids.
    """
    table = _table(data, origin.file)
    n_rows = table.num_rows
    title = _first_text(table, "title")
    blank = pc.equal(title, "")
    ids = _or_made(_first_text(table, "native_id"), table, title)
    keep = pc.invert(pc.and_(pc.equal(ids, ""), blank))
    locators = pc.binary_join_element_wise(
        "row", pa.array(range(1, n_rows + 1)).cast(pa.string()), " "
    )
    columns = {
        "work": pc.binary_join_element_wise(source, ids, ":"),
        "source": pa.repeat(source, n_rows),
        "origin": pa.repeat(origin.origin, n_rows),
        "locator": locators,
        "native_id": ids,
        "title": title,
        "type": _types(table),
        "year": _years(table),
        "doi": _dois(table),
    }
    for field in schema("work"):
        if field.name not in columns:
            columns[field.name] = _column(table, field)
    works = pa.table(
        [_whole(columns[f.name]).cast(f.type) for f in schema("work")], schema=schema("work")
    )
    refused = works.filter(pc.invert(keep))["locator"].to_pylist()
    return reading_of(
        works.filter(keep),
        format_name=PARQUET,
        notes=(),
        unit_read="rows",
        n_empty=0,
        rejections=[Rejection(locator=at, text="", reason=NO_TITLE_NO_ID) for at in refused],
    )


def _table(data: bytes, file: str) -> pa.Table:
    """Read the known columns in batches, so that a packed bomb is met before it fills memory."""
    fix = "write the table again, e.g. with pyarrow.parquet.write_table"
    try:
        parquet = pq.ParquetFile(io.BytesIO(data))
        names = parquet.schema_arrow.names
        if not {"title", "id", "native_id"} & set(names):
            raise SourceError(
                f"The Parquet table has neither a title nor an id; its columns are {listed(names)}.",
                where=file,
                fix="name the columns id, title, abstract, year, venue, authors, countries, "
                "keywords, references, cited_by_count, doi",
            )
        known = {name for others in _NAMES.values() for name in others}
        wanted = [name for name in names if name in known]
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
        return pa.Table.from_batches(
            batches, schema=pa.schema([parquet.schema_arrow.field(name) for name in wanted])
        ).combine_chunks()
    except (pa.ArrowException, OSError, ValueError) as error:
        raise SourceError(
            f"The Parquet file is damaged or cut short: {error}.", where=file, fix=fix
        ) from error


def _whole(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _present(table: pa.Table, column: str) -> list[pa.Array]:
    return [_whole(table[name]) for name in _NAMES[column] if name in table.column_names]


def _first_text(table: pa.Table, column: str) -> pa.Array:
    """Return a text column, blank where it is missing."""
    held = [array.cast(pa.string()) for array in _present(table, column)]
    blank = pa.repeat("", table.num_rows)
    return pc.utf8_trim_whitespace(pc.coalesce(*held, blank)) if held else blank


def _column(table: pa.Table, field: pa.Field) -> pa.Array:
    held = _present(table, field.name)
    if pa.types.is_list(field.type):
        held = [array for array in held if pa.types.is_list(array.type) and len(array)]
        if len(held) > 1:
            held = [_joined(held, field.type)]
    if not held:
        return pa.nulls(table.num_rows, field.type)
    return pc.coalesce(*(array.cast(field.type) for array in held))


def _joined(lists: list[pa.Array], kind: pa.DataType) -> pa.Array:
    """Join several list columns row by row (IPC and CPC codes)."""
    flat = pa.concat_arrays([array.flatten().cast(pa.string()) for array in lists])
    parents = pa.concat_arrays([pc.list_parent_indices(array) for array in lists])
    order = pc.sort_indices(pa.table({"row": parents}), sort_keys=[("row", "ascending")])
    sizes = pc.add(pc.coalesce(pc.list_value_length(lists[0]), 0), 0)
    for array in lists[1:]:
        sizes = pc.add(sizes, pc.coalesce(pc.list_value_length(array), 0))
    ends = pc.cumulative_sum(sizes.cast(pa.int32()))
    offsets = pa.concat_arrays([pa.array([0], pa.int32()), ends])
    return pa.ListArray.from_arrays(offsets, flat.take(order)).cast(kind)


def _types(table: pa.Table) -> pa.Array:
    if _OF_PATENTS & set(table.column_names):
        return pa.repeat("patent", table.num_rows)
    coded = _first_text(table, "type").dictionary_encode()
    known = pa.array([values.work_type(said) for said in coded.dictionary.to_pylist()], pa.string())
    return known.take(coded.indices)


def _years(table: pa.Table) -> pa.Array:
    held = _present(table, "year")
    if not held:
        return pa.nulls(table.num_rows, pa.int64())
    texts = [array.cast(pa.string()) for array in held]
    coded = pc.coalesce(*texts).dictionary_encode()
    known = pa.array([values.year(said) for said in coded.dictionary.to_pylist()], pa.int64())
    return known.take(coded.indices)


def _dois(table: pa.Table) -> pa.Array:
    pattern = values.DOI_PATTERN.replace("(", "(?P<doi>", 1)
    found = pc.struct_field(pc.extract_regex(_first_text(table, "doi"), pattern), "doi")
    return pc.utf8_lower(pc.utf8_rtrim(found, ".,;"))


def _or_made(ids: pa.Array, table: pa.Table, title: pa.Array) -> pa.Array:
    """Fill missing ids with the DOI, else with an id made of title, year and first author."""
    ids = pc.if_else(pc.equal(ids, ""), pc.coalesce(_dois(table), ""), ids)
    lacking = pc.indices_nonzero(pc.and_(pc.equal(ids, ""), pc.not_equal(title, "")))
    if not len(lacking):
        return ids
    years = _years(table).take(lacking).to_pylist()
    names = _column(table, schema("work").field("authors")).take(lacking).to_pylist()
    titles = title.take(lacking).to_pylist()
    made = [made_id(t, y, a or []) for t, y, a in zip(titles, years, names, strict=True)]
    mask = pc.and_(pc.equal(ids, ""), pc.not_equal(title, ""))
    return pc.replace_with_mask(ids, mask, pa.array(made, pa.string()))
