"""Skewness and kurtosis: cases worked by hand, an independent library, and properties."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import stats

from armillary.analyses.index.treatment.moments import kurtosis, skewness, within_limits

vectors = arrays.arrays(
    np.float64,
    st.integers(4, 30),
    elements=st.integers(-1000, 1000).map(float),
).filter(lambda values: np.unique(values).size > 1)


def test_skewness_and_kurtosis_of_four_values_worked_by_hand():
    # deviations -1, -1, -1, 3: m2 = 3, m3 = 6, m4 = 21
    values = np.array([0.0, 0.0, 0.0, 4.0])

    assert skewness(values) == pytest.approx(6 / 3**1.5 * math.sqrt(12) / 2)
    assert kurtosis(values) == pytest.approx(3 / 2 * (5 * (21 / 9 - 3) + 6))


@given(values=vectors)
def test_skewness_and_kurtosis_are_those_of_scipy(values):
    assert skewness(values) == pytest.approx(stats.skew(values, bias=False), abs=1e-9)
    assert kurtosis(values) == pytest.approx(stats.kurtosis(values, bias=False), abs=1e-9)


@given(values=vectors)
def test_missing_values_are_as_if_they_were_not_there(values):
    gapped = np.insert(values, [0, 2, values.size], np.nan)

    assert skewness(gapped) == skewness(values)
    assert kurtosis(gapped) == kurtosis(values)


@given(values=vectors)
def test_turning_an_indicator_turns_its_skewness_alone(values):
    assert skewness(-values) == pytest.approx(-skewness(values), abs=1e-12)
    assert kurtosis(-values) == pytest.approx(kurtosis(values), abs=1e-9)


@pytest.mark.parametrize("scale", [1e-300, 1e-12, 1e12, 1e307])
def test_the_shape_does_not_depend_on_the_unit_of_measure(scale):
    values = np.array([1.0, 2.0, 3.0, 5.0, 9.0])

    assert skewness(values * scale) == pytest.approx(skewness(values), rel=1e-9)
    assert kurtosis(values * scale) == pytest.approx(kurtosis(values), rel=1e-9)


@pytest.mark.parametrize("values", [[], [1.0, 2.0, np.nan], [np.nan] * 3, [0.1] * 9])
def test_too_few_or_equal_values_have_no_skewness(values):
    assert math.isnan(skewness(np.array(values)))


@pytest.mark.parametrize("values", [[], [1.0, 2.0, 4.0, np.nan], [0.1] * 9])
def test_too_few_or_equal_values_have_no_kurtosis(values):
    assert math.isnan(kurtosis(np.array(values)))


def test_an_outlier_fails_unless_either_limit_holds():
    values = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 100.0])
    skew, kurt = skewness(values), kurtosis(values)

    assert not within_limits(values)
    assert not within_limits(-values)
    assert within_limits(values, skewness_limit=skew + 0.01)
    assert within_limits(values, kurtosis_limit=kurt + 0.01)


@pytest.mark.parametrize("values", [[1.0, 2.0, 900.0], [7.0] * 6, [np.nan] * 4])
def test_what_has_no_shape_passes(values):
    assert within_limits(np.array(values))
