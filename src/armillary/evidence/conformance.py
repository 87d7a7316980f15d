"""Holds every table of the store to `columns.csv`."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from armillary.errors import ConformanceError, listed
from armillary.model.columns import columns_of, schema


def conform(name: str, table: pa.Table, *, where: str) -> pa.Table:
    """Return `table` with the columns, order and types of `columns.csv`, or refuse it.

    Args:
        name: Table of the store.
        table: Any column order; no column too many, none too few.
        where: Step that made the table, for the error.

    Raises:
        ConformanceError: Columns, types, nulls in a required column, or repeated keys.
    """
    wanted = schema(name)
    missing = [n for n in wanted.names if n not in table.column_names]
    unknown = [n for n in table.column_names if n not in wanted.names]
    if missing or unknown:
        said = [("lacks", missing), ("adds", unknown)]
        raise ConformanceError(
            f"Table {name!r} {' and '.join(f'{verb} {listed(n)}' for verb, n in said if n)}.",
            where=where,
            fix="give it exactly the columns of src/armillary/model/columns.csv",
        )
    _require(name, table, where)
    try:
        table = table.select(wanted.names).cast(wanted)
    except (pa.ArrowException, ValueError) as error:
        raise ConformanceError(
            f"Table {name!r} does not have the types of columns.csv: {error}",
            where=where,
            fix="cast or fill the column the message names",
        ) from error
    _unique(name, table, where)
    return table


def _require(name: str, table: pa.Table, where: str) -> None:
    for column in columns_of(name):
        nulls = table[column.column].null_count
        if column.required and nulls:
            raise ConformanceError(
                f"Column {column.column!r} of {name!r} is empty in {nulls:,} of "
                f"{table.num_rows:,} rows.",
                where=where,
                fix="every row needs it; reject the row with a reason instead",
            )


def _unique(name: str, table: pa.Table, where: str) -> None:
    keys = [c.column for c in columns_of(name) if c.key]
    if not keys or table.num_rows < 2:
        return
    counts = table.select(keys).group_by(keys).aggregate([([], "count_all")])
    twice = counts.filter(pc.greater(counts["count_all"], 1)).select(keys).slice(0, 6)
    if twice.num_rows:
        named = ["/".join(str(v) for v in row.values()) for row in twice.to_pylist()]
        raise ConformanceError(
            f"Table {name!r} holds several rows for one key ({', '.join(keys)}): {listed(named)}.",
            where=where,
            fix="keep one row for a key, or tell the rows apart by VINTAGE or another dimension",
        )
