"""Conformal intervals against hidden truth, and their quantile worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from armillary.analyses.index.missing.conformal import (
    calibrate,
    calibrated_draws,
    hide,
    intervals,
    quantile,
)
from armillary.analyses.index.missing.multiple_imputation import draws
from armillary.errors import IndexMethodError


def skewed(leaves, units, *, seed):
    """Related indicators with heavy tails, which no normal distribution fits."""
    generator = np.random.default_rng(seed)
    common = generator.normal(size=units)
    noise = generator.standard_t(3, size=(leaves, units))
    return np.exp(0.5 * (common + 0.7 * noise))


def hidden_share(truth, *, share, seed):
    generator = np.random.default_rng(seed)
    return np.where(generator.random(truth.shape) < share, np.nan, truth)


def coverage(found, truth, gone):
    return ((found.low <= truth * (1 + 1e-9)) & (truth * (1 - 1e-9) <= found.high))[gone].mean()


def test_the_quantile_worked_by_hand():
    misses = np.array([4.0, 1.0, np.nan, 3.0, 2.0])

    assert quantile(misses, weights=np.ones(5), level=0.8) == 4.0
    assert quantile(misses, weights=np.ones(5), level=0.6) == 3.0
    assert quantile(misses, weights=np.ones(5), level=0.81) == np.inf
    # Weights 1, 1, 1, 5 and 2 for the next: 1 and 2 reach 0.6 where 2 weighs 5.
    assert quantile(misses, weights=np.array([1.0, 1, 9, 1, 5]), level=0.6) == 2.0
    assert quantile(np.full(3, np.nan), weights=np.ones(3), level=0.5) == np.inf


def test_every_known_value_is_hidden_once():
    values = hidden_share(skewed(5, 33, seed=1), share=0.2, seed=2)

    parts = list(hide(values, folds=4, seed=3))

    np.testing.assert_array_equal(np.sum(parts, axis=0), ~np.isnan(values))
    sizes = np.array(parts).sum(axis=2)
    assert (sizes.max(axis=0) - sizes.min(axis=0) <= 1).all()


@pytest.mark.parametrize("transform", ["normal_scores", "none"])
@pytest.mark.parametrize("level", [0.8, 0.9])
def test_intervals_hold_hidden_values_as_often_as_they_say(level, transform):
    held = []
    for seed in range(8):
        truth = skewed(8, 90, seed=seed)
        values = hidden_share(truth, share=0.1, seed=seed + 100)
        calibration = calibrate(values, seed=seed, level=level, folds=5, transform=transform)
        found = intervals(values, calibration=calibration)
        held.append(coverage(found, truth, np.isnan(values)))

    assert level - 0.04 < np.mean(held) < level + 0.04


# Values of the second group are five times as noisy: one width for both would hold too few there.
def test_every_group_has_the_level_of_its_own():
    held = []
    for seed in range(8):
        generator = np.random.default_rng(seed)
        group = np.repeat([0, 1], [80, 40])
        truth = generator.normal(size=120) + generator.normal(size=(6, 120)) * np.where(
            group == 1, 5.0, 1.0
        )
        gone = generator.random(truth.shape) < np.where(group == 1, 0.25, 0.05)
        values = np.where(gone, np.nan, truth)
        options = {"seed": seed, "folds": 5, "transform": "none"}
        alone = intervals(values, calibration=calibrate(values, **options))
        grouped = intervals(values, calibration=calibrate(values, groups=group, **options))
        held.append(
            [
                ((one.low <= truth) & (truth <= one.high))[:, group == g][
                    gone[:, group == g]
                ].mean()
                for one in (alone, grouped)
                for g in (0, 1)
            ]
        )

    alone_0, alone_1, grouped_0, grouped_1 = np.mean(held, axis=0)
    assert alone_0 > 0.95
    assert 0.85 < grouped_0 < 0.95
    assert 0.85 < grouped_1 < 0.95
    assert alone_1 < grouped_1 + 0.05


def test_an_indicator_with_few_known_values_takes_the_pooled_width():
    values = skewed(5, 60, seed=3)
    values[4, 25:] = np.nan

    found = calibrate(values, seed=1, folds=5)
    all_pooled = calibrate(values, seed=1, folds=5, fewest=61)

    assert found.leaf[4] == all_pooled.leaf[4] == all_pooled.leaf[0]
    assert found.leaf[0] != all_pooled.leaf[0]


def test_indicators_of_two_values_have_intervals_too():
    values = np.where(skewed(5, 60, seed=1) > 1.5, 1.0, 0.0)
    values[:, ::7] = np.nan

    found = intervals(values, calibration=calibrate(values, seed=1, folds=5))

    gone = np.isnan(values)
    assert (found.low[gone] >= 0).all()
    assert (found.low[gone] <= found.high[gone]).all()
    assert (found.high[gone] <= 1).all()


def test_known_values_have_no_interval_and_ends_stay_within_the_known_range():
    values = hidden_share(skewed(5, 60, seed=4), share=0.2, seed=5)

    found = intervals(values, calibration=calibrate(values, seed=1, folds=5))

    gone = np.isnan(values)
    assert np.isnan(found.low[~gone]).all()
    assert (found.low[gone] <= found.centre[gone]).all()
    assert (found.centre[gone] <= found.high[gone]).all()
    assert (found.high <= np.nanmax(values, axis=1)[:, None])[gone].all()


def test_an_earlier_period_narrows_the_intervals():
    truth = skewed(4, 70, seed=6)
    values = hidden_share(truth, share=0.15, seed=7)
    previous = truth * np.exp(0.05 * np.random.default_rng(8).normal(size=truth.shape))

    without = intervals(values, calibration=calibrate(values, seed=1, folds=5))
    within = intervals(values, calibration=calibrate(values, seed=1, folds=5, previous=previous))

    widths = [np.nanmedian(np.log(one.high / one.low)) for one in (without, within)]
    assert widths[1] < 0.5 * widths[0]
    assert coverage(within, truth, np.isnan(values)) > 0.8


def test_calibrated_draws_hold_hidden_values_as_often_as_stated():
    held, plain = [], []
    for seed in range(5):
        truth = skewed(8, 90, seed=seed)
        values = hidden_share(truth, share=0.1, seed=seed + 50)
        drawn = draws(values, number=200, parameter_draws=10, seed=seed, tolerance=1e-2)
        narrow = np.median(drawn, axis=0) + 0.3 * (drawn - np.median(drawn, axis=0))
        calibration = calibrate(values, seed=seed, folds=5)
        found = calibrated_draws(narrow, values=values, calibration=calibration)
        gone = np.isnan(values)
        assert (found[:, ~gone] == values[~gone]).all()
        for one, into in ((found, held), (narrow, plain)):
            low, high = np.quantile(one, [0.05, 0.95], axis=0)
            into.append(((low <= truth) & (truth <= high))[gone].mean())

    assert np.mean(plain) < 0.6
    assert 0.84 < np.mean(held) < 0.96


def test_what_cannot_be_calibrated_is_refused():
    values = hidden_share(skewed(3, 30, seed=1), share=0.1, seed=1)

    with pytest.raises(IndexMethodError, match=r"too few for intervals that hold 100%"):
        calibrate(values, seed=1, level=0.999)
    with pytest.raises(ValueError, match="level"):
        calibrate(values, seed=1, level=1.0)
    with pytest.raises(ValueError, match="folds"):
        list(hide(values, folds=1, seed=1))
    sparse = np.vstack([values, np.r_[1.0, 2.0, np.full(28, np.nan)]])
    with pytest.raises(IndexMethodError, match="Indicator 4 keeps no two"):
        calibrate(sparse, seed=1)
