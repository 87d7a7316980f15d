from __future__ import annotations

import pytest

from armillary.analyses.topics import recovery
from armillary.analyses.topics.recovery import adjusted_rand


def test_each_planted_topic_finds_the_cluster_most_like_it(frame):
    topics = frame({"topic": ["A", "B", "C"], "emerging": [True, False, False]})
    planted = frame(
        {
            "work": ["w1", "w2", "w3", "w4", "w5", "w6"],
            "topic": ["A", "A", "A", "B", None, "C"],
        }
    )
    clusters = frame(
        {
            "corpus": ["m", "m", "other"],
            "cluster": ["T0001", "T0002", "T0001"],
            "growing_rank": [1, None, 2],
        }
    )
    works = frame(
        {
            "corpus": ["m", "m", "m", "m", "other"],
            "cluster": ["T0001", "T0001", "T0001", "T0002", "T0001"],
            "work": ["w1", "w2", "w5", "w4", "w6"],
        }
    )

    found = recovery(
        topics, planted, clusters=clusters, cluster_works=works, corpus="m"
    ).to_pylist()

    assert [(r["topic"], r["cluster"], r["n_planted"], r["n_found"]) for r in found] == [
        ("A", "T0001", 3, 2),
        ("B", "T0002", 1, 1),
        ("C", None, 1, 0),
    ]
    assert [(r["precision"], r["recall"]) for r in found] == [(2 / 3, 2 / 3), (1.0, 1.0), (None, 0)]
    assert [r["f1"] for r in found] == [pytest.approx(2 / 3), 1.0, 0.0]
    assert [r["growing_rank"] for r in found] == [1, None, None]
    assert {r["adjusted_rand"] for r in found} == {1.0}
    assert [r["emerging"] for r in found] == [True, False, False]


def test_the_adjusted_rand_index_is_that_of_a_case_worked_by_hand():
    # 6 works, 15 pairs: 6 are together in the one, 6 in the other, 2 in both.
    shared = [("A", "x", 2), ("A", "y", 1), ("B", "x", 1), ("B", "y", 2)]

    assert adjusted_rand(shared) == pytest.approx((2 - 6 * 6 / 15) / (6 - 6 * 6 / 15))


def test_one_lump_has_no_adjusted_rand_index():
    assert adjusted_rand([("A", "x", 5)]) is None
