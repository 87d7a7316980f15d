"""Numbers are written one way, and missing is never zero."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armillary.publications import numbers


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (0.125, 2, "0.13"),
        (2.675, 2, "2.68"),
        (-2.5, 0, "−3"),
        (1234567.0, 0, "1,234,567"),
        (1e15, 0, "1,000,000,000,000,000"),
        (-0.001, 1, "0.0"),
        (5, 1, "5.0"),
    ],
)
def test_halves_are_rounded_away_from_zero_as_printed(value, decimals, text):
    assert numbers.format_number(value, language="en", decimals=decimals) == text


@pytest.mark.parametrize("value", [None, math.nan])
def test_missing_is_not_zero(value):
    assert numbers.format_number(value, language="zh") == "…"
    assert numbers.format_percent(value, language="zh") == "…"


def test_growth_shows_its_sign():
    assert numbers.format_number(8.36, language="en", signed=True) == "+8.4"
    assert numbers.format_number(-8.36, language="en", signed=True) == "−8.4"


def test_percent_is_written_as_the_language_does():
    assert numbers.format_percent(0.125, language="en", decimals=0) == "13\u00a0%"
    assert numbers.format_percent(0.125, language="zh", decimals=0) == "13%"


def test_an_interval_of_one_rank_is_one_number():
    assert numbers.format_interval(4, 4, language="en") == "4"
    assert numbers.format_interval(None, 4, language="en") == "…"


def test_marks_leave_out_normal_and_repeat_nothing():
    assert numbers.status_marks("A E P E") == "EP"
    assert numbers.status_marks(None) == ""


def test_hundred_millions_have_their_chinese_word():
    assert numbers.multiple(8, language="zh") == "亿"
    assert numbers.multiple(4, language="zh") == "万"


@given(st.floats(min_value=-1e12, max_value=1e12), st.integers(0, 4))
def test_what_is_written_reads_back_within_half_a_digit(value, decimals):
    text = numbers.format_number(value, language="en", decimals=decimals)

    read = Decimal(text.replace(",", "").replace("−", "-"))

    assert abs(read - Decimal(repr(value))) <= Decimal(5).scaleb(-decimals - 1)
