"""Normalising, averaging and ranking: cases worked by hand, and properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from armillary.analyses.index.means import aggregate
from armillary.analyses.index.rank import rank
from armillary.analyses.index.scores import normalise
from armillary.analyses.index.weights import weight
from armillary.errors import IndexMethodError
from armillary.model.indicators import Direction, Framework, Node

numbers = st.floats(-1e6, 1e6).map(lambda x: round(x, 3))
indicators = arrays.arrays(np.float64, st.integers(2, 30), elements=numbers).filter(
    lambda values: np.unique(values).size > 1
)
score_matrices = arrays.arrays(
    np.float64,
    st.tuples(st.integers(1, 6), st.integers(1, 12)),
    elements=st.one_of(st.floats(1, 100), st.just(np.nan)),
)

compiled = settings(deadline=None)  # the first call compiles


@given(values=indicators, direction=st.sampled_from(Direction))
def test_minmax_keeps_the_order_of_units(values, direction):
    scores = normalise.minmax(values, indicator="GERD", direction=direction)

    worst_to_best = np.argsort(values * direction, kind="stable")
    assert (np.diff(scores[worst_to_best]) >= 0).all()
    assert (scores.min(), scores.max()) == (0, pytest.approx(100))


@given(values=indicators)
def test_minmax_of_the_turned_scale_is_the_mirror_image(values):
    up = normalise.minmax(values, indicator="X", bounds=(1.0, 100.0))
    down = normalise.minmax(
        values, indicator="X", direction=Direction.LOWER_IS_BETTER, bounds=(1.0, 100.0)
    )

    np.testing.assert_allclose(up + down, 101.0)


@pytest.mark.parametrize("values", [[3.0, 3.0, np.nan], [np.nan, np.nan], [1.0]])
def test_minmax_refuses_an_indicator_without_range(values):
    with pytest.raises(IndexMethodError, match="fewer than two distinct values"):
        normalise.minmax(np.array(values), indicator="GERD")


@compiled
@given(scores=score_matrices, data=st.data())
def test_the_mean_lies_between_its_parts_and_the_geometric_below_the_arithmetic(scores, data):
    weights = data.draw(arrays.arrays(np.float64, scores.shape[0], elements=st.floats(0.1, 10)))
    arithmetic = aggregate.arithmetic(scores, weights=weights)
    geometric = aggregate.geometric(scores, weights=weights)

    known = ~np.isnan(scores).all(axis=0)
    assert (np.isnan(arithmetic) == ~known).all()
    assert (arithmetic[known] <= np.nanmax(scores[:, known], axis=0) + 1e-9).all()
    assert (geometric[known] >= np.nanmin(scores[:, known], axis=0) - 1e-9).all()
    assert (geometric[known] <= arithmetic[known] + 1e-9).all()


@compiled
@given(scores=score_matrices)
def test_a_missing_part_counts_as_if_it_were_not_there(scores):
    weights = np.arange(1.0, scores.shape[0] + 1)
    found = aggregate.arithmetic(scores, weights=weights)

    for unit, mean in enumerate(found):
        known = ~np.isnan(scores[:, unit])
        expected = (
            np.average(scores[known, unit], weights=weights[known]) if known.any() else np.nan
        )
        np.testing.assert_allclose(mean, expected)


def test_means_for_many_draws_are_those_of_each_draw():
    scores = np.array([[1.0, 50.0, np.nan], [20.0, 70.0, 3.0]])
    weights = np.array([[1.0, 1.0], [1.0, 3.0]])

    for mean in (aggregate.arithmetic, aggregate.geometric):
        both = mean(scores, weights=weights)
        np.testing.assert_array_equal(both[0], mean(scores, weights=weights[0]))
        np.testing.assert_array_equal(both[1], mean(scores, weights=weights[1]))


def test_a_part_without_weight_scores_nothing_alone():
    found = aggregate.arithmetic(
        np.array([[7.0, 7.0], [np.nan, 9.0]]), weights=np.array([0.0, 1.0])
    )

    np.testing.assert_array_equal(found, [np.nan, 9.0])


def test_a_score_of_zero_has_no_geometric_mean():
    with pytest.raises(IndexMethodError, match="no geometric mean") as refused:
        aggregate.geometric(np.array([[0.0], [5.0]]), weights=np.ones(2))

    assert "range = [1, 100]" in refused.value.fix


@compiled
@given(
    scores=arrays.arrays(
        np.float64, st.integers(1, 40), elements=st.one_of(st.integers(0, 9), st.just(np.nan))
    )
)
def test_ranks_count_the_units_that_are_better(scores):
    found = rank(scores)

    for unit, score in enumerate(scores):
        expected = 0 if np.isnan(score) else 1 + int((scores > score).sum())
        assert found[unit] == expected


def test_units_with_equal_indicators_tie_exactly_for_any_weights():
    generator = np.random.default_rng(3)
    column = generator.uniform(1, 100, size=(7, 1))
    scores = np.hstack([column] * 9)

    for drawn in generator.uniform(0.1, 3.0, size=(50, 7)):
        assert set(rank(aggregate.arithmetic(scores, weights=drawn))) == {1}
        assert set(rank(aggregate.geometric(scores, weights=drawn))) == {1}


def test_effective_weights_multiply_down_a_ragged_tree():
    framework = Framework(
        (
            Node(code="I", name_en="I"),
            Node(code="A", name_en="A", parent="I", weight=3),
            Node(code="B", name_en="B", parent="I", weight=1),
            Node(code="B1", name_en="B1", parent="B", weight=0.5),
            Node(code="B2", name_en="B2", parent="B", weight=1.5),
        )
    )

    assert weight.effective(framework) == {
        "I": 1.0,
        "A": 0.75,
        "B": 0.25,
        "B1": 0.0625,
        "B2": 0.1875,
    }
