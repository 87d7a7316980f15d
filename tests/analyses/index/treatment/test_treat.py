"""Treating outliers: formulas from their definitions, rules worked by hand, properties."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from armillary.analyses.index.scores import normalise
from armillary.analyses.index.treatment import transforms, treat, treatment_rules
from armillary.analyses.index.treatment.moments import kurtosis, skewness, within_limits
from armillary.errors import IndexMethodError
from armillary.model.indicators import Direction

OUTLIER = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, np.nan, 100.0])
# three far points beside thirty-nine near ones: winsorising fewer than three does not help
THREE_FAR = np.array([*np.arange(1.0, 40.0), 500.0, 700.0, 900.0])

vectors = arrays.arrays(
    np.float64,
    st.integers(4, 25),
    elements=st.one_of(st.integers(-50, 50).map(float), st.just(1000.0), st.just(np.nan)),
).filter(lambda values: np.unique(values[~np.isnan(values)]).size > 2)

log_treatment = partial(
    treat.transformed,
    transform=transforms.log_coin_tool,
    method="log_coin_tool",
    passes=within_limits,
)


# --- formulas


def test_logarithms_follow_their_definitions():
    values = np.array([2.0, 4.0, np.nan, 12.0])  # min 2, range 10

    np.testing.assert_allclose(
        transforms.log_coin_tool(values), np.log([0.1, 2.1, np.nan, 10.1]), rtol=1e-14
    )
    np.testing.assert_allclose(
        transforms.log_shifted(values), np.log([1.0, 3.0, np.nan, 11.0]), rtol=1e-14
    )


def test_the_two_sided_logarithm_takes_the_side_of_the_long_tail():
    high, low = np.array([0.0, 1.0, 10.0]), np.array([0.0, 9.0, 10.0])

    np.testing.assert_allclose(transforms.log_two_sided(high), np.log([0.1, 1.1, 10.1]))
    np.testing.assert_allclose(transforms.log_two_sided(low), -np.log([10.1, 1.1, 0.1]))


def test_the_logarithm_of_the_gii_follows_its_definition():
    values = np.array([10.0, 20.0, np.nan, 50.0])  # (max f - 1) = 49 or 499, range 40

    found = transforms.log_gii(values, factor=1.0)
    found_of_ten = transforms.log_gii(values, factor=10.0)

    np.testing.assert_allclose(found, np.log([1, 49 / 4 + 1, np.nan, 50]), rtol=1e-14)
    np.testing.assert_allclose(found_of_ten, np.log([1, 499 / 4 + 1, np.nan, 500]), rtol=1e-14)


def test_the_logarithm_of_the_gii_scores_bads_by_their_distance_from_the_maximum():
    values = np.array([10.0, 20.0, 50.0])
    distance = np.log(49 * (50 - values) / 40 + 1)

    found = transforms.log_gii(values, factor=1.0, lower_is_better=True)

    np.testing.assert_allclose(found, -distance, rtol=1e-14)
    np.testing.assert_allclose(
        normalise.minmax(found, indicator="CO2", direction=Direction.LOWER_IS_BETTER),
        normalise.minmax(distance, indicator="CO2"),
    )


@pytest.mark.parametrize(
    ("values", "factor", "fix"),
    [
        ([0.1, 0.5], 1.0, "factor=10"),
        ([0.001, 0.05], 1.0, "factor=100"),
        ([0.5, 1.0], 1.0, "factor=10"),
        ([-5.0, -1.0], 10.0, "log_coin_tool"),
    ],
)
def test_a_factor_that_would_turn_the_indicator_is_refused(values, factor, fix):
    with pytest.raises(IndexMethodError, match="not above 1") as refused:
        transforms.log_gii(np.array(values), factor=factor, indicator="SHARE")

    assert "SHARE" in refused.value.problem
    assert fix in refused.value.fix


@pytest.mark.parametrize("factor", [0.0, -1.0, 2.0, 50.0])
def test_a_factor_that_is_no_power_of_ten_is_refused(factor):
    with pytest.raises(IndexMethodError, match="no power of ten"):
        transforms.log_gii(np.array([1.0, 200.0]), factor=factor)


@pytest.mark.parametrize(
    ("power", "expected"),
    [(0.0, [0.0, np.log(4)]), (0.5, [0.0, 2.0]), (1.0, [0.0, 3.0]), (-1.0, [0.0, 0.75])],
)
def test_box_cox_follows_its_definition(power, expected):
    np.testing.assert_allclose(
        transforms.box_cox(np.array([5.0, 8.0]), power=power), expected, rtol=1e-14, atol=1e-14
    )


def test_a_value_below_zero_has_no_square_root():
    with pytest.raises(IndexMethodError, match="1 values below 0"):
        transforms.square_root(np.array([4.0, -1.0]))


@pytest.mark.parametrize(
    "transform",
    [
        transforms.log_coin_tool,
        transforms.log_two_sided,
        transforms.log_shifted,
        partial(transforms.log_gii, factor=1.0),
        partial(transforms.box_cox, power=0.5),
    ],
)
def test_an_indicator_without_range_cannot_be_transformed(transform):
    with pytest.raises(IndexMethodError, match="GERD has fewer than two distinct values"):
        transform(np.array([3.0, 3.0, np.nan]), indicator="GERD")


@pytest.mark.parametrize(
    "transform",
    [
        transforms.log_coin_tool,
        transforms.log_two_sided,
        transforms.log_shifted,
        partial(transforms.log_gii, factor=100.0),
        partial(transforms.log_gii, factor=100.0, lower_is_better=True),
        partial(transforms.box_cox, power=-1.0),
        partial(transforms.box_cox, power=2.0),
    ],
)
@given(values=vectors.filter(lambda v: np.nanmax(v) > 0))
def test_every_formula_keeps_the_order_and_the_gaps(transform, values):
    found = transform(values)

    order = np.argsort(values, kind="stable")[: int((~np.isnan(values)).sum())]
    assert (np.isnan(found) == np.isnan(values)).all()
    rising = np.diff(values[order]) > 0
    assert (np.diff(found[order])[rising] > 0).all()
    assert (np.diff(found[order])[~rising] == 0).all()


# --- winsorising


def test_winsorising_moves_the_outlier_to_the_next_value():
    found = treat.winsorise(OUTLIER)

    np.testing.assert_array_equal(found.values, [1, 2, 3, 4, 5, 6, np.nan, 6])
    assert (found.method, found.n_high, found.n_low, found.passed) == ("winsorise", 1, 0, True)
    assert found.touched.tolist() == [False] * 7 + [True]
    assert (found.skewness_before, found.kurtosis_before) == (skewness(OUTLIER), kurtosis(OUTLIER))
    assert found.skewness_after == skewness(found.values)
    assert found.kurtosis_after == kurtosis(found.values)
    assert OUTLIER[-1] == 100.0


def test_winsorising_the_turned_indicator_is_the_mirror_image():
    found = treat.winsorise(-OUTLIER)

    np.testing.assert_array_equal(found.values, -treat.winsorise(OUTLIER).values)
    assert (found.n_high, found.n_low) == (0, 1)


def test_winsorising_stops_at_the_maximum():
    values = np.array([*[1.0, 2.0] * 10, 100.0, 90.0])
    found = treat.winsorise(values, maximum=1)

    assert sorted(found.values)[-2:] == [90.0, 90.0]
    assert (found.n_high, found.passed) == (1, False)


def test_ties_move_together_past_the_maximum():
    values = np.array([*[1.0, 2.0, 3.0] * 10, 90.0, 90.0])
    found = treat.winsorise(values, maximum=1)

    assert (found.n_high, found.values.max()) == (2, 3.0)


def test_what_passes_is_left_alone_and_forced_points_are_moved_all_the_same():
    values = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.5])

    assert treat.winsorise(values).method == "none"
    # once 6.5 has become 5 the low tail is the longer one
    forced = treat.winsorise(values, force=2)
    np.testing.assert_array_equal(forced.values, [2, 2, 3, 4, 5, 5])
    assert (forced.method, forced.n_high, forced.n_low) == ("winsorise", 1, 1)


def test_an_indicator_is_never_winsorised_to_a_constant():
    values = np.array([0.0] * 9 + [1.0])
    found = treat.winsorise(values)

    assert (found.method, found.passed) == ("none", False)
    np.testing.assert_array_equal(found.values, values)
    with pytest.raises(IndexMethodError, match="GERD: 1 points cannot be winsorised"):
        treat.winsorise(values, force=1, indicator="GERD")


@pytest.mark.parametrize("bad", [{"maximum": -1}, {"force": -2}])
def test_fewer_than_no_points_are_refused(bad):
    with pytest.raises(IndexMethodError, match="fewer than none"):
        treat.winsorise(OUTLIER, **bad)


@given(values=vectors, maximum=st.integers(0, 6))
def test_winsorising_tells_exactly_what_it_moved(values, maximum):
    found = treat.winsorise(values, maximum=maximum)

    changed = (found.values != values) & ~np.isnan(values)
    assert (found.touched == changed).all()
    assert found.n_high + found.n_low == changed.sum()
    assert (found.method == "none") == (not changed.any())
    assert found.passed == within_limits(found.values)
    # every value stays within the original ones, and so do the gaps
    assert set(found.values[~np.isnan(values)]) <= set(values[~np.isnan(values)])
    assert (np.isnan(found.values) == np.isnan(values)).all()


# --- two stages


def test_the_second_treatment_takes_the_raw_values():
    found = treat.two_stage(
        THREE_FAR, first=partial(treat.winsorise, maximum=1), second=log_treatment
    )

    np.testing.assert_array_equal(found.values, transforms.log_coin_tool(THREE_FAR))
    assert found.method == "log_coin_tool"
    assert not found.touched.any()
    assert found.first is not None
    assert (found.first.method, found.first.n_high, found.first.passed) == ("winsorise", 1, False)


def test_a_combined_second_treatment_takes_what_the_first_made():
    found = treat.two_stage(
        THREE_FAR, first=partial(treat.winsorise, maximum=1), second=log_treatment, combine=True
    )

    winsorised = treat.winsorise(THREE_FAR, maximum=1)
    np.testing.assert_array_equal(found.values, transforms.log_coin_tool(winsorised.values))
    assert (found.method, found.n_high) == ("winsorise+log_coin_tool", 1)
    assert found.touched.tolist() == winsorised.touched.tolist()
    assert found.skewness_before == skewness(THREE_FAR)


def test_a_first_treatment_that_suffices_is_kept():
    found = treat.two_stage(THREE_FAR, first=treat.winsorise, second=log_treatment)

    assert (found.method, found.n_high, found.passed) == ("winsorise", 3, True)


def test_without_a_second_treatment_the_failed_first_is_kept_and_said_to_fail():
    found = treat.two_stage(THREE_FAR, first=partial(treat.winsorise, maximum=1), second=None)

    assert (found.method, found.passed) == ("winsorise", False)


def test_a_forced_first_treatment_is_applied_and_kept():
    even = np.arange(1.0, 11.0)
    force_two = partial(treat.winsorise, force=2)

    assert treat.two_stage(even, first=force_two, second=log_treatment).method == "none"
    forced = treat.two_stage(even, first=force_two, second=log_treatment, force="first")
    assert (forced.method, forced.n_low + forced.n_high) == ("winsorise", 2)
    # also where it does not suffice: the second would undo it
    failed = treat.two_stage(
        THREE_FAR, first=partial(treat.winsorise, force=1), second=log_treatment, force="first"
    )
    assert (failed.method, failed.n_high, failed.passed) == ("winsorise", 1, False)


def test_a_forced_second_treatment_is_applied_to_what_passes():
    even = np.arange(1.0, 11.0)

    found = treat.two_stage(even, first=treat.winsorise, second=log_treatment, force="second")

    np.testing.assert_array_equal(found.values, transforms.log_coin_tool(even))


def test_the_test_of_the_stages_is_the_one_given():
    strict = partial(within_limits, skewness_limit=0.1, kurtosis_limit=-9.0)
    values = np.array([1.0, 2.0, 3.0, 4.0, 8.0])

    found = treat.two_stage(values, first=treat.winsorise, second=None, passes=strict)

    assert treat.untreated(values).passed
    assert not found.passed


def test_what_the_second_treatment_says_of_itself_does_not_decide():
    steep = np.exp(np.arange(0.0, 12.0, 0.25))
    hopeless = partial(
        treat.transformed,
        transform=transforms.log_coin_tool,
        method="log_coin_tool",
        passes=lambda _: False,
    )

    for combine in (False, True):
        found = treat.two_stage(
            steep,
            first=partial(treat.winsorise, maximum=1),
            second=hopeless,
            combine=combine,
        )
        assert (found.passed, found.method[-13:]) == (True, "log_coin_tool")


# --- rules of published indexes


def test_the_rule_of_the_gii_winsorises_up_to_five_outliers():
    found = treatment_rules.gii_rule(THREE_FAR)

    assert (found.method, found.n_high, found.passed) == ("winsorise", 3, True)
    np.testing.assert_array_equal(found.values[-3:], [39, 39, 39])


def test_the_rule_of_the_gii_takes_the_logarithm_where_winsorising_does_not_suffice():
    found = treatment_rules.gii_rule(THREE_FAR, maximum=2)

    assert found.method == "log_gii"
    assert found.first is not None
    assert found.first.n_high == 2
    np.testing.assert_array_equal(found.values, transforms.log_gii(THREE_FAR, factor=1.0))


def test_the_rule_of_the_gii_needs_both_limits_to_be_crossed():
    skew, kurt = skewness(THREE_FAR), kurtosis(THREE_FAR)

    for limits in ({"skewness_limit": skew + 0.01}, {"kurtosis_limit": kurt + 0.01}):
        assert treatment_rules.gii_rule(THREE_FAR, **limits).method == "none"


def test_the_rule_of_the_gii_passes_the_direction_on_to_the_logarithm():
    found = treatment_rules.gii_rule(THREE_FAR, maximum=0, lower_is_better=True, factor=10.0)

    np.testing.assert_array_equal(
        found.values, transforms.log_gii(THREE_FAR, factor=10.0, lower_is_better=True)
    )


def test_the_rule_of_the_eis_replaces_what_lies_beyond_the_deviations():
    # mean 5.3, standard deviation (n - 1) 5.376: beyond 2 of them lies 20 only
    values = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 5.0, 6.0, 4.0, 3.0, 20.0])
    found = treatment_rules.eis_rule(values)

    assert values.mean() == pytest.approx(5.3)
    assert values.std(ddof=1) == pytest.approx(5.376, abs=0.001)
    np.testing.assert_array_equal(found.values, [1, 2, 3, 4, 5, 5, 6, 4, 3, 6])
    assert (found.method, found.n_high) == ("outliers_replaced", 1)
    # 20 lies 2.73 standard deviations (n - 1) out; with n it would be 2.88
    assert treatment_rules.eis_rule(values, deviations=2.8).n_high == 0


def test_the_rule_of_the_eis_replaces_outliers_of_what_is_not_skewed():
    values = np.array([-50.0, -2.0, -1.0, -1.0, 0.0, 0.0, 1.0, 1.0, 2.0, 50.0])
    found = treatment_rules.eis_rule(values)

    assert (found.method, found.n_high, found.n_low) == ("outliers_replaced", 1, 1)
    assert (found.values.min(), found.values.max()) == (-2.0, 2.0)


def test_the_rule_of_the_eis_takes_the_root_of_what_is_still_skewed():
    values = np.array([0.0] * 10 + [1.0] * 3 + [4.0] * 2 + [100.0])
    found = treatment_rules.eis_rule(values)

    assert found.method == "outliers_replaced+square_root"
    assert skewness(np.minimum(values, 4.0)) > 1
    np.testing.assert_array_equal(found.values, np.sqrt(np.minimum(values, 4.0)))
    assert (found.n_high, found.skewness_before) == (1, skewness(values))


def test_the_rule_of_the_eis_takes_the_root_where_nothing_is_replaced():
    values = np.array([0.0] * 10 + [1.0] * 3 + [4.0] * 2)
    found = treatment_rules.eis_rule(values, deviations=5.0)

    assert found.method == "square_root"
    np.testing.assert_array_equal(found.values, np.sqrt(values))


def test_the_rule_of_the_eis_leaves_what_is_even_or_skewed_low():
    for values in (np.arange(1.0, 12.0), -np.array([0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 2.0])):
        assert treatment_rules.eis_rule(values, deviations=9.0).method == "none"


def test_the_rule_of_the_eis_refuses_to_leave_no_range():
    with pytest.raises(IndexMethodError, match="GERD has not two distinct values"):
        treatment_rules.eis_rule(np.array([0.0] * 20 + [1.0]), indicator="GERD")
    with pytest.raises(IndexMethodError, match="hold no value"):
        treatment_rules.eis_rule(OUTLIER, deviations=0.0)


def test_fences_lie_one_and_a_half_ranges_beyond_the_quartiles():
    values = np.array([np.nan, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 30.0, -20.0])

    assert treatment_rules.fences(values) == (-4.0, 12.0)
    found = treatment_rules.interquartile(values)
    np.testing.assert_array_equal(found.values, [np.nan, 1, 2, 3, 4, 5, 6, 7, 12, -4])
    assert (found.method, found.n_high, found.n_low) == ("interquartile", 1, 1)
    assert treatment_rules.interquartile(values, factor=6.0).method == "none"


def test_fences_of_nothing_are_nowhere():
    assert np.isnan(treatment_rules.fences(np.array([np.nan]))).all()
    assert treatment_rules.interquartile(np.array([np.nan])).method == "none"


def test_fences_that_meet_are_refused():
    with pytest.raises(IndexMethodError, match="GERD: both fences are 0"):
        treatment_rules.interquartile(np.array([0.0] * 9 + [1.0]), indicator="GERD")
    with pytest.raises(IndexMethodError, match="inside the quartiles"):
        treatment_rules.interquartile(OUTLIER, factor=-0.1)
