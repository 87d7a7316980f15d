"""The store on Spark, for institutes that run a cluster (extra `spark`, Java 17)."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Any

import ibis

from armillary.errors import StoreError, listed
from armillary.model.columns import empty, tables

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa

    from armillary.model.table import Table


def local_session(*, cores: int = 2) -> Any:
    """Start Spark on this machine; a cluster brings its own session instead.

    Raises:
        StoreError: PySpark or Java is not installed.
    """
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise StoreError(
            "PySpark is not installed.",
            where="evidence.spark",
            fix="pip install 'armillary[spark]' and install Java 17",
        ) from error
    logging.getLogger("py4j").setLevel(logging.ERROR)
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    session = (
        SparkSession.builder.master(f"local[{cores}]")
        .appName("armillary")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", str(cores))
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.execution.arrow.pyspark.enabled", "true")
        .config("spark.driver.memory", "1g")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    return session


class SparkStore:
    """Evidence on Spark over the same Parquet parts.

    Args:
        parts: Parquet files of each table; a table without files is empty.
        session: A running Spark session; None starts one on this machine.
    """

    def __init__(self, parts: Mapping[str, Sequence[Path]], *, session: Any = None) -> None:
        self._session = session if session is not None else local_session()
        self._connection = ibis.pyspark.connect(self._session)
        for name in tables():
            files = [str(file) for file in parts.get(name, ())]
            if files:
                self._session.read.parquet(*files).createOrReplaceTempView(name)
            else:
                self.lend(name, empty(name))

    def table(self, name: str) -> Table:
        """Return one table as an Ibis expression."""
        if name not in tables():
            raise StoreError(
                f"The store has no table {name!r}.",
                where="evidence.spark",
                fix=f"tables are: {listed(tables())} (all in columns.csv)",
            )
        return self._connection.table(name)

    def arrow(self, expression: Table) -> pa.Table:
        """Run an expression and return its rows."""
        # Not Ibis's own road: it goes through pandas, which turns missing integers into floats.
        return self._session.sql(self._connection.compile(expression)).toArrow()

    def rows(self, expression: Table) -> list[dict[str, Any]]:
        """Run an expression and return its rows as mappings."""
        found: list[dict[str, Any]] = self.arrow(expression).to_pylist()
        return found

    def batches(self, expression: Table, *, size: int) -> Iterator[pa.RecordBatch]:
        """Run an expression and give its rows in pieces of at most about `size`."""
        yield from self.arrow(expression).to_batches(max_chunksize=size)

    def lend(self, name: str, table: pa.Table) -> Table:
        """Make rows that live in memory a table of the engine."""
        self._session.createDataFrame(table).createOrReplaceTempView(name)
        return self._connection.table(name)

    def close(self) -> None:
        """Let go of the session."""
        self._session.stop()
