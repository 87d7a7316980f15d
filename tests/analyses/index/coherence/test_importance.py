"""Importance beside weight: cases whose correlation ratio is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from armillary.analyses.index.coherence import (
    correlation_ratio,
    importance,
    importance_by_group,
)
from armillary.errors import IndexMethodError
from armillary.model.indicators import Framework, Node

FRAMEWORK = Framework(
    tuple(
        Node(code=code, name_en=code, parent=parent, weight=weight)
        for code, parent, weight in [
            ("I", None, 1.0), ("A", "I", 3.0), ("B", "I", 1.0),
            ("x", "A", 1.0), ("y", "A", 1.0), ("z", "B", 1.0),
        ]
    )
)  # fmt: skip


def numbers(units=60, *, spread=(1.0, 3.0, 1.0), seed=1):
    values = np.random.default_rng(seed).normal(size=(3, units)) * np.array(spread)[:, None]
    a, b = values[:2].mean(axis=0), values[2]
    return values, {"A": a, "B": b, "I": 0.75 * a + 0.25 * b}


def test_of_a_linear_relation_it_is_the_squared_correlation():
    rng = np.random.default_rng(1)
    x = rng.normal(size=4000)
    y = 0.6 * x + 0.8 * rng.normal(size=4000)

    assert correlation_ratio(x, y) == pytest.approx(0.36, abs=0.03)
    assert correlation_ratio(x, y) == pytest.approx(np.corrcoef(x, y)[0, 1] ** 2, abs=0.005)


def test_of_a_parabola_it_is_1_where_the_correlation_is_0():
    x = np.linspace(-1, 1, 101)

    assert correlation_ratio(x, x**2) > 0.999
    assert np.corrcoef(x, x**2)[0, 1] ** 2 < 1e-20


def test_of_a_parabola_with_noise_it_is_the_share_of_the_parabola():
    rng = np.random.default_rng(2)
    x = rng.normal(size=4000)
    y = x**2 + math.sqrt(2) * rng.normal(size=4000)

    # V(x^2) = 2 for a standard normal x, and the noise has 2
    assert correlation_ratio(x, y) == pytest.approx(0.5, abs=0.04)


def test_of_independent_numbers_it_is_small_but_above_0_and_falls_with_the_units():
    rng = np.random.default_rng(3)
    mean = {
        units: np.mean(
            [correlation_ratio(rng.normal(size=units), rng.normal(size=units)) for _ in range(60)]
        )
        for units in (30, 300)
    }

    # a straight line alone explains 1 / (units - 1) of nothing
    assert 1 / 29 / 2 < mean[30] < 0.2
    assert mean[300] < 0.02
    assert mean[300] < mean[30] / 4


def test_of_two_groups_it_is_the_classical_ratio_of_variances():
    x = np.array([0.0] * 4 + [1.0] * 6)
    y = np.array([1.0, 2.0, 3.0, 2.0, 5.0, 6.0, 7.0, 5.0, 6.0, 7.0])
    between = np.where(x == 0, y[x == 0].mean(), y[x == 1].mean())

    assert correlation_ratio(x, y) == pytest.approx(between.var() / y.var(), rel=1e-9)


def test_it_does_not_depend_on_units_of_measure_nor_on_direction():
    rng = np.random.default_rng(4)
    x = rng.normal(size=50)
    y = np.cos(x) + 0.2 * rng.normal(size=50)

    assert correlation_ratio(5 - 1e6 * x, 1e-6 * y - 3) == pytest.approx(
        correlation_ratio(x, y), rel=1e-7
    )


def test_units_without_both_are_left_out():
    x = np.array([*np.linspace(-1, 1, 30), 99.0, np.nan])
    y = np.array([*np.linspace(-1, 1, 30) ** 2, np.nan, 99.0])

    assert correlation_ratio(x, y) == correlation_ratio(x[:30], y[:30])


def test_equal_weights_are_not_equal_importance_where_one_part_varies_more():
    values, scores = numbers(units=400)
    rows = importance(FRAMEWORK, values=values, scores=scores, target="A", replicates=0)

    # A = (x + y) / 2 with variances 1 and 9: shares 0.1 and 0.9
    assert [row["code"] for row in rows] == ["x", "y"]
    assert [row["weight"] for row in rows] == [0.5, 0.5]
    assert [row["correlation_ratio"] for row in rows] == pytest.approx([0.1, 0.9], abs=0.06)
    assert sum(row["correlation_ratio_share"] for row in rows) == pytest.approx(1)
    assert sum(row["excess"] for row in rows) == pytest.approx(0)
    assert rows[1]["excess"] == pytest.approx(0.4, abs=0.06)
    assert math.isnan(rows[0]["correlation_ratio_error"])


def test_weights_are_those_that_reach_the_target_rescaled_over_the_nodes_asked():
    values, scores = numbers()
    every = importance(
        FRAMEWORK, values=values, scores=scores, target="I", codes=["x", "y", "z"], replicates=0
    )
    two = importance(
        FRAMEWORK, values=values, scores=scores, target="I", codes=["x", "z"], replicates=0
    )

    assert [row["weight"] for row in every] == pytest.approx([0.375, 0.375, 0.25])
    assert [row["weight"] for row in two] == pytest.approx([0.6, 0.4])
    assert two[0]["correlation_ratio"] == every[0]["correlation_ratio"]


def test_standard_errors_are_those_of_sampling():
    """The bootstrap's mean error against the spread over fresh samples."""
    rng = np.random.default_rng(5)
    found, errors = [], []
    for seed in range(60):
        x = rng.normal(size=80)
        y = 0.6 * x + 0.8 * rng.normal(size=80)
        tree = Framework((Node(code="I", name_en="I"), Node(code="x", name_en="x", parent="I")))
        row = importance(
            tree, values=x[None], scores={"I": y}, target="I", replicates=60, seed=seed
        )[0]
        found.append((row["pearson_squared"], row["correlation_ratio"]))
        errors.append((row["pearson_squared_error"], row["correlation_ratio_error"]))

    np.testing.assert_allclose(np.mean(errors, axis=0), np.std(found, axis=0), rtol=0.25)


