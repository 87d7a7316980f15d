"""Filling gaps: cases worked by hand, brute force and properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from armillary.analyses.index.missing import impute
from armillary.errors import IndexMethodError
from armillary.model.indicators import Direction

UP, DOWN = Direction.HIGHER_IS_BETTER, Direction.LOWER_IS_BETTER
NAN = np.nan
YEARS = np.array([2010, 2012, 2013, 2017])

cells = st.one_of(st.integers(-9, 9).map(float), st.just(NAN))
panels = arrays.arrays(np.float64, st.tuples(st.just(4), st.integers(1, 5)), elements=cells)


def test_gaps_are_filled_with_the_mean_or_the_median_of_all():
    values = np.array([1.0, 2.0, NAN, 9.0])

    np.testing.assert_array_equal(impute.mean(values).values, [1, 2, 4, 9])
    np.testing.assert_array_equal(impute.median(values).values, [1, 2, 2, 9])
    assert impute.mean(values).filled.tolist() == [False, False, True, False]
    assert np.isnan(values[2])


def test_gaps_are_filled_within_their_group_and_a_group_without_values_stays_missing():
    values = np.array([1.0, NAN, 3.0, NAN, 20.0, NAN])
    found = impute.mean(values, groups=["a", "a", "a", "b", "c", "c"])

    np.testing.assert_array_equal(found.values, [1, 2, 3, NAN, 20, 20])
    assert found.filled.tolist() == [False, True, False, False, False, True]


def test_a_gap_of_a_unit_without_group_is_refused_by_name():
    values, groups = np.array([1.0, NAN, NAN, 5.0]), ["a", None, None, None]

    with pytest.raises(IndexMethodError, match="GERD is missing for FR, ES") as refused:
        impute.median(values, groups=groups, units=["DE", "FR", "ES", "IT"], indicator="GERD")

    assert "2 of 4 units" in refused.value.where
    with pytest.raises(IndexMethodError, match="unit 2, unit 3"):
        impute.mean(values, groups=groups)


def test_a_unit_without_group_whose_value_is_known_does_no_harm():
    found = impute.mean(np.array([1.0, 99.0, NAN]), groups=["a", None, "a"])

    np.testing.assert_array_equal(found.values, [1, 99, 1])


def test_groups_that_do_not_fit_are_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="1 groups do not fit 2 units"):
        impute.mean(np.array([1.0, NAN]), groups=["a"])


def test_an_indicator_without_any_value_stays_missing():
    found = impute.mean(np.array([NAN, NAN]))

    assert np.isnan(found.values).all()
    assert not found.filled.any()


@given(values=arrays.arrays(np.float64, st.integers(1, 15), elements=cells), data=st.data())
def test_known_values_stay_and_the_mean_of_a_group_does_not_move(values, data):
    groups = data.draw(st.lists(st.sampled_from("abc"), min_size=values.size, max_size=values.size))
    found = impute.mean(values, groups=groups)

    known = ~np.isnan(values)
    np.testing.assert_array_equal(found.values[known], values[known])
    assert (found.filled == (~known & ~np.isnan(found.values))).all()
    for label in set(groups):
        members = np.array(groups) == label
        held = values[members & known]
        assert not held.size or found.values[members].mean() == pytest.approx(held.mean())
        assert held.size or np.isnan(found.values[members]).all()


def test_a_gap_is_filled_from_the_other_indicators_of_its_group():
    values = np.array(
        [
            [0.0, 10.0, NAN],  # higher is better, range 10
            [8.0, 0.0, 2.0],  # lower is better: scores 0, 1, 0.75
            [NAN, 1.0, 3.0],  # scores -, 0, 1
            [5.0, NAN, 6.0],  # in no group
        ]
    )
    found = impute.row_mean(
        values, parts=[[0, 1, 2]], directions=[UP, DOWN, UP, UP], indicators=["A", "B", "C", "D"]
    )

    # unit 3: (0.75 + 1) / 2 of A; unit 1: (0 + 0) / 2 of C
    expected = values.copy()
    expected[0, 2], expected[2, 0] = 8.75, 1.0
    np.testing.assert_allclose(found.values, expected)
    assert found.filled.sum() == 2


def test_a_gap_where_lower_is_better_is_scaled_back_from_the_highest_value():
    values = np.array([[0.0, 10.0, 9.0], [8.0, 4.0, NAN]])
    found = impute.row_mean(values, parts=[[0, 1]], directions=[UP, DOWN], indicators=["A", "B"])

    assert found.values[1, 2] == pytest.approx(8 - 0.9 * 4)


def test_a_unit_without_any_value_in_the_group_stays_missing():
    values = np.array([[0.0, 10.0, NAN], [8.0, 4.0, NAN]])
    found = impute.row_mean(values, parts=[[0, 1]], directions=[UP, UP], indicators=["A", "B"])

    assert np.isnan(found.values[:, 2]).all()
    assert not found.filled.any()


def test_a_row_that_has_no_range_is_refused_by_name():
    values = np.array([[0.0, 10.0, NAN], [8.0, 8.0, 8.0]])

    with pytest.raises(IndexMethodError, match="PATENTS has fewer than two distinct"):
        impute.row_mean(values, parts=[[0, 1]], directions=[UP, UP], indicators=["GERD", "PATENTS"])
    with pytest.raises(ValueError, match="do not fit"):
        impute.row_mean(values, parts=[[0]], directions=[UP], indicators=["GERD"])


def test_the_latest_value_is_carried_on_but_never_back():
    series = np.array([[NAN, 1.0], [3.0, NAN], [NAN, NAN], [NAN, 7.0]])
    found = impute.panel_latest(series, years=YEARS)

    np.testing.assert_array_equal(found.values, [[NAN, 1], [3, 1], [3, 1], [3, 7]])
    np.testing.assert_array_equal(found.age_years, [[NAN, NAN], [NAN, 2], [1, 3], [5, NAN]])
    np.testing.assert_array_equal(found.filled, ~np.isnan(found.age_years))


def test_a_value_too_old_is_not_carried():
    series = np.array([[3.0], [NAN], [NAN], [NAN]])
    found = impute.panel_latest(series, years=YEARS, max_age=3)

    np.testing.assert_array_equal(found.values.ravel(), [3, 3, 3, NAN])
    assert found.filled.ravel().tolist() == [False, True, True, False]


def test_lines_run_over_years_and_end_flat():
    series = np.array([[1.0, NAN], [NAN, 5.0], [NAN, NAN], [8.0, NAN]])
    found = impute.panel_linear(series, years=YEARS)

    np.testing.assert_allclose(found.values, [[1, 5], [3, 5], [4, 5], [8, 5]])
    np.testing.assert_array_equal(found.age_years, [[NAN, 2], [5, NAN], [4, 1], [NAN, 5]])


def test_a_line_between_values_too_far_apart_is_not_drawn():
    series = np.array([[1.0, NAN], [NAN, 5.0], [NAN, NAN], [8.0, NAN]])
    found = impute.panel_linear(series, years=YEARS, max_age=4)

    np.testing.assert_allclose(found.values, [[1, 5], [NAN, 5], [4, 5], [8, NAN]])


@given(series=panels)
def test_lines_are_those_of_numpy_unit_by_unit(series):
    found = impute.panel_linear(series, years=YEARS)

    for unit, values in enumerate(series.T):
        known = ~np.isnan(values)
        expected = np.interp(YEARS, YEARS[known], values[known]) if known.any() else values
        np.testing.assert_allclose(found.values[:, unit], expected)


@given(series=panels, max_age=st.one_of(st.none(), st.integers(0, 8)))
def test_the_latest_value_is_the_one_found_by_looking_back(series, max_age):
    found = impute.panel_latest(series, years=YEARS, max_age=max_age)

    for (period, unit), value in np.ndenumerate(series):
        earlier = [t for t in range(period + 1) if not np.isnan(series[t, unit])]
        age = YEARS[period] - YEARS[earlier[-1]] if earlier else np.inf
        expected = value
        if earlier and age <= (np.inf if max_age is None else max_age):
            expected = series[earlier[-1], unit]
        np.testing.assert_array_equal(found.values[period, unit], expected)


@pytest.mark.parametrize("method", [impute.panel_latest, impute.panel_linear])
def test_years_that_do_not_rise_and_ages_below_zero_are_refused(method):
    series = np.ones((4, 1))

    with pytest.raises(IndexMethodError, match="must rise"):
        method(series, years=YEARS[::-1])
    with pytest.raises(IndexMethodError, match="-1 years is no age"):
        method(series, years=YEARS, max_age=-1)
