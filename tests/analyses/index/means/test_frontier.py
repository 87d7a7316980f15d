"""Benefit of the doubt: cases worked by hand, properties, and every vertex of small problems."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from armillary.analyses.index.means import frontier, frontier_direction, frontier_kernel
from armillary.analyses.index.means.pie_shares import pie_shares
from armillary.errors import IndexMethodError

positive = arrays.arrays(
    np.float64,
    st.tuples(st.integers(2, 3), st.integers(2, 8)),
    elements=st.floats(1, 100).map(lambda x: round(x, 1)),
)
properties = settings(deadline=None, max_examples=15)


def best_vertex(own, rivals, rows, box=None):
    """Try every vertex of the weights allowed and take the best."""
    children = len(own)
    walls = [(r, 1.0) for r in rivals] + [(r, 0.0) for r in rows]
    low, high = box if box is not None else (np.zeros(children), np.full(children, np.inf))
    for c in range(children):
        walls.append((-np.eye(children)[c], -low[c]))
        if np.isfinite(high[c]):
            walls.append((np.eye(children)[c], high[c]))
    left = np.array([wall for wall, _ in walls])
    right = np.array([level for _, level in walls])
    best = -np.inf
    for chosen in combinations(range(len(walls)), children):
        corner = left[list(chosen)]
        if abs(np.linalg.det(corner)) > 1e-10:
            weights = np.linalg.solve(corner, right[list(chosen)])
            if (left @ weights <= right + 1e-9).all():
                best = max(best, own @ weights)
    return best


def test_two_children_are_worked_by_hand():
    # A and B span the frontier w1 4 + w2 1 = w1 1 + w2 4 = 1: w = (0.2, 0.2) for C
    scores = np.array([[4.0, 1.0, 2.0], [1.0, 4.0, 1.5]])

    found = frontier.benefit_of_the_doubt(scores)

    np.testing.assert_allclose(found.scores, [1, 1, 0.7], rtol=1e-9)
    np.testing.assert_allclose(found.weights[:, 2], [0.2, 0.2], rtol=1e-9)
    np.testing.assert_allclose(found.shares[:, 2], [0.4 / 0.7, 0.3 / 0.7], rtol=1e-9)
    # C = 0.7 of a mixture: 4a + b = 2, a + 4b = 1.5
    np.testing.assert_allclose(found.peers[2], [6.5 / 15, 4 / 15, 0], rtol=1e-9)


def test_pie_shares_are_worked_by_hand():
    # equal shares: w1 y1 = w2 y2. A: w (1/8, 1/2) x t is capped by B, 0.125 + 2 = 2.125
    scores = np.array([[4.0, 1.0], [1.0, 4.0]])

    found = frontier.benefit_of_the_doubt(scores, lowest_share=0.5)

    np.testing.assert_allclose(found.scores, [1 / 2.125, 1 / 2.125], rtol=1e-9)
    np.testing.assert_allclose(found.shares, 0.5, rtol=1e-9)


def test_a_missing_child_is_dropped_for_the_unit_and_kept_in_its_rivals():
    # B is scored on the first child alone, 2 of the 4 of A; C on both, B counting with 2 w1
    scores = np.array([[4.0, 2.0, 1.0], [1.0, np.nan, 2.0]])

    found = frontier.benefit_of_the_doubt(scores)

    np.testing.assert_allclose(found.scores, [1, 0.5, 1], rtol=1e-9)
    assert np.isnan(found.weights[1, 1])
    assert found.shares[0, 1] == pytest.approx(1)


def test_a_unit_without_any_child_has_no_score():
    found = frontier.benefit_of_the_doubt(np.array([[4.0, np.nan], [1.0, np.nan]]))

    np.testing.assert_allclose(found.scores, [1, np.nan])


@properties
@given(scores=positive, data=st.data())
def test_the_score_is_that_of_the_best_vertex(scores, data):
    children = len(scores)
    lowest = data.draw(st.sampled_from([None, 0.0, 0.1, 1 / 3]))
    highest = data.draw(st.sampled_from([None, 0.5, 0.8]))
    found = frontier.benefit_of_the_doubt(scores, lowest_share=lowest, highest_share=highest)
    limits = pie_shares(children, lowest=lowest, highest=highest)

    for unit, score in enumerate(found.scores):
        rows = limits.rows(scores[:, unit])
        assert score == pytest.approx(best_vertex(scores[:, unit], scores.T, rows), abs=1e-8)


@properties
@given(scores=positive)
def test_the_score_within_a_box_of_weights_is_that_of_the_best_vertex(scores):
    low = np.full(len(scores), 0.2 / scores.sum(axis=0).max())
    high = np.full(len(scores), 1.5 / scores.sum(axis=0).max())
    found = frontier.benefit_of_the_doubt(scores, weights_box=(low, high))

    for unit, score in enumerate(found.scores):
        expected = best_vertex(scores[:, unit], scores.T, [], box=(low, high))
        assert score == pytest.approx(expected, abs=1e-8)
    assert (found.weights >= low[:, None] * (1 - 1e-7)).all()
    assert (found.weights <= high[:, None] * (1 + 1e-7)).all()


@properties
@given(scores=positive)
def test_a_unit_best_on_a_child_scores_one_and_its_peers_prove_every_score(scores):
    found = frontier.benefit_of_the_doubt(scores)

    best = scores == scores.max(axis=1, keepdims=True)
    np.testing.assert_allclose(found.scores[best.any(axis=0)], 1.0, atol=1e-8)
    # no weights exceed 1 for any unit, and mixtures of peers worth the score match each unit
    assert (np.einsum("cu,cv->uv", found.weights, scores) <= 1 + 1e-7).all()
    np.testing.assert_allclose(found.peers.sum(axis=1), found.scores, atol=1e-7)
    assert (scores @ found.peers.T >= scores * (1 - 1e-7)).all()
    np.testing.assert_allclose(found.shares.sum(axis=0), 1.0)


@properties
@given(scores=positive, factor=st.floats(1e-6, 1e6))
def test_the_unit_of_a_child_changes_no_score(scores, factor):
    scaled = scores.copy()
    scaled[0] *= factor

    np.testing.assert_allclose(
        frontier.benefit_of_the_doubt(scaled, highest_share=0.7).scores,
        frontier.benefit_of_the_doubt(scores, highest_share=0.7).scores,
        atol=1e-8,
    )


@properties
@given(scores=positive)
def test_one_more_unit_raises_no_score_and_bounds_raise_none(scores):
    free = frontier.benefit_of_the_doubt(scores)
    bounded = frontier.benefit_of_the_doubt(scores, lowest_share=0.1, highest_share=0.8)
    fewer = frontier.benefit_of_the_doubt(scores[:, :-1])

    assert (free.scores[:-1] <= fewer.scores + 1e-8).all()
    assert (bounded.scores <= free.scores + 1e-8).all()
    assert (bounded.shares >= 0.1 - 1e-7).all()
    assert (bounded.shares <= 0.8 + 1e-7).all()


@properties
@given(scores=positive, value=st.floats(0, 200))
def test_a_gap_in_a_rival_gives_others_at_least_what_any_value_would(scores, value):
    gappy, filled = scores.copy(), scores.copy()
    gappy[0, 0], filled[0, 0] = np.nan, value

    upper = frontier.benefit_of_the_doubt(gappy).scores[1:]

    assert (frontier.benefit_of_the_doubt(filled).scores[1:] <= upper + 1e-8).all()


def test_pie_shares_of_children_present_keep_room_and_can_be_met():
    limits = pie_shares(7, lowest=0.05, highest=0.2)
    uneven = pie_shares(3, lowest=np.array([0.6, 0.1, 0.0]), highest=np.array([0.9, 0.2, 0.2]))
    present = np.array([True] * 5 + [False] * 2)

    np.testing.assert_allclose(limits.among(present).lowest, 0.07)
    np.testing.assert_allclose(limits.among(present).highest, 0.28)
    for chosen in product([True, False], repeat=3):
        if any(chosen):
            kept = uneven.among(np.array(chosen))
            assert kept.lowest.sum() <= 1 + 1e-12 <= kept.highest.sum() + 2e-12


@pytest.mark.parametrize(
    ("lowest", "highest", "problem"),
    [
        (0.4, None, "lowest shares of 3 children sum to 1.2"),
        (None, 0.3, "highest shares of 3 children sum to 0.9"),
        (0.3, 0.2, "are no bounds"),
        (-0.1, None, "are no bounds"),
        (np.array([0.1, 0.2]), None, "do not fit 3 children"),
    ],
)
def test_shares_no_score_can_have_are_refused(lowest, highest, problem):
    with pytest.raises(IndexMethodError, match=problem):
        frontier.benefit_of_the_doubt(np.ones((3, 2)), lowest_share=lowest, highest_share=highest)


def test_a_share_asked_of_a_child_at_zero_is_refused():
    with pytest.raises(IndexMethodError, match="Unit 1 scores 0"):
        frontier.benefit_of_the_doubt(np.array([[4.0, 0.0], [1.0, 4.0]]), lowest_share=0.1)
    with pytest.raises(IndexMethodError, match="Unit 1 scores 0"):
        frontier.benefit_of_the_doubt(np.array([[4.0, 0.0], [1.0, 4.0]]), highest_share=0.9)


def test_boxes_that_cannot_be_kept_are_refused_with_the_unit_that_breaks_them():
    scores = np.array([[4.0, 1.0], [1.0, 4.0]])
    least, most = np.array([0.3, 0.0]), np.array([1.0, 1.0])

    with pytest.raises(IndexMethodError, match=r"unit 0 scores 1\.2"):
        frontier.benefit_of_the_doubt(scores, weights_box=(least, most))
    with pytest.raises(IndexMethodError, match="no bounds"):
        frontier.benefit_of_the_doubt(scores, weights_box=(most, least))
    with pytest.raises(IndexMethodError, match="No weights of unit 0 meet all"):
        frontier.benefit_of_the_doubt(
            scores, weights_box=(np.array([0.2, 0.0]), most), highest_share=0.5
        )


def test_scores_below_zero_are_refused():
    with pytest.raises(IndexMethodError, match="no frontier can be drawn") as refused:
        frontier.benefit_of_the_doubt(np.array([[-4.0, 1.0]]))

    assert "1 scores below 0" in refused.value.where


@pytest.mark.parametrize("size", [1, 2])
@pytest.mark.parametrize("lowest", [None, 0.2])
def test_robust_scores_are_means_over_all_samples(size, lowest):
    scores = np.array([[4.0, 1.0, 2.0], [1.0, 4.0, 1.5]])
    rows = pie_shares(2, lowest=lowest, highest=None)

    found = frontier.robust(
        scores, sample_size=size, replicates=20_000, seed=7, lowest_share=lowest
    )

    for unit in range(3):
        own = scores[:, unit]
        exact = np.mean([
            best_vertex(own, scores.T[list(sample)], rows.rows(own))
            for sample in product(range(3), repeat=size)
        ])  # fmt: skip
        assert abs(found.scores[unit] - exact) < 4 * found.standard_errors[unit] + 1e-12


def test_robust_scores_against_large_samples_are_the_plain_scores():
    scores = np.random.default_rng(4).uniform(1, 100, size=(4, 12))
    scores[2, 5] = np.nan

    found = frontier.robust(scores, sample_size=400, replicates=3, seed=1, highest_share=0.6)
    alone = frontier.robust(scores, sample_size=1, replicates=50, seed=1, highest_share=0.6)

    complete = np.delete(scores, 5, axis=1)
    plain = frontier.benefit_of_the_doubt(complete, highest_share=0.6).scores
    np.testing.assert_allclose(np.delete(found.scores, 5), plain, rtol=1e-7)
    assert (alone.scores > 1).any()


@properties
@given(scores=positive, data=st.data())
def test_the_compiled_simplex_is_the_solver(scores, data):
    lowest = data.draw(st.sampled_from([None, 0.1, 1 / 3]))
    limits = pie_shares(len(scores), lowest=lowest, highest=0.8)
    plain = frontier.benefit_of_the_doubt(scores, lowest_share=lowest, highest_share=0.8)
    every = np.arange(scores.shape[1])[None]

    for unit, score in enumerate(plain.scores):
        out = np.empty(1)
        ratios = np.ascontiguousarray((scores / scores[:, [unit]]).T)
        rows = limits.rows(np.ones(len(scores)))
        frontier_kernel.scores_against(ratios, every, rows, out)
        assert out[0] == pytest.approx(score, abs=1e-8)


def test_robust_samples_repeat_with_the_seed_and_refuse_what_has_no_bound():
    scores = np.array([[4.0, 1.0, 2.0], [1.0, 4.0, 1.5]])
    one = frontier.robust(scores, sample_size=2, replicates=10, seed=3)
    two = frontier.robust(scores, sample_size=2, replicates=10, seed=3)
    other = frontier.robust(scores, sample_size=2, replicates=10, seed=4)

    np.testing.assert_array_equal(one.scores, two.scores)
    assert (one.scores != other.scores).any()
    with pytest.raises(IndexMethodError, match="without a bound"):
        frontier.robust(scores - 1, sample_size=2, replicates=10, seed=3)
    with pytest.raises(IndexMethodError, match="samples of 0 units"):
        frontier.robust(scores, sample_size=0, replicates=10, seed=3)


def test_a_direction_with_a_bad_is_worked_by_hand():
    # goods 4, 2, 2 and bads 2, 2, 4; one step is one good more and one bad less
    scores = np.array([[4.0, 2.0, 2.0], [2.0, 2.0, 4.0]])

    found = frontier_direction.directional(
        scores, direction=np.ones(2), bads=np.array([False, True])
    )

    # B against t of A: 4t = 2 + d and 2t = 2 - d; C against the whole of A
    np.testing.assert_allclose(found.distances, [0, 2 / 3, 2], atol=1e-9)
    np.testing.assert_allclose(found.scores, [1, 0.6, 1 / 3], atol=1e-9)
    np.testing.assert_allclose(found.peers[1], [2 / 3, 0, 0], atol=1e-9)


@properties
@given(scores=positive)
def test_a_direction_along_the_own_scores_gives_benefit_of_the_doubt(scores):
    np.testing.assert_allclose(
        frontier_direction.directional(scores, direction=scores).scores,
        frontier.benefit_of_the_doubt(scores).scores,
        atol=1e-8,
    )


@properties
@given(scores=positive)
def test_peers_reach_where_the_distance_ends_and_double_steps_halve_it(scores):
    bads = np.arange(len(scores)) == 0
    steps = np.linspace(1.0, 2.0, len(scores))

    found = frontier_direction.directional(scores, direction=steps, bads=bads)
    halved = frontier_direction.directional(scores, direction=2 * steps, bads=bads)

    reached = scores @ found.peers.T
    moved = scores + found.distances * steps[:, None] * np.where(bads, -1, 1)[:, None]
    assert (reached[bads] <= moved[bads] + 1e-5).all()
    assert (reached[~bads] >= moved[~bads] - 1e-5).all()
    assert (found.peers.sum(axis=1) <= 1 + 1e-7).all()
    np.testing.assert_allclose(halved.distances, found.distances / 2, atol=1e-7)


def test_a_rival_whose_bad_is_missing_sets_no_bound():
    scores = np.array([[4.0, 2.0], [np.nan, 2.0]])
    bads = np.array([False, True])

    found = frontier_direction.directional(scores, direction=np.ones(2), bads=bads)

    np.testing.assert_allclose(found.distances, [0, 0], atol=1e-9)


def test_a_unit_with_nowhere_to_go_and_steps_that_do_not_fit_are_refused():
    scores = np.array([[4.0, 2.0], [2.0, np.nan]])

    with pytest.raises(IndexMethodError, match="Unit 1 has no child to move along"):
        frontier_direction.directional(scores, direction=np.array([0.0, 1.0]))
    with pytest.raises(IndexMethodError, match="do not fit"):
        frontier_direction.directional(scores, direction=np.ones(3))
    with pytest.raises(IndexMethodError, match="give no distance"):
        frontier_direction.directional(scores, direction=np.array([1.0, -1.0]))
