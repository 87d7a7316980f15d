"""Draws of missing values: what they keep, what they cover, and how they are pooled."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from armillary.analyses.index.missing import em, normal_scores
from armillary.analyses.index.missing.multiple_imputation import draws, pooled
from armillary.errors import IndexMethodError


def linear(units, *, missing, seed, noise=1.0):
    """Three indicators; the third depends on the first, and lacks values where it is large."""
    generator = np.random.default_rng(seed)
    x, other = generator.normal(size=(2, units))
    y = 2 + x + noise * generator.normal(size=units)
    gone = generator.random(units) < np.where(x > 0, 2 * missing, 0.0)
    return np.array([x, other, np.where(gone, np.nan, y)]), y


@pytest.mark.parametrize("model", ["normal", "matching"])
@pytest.mark.parametrize("transform", ["normal_scores", "none"])
def test_known_values_stay_and_no_gap_is_left(model, transform):
    values, _ = linear(40, missing=0.3, seed=1)

    found = draws(values, number=4, seed=2, model=model, transform=transform)

    known = ~np.isnan(values)
    assert found.shape == (4, 3, 40)
    assert not np.isnan(found).any()
    assert (found[:, known] == values[known]).all()
    assert (found[0] != found[1]).any()


def test_the_same_seed_gives_the_same_draws():
    values, _ = linear(30, missing=0.3, seed=1)

    one, again, other = (draws(values, number=3, seed=seed) for seed in (5, 5, 6))

    np.testing.assert_array_equal(one, again)
    assert (one != other).any()


def test_complete_values_are_only_repeated():
    values, _ = linear(20, missing=0.0, seed=1)

    assert (draws(values, number=3, seed=1) == values).all()


def test_matching_takes_values_some_unit_has():
    values, _ = linear(40, missing=0.3, seed=3)
    values[2] = np.round(np.exp(values[2]))

    found = draws(values, number=10, seed=1, model="matching")

    assert np.isin(found[:, 2], values[2, ~np.isnan(values[2])]).all()


def test_matching_with_one_donor_takes_the_unit_predicted_most_alike():
    x = np.arange(20.0)
    y = np.where(x == 7, np.nan, 3 * x + np.where(x % 2 == 0, 0.1, -0.1))

    found = draws(
        np.array([x, y]), number=5, seed=1, model="matching", donors=1, ridge=1e-6, transform="none"
    )

    assert np.isin(found[:, 1, 7], [y[6], y[8]]).all()


def test_normal_scores_keep_draws_within_the_known_range():
    values, _ = linear(60, missing=0.4, seed=4, noise=3.0)
    known = values[2, ~np.isnan(values[2])]

    bounded = draws(values, number=40, seed=1)[:, 2]
    free = draws(values, number=40, seed=1, transform="none")[:, 2]

    assert known.min() <= bounded.min()
    assert bounded.max() <= known.max()
    assert free.max() > known.max()


def test_draws_given_parameters_have_the_conditional_distribution():
    generator = np.random.default_rng(7)
    root = generator.normal(size=(5, 5))
    values = root @ generator.normal(size=(5, 1000))
    values[:3, 0] = np.nan
    fitted = em.fit(values, ridge=0.0)
    mean, covariance = em.conditional(values[:, 0], mean=fitted.mean, covariance=fitted.covariance)

    found = draws(values, number=2000, parameter_draws=20, seed=1, transform="none", ridge=0.0)[
        :, :3, 0
    ]

    deviation = np.sqrt(np.diag(covariance))
    assert (np.abs(found.mean(axis=0) - mean) < 0.12 * deviation).all()
    np.testing.assert_allclose(
        np.cov(found.T) / np.outer(deviation, deviation),
        covariance / np.outer(deviation, deviation),
        atol=0.15,
    )


# With y missing where x is large, the mean of the known y is too small; the pooled mean must be
# right, and its interval must hold the true mean, 2, as often as it says.
def test_pooled_means_cover_the_truth_where_known_ones_do_not():
    held = {"pooled": 0, "known": 0}
    for seed in range(40):
        values, _ = linear(120, missing=0.4, seed=seed)
        found = draws(values, number=8, seed=seed, transform="none", ridge=0.0, tolerance=1e-2)[
            :, 2
        ]
        one = pooled(found.mean(axis=1)[:, None], found.var(axis=1, ddof=1)[:, None] / 120)
        known = values[2, ~np.isnan(values[2])]
        half = norm.ppf(0.95) * np.sqrt(one.variance[0])
        held["pooled"] += abs(one.estimate[0] - 2) < half
        held["known"] += abs(known.mean() - 2) < 1.645 * known.std() / np.sqrt(known.size)

    assert held["known"] < 25
    assert 32 <= held["pooled"] <= 40


def test_parameters_drawn_anew_widen_the_draws_of_small_samples():
    values, _ = linear(15, missing=0.3, seed=5)
    gone = np.isnan(values)
    fixed = draws(values, number=400, parameter_draws=1, seed=1, transform="none", ridge=1.0)
    anew = draws(values, number=150, seed=1, transform="none", ridge=1.0, tolerance=1e-2)

    assert anew.std(axis=0)[gone].mean() > 1.05 * fixed.std(axis=0)[gone].mean()


def test_values_of_an_earlier_period_bring_draws_nearer_to_the_truth():
    generator = np.random.default_rng(9)
    truth = generator.normal(size=(4, 60))
    previous = truth + 0.1 * generator.normal(size=truth.shape)
    previous[0] = 1.0  # says nothing, and is left out
    values = truth.copy()
    values[1:, :12] = np.nan

    without = draws(values, number=10, seed=1)
    within = draws(values, number=10, seed=1, previous=previous)

    errors = [np.abs(one.mean(axis=0) - truth)[1:, :12].mean() for one in (without, within)]
    assert within.shape == (10, 4, 60)
    assert errors[1] < 0.5 * errors[0]


def test_pooling_follows_rubin_by_hand():
    found = pooled(np.array([[1.0, 5.0], [2.0, 5.0], [6.0, 5.0]]), np.full((3, 2), 2.0))

    np.testing.assert_allclose(found.estimate, [3.0, 5.0])
    np.testing.assert_allclose(found.between, [7.0, 0.0])
    np.testing.assert_allclose(found.variance, [2 + 4 / 3 * 7, 2.0])
    np.testing.assert_allclose(found.degrees_of_freedom, [2 * (1 + 2 / (4 / 3 * 7)) ** 2, np.inf])
    np.testing.assert_allclose(found.missing_information, [(28 / 3) / (2 + 28 / 3), 0.0])


def test_normal_scores_return_to_the_values_they_came_from():
    values = np.random.default_rng(1).lognormal(size=(3, 25))
    values[1, :7] = np.nan
    values[2] = np.round(values[2])

    found = normal_scores.back(normal_scores.forward(values), known=values)

    np.testing.assert_allclose(found, values, rtol=1e-12)


def test_the_edges_of_a_tie_are_the_scores_that_give_its_value():
    known = np.array([[1.0, 2.0, 2.0, 2.0, 5.0]])

    low, high = normal_scores.edges(np.array([[2.0, 3.5, 0.5, np.nan]]), known=known)

    steps = norm.ppf((np.arange(5) + 0.5) / 5)
    np.testing.assert_allclose(low[0], [steps[1], (steps[3] + steps[4]) / 2, -np.inf, np.nan])
    np.testing.assert_allclose(high[0], [steps[3], (steps[3] + steps[4]) / 2, -np.inf, np.nan])


def test_what_cannot_be_imputed_is_refused():
    values, _ = linear(20, missing=0.2, seed=1)
    sparse = np.vstack([values, np.r_[1.0, 2.0, np.full(18, np.nan)]])

    with pytest.raises(IndexMethodError, match="model 'mean'"):
        draws(values, number=2, seed=1, model="mean")
    with pytest.raises(IndexMethodError, match="transform 'log'"):
        draws(values, number=2, seed=1, transform="log")
    with pytest.raises(IndexMethodError, match="shape"):
        draws(values, number=2, seed=1, previous=values[:, 1:])
    with pytest.raises(IndexMethodError, match="between draws"):
        pooled(np.ones((1, 2)), np.ones((1, 2)))
    with pytest.raises(ValueError, match="number"):
        draws(values, number=0, seed=1)
    assert draws(sparse, number=2, seed=1).shape == (2, 4, 20)


def test_an_indicator_no_bootstrap_keeps_is_named():
    values = np.random.default_rng(1).normal(size=(17, 40))
    values[2:] = np.nan
    values[np.repeat(np.arange(2, 17), 2), np.arange(30)] = np.arange(30.0)

    with pytest.raises(IndexMethodError, match="Indicator 3 is known for too few"):
        draws(values, number=2, seed=1)
