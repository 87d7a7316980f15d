"""Ranks given missing data: worked by hand, and against scores that were hidden."""

from __future__ import annotations

import numpy as np
import pytest

from armillary.analyses.index.missing.missing_ranks import (
    ScoreCalibration,
    calibrate_scores,
    ranks_given_missing,
)
from armillary.analyses.index.missing.multiple_imputation import draws
from armillary.analyses.index.rank import rank
from armillary.errors import IndexMethodError

NORMAL = 1.6448536269514722  # two-sided 90 %


def plain(units, *, factor=NORMAL):
    return ScoreCalibration(0.9, np.full(units, factor))


def mean(values):
    return values.mean(axis=0)


def impute(values):
    return draws(values, number=15, parameter_draws=3, seed=1, tolerance=1e-2, transform="none")


def related(leaves, units, *, seed, noise=0.8):
    generator = np.random.default_rng(seed)
    return generator.normal(size=units) + noise * generator.normal(size=(leaves, units))


# Unit B lacks one value; the draws give it scores 1, 3, 3, 5 against 2 (A) and 4 (C).
def test_a_case_worked_by_hand():
    values = np.array([[2.0, np.nan, 4.0]])
    drawn = np.array([[[2.0, b, 4.0]] for b in (1.0, 3.0, 3.0, 5.0)])

    found = ranks_given_missing(mean, values, draws=drawn, calibration=plain(3))

    np.testing.assert_array_equal(found.rank_median, [2.5 + 0.5, 2.0, 1.0])
    np.testing.assert_array_equal(found.rank_low, [2, 1, 1])
    np.testing.assert_array_equal(found.rank_high, [3, 3, 2])
    np.testing.assert_allclose(found.beats, [[0.5, 0.25, 0.0], [0.75, 0.5, 0.25], [1.0, 0.75, 0.5]])
    np.testing.assert_allclose(found.score, [2.0, 3.0, 4.0])
    deviation = np.sqrt(8 / 3)
    np.testing.assert_allclose(found.score_low, [2, 3 - NORMAL * deviation, 4])
    np.testing.assert_allclose(found.score_high, [2, 3 + NORMAL * deviation, 4])
    np.testing.assert_array_equal(found.missing_share, [1.0, 1.0, 1.0])


def test_ties_count_half_and_what_never_moves_has_no_share():
    values = np.array([[2.0, np.nan, 9.0]])
    drawn = np.array([[[2.0, b, 9.0]] for b in (2.0, 2.0)])

    found = ranks_given_missing(mean, values, draws=drawn, calibration=plain(3))

    assert found.beats[0, 1] == found.beats[1, 0] == 0.5
    np.testing.assert_array_equal(found.missing_share, [0.0, 0.0, 0.0])


def test_a_wider_calibration_moves_the_ranks_of_draws_apart():
    values = np.array([[2.0, np.nan, 4.0]])
    drawn = np.array([[[2.0, b, 4.0]] for b in (2.5, 3.0, 3.5)])

    narrow = ranks_given_missing(mean, values, draws=drawn, calibration=plain(3))
    wide = ranks_given_missing(mean, values, draws=drawn, calibration=plain(3, factor=4 * NORMAL))

    np.testing.assert_array_equal(narrow.rank_high - narrow.rank_low, [0, 0, 0])
    assert (wide.rank_low[1], wide.rank_high[1]) == (1, 3)
    np.testing.assert_allclose(wide.score_high[1] - wide.score_low[1], 8 * NORMAL * 0.5)


# Replicates move scores by +-1 for A alone, draws move B: the variances of the two ranks follow.
def test_the_share_is_that_of_a_full_enumeration():
    generator = np.random.default_rng(1)
    values = np.array([[0.0, np.nan, 1.0, 0.5]])
    drawn = np.array([[[0.0, b, 1.0, 0.5]] for b in generator.normal(0.5, 1, size=200)])
    shifts = generator.normal(0, 0.7, size=(50, 4))

    def score_of(one):
        return one.mean(axis=0) + shifts

    found = ranks_given_missing(score_of, values, draws=drawn, calibration=plain(4))

    ranks = np.array([[rank(row) for row in score_of(d)] for d in drawn]).astype(float)
    between = ranks.mean(axis=1).var(axis=0)
    total = ranks.reshape(-1, 4).var(axis=0)
    np.testing.assert_allclose(found.missing_share, between / total, atol=0.03)
    assert found.missing_share[1] == found.missing_share.max()


