"""The store on DuckDB: views over Parquet parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis

from armillary.errors import StoreError, listed
from armillary.model.columns import empty, tables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa

    from armillary.model.table import Table


def quoted(text: str) -> str:
    """Return an SQL string literal.

    Examples:
        >>> quoted("l'index")
        "'l''index'"
    """
    return "'" + text.replace("'", "''") + "'"


class DuckDBStore:
    """Evidence on DuckDB, in memory over Parquet parts.

    Args:
        parts: Parquet files of each table; a table without files is empty.
        memory: Memory DuckDB may use before it spills to disk.
        spill: Folder to spill to.
    """

    def __init__(
        self,
        parts: Mapping[str, Sequence[Path]],
        *,
        memory: str = "2GB",
        spill: Path | None = None,
    ) -> None:
        self._connection = ibis.duckdb.connect()
        self._run(f"SET memory_limit = {quoted(memory)}")
        self._run("SET enable_progress_bar = false")
        self._run("SET preserve_insertion_order = true")
        if spill is not None:
            self._run(f"SET temp_directory = {quoted(str(spill))}")
        for name in tables():
            self._mount(name, parts.get(name, ()))

    def _run(self, sql: str) -> None:
        self._connection.raw_sql(sql)

    def _mount(self, name: str, files: Sequence[Path]) -> None:
        if files:
            listing = ", ".join(quoted(str(file)) for file in files)
            self._run(
                f'CREATE OR REPLACE VIEW "{name}" AS SELECT * FROM read_parquet([{listing}])'  # noqa: S608 - names from columns.csv, paths quoted
            )
        else:
            self.lend(name, empty(name))

    def table(self, name: str) -> Table:
        """Return one table as an Ibis expression."""
        if name not in tables():
            raise StoreError(
                f"The store has no table {name!r}.",
                where="evidence.duckdb",
                fix=f"tables are: {listed(tables())} (all in columns.csv)",
            )
        return self._connection.table(name)

    def arrow(self, expression: Table) -> pa.Table:
        """Run an expression and return its rows."""
        return self._connection.to_pyarrow(expression)

    def rows(self, expression: Table) -> list[dict[str, Any]]:
        """Run an expression and return its rows as mappings."""
        found: list[dict[str, Any]] = self.arrow(expression).to_pylist()
        return found

    def lend(self, name: str, table: pa.Table) -> Table:
        """Make rows that live in memory a table of the engine."""
        self._connection.con.register("lent", table)
        self._run(f'CREATE OR REPLACE TEMP TABLE "{name}" AS SELECT * FROM lent')  # noqa: S608 - names from our code
        self._connection.con.unregister("lent")
        return self._connection.table(name)

    def close(self) -> None:
        """Let go of the engine."""
        self._connection.disconnect()
