import pytest
from hypothesis import given
from hypothesis import strategies as st

from armillary.sources.statistics.numerals import number, period, unit


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234.5", 1234.5),
        ("1 234,5", 1234.5),
        ("1\u00a0234\u00a0567", 1234567.0),
        ("1.234,5", 1234.5),
        ("1'234.5", 1234.5),
        ("0,5", 0.5),
        ("0,123", 0.123),
        ("1,234", 1234.0),
        ("12,345,678", 12345678.0),
        ("１２３．４", 123.4),
        ("\u22125", -5.0),
        ("2553829    ", 2553829.0),
        ("1e3", 1000.0),
        ("+7", 7.0),
        (".5", 0.5),
        ("368633!", None),
        ("12,34,5", None),
        ("1 23", None),
        ("1e999", None),
        ("inf", None),
        ("50,765 - 53,770", None),
        ("abc", None),
        ("", None),
    ],
)
def test_numbers_are_read_as_tables_write_them(text, value):
    assert number(text) == value


def test_a_decimal_comma_is_believed_where_it_is_declared():
    assert number("1,234", decimal=",") == 1.234
    assert number("1.234", decimal=",") == 1234.0
    assert number("1.234.567,8", decimal=",") == 1234567.8


@given(st.floats(min_value=-1e12, max_value=1e12, allow_nan=False))
def test_a_number_printed_in_english_groups_is_read_back(value):
    assert number(f"{value:,.3f}") == float(f"{value:.3f}")


@pytest.mark.parametrize(
    ("text", "found"),
    [("2021年", "2021"), ("2012.0", "2012"), ("2021-03", "2021-03"), ("2021-M03", "2021-M03"),
     ("2021/2022", None), ("21", None), ("2021-13", None), ("latest", None)],
)  # fmt: skip
def test_periods_are_sdmx_periods(text, found):
    assert period(text) == found


def test_unit_words_of_both_languages_mean_the_same():
    assert unit("万元") == unit("(10 000 yuan)") == ("CNY", 4)
    assert unit("人年") == unit("man-year") == ("FTE", 0)
    assert unit("个,人,万元") is None
