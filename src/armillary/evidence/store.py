"""What a store can do: give tables by name, as lazy expressions or as rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from armillary.evidence.conformance import conform

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from armillary.model.table import Table

Parts = "Mapping[str, Sequence[Path]]"


class Store(Protocol):
    """Evidence, readable. Every table of `columns.csv` is there, if only empty."""

    def table(self, name: str) -> Table:
        """Return one table as an Ibis expression.

        Raises:
            StoreError: `columns.csv` has no such table.
        """

    def arrow(self, expression: Table) -> pa.Table:
        """Run an expression and return its rows."""

    def rows(self, expression: Table) -> list[dict[str, Any]]:
        """Run an expression and return its rows as mappings, for pages."""

    def batches(self, expression: Table, *, size: int) -> Iterator[pa.RecordBatch]:
        """Run an expression and give its rows in pieces of at most about `size`."""

    def lend(self, name: str, table: pa.Table) -> Table:
        """Make rows that live in memory a table of the engine, to join with others."""

    def close(self) -> None:
        """Let go of the engine."""


def write_part(folder: Path, *, table: str, part: str, rows: pa.Table) -> Path:
    """Write the rows one step gives to one table, whole or not at all.

    The name carries the content, so a new version never overwrites one that is being read.

    Args:
        folder: Folder of the tables.
        table: Table of `columns.csv`.
        part: Step that made the rows.
        rows: The rows; held to `columns.csv` before anything is written.

    Returns:
        The file written.

    Raises:
        ConformanceError: The rows are not what `columns.csv` says.
    """
    import hashlib

    rows = conform(table, rows, where=f"step {part}")
    home = folder / table
    home.mkdir(parents=True, exist_ok=True)
    draft = home / f".{part.replace(':', '-')}.draft"
    pq.write_table(rows, draft, compression="zstd", write_statistics=True)
    digest = hashlib.sha256(draft.read_bytes()).hexdigest()
    final = home / f"{part.replace(':', '-')}-{digest[:16]}.parquet"
    draft.replace(final)
    return final
