import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armillary.sources.policies.dates import read_date


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("2023.8", "2023-08"),
        ("2022.10", "2022-10"),
        ("2022.1", "2022-01"),
        ("2023", "2023"),
        ("2023-08-15", "2023-08-15"),
        ("2023/8/5", "2023-08-05"),
        ("2023年8月15日", "2023-08-15"),
        ("2023 年 8 月", "2023-08"),
        ("2023年", "2023"),
        ("２０２３．８", "2023-08"),
        ("2023-08-15 00:00:00", "2023-08-15"),
        (datetime.date(2023, 8, 15), "2023-08-15"),
        (datetime.datetime(2023, 8, 15, 9, 30), "2023-08-15"),
        pytest.param(2023, "2023", id="number"),
        (2023.0, "2023"),
        pytest.param(2023.8, "2023-08", id="number August"),
        (2023.11, "2023-11"),
        ("", None),
        (None, None),
    ],
)
def test_times_are_read_as_exactly_as_they_are_written(written, date):
    assert read_date(written) == (date, None)


def test_a_number_that_may_mean_two_months_keeps_its_year_and_says_why():
    date, note = read_date(2022.1)

    assert date == "2022"
    assert "January" in note
    assert "October" in note


@pytest.mark.parametrize(
    "written", ["2023-13", "2023-02-30", "spring", "23.8", 45123.0, 2023.25, True]
)
def test_what_is_no_date_is_noted(written):
    date, note = read_date(written)

    assert date is None
    assert "is no date" in note


@given(st.one_of(st.text(), st.floats(), st.integers(), st.dates(), st.booleans()))
def test_no_cell_is_an_error_and_none_is_lost(cell):
    date, note = read_date(cell)

    assert date or note or not str(cell).strip()
