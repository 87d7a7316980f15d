"""Tiers: thresholds of scores and of percentages, exact at the boundary."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from armillary.analyses.index.tiers import tiers
from armillary.errors import ManyProblems
from armillary.model.tiers import Tiers

UNION = {
    "relative_to": "EU",
    "tier": [
        {"code": "leader", "en": "Leaders", "zh": "领先者", "above": 125, "of": "percent"},
        {"code": "strong", "en": "Strong", "at_least": 100, "of": "percent"},
        {"code": "moderate", "en": "Moderate", "at_least": 70, "of": "percent"},
        {"code": "emerging", "en": "Emerging"},
    ],
}
NATION = {
    "relative_to": "CHN",
    "tier": [
        {"code": "first", "en": "Above the nation", "above": 100, "of": "percent"},
        {"code": "second", "en": "Above 50", "above": 50},
        {"code": "third", "en": "50 and below"},
    ],
}


def rule(said, **more):
    return msgspec.convert({**said, **more}, Tiers)


def sorted_out(said, scores, *, reference=None):
    rows = tiers(
        np.array([scores]),
        periods=["2024"],
        units=[f"U{n}" for n in range(len(scores))],
        rule=rule(said) if isinstance(said, dict) else said,
        reference=None if reference is None else np.array([reference]),
    )
    return [row["tier"] for row in rows]


def test_a_percentage_at_the_boundary_goes_where_the_threshold_says():
    scores = [0.626, 0.625, 0.5, 0.49, 0.35, 0.34]

    assert sorted_out(UNION, scores, reference=0.5) == [
        "leader", "strong", "strong", "moderate", "moderate", "emerging",
    ]  # fmt: skip


def test_the_last_digits_of_computing_move_no_unit_over_a_threshold():
    tenth = 0.1 + 0.2  # 0.30000000000000004

    assert sorted_out(UNION, [0.3, tenth], reference=tenth) == ["strong", "strong"]
    assert sorted_out(NATION, [tenth * 100], reference=30.0) == ["third"]
    assert sorted_out(NATION, [50.00000000000001, 50.001], reference=60.0) == ["third", "second"]


def test_a_unit_equal_to_the_nation_is_not_above_it():
    assert sorted_out(NATION, [67.57, 67.58, 50.0, 50.01], reference=67.57) == [
        "second", "first", "third", "second",
    ]  # fmt: skip


def test_a_nation_below_50_leaves_the_middle_tier_empty():
    assert sorted_out(NATION, [46, 44, 51], reference=45.0) == ["first", "third", "first"]


def test_decimals_decide_what_is_compared():
    coarse = rule(NATION, decimals=0)

    assert sorted_out(coarse, [50.4], reference=90.0) == ["third"]
    assert sorted_out(coarse, [50.6], reference=90.0) == ["second"]


def test_a_threshold_written_in_decimals_is_taken_as_written():
    said = {
        "tier": [{"code": "high", "en": "High", "at_least": 66.6}, {"code": "low", "en": "Low"}]
    }

    assert sorted_out(said, [66.6, 66.59]) == ["high", "low"]


def test_a_unit_without_a_score_is_in_no_tier():
    assert sorted_out(NATION, [np.nan, 80.0], reference=60.0) == ["first"]


def test_rows_carry_score_reference_percentage_and_both_names():
    row, other = tiers(
        np.array([[0.7, 0.5]]),
        periods=["2024"],
        units=["A", "B"],
        rule=rule(UNION),
        reference=np.array([0.5]),
    )

    assert (row["position"], row["name_en"], row["name_zh"]) == (1, "Leaders", "领先者")
    assert (row["score"], row["reference"]) == (0.7, 0.5)
    assert row["percent"] == pytest.approx(140)
    assert other["percent"] == 100
    assert other["name_zh"] == "Strong"


@pytest.mark.parametrize("reference", [np.nan, 0.0, -1.0])
def test_a_reference_without_a_score_above_0_is_refused(reference):
    with pytest.raises(Exception, match="'EU' has no score above 0 in 2024"):
        sorted_out(UNION, [0.5], reference=reference)


def test_every_year_without_a_reference_is_named():
    with pytest.raises(ManyProblems) as caught:
        tiers(
            np.ones((2, 1)),
            periods=["2023", "2024"],
            units=["A"],
            rule=rule(UNION),
            reference=np.array([np.nan, np.nan]),
        )

    assert len(caught.value.problems) == 2


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ([{"code": "a", "en": "A"}], "at least two"),
        ([{"code": "a", "en": "A", "above": 1}, {"code": "a", "en": "B"}], "same code"),
        ([{"code": "a", "en": "A"}, {"code": "b", "en": "B"}], "one of above and at_least"),
        (
            [{"code": "a", "en": "A", "above": 1, "at_least": 1}, {"code": "b", "en": "B"}],
            "one of above and at_least",
        ),
        (
            [{"code": "a", "en": "A", "above": 1, "of": "percent"}, {"code": "b", "en": "B"}],
            "relative_to",
        ),
        (
            [{"code": "a", "en": "A", "above": 1}, {"code": "b", "en": "B", "above": 0}],
            "no threshold",
        ),
        (
            [
                {"code": "a", "en": "A", "above": 1},
                {"code": "b", "en": "B", "above": 2},
                {"code": "c", "en": "C"},
            ],
            "highest threshold first",
        ),
    ],
)
def test_tiers_that_sort_nobody_or_two_ways_are_refused(said, problem):
    with pytest.raises(msgspec.ValidationError, match=problem):
        msgspec.convert({"tier": said}, Tiers)
