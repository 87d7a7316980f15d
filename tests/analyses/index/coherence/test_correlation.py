"""Three coefficients of correlation: by hand, against SciPy pair by pair, and properties."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import stats

from armillary.analyses.index.coherence import correlation
from armillary.errors import IndexMethodError
from armillary.model.indicators import Framework, Node

METHODS = ["pearson", "spearman", "kendall"]
# few distinct numbers, so that ties are common, and gaps
tables = arrays.arrays(
    np.float64,
    st.tuples(st.integers(1, 4), st.integers(1, 9)),
    elements=st.sampled_from([0.0, 1.0, 2.0, 5.0, -3.5, np.nan]),
)


def pair_by_pair(x, y, method):
    """Judge one pair by SciPy, over the units that have both."""
    both = ~np.isnan(x) & ~np.isnan(y)
    x, y = x[both], y[both]
    if both.sum() < 3 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return math.nan, math.nan
    if method == "kendall":
        found = stats.kendalltau(x, y, method="asymptotic")
    else:
        found = {"pearson": stats.pearsonr, "spearman": stats.spearmanr}[method](x, y)
    return found.statistic, found.pvalue


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("pearson", 7 / math.sqrt(5 * 14)),  # deviations -1.5 -.5 .5 1.5 and -2 0 -1 3
        ("spearman", 0.8),  # ranks 1 2 3 4 and 1 3 2 4: 1 - 6 * 2 / 60
        ("kendall", 4 / 6),  # five pairs agree, one does not
    ],
)
def test_each_coefficient_is_worked_by_hand(method, expected):
    x = np.array([[1.0, 2.0, 3.0, 4.0]])
    y = np.array([[0.0, 2.0, 1.0, 5.0]])

    assert correlation.matrix(x, y, method=method)[0, 0] == pytest.approx(expected, rel=1e-14)


def test_kendall_counts_ties_as_tau_b_does():
    # of 3 pairs: 1 tied in x, none in y, 2 agree: 2 / sqrt(2 * 3)
    found = correlation.matrix(
        np.array([[1.0, 1.0, 2.0]]), np.array([[1.0, 2.0, 3.0]]), method="kendall"
    )

    assert found[0, 0] == pytest.approx(2 / math.sqrt(6), rel=1e-14)


def test_each_pair_uses_the_units_that_have_both():
    x = np.array([[1.0, 2.0, 3.0, 4.0, np.nan, 100.0]])
    y = np.array([[2.0, 4.0, 6.0, 8.0, -50.0, np.nan]])

    for method in METHODS:
        assert correlation.matrix(x, y, method=method)[0, 0] == pytest.approx(1.0, rel=1e-14)
    assert correlation.units_in_common(x, y).tolist() == [[4]]


@settings(deadline=None)
@pytest.mark.parametrize("method", METHODS)
@given(table=tables)
def test_every_pair_is_that_of_scipy(method, table):
    found = correlation.matrix(table, method=method)
    probabilities = correlation.p_values(table, method=method)

    for i, x in enumerate(table):
        for j, y in enumerate(table):
            coefficient, probability = pair_by_pair(x, y, method)
            np.testing.assert_allclose(found[i, j], coefficient, atol=1e-12)
            np.testing.assert_allclose(probabilities[i, j], probability, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("method", METHODS)
@given(table=tables)
def test_a_matrix_with_itself_is_symmetric_and_turning_a_row_turns_its_sign(method, table):
    found = correlation.matrix(table, method=method)
    turned = correlation.matrix(-table, table, method=method)

    np.testing.assert_allclose(found, found.T, atol=1e-12)
    np.testing.assert_allclose(turned, -found, atol=1e-12)
    assert np.nanmax(np.abs(found), initial=0.0) <= 1.0


@pytest.mark.parametrize("method", ["spearman", "kendall"])
def test_ranks_do_not_care_for_any_rising_change_of_scale(method):
    table = np.random.default_rng(1).normal(size=(4, 20))

    np.testing.assert_allclose(
        correlation.matrix(np.exp(table), table, method=method),
        correlation.matrix(table, method=method),
        rtol=1e-13,
    )


@pytest.mark.parametrize("method", METHODS)
def test_what_does_not_vary_or_is_hardly_known_has_no_correlation(method):
    table = np.array([[0.1] * 6, [1.0, 2.0, np.nan, np.nan, np.nan, np.nan], np.arange(6.0)])
    found = correlation.matrix(table, method=method)

    assert np.isnan(found[:2]).all()
    assert found[2, 2] == pytest.approx(1.0)


def test_pairs_are_listed_once_in_the_order_given():
    numbers = {c: np.arange(5.0) ** i for i, c in enumerate("abc", start=1)}
    rows = correlation.among(numbers, codes=["c", "a", "b"])

    assert [(row["code"], row["other"]) for row in rows] == [("c", "a"), ("c", "b"), ("a", "b")]
    assert {row["units"] for row in rows} == {5}
    assert rows[1]["correlation"] == pytest.approx(np.corrcoef(numbers["c"], numbers["b"])[0, 1])


def test_every_node_meets_every_group_above_it():
    tree = [("I", None), ("A", "I"), ("x", "A"), ("y", "I")]
    framework = Framework(tuple(Node(code=c, name_en=c, parent=p) for c, p in tree))
    values = np.array([[1.0, 2.0, 3.0, 5.0], [5.0, 2.0, 4.0, 1.0]])
    rows = correlation.with_ancestors(
        framework, values=values, scores={"A": values[0], "I": values.mean(axis=0)}
    )

    assert [(r["code"], r["other"], r["level"], r["other_level"]) for r in rows] == [
        ("A", "I", 1, 0), ("x", "A", 2, 1), ("x", "I", 2, 0), ("y", "I", 1, 0),
    ]  # fmt: skip
    assert rows[1]["correlation"] == pytest.approx(1.0)


def test_what_cannot_be_correlated_is_refused():
    rows = np.zeros((2, 3))
    with pytest.raises(IndexMethodError, match="do not hold the same units"):
        correlation.matrix(rows, np.zeros((2, 4)))
    with pytest.raises(IndexMethodError, match="infinite"):
        correlation.matrix(np.array([[1.0, np.inf, 2.0]]))
    with pytest.raises(IndexMethodError, match="'tau' is no coefficient"):
        correlation.matrix(rows, method="tau")
