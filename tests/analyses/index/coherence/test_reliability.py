"""Cronbach's alpha: cases worked by hand, and properties."""

from __future__ import annotations

import math

import numpy as np
import pytest

from armillary.analyses.index.coherence import (
    alpha_if_deleted,
    average_correlation,
    cronbach_alpha,
    reliability,
)
from armillary.errors import IndexMethodError
from armillary.model.indicators import Framework, Node


def test_alpha_is_worked_by_hand():
    # variances 1 and 3, covariance 1.5: 2 * (1 - 4 / 7)
    assert cronbach_alpha(np.array([[1.0, 2.0, 3.0], [2.0, 2.0, 5.0]])) == pytest.approx(6 / 7)


def test_alpha_is_the_share_of_the_variance_of_the_sum():
    items = np.random.default_rng(1).normal(size=(4, 25)) + np.arange(25.0)
    own = items.var(axis=1, ddof=1).sum()

    assert cronbach_alpha(items) == pytest.approx(
        4 / 3 * (1 - own / items.sum(axis=0).var(ddof=1)), rel=1e-12
    )


def test_items_that_are_copies_have_alpha_1_and_items_without_relation_about_0():
    row = np.random.default_rng(2).normal(size=500)
    unrelated = np.random.default_rng(3).normal(size=(5, 500))

    assert cronbach_alpha(np.array([row, row, row])) == pytest.approx(1.0)
    assert abs(cronbach_alpha(unrelated)) < 0.15


def test_each_covariance_is_over_the_units_that_have_both():
    items = np.array([[1.0, 2.0, 3.0, np.nan], [1.0, 2.0, np.nan, 6.0], [3.0, 1.0, 4.0, 5.0]])
    own = [1.0, 7.0, float(np.var([3, 1, 4, 5], ddof=1))]
    # items 0 and 1 have units 0 and 1 in common, items 1 and 2 units 0, 1 and 3
    shared = 0.5 + np.cov([1, 2, 3], [3, 1, 4])[0, 1] + np.cov([1, 2, 6], [3, 1, 5])[0, 1]
    total = sum(own) + 2 * shared

    assert cronbach_alpha(items) == pytest.approx(1.5 * (1 - sum(own) / total))


def test_leaving_out_the_item_that_does_not_belong_raises_alpha():
    rng = np.random.default_rng(4)
    common = rng.normal(size=60)
    items = np.array([*(common + 0.3 * rng.normal(size=(3, 60))), rng.normal(size=60)])
    without = alpha_if_deleted(items)

    assert without.shape == (4,)
    assert without[3] == pytest.approx(cronbach_alpha(items[:3]))
    assert without[3] > cronbach_alpha(items) > without[0]


def test_the_average_correlation_is_over_all_pairs():
    items = np.random.default_rng(5).normal(size=(3, 12))
    r = np.corrcoef(items)

    assert average_correlation(items) == pytest.approx((r[0, 1] + r[0, 2] + r[1, 2]) / 3)


def test_groups_of_one_are_left_out_and_pairs_have_no_alpha_without_one():
    tree = [("I", None), ("A", "I"), ("B", "I"), ("x", "A"), ("y", "A"), ("z", "B")]
    framework = Framework(tuple(Node(code=c, name_en=c, parent=p) for c, p in tree))
    values = np.array([[1.0, 2.0, 3.0], [2.0, 2.0, 5.0], [1.0, 0.0, 5.0]])
    scores = {"A": values[0], "B": values[2], "I": values[1]}
    rows = reliability(framework, values=values, scores=scores)

    assert [(row["group"], row["deleted"], row["items"]) for row in rows] == [
        ("I", None, 2), ("I", "A", 1), ("I", "B", 1),
        ("A", None, 2), ("A", "x", 1), ("A", "y", 1),
    ]  # fmt: skip
    assert rows[3]["alpha"] == pytest.approx(6 / 7)
    assert math.isnan(rows[4]["alpha"])


def test_what_has_no_alpha_is_refused():
    with pytest.raises(IndexMethodError, match="1 items are too few"):
        cronbach_alpha(np.ones((1, 5)))
    with pytest.raises(IndexMethodError, match="2 items are too few"):
        alpha_if_deleted(np.array([[1.0, 2.0], [2.0, 3.0]]))
    with pytest.raises(IndexMethodError, match="does not vary"):
        cronbach_alpha(np.array([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]]))
    with pytest.raises(IndexMethodError, match="infinite"):
        cronbach_alpha(np.array([[1.0, 2.0], [np.inf, 3.0]]))
