"""The parts of a move against cases worked by hand and the mean over all orders."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armillary.analyses.index.change import movement
from armillary.analyses.index.rank import rank
from armillary.errors import IndexMethodError

OWN, OTHERS = "own data", "data of others"
REST = ["method", "weights", "framework"]


def pipeline(new, values):
    """Min-max or shares of the best, two sets of weights, one indicator less; scores and ranks."""
    if "framework" in new:
        values = values[:, :-1]
    top = values.max(axis=2, keepdims=True)
    low = 0 if "method" in new else values.min(axis=2, keepdims=True)
    weights = np.ones(values.shape[1])
    weights[0] = 2.0 if "weights" in new else 1.0
    scores = np.einsum("i,ciu->cu", weights / weights.sum(), (values - low) / (top - low) * 100)
    return np.stack([scores, rank(scores).astype(float)], axis=1)


def editions(seed, units=6):
    generator = np.random.default_rng(seed)
    return generator.uniform(1, 9, size=(2, 4, units))


def test_own_data_and_those_of_others_worked_by_hand():
    # Share of the best. a goes from 5 to 8, b stays at 10, c from 4 to 20.
    # a: 50 -> 40. Own first: +30 then -40; others first: -25 then +15. Mean: +22.5 and -32.5.
    before, after = np.array([[5.0, 10.0, 4.0]]), np.array([[8.0, 10.0, 20.0]])

    outcome = movement.own_and_others(
        lambda _new, values: values[:, 0] / values[:, 0].max(axis=1, keepdims=True) * 100,
        before=before,
        after=after,
    )
    found = movement.decompose(outcome, [OWN, OTHERS])

    np.testing.assert_allclose(found.before, [50, 100, 40])
    np.testing.assert_allclose(found.after, [40, 50, 100])
    np.testing.assert_allclose(found.parts[0], [22.5, 0, 60])
    np.testing.assert_allclose(found.parts[1], [-32.5, -50, 0])


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), order=st.permutations([OWN, OTHERS, *REST]))
def test_parts_add_up_and_do_not_depend_on_the_order_of_the_factors(seed, order):
    before, after = editions(seed)
    outcome = movement.own_and_others(pipeline, before=before, after=after)

    found = movement.decompose(outcome, order)
    sorted_one = movement.decompose(outcome, sorted(order))

    np.testing.assert_allclose(found.parts.sum(axis=0), found.after - found.before, atol=1e-10)
    for at, name in enumerate(order):
        np.testing.assert_array_equal(found.parts[at], sorted_one.parts[sorted(order).index(name)])


def test_the_mean_of_all_one_by_one_tables_is_the_decomposition():
    before, after = editions(3)
    names = [OWN, OTHERS, "method", "weights"]
    outcome = movement.own_and_others(pipeline, before=before, after=after)

    found = movement.decompose(outcome, names)

    tables = []
    for order in permutations(names):
        table = movement.sequential(outcome, order)
        np.testing.assert_allclose(table.parts.sum(axis=0), found.after - found.before, atol=1e-10)
        tables.append(table.parts[[order.index(name) for name in names]])
    np.testing.assert_allclose(np.mean(tables, axis=0), found.parts, atol=1e-10)
    assert np.ptp(tables, axis=0).max() > 1  # the order does matter to a single table


def test_each_unit_s_own_part_is_that_of_a_loop_over_units():
    before, after = editions(4)
    outcome = movement.own_and_others(pipeline, before=before, after=after)

    found = movement.decompose(outcome, [OWN, OTHERS, *REST])

    for unit in range(before.shape[1]):

        def alone(new, unit=unit):
            values = np.where(OTHERS in new, after, before)
            values[:, unit] = (after if OWN in new else before)[:, unit]
            return pipeline(new, values[None])[0][:, [unit]]

        one = movement.decompose(alone, [OWN, OTHERS, *REST])
        np.testing.assert_allclose(found.parts[..., [unit]], one.parts, atol=1e-12)


def test_a_factor_that_did_not_change_has_no_part():
    before, _ = editions(5)
    outcome = movement.own_and_others(pipeline, before=before, after=before)

    found = movement.decompose(outcome, [OWN, OTHERS, "method"])

    np.testing.assert_array_equal(found.parts[:2], 0)
    np.testing.assert_allclose(found.parts[2], found.after - found.before, atol=1e-12)


def test_a_unit_ranked_in_one_edition_only_has_no_parts_and_others_keep_theirs():
    def outcome(new):
        return np.array([np.nan if "members" in new else 1.0, 3.0 if "data" in new else 2.0])

    found = movement.decompose(outcome, ["members", "data"])

    assert np.isnan(found.parts[:, 0]).all()
    np.testing.assert_allclose(found.parts[:, 1], [0, 1])


@pytest.mark.parametrize(
    ("factors", "message"),
    [
        ([], "0 factors"),
        (["a", "a"], "1 different names"),
        ([str(n) for n in range(13)], "13 factors"),
    ],
)
@pytest.mark.parametrize("method", [movement.decompose, movement.sequential])
def test_factors_that_cannot_be_taken_apart_are_refused(method, factors, message):
    with pytest.raises(IndexMethodError, match=message):
        method(lambda _: np.zeros(2), factors)


def test_results_of_other_units_are_refused():
    with pytest.raises(IndexMethodError, match=r"shape \(2,\) cannot be compared with one of \(1,"):
        movement.decompose(lambda new: np.zeros(1 + len(new)), ["a"])
    with pytest.raises(IndexMethodError, match="cannot be mixed unit by unit"):
        movement.own_and_others(pipeline, before=np.zeros((1, 2)), after=np.zeros((2, 2)))
