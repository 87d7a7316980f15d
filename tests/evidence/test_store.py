"""The store gives the same rows on DuckDB and on Spark."""

import pyarrow as pa
import pytest

from armillary.errors import ConformanceError, StoreError
from armillary.evidence.conformance import conform
from armillary.evidence.duckdb import DuckDBStore
from armillary.evidence.store import write_part
from armillary.model.columns import table_of, tables

CITATIONS = [
    {"source": "a", "citing": "a:2", "cited": "a:1"},
    {"source": "a", "citing": "a:3", "cited": "a:1"},
]


def counts(store) -> dict[str, int]:
    return {name: store.arrow(store.table(name)).num_rows for name in tables()}


def test_every_table_of_columns_csv_is_there_if_only_empty_on_duckdb():
    store = DuckDBStore({})

    assert counts(store) == dict.fromkeys(tables(), 0)
    store.close()


@pytest.mark.spark
def test_every_table_of_columns_csv_is_there_if_only_empty_on_spark(spark_session):
    from armillary.evidence.spark import SparkStore

    assert counts(SparkStore({}, session=spark_session)) == dict.fromkeys(tables(), 0)


def test_lists_and_nulls_come_back_as_they_went_in(store, frame):
    table = frame(pa.table({"k": ["x", "y"], "names": pa.array([["a", "b"], None])}))

    assert store.rows(table.order_by("k")) == [
        {"k": "x", "names": ["a", "b"]},
        {"k": "y", "names": None},
    ]


def test_an_unknown_table_is_refused_by_name(store):
    with pytest.raises(StoreError, match="no table 'citations'"):
        store.table("citations")


@pytest.mark.spark
def test_parts_of_several_steps_are_one_table_on_both_engines(tmp_path, spark_session):
    from armillary.evidence.spark import SparkStore

    files = [
        write_part(tmp_path, table="citation", part=name, rows=table_of("citation", rows))
        for name, rows in (("references:a", CITATIONS[:1]), ("references:b", CITATIONS[1:]))
    ]
    stores = (
        DuckDBStore({"citation": files}),
        SparkStore({"citation": files}, session=spark_session),
    )

    answers = [one.rows(one.table("citation").order_by("citing")) for one in stores]

    assert answers == [CITATIONS, CITATIONS]


def test_a_part_is_named_by_its_content_and_written_whole(tmp_path):
    rows = table_of("citation", CITATIONS)

    first = write_part(tmp_path, table="citation", part="references:a", rows=rows)
    again = write_part(tmp_path, table="citation", part="references:a", rows=rows)
    other = write_part(tmp_path, table="citation", part="references:a", rows=rows.slice(1))

    assert first == again != other
    assert sorted(tmp_path.rglob("*.parquet")) == sorted([first, other])
    assert not list(tmp_path.rglob("*.draft"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.drop_columns(["cited"]), "lacks cited"),
        (lambda t: t.append_column("extra", pa.array(["", ""])), "adds extra"),
        (lambda t: t.set_column(2, "cited", pa.array([None, "a:1"])), "'cited' .* empty in 1 of 2"),
        (lambda t: pa.concat_tables([t, t.slice(0, 1)]), "several rows for one key"),
        (lambda t: t.set_column(2, "cited", pa.array([[1], [2]])), "types of columns.csv"),
    ],
)
def test_a_table_that_is_not_what_columns_csv_says_is_refused(change, message):
    table = change(table_of("citation", CITATIONS))

    with pytest.raises(ConformanceError, match=message):
        conform("citation", table, where="a test")
