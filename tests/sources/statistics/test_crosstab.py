import pytest

from armillary.errors import ArmillaryError, SourceError

YEARBOOK = """\
layout = "yearbook"
dataflow = "CN_RD_SOURCE"
title = '\\((?P<TIME_PERIOD>\\d{4})年?\\)'
[columns]
REF_AREA = ["地区", "Region"]
[constants]
INDICATOR = "GERD"
UNIT_MEASURE = "CNY"
UNIT_MULT = 4
PRICE_BASE = "V"
[skip]
"东部地区" = "subtotal of provinces"
[variables.total]
headings = ["R&D经费内部支出", "R&D经费内部支出合计"]
[variables.government]
headings = ["政府资金"]
SECT_FUND = "GOV"
[variables.abroad]
headings = ["Foreign Funds"]
SECT_FUND = "ROW"
"""
SHEET = [
    ["1-14 各地区研究与试验发展(R&D)经费内部支出(2018年)"],
    ["Intramural Expenditure on R&D by Region (2018)"],
    ["单位：万元", "", "", "", "(10 000 yuan)"],
    ["地    区", "Region", "R&D经费", "", ""],
    [
        "",
        "",
        "内部支出\n\nTotal",
        "#政府资金\n\nGovernment\n\nFunds",
        "国外资金\n\nForeign\n\nFunds",
    ],
    [],
    ["全    国", "  National Total", "300    ", "200    ", "100    "],
    ["", "   "],
    ["东部地区", "  Eastern Region", "110", "70", "40"],
    ["内 蒙 古", "  Inner Mongolia", 55.5, 55.5, ""],
    ["注：数据未修订。"],
]


def test_a_two_language_sheet_is_read_by_its_headings(read, workbook, rows_of):
    reading = read(workbook(SHEET), YEARBOOK)

    assert rows_of(reading, "REF_AREA", "SECT_FUND", "OBS_VALUE", "OBS_STATUS", "locator") == [
        ("CHN", "_T", 300.0, "A", "Sheet1!C7"),
        ("CHN", "GOV", 200.0, "A", "Sheet1!D7"),
        ("CHN", "ROW", 100.0, "A", "Sheet1!E7"),
        ("CN-NM", "_T", 55.5, "A", "Sheet1!C10"),
        ("CN-NM", "GOV", 55.5, "A", "Sheet1!D10"),
        ("CN-NM", "ROW", None, "O", "Sheet1!E10"),
    ]
    assert set(rows_of(reading, "TIME_PERIOD", "UNIT_MULT")) == {("2018", 4)}
    assert (reading.unit_read, reading.n_read, reading.n_empty) == ("cells", 9, 3)


def test_a_subtotal_the_mapping_does_not_name_is_listed_not_dropped(read, workbook):
    sheet = [*SHEET[:9], ["中部地区", "Middle Region", "1", "2", "3"], *SHEET[9:]]

    reading = read(workbook(sheet), YEARBOOK)

    assert [r.locator for r in reading.rejections] == ["Sheet1!C10", "Sheet1!D10", "Sheet1!E10"]
    assert "list it in [skip]" in reading.rejections[0].reason


def test_a_unit_that_contradicts_the_mapping_keeps_every_cell_out(read, workbook):
    sheet = [*SHEET[:2], ["单位：亿元"], *SHEET[3:]]

    with pytest.raises(SourceError, match=r"the file says '亿元' \(CNY x 10\^8\)"):
        read(workbook(sheet), YEARBOOK)


def test_the_units_line_gives_the_unit_where_the_mapping_gives_none(read, workbook, rows_of):
    mapping = YEARBOOK.replace('UNIT_MEASURE = "CNY"\nUNIT_MULT = 4\n', "")

    reading = read(workbook(SHEET), mapping)

    assert set(rows_of(reading, "UNIT_MEASURE", "UNIT_MULT")) == {("CNY", 4)}


def test_a_column_without_meaning_is_named_with_the_nearest(read, workbook):
    sheet = [row[:] for row in SHEET]
    sheet[4][3] = "#政府资金额"

    with pytest.raises(ArmillaryError) as caught:
        read(workbook(sheet), YEARBOOK)

    assert "政府资金额" in str(caught.value)
    assert "'政府资金'" in str(caught.value)


def test_labels_that_disagree_between_the_languages_are_refused(read, workbook):
    sheet = [row[:] for row in SHEET]
    sheet[9][1] = "Beijing"

    reading = read(workbook(sheet), YEARBOOK)

    assert len(reading.rejections) == 3
    assert "disagree" in reading.rejections[0].reason


def test_a_group_heading_tells_columns_of_the_same_name_apart(read, workbook, rows_of):
    mapping = """\
layout = "wide"
dataflow = "D"
header = [1, 2]
[columns]
REF_AREA = "Area"
[constants]
TIME_PERIOD = "2020"
UNIT_MEASURE = "PATENTS"
[variables."Applications/Invention"]
INDICATOR = "INVENTION_APPLICATIONS"
[variables."Grants/Invention"]
INDICATOR = "INVENTION_GRANTS"
"""
    rows = [["Area", "", "", ""], ["", "Applications", "Invention", "x"], ["CHN", 1, 2, ""]]
    rows = [["Area"], ["", "Total", "Invention", "Total", "Invention"], ["CHN", 5, 1, 6, 2]]
    book = workbook(rows, merge=[(0, 1, 0, 2, "Applications"), (0, 3, 0, 4, "Grants")])

    reading = read(book, mapping.replace("header", 'ignore = ["Total"]\nheader').replace(
        '["Total"]', '["Applications Total", "Grants Total"]'))  # fmt: skip

    assert rows_of(reading, "INDICATOR", "OBS_VALUE") == [
        ("INVENTION_APPLICATIONS", 1.0),
        ("INVENTION_GRANTS", 2.0),
    ]


WIDE = """\
layout = "wide"
dataflow = "WB"
across = "TIME_PERIOD"
ignore = ["Country Code", "Notes"]
[columns]
REF_AREA = "Country Name"
[constants]
INDICATOR = "GERD_GDP"
UNIT_MEASURE = "PERCENT"
"""


def test_years_across_are_found_below_a_preamble(read, rows_of):
    text = (
        "Source,Bank\n\nCountry Name,Country Code,2020,2021,Notes\n"
        '"Korea, Rep.",KOR,4.8,4.9%,x\nFrance,FRA,..,2.2,\n'
    )

    reading = read(text, WIDE)

    assert rows_of(reading, "REF_AREA", "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS", "locator") == [
        ("KOR", "2020", 4.8, "A", "line 4, column 3"),
        ("KOR", "2021", 4.9, "A", "line 4, column 4"),
        ("FRA", "2020", None, "O", "line 5, column 3"),
        ("FRA", "2021", 2.2, "A", "line 5, column 4"),
    ]


def test_a_sheet_without_the_headings_says_what_was_looked_for(read):
    with pytest.raises(SourceError, match="No row holds the headings Country Name"):
        read("a,b\n1,2\n", WIDE)
