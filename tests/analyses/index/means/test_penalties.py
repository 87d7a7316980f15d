"""Means that charge for imbalance: cases worked by hand, and properties."""

from __future__ import annotations

from functools import partial
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from armillary.analyses.index.means import aggregate, penalties, presence
from armillary.errors import IndexMethodError

gappy = arrays.arrays(
    np.float64,
    st.tuples(st.integers(1, 5), st.integers(1, 8)),
    elements=st.one_of(st.floats(70, 130), st.just(np.nan)),
)
properties = settings(deadline=None, max_examples=50)


def test_imbalance_costs_the_variance_over_the_mean():
    # mean 104, squared distances 36, 16, 4, mean 56 / 3
    scores = np.array([[110.0], [100.0], [102.0]])

    minus = penalties.mazziotta_pareto(scores)
    plus = penalties.mazziotta_pareto(scores, penalty="plus")

    np.testing.assert_allclose(minus, [104 - 56 / 3 / 104], rtol=1e-14)
    np.testing.assert_allclose(plus, [104 + 56 / 3 / 104], rtol=1e-14)


def test_weights_and_gaps_enter_the_mean_and_the_spread():
    # weights 3 to 1 over the two present: mean 95, variance 0.75 x 25 + 0.25 x 225 = 75
    scores = np.array([[90.0], [110.0], [np.nan]])

    found = penalties.adjusted_mazziotta_pareto(scores, weights=np.array([3.0, 1.0, 9.0]))

    np.testing.assert_allclose(found, [95 - 75 / 95], rtol=1e-14)


@properties
@given(scores=gappy)
def test_the_charge_is_what_the_mean_of_squares_exceeds_the_square_of_the_mean(scores):
    ones = np.ones(len(scores))
    mean = aggregate.arithmetic(scores, weights=ones)
    squares = aggregate.arithmetic(scores**2, weights=ones)

    index = penalties.mazziotta_pareto(scores)

    np.testing.assert_allclose(index, mean - (squares - mean**2) / mean, atol=1e-8)


def test_a_mean_at_zero_has_no_coefficient_of_variation():
    with pytest.raises(IndexMethodError, match="no coefficient of variation") as refused:
        penalties.mazziotta_pareto(np.array([[-1.0], [1.0]]))

    assert "mean 100" in refused.value.fix


def test_a_penalty_of_another_name_is_refused():
    with pytest.raises(IndexMethodError, match="'neg'"):
        penalties.mazziotta_pareto(np.array([[90.0], [110.0]]), penalty="neg")


def test_mean_min_is_worked_by_hand():
    # mean 50, lowest 20, distance 30, beta 40: the root is 50, the charge 0.5 x (50 - 40)
    scores = np.array([[20.0], [80.0]])

    found = penalties.mean_min(scores, weights=np.ones(2), alpha=0.5, beta=40.0)

    np.testing.assert_allclose(found, [45.0], rtol=1e-14)


@properties
@given(scores=gappy)
def test_mean_min_runs_from_the_mean_to_the_lowest_child(scores):
    weights = np.arange(1.0, len(scores) + 1)
    known = ~np.isnan(scores).all(axis=0)
    found = [
        penalties.mean_min(scores, weights=weights, alpha=a, beta=b)
        for a, b in [(0, 5), (0.5, 5), (1, 5), (1, 0)]
    ]

    mean = aggregate.arithmetic(scores, weights=weights)
    np.testing.assert_allclose(found[0], mean)
    np.testing.assert_allclose(found[3][known], np.nanmin(scores[:, known], axis=0))
    for milder, harsher in pairwise(found):
        assert (harsher[known] <= milder[known] + 1e-9).all()


def test_a_child_without_weight_is_not_the_lowest():
    found = penalties.mean_min(
        np.array([[1.0], [50.0]]), weights=np.array([0.0, 1.0]), alpha=1, beta=0
    )

    np.testing.assert_array_equal(found, [50.0])


@pytest.mark.parametrize(("alpha", "beta"), [(1.1, 0), (-0.1, 0), (0.5, -1), (np.nan, 0)])
def test_mean_min_refuses_parameters_out_of_range(alpha, beta):
    with pytest.raises(IndexMethodError, match="no mean-min"):
        penalties.mean_min(np.ones((2, 1)), weights=np.ones(2), alpha=alpha, beta=beta)


