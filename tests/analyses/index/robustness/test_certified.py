"""Certified ranks against cases worked by hand, brute force over vertices, and sampled weights."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armillary.analyses.index.rank import rank
from armillary.analyses.index.robustness import certified
from armillary.analyses.index.robustness.weight_set import WeightSet, rescaled
from armillary.errors import IndexMethodError

STEP = 1e-7  # far below the least lead that whole scores and weights in twentieths can make


def faces(weights):
    """The set of weights as rows a . w <= b."""
    n = len(weights.lower)
    rows = [(-np.eye(n)[i], -weights.lower[i]) for i in range(n)]
    rows += [(np.eye(n)[i], weights.upper[i]) for i in range(n)]
    rows += [(np.eye(n)[i] - limit * np.eye(n)[j], 0.0) for i, j, limit in weights.ratios]
    for members, low, high in weights.groups:
        inside = np.isin(np.arange(n), members).astype(float)
        rows += [(-inside, -low), (inside, high)]
    return np.array([a for a, _ in rows]), np.array([b for _, b in rows])


def vertices(rows, heights):
    """Where n - 1 of these planes meet with sum w = 1."""
    n = rows.shape[1]
    picked = np.array(list(combinations(range(len(rows)), n - 1)))
    matrices = np.concatenate([rows[picked], np.ones((len(picked), 1, n))], axis=1)
    right = np.concatenate([heights[picked], np.ones((len(picked), 1))], axis=1)
    sound = np.abs(np.linalg.det(matrices)) > 1e-9
    return np.linalg.solve(matrices[sound], right[sound][:, :, None])[:, :, 0]


def brute_force(scores, weights):
    """Best and worst ranks from all vertices where planes "a equals b" and faces meet.

    The number of units above is least at a vertex. It is greatest inside a cell; a vertex of the
    cell shrunk by a small step lies there.
    """
    a, b = faces(weights)
    found = []
    for u in range(scores.shape[1]):
        leads = np.delete(scores - scores[:, [u]], u, axis=1).T
        ends = []
        for step in (0.0, STEP):
            heights = np.full(len(leads), step)
            points = vertices(np.vstack([leads, a]), np.r_[heights, b])
            points = points[(points @ a.T <= b + 1e-11).all(axis=1)]
            ends.append(1 + (points @ leads.T > abs(step - 1e-11)).sum(axis=1))
        found.append((ends[0].min(), ends[1].max()))
    return np.array(found).T


def random_case(generator):
    n, units = generator.integers(2, 5), generator.integers(2, 8)
    scores = generator.integers(0, 11, size=(n, units)).astype(float)
    inside = np.bincount(generator.integers(0, n, size=20), minlength=n)
    lower = generator.integers(0, inside + 1) / 20
    upper = generator.integers(inside, 21) / 20
    ratios, groups = [], []
    if generator.random() < 0.3:
        i, j = generator.permutation(n)[:2]
        ratios.append((int(i), int(j), 1.0) if inside[i] <= inside[j] else (int(j), int(i), 1.0))
    if generator.random() < 0.3:
        members = tuple(range(int(generator.integers(1, n))))
        total = inside[list(members)].sum()
        groups.append((members, float(total) / 20, float(generator.integers(total, 21)) / 20))
    return scores, WeightSet(
        lower=tuple(lower), upper=tuple(upper), ratios=tuple(ratios), groups=tuple(groups)
    )


def test_a_case_of_two_pillars_worked_by_hand():
    # a scores 40 + 20 w, b 50, c 10 + 60 w for w in 0.3..0.7: a meets b at 0.5, c meets b at
    # 2/3 and a at 0.75.
    scores = np.array([[60.0, 50.0, 70.0], [40.0, 50.0, 10.0]])

    found = certified.ranks(scores, weights=WeightSet(lower=(0.3, 0.3), upper=(0.7, 0.7)))

    assert found.best.tolist() == [1, 1, 2]
    assert found.worst.tolist() == [2, 3, 3]
    assert found.necessary.astype(int).tolist() == [[0, 0, 1], [0, 0, 0], [0, 0, 0]]
    assert found.possible.astype(int).tolist() == [[0, 1, 1], [1, 0, 1], [0, 1, 0]]
    np.testing.assert_allclose(found.score_low, [46, 50, 28])
    np.testing.assert_allclose(found.score_high, [54, 50, 52])


def test_ties_share_the_better_rank():
    scores = np.array([[50.0, 50.0, 20.0, 80.0], [50.0, 50.0, 80.0, 20.0]])

    found = certified.ranks(scores, weights=WeightSet(lower=(0.5, 0.5), upper=(0.5, 0.5)))

    assert found.best.tolist() == found.worst.tolist() == [1, 1, 1, 1]
    assert not found.possible.any()


def test_a_best_rank_that_only_a_tie_gives_is_found():
    # b and c are above a on either side of equal weights; at equal weights all tie.
    scores = np.array([[50.0, 60.0, 40.0], [50.0, 40.0, 60.0]])

    found = certified.ranks(scores, weights=WeightSet(lower=(0.2, 0.2), upper=(0.8, 0.8)))

    assert (found.best[0], found.worst[0]) == (1, 2)
    np.testing.assert_allclose(found.best_weights[0], 0.5, atol=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_brute_force_over_vertices_agrees_on_every_case(seed):
    generator = np.random.default_rng(seed)

    for _ in range(25):
        scores, weights = random_case(generator)
        found = certified.ranks(scores, weights=weights)
        best, worst = brute_force(scores, weights)
        np.testing.assert_array_equal(found.best, best, err_msg=f"{scores} {weights}")
        np.testing.assert_array_equal(found.worst, worst, err_msg=f"{scores} {weights}")
        np.testing.assert_array_equal(found.best, found.best_bound)
        np.testing.assert_array_equal(found.worst, found.worst_bound)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    children=st.integers(2, 7),
    units=st.integers(2, 25),
    spread=st.floats(0.05, 0.6),
)
def test_sampled_ranks_never_leave_the_certified_interval(seed, children, units, spread):
    scores = np.random.default_rng(seed).uniform(0, 100, size=(children, units))
    given_weights = np.linspace(1, 2, children)
    weights = rescaled(given_weights * (1 - spread), given_weights * (1 + spread))
    u = np.random.default_rng(seed).uniform(-spread, spread, size=(400, children))
    drawn = given_weights * (1 + u)

    found = certified.ranks(scores, weights=weights)

    sampled = rank(drawn / drawn.sum(axis=1, keepdims=True) @ scores)
    assert (sampled >= found.best_bound).all()
    assert (sampled <= found.worst_bound).all()
    share = drawn / drawn.sum(axis=1, keepdims=True)
    assert (share >= np.array(weights.lower) - 1e-12).all()
    assert (share <= np.array(weights.upper) + 1e-12).all()


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), children=st.integers(3, 7), units=st.integers(2, 20))
def test_the_weights_returned_belong_to_the_set_and_give_the_ranks(seed, children, units):
    scores = np.random.default_rng(seed).uniform(0, 100, size=(children, units))
    weights = WeightSet(
        lower=(0.0,) * children,
        upper=(1.0,) * children,
        ratios=((1, 0, 1.0),),
        groups=(((0, 1), 0.2, 0.9),),
    )

    found = certified.ranks(scores, weights=weights)

    a, b = faces(weights)
    for ranks_, witnesses in (
        (found.best, found.best_weights),
        (found.worst, found.worst_weights),
    ):
        np.testing.assert_allclose(witnesses.sum(axis=1), 1.0, atol=1e-12)
        assert (witnesses @ a.T <= b + 1e-11).all()
        assert rank(witnesses @ scores).diagonal().tolist() == ranks_.tolist()


def test_weights_rescaled_after_drawing_are_a_smaller_set_than_their_bounds():
    weights = rescaled(np.array([1.0, 1.0, 1.0]), np.array([3.0, 3.0, 1.0]))

    np.testing.assert_allclose(weights.lower, [1 / 5, 1 / 5, 1 / 7])
    np.testing.assert_allclose(weights.upper, [3 / 5, 3 / 5, 1 / 3])
    assert (0, 1, 3.0) in weights.ratios
    assert (2, 0, 1.0) in weights.ratios


def test_units_that_lack_the_same_child_are_ranked_by_what_they_have():
    nan = np.nan
    both = np.array([[60.0, 50.0, 70.0], [40.0, 50.0, 10.0]])
    lacking = np.vstack([both, np.full(3, nan)])

    weights = WeightSet(lower=(0.24, 0.24, 0.2), upper=(0.56, 0.56, 0.2))
    found = certified.ranks(lacking, weights=weights)

    assert found.best.tolist() == [1, 1, 2]
    assert found.worst.tolist() == [2, 3, 3]
    np.testing.assert_allclose(found.score_high, [54, 50, 52])


def test_units_that_lack_different_children_are_ranked_where_their_scores_are_apart():
    scores = np.array([[60.0, 30.0, np.nan], [np.nan, 30.0, np.nan], [80.0, 20.0, np.nan]])
    weights = WeightSet(lower=(0.2, 0.2, 0.2), upper=(0.6, 0.6, 0.6))

    found = certified.ranks(scores, weights=weights)

    assert found.best.tolist() == found.worst.tolist() == [1, 2, 0]
    # 60 and 80 with weights of 0.2..0.6 each, together at most 0.8: 60 + 20 (1/4..3/4).
    np.testing.assert_allclose(found.score_low[0], 65)
    np.testing.assert_allclose(found.score_high[0], 75)
    assert np.isnan(found.best_weights[2]).all()


def test_units_that_lack_different_children_and_overlap_are_refused_by_name():
    scores = np.array([[60.0, 30.0], [np.nan, 90.0]])
    weights = WeightSet(lower=(0.2, 0.2), upper=(0.8, 0.8))

    with pytest.raises(IndexMethodError, match="change places: Chile and Peru"):
        certified.ranks(scores, weights=weights, units=("Chile", "Peru"))


def test_a_unit_that_may_lose_all_its_weight_is_refused():
    scores = np.array([[60.0, 30.0], [np.nan, 10.0]])

    with pytest.raises(IndexMethodError, match="no weight on what is present: unit 0"):
        certified.ranks(scores, weights=WeightSet(lower=(0.0, 0.0), upper=(1.0, 1.0)))


@pytest.mark.parametrize(
    "weights",
    [
        WeightSet(lower=(0.6, 0.6), upper=(1.0, 1.0)),
        WeightSet(lower=(0.0, 0.0), upper=(0.4, 0.4)),
        WeightSet(lower=(0.7, 0.0), upper=(1.0, 1.0), ratios=((0, 1, 1.0),)),
        WeightSet(lower=(0.0, 0.0), upper=(1.0, 0.5), groups=(((0,), 0.0, 0.3),)),
    ],
)
def test_an_empty_set_of_weights_is_refused(weights):
    with pytest.raises(IndexMethodError, match="No weights satisfy"):
        certified.ranks(np.array([[1.0, 2.0], [2.0, 1.0]]), weights=weights)


def test_a_search_out_of_budget_says_what_it_has_not_proved():
    scores = np.random.default_rng(1).uniform(0, 100, size=(6, 40))
    weights = WeightSet(lower=(0.0,) * 6, upper=(1.0,) * 6)

    full = certified.ranks(scores, weights=weights)
    short = certified.ranks(scores, weights=weights, budget=1)

    np.testing.assert_array_equal(full.best, full.best_bound)
    assert (short.best_bound <= full.best).all()
    assert (short.best >= full.best).all()
    assert (short.worst_bound >= full.worst).all()
    assert (short.worst <= full.worst).all()
    assert (short.best > short.best_bound).any()


@pytest.mark.parametrize(
    ("scores", "options", "message"),
    [
        (np.full((2, 3), np.nan), {}, "no unit has a score"),
        (np.array([[1.0, np.inf], [1.0, 2.0]]), {}, "infinite"),
        (np.array([[1.0, 2.0], [1.0, 2.0]]), {"tie": 0.0}, "below what rounding"),
        (np.ones((3, 2)), {}, "do not fit 3 children"),
    ],
)
def test_meaningless_input_is_refused(scores, options, message):
    weights = WeightSet(lower=(0.2, 0.2), upper=(0.8, 0.8))

    with pytest.raises(IndexMethodError, match=message):
        certified.ranks(scores, weights=weights, **options)


def test_bounds_that_leave_no_weight_are_refused():
    with pytest.raises(IndexMethodError, match="do not leave every weight above 0"):
        rescaled(np.array([0.0, 1.0]), np.array([1.0, 2.0]))
