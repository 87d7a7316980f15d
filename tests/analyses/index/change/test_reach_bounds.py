"""Bounds of what a unit could change, and where improving is proved never to harm."""

from __future__ import annotations

import numpy as np
import pytest

from armillary.analyses.index.change.reach_bounds import (
    cost_of,
    like_peers,
    never_harms,
    toward_best,
)
from armillary.analyses.index.pipeline import Inputs, run
from armillary.analyses.index.rank import rank
from armillary.errors import IndexMethodError
from armillary.model.indicators import Direction, Framework, Node
from armillary.model.recipe import IndexRecipe, changed

LOWER = Direction.LOWER_IS_BETTER
FRAMEWORK = Framework(
    (
        Node(code="I", name_en="Index"),
        Node(code="A", name_en="A", parent="I", low=0, high=10),
        Node(code="B", name_en="B", parent="I", low=0, high=10, direction=LOWER),
        Node(code="C", name_en="C", parent="I", low=0, high=10),
    )
)
VALUES = np.array([[1.0, 5.0, 9.0], [2.0, 4.0, 8.0], [np.nan, 3.0, 3.0]])
FIXED = changed(
    IndexRecipe(period=2023, minimum_coverage=0.0),
    {"normalise": {"method": "goalposts", "range": (1.0, 100.0)}},
)


def inputs(values=VALUES):
    units = tuple("PQRSTUVW"[: values.shape[1]])
    return Inputs(framework=FRAMEWORK, periods=("2023",), units=units, values=values[None])


def test_a_share_of_the_way_leads_to_the_best_value_in_each_direction():
    found = toward_best(VALUES, FRAMEWORK, unit=1, share=0.5)

    np.testing.assert_array_equal(found, [7.0, 3.0, 3.0])
    assert np.isnan(toward_best(VALUES, FRAMEWORK, unit=0, share=1)[2])


def test_peers_set_the_bound_by_their_largest_improvement():
    before = np.array([[0.0, 5.0, 2.0], [9.0, 9.0, 7.0], [np.nan, np.nan, 4.0]])

    found = like_peers(np.stack([before, VALUES]), FRAMEWORK, unit=1)

    assert found[0] == 5 + 7
    assert found[1] == 4 - 7
    assert np.isnan(found[2])


def test_bounds_from_peers_need_two_years():
    panel = np.stack([np.full(VALUES.shape, np.nan), VALUES])

    with pytest.raises(IndexMethodError, match="1 years before"):
        like_peers(panel, FRAMEWORK, unit=0)


def test_the_whole_range_costs_one():
    found = cost_of(VALUES)

    np.testing.assert_allclose(found[:2], [1 / 8, 1 / 6])
    assert np.isnan(found[2])


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"aggregate.default": {"method": "geometric"}},
        {"aggregate.default": {"method": "mean_min", "alpha": 1.0}},
        {"aggregate.default": {"method": "ordered", "orness": 0.1}},
        {"weight.default": {"method": "equal"}},
    ],
)
def test_where_it_is_proved_no_improvement_ever_harms(changes):
    recipe = changed(FIXED, changes)
    random = np.random.default_rng(3)
    turned = np.array([1, -1, 1])

    assert never_harms(inputs(), recipe)
    for _ in range(40):
        values = random.uniform(0, 10, (3, 6))
        better = values.copy()
        better[:, 2] += turned * random.uniform(0, 2, 3)
        ranks = [rank(run(inputs(v), recipe).scores[-1, -1])[2] for v in (values, better)]
        assert ranks[1] <= ranks[0]


@pytest.mark.parametrize(
    "changes",
    [
        {"normalise": {"method": "minmax"}},
        {"normalise": {"method": "rank"}},
        {"treat": {"method": "winsorise"}},
        {"impute": {"method": "mean"}},
        {"weight.default": {"method": "entropy"}},
        {"aggregate.default": {"method": "copeland"}},
        {"aggregate.default": {"method": "mazziotta_pareto"}},
        {"screen.nonzero": 0.5},
        {"indicator.A.normalise": {"method": "minmax"}},
        {"normalise": {"method": "none"}},
    ],
)
def test_anywhere_else_it_is_not_proved(changes):
    assert not never_harms(inputs(), changed(FIXED, changes))


def test_imputation_that_has_nothing_to_fill_does_no_harm():
    complete = inputs(np.nan_to_num(VALUES, nan=1.0))

    assert never_harms(complete, changed(FIXED, {"impute": {"method": "mean"}}))