@properties
@given(scores=gappy)
def test_ordered_averages_hold_the_highest_the_lowest_and_the_plain_mean(scores):
    children = len(scores)
    known = ~np.isnan(scores).all(axis=0)
    first, last = np.eye(children)[0], np.eye(children)[-1]

    highest = penalties.ordered(scores, order_weights=first)
    lowest = penalties.ordered(scores, order_weights=last)
    plain = penalties.ordered(scores, order_weights=np.ones(children))

    np.testing.assert_allclose(highest[known], np.nanmax(scores[:, known], axis=0))
    np.testing.assert_allclose(lowest[known], np.nanmin(scores[:, known], axis=0))
    np.testing.assert_allclose(plain[known], np.nanmean(scores[:, known], axis=0))
    assert np.isnan(plain[~known]).all()


def test_order_weights_are_stretched_over_the_children_present():
    # running total 0, 0.5, 0.8, 1 over thirds; at one half it is 0.65
    scores = np.array([[10.0], [np.nan], [20.0]])

    found = penalties.ordered(scores, order_weights=np.array([0.5, 0.3, 0.2]))

    np.testing.assert_allclose(found, [0.65 * 20 + 0.35 * 10], rtol=1e-14)


def test_order_weights_may_be_made_for_the_number_present():
    scores = np.array([[10.0, 10.0], [np.nan, 30.0], [20.0, 20.0]])

    found = penalties.ordered(scores, order_weights=partial(penalties.order_weights, orness=0.75))

    three = penalties.order_weights(3, orness=0.75)
    np.testing.assert_allclose(found, [0.75 * 20 + 0.25 * 10, three @ [30, 20, 10]], rtol=1e-9)


@pytest.mark.parametrize("weights", [[1.0], [0.0, 0.0], [1.5, -0.5]])
def test_order_weights_that_do_not_fit_are_refused(weights):
    with pytest.raises(IndexMethodError, match="do not fit 2 children"):
        penalties.ordered(np.ones((2, 1)), order_weights=np.array(weights))


def test_order_weights_of_greatest_entropy_are_those_published_for_five_children():
    """Fuller & Majlender (2001), An analytic approach for obtaining maximal entropy OWA weights."""
    found = penalties.order_weights(5, orness=0.6)

    np.testing.assert_allclose(found, [0.2884, 0.2353, 0.1920, 0.1566, 0.1278], atol=6e-5)


@properties
@given(n=st.integers(2, 12), orness=st.floats(0, 1))
def test_order_weights_have_the_orness_asked_and_fall_by_a_constant_factor(n, orness):
    weights = penalties.order_weights(n, orness=orness)

    assert weights.sum() == pytest.approx(1)
    assert weights @ np.linspace(1, 0, n) == pytest.approx(orness, abs=1e-9)
    np.testing.assert_allclose(weights[1:-1] ** 2, weights[2:] * weights[:-2], atol=1e-9)


def test_no_other_order_weights_of_that_orness_are_more_even():
    weights = penalties.order_weights(4, orness=0.7)

    def entropy(w):
        return -(w * np.log(w)).sum()

    # two directions along which neither the sum nor the orness changes
    for a, b in product(np.linspace(-0.02, 0.02, 9), repeat=2):
        moved = weights + a * np.array([1, -2, 1, 0]) + b * np.array([0, 1, -2, 1])
        assert entropy(moved) <= entropy(weights) + 1e-12


def test_a_single_child_takes_all_and_an_orness_above_one_is_refused():
    np.testing.assert_array_equal(penalties.order_weights(1, orness=0.3), [1.0])
    np.testing.assert_array_equal(penalties.order_weights(3, orness=1.0), [1.0, 0.0, 0.0])
    np.testing.assert_array_equal(penalties.order_weights(3, orness=0.0), [0.0, 0.0, 1.0])
    with pytest.raises(IndexMethodError, match=r"orness 1\.1"):
        penalties.order_weights(3, orness=1.1)


@pytest.mark.parametrize("weights", [[1.0], [1.0, -1.0], [0.0, 0.0], [1.0, np.nan]])
def test_weights_that_cannot_be_shared_out_are_refused(weights):
    with pytest.raises(IndexMethodError, match=r"do not fit|cannot be shared"):
        presence.shares(np.ones((2, 3)), weights=np.array(weights))
