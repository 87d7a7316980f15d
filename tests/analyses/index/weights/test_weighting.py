"""Weights from data and by search: cases worked by hand, properties and brute force."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from armillary.analyses.index.weights import components, importance, weighting
from armillary.errors import IndexMethodError

properties = settings(deadline=None, max_examples=25)


def with_correlations(correlations, *, spread=None, units=40, seed=1):
    """Scores whose sample correlations are exactly those given."""
    size = len(correlations)
    drawn = np.random.default_rng(seed).normal(size=(size, units))
    drawn -= drawn.mean(axis=1, keepdims=True)
    white = np.linalg.solve(np.linalg.cholesky(np.cov(drawn)), drawn)
    scores = np.linalg.cholesky(np.array(correlations)) @ white
    return 50 + scores * (np.ones(size) if spread is None else np.array(spread))[:, None]


def one_factor(loadings):
    matrix = np.outer(loadings, loadings)
    np.fill_diagonal(matrix, 1.0)
    return matrix


def test_equal_weights_sum_to_one_and_need_a_child():
    np.testing.assert_array_equal(weighting.equal(4), [0.25] * 4)
    with pytest.raises(IndexMethodError, match="0 children"):
        weighting.equal(0)


def test_the_first_component_of_an_equal_pair_with_a_stranger_is_worked_by_hand():
    # eigenvalues 1.6, 1, 0.4; the first vector is (1, 1, 0) / root 2
    scores = with_correlations([[1, 0.6, 0], [0.6, 1, 0], [0, 0, 1]], spread=[1, 9, 4])

    found = weighting.principal_components(scores, components="first")

    np.testing.assert_allclose(found.weights, [0.5, 0.5, 0], atol=1e-12)
    np.testing.assert_allclose(found.components.eigenvalues, [1.6, 1.0, 0.4], rtol=1e-12)
    np.testing.assert_allclose(found.components.loadings[:, 0], [0.8**0.5] * 2 + [0], atol=1e-12)


def test_rotated_components_give_each_block_its_share_of_the_variance():
    # two blocks apart: loadings root 0.9 twice, root 0.7 twice
    block = np.eye(4)
    block[0, 1] = block[1, 0] = 0.8
    block[2, 3] = block[3, 2] = 0.4

    found = weighting.principal_components(with_correlations(block), components="kaiser")

    np.testing.assert_allclose(found.components.variances, [1.8, 1.4], rtol=1e-9)
    np.testing.assert_allclose(found.weights, np.array([0.9, 0.9, 0.7, 0.7]) / 3.2, rtol=1e-9)


def test_varimax_undoes_a_rotation_away_from_simple_structure():
    simple = np.array([[0.9, 0], [0.8, 0], [0.7, 0], [0, 0.8], [0, 0.6]])
    for angle in (0.3, 1.1, 2.5):
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])

        np.testing.assert_allclose(components.varimax(simple @ turn), simple, atol=1e-9)


@properties
@given(
    loadings=arrays.arrays(
        np.float64, st.tuples(st.integers(3, 6), st.just(2)), elements=st.floats(-1, 1)
    )
)
def test_no_rotation_in_the_plane_is_simpler_than_varimax(loadings):
    lengths = np.sqrt((loadings**2).sum(axis=1, keepdims=True))
    assume((lengths > 0.1).all())

    def simplicity(turned):
        return ((turned / lengths) ** 2).var(axis=0).sum()

    found = simplicity(components.varimax(loadings))
    for angle in np.linspace(0, np.pi / 2, 91):
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        assert simplicity(loadings @ turn) <= found + 1e-9


def test_principal_axes_recover_the_loadings_that_made_the_correlations():
    loadings = np.array([0.9, 0.8, 0.6, 0.5, 0.3])
    scores = with_correlations(one_factor(loadings), spread=[1, 5, 2, 10, 1])

    found = weighting.factor(scores)

    np.testing.assert_allclose(found.components.loadings[:, 0], loadings, atol=1e-8)
    np.testing.assert_allclose(found.weights, loadings**2 / (loadings**2).sum(), atol=1e-8)


def test_principal_axes_recover_two_factors():
    loadings = np.array([[0.9, 0], [0.8, 0], [0.7, 0], [0, 0.8], [0, 0.7], [0, 0.6]])
    matrix = loadings @ loadings.T
    np.fill_diagonal(matrix, 1.0)

    found = weighting.factor(with_correlations(matrix), factors=2)

    np.testing.assert_allclose(found.components.loadings, loadings, atol=1e-7)


def test_a_factor_that_would_explain_more_than_a_child_has_is_refused():
    # one factor would need squared loading 0.9 x 0.9 / 0.4 > 1 on the first
    matrix = np.array([[1, 0.9, 0.9], [0.9, 1, 0.65], [0.9, 0.65, 1]])

    with pytest.raises(IndexMethodError, match="Heywood"):
        weighting.factor(with_correlations(matrix))
    with pytest.raises(IndexMethodError, match="3 factors"):
        weighting.factor(with_correlations(matrix), factors=3)


def test_units_with_a_gap_are_left_out_and_counted():
    scores = with_correlations([[1, 0.6], [0.6, 1]])
    gappy = np.column_stack([scores, [np.nan, 5.0], [1e6, np.nan]])

    found = weighting.principal_components(gappy, components="first")

    assert found.components.units == 40
    np.testing.assert_allclose(found.components.eigenvalues, [1.6, 0.4], rtol=1e-12)


def test_what_cannot_correlate_is_refused():
    with pytest.raises(IndexMethodError, match="2 of 3 units have every child"):
        weighting.critic(np.array([[1.0, 2.0, 3.0], [2.0, 1.0, np.nan]]))
    with pytest.raises(IndexMethodError, match="Child 1 is the same"):
        weighting.principal_components(
            np.array([[1.0, 2.0, 3.0], [2.0, 2.0, 2.0]]), components="first"
        )
    with pytest.raises(IndexMethodError, match="'all'"):
        weighting.principal_components(np.eye(3), components="all")


def test_entropy_weights_are_worked_by_hand():
    # shares 1/2, 1/2 tell nothing; 1, 0 tell all; 3/4, 1/4 tell 1 - H / ln 2
    values = np.array([[5.0, 5.0], [7.0, 0.0], [3.0, 1.0]])
    told = 1 + (0.75 * np.log(0.75) + 0.25 * np.log(0.25)) / np.log(2)

    found = weighting.entropy(values)

    np.testing.assert_allclose(found, np.array([0, 1, told]) / (1 + told), atol=1e-12)


def test_entropy_leaves_gaps_out_child_by_child():
    values = np.array([[7.0, 0.0, np.nan], [3.0, np.nan, 3.0]])

    np.testing.assert_allclose(weighting.entropy(values), [1, 0], atol=1e-12)


@pytest.mark.parametrize("values", [[[1.0, -1.0]], [[0.0, 0.0]], [[1.0, np.nan]]])
def test_values_without_entropy_are_refused(values):
    with pytest.raises(IndexMethodError, match="no entropy"):
        weighting.entropy(np.array(values))


def test_values_that_tell_nothing_are_refused():
    with pytest.raises(IndexMethodError, match="nothing to weight by"):
        weighting.entropy(np.full((2, 3), 0.1))
    with pytest.raises(IndexMethodError, match="nothing to weight by"):
        weighting.critic(np.array([[1.0, 2.0, 4.0], [1.0, 2.0, 4.0]]))


def test_critic_weights_are_worked_by_hand():
    # spread 1, 2, 1; conflict (0.4 + 1), (0.4 + 1), (1 + 1)
    scores = with_correlations([[1, 0.6, 0], [0.6, 1, 0], [0, 0, 1]], spread=[1, 2, 1])

    found = weighting.critic(scores)

    np.testing.assert_allclose(found, np.array([1.4, 2.8, 2.0]) / 6.2, rtol=1e-9)


@pytest.mark.parametrize(
    "weigh",
    [
        lambda scores: weighting.principal_components(scores, components="first").weights,
        lambda scores: weighting.principal_components(scores, components="kaiser").weights,
        lambda scores: weighting.factor(scores).weights,
        weighting.entropy,
        weighting.critic,
        lambda scores: weighting.optimised(scores, wanted=np.ones(1)).weights,
        lambda scores: weighting.infomax(scores).weights,
    ],
    ids=["first", "kaiser", "factor", "entropy", "critic", "optimised", "infomax"],
)
def test_a_child_alone_in_its_group_takes_all_the_weight(weigh):
    np.testing.assert_allclose(weigh(np.array([[1.0, 5.0, 3.0, np.nan]])), [1.0], rtol=1e-12)


def test_importances_of_uncorrelated_children_are_their_weights_over_the_spread():
    scores = with_correlations(np.eye(2))

    found = importance.importances(scores, weights=np.array([3.0, 4.0]), measure="correlation")
    squared = importance.importances(
        scores, weights=np.array([3.0, 4.0]), measure="squared_correlation"
    )

    np.testing.assert_allclose(found, [0.6, 0.8], rtol=1e-9)
    np.testing.assert_allclose(squared, [0.36, 0.64], rtol=1e-9)


@pytest.mark.parametrize(
    ("measure", "expected"), [("correlation", [0.25, 0.75]), ("squared_correlation", [1, 3**0.5])]
)
def test_uncorrelated_children_get_the_weights_that_follow_from_what_is_wanted(measure, expected):
    scores = with_correlations(np.eye(2), spread=[1.0, 1.0])

    found = importance.optimised(scores, wanted=np.array([1.0, 3.0]), measure=measure)

    np.testing.assert_allclose(found.weights, np.array(expected) / np.sum(expected), atol=1e-7)
    assert found.converged
    assert found.residual < 1e-7


@properties
@given(seed=st.integers(0, 10_000))
def test_a_balance_that_some_weights_have_is_found_again(seed):
    generator = np.random.default_rng(seed)
    scores = generator.normal(size=(3, 30)) + 0.7 * generator.normal(size=30)
    hidden = generator.dirichlet(np.full(3, 5.0))
    reached = importance.importances(scores, weights=hidden, measure="squared_correlation")

    found = importance.optimised(scores, wanted=reached, measure="squared_correlation")

    assert found.converged
    assert found.residual < 1e-6
    assert (found.weights >= 0).all()
    assert found.weights.sum() == pytest.approx(1)


@pytest.mark.parametrize("wanted", [[1, 1, 1], [1, 1, 6], [5, 1, 1]])
def test_no_weights_of_a_fine_grid_come_nearer_to_what_is_wanted(wanted):
    matrix = [[1, 0.8, -0.3], [0.8, 1, -0.2], [-0.3, -0.2, 1]]
    scores = with_correlations(matrix)
    target = np.array(wanted) / np.sum(wanted)

    found = importance.optimised(scores, wanted=np.array(wanted, dtype=float))

    grid = np.array([(a, b, 60 - a - b) for a in range(61) for b in range(61 - a)]) / 60
    for weights in grid:
        reached = np.array(matrix) @ weights
        if reached.sum() > 1e-9:
            gap = reached / reached.sum() - target
            assert gap @ gap >= found.objective - 1e-9
    np.testing.assert_allclose(
        found.importances,
        importance.importances(scores, weights=found.weights, measure="correlation"),
    )
    assert found.converged


def test_weight_stays_within_its_group():
    scores = with_correlations(np.eye(4))
    groups = np.array([0, 1, 0, 1])

    found = importance.optimised(
        scores, wanted=np.array([1.0, 1, 3, 1]), groups=groups, group_weights=np.array([3.0, 1.0])
    )
    most = importance.infomax(scores, groups=groups, group_weights=np.array([3.0, 1.0]))

    for weights in (found.weights, most.weights):
        np.testing.assert_allclose([weights[::2].sum(), weights[1::2].sum()], [0.75, 0.25])
    np.testing.assert_allclose(most.weights, [0.375, 0.125, 0.375, 0.125], atol=1e-6)


def test_the_most_telling_weights_of_one_group_are_the_inverse_spreads():
    # the sum of correlations is largest for the mean of the standardised children
    matrix = np.array([[1, 0.5, 0.1], [0.5, 1, 0.3], [0.1, 0.3, 1]])
    spread = np.array([1.0, 2.0, 4.0])

    found = importance.infomax(with_correlations(matrix, spread=spread))

    np.testing.assert_allclose(found.weights, (1 / spread) / (1 / spread).sum(), atol=1e-6)
    assert found.objective == pytest.approx(np.sqrt(matrix.sum()), abs=1e-9)
    assert found.converged


def test_the_same_seed_gives_the_same_weights():
    scores = with_correlations([[1, 0.8, -0.3], [0.8, 1, -0.2], [-0.3, -0.2, 1]])
    one = importance.optimised(scores, wanted=np.ones(3), seed=3)
    two = importance.optimised(scores, wanted=np.ones(3), seed=3)

    np.testing.assert_array_equal(one.weights, two.weights)


def test_an_index_that_cancels_out_is_refused():
    with pytest.raises(IndexMethodError, match="the same for every unit"):
        importance.importances(
            np.array([[1.0, 2.0, 4.0], [4.0, 3.0, 1.0]]),
            weights=np.ones(2),
            measure="correlation",
        )


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ({"wanted": [1.0]}, "do not fit 2 children"),
        ({"wanted": [1.0, 0.0]}, "do not fit 2 children"),
        ({"wanted": [1.0, 1.0], "groups": [0, 2]}, "Groups"),
        ({"wanted": [1.0, 1.0], "groups": [0, 1], "group_weights": [1.0]}, "Groups"),
        ({"wanted": [1.0, 1.0], "starts": 0}, "0 starting points"),
        ({"wanted": [1.0, 1.0], "measure": "covariance"}, "'covariance'"),
    ],
)
def test_searches_that_cannot_be_are_refused(asked, problem):
    given_arrays = {
        name: np.array(value) if isinstance(value, list) else value for name, value in asked.items()
    }
    with pytest.raises(IndexMethodError, match=problem):
        importance.optimised(with_correlations(np.eye(2)), **given_arrays)
