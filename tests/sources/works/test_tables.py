from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from armillary.errors import SourceError
from armillary.sources.works import parquet

COLUMNS = {
    "id": ["P1", "P2", None],
    "title": ["First", None, "Third"],
    "abstract": ["About", " ", None],
    "year": pa.array([2001, 0, 2003], pa.int32()),
    "authors": [["A", "B"], [], None],
    "keywords": pa.array([[], None, []], pa.list_(pa.string())),
    "references": [["R1"], [], None],
    "cited_by_count": [3.0, None, 0.0],
    "doi": ["https://doi.org/10.1000/X", "damaged", None],
    "unknown": [1, 2, 3],
}


def packed(columns):
    stream = io.BytesIO()
    pq.write_table(pa.table(columns), stream, compression="zstd")
    return stream.getvalue()


def test_parquet_rows_become_works(read):
    reading = read(packed(COLUMNS))

    works = reading.tables["work"]
    assert reading.format == "Parquet table (1 damaged DOIs left out; 1 without a title)"
    assert works["work"].to_pylist()[:2] == ["lab:P1", "lab:P2"]
    assert works["native_id"].to_pylist()[2].startswith("made-")
    assert works["locator"].to_pylist() == ["row 1", "row 2", "row 3"]
    assert works["title"].to_pylist() == ["First", "", "Third"]
    assert works["abstract"].to_pylist() == ["About", None, None]
    assert works["year"].to_pylist() == [2001, None, 2003]
    assert works["keywords"].to_pylist() == [None, None, None]
    assert works["references"].to_pylist() == [["R1"], [], None]
    assert works["cited_by_count"].to_pylist() == [3, None, 0]
    assert works["doi"].to_pylist() == ["10.1000/x", None, None]
    assert works["type"].to_pylist() == ["other"] * 3


def test_patent_columns_make_patents_with_priority_year_and_all_codes(read):
    columns = {
        "id": ["F1", "F2"],
        "title": ["Lamp", "Wing"],
        "year": [2017, 2018],
        "priority_year": [2015, None],
        "ipc": [["B64C-039/02"], None],
        "cpc": [["B64C39/02", "B64D1/00"], ["A61K1/00"]],
        "publication_numbers": [["US2017104972-A1"], []],
        "assignees": ["Disney; Parrot", None],
    }

    works = read(packed(columns)).tables["work"]

    assert works["type"].to_pylist() == ["patent", "patent"]
    assert works["year"].to_pylist() == [2015, 2018]
    assert works["classes"].to_pylist() == [
        ["B64C-039/02", "B64C39/02", "B64D1/00"],
        ["A61K1/00"],
    ]
    assert works["cited_as"].to_pylist() == [["US2017104972-A1"], []]
    assert works["organisations"].to_pylist() == [["Disney", "Parrot"], None]


def test_a_csv_table_gives_the_patents_that_a_parquet_table_gives(read):
    columns = {
        "id": ["F1", "F2", "F3"],
        "title": ["Lamp", "", "Wing"],
        "priority_date": ["2015-10-08", None, "08/02/2016"],
        "priority_year": ["2015", "2016", "2016"],
        "ipc": ["B64C-039/02; B64D-047/02", "A61K1/00", "A61K1/00"],
        "publication_numbers": ["US2017104972-A1; WO2017062725-A1", "EP784692A1", "EP784692A1"],
        "references": ["US5008821-A; Krissa, Lamps in the air", "EP1A1", "EP1A1"],
        "n_claims": ["20", None, None],
    }
    lines = [
        ",".join(columns),
        *(",".join(f'"{c or ""}"' for c in row) for row in zip(*columns.values(), strict=True)),
    ]

    csv = read("\n".join([*lines, "," * (len(columns) - 1), ""])).tables["patent"].to_pylist()
    parquet = read(packed(columns)).tables["patent"].to_pylist()

    apart = {"locator"}
    assert [{k: v for k, v in row.items() if k not in apart} for row in csv] == [
        {k: v for k, v in row.items() if k not in apart} for row in parquet
    ]
    assert [row["locator"] for row in csv] == ["line 2", "line 3", "line 4"]
    assert (csv[0]["number"], csv[0]["kind"], csv[0]["n_claims"]) == ("US2017104972", "A1", 20)
    assert csv[0]["cited_literature"] == ["Krissa, Lamps in the air"]
    assert csv[2]["priority_date"] == "2016-02-08"


def test_rows_with_neither_title_nor_id_are_refused(read):
    reading = read(packed({"id": ["P1", None], "title": ["First", ""], "year": [2001, 2002]}))

    assert [r.locator for r in reading.rejections] == ["row 2"]


def test_a_column_of_the_wrong_kind_is_named(read):
    with pytest.raises(SourceError, match=r"title \(list<element: int64>\), authors \(int64\)"):
        read(packed({"id": ["P1"], "title": [[1]], "authors": [1]}))


def test_a_cut_parquet_file_is_refused(read):
    with pytest.raises(SourceError, match="damaged or cut short"):
        read(packed(COLUMNS)[:-30])


def test_a_table_of_something_else_is_refused(read):
    with pytest.raises(SourceError, match="neither a title nor an id"):
        read(packed({"REF_AREA": ["FR"], "OBS_VALUE": [1.0]}))


def test_a_table_larger_than_the_limit_is_refused(read, monkeypatch):
    monkeypatch.setattr(parquet.contents, "MAX_BYTES", 50_000)
    columns = {"id": [str(n) for n in range(2000)], "title": ["t" * 1000] * 2000}

    with pytest.raises(SourceError, match="more than 50,000 bytes when unpacked"):
        read(packed(columns))


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_a_tidy_csv_is_read_whatever_its_delimiter(read, delimiter):
    header = delimiter.join(["id", "Title", "year", "authors", "references", "cited_by_count"])
    row = delimiter.join(["P1", '"One, two"', "2001", '"A, B; C"', "", "0"])

    reading = read(f"{header}\n{row}\n")

    (work,) = reading.tables["work"].to_pylist()
    assert reading.format == "CSV table"
    assert (work["title"], work["year"], work["authors"]) == ("One, two", 2001, ["A, B", "C"])
    assert (work["references"], work["cited_by_count"]) == (None, 0)


def test_a_csv_and_a_parquet_table_of_the_same_works_agree(read):
    csv = (
        "id,title,abstract,year,authors,doi,ipc,priority_year\n"
        "F1,Lamp,It flies,2017,A;B,10.1000/X,B64C-039/02;B64D-047/02,2015\n"
    )
    columns = {
        "id": ["F1"],
        "title": ["Lamp"],
        "abstract": ["It flies"],
        "year": [2017],
        "authors": [["A", "B"]],
        "doi": ["10.1000/X"],
        "ipc": [["B64C-039/02", "B64D-047/02"]],
        "priority_year": [2015],
    }

    from_csv = read(csv).tables["work"].drop_columns(["locator"])
    from_parquet = read(packed(columns)).tables["work"].drop_columns(["locator"])

    assert from_csv.to_pylist() == from_parquet.to_pylist()
