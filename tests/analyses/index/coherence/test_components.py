"""Principal components: cases worked by hand, and properties."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armillary.analyses.index.coherence import (
    components_by_group,
    components_of_level,
    loading_rows,
    principal_components,
    variance_rows,
)
from armillary.errors import IndexMethodError
from armillary.model.indicators import Framework, Node

seeds = st.integers(0, 10_000)


def table(seed, *, items=4, units=15):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(items, units)) + rng.normal(size=units)


def codes(items):
    return [f"i{i}" for i in range(len(items))]


def test_two_items_have_eigenvalues_1_plus_and_minus_their_correlation():
    items = np.array([[1.0, 2.0, 3.0, 4.0], [0.0, 2.0, 1.0, 5.0]])
    r = 7 / math.sqrt(70)
    found = principal_components(items, codes=["x", "y"])

    np.testing.assert_allclose(found.eigenvalues, [1 + r, 1 - r], rtol=1e-13)
    np.testing.assert_allclose(found.shares, [(1 + r) / 2, (1 - r) / 2], rtol=1e-13)
    half = math.sqrt(0.5)
    np.testing.assert_allclose(found.vectors, [[half, half], [half, -half]], rtol=1e-12)
    assert found.above_one == 1


@settings(max_examples=30, deadline=None)
@given(seed=seeds)
def test_components_rebuild_the_correlations(seed):
    items = table(seed)
    found = principal_components(items, codes=codes(items))

    np.testing.assert_allclose(found.loadings @ found.loadings.T, np.corrcoef(items), atol=1e-12)
    np.testing.assert_allclose(found.vectors.T @ found.vectors, np.eye(4), atol=1e-12)
    assert found.eigenvalues.sum() == pytest.approx(4)
    assert (np.diff(found.eigenvalues) <= 1e-12).all()


@settings(max_examples=30, deadline=None)
@given(seed=seeds)
def test_the_largest_loading_is_positive_whatever_the_units_of_measure(seed):
    items = table(seed)
    found = principal_components(items, codes=codes(items))
    scaled = principal_components(
        items * np.array([[1e6], [1e-6], [3.0], [1.0]]) + 7.0, codes=codes(items)
    )

    largest = np.argmax(np.abs(found.loadings), axis=0)
    assert (found.loadings[largest, np.arange(4)] > 0).all()
    np.testing.assert_allclose(scaled.loadings, found.loadings, atol=1e-7)


def test_a_loading_is_the_correlation_of_item_and_component():
    items = table(7)
    found = principal_components(items, codes=codes(items))
    standard = (items - items.mean(axis=1, keepdims=True)) / items.std(axis=1, keepdims=True)
    component = found.vectors[:, 0] @ standard

    for row, loading in zip(items, found.loadings[:, 0], strict=True):
        assert np.corrcoef(row, component)[0, 1] == pytest.approx(loading)


def test_only_units_with_all_items_count():
    items = table(8)
    gaps = np.hstack([items, [[np.nan], [1.0], [2.0], [3.0]]])
    found = principal_components(gaps, codes=codes(items))

    assert found.units == 15
    np.testing.assert_allclose(
        found.eigenvalues, principal_components(items, codes=codes(items)).eigenvalues
    )


def test_more_items_than_units_have_as_many_components_as_units_less_one():
    items = np.random.default_rng(9).normal(size=(6, 4))
    found = principal_components(items, codes=codes(items))

    assert found.eigenvalues.size == 3
    assert found.vectors.shape == (6, 3)
    assert found.eigenvalues.sum() == pytest.approx(6)


def test_parallel_analysis_finds_two_planted_dimensions_and_none_in_noise():
    rng = np.random.default_rng(10)
    one, two = rng.normal(size=(2, 80))
    planted = np.array([one, one, one, two, two, two]) + 0.6 * rng.normal(size=(6, 80))
    noise = rng.normal(size=(6, 80))
    found = principal_components(planted, codes=codes(planted), permutations=100)
    chance = principal_components(noise, codes=codes(noise), permutations=100)

    assert found.parallel == 2
    assert chance.parallel == 0
    assert chance.above_one > 0  # which the rule of eigenvalues above 1 takes for dimensions


def test_the_same_seed_gives_the_same_thresholds_and_another_seed_others():
    items = table(11)
    first, again, other = (
        principal_components(items, codes=codes(items), permutations=20, seed=seed).thresholds
        for seed in (1, 1, 2)
    )

    assert (first == again).all()
    assert (first != other).any()
    assert principal_components(items, codes=codes(items)).thresholds is None


def test_groups_and_levels_take_the_nodes_they_name():
    tree = [("I", None), ("A", "I"), ("B", "I"), ("x", "A"), ("y", "A"), ("z", "B")]
    framework = Framework(tuple(Node(code=c, name_en=c, parent=p) for c, p in tree))
    values = table(12, items=3)
    scores = {"A": values[:2].mean(axis=0), "B": values[2], "I": values.mean(axis=0)}
    groups = components_by_group(framework, values=values, scores=scores)
    level = components_of_level(framework, values=values, scores=scores, level=None)

    assert {code: found.codes for code, found in groups.items()} == {
        "I": ("A", "B"), "A": ("x", "y"),
    }  # fmt: skip
    assert level.codes == ("x", "y", "z")


def test_rows_tell_variance_and_loadings():
    items = table(13, items=2)
    found = principal_components(items, codes=["x", "y"], permutations=10)
    variance, loadings = variance_rows(found, group="A"), loading_rows(found, group="A")

    assert [row["component"] for row in variance] == [1, 2]
    assert variance[1]["cumulative_share"] == pytest.approx(1.0)
    assert variance[0]["threshold"] == found.thresholds[0]
    assert [(row["component"], row["code"]) for row in loadings] == [
        (1, "x"), (1, "y"), (2, "x"), (2, "y"),
    ]  # fmt: skip
    assert loadings[3]["loading"] == found.loadings[1, 1]


@pytest.mark.parametrize(
    ("items", "choices", "problem"),
    [
        (np.ones((1, 5)), {}, "have no components"),
        (np.array([[1.0, 2.0, np.nan], [1.0, 3.0, 2.0]]), {}, "Only 2 of 3 units have all of"),
        (np.array([[0.1] * 9, np.arange(9.0)]), {}, "i0 is the same for all 9 units"),
        (np.array([[1.0, np.inf, 2.0], [1.0, 3.0, 2.0]]), {}, "infinite"),
        (np.eye(3), {"permutations": 5, "quantile": 1.0}, "mean nothing"),
    ],
)
def test_what_has_no_components_is_refused(items, choices, problem):
    with pytest.raises(IndexMethodError, match=problem):
        principal_components(items, codes=codes(items), **choices)
