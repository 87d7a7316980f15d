"""Sobol' indices against functions whose indices are known in closed form."""

from __future__ import annotations

import numpy as np
import pytest

from armillary.analyses.index.robustness import sobol
from armillary.errors import IndexMethodError

ISHIGAMI_A, ISHIGAMI_B = 7, 0.1


def ishigami(x):
    z = (2 * x - 1) * np.pi
    one = np.sin(z[:, 0])
    return one + ISHIGAMI_A * np.sin(z[:, 1]) ** 2 + ISHIGAMI_B * z[:, 2] ** 4 * one


def ishigami_indices():
    alone = 0.5 * (1 + ISHIGAMI_B * np.pi**4 / 5) ** 2
    second = ISHIGAMI_A**2 / 8
    together = 8 * ISHIGAMI_B**2 * np.pi**8 / 225
    variance = alone + second + together
    first = np.array([alone, second, 0.0]) / variance
    total = np.array([alone + together, second, together]) / variance
    return first, total, variance


def run(function, dimensions, *, rows, batches, seed=1, chunk=None):
    """The whole study of a function of a sample, shape (rows, columns) -> (rows, outputs)."""
    factors = range(len(dimensions))
    outputs = function(np.zeros((1, sum(dimensions)))).shape[1]
    sums = sobol.Accumulator(factors=len(dimensions), outputs=outputs)
    for batch in range(batches):
        a, b = sobol.design(dimensions, rows=rows, seed=seed, batch=batch)
        step = chunk or rows
        for start in range(0, rows, step):
            one, two = a[start : start + step], b[start : start + step]
            mixed = [sobol.mix(one, two, dimensions=dimensions, factor=f) for f in factors]
            y_ab = np.array([function(x) for x in mixed])
            sums.add(function(one), function(two), y_ab=y_ab, batch=batch)
    return sums.indices()


def test_indices_of_ishigami_are_within_a_hundredth():
    first, total, variance = ishigami_indices()

    found = run(lambda x: ishigami(x)[:, None], [1, 1, 1], rows=2**13, batches=2)

    np.testing.assert_allclose(found.first[:, 0], first, atol=0.01)
    np.testing.assert_allclose(found.total[:, 0], total, atol=0.01)
    np.testing.assert_allclose(found.mean, ISHIGAMI_A / 2, rtol=0.01)
    np.testing.assert_allclose(found.variance, variance, rtol=0.01)


def test_a_group_of_columns_is_one_factor():
    # y = x1 + 2 x2 + 3 x3: variances 1, 4, 9 of 14.
    found = run(lambda x: x @ np.array([[1.0], [2.0], [3.0]]), [2, 1], rows=1024, batches=4)

    np.testing.assert_allclose(found.first[:, 0], [5 / 14, 9 / 14], atol=2e-3)
    np.testing.assert_allclose(found.total[:, 0], [5 / 14, 9 / 14], atol=2e-3)


def test_many_outputs_in_chunks_are_what_each_is_alone():
    def both(x):
        return np.column_stack([ishigami(x), x[:, 0] * x[:, 1]])

    whole = run(both, [1, 1, 1], rows=256, batches=3)
    chunked = run(both, [1, 1, 1], rows=256, batches=3, chunk=100)
    alone = run(lambda x: both(x)[:, 1:], [1, 1, 1], rows=256, batches=3)

    for name in ("first", "total", "first_error", "total_error", "mean", "variance"):
        one, many = getattr(whole, name), getattr(chunked, name)
        np.testing.assert_allclose(many, one, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(getattr(alone, name)[..., 0], one[..., 1], rtol=1e-9, atol=1e-12)


def test_first_order_shares_of_a_function_without_interaction_add_up_to_the_total_ones():
    found = run(lambda x: (x**2).sum(axis=1)[:, None], [1] * 4, rows=1024, batches=4)

    np.testing.assert_allclose(found.first, 0.25, atol=5e-3)
    np.testing.assert_allclose(found.total, 0.25, atol=5e-3)


def test_adding_a_large_level_to_the_output_changes_nothing():
    plain = run(lambda x: ishigami(x)[:, None], [1, 1, 1], rows=256, batches=3)
    raised = run(lambda x: ishigami(x)[:, None] + 1e6, [1, 1, 1], rows=256, batches=3)

    np.testing.assert_allclose(raised.first, plain.first, atol=1e-7)
    np.testing.assert_allclose(raised.total, plain.total, atol=1e-7)


def test_an_output_that_does_not_vary_has_no_indices_and_says_so():
    found = run(
        lambda x: np.column_stack([np.full(len(x), 3.7), x[:, 0]]), [1, 1], rows=64, batches=2
    )

    assert found.undefined.tolist() == [True, False]
    assert np.isnan(found.first[:, 0]).all()
    assert np.isnan(found.total_error[:, 0]).all()
    assert found.variance[0] == 0
    np.testing.assert_allclose(found.total[:, 1], [1, 0], atol=0.01)


def test_one_batch_gives_no_error():
    found = run(lambda x: x, [1], rows=64, batches=1)

    assert np.isnan(found.first_error).all()
    with pytest.raises(IndexMethodError, match="no standard error"):
        sobol.interval(found.first, found.first_error, batches=found.batches)


def test_the_interval_is_that_of_a_t_distribution():
    # t with 9 degrees of freedom: 2.262 at 97.5 %.
    low, high = sobol.interval(np.array([0.5]), np.array([0.1]), batches=10)

    np.testing.assert_allclose([low[0], high[0]], [0.5 - 0.2262157, 0.5 + 0.2262157], atol=1e-6)


def test_batches_are_independent_and_repeatable():
    first, again, other = (
        sobol.design([1, 1], rows=64, seed=3, batch=batch)[0] for batch in (0, 0, 1)
    )

    np.testing.assert_array_equal(first, again)
    assert not np.isclose(first, other).any()


@pytest.mark.parametrize(
    ("rows", "dimensions", "message"),
    [
        (100, [1], "no power of 2"),
        (1, [1], "no power of 2"),
        (64, [], "no column"),
        (64, [1, 0], "no column"),
    ],
)
def test_a_design_that_is_not_balanced_is_refused(rows, dimensions, message):
    with pytest.raises(IndexMethodError, match=message):
        sobol.design(dimensions, rows=rows, seed=1)


def test_outputs_that_cannot_be_used_are_refused():
    sums = sobol.Accumulator(factors=1, outputs=1)

    with pytest.raises(IndexMethodError, match="No runs were added"):
        sums.indices()
    with pytest.raises(IndexMethodError, match="do not fit"):
        sums.add(np.zeros((2, 1)), np.zeros((2, 1)), y_ab=np.zeros((2, 2, 1)))
    with pytest.raises(IndexMethodError, match="missing or infinite"):
        sums.add(np.full((2, 1), np.nan), np.zeros((2, 1)), y_ab=np.zeros((1, 2, 1)))
