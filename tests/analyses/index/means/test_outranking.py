"""Units compared two by two: cases worked by hand, properties and brute force."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from armillary.analyses.index.means import outranking
from armillary.errors import IndexMethodError

# few distinct numbers, so that ties are common
gappy = arrays.arrays(
    np.float64,
    st.tuples(st.integers(1, 5), st.integers(1, 7)),
    elements=st.one_of(st.integers(0, 3), st.just(np.nan)),
)
properties = settings(deadline=None, max_examples=50)


def compared_one_by_one(scores, weights):
    children, units = scores.shape
    matrix = np.zeros((units, units))
    for a in range(units):
        for b in range(units):
            better = shared = 0.0
            for c in range(children):
                x, y = scores[c, a], scores[c, b]
                if not (np.isnan(x) or np.isnan(y)):
                    shared += weights[c]
                    better += weights[c] * (1.0 if x > y else 0.5 if x == y else 0.0)
            matrix[a, b] = 0.0 if a == b else better / shared if shared else np.nan
    return matrix


def test_a_pair_is_compared_over_the_children_both_have():
    scores = np.array([[1.0, 2.0, np.nan], [5.0, 4.0, 4.0], [np.nan, 9.0, 1.0]])

    found = outranking.outranking_matrix(scores, weights=np.array([1.0, 2.0, 5.0]))

    np.testing.assert_allclose(
        found,
        [[0, 2 / 3, 1], [1 / 3, 0, (0.5 * 2 + 5) / 7], [0, 0.5 * 2 / 7, 0]],
        rtol=1e-14,
        atol=1e-15,
    )


@properties
@given(scores=gappy)
def test_the_matrix_is_that_of_comparing_one_by_one(scores):
    weights = np.arange(len(scores)) + 0.5

    np.testing.assert_allclose(
        outranking.outranking_matrix(scores, weights=weights),
        compared_one_by_one(scores, weights),
        atol=1e-12,
    )


@properties
@given(scores=gappy, data=st.data())
def test_the_order_of_units_changes_nothing_although_scores_are_missing(scores, data):
    weights = np.arange(1.0, len(scores) + 1)
    order = np.array(data.draw(st.permutations(range(scores.shape[1]))))

    matrix = outranking.outranking_matrix(scores, weights=weights)
    reordered = outranking.outranking_matrix(scores[:, order], weights=weights)

    np.testing.assert_array_equal(reordered, matrix[np.ix_(order, order)])
    np.testing.assert_array_equal(
        outranking.copeland(scores[:, order], weights=weights),
        outranking.copeland(scores, weights=weights)[order],
    )


@properties
@given(scores=gappy)
def test_one_is_better_by_what_the_other_is_worse(scores):
    matrix = outranking.outranking_matrix(scores, weights=np.ones(len(scores)))

    off = ~np.eye(len(matrix), dtype=bool) & ~np.isnan(matrix)
    np.testing.assert_allclose((matrix + matrix.T)[off], 1.0, atol=1e-12)
    assert (np.isnan(matrix) == np.isnan(matrix.T)).all()


def test_copeland_counts_wins_less_losses_and_halves_are_neither():
    # A beats B on weight 0.6, B beats C, C beats A on 0.7: nobody leads
    scores = np.array([[3.0, 2.0, 1.0], [1.0, 3.0, 2.0], [2.0, 1.0, 3.0]])

    cycle = outranking.copeland(scores, weights=np.array([0.3, 0.4, 0.3]))
    halves = outranking.copeland(scores[:2, :2], weights=np.array([0.1 + 0.2, 0.3]))

    np.testing.assert_array_equal(cycle, [0.0, 0.0, 0.0])
    np.testing.assert_array_equal(halves, [0.0, 0.0])


def test_a_unit_that_can_be_compared_with_no_other_has_no_copeland_score():
    scores = np.array([[1.0, 2.0, np.nan], [np.nan, np.nan, 3.0]])

    np.testing.assert_array_equal(outranking.copeland(scores, weights=np.ones(2)), [-1, 1, np.nan])


def test_dominance_counts_pairs_decided_on_every_child():
    # A over B and A over C; B and C tie on the first child
    scores = np.array([[3.0, 1.0, 1.0], [9.0, 5.0, 4.0]])

    found = outranking.dominance(scores, weights=np.ones(2))

    assert (found.pairs, found.compared) == (2, 3)
    assert found.share == pytest.approx(2 / 3)


def test_dominance_is_of_the_pairs_that_can_be_compared():
    found = outranking.dominance(
        np.array([[1.0, 2.0, np.nan], [np.nan, np.nan, 3.0]]), weights=np.ones(2)
    )

    assert (found.pairs, found.compared, found.share) == (1, 1, 1.0)


def test_weights_of_another_number_are_refused():
    with pytest.raises(IndexMethodError, match="do not fit"):
        outranking.outranking_matrix(np.ones((2, 3)), weights=np.ones(3))
