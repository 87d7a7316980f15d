"""Skewness and kurtosis: cases worked by hand, and properties."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import stats

from armillary.analyses.index.moments import kurtosis, skewness

samples = arrays.arrays(
    np.float64, st.integers(4, 20), elements=st.floats(-1e3, 1e3).map(lambda x: round(x, 2))
).filter(lambda values: np.ptp(values) > 0.1)


def test_skewness_of_three_points_is_worked_by_hand():
    # mean 3, m2 = 14/3, m3 = 6; G1 = 6 / (14/3)^1.5 * sqrt(6) / 1
    expected = 6 / (14 / 3) ** 1.5 * math.sqrt(6)

    assert skewness(np.array([1.0, 2.0, 6.0])) == pytest.approx(expected, rel=1e-14)


def test_kurtosis_of_four_points_is_worked_by_hand():
    # mean 2, m2 = 3, m4 = 21; excess -2/3; G2 = 3 / (2 * 1) * (5 * -2/3 + 6)
    assert kurtosis(np.array([1.0, 1.0, 1.0, 5.0])) == pytest.approx(4.0, rel=1e-14)


@given(values=samples)
def test_both_are_those_of_scipy(values):
    np.testing.assert_allclose(skewness(values), stats.skew(values, bias=False), atol=1e-7)
    np.testing.assert_allclose(kurtosis(values), stats.kurtosis(values, bias=False), rtol=1e-6)


@given(values=samples, shift=st.floats(-100, 100), factor=st.floats(0.01, 100))
def test_neither_depends_on_the_unit_and_turning_round_turns_skewness(values, shift, factor):
    moved = shift - factor * values

    np.testing.assert_allclose(skewness(moved), -skewness(values), atol=1e-6)
    np.testing.assert_allclose(kurtosis(moved), kurtosis(values), rtol=1e-5, atol=1e-5)


@given(values=samples)
def test_missing_values_count_as_if_they_were_not_there(values):
    gaps = np.concatenate([[np.nan], values, [np.nan]])

    assert skewness(gaps) == skewness(values)
    assert kurtosis(gaps) == kurtosis(values)


@pytest.mark.parametrize("values", [[], [1.0, 2.0], [0.1] * 9, [np.nan, np.nan, np.nan, 1.0, 2.0]])
def test_too_few_points_or_no_variance_have_no_skewness(values):
    assert math.isnan(skewness(np.array(values)))


@pytest.mark.parametrize("values", [[], [1.0, 2.0, 6.0], [0.1] * 9])
def test_too_few_points_or_no_variance_have_no_kurtosis(values):
    assert math.isnan(kurtosis(np.array(values)))