def test_the_same_seed_gives_a_node_the_same_error_whatever_else_is_asked():
    values, scores = numbers()
    asked = {"values": values, "scores": scores, "target": "I", "replicates": 20}
    both = importance(FRAMEWORK, **asked, codes=["x", "z"])
    one = importance(FRAMEWORK, **asked, codes=["z"])
    other = importance(FRAMEWORK, **asked, codes=["z"], seed=2)

    assert one[0]["correlation_ratio_error"] == both[1]["correlation_ratio_error"]
    assert one[0]["correlation_ratio_error"] != other[0]["correlation_ratio_error"]


def test_every_group_is_explained_by_its_parts():
    values, scores = numbers()
    rows = importance_by_group(FRAMEWORK, values=values, scores=scores, replicates=0)

    assert [(row["target"], row["code"]) for row in rows] == [
        ("I", "A"), ("I", "B"), ("A", "x"), ("A", "y"), ("B", "z"),
    ]  # fmt: skip
    assert rows[4]["correlation_ratio"] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ({"target": "x"}, "'x' is no group"),
        ({"target": "A", "codes": ["z"]}, "'z' is not beneath 'A'"),
        ({"target": "A", "codes": ["nobody"]}, "'nobody' is not beneath 'A'"),
        ({"target": "A", "replicates": 1}, "give no standard error"),
        ({"target": "A", "most_knots": 2}, "2 knots make no curve"),
    ],
)
def test_importance_that_means_nothing_is_refused(asked, problem):
    values, scores = numbers()
    with pytest.raises(IndexMethodError, match=problem):
        importance(FRAMEWORK, values=values, scores=scores, **asked)


@pytest.mark.parametrize(
    ("x", "problem"),
    [
        ([1.0, 2.0, 3.0, 4.0, np.nan, np.nan], "Only 4 units have both"),
        ([0.1] * 6, "the same for all units"),
        ([1.0, 2.0, 3.0, 4.0, 5.0, np.inf], "infinite"),
    ],
)
def test_numbers_that_cannot_be_explained_are_refused(x, problem):
    with pytest.raises(IndexMethodError, match=problem):
        correlation_ratio(np.array(x), np.arange(6.0))
