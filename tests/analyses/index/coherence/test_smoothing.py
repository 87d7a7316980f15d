"""The penalised spline: against SciPy's natural spline, a dense solution, and its limits."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.interpolate import CubicSpline

from armillary.analyses.index.coherence import smoothing


def points(n=40, *, seed=1):
    rng = np.random.default_rng(seed)
    x = np.sort(rng.uniform(0, 1, n))
    return x, np.sin(5 * x) + 0.3 * rng.normal(size=n)


def test_the_basis_spans_natural_cubic_splines():
    x, _ = points()
    at = np.array([x[0], 0.2, 0.35, 0.7, x[-1]])
    heights = np.array([1.0, -2.0, 0.5, 3.0, 0.0])
    design, _ = smoothing.basis(x, at=at)

    expected = CubicSpline(at, heights, bc_type="natural")(x)
    np.testing.assert_allclose(design @ heights, expected, atol=1e-12)


def test_the_penalty_is_the_integral_of_the_squared_second_derivative():
    at = np.array([0.0, 0.2, 0.35, 0.7, 1.0])
    heights = np.array([1.0, -2.0, 0.5, 3.0, 0.0])
    _, penalty = smoothing.basis(at, at=at)

    second = CubicSpline(at, heights, bc_type="natural").derivative(2)
    # the square of a straight piece is integrated exactly by Simpson's rule
    ends, middles = second(at) ** 2, second((at[1:] + at[:-1]) / 2) ** 2
    expected = (np.diff(at) / 6 * (ends[:-1] + 4 * middles + ends[1:])).sum()
    assert heights @ penalty @ heights == pytest.approx(expected, rel=1e-12)


def test_the_fit_is_that_of_the_normal_equations():
    x, y = points()
    design, penalty = smoothing.basis(x, at=smoothing.knots(x, count=8))
    whole = np.arange(x.size)[None]

    for smoothness in (1e-5, 1e-2, 1.0, 1e3):
        found = smoothing.fit(design, penalty=penalty, y=y, samples=whole, smoothness=smoothness)
        scale = np.trace(design.T @ design) / np.trace(penalty)
        hat = design @ np.linalg.solve(design.T @ design + smoothness * scale * penalty, design.T)
        assert found.explained[0] == pytest.approx((hat @ y).var() / y.var(), rel=1e-7)
        assert found.freedom[0] == pytest.approx(np.trace(hat), rel=1e-6)


@pytest.mark.parametrize("seed", range(6))
def test_the_smoothness_chosen_has_the_least_generalised_cross_validation(seed):
    rng = np.random.default_rng(seed)
    x, y = np.sort(rng.uniform(size=40)), rng.normal(size=40)
    design, penalty = smoothing.basis(x, at=smoothing.knots(x, count=8))
    whole = np.arange(x.size)[None]
    chosen = smoothing.fit(design, penalty=penalty, y=y, samples=whole).smoothness[0]

    def criterion(smoothness):
        scale = np.trace(design.T @ design) / np.trace(penalty)
        hat = design @ np.linalg.solve(design.T @ design + smoothness * scale * penalty, design.T)
        return ((y - hat @ y) ** 2).sum() / (x.size - np.trace(hat)) ** 2

    for other in np.logspace(-6, 6, 25):
        assert criterion(chosen) <= criterion(other) * (1 + 1e-3)


def test_a_sample_of_three_points_has_no_more_than_three_degrees_of_freedom():
    x, y = points()
    design, penalty = smoothing.basis(x, at=smoothing.knots(x, count=8))
    sample = np.repeat([3, 17, 31], [10, 20, 10])[None]
    found = smoothing.fit(design, penalty=penalty, y=y, samples=sample, smoothness=1e-7)

    assert found.freedom[0] == pytest.approx(3.0, abs=1e-3)
    assert found.explained[0] == pytest.approx(1.0, abs=1e-3)


def test_the_smoothest_curve_is_the_straight_line():
    x, y = points()
    design, penalty = smoothing.basis(x, at=smoothing.knots(x, count=8))
    found = smoothing.fit(
        design, penalty=penalty, y=y, samples=np.arange(x.size)[None], smoothness=1e7
    )

    assert found.explained[0] == pytest.approx(np.corrcoef(x, y)[0, 1] ** 2, rel=1e-4)
    assert found.freedom[0] == pytest.approx(2.0, abs=1e-4)


def test_samples_are_fitted_each_as_if_alone():
    x, y = points()
    design, penalty = smoothing.basis(x, at=smoothing.knots(x, count=8))
    samples = np.random.default_rng(2).integers(0, x.size, size=(5, x.size))
    together = smoothing.fit(design, penalty=penalty, y=y, samples=samples)

    for i, sample in enumerate(samples):
        alone = smoothing.fit(
            design[sample], penalty=penalty, y=y[sample], samples=np.arange(x.size)[None]
        )
        assert alone.explained[0] == pytest.approx(together.explained[i], rel=1e-9)


def test_a_sample_in_which_nothing_varies_has_no_fit():
    x, y = points()
    design, penalty = smoothing.basis(x, at=smoothing.knots(x, count=8))
    samples = np.array([[0] * 40, np.arange(40)])
    found = smoothing.fit(design, penalty=penalty, y=y, samples=samples)

    assert np.isnan(found.explained).tolist() == [True, False]


def test_few_distinct_values_each_get_a_knot():
    assert smoothing.knots(np.array([3.0, 1.0, 1.0, 2.0]), count=10).tolist() == [1.0, 2.0, 3.0]
    assert smoothing.knots(np.arange(101.0), count=5).tolist() == [0.0, 25.0, 50.0, 75.0, 100.0]
