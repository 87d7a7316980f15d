"""Workbooks written in the published layout of the COIN Tool; none is a real one."""

from __future__ import annotations

import io

import pytest
import xlsxwriter

from armillary.errors import ArmillaryError, ManyProblems
from armillary.sources.indexes import is_coin_tool, read_coin_tool

INDICATORS = (
    # code, name, weight, direction, low, high, index, sub-index, pillar, sub-pillar, values
    ("Ind.01", "R&D", 2, 1, 0, 10, "Index", "si.01", "p.01", "sp.01", [1.5, 2, "n/a"]),
    ("Ind.02", "Patents", 1, 1, "n/a", "n/a", "Index", "si.01", "p.01", "sp.01", [10, 20, 0.1]),
    ("Ind.03", "Deaths", 1, -1, "n/a", "n/a", "Index", "si.01", "p.02", "sp.01", [3, 4, 5]),
)
UNITS = (("Finland", "FIN"), ("Mexico", "MEX"), ("=1+1", "X"))
GROUPS = (
    ("p.01", "Input", 3, "p"),
    ("p.02", "Output", 1, "p"),
    ("p.03", "unused", 1, "--"),
    ("si.01", "Whole", 1, "s"),
    ("Index", "Innovation", 1, "i"),
)


def write(path, *, indicators=INDICATORS, units=UNITS, groups=GROUPS, header=3):
    held = io.BytesIO()
    book = xlsxwriter.Workbook(held, {"strings_to_formulas": False})
    sheet = book.add_worksheet("Database")
    for column, (code, name, weight, direction, low, high, *levels, values) in enumerate(
        indicators, 4
    ):
        cells = [weight, direction, low, high, *levels, name, code, *values]
        for row, cell in enumerate(cells, 6):
            sheet.write(row, column, cell)
    for row, (name, code) in enumerate(units, 16):
        sheet.write(row, 1, name)
        sheet.write(row, 2, code)
    frame = book.add_worksheet("Framework")
    for column, text in enumerate(
        ("Code", "Level", "Weight", "Dimension/indicator", "x", "Name"), 2
    ):
        frame.write(header, column, text)
    for row, (code, name, weight, kind) in enumerate(groups, header + 1):
        for column, cell in ((2, code), (4, weight), (5, kind), (7, name)):
            frame.write(row, column, cell)
    book.close()
    path.write_bytes(held.getvalue())
    return path


def test_the_published_layout_is_read(tmp_path):
    path = write(tmp_path / "tool.xlsx")

    found = read_coin_tool(path, period=2019)

    assert is_coin_tool(path)
    nodes = {node.code: node for node in found.framework.nodes}
    assert list(nodes) == ["Index", "p.01", "p.02", "Ind.01", "Ind.02", "Ind.03"]
    assert (nodes["p.01"].name_en, nodes["p.01"].weight, nodes["p.01"].parent) == (
        "Input",
        3.0,
        "Index",
    )
    assert (nodes["Ind.01"].low, nodes["Ind.01"].high) == (0.0, 10.0)
    assert [int(nodes[code].direction) for code in ("Ind.01", "Ind.03")] == [1, -1]
    values = {
        (row["INDICATOR"], row["REF_AREA"]): (row["OBS_VALUE"], row["locator"])
        for row in found.observations.to_pylist()
    }
    assert values["Ind.01", "FIN"] == (1.5, "Database!E17")
    assert values["Ind.02", "X"] == (0.1, "Database!F19")
    assert values["Ind.01", "X"] == (None, "Database!E19")
    assert found.names["X"] == "=1+1"


def test_a_level_the_index_does_not_use_is_left_out(tmp_path):
    found = read_coin_tool(write(tmp_path / "tool.xlsx"), period=2019)

    assert not {"si.01", "sp.01"} & {node.code for node in found.framework.nodes}


def test_older_workbooks_have_the_framework_a_row_lower(tmp_path):
    found = read_coin_tool(write(tmp_path / "tool.xlsx", header=4), period=2019)

    assert found.framework.children["Index"][0].name_en == "Input"


def test_problems_are_told_at_once_each_with_its_cell(tmp_path):
    one, two, three = INDICATORS
    broken = (
        (*one[:3], 7, *one[4:]),
        (*two[:2], "n/a", *two[3:-1], ["ten", 20, 0.1]),
        (*three[:8], "p.09", *three[9:]),
    )
    path = write(tmp_path / "tool.xlsx", indicators=broken, units=(*UNITS[:2], ("Y", "FIN")))

    with pytest.raises(ManyProblems) as refused:
        read_coin_tool(path, period=2019)

    said = str(refused.value)
    assert "Ind.01 has direction 7.0" in said
    assert "Database!E8" in said
    assert "Ind.02 has no weight" in said
    assert "Database!F7" in said
    assert "'ten' is not a number" in said
    assert "Database!F17" in said
    assert "Group 'p.09' is not in sheet Framework" in said
    assert "Database!G13" in said
    assert "Unit 'FIN' is listed twice" in said


def test_the_year_must_be_said(tmp_path):
    with pytest.raises(ArmillaryError, match="which year they describe"):
        read_coin_tool(write(tmp_path / "tool.xlsx"))


def test_an_indicator_without_values_is_left_out_and_said_so(tmp_path):
    empty = ("Ind.04", "Empty", 1, 1, "n/a", "n/a", "Index", "si.01", "p.02", "sp.01", [])

    found = read_coin_tool(write(tmp_path / "tool.xlsx", indicators=(*INDICATORS, empty)), period=1)

    assert "Ind.04" in found.notes[0]
    assert len(found.framework.leaves) == 3


def test_another_workbook_is_no_coin_tool(tmp_path):
    path = tmp_path / "plain.xlsx"
    xlsxwriter.Workbook(path).close()

    assert not is_coin_tool(path)
    assert not is_coin_tool(tmp_path / "data.csv")
