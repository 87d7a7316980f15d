"""EM against closed forms, and against likelihoods maximised without it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from armillary.analyses.index.missing import em
from armillary.errors import IndexMethodError


def sample(leaves, units, *, missing, seed):
    generator = np.random.default_rng(seed)
    loadings = generator.normal(size=(leaves, 2))
    values = loadings @ generator.normal(size=(2, units)) + generator.normal(size=(leaves, units))
    values = values * generator.uniform(0.1, 50, size=(leaves, 1)) + generator.normal(
        size=(leaves, 1), scale=100
    )
    values[generator.random(values.shape) < missing] = np.nan
    return values


def log_likelihood(values, mean, covariance):
    total = 0.0
    for unit in values.T:
        known = ~np.isnan(unit)
        deviation, square = (unit - mean)[known], covariance[np.ix_(known, known)]
        total -= 0.5 * known.sum() * np.log(2 * np.pi)
        total -= 0.5 * np.linalg.slogdet(square)[1]
        total -= 0.5 * deviation @ np.linalg.solve(square, deviation)
    return total


def test_complete_data_give_their_own_moments():
    values = sample(4, 30, missing=0.0, seed=1)

    found = em.fit(values, ridge=0.0)

    np.testing.assert_allclose(found.mean, values.mean(axis=1), rtol=1e-12)
    np.testing.assert_allclose(found.covariance, np.cov(values, bias=True), rtol=1e-10)
    np.testing.assert_array_equal(found.filled, values)
    assert found.converged
    assert (found.variance == 0).all()


# Anderson (1957): y known for the first units only. x has its own moments, the regression of y
# on x comes from the units that have both, and the moments of y follow from these.
@pytest.mark.parametrize("known", [5, 12, 25])
def test_one_indicator_cut_short_gives_the_factored_likelihood_of_anderson(known):
    x, y = sample(2, 30, missing=0.0, seed=known)
    slope = np.cov(x[:known], y[:known], bias=True)[0, 1] / x[:known].var()
    left = (y[:known] - y[:known].mean() - slope * (x[:known] - x[:known].mean())).var()
    y_mean = y[:known].mean() + slope * (x.mean() - x[:known].mean())
    cut = np.where(np.arange(30) < known, y, np.nan)

    found = em.fit(np.array([x, cut]), ridge=0.0, tolerance=1e-13, maximum_iterations=20_000)

    np.testing.assert_allclose(found.mean, [x.mean(), y_mean], rtol=1e-9)
    expected = [[x.var(), slope * x.var()], [slope * x.var(), left + slope**2 * x.var()]]
    np.testing.assert_allclose(found.covariance, expected, rtol=1e-8)
    np.testing.assert_allclose(found.filled[1, known:], y_mean + slope * (x[known:] - x.mean()))


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_no_other_parameters_are_more_likely(seed):
    values = sample(3, 20, missing=0.25, seed=seed)
    found = em.fit(values, ridge=0.0, tolerance=1e-10, maximum_iterations=20_000)
    centre, scale = np.nanmean(values, axis=1), np.nanstd(values, axis=1)
    z = (values - centre[:, None]) / scale[:, None]
    lower = np.tril_indices(3)

    def unlikely(parameters):
        factor = np.zeros((3, 3))
        factor[lower] = parameters[3:]
        return -log_likelihood(z, parameters[:3], factor @ factor.T + 1e-12 * np.eye(3))

    best = minimize(unlikely, np.r_[np.zeros(3), np.eye(3)[lower]], options={"gtol": 1e-6})
    factor = np.zeros((3, 3))
    factor[lower] = best.x[3:]
    np.testing.assert_allclose((found.mean - centre) / scale, best.x[:3], atol=2e-5)
    np.testing.assert_allclose(
        found.covariance / np.outer(scale, scale), factor @ factor.T, atol=2e-5
    )
    assert found.log_likelihood[-1] >= -best.fun - np.log(scale) @ (~np.isnan(values)).sum(1) - 1e-8


@pytest.mark.parametrize("ridge", [0.0, 4.0])
def test_the_log_likelihood_told_is_that_of_the_known_values_and_the_prior(ridge):
    values = sample(4, 25, missing=0.2, seed=8)

    found = em.fit(values, ridge=ridge)

    prior = np.diag(np.nanvar(values, axis=1))
    added = np.linalg.slogdet(found.covariance)[1] + np.trace(
        np.linalg.solve(found.covariance, prior)
    )
    expected = log_likelihood(values, found.mean, found.covariance) - 0.5 * ridge * added
    assert found.log_likelihood[-1] == pytest.approx(expected, rel=1e-10)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    leaves=st.integers(1, 7),
    missing=st.floats(0, 0.5),
    ridge=st.sampled_from([None, 0.5, 20.0]),
)
def test_the_log_likelihood_never_falls(seed, leaves, missing, ridge):
    values = sample(leaves, 12, missing=missing, seed=seed)
    values[:, :2] = np.where(np.isnan(values[:, :2]), [[0.0, 1.0]], values[:, :2])

    found = em.fit(values, ridge=ridge, maximum_iterations=60)

    steps = np.diff(found.log_likelihood)
    assert (steps >= -1e-9 * np.abs(found.log_likelihood[1:])).all()
    assert len(found.log_likelihood) == found.iterations + 1


def test_more_indicators_than_units_are_filled_with_the_ridge_the_data_choose():
    values = sample(80, 31, missing=0.1, seed=2)
    truth = sample(80, 31, missing=0.0, seed=2)
    gone = np.isnan(values)

    found = em.fit(values)

    scale = np.nanstd(values, axis=1)[:, None]
    plain = np.nanmean(values, axis=1)[:, None]
    own, mean = (((one - truth) / scale)[gone] for one in (found.filled, plain))
    assert found.converged
    assert np.linalg.eigvalsh(found.covariance / np.outer(scale, scale)).min() > 0
    assert (own**2).mean() < 0.65 * (mean**2).mean()


def test_the_ridge_is_large_for_unrelated_indicators_and_small_for_related_ones():
    generator = np.random.default_rng(6)
    unrelated = generator.normal(size=(10, 200))
    related = generator.normal(size=200) + 0.1 * unrelated

    ridges = em.empirical_ridge(related), em.empirical_ridge(unrelated)

    assert ridges[0] < 20
    assert ridges[1] > 500


def test_scales_and_origins_of_the_indicators_do_not_matter():
    values = sample(5, 30, missing=0.15, seed=9)
    factor, shift = np.array([[1e-6], [1.0], [1e6], [-3.0], [7.0]]), np.arange(5.0)[:, None]

    one, other = em.fit(values), em.fit(values * factor + shift)

    np.testing.assert_allclose(other.filled, one.filled * factor + shift, rtol=1e-7)


def test_a_unit_counted_twice_is_two_units():
    values = sample(4, 15, missing=0.2, seed=10)
    weights = np.r_[2.0, 0.0, np.ones(13)]

    weighted = em.fit(values, ridge=3.0, weights=weights)
    repeated = em.fit(np.c_[values[:, [0, 0]], values[:, 2:]], ridge=3.0)

    np.testing.assert_allclose(weighted.mean, repeated.mean, rtol=1e-9)
    np.testing.assert_allclose(weighted.covariance, repeated.covariance, rtol=1e-9)
    np.testing.assert_allclose(weighted.log_likelihood[-1], repeated.log_likelihood[-1])


def test_a_warm_start_ends_where_a_cold_one_does():
    values = sample(4, 40, missing=0.2, seed=11)
    cold = em.fit(values, ridge=2.0, tolerance=1e-11)

    warm = em.fit(values, ridge=2.0, tolerance=1e-11, start=(cold.mean, cold.covariance))

    assert warm.iterations <= 1
    np.testing.assert_allclose(warm.mean, cold.mean, rtol=1e-9)


def test_every_unit_is_filled_as_its_conditional_distribution_says():
    values = sample(6, 20, missing=0.3, seed=12)
    values[:, 3] = np.nan  # a unit may lack every value
    found = em.fit(values, ridge=1.0)

    for u, unit in enumerate(values.T):
        gone = np.isnan(unit)
        mean, covariance = em.conditional(unit, mean=found.mean, covariance=found.covariance)
        np.testing.assert_allclose(found.filled[gone, u], mean, rtol=1e-8)
        np.testing.assert_allclose(found.variance[gone, u], np.diag(covariance), rtol=1e-8)
        assert (found.variance[~gone, u] == 0).all()


def test_a_conditional_distribution_worked_by_hand():
    covariance = np.array([[4.0, 2.0, 0.0], [2.0, 5.0, 1.0], [0.0, 1.0, 1.0]])

    mean, left = em.conditional(
        np.array([3.0, np.nan, np.nan]), mean=np.array([1.0, 10.0, 20.0]), covariance=covariance
    )

    np.testing.assert_allclose(mean, [11.0, 20.0])
    np.testing.assert_allclose(left, [[4.0, 1.0], [1.0, 1.0]])


@pytest.mark.parametrize(
    ("values", "ridge", "problem"),
    [
        ([[1.0, 2.0, np.inf], [1.0, 2.0, 4.0]], None, "infinite"),
        ([[1.0, 2.0, 3.0], [5.0, 5.0, np.nan]], None, "number 2"),
        ([[1.0, 2.0, 3.0], [np.nan] * 3], None, "number 2"),
        ([[1.0, 2.0, 4.0], [2.0, 4.0, 8.0]], 0.0, "cannot be inverted"),
    ],
)
def test_what_cannot_be_estimated_is_refused(values, ridge, problem):
    with pytest.raises(IndexMethodError, match=problem):
        em.fit(np.array(values), ridge=ridge)


def test_iterations_that_end_early_say_so():
    found = em.fit(sample(5, 30, missing=0.3, seed=13), ridge=1.0, maximum_iterations=2)

    assert (found.iterations, found.converged) == (2, False)
