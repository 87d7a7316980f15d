import pytest

from armillary.errors import ArmillaryError, SourceError

MAPPING = """\
layout = "tidy"
dataflow = "CN_RD"
[columns]
REF_AREA = "province"
TIME_PERIOD = "year"
OBS_VALUE = "value"
UNIT = "units"
TYPE_RD = "type"
OBS_STATUS = "flag"
[constants]
INDICATOR = "GERD"
UNIT_MEASURE = "CNY"
UNIT_MULT = 4
PRICE_BASE = "V"
[codes.TYPE_RD]
"合计" = "_T"
[codes.OBS_STATUS]
"*" = "P"
[missing]
"x" = "Q"
"""
HEAD = "province,year,type,value,units,flag\n"


def test_a_row_becomes_one_observation_with_its_unit_origin_and_line(read, rows_of):
    reading = read(HEAD + '"内 蒙 古",2021,基础研究,"1,234.5",万元,\n', MAPPING)

    row = reading.tables["observation"].to_pylist()[0]
    assert row == {
        "source": "rd",
        "origin": "0123456789abcdef",
        "locator": "line 2",
        "DATAFLOW": "CN_RD",
        "INDICATOR": "GERD",
        "REF_AREA": "CN-NM",
        "TIME_PERIOD": "2021",
        "SECT_PERF": "_T",
        "SECT_FUND": "_T",
        "TYPE_RD": "BASIC",
        "FORD": "_T",
        "SEX": "_Z",
        "DIMENSIONS": "",
        "OBS_VALUE": 1234.5,
        "OBS_STATUS": "A",
        "OBS_FLAG": None,
        "OBS_TEXT": "1,234.5",
        "UNIT_MEASURE": "CNY",
        "UNIT_MULT": 4,
        "PRICE_BASE": "V",
        "VINTAGE": "2024",
    }


def test_missing_values_stay_missing_with_their_text(read, rows_of):
    cells = ["", "n/a", "…", "-", "—", "x", "0"]
    body = "".join(f"北京,{2010 + n},合计,{cell},万元,\n" for n, cell in enumerate(cells))

    found = rows_of(read(HEAD + body, MAPPING), "OBS_VALUE", "OBS_STATUS", "OBS_TEXT")

    assert found == [
        (None, "O", ""), (None, "O", "n/a"), (None, "O", "…"), (None, "M", "-"),
        (None, "M", "—"), (None, "Q", "x"), (0.0, "A", "0"),
    ]  # fmt: skip


def test_flags_are_kept_as_received_beside_their_status(read, rows_of):
    body = (
        "北京,2019,合计,1,万元,p\n北京,2020,合计,2*,万元,\n"
        "北京,2021,合计,3,万元,be\n北京,2022,合计,4,万元,J; U\n"
    )

    found = rows_of(read(HEAD + body, MAPPING), "OBS_VALUE", "OBS_STATUS", "OBS_FLAG")

    assert found == [(1.0, "P", "p"), (2.0, "P", "*"), (3.0, "B", "be"), (4.0, "U", "J; U")]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("江两,2021,合计,1,万元,", "nearest: 浙江"),
        ("北京,2021,合计,12!,万元,", "the mark '!'"),
        ("北京,2021,合计,abc,万元,", "is no number"),
        ("北京,last year,合计,1,万元,", "no period"),
        ("北京,2021,合记,1,万元,", "no code of CL_TYPE_RD"),
        ("北京,2021,合计,1,亿元,", "the mapping CNY x 10^4"),
        ("北京,2021,合计,1,万元,??", "no code of CL_OBS_STATUS"),
        ("北京,2021,合计,1,万元,SD", "map it in [codes.OBS_STATUS]"),
        (",2021,合计,1,万元,", "it has no REF_AREA"),
        ("北京,2021,合计", "3 cells where the headings have 6"),
    ],
)
def test_a_row_that_cannot_be_understood_is_listed_with_its_line(read, row, reason):
    reading = read(HEAD + "北京,2020,合计,1,万元,\n" + row + "\n", MAPPING)

    assert reading.n_kept == 1
    assert reading.rejections[0].locator == "line 3"
    assert reason in reading.rejections[0].reason


