"""Scales that follow the sample: cases worked by hand, and properties of all of them."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from armillary.analyses.index.scores import normalise, positions, standards
from armillary.errors import IndexMethodError
from armillary.model.indicators import Direction

UP, DOWN = Direction.HIGHER_IS_BETTER, Direction.LOWER_IS_BETTER

# above 0, so that every method accepts them in either direction
indicators = arrays.arrays(
    np.float64, st.integers(2, 25), elements=st.one_of(st.integers(1, 500), st.just(np.nan))
).filter(lambda values: np.unique(values[~np.isnan(values)]).size > 1)

# every method with a direction, what its bounds are said to be, and whether distinct values
# always score differently
METHODS = {
    "minmax": (normalise.minmax, {}, True),
    "zscore": (normalise.zscore, {}, True),
    "rank_points": (positions.rank_points, {}, True),
    "borda": (positions.borda, {}, True),
    "percentile_rank": (positions.percentile_rank, {}, True),
    "distance_to_maximum": (normalise.distance_to_maximum, {}, True),
    "goalposts": (partial(standards.goalposts, low=50, high=300), {"cap": 100.0}, False),
    "share_of_maximum": (standards.share_of_maximum, {}, True),
    "monitoring": (partial(standards.monitoring, standard=90.0), {"cap": 100.0}, False),
    "base_period": (partial(standards.base_period, base=90.0), {}, True),
}


@pytest.mark.parametrize("name", METHODS)
@settings(max_examples=40)  # for each of ten methods
@given(values=indicators, direction=st.sampled_from(Direction))
def test_every_method_keeps_the_order_the_gaps_and_its_bounds(name, values, direction):
    method, bounds, strict = METHODS[name]
    scores = method(values, indicator="GERD", direction=direction)

    known = ~np.isnan(values)
    assert (np.isnan(scores) == ~known).all()
    order = np.argsort(values[known] * float(direction), kind="stable")
    steps = np.diff(scores[known][order])
    better = np.diff(values[known][order]) != 0
    assert (steps[better] > 0).all() if strict else (steps[better] >= 0).all()
    assert (steps[~better] == 0).all()
    low, high = standards.bounds_of(name, **bounds)
    assert low <= scores[known].min()
    assert scores[known].max() <= high


@pytest.mark.parametrize("cap", [True, False])
@given(values=indicators, direction=st.sampled_from(Direction), share=st.floats(0.1, 1.5))
def test_distances_keep_the_order_and_their_bounds(cap, values, direction, share):
    signed = values * float(direction)
    goal = np.nanmin(signed) + share * (np.nanmax(signed) - np.nanmin(signed))
    common = {"indicator": "GERD", "direction": direction, "cap": cap}

    target = normalise.distance_to_target(
        values, target=goal * float(direction), bounds=(1.0, 100.0), **common
    )
    reference = normalise.distance_to_reference(values, reference=goal * float(direction), **common)

    np.testing.assert_allclose(target, 1 + 99 * reference)
    low, high = standards.bounds_of(
        "distance_to_target", bounds=(1.0, 100.0), cap=100.0 if cap else None
    )
    assert (np.nanmin(target), low) == (1.0, 1.0)
    assert np.nanmax(target) <= high
    assert np.nanmin(reference) == 0 == standards.bounds_of("distance_to_reference")[0]
    assert cap or np.nanmax(reference) == pytest.approx(1 / share)


@pytest.mark.parametrize(
    "method",
    [
        normalise.minmax,
        normalise.zscore,
        normalise.distance_to_maximum,
        partial(normalise.distance_to_reference, reference=1.0),
        partial(normalise.distance_to_target, target=1.0),
        positions.rank_points,
        positions.borda,
        positions.percentile_rank,
    ],
)
@pytest.mark.parametrize("values", [[3.0, 3.0, np.nan], [np.nan, np.nan], [1.0]])
def test_an_indicator_without_range_is_refused_by_name(method, values):
    with pytest.raises(IndexMethodError, match="GERD has fewer than two distinct values"):
        method(np.array(values), indicator="GERD")


@given(values=indicators, direction=st.sampled_from(Direction))
def test_z_scores_have_the_mean_and_the_deviation_asked_for(values, direction):
    scores = normalise.zscore(
        values, indicator="GERD", direction=direction, mean=10.0, deviation=2.0
    )

    known = scores[~np.isnan(scores)]
    assert known.mean() == pytest.approx(10)
    assert known.std(ddof=1) == pytest.approx(2)


@pytest.mark.parametrize("deviation", [0.0, -1.0, np.nan])
def test_z_scores_without_spread_are_refused(deviation):
    with pytest.raises(IndexMethodError, match="GERD: scores with a standard deviation"):
        normalise.zscore(np.array([1.0, 2.0]), indicator="GERD", deviation=deviation)


def test_a_scale_is_turned_by_its_two_numbers():
    values = np.array([0.0, 5.0, 20.0, np.nan])

    up = normalise.scaled(values, indicator="GERD", low=0, high=10, factor=1.0)
    down = normalise.scaled(values, indicator="GERD", low=10, high=0, factor=1.0)

    np.testing.assert_array_equal(up, [0.0, 0.5, 2.0, np.nan])
    np.testing.assert_array_equal(down, [1.0, 0.5, -1.0, np.nan])


@pytest.mark.parametrize(("low", "high"), [(1.0, 1.0), (np.nan, 1.0), (0.0, np.inf)])
def test_a_scale_without_range_is_refused(low, high):
    with pytest.raises(IndexMethodError, match="GERD cannot be scaled"):
        normalise.scaled(np.array([1.0, 2.0]), indicator="GERD", low=low, high=high)


def test_where_lower_is_better_the_distance_to_a_target_runs_down():
    values = np.array([10.0, 6.0, 2.0, 0.0])

    free = normalise.distance_to_target(values, indicator="CO2", target=2.0, direction=DOWN)
    held = normalise.distance_to_target(
        values, indicator="CO2", target=2.0, direction=DOWN, cap=True, bounds=(1.0, 100.0)
    )

    np.testing.assert_array_equal(free, [0.0, 0.5, 1.0, 1.25])
    np.testing.assert_array_equal(held, [1.0, 50.5, 100.0, 100.0])


@pytest.mark.parametrize(("target", "direction"), [(1.0, UP), (0.5, UP), (4.0, DOWN), (9.0, DOWN)])
def test_a_target_that_the_worst_unit_has_reached_is_refused(target, direction):
    with pytest.raises(IndexMethodError, match=r"GERD: the target .* is not better than the worst"):
        normalise.distance_to_target(
            np.array([1.0, 4.0]), indicator="GERD", target=target, direction=direction
        )


@pytest.mark.parametrize("target", [np.nan, np.inf])
def test_a_target_that_is_no_number_is_refused(target):
    with pytest.raises(IndexMethodError, match="GERD: the target"):
        normalise.distance_to_target(np.array([1.0, 4.0]), indicator="GERD", target=target)


def test_where_lower_is_better_the_reference_is_measured_from_the_highest_value():
    found = normalise.distance_to_reference(
        np.array([10.0, 6.0, 2.0]), indicator="CO2", reference=6.0, direction=DOWN, cap=True
    )

    np.testing.assert_array_equal(found, [0.0, 1.0, 1.0])


@pytest.mark.parametrize(
    ("reference", "problem"), [(np.nan, "no value for the reference"), (1.0, "is not better")]
)
def test_a_reference_unit_without_value_or_without_lead_is_refused(reference, problem):
    with pytest.raises(IndexMethodError, match=f"GERD.*{problem}"):
        normalise.distance_to_reference(np.array([1.0, 4.0]), indicator="GERD", reference=reference)
