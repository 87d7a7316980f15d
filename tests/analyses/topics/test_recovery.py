from __future__ import annotations

from armillary.analyses.topics import recovery


def test_each_planted_topic_finds_the_cluster_most_like_it(frame):
    topics = frame({"topic": ["A", "B", "C"], "emerging": [True, False, False]})
    planted = frame(
        {
            "work": ["w1", "w2", "w3", "w4", "w5", "w6"],
            "topic": ["A", "A", "A", "B", None, "C"],
        }
    )
    clusters = frame({"corpus": ["m", "m", "other"], "cluster": ["T0001", "T0002", "T0001"]})
    works = frame(
        {
            "corpus": ["m", "m", "m", "m", "other"],
            "cluster": ["T0001", "T0001", "T0001", "T0002", "T0001"],
            "work": ["w1", "w2", "w5", "w4", "w6"],
        }
    )

    found = recovery(topics, planted, clusters, works, corpus="m").to_pylist()

    assert [(r["topic"], r["cluster"], r["n_planted"], r["n_found"]) for r in found] == [
        ("A", "T0001", 3, 2),
        ("B", "T0002", 1, 1),
        ("C", None, 1, 0),
    ]
    assert [(r["precision"], r["recall"]) for r in found] == [(2 / 3, 2 / 3), (1.0, 1.0), (None, 0)]
    assert [r["emerging"] for r in found] == [True, False, False]