def test_a_unit_without_gaps_moves_where_others_do():
    values = np.array([[1.0, 3.0, np.nan]])
    drawn = np.array([[[1.0, 3.0, c]] for c in np.linspace(0, 4, 9)])

    found = ranks_given_missing(mean, values, draws=drawn, calibration=plain(3))

    assert (found.rank_low[1], found.rank_high[1]) == (1, 2)
    assert found.score_low[1] == found.score_high[1] == 3.0


def test_a_unit_without_a_score_has_no_rank():
    values = np.array([[1.0, np.nan, 3.0]])
    drawn = np.array([[[1.0, b, 3.0]] for b in (0.0, 2.0)])

    found = ranks_given_missing(
        lambda one: np.where([False, False, True], np.nan, one.mean(axis=0)),
        values,
        draws=drawn,
        calibration=plain(3),
    )

    assert found.rank_low[2] == found.rank_high[2] == 0
    assert np.isnan([found.rank_median[2], found.score[2], found.beats[2, 0]]).all()
    assert (found.rank_high[:2] == 2).all()


def test_probabilities_of_a_pair_sum_to_one():
    values = related(4, 20, seed=1)
    values[1:, ::3] = np.nan

    found = ranks_given_missing(mean, values, draws=impute(values), calibration=plain(20))

    np.testing.assert_allclose(found.beats + found.beats.T, 1.0)
    assert (found.rank_low <= found.rank_median).all()
    assert (found.rank_median <= found.rank_high).all()


def test_score_intervals_hold_hidden_scores_as_often_as_they_say():
    held, missed = [], []
    for seed in range(6):
        truth = related(6, 60, seed=seed) ** 3
        gone = np.random.default_rng(seed).random(truth.shape) < 0.15
        values = np.where(gone, np.nan, truth)
        calibration = calibrate_scores(mean, values, impute=impute, seed=seed, folds=5)
        drawn = impute(values)
        for one, into in ((calibration, held), (plain(60, factor=0.5), missed)):
            found = ranks_given_missing(mean, values, draws=drawn, calibration=one)
            true = mean(truth)
            within = (found.score_low <= true) & (true <= found.score_high)
            into.append(within[gone.any(axis=0)].mean())

    assert 0.85 < np.mean(held) < 0.95
    assert np.mean(missed) < 0.7


def test_groups_have_widths_of_their_own():
    generator = np.random.default_rng(3)
    group = np.repeat([0, 1], 40)
    values = related(6, 80, seed=3)
    values += np.where(group == 1, generator.standard_t(2, size=values.shape), 0.0)

    one, two = (
        calibrate_scores(mean, values, impute=impute, seed=1, folds=5, groups=g)
        for g in (None, group)
    )

    assert np.unique(one.factor).size == 1
    assert two.factor[40:].max() > two.factor[:40].max()


def test_what_cannot_be_ranked_is_refused():
    values = np.array([[1.0, np.nan, 3.0]])
    drawn = np.array([[[1.0, 2.0, 3.0]], [[1.5, 2.0, 3.0]]])

    with pytest.raises(IndexMethodError, match="1 draw shows"):
        ranks_given_missing(mean, values, draws=drawn[:1], calibration=plain(3))
    with pytest.raises(IndexMethodError, match="what is known differs"):
        ranks_given_missing(mean, values, draws=drawn, calibration=plain(3))
    with pytest.raises(ValueError, match="level"):
        calibrate_scores(mean, related(3, 12, seed=1), impute=impute, seed=1, level=0.0)
    with pytest.raises(IndexMethodError, match="too few for intervals that hold 99%"):
        calibrate_scores(mean, related(3, 12, seed=1), impute=impute, seed=1, level=0.99, folds=3)