def test_rows_of_one_key_are_all_refused_naming_each_other(read):
    body = "北京,2020,合计,1,万元,\n北 京,2020,合计,2,万元,\n上海,2020,合计,3,万元,\n"

    reading = read(HEAD + body, MAPPING)

    assert reading.n_kept == 1
    assert [r.locator for r in reading.rejections] == ["line 2", "line 3"]
    assert "also stands at line 3" in reading.rejections[0].reason
    assert "also stands at line 2" in reading.rejections[1].reason


def test_a_variable_decides_several_dimensions_at_once(read, rows_of):
    mapping = """\
layout = "tidy"
dataflow = "D"
[columns]
REF_AREA = "area"
TIME_PERIOD = "year"
OBS_VALUE = "value"
VARIABLE = "variable"
[variables.fte_basic]
INDICATOR = "RD_PERSONNEL_FTE"
TYPE_RD = "BASIC"
UNIT_MEASURE = "FTE"
"""
    body = "area,year,variable,value\nCHN,2020,fte_basic,5\nCHN,2020,fte_basik,6\n"

    reading = read(body, mapping)

    assert rows_of(reading, "INDICATOR", "TYPE_RD", "SECT_FUND", "SEX", "PRICE_BASE") == [
        ("RD_PERSONNEL_FTE", "BASIC", "_Z", "_T", "_Z")
    ]
    assert "nearest: fte_basic" in reading.rejections[0].reason


def test_own_area_names_come_before_known_ones(read, rows_of):
    reading = read(HEAD + "江两,2020,合计,1,万元,\n", MAPPING, areas={"江两": "CN-JX"})

    assert rows_of(reading, "REF_AREA") == [("CN-JX",)]


def test_columns_the_mapping_misses_or_leaves_unsaid_are_named_together(read):
    with pytest.raises(ArmillaryError) as caught:
        read("provinse,year,type,value,units,flag,extra\n北京,2020,合计,1,万元,,9\n", MAPPING)

    said = str(caught.value)
    assert "REF_AREA = 'provinse'" in said
    assert "extra" in said
    assert "`ignore`" in said


def test_a_workbook_gives_cells_as_places_and_its_name_does_not_matter(read, workbook, rows_of):
    book = workbook([["province", "year", "type", "value", "units", "flag"],
                     ["北京", 2020, "合计", 7.25, "万元", ""]])  # fmt: skip

    reading = read(book, MAPPING)

    assert rows_of(reading, "locator", "OBS_VALUE", "TIME_PERIOD") == [("Sheet1!D2", 7.25, "2020")]


def test_gbk_and_utf16_are_found_and_semicolons_too(read, rows_of):
    text = HEAD + "内蒙古,2021,合计,15,万元,\n"

    for raw in (text.encode("gbk"), text.encode("utf-16"), b"\xef\xbb\xbf" + text.encode()):
        assert rows_of(read(raw, MAPPING), "REF_AREA", "OBS_VALUE") == [("CN-NM", 15.0)]
    semicolons = read(text.replace(",", ";"), MAPPING)
    assert rows_of(semicolons, "REF_AREA") == [("CN-NM",)]


def test_latin_text_is_refused_with_its_offset_and_read_when_declared(read, rows_of):
    raw = (HEAD + "Côte d'Ivoire,2021,_T,15,万元,\n").replace("万元", "").encode("latin-1")

    with pytest.raises(SourceError, match=r"0xf4 at offset 37"):
        read(raw, MAPPING)
    reading = read(raw, 'encoding = "latin-1"\n' + MAPPING)
    assert rows_of(reading, "REF_AREA") == [("CIV",)]


def test_a_file_of_which_nothing_fits_is_refused_with_the_first_reason(read):
    with pytest.raises(SourceError, match="None of the 1 rows read could be kept; the first, line"):
        read(HEAD + "Atlantis,2021,合计,1,万元,\n", MAPPING)


def test_blank_lines_are_counted_as_empty(read):
    reading = read(HEAD + ",,,,,\n北京,2020,合计,1,万元,\n", MAPPING)

    assert (reading.n_read, reading.n_kept, reading.n_empty) == (2, 1, 1)
