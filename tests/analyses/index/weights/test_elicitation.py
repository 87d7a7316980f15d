"""Weights experts give: cases worked by hand, properties and a fine grid."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from armillary.analyses.index.weights import elicitation
from armillary.errors import IndexMethodError

properties = settings(deadline=None, max_examples=50)


def test_budget_weights_spread_and_agreement_are_worked_by_hand():
    points = np.array([[60.0, 40.0, 0.0], [2.0, 4.0, 4.0], [30.0, 30.0, 40.0]])

    found = elicitation.budget_allocation(points)

    np.testing.assert_allclose(found.weights, [1.1 / 3, 1.1 / 3, 0.8 / 3])
    np.testing.assert_allclose(found.spread[1], np.sqrt((0.1**2 * 2 / 3) / 2))
    # overlaps 0.2 + 0.4, 0.3 + 0.3, 0.2 + 0.3 + 0.4
    assert found.agreement == pytest.approx((0.6 + 0.6 + 0.9) / 3)
    np.testing.assert_allclose([found.least[2], found.largest[0]], [0, 0.6])


@properties
@given(
    points=arrays.arrays(
        np.float64, st.tuples(st.integers(2, 6), st.integers(1, 5)), elements=st.floats(0.1, 100)
    )
)
def test_experts_who_say_the_same_in_other_totals_agree_fully(points):
    same = np.outer(np.arange(1.0, len(points) + 1), points[0])

    found = elicitation.budget_allocation(points)
    agreed = elicitation.budget_allocation(same)

    assert found.weights.sum() == pytest.approx(1)
    assert -1e-12 <= found.agreement <= 1 + 1e-12
    assert agreed.agreement == pytest.approx(1)
    np.testing.assert_allclose(agreed.spread, 0, atol=1e-12)


@pytest.mark.parametrize(
    ("points", "problem"),
    [
        ([[60.0, 40.0]], "fewer than two experts"),
        ([[60.0, 40.0], [0.0, 0.0]], "Expert 1"),
        ([[60.0, np.nan], [1.0, 1.0]], "Expert 0"),
        ([[60.0, -1.0], [1.0, 1.0]], "Expert 0"),
    ],
)
def test_points_that_are_no_budget_are_refused(points, problem):
    with pytest.raises(IndexMethodError, match=problem):
        elicitation.budget_allocation(np.array(points))


@properties
@given(weights=arrays.arrays(np.float64, st.integers(2, 9), elements=st.floats(1, 9)))
def test_comparisons_that_fit_together_give_back_their_weights(weights):
    found = elicitation.analytic_hierarchy(weights[:, None] / weights)

    np.testing.assert_allclose(found.weights, weights / weights.sum(), rtol=1e-8)
    assert found.consistency_ratio == pytest.approx(0, abs=1e-9)
    assert found.warning == ""


def test_the_eigenvalue_of_three_comparisons_is_that_of_the_closed_form():
    # for three children it is 1 + c + 1/c, c the cube root of a12 a23 / a13,
    # and the weights are geometric means of rows
    comparisons = np.array([[1, 2, 5], [1 / 2, 1, 4], [1 / 5, 1 / 4, 1]])
    c = (2 * 4 / 5) ** (1 / 3)

    found = elicitation.analytic_hierarchy(comparisons)

    rows = np.prod(comparisons, axis=1) ** (1 / 3)
    assert found.eigenvalue == pytest.approx(1 + c + 1 / c, rel=1e-12)
    np.testing.assert_allclose(found.weights, rows / rows.sum(), rtol=1e-10)
    assert found.consistency_ratio == pytest.approx((found.eigenvalue - 3) / 2 / 0.58)


def test_comparisons_that_contradict_each_other_are_warned_of():
    circle = np.array([[1, 3, 1 / 3], [1 / 3, 1, 3], [3, 1 / 3, 1]])

    found = elicitation.analytic_hierarchy(circle)
    lenient = elicitation.analytic_hierarchy(circle, random_indices={3: 10.0}, acceptable=0.5)

    # 1 + c + 1 / c with c = 3, the cube root of 3 x 3 x 3
    assert found.eigenvalue == pytest.approx(1 + 3 + 1 / 3)
    assert found.consistency_ratio == pytest.approx((1 + 1 / 3) / 2 / 0.58)
    assert "contradict" in found.warning
    assert lenient.warning == ""


def test_a_third_written_in_two_digits_is_taken_as_the_reciprocal_of_three():
    rounded = elicitation.analytic_hierarchy(np.array([[1, 3.0], [0.33, 1]]))

    np.testing.assert_allclose(rounded.weights, [0.75, 0.25], atol=2e-3)


@pytest.mark.parametrize(
    ("comparisons", "problem"),
    [
        (np.array([[1.0, 3.0], [3.0, 1.0]]), "Child 0 is 3 times child 1"),
        (np.array([[2.0, 1.0], [1.0, 1.0]]), "not reciprocal"),
        (np.array([[1.0, 0.0], [0.0, 1.0]]), "not square and above 0"),
        (np.ones((2, 3)), "not square and above 0"),
        (np.ones((11, 11)), "for 11 children"),
    ],
)
def test_comparisons_that_are_none_are_refused(comparisons, problem):
    with pytest.raises(IndexMethodError, match=problem):
        elicitation.analytic_hierarchy(comparisons)


@pytest.mark.parametrize(
    ("best", "worst"),
    [([1.0, 2.0, 8.0], [8.0, 3.0, 1.0]), ([3.0, 1.0, 9.0], [2.0, 9.0, 1.0])],
)
def test_no_weights_of_a_fine_grid_fit_best_and_worst_better(best, worst):
    to_others, to_worst = np.array(best), np.array(worst)
    b, w = int(to_others.argmin()), int(to_worst.argmin())

    found = elicitation.best_worst(to_others, others_to_worst=to_worst)

    def misfit(x):
        return max(np.abs(x[b] - to_others * x).max(), np.abs(x - to_worst * x[w]).max())

    grid = np.array([(i, j, 400 - i - j) for i in range(401) for j in range(401 - i)]) / 400
    assert found.weights.sum() == pytest.approx(1)
    assert misfit(found.weights) == pytest.approx(found.inconsistency, abs=1e-8)
    assert found.inconsistency > 0
    assert min(misfit(x) for x in grid[::3]) >= found.inconsistency - 1e-9


@properties
@given(weights=arrays.arrays(np.float64, st.integers(2, 7), elements=st.floats(1, 9)))
def test_comparisons_with_best_and_worst_that_fit_give_back_their_weights(weights):
    found = elicitation.best_worst(weights.max() / weights, others_to_worst=weights / weights.min())

    np.testing.assert_allclose(found.weights, weights / weights.sum(), atol=1e-7)
    assert found.inconsistency == pytest.approx(0, abs=1e-8)


@pytest.mark.parametrize(
    ("best", "worst", "problem"),
    [
        ([1.0, 0.5], [2.0, 1.0], "numbers from 1"),
        ([1.0], [1.0], "numbers from 1"),
        ([1.0, 2.0], [2.0, 1.0, 3.0], "numbers from 1"),
        ([2.0, 3.0], [3.0, 1.0], "not 1 compared with itself"),
        ([1.0, 5.0], [8.0, 1.0], "5 times the worst in one row and 8"),
    ],
)
def test_best_and_worst_that_cannot_be_are_refused(best, worst, problem):
    with pytest.raises(IndexMethodError, match=problem):
        elicitation.best_worst(np.array(best), others_to_worst=np.array(worst))
