"""The catalogue for people: a DuckDB file with a view of each table and the meaning of columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from armillary.evidence.duckdb import quoted
from armillary.model.columns import columns_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


def write_catalogue(path: Path, parts: Mapping[str, Sequence[Path]]) -> None:
    """Write a DuckDB file whose views are the tables of the store, whole or not at all.

    For people with DuckDB or a BI tool; the program itself mounts the parts. The views name
    the files by their place on this machine, so the file is written anew by each build.

    Args:
        path: File to write.
        parts: Parquet files of each table.
    """
    draft = path.with_name(f".{path.name}.draft")
    draft.unlink(missing_ok=True)
    with duckdb.connect(str(draft)) as connection:
        for table, files in parts.items():
            listing = ", ".join(quoted(str(file.resolve())) for file in files)
            connection.execute(f'CREATE VIEW "{table}" AS SELECT * FROM read_parquet([{listing}])')  # noqa: S608 - names from columns.csv, paths quoted
            for column in columns_of(table):
                unit = f" [{column.unit}]" if column.unit else ""
                said = quoted(column.meaning + unit)
                connection.execute(f'COMMENT ON COLUMN "{table}"."{column.column}" IS {said}')
    draft.replace(path)
