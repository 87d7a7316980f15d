"""Fixed posts, standards and bases: cases worked by hand, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest

from armillary.analyses.index.scores import standards
from armillary.errors import IndexMethodError
from armillary.model.indicators import Direction

DOWN = Direction.LOWER_IS_BETTER
VALUES = np.array([0.0, 2.0, 6.0, np.nan, 20.0])


def test_goalposts_are_cut_off_at_the_posts():
    posts = {"indicator": "GERD", "low": 2.0, "high": 10.0, "bounds": (1.0, 101.0)}

    np.testing.assert_array_equal(
        standards.goalposts(VALUES, **posts), [1.0, 1.0, 51.0, np.nan, 101.0]
    )
    np.testing.assert_array_equal(
        standards.goalposts(VALUES, cap=False, **posts), [-24.0, 1.0, 51.0, np.nan, 226.0]
    )
    np.testing.assert_array_equal(
        standards.goalposts(VALUES, direction=DOWN, **posts), [101.0, 101.0, 51.0, np.nan, 1.0]
    )


def test_goalposts_need_no_range_in_the_sample():
    found = standards.goalposts(np.array([5.0, 5.0]), indicator="GERD", low=0.0, high=10.0)

    np.testing.assert_array_equal(found, [50.0, 50.0])


@pytest.mark.parametrize(("low", "high"), [(2.0, 2.0), (9.0, 2.0), (np.nan, 2.0), (2.0, np.inf)])
def test_goalposts_out_of_order_are_refused(low, high):
    with pytest.raises(IndexMethodError, match="GERD has goalposts"):
        standards.goalposts(VALUES, indicator="GERD", low=low, high=high)


def test_goalposts_never_leave_their_bounds_by_rounding():
    values = np.random.default_rng(1).uniform(0.0, 1.0, 20_000)
    found = standards.goalposts(values, indicator="X", low=0.1, high=0.7, bounds=(0.1, 0.7))

    assert (found.min(), found.max()) == (0.1, 0.7)


def test_shares_of_the_maximum_are_percentages_of_the_best():
    values = np.array([-1.0, 5.0, np.nan, 20.0])

    np.testing.assert_array_equal(
        standards.share_of_maximum(values, indicator="GERD"), [-5.0, 25.0, np.nan, 100.0]
    )
    np.testing.assert_array_equal(
        standards.share_of_maximum(np.array([2.0, np.nan, 8.0]), indicator="CO2", direction=DOWN),
        [100.0, np.nan, 25.0],
    )


@pytest.mark.parametrize(
    ("values", "direction"),
    [([0.0, -1.0], 1), ([np.nan], 1), ([np.nan], -1), ([0.0, 4.0], -1), ([-2.0, 4.0], -1)],
)
def test_shares_that_mean_nothing_are_refused(values, direction):
    with pytest.raises(IndexMethodError, match="GERD has"):
        standards.share_of_maximum(
            np.array(values), indicator="GERD", direction=Direction(direction)
        )


def test_monitoring_values_are_percentages_of_the_standard_up_to_the_cap():
    common = {"indicator": "GERD", "standard": 8.0}

    np.testing.assert_array_equal(
        standards.monitoring(VALUES, **common), [0.0, 25.0, 75.0, np.nan, 100.0]
    )
    np.testing.assert_array_equal(
        standards.monitoring(VALUES, cap=None, **common), [0.0, 25.0, 75.0, np.nan, 250.0]
    )
    np.testing.assert_array_equal(
        standards.monitoring(VALUES, direction=DOWN, cap=200.0, **common),
        [200.0, 200.0, 400 / 3, np.nan, 40.0],
    )


@pytest.mark.parametrize(
    ("values", "options"),
    [
        ([1.0], {"standard": 0.0}),
        ([1.0], {"standard": -3.0}),
        ([1.0], {"standard": np.nan}),
        ([-1.0], {"standard": 8.0, "direction": DOWN}),
        ([0.0], {"standard": 8.0, "direction": DOWN, "cap": None}),
    ],
)
def test_monitoring_values_that_mean_nothing_are_refused(values, options):
    with pytest.raises(IndexMethodError, match="GERD has"):
        standards.monitoring(np.array(values), indicator="GERD", **options)


def test_index_numbers_stand_on_their_base():
    np.testing.assert_array_equal(
        standards.base_period(VALUES, indicator="GERD", base=2.0),
        [0.0, 100.0, 300.0, np.nan, 1000.0],
    )
    np.testing.assert_array_equal(
        standards.base_period(VALUES[1:], indicator="CO2", base=2.0, direction=DOWN),
        [100.0, 100 / 3, np.nan, 10.0],
    )


@pytest.mark.parametrize(
    ("base", "direction"), [(0.0, 1), (-1.0, 1), (np.nan, 1), (np.inf, 1), (2.0, -1)]
)
def test_a_base_that_nothing_can_stand_on_is_refused(base, direction):
    with pytest.raises(IndexMethodError, match="GERD has"):
        standards.base_period(VALUES, indicator="GERD", base=base, direction=Direction(direction))


@pytest.mark.parametrize(
    ("method", "options", "expected"),
    [
        ("minmax", {"bounds": (1.0, 100.0)}, (1.0, 100.0)),
        ("zscore", {}, (-math.inf, math.inf)),
        ("scaled", {}, (-math.inf, math.inf)),
        ("goalposts", {"bounds": (1.0, 100.0)}, (-math.inf, math.inf)),
        ("goalposts", {"bounds": (1.0, 100.0), "cap": 100.0}, (1.0, 100.0)),
        ("distance_to_target", {"bounds": (1.0, 100.0)}, (1.0, math.inf)),
        ("distance_to_reference", {"cap": 1.0}, (0.0, 1.0)),
        ("monitoring", {"cap": 100.0}, (-math.inf, 100.0)),
        ("share_of_maximum", {}, (-math.inf, 100.0)),
        ("base_period", {}, (-math.inf, math.inf)),
    ],
)
def test_the_bounds_of_a_method_are_known_before_it_runs(method, options, expected):
    assert standards.bounds_of(method, **options) == expected
