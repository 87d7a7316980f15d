"""Wide tables for a framework of one's own."""

from __future__ import annotations

import pytest

from armillary.errors import ArmillaryError, ManyProblems, SourceError
from armillary.model.indicators import Framework, Node
from armillary.sources.indexes import read_wide

FRAMEWORK = Framework(
    (
        Node(code="I", name_en="Index"),
        Node(code="A", name_en="A", parent="I", indicator="RD", denominator="GDP", scale=100),
        Node(code="B", name_en="B", parent="I"),
    )
)
DATA = "unit;name;RD;GDP;B;Extra\nFIN;芬兰;6;200;1;9\nMEX;墨西哥;;1000;-2.5;9\n"


def read(folder, text=DATA, **asked):
    path = folder / "data.csv"
    path.write_text(text, encoding="utf-8")
    return read_wide(path, FRAMEWORK, **{"period": 2023} | asked)


def test_a_column_is_an_indicator_and_a_row_a_unit(tmp_path):
    found = read(tmp_path)

    rows = {(r["INDICATOR"], r["REF_AREA"]): r for r in found.observations.to_pylist()}
    assert len(rows) == 6
    assert rows["B", "MEX"]["OBS_VALUE"] == -2.5
    assert rows["RD", "MEX"]["OBS_STATUS"] == "M"
    assert found.names == {"FIN": "芬兰", "MEX": "墨西哥"}
    assert found.notes == ("data.csv: columns not in the framework: Extra.",)


def test_a_column_of_years_makes_a_panel(tmp_path):
    text = "unit,Time,RD,GDP,B\nFIN,2021,1,2,3\nFIN,2022,1,2,4\n"

    found = read(tmp_path, text, period=None)

    assert set(found.observations["TIME_PERIOD"].to_pylist()) == {"2021", "2022"}


def test_absent_indicators_and_broken_cells_are_told_at_once(tmp_path):
    with pytest.raises(ManyProblems) as refused:
        read(tmp_path, "unit,RD,B\nFIN,x,1\nFIN,2,\n,1,1\n")

    said = str(refused.value)
    assert "asks for GDP" in said
    assert "'x' is not a number" in said
    assert "listed twice" in said
    assert "names no unit" in said


def test_two_columns_of_one_name_are_refused(tmp_path):
    with pytest.raises(ArmillaryError, match="'RD' is there twice"):
        read(tmp_path, "unit,RD,RD,GDP,B\nFIN,1,1,1,1\n")


@pytest.mark.parametrize("content", [b"\x00\x01", b"%PDF-1.7", b"PK\x03\x04cut off"])
def test_what_is_no_table_is_refused(tmp_path, content):
    path = tmp_path / "data.xlsx"
    path.write_bytes(content)

    with pytest.raises(SourceError):
        read_wide(path, FRAMEWORK, period=2023)
