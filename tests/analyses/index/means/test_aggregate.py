"""Power means: cases worked by hand, and properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from armillary.analyses.index.means import aggregate
from armillary.errors import IndexMethodError

gappy = arrays.arrays(
    np.float64,
    st.tuples(st.integers(1, 5), st.integers(1, 8)),
    elements=st.one_of(st.floats(1, 100), st.just(np.nan)),
)
properties = settings(deadline=None, max_examples=50)


def test_the_harmonic_mean_of_half_the_way_at_each_speed_is_the_speed_of_the_journey():
    found = aggregate.harmonic(np.array([[30.0], [60.0]]), weights=np.array([1.0, 1.0]))

    np.testing.assert_allclose(found, [40.0], rtol=1e-14)


def test_a_missing_child_is_dropped_with_its_weight_from_every_power_mean():
    scores = np.array([[3.0, 3.0], [4.0, np.nan], [12.0, 12.0]])
    weights = np.array([1.0, 5.0, 1.0])

    found = aggregate.generalised(scores, weights=weights, power=2)

    np.testing.assert_allclose(found, [np.sqrt((9 + 80 + 144) / 7), np.sqrt(153 / 2)], rtol=1e-14)


@properties
@given(scores=gappy, data=st.data())
def test_a_power_mean_rises_with_its_power_between_the_lowest_and_the_highest(scores, data):
    weights = data.draw(arrays.arrays(np.float64, scores.shape[0], elements=st.floats(0.1, 10)))
    powers = (-30.0, -2.0, -1.0, 0.0, 0.5, 1.0, 3.0, 30.0)
    means = np.array([aggregate.generalised(scores, weights=weights, power=p) for p in powers])

    known = ~np.isnan(scores).all(axis=0)
    assert (np.isnan(means) == ~known).all()
    assert (np.diff(means[:, known], axis=0) >= -1e-9 * means[1:, known]).all()
    assert (means[0, known] >= np.nanmin(scores[:, known], axis=0) * (1 - 1e-12)).all()
    assert (means[-1, known] <= np.nanmax(scores[:, known], axis=0) * (1 + 1e-12)).all()


@properties
@given(scores=gappy)
def test_powers_one_zero_and_minus_one_are_the_three_classical_means(scores):
    weights = np.arange(1.0, scores.shape[0] + 1)

    for power, mean in [
        (1, aggregate.arithmetic),
        (0, aggregate.geometric),
        (-1, aggregate.harmonic),
    ]:
        np.testing.assert_array_equal(
            aggregate.generalised(scores, weights=weights, power=power),
            mean(scores, weights=weights),
        )


def test_power_means_near_zero_approach_the_geometric_mean():
    scores = np.array([[2.0], [8.0]])
    found = [
        aggregate.generalised(scores, weights=np.ones(2), power=p)[0] for p in (-1e-6, 0.0, 1e-6)
    ]

    np.testing.assert_allclose(found, 4.0, rtol=1e-5)


def test_a_high_power_does_not_overflow():
    scores = np.array([[1e200], [1e100]])

    high = aggregate.generalised(scores, weights=np.ones(2), power=50)
    low = aggregate.generalised(scores, weights=np.ones(2), power=-50)

    np.testing.assert_allclose(high, 1e200 * 0.5 ** (1 / 50), rtol=1e-12)
    np.testing.assert_allclose(low, 1e100 * 0.5 ** (-1 / 50), rtol=1e-12)


def test_a_child_without_weight_changes_no_power_mean_however_large():
    scores = np.array([[2.0, 2.0], [8.0, 8.0], [1e200, 1e-200]])
    for power in (-3.0, 3.0):
        found = aggregate.generalised(scores, weights=np.array([1.0, 1.0, 0.0]), power=power)
        alone = aggregate.generalised(scores[:2], weights=np.ones(2), power=power)

        np.testing.assert_allclose(found, alone, rtol=1e-12)


def test_zeros_average_to_zero_by_a_positive_power():
    found = aggregate.generalised(np.zeros((2, 1)), weights=np.ones(2), power=2)

    np.testing.assert_array_equal(found, [0.0])


def test_power_means_for_many_draws_are_those_of_each_draw():
    scores = np.array([[1.0, 50.0], [20.0, 70.0]])
    draws = np.array([[1.0, 1.0], [0.0, 3.0]])
    both = aggregate.harmonic(scores, weights=draws)

    for row, drawn in zip(both, draws, strict=True):
        np.testing.assert_allclose(row, aggregate.harmonic(scores, weights=drawn), rtol=1e-14)


@pytest.mark.parametrize(("lowest", "power"), [(0.0, -1.0), (-1.0, 2.0), (0.0, 0.0), (-5.0, 0.5)])
def test_a_score_without_such_a_mean_is_refused(lowest, power):
    with pytest.raises(IndexMethodError, match="mean"):
        aggregate.generalised(np.array([[lowest], [5.0]]), weights=np.ones(2), power=power)


def test_an_infinite_power_is_refused():
    with pytest.raises(IndexMethodError, match="power inf"):
        aggregate.generalised(np.ones((2, 1)), weights=np.ones(2), power=np.inf)
