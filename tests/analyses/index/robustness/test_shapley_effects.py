"""Shapley effects against the closed forms of linear Gaussian models and of Ishigami."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armillary.analyses.index.robustness import shapley, shapley_effects
from armillary.errors import IndexMethodError


def gaussian(covariance):
    """Samplers of a Gaussian vector, all of it and some of it given the rest."""
    root = np.linalg.cholesky(covariance)
    size = len(covariance)

    def draw(generator, rows):
        return generator.normal(size=(rows, size)) @ root.T

    def draw_given(generator, known, rows):
        held = np.array(known)
        free = np.setdiff1d(np.arange(size), held)
        slope = np.linalg.solve(covariance[np.ix_(held, held)], covariance[np.ix_(held, free)]).T
        left = covariance[np.ix_(free, free)] - slope @ covariance[np.ix_(held, free)]
        drawn = rows.copy()
        noise = generator.normal(size=(len(rows), free.size)) @ np.linalg.cholesky(left).T
        drawn[:, free] = rows[:, held] @ slope.T + noise
        return drawn

    return draw, draw_given


def linear_effects(slopes, covariance):
    """Shapley effects of slopes . x for Gaussian x, from the variances explained by each set."""
    size = len(slopes)
    values = np.zeros(2**size)
    for code in range(1, 2**size):
        held = np.flatnonzero([code >> i & 1 for i in range(size)])
        cross = covariance[:, held].T @ slopes
        values[code] = cross @ np.linalg.solve(covariance[np.ix_(held, held)], cross)
    return shapley.allocate(values) / values[-1]


@settings(max_examples=30, deadline=None)
@given(
    correlation=st.floats(-0.95, 0.95),
    slopes=st.tuples(st.floats(0.5, 3), st.floats(0.5, 3)),
)
def test_the_closed_form_of_two_gaussian_factors(correlation, slopes):
    # Iooss & Prieur (2019): b1^2 (1 - r^2 / 2) + r b1 b2 + b2^2 r^2 / 2, over the variance.
    one, two = slopes
    variance = one**2 + two**2 + 2 * correlation * one * two
    half = correlation**2 / 2
    expected = np.array([one**2 * (1 - half) + two**2 * half, two**2 * (1 - half) + one**2 * half])
    expected = (expected + correlation * one * two) / variance

    found = linear_effects(np.array(slopes), np.array([[1, correlation], [correlation, 1]]))

    np.testing.assert_allclose(found, expected, atol=1e-10)


def test_drawing_given_the_others_finds_the_effects_of_a_linear_gaussian_model():
    covariance = np.array([[1.0, 0.5, 0.0], [0.5, 1.0, -0.3], [0.0, -0.3, 4.0]])
    slopes = np.array([1.0, 2.0, 0.5])
    draw, draw_given = gaussian(covariance)

    found = shapley_effects.conditional(
        lambda x: (x @ slopes)[:, None], draw=draw, draw_given=draw_given, outer=20_000, seed=1
    )

    expected = linear_effects(slopes, covariance)
    np.testing.assert_allclose(found.shares[:, 0], expected, atol=0.01)
    np.testing.assert_allclose(found.shares.sum(axis=0), 1, atol=1e-12)
    np.testing.assert_allclose(found.variance, slopes @ covariance @ slopes, rtol=0.03)


def test_the_effects_of_ishigami_split_its_interaction_in_half():
    one, two, both = 0.5 * (1 + 0.1 * np.pi**4 / 5) ** 2, 49 / 8, 0.08 * np.pi**8 / 225
    expected = np.array([one + both / 2, two, both / 2]) / (one + two + both)

    def redraw(generator, known, rows):
        drawn = generator.uniform(-np.pi, np.pi, size=rows.shape)
        drawn[:, list(known)] = rows[:, list(known)]
        return drawn

    found = shapley_effects.conditional(
        lambda x: (
            np.sin(x[:, :1]) + 7 * np.sin(x[:, 1:2]) ** 2 + 0.1 * x[:, 2:] ** 4 * np.sin(x[:, :1])
        ),
        draw=lambda generator, rows: generator.uniform(-np.pi, np.pi, size=(rows, 3)),
        draw_given=redraw,
        outer=20_000,
        seed=2,
    )

    np.testing.assert_allclose(found.shares[:, 0], expected, atol=0.012)


def test_the_standard_errors_are_those_of_repeated_runs():
    covariance = np.array([[1.0, 0.6], [0.6, 1.0]])
    draw, draw_given = gaussian(covariance)

    runs = [
        shapley_effects.conditional(
            lambda x: np.exp(x[:, :1] / 2) + x[:, 1:],
            draw=draw,
            draw_given=draw_given,
            outer=200,
            seed=seed,
        )
        for seed in range(200)
    ]

    spread = np.std([run.shares[:, 0] for run in runs], axis=0)
    reported = np.mean([run.error[:, 0] for run in runs], axis=0)
    np.testing.assert_allclose(reported, spread, rtol=0.25)


def test_levels_that_always_go_together_share_their_effect():
    # The second factor is a copy of the first; the third is independent of both.
    levels = np.array([[a, a, b] for a in range(2) for b in range(2)])
    outputs = np.array([[2.0 * a + b] for a, _, b in levels])

    found = shapley_effects.discrete(levels, outputs)

    np.testing.assert_allclose(found.shares[:, 0], [0.4, 0.4, 0.2], atol=1e-12)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_discrete_effects_are_those_of_the_joint_distribution(seed):
    generator = np.random.default_rng(seed)
    levels = np.array([[a, b, c] for a in range(2) for b in range(3) for c in range(2)])
    chance = generator.uniform(0.1, 1, size=len(levels))
    outputs = generator.normal(size=(len(levels), 2))

    found = shapley_effects.discrete(levels, outputs, probabilities=chance)

    chance = chance / chance.sum()
    values = np.zeros((8, 2))
    for code in range(8):
        held = [i for i in range(3) if code >> i & 1]
        means = np.array(
            [
                np.average(outputs[same], axis=0, weights=chance[same])
                for row in levels
                for same in [(levels[:, held] == row[held]).all(axis=1)]
            ]
        )
        values[code] = chance @ (means - chance @ means) ** 2
    np.testing.assert_allclose(found.shares, shapley.allocate(values) / values[-1], atol=1e-10)
    np.testing.assert_allclose(found.shares.sum(axis=0), 1, atol=1e-12)


def test_an_output_that_does_not_vary_has_no_effects_and_says_so():
    found = shapley_effects.discrete(np.array([[0], [1]]), np.array([[5.0, 1.0], [5.0, 2.0]]))

    assert found.undefined.tolist() == [True, False]
    assert np.isnan(found.shares[:, 0]).all()
    assert found.shares[0, 1] == 1


@pytest.mark.parametrize(
    ("levels", "outputs", "chance", "message"),
    [
        (np.zeros((2, 1), int), np.array([[1.0], [2.0]]), None, "same levels have different"),
        (np.zeros((2, 1), int), np.array([[np.nan], [2.0]]), None, "missing or infinite"),
        (np.zeros((2, 1), int), np.zeros((3, 1)), None, "do not describe"),
        (np.array([[0], [1]]), np.zeros((2, 1)), np.array([0.0, 1.0]), "not above 0"),
        (np.zeros((1, 13), int), np.zeros((1, 1)), None, "8,192 sets"),
    ],
)
def test_runs_that_say_nothing_are_refused(levels, outputs, chance, message):
    with pytest.raises(IndexMethodError, match=message):
        shapley_effects.discrete(levels, outputs, probabilities=chance)


def test_models_that_cannot_be_used_are_refused():
    def draw(generator, rows):
        return generator.normal(size=(rows, 1))

    def call(evaluate, outer):
        shapley_effects.conditional(
            evaluate, draw=draw, draw_given=lambda _g, _k, rows: rows, outer=outer, seed=1
        )

    with pytest.raises(IndexMethodError, match="show no variance"):
        call(lambda x: x, 1)
    with pytest.raises(IndexMethodError, match="missing or infinite"):
        call(lambda x: x * np.nan, 5)
