"""The smallest change that reaches a rank, against linear programming and exhaustive search."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from armillary.analyses.index.change import reach
from armillary.analyses.index.rank import rank
from armillary.errors import IndexMethodError


def fixed_bounds(weights):
    return lambda values: weights @ values


def minmax_index(weights):
    """Min-max over the units as they are, so that a new best moves everyone; any leading axes."""

    def scores(values):
        low = values.min(axis=-1, keepdims=True)
        high = values.max(axis=-1, keepdims=True)
        return np.einsum("i,...iu->...u", weights, (values - low) / (high - low) * 100)

    return scores


def case(seed, *, indicators, units):
    """Values, a unit in the lower half, a rank above it, best values and costs."""
    generator = np.random.default_rng(seed)
    values = generator.uniform(0, 100, size=(indicators, units))
    weights = generator.dirichlet(np.full(indicators, 3.0))
    unit = int(np.argsort(weights @ values)[units // 3])
    best = values[:, unit] + generator.uniform(5, 60, size=indicators)
    cost = generator.uniform(0.5, 2.0, size=indicators)
    return values, weights, unit, best, cost


def test_a_case_worked_by_hand():
    # Means 10 and 30: 40 more are needed in sum; the cheap one gives 30, the dear one the rest.
    found = reach.least_change(
        lambda values: values.mean(axis=0),
        np.array([[10.0, 30.0], [10.0, 30.0]]),
        unit=0,
        target=1,
        best=np.array([40.0, 60.0]),
        cost=np.array([1.0, 2.0]),
    )

    assert (found.reached, found.rank_before, found.rank_after) == (True, 2, 1)
    np.testing.assert_allclose(found.changes, [30, 10], atol=1e-6)
    np.testing.assert_allclose(found.cost, 50, atol=1e-6)


def test_an_indicator_where_less_is_better_is_lowered():
    found = reach.least_change(
        lambda values: -values[0],
        np.array([[9.0, 4.0, 6.0]]),
        unit=0,
        target=2,
        best=np.array([3.0]),
        cost=np.array([1.0]),
    )

    np.testing.assert_allclose(found.values, [6.0], atol=1e-6)
    assert found.rank_after == 2


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), indicators=st.integers(1, 8), target=st.integers(1, 6))
def test_a_linear_index_is_solved_as_by_linear_programming(seed, indicators, target):
    values, weights, unit, best, cost = case(seed, indicators=indicators, units=10)
    scores = weights @ values
    needed = np.sort(np.delete(scores, unit))[::-1][target - 1] - scores[unit]
    way = best - values[:, unit]

    found = reach.least_change(
        fixed_bounds(weights),
        values,
        unit=unit,
        target=target,
        best=best,
        cost=cost,
        monotone=True,
    )

    exact = linprog(cost * way, A_ub=-(weights * way)[None], b_ub=[-needed], bounds=(0, 1))
    shares = reach.knapsack(weights * way, cost * way, needed=needed)
    assert found.reached == (exact.status == 0) == (shares is not None)
    assert found.proved != found.reached
    if shares is not None:
        np.testing.assert_allclose(found.cost, exact.fun, rtol=1e-6, atol=1e-6)
        np.testing.assert_allclose((cost * way) @ shares, exact.fun, rtol=1e-7, atol=1e-7)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), target=st.integers(1, 4))
def test_an_index_whose_bounds_move_is_solved_within_a_hundredth_of_exhaustive_search(seed, target):
    values, weights, unit, best, cost = case(seed, indicators=3, units=7)
    index = minmax_index(weights)
    way = best - values[:, unit]

    found = reach.least_change(index, values, unit=unit, target=target, best=best, cost=cost)

    shares = np.array(list(product(np.linspace(0, 1, 31), repeat=3)))
    cases = np.repeat(values[None], len(shares), axis=0)
    cases[:, :, unit] += shares * way
    reaching = rank(index(cases))[:, unit] <= target
    if reaching.any():
        assert found.reached
        assert found.cost <= 1.01 * (shares[reaching] @ (cost * way)).min() + 1e-6
    moved = values.copy()
    moved[:, unit] = found.values
    assert rank(index(moved))[unit] == found.rank_after
    assert found.reached == (found.rank_after <= target)
    assert (found.values <= best + 1e-9).all()
    assert (found.values >= values[:, unit] - 1e-9).all()


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), target=st.integers(1, 5))
def test_the_fewest_indicators_are_those_of_going_through_all_sets(seed, target):
    values, weights, unit, best, cost = case(seed, indicators=5, units=9)
    index = fixed_bounds(weights)

    found = reach.least_change(
        index, values, unit=unit, target=target, best=best, cost=cost, monotone=True, sparse=True
    )

    def reaches(chosen):
        moved = values.copy()
        moved[list(chosen), unit] = best[list(chosen)]
        return rank(index(moved))[unit] <= target

    sizes = [n for n in range(6) if any(reaches(chosen) for chosen in combinations(range(5), n))]
    assert found.reached == bool(sizes)
    assert found.proved
    if sizes:
        assert np.count_nonzero(found.changes) == min(sizes)


def test_sparse_says_that_fewer_runs_prove_nothing():
    values, weights, unit, best, cost = case(4, indicators=12, units=20)

    options = {"unit": unit, "target": 3, "best": best, "cost": cost, "monotone": True}
    full = reach.least_change(fixed_bounds(weights), values, sparse=True, **options)
    short = reach.least_change(fixed_bounds(weights), values, sparse=True, runs=5, **options)

    assert full.reached
    assert full.proved
    assert short.reached
    assert not short.proved
    assert np.count_nonzero(short.changes) >= np.count_nonzero(full.changes) >= 2


def test_a_target_out_of_reach_is_proved_only_for_a_monotone_index():
    options = {
        "unit": 0,
        "target": 1,
        "best": np.array([20.0]),
        "cost": np.array([1.0]),
    }
    values = np.array([[10.0, 30.0, 15.0]])

    proved = reach.least_change(lambda v: v[0], values, monotone=True, **options)
    tried = reach.least_change(lambda v: v[0], values, **options)

    assert (proved.reached, proved.proved, proved.best_rank) == (False, True, 2)
    assert (tried.reached, tried.proved, tried.best_rank) == (False, False, 2)
    assert np.isnan(proved.cost)
    assert proved.changes.tolist() == [0.0]


def test_a_change_that_keeps_the_unit_back_is_left_out():
    # Rivals live on the second indicator's bound: raising it lifts the others more than the unit.
    def index(values):
        scores = values[0].copy()
        scores[1:] += 3 * max(values[1, 0] - 5, 0)
        return scores + 0.1 * values[1]

    found = reach.least_change(
        index,
        np.array([[10.0, 15.0], [5.0, 5.0]]),
        unit=0,
        target=1,
        best=np.array([17.0, 9.0]),
        cost=np.ones(2),
    )

    assert found.reached
    np.testing.assert_allclose(found.changes, [5, 0], atol=1e-6)


def test_a_rank_already_held_costs_nothing():
    found = reach.least_change(
        lambda values: values[0],
        np.array([[10.0, 10.0]]),
        unit=1,
        target=1,
        best=np.array([20.0]),
        cost=np.array([1.0]),
    )

    assert (found.reached, found.cost, found.rank_after) == (True, 0.0, 1)


def test_an_indicator_without_a_best_value_stays_and_with_none_left_nothing_can_be_done():
    values = np.array([[10.0, 30.0], [np.nan, 30.0]])

    found = reach.least_change(
        lambda v: np.nanmean(v, axis=0),
        values,
        unit=0,
        target=1,
        best=np.array([np.nan, 90.0]),
        cost=np.ones(2),
    )

    assert (found.reached, found.proved) == (False, True)
    np.testing.assert_array_equal(found.values, [10.0, np.nan])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"best": np.ones(3)}, "do not fit 1 indicators"),
        ({"target": 4}, "not among 3 units"),
        ({"unit": -1}, "not among 3 units"),
        ({"cost": np.zeros(1)}, "not above 0"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(options, message):
    asked = {"unit": 0, "target": 1, "best": np.array([9.0]), "cost": np.ones(1)} | options

    with pytest.raises(IndexMethodError, match=message):
        reach.least_change(lambda v: v[0], np.array([[1.0, 2.0, 3.0]]), **asked)


def test_a_unit_without_a_score_is_refused():
    with pytest.raises(IndexMethodError, match="or none for the unit"):
        reach.least_change(
            lambda v: np.full(v.shape[1], np.nan),
            np.array([[1.0, 2.0]]),
            unit=0,
            target=1,
            best=np.array([2.0]),
            cost=np.ones(1),
        )
