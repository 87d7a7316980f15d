"""Strengths and weaknesses of one unit by three rules, each on cases worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from armillary.analyses.index.coherence import by_peers, by_percentile, by_rank, summary
from armillary.analyses.index.coherence.profile import percentile_ranks
from armillary.errors import IndexMethodError
from armillary.model.indicators import Framework, Node

LEAVES = ["a1", "a2", "a3", "b1", "b2", "b3"]
FRAMEWORK = Framework(
    tuple(
        Node(code=code, name_en=code, parent=parent)
        for code, parent in [
            ("I", None), ("A", "I"), ("B", "I"), *((leaf, leaf[0].upper()) for leaf in LEAVES),
        ]
    )
)  # fmt: skip


def numbers():
    """Eleven units; the first leaves 10, 8, 6, 4, 2 and 0 of the others behind."""
    others = np.arange(1.0, 11.0)
    values = np.array([[behind + 0.5, *others] for behind in (10, 8, 6, 4, 2, 0)])
    a, b = values[:3].mean(axis=0), values[3:].mean(axis=0)
    return values, {"A": a, "B": b, "I": (a + b) / 2}


def kinds(rows):
    return [(row["kind"], row["code"]) for row in rows]


def test_the_summary_goes_from_the_index_down():
    values, scores = numbers()
    rows = summary(FRAMEWORK, values=values, scores=scores, unit=0)

    assert [row["code"] for row in rows] == ["I", "A", "B", *LEAVES]
    assert rows[4] == {
        "code": "a2", "group": "A", "level": 2, "score": 8.5, "rank": 3,
        "percentile_rank": 0.8, "units": 11,
    }  # fmt: skip


def test_percentile_ranks_leave_ties_at_the_lower_end_and_gaps_out():
    scores = np.array([10.0, 30.0, 20.0, 20.0, np.nan, 0.0])

    np.testing.assert_allclose(percentile_ranks(scores), [0.25, 1.0, 0.5, 0.5, np.nan, 0.0])
    assert np.isnan(percentile_ranks(np.array([1.0, np.nan]))).all()


def test_by_rank_takes_the_best_and_the_worst():
    values, _ = numbers()
    rows = by_rank(FRAMEWORK, values=values, unit=0, count=2)

    assert kinds(rows) == [
        ("strength", "a1"), ("strength", "a2"), ("weakness", "b2"), ("weakness", "b3"),
    ]  # fmt: skip
    assert [row["rank"] for row in rows] == [1, 3, 9, 11]


def test_by_rank_never_takes_an_indicator_for_both():
    values, _ = numbers()
    values[1:4, 0] = np.nan
    rows = by_rank(FRAMEWORK, values=values, unit=0, count=5)

    assert kinds(rows) == [("strength", "a1"), ("weakness", "b3")]


def test_by_rank_equal_ranks_keep_the_order_of_the_framework():
    values = np.zeros((6, 4))
    rows = by_rank(FRAMEWORK, values=values, unit=3, count=2)

    assert [row["code"] for row in rows] == ["a1", "a2", "b2", "b3"]


def test_by_percentile_the_cut_offs_of_the_indicators_judge_groups_too():
    values, scores = numbers()
    rows = by_percentile(FRAMEWORK, values=values, scores=scores, unit=0, count=2, best=0)

    # cut-offs 0.8 and 0.2; A leaves 8 of 10 behind, B 2
    assert kinds(rows) == [
        ("strength", "A"), ("weakness", "B"),
        ("strength", "a1"), ("strength", "a2"), ("weakness", "b2"), ("weakness", "b3"),
    ]  # fmt: skip


def test_by_percentile_ties_at_the_cut_off_are_all_strengths():
    values, scores = numbers()
    values[2] = values[1]
    rows = by_percentile(FRAMEWORK, values=values, scores=scores, unit=0, count=2, best=0)

    assert [c for kind, c in kinds(rows) if kind == "strength" and c in LEAVES] == [
        "a1", "a2", "a3",
    ]  # fmt: skip


def test_by_percentile_an_indicator_among_the_best_is_a_strength_anyhow_but_no_group_is():
    values, scores = numbers()
    rows = by_percentile(FRAMEWORK, values=values, scores=scores, unit=0, count=1, best=5)

    assert [c for kind, c in kinds(rows) if kind == "strength"] == ["a1", "a2", "a3"]


def test_by_percentile_a_unit_that_is_everywhere_the_same_has_neither():
    values = np.tile(np.arange(11.0), (6, 1))
    scores = {code: np.arange(11.0) for code in ("A", "B", "I")}

    assert by_percentile(FRAMEWORK, values=values, scores=scores, unit=5, count=2) == []


def test_by_peers_a_strength_is_above_the_mean_of_the_group_by_a_standard_deviation():
    values, scores = numbers()
    peers = np.array([True] * 4 + [False] * 7)
    rows = by_peers(FRAMEWORK, values=values, scores=scores, unit=0, peers=peers)
    found = {row["code"]: row for row in rows}

    # a1 of the peers: 10.5, 1, 2, 3; b3: 0.5, 1, 2, 3
    a1 = np.array([10.5, 1.0, 2.0, 3.0])
    assert found["a1"]["kind"] == "strength"
    assert found["a1"]["mean"] == pytest.approx(a1.mean())
    assert found["a1"]["standard_deviation"] == pytest.approx(a1.std(ddof=1))
    assert found["a1"]["peers"] == 4
    b3 = np.array([0.5, 1.0, 2.0, 3.0])
    assert b3.mean() - b3.std(ddof=1) > 0.5
    assert found["b3"]["kind"] == "weakness"
    assert "b2" not in found  # 2.5 among 1, 2 and 3
    assert "I" not in found


def test_by_peers_nodes_with_fewer_than_three_peers_scored_are_left_out():
    values, scores = numbers()
    values[0, 1:3] = np.nan
    peers = np.array([True] * 4 + [False] * 7)
    codes = [r["code"] for r in by_peers(FRAMEWORK, values=values, scores=scores, unit=0,
                                         peers=peers)]  # fmt: skip

    assert "a1" not in codes
    assert "a2" in codes


def test_by_peers_a_wider_spread_finds_less():
    values, scores = numbers()
    peers = np.ones(11, dtype=bool)
    found = [
        len(by_peers(FRAMEWORK, values=values, scores=scores, unit=0, peers=peers, spread=s))
        for s in (0.0, 1.0, 9.0)
    ]

    assert found[0] > found[1] > found[2] == 0


def test_a_unit_that_is_none_or_has_no_peers_is_refused():
    values, scores = numbers()
    with pytest.raises(IndexMethodError, match="Position 11 is that of none of 11 units"):
        by_rank(FRAMEWORK, values=values, unit=11)
    with pytest.raises(IndexMethodError, match="0 strengths cannot be listed"):
        by_rank(FRAMEWORK, values=values, unit=0, count=0)
    with pytest.raises(IndexMethodError, match="cannot be compared with its peers"):
        by_peers(FRAMEWORK, values=values, scores=scores, unit=0, peers=np.array([False] * 11))
