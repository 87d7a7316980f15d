import pytest

from armillary.errors import ArmillaryError

MAPPING = """\
layout = "gii"
dataflow = "GII"
[constants]
TIME_PERIOD = "2019"
[codes.INDICATOR]
"Global Innovation Index" = "GII"
[codes.OBS_STATUS]
"[]" = "U"
[blocks.rank]
heading = "Rank Indicators"
DATAFLOW = "GII_RANK"
UNIT_MEASURE = "RANK"
[blocks.score]
heading = "Score"
DATAFLOW = "GII_SCORE"
UNIT_MEASURE = "INDEX"
[blocks.value]
heading = "Value"
DATAFLOW = "GII_VALUE"
UNIT_MEASURE = "_U"
[blocks.overall]
heading = "Strength / Weakness"
flag = "overall"
"""
EXPORT = """\
 , ,Rank Indicators,China,"Hong Kong, China",Score,China,"Hong Kong, China",Value,China,"Hong Kong, China",Strength / Weakness,China,"Hong Kong, China"
,,,,,,,,,,,,,
 Global Innovation Index, , ,14,13, ,54.8,55.5, ,n/a,n/a, , ,Weakness
1.1.1.,Stability, ,[2],47, ,70.2,68, ,-0.5,n/a, ,Strength,
"""  # noqa: E501


def test_blocks_become_dataflows_and_brackets_stay_flags(read, rows_of):
    reading = read(EXPORT, MAPPING)

    columns = ("DATAFLOW", "INDICATOR", "REF_AREA", "OBS_VALUE", "OBS_STATUS", "OBS_FLAG")
    assert rows_of(reading, *columns, "OBS_TEXT", "locator") == [
        ("GII_RANK", "GII", "CHN", 14.0, "A", None, "14", "line 3, column 4"),
        ("GII_SCORE", "GII", "CHN", 54.8, "A", None, "54.8", "line 3, column 7"),
        ("GII_VALUE", "GII", "CHN", None, "O", None, "n/a", "line 3, column 10"),
        ("GII_RANK", "GII", "HKG", 13.0, "A", None, "13", "line 3, column 5"),
        ("GII_SCORE", "GII", "HKG", 55.5, "A", "overall: Weakness", "55.5", "line 3, column 8"),
        ("GII_VALUE", "GII", "HKG", None, "O", None, "n/a", "line 3, column 11"),
        ("GII_RANK", "1.1.1", "CHN", 2.0, "U", "[]", "[2]", "line 4, column 4"),
        ("GII_SCORE", "1.1.1", "CHN", 70.2, "U", "[]; overall: Strength", "70.2",
         "line 4, column 7"),
        ("GII_VALUE", "1.1.1", "CHN", -0.5, "A", None, "-0.5", "line 4, column 10"),
        ("GII_RANK", "1.1.1", "HKG", 47.0, "A", None, "47", "line 4, column 5"),
        ("GII_SCORE", "1.1.1", "HKG", 68.0, "A", None, "68", "line 4, column 8"),
        ("GII_VALUE", "1.1.1", "HKG", None, "O", None, "n/a", "line 4, column 11"),
    ]  # fmt: skip
    assert (reading.n_read, reading.n_kept, reading.n_empty) == (16, 12, 4)


def test_a_row_with_numbers_but_no_code_is_listed(read):
    reading = read(EXPORT + "Mystery,Row, ,1,2, ,3,4, ,5,6, , ,\n", MAPPING)

    assert len(reading.rejections) == 6
    assert "'Mystery' has no node code" in reading.rejections[0].reason


def test_blocks_that_are_absent_or_do_not_match_are_refused(read):
    with pytest.raises(ArmillaryError, match="No column is headed Score"):
        read(EXPORT.replace("Score", "Points"), MAPPING)
    with pytest.raises(ArmillaryError, match="same economies"):
        read(EXPORT.replace("Score,China", "Score,Chile"), MAPPING)
