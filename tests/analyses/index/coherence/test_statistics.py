"""Statistics of indicators and units: cases worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from armillary.analyses.index.coherence import Limits, availability, describe
from armillary.analyses.index.coherence.statistics import availability_by_group
from armillary.errors import IndexMethodError
from armillary.model.indicators import Framework, Node

GAPS = np.array([[0.0, 0.0, 3.0, 4.0, np.nan], [1.0, np.nan, 0.0, np.nan, np.nan]])


def test_an_indicator_with_gaps_zeros_and_repetitions_is_described():
    row = describe(GAPS, codes=["x", "y"])[0]

    assert (row["code"], row["units"], row["available"]) == ("x", 5, 4)
    assert (row["nonzero"], row["unique"], row["most_frequent"]) == (2, 3, 2)
    assert (row["minimum"], row["median"], row["maximum"], row["mean"]) == (0.0, 1.5, 4.0, 1.75)
    assert row["standard_deviation"] == pytest.approx(math.sqrt(12.75 / 3))
    assert (row["share_available"], row["share_zero"], row["share_nonzero"]) == (0.8, 0.5, 0.5)
    assert (row["share_unique"], row["share_most_frequent"]) == (0.75, 0.5)


def test_quantiles_interpolate_between_order_statistics():
    row = describe(np.array([[10.0, 20.0, 30.0, 40.0, 50.0, np.nan]]), codes=["x"])[0]

    # position 1 + 4 p among five values: 5 % lies at 1.2
    assert [row[q] for q in ("q05", "q25", "q75", "q95")] == pytest.approx([12, 20, 40, 48])


def test_what_is_worth_a_second_look_is_flagged():
    spike = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 200.0]
    zeros = [0.0] * 7 + [1.0, 2.0, 3.0]
    scarce = [np.nan] * 5 + [1.0, 2.0, 3.0, 4.0, 5.0]
    rows = describe(np.array([spike, zeros, scarce]), codes=["spike", "zeros", "scarce"])

    flags = ("few_available", "many_zeros", "few_unique", "outliers")
    assert [[row[flag] for flag in flags] for row in rows] == [
        [False, False, False, True],
        [False, True, True, False],
        [True, False, False, False],
    ]


def test_the_limits_are_those_given():
    lenient = Limits(skewness=9.0, kurtosis=99.0, available=0.1, nonzero=0.1, unique=0.1)
    spike = np.array([[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 200.0]])

    assert describe(spike, codes=["x"], limits=lenient)[0]["outliers"] is False


def test_outliers_need_both_skewness_and_kurtosis_beyond_their_limits():
    spike = np.array([[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 200.0]])

    for limits in (Limits(skewness=9.0), Limits(kurtosis=99.0)):
        assert describe(spike, codes=["x"], limits=limits)[0]["outliers"] is False


def test_an_indicator_nobody_has_is_described_as_such():
    row = describe(np.array([[np.nan, np.nan]]), codes=["x"])[0]

    assert (row["available"], row["unique"], row["most_frequent"]) == (0, 0, 0)
    assert math.isnan(row["mean"])
    assert math.isnan(row["share_zero"])
    assert (row["few_available"], row["many_zeros"], row["outliers"]) == (True, None, None)


def test_the_gaps_of_each_unit_are_counted():
    rows = availability(GAPS, units=["AT", "BE", "CN", "DE", "EE"])

    assert rows[0] == {
        "unit": "AT",
        "missing": 0,
        "zero": 1,
        "missing_or_zero": 1,
        "share_available": 1.0,
        "share_nonzero": 0.5,
    }
    assert (rows[1]["missing"], rows[1]["missing_or_zero"], rows[1]["share_nonzero"]) == (1, 2, 0.0)
    assert (rows[4]["share_available"], math.isnan(rows[4]["share_nonzero"])) == (0.0, True)


def test_the_share_known_beneath_a_group_counts_each_indicator_once():
    tree = [("I", None, 1.0), ("A", "I", 5.0), ("x", "A", 9.0), ("y", "I", 1.0)]
    framework = Framework(tuple(Node(code=c, name_en=c, parent=p, weight=w) for c, p, w in tree))
    found = availability_by_group(framework, values=GAPS)

    assert found["I"].tolist() == [1.0, 0.5, 1.0, 0.5, 0.0]
    assert found["A"].tolist() == [1.0, 1.0, 1.0, 1.0, 0.0]


def test_values_that_fit_no_code_or_are_infinite_are_refused():
    with pytest.raises(IndexMethodError, match="do not fit 1 codes"):
        describe(GAPS, codes=["x"])
    with pytest.raises(IndexMethodError, match="1 values are infinite"):
        describe(np.array([[1.0, np.inf]]), codes=["x"])
