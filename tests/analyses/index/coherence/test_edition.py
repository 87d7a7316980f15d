"""Two results side by side: a case worked by hand, and properties."""

from __future__ import annotations

import math

import numpy as np
import pytest

from armillary.analyses.index.coherence import (
    Edition,
    biggest_movers,
    node_changes,
    unit_changes,
)
from armillary.errors import IndexMethodError

# CN joins at the top and ES leaves, so AT falls from 1 to 2 without anyone in common passing it
BEFORE = Edition(
    ("AT", "BE", "DE", "ES"), {"I": np.array([90.0, 50.0, 60.0, 70.0]), "A": np.arange(4.0)}
)
AFTER = Edition(
    ("BE", "DE", "AT", "CN"), {"I": np.array([80.0, 60.0, 85.0, 99.0]), "B": np.arange(4.0)}
)


def test_every_unit_in_either_is_told_with_scores_and_ranks():
    rows = {row["unit"]: row for row in unit_changes(BEFORE, AFTER)}

    assert list(rows) == ["AT", "BE", "DE", "ES", "CN"]
    assert rows["BE"] == {
        "code": "I", "unit": "BE", "status": "common", "score_before": 50.0, "score_after": 80.0,
        "score_change": 30.0, "rank_before": 4, "rank_after": 3, "rank_change": 1,
        "common_rank_change": 1,
    }  # fmt: skip
    assert (rows["ES"]["status"], rows["CN"]["status"]) == ("left", "entered")
    assert (rows["ES"]["rank_before"], rows["ES"]["rank_after"]) == (2, None)
    assert math.isnan(rows["CN"]["score_change"])
    assert rows["CN"]["rank_change"] is None


def test_joining_moves_the_published_rank_but_not_the_common_one():
    at = next(row for row in unit_changes(BEFORE, AFTER) if row["unit"] == "AT")

    assert at["rank_change"] == -1
    assert at["common_rank_change"] == 0


def test_nodes_are_compared_over_the_units_in_common():
    # AT stays first, DE and BE change places
    row = node_changes(BEFORE, AFTER, far=1, very_far=2)[0]

    assert (row["code"], row["common"], row["entered"], row["left"]) == ("I", 3, 1, 1)
    assert row["spearman"] == pytest.approx(0.5)
    assert row["kendall"] == pytest.approx(1 / 3)
    assert row["mean_score_change"] == pytest.approx((-5 + 30 + 0) / 3)
    assert row["mean_absolute_rank_shift"] == pytest.approx(2 / 3)
    assert row["largest_rank_shift"] == 1
    assert row["share_unmoved"] == pytest.approx(1 / 3)
    assert (row["share_far"], row["share_very_far"]) == (pytest.approx(2 / 3), 0.0)


def test_shares_count_shifts_of_at_least_five_and_ten_positions():
    scores = np.arange(30.0, 0.0, -1.0)
    moved = scores.copy()
    moved[12] = 99.0  # from 13th to first: twelve up, and twelve others one down
    units = tuple(f"u{i}" for i in range(30))
    row = node_changes(Edition(units, {"I": scores}), Edition(units, {"I": moved}))[0]

    assert row["share_far"] == row["share_very_far"] == pytest.approx(1 / 30)
    assert row["mean_absolute_rank_shift"] == pytest.approx(24 / 30)
    assert row["share_unmoved"] == pytest.approx(17 / 30)


def test_the_biggest_movers_come_first_and_equal_ones_by_score():
    rows = biggest_movers(BEFORE, AFTER, code="I")

    assert [(row["unit"], row["common_rank_change"]) for row in rows] == [("BE", 1), ("DE", -1)]
    assert len(biggest_movers(BEFORE, AFTER, code="I", count=1)) == 1


def test_a_result_beside_itself_does_not_differ():
    scores = np.random.default_rng(1).normal(size=20)
    edition = Edition(tuple(f"u{i}" for i in range(20)), {"I": scores})
    row = node_changes(edition, edition)[0]

    assert (row["mean_absolute_rank_shift"], row["share_unmoved"]) == (0.0, 1.0)
    assert row["spearman"] == pytest.approx(1.0)
    assert biggest_movers(edition, edition, code="I") == []


def test_the_order_of_the_units_does_not_matter():
    rng = np.random.default_rng(2)
    units = tuple(f"u{i}" for i in range(12))
    old, new = rng.normal(size=(2, 12))
    order = rng.permutation(12)
    shuffled = Edition(tuple(units[i] for i in order), {"I": new[order]})

    assert unit_changes(Edition(units, {"I": old}), shuffled) == unit_changes(
        Edition(units, {"I": old}), Edition(units, {"I": new})
    )


def test_a_unit_scored_in_one_result_alone_enters_or_leaves_that_node():
    old = Edition(("AT", "BE"), {"I": np.array([1.0, np.nan])})
    new = Edition(("AT", "BE"), {"I": np.array([np.nan, 2.0])})

    assert [row["status"] for row in unit_changes(old, new)] == ["left", "entered"]
    row = node_changes(old, new)[0]
    assert (row["common"], row["largest_rank_shift"]) == (0, None)
    assert math.isnan(row["mean_absolute_rank_shift"])


@pytest.mark.parametrize(
    ("before", "codes", "problem"),
    [
        (Edition(("AT", "AT"), {"I": np.zeros(2)}), None, "AT stands twice"),
        (BEFORE, ["A"], "A has no scores"),
        (Edition(("AT", "BE"), {"I": np.zeros(3)}), None, "not those of 2 units"),
    ],
)
def test_results_that_cannot_be_compared_are_refused(before, codes, problem):
    with pytest.raises(IndexMethodError, match=problem):
        unit_changes(before, AFTER, codes=codes)


def test_shifts_and_counts_that_mean_nothing_are_refused():
    with pytest.raises(IndexMethodError, match="0 positions is none"):
        node_changes(BEFORE, AFTER, far=0)
    with pytest.raises(IndexMethodError, match="0 movers cannot be listed"):
        biggest_movers(BEFORE, AFTER, code="I", count=0)
