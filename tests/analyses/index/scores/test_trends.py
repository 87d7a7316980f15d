"""Trends and chained growth: cases worked by hand, and properties."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from armillary.analyses.index.scores import standards, trends
from armillary.errors import IndexMethodError
from armillary.model.indicators import Direction

YEARS = np.array([2015, 2017, 2018, 2022])
DOWN = Direction.LOWER_IS_BETTER
series = arrays.arrays(np.float64, st.integers(2, 12), elements=st.floats(0.5, 50.0))


def test_compound_growth_looks_at_the_first_and_the_latest_known_value():
    values = np.array([np.nan, 100.0, 7.0, 100 * 1.1**5])

    assert trends.cagr(values, years=YEARS) == pytest.approx(0.1)


def test_change_is_the_slope_of_the_line_through_all_known_values():
    slope, start = np.polyfit([0, 2, 7], [4.0, 9.0, 3.0], 1)

    found = trends.change(np.array([4.0, 9.0, np.nan, 3.0]), years=YEARS)

    assert found == pytest.approx(100 * slope / start)


@pytest.mark.parametrize("trend", [trends.cagr, trends.change])
def test_a_single_value_has_no_trend(trend):
    assert math.isnan(trend(np.array([np.nan, 3.0, np.nan, np.nan]), years=YEARS))


@pytest.mark.parametrize("trend", [trends.cagr, trends.change])
@pytest.mark.parametrize("values", [[0.0, 1.0, 2.0, 9.0], [-5.0, 1.0, 2.0, 9.0]])
def test_growth_from_nothing_is_refused_by_name(trend, values):
    with pytest.raises(IndexMethodError, match="GERD"):
        trend(np.array(values), years=YEARS, indicator="GERD")


def test_growth_to_nothing_is_refused():
    with pytest.raises(IndexMethodError, match="from 3 to 0"):
        trends.cagr(np.array([3.0, 1.0, 2.0, 0.0]), years=YEARS)


@pytest.mark.parametrize("years", [[2015, 2015, 2018, 2022], [2022, 2018, 2017, 2015]])
def test_years_that_do_not_rise_are_refused(years):
    with pytest.raises(IndexMethodError, match="must rise"):
        trends.cagr(np.ones(4), years=np.array(years))


def test_years_that_do_not_fit_are_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="3 years do not fit 4 periods"):
        trends.change(np.ones(4), years=YEARS[:3])


def test_growth_rates_follow_their_definitions():
    values = np.array([[100.0, 4.0], [150.0, np.nan], [75.0, 1.0]])

    np.testing.assert_allclose(
        trends.growth_rates(values, indicator="GERD"), [[0.5, np.nan], [-0.5, np.nan]]
    )
    np.testing.assert_allclose(
        trends.growth_rates(values, indicator="GERD", growth="symmetric"),
        [[50 / 125, np.nan], [-75 / 112.5, np.nan]],
    )
    np.testing.assert_allclose(
        trends.growth_rates(values, indicator="CO2", direction=DOWN),
        [[100 / 150 - 1, np.nan], [1.0, np.nan]],
    )


@pytest.mark.parametrize("growth", ["plain", "symmetric"])
@pytest.mark.parametrize("direction", list(Direction))
@given(values=series)
def test_chained_growth_of_one_indicator_is_its_ratio_to_the_base(growth, direction, values):
    rates = trends.growth_rates(values, indicator="GERD", growth=growth, direction=direction)

    found = trends.chained(rates, growth=growth)

    np.testing.assert_allclose(
        found,
        standards.base_period(values, indicator="GERD", base=values[0], direction=direction),
        rtol=1e-9,
    )


@given(values=series)
def test_symmetric_growth_of_the_fall_is_that_of_the_rise_turned(values):
    up = trends.growth_rates(values, indicator="X", growth="symmetric")
    down = trends.growth_rates(values, indicator="X", growth="symmetric", direction=DOWN)

    np.testing.assert_allclose(up, -down, atol=1e-12)


def test_averaged_rates_chain_differently_by_kind():
    # two indicators: one doubles, one stays
    plain = trends.chained(np.array([(1.0 + 0.0) / 2]))
    symmetric = trends.chained(np.array([(2 / 3 + 0.0) / 2]), growth="symmetric")

    np.testing.assert_allclose(plain, [100, 150])
    np.testing.assert_allclose(symmetric, [100, 140])


def test_a_missing_rate_breaks_the_chain_of_its_unit_alone():
    rates = np.array([[0.5, 0.1], [np.nan, 0.0], [0.5, 0.0]])

    np.testing.assert_allclose(
        trends.chained(rates, start=1.0), [[1, 1], [1.5, 1.1], [np.nan, 1.1], [np.nan, 1.1]]
    )


@pytest.mark.parametrize(
    ("rate", "growth"), [(-1.0, "plain"), (2.0, "symmetric"), (-2.0, "symmetric")]
)
def test_rates_that_no_index_survives_are_refused(rate, growth):
    with pytest.raises(IndexMethodError, match=f"A {growth} growth rate of {rate:g}"):
        trends.chained(np.array([0.1, rate]), growth=growth)


def test_growth_of_values_not_above_zero_is_refused_by_name():
    with pytest.raises(IndexMethodError, match="GERD has the value -2"):
        trends.growth_rates(np.array([1.0, -2.0]), indicator="GERD")
