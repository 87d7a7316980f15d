"""Fixtures every test may use: both engines under one name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from armillary.evidence.duckdb import DuckDBStore
from armillary.evidence.store import Store
from armillary.model.table import Table

Columns = Mapping[str, Sequence[object]]


@pytest.fixture(scope="session")
def spark_session() -> Iterator[Any]:
    """One local Spark session for the whole run: starting one takes seconds."""
    from armillary.evidence.spark import local_session

    session = local_session()
    yield session
    session.stop()


@pytest.fixture(scope="session")
def spark_store(spark_session: Any) -> Store:
    """One Spark store for the whole run."""
    from armillary.evidence.spark import SparkStore

    return SparkStore({}, session=spark_session)


@pytest.fixture(params=["duckdb", pytest.param("spark", marks=pytest.mark.spark)])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """An empty store, on DuckDB and on Spark in turn."""
    if request.param == "spark":
        yield request.getfixturevalue("spark_store")
        return
    duckdb = DuckDBStore({})
    yield duckdb
    duckdb.close()


@pytest.fixture
def frame(store: Store) -> Callable[..., Table]:
    """Make a lazy table of given columns on the engine under test."""
    count = 0

    def build(columns: Columns | pa.Table) -> Table:
        nonlocal count
        count += 1
        table = columns if isinstance(columns, pa.Table) else pa.table(dict(columns))
        return store.lend(f"frame_{count}", table)

    return build


@pytest.fixture
def rows(store: Store) -> Callable[[Table], list[tuple[Any, ...]]]:
    """Run an expression and return its rows as tuples."""

    def run(expression: Table) -> list[tuple[Any, ...]]:
        return [tuple(row.values()) for row in store.rows(expression)]

    return run


def write_small_observatory(parent: Path) -> Path:
    """Write the demo observatory with a small corpus and two years, quick to build."""
    from armillary.workflow import new

    folder = parent / "observatory"
    new(folder)
    toml = folder / "observatory.toml"
    text = toml.read_text(encoding="utf-8")
    text = text.replace("works = 8000", "works = 600").replace("topics = 60", "topics = 8")
    text = text.replace("clusters = 16", "clusters = 3").replace("areas = 6", "areas = 2")
    text = text.replace("emerging = 6", "emerging = 2")
    data = folder / "data/rd_expenditure.csv"
    lines = data.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines[1:] if ",2022," in line or ",2023," in line]
    data.write_text("".join([lines[0], *kept]), encoding="utf-8")
    toml.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def small_observatory(tmp_path: Path) -> Path:
    """A copy of the demo observatory with a small corpus, quick to build."""
    return write_small_observatory(tmp_path)


@pytest.fixture(scope="session")
def write_observatory() -> Callable[[Path], Path]:
    """Give the writer itself, for fixtures that share one observatory."""
    return write_small_observatory
