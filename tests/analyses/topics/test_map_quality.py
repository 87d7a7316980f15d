from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from armillary.analyses.topics.graph import graph_from_edges
from armillary.analyses.topics.map_quality import (
    accuracy,
    accuracy_at,
    granularity,
    map_quality,
)

WORKS = ["a", "b", "c", "d", "e"]
JUDGE = pa.table(
    {
        "work": ["a", "a", "b", "c", "c", "x"],
        "neighbour": ["b", "c", "a", "a", "x", "a"],
        "weight": [0.75, 0.25, 1.0, 0.5, 0.5, 1.0],
    }
)


def test_accuracy_is_the_mean_share_of_relatedness_that_stays_inside():
    # a keeps .75 of its relatedness, b all, c none of what it has among the works compared.
    assert accuracy(np.array([0, 0, 1, 1, -1]), JUDGE, works=WORKS) == (
        pytest.approx((0.75 + 1 + 0) / 3),
        3,
    )
    assert accuracy(np.array([-1, -1, -1, -1, -1]), JUDGE, works=WORKS)[0] == 0
    assert accuracy(np.zeros(5, dtype=int), JUDGE, works=WORKS)[0] == 1


def test_works_on_their_own_count_as_clusters_of_one():
    assert granularity(np.array([0, 0, 1, -1])) == pytest.approx(4 / (4 + 1 + 1))
    assert granularity(np.arange(7)) == 1


def relation(labels, *, inside, outside, seed):
    rng = np.random.default_rng(seed)
    n = labels.size
    chance = np.where(labels[:, None] == labels[None, :], inside, outside)
    rows, columns = np.nonzero((rng.random((n, n)) < chance) & ~np.eye(n, dtype=bool))
    names = np.array([f"W{i:04d}" for i in range(n)])
    graph = graph_from_edges(names.tolist(), rows=rows, columns=columns, weights=np.ones(rows.size))
    total = np.bincount(graph.rows(), weights=graph.weights, minlength=n)
    return pa.table(
        {
            "work": names[graph.rows()],
            "neighbour": names[graph.neighbours],
            "weight": graph.weights / total[graph.rows()],
        }
    )


def test_a_relation_that_says_more_of_the_truth_is_more_accurate_at_equal_granularity():
    truth = np.repeat(np.arange(12), 30)
    relations = {
        "sharp": relation(truth, inside=0.4, outside=0.01, seed=1),
        "blurred": relation(truth, inside=0.15, outside=0.05, seed=2),
    }
    judge = relation(truth, inside=0.3, outside=0.02, seed=3)

    found = map_quality(
        relations,
        judge,
        judge_name="text",
        corpus="sim",
        works=[f"W{i:04d}" for i in range(truth.size)],
        fewest=2,
        most=120,
    )
    at = accuracy_at(found, 12 / truth.size)

    assert at["sharp"] > at["blurred"] + 0.1
    assert set(found["relatedness"].to_pylist()) == {"sharp", "blurred"}
    assert accuracy_at(found, 1e-6) == {}
