"""The one table of columns: every column of every table, with type, unit and meaning."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import msgspec
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_TYPES = {
    "text": pa.string(),
    "int": pa.int64(),
    "float": pa.float64(),
    "bool": pa.bool_(),
    "text list": pa.list_(pa.string()),
}


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One row of `columns.csv`."""

    table: str
    column: str
    type: str
    key: bool
    required: bool
    unit: str
    meaning: str
    reference: str


@cache
def columns() -> tuple[Column, ...]:
    """Return every column of every table of the store, in the order of `columns.csv`."""
    text = files("armillary.model").joinpath("columns.csv").read_text(encoding="utf-8")
    return tuple(
        Column(
            table=row["table"],
            column=row["column"],
            type=row["type"],
            key=row["key"] == "yes",
            required=row["required"] == "yes",
            unit=row["unit"] or "",
            meaning=row["meaning"],
            reference=row["reference"] or "",
        )
        for row in csv.DictReader(text.splitlines())
    )


def tables() -> list[str]:
    """Return the names of all tables, in the order of `columns.csv`."""
    return list(dict.fromkeys(column.table for column in columns()))


@cache
def columns_of(table: str) -> tuple[Column, ...]:
    """Return the columns of one table.

    Raises:
        KeyError: `columns.csv` has no such table.
    """
    found = tuple(column for column in columns() if column.table == table)
    if not found:
        raise KeyError(f"columns.csv has no table {table!r}")
    return found


@cache
def schema(table: str) -> pa.Schema:
    """Return the Arrow schema of one table."""
    return pa.schema(
        pa.field(c.column, _TYPES[c.type], nullable=not c.required) for c in columns_of(table)
    )


def table_of(name: str, rows: Iterable[Mapping[str, object]]) -> pa.Table:
    """Make an Arrow table from rows; a column a row lacks is null.

    Args:
        name: Table in `columns.csv`.
        rows: One mapping per row; keys are column names.

    Raises:
        KeyError: A row holds a key that is no column of the table.
    """
    wanted = schema(name)
    held: list[Mapping[str, object]] = list(rows)
    names = set(wanted.names)
    for row in held:
        if unknown := row.keys() - names:
            raise KeyError(f"table {name!r} has no column {sorted(unknown)}")
    arrays = [pa.array([row.get(f.name) for row in held], type=f.type) for f in wanted]
    return pa.Table.from_arrays(arrays, schema=wanted)


def empty(name: str) -> pa.Table:
    """Return a table with the right columns and no row."""
    return schema(name).empty_table()


def from_columns(name: str, data: Mapping[str, Sequence[object] | pa.Array]) -> pa.Table:
    """Make an Arrow table from columns of equal length; absent columns are null.

    Args:
        name: Table in `columns.csv`.
        data: Column name to values, each of shape (rows,).

    Raises:
        KeyError: `data` holds a name that is no column of the table.
    """
    wanted = schema(name)
    if unknown := data.keys() - set(wanted.names):
        raise KeyError(f"table {name!r} has no column {sorted(unknown)}")
    size = len(next(iter(data.values()))) if data else 0
    arrays = []
    for field in wanted:
        values = data.get(field.name)
        if values is None:
            arrays.append(pa.nulls(size, field.type))
        elif isinstance(values, pa.Array | pa.ChunkedArray):
            arrays.append(values.cast(field.type))
        else:
            arrays.append(pa.array(values, type=field.type))
    return pa.Table.from_arrays(arrays, schema=wanted)
