from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy import sparse

from armillary.analyses.topics.clusters import cluster_weights
from armillary.analyses.topics.graph import graph_from_edges
from armillary.analyses.topics.leiden import quality
from armillary.analyses.topics.levels import contracted, grouped


def nested(seed=1, areas=2, groups=3, topics=4, works=6):
    """Works related within topics, less within groups, less within areas, hardly beyond."""
    rng = np.random.default_rng(seed)
    n = areas * groups * topics * works
    at = np.arange(n)
    topic, group, area = at // works, at // (works * topics), at // (works * topics * groups)
    chance = np.full((n, n), 0.004)
    for level, p in ((area, 0.02), (group, 0.1), (topic, 0.9)):
        chance[level[:, None] == level] = p
    rows, columns = np.nonzero(np.triu(rng.random((n, n)) < chance, 1))
    graph = graph_from_edges(
        [f"W{i:03d}" for i in range(n)],
        rows=np.r_[rows, columns],
        columns=np.r_[columns, rows],
        weights=np.ones(2 * rows.size),
    )
    return graph, topic.astype(np.int32), group, area


def same_division(one, other):
    return len(set(zip(one.tolist(), other.tolist(), strict=True))) == len(set(other.tolist()))


def test_groups_and_areas_planted_above_topics_are_found_and_nest():
    graph, topic, group, area = nested()
    sizes = np.bincount(topic)
    between = cluster_weights(graph, topic)

    clusters = grouped(between, sizes, n_groups=6, seed=1)
    above = grouped(*contracted(between, clusters.labels, sizes=sizes), n_groups=2, seed=1)

    assert clusters.n_groups == 6
    assert above.n_groups == 2
    assert same_division(clusters.labels[topic], group)
    assert same_division(above.labels[clusters.labels[topic]], area)


@pytest.mark.parametrize("wanted", [1, 2, 5, 9, 17, 24])
def test_the_number_of_groups_wanted_is_the_number_obtained(wanted):
    graph, topic, _, _ = nested(seed=2)
    sizes = np.bincount(topic)

    found = grouped(cluster_weights(graph, topic), sizes, n_groups=wanted, seed=1)

    assert found.n_groups == wanted
    assert np.unique(found.labels).size == wanted
    assert 0 <= found.merged_share < 1
    assert 0 <= found.given_up < 1


def test_topics_related_to_none_stand_alone_and_all_topics_have_a_group():
    between = sparse.csr_array(np.array([[0, 5, 0, 0], [5, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]))

    found = grouped(between.astype(float), np.array([10, 10, 40, 10]), n_groups=2, seed=1)

    assert found.labels.tolist() == [0, 0, 1, 2] or found.labels.tolist() == [1, 1, 0, 2]
    assert found.n_groups == 3


def test_quality_on_the_contracted_graph_differs_by_the_same_as_on_the_works():
    graph, topic, _, _ = nested(seed=3, areas=1, groups=2, topics=2, works=5)
    sizes = np.bincount(topic)
    small = contracted(cluster_weights(graph, topic), np.arange(4), sizes=sizes)[0].tocoo()
    small_graph = graph_from_edges(
        ["a", "b", "c", "d"], rows=small.row, columns=small.col, weights=small.data
    )
    total, small_total = graph.weights.sum(), small_graph.weights.sum()
    divisions = [np.array(one, dtype=np.int32) for one in product(range(2), repeat=4)]

    whole = [quality(graph, one[topic], resolution=0.05) * total for one in divisions]
    between = [
        quality(small_graph, one, resolution=0.05, sizes=sizes) * small_total for one in divisions
    ]

    np.testing.assert_allclose(np.diff(whole), np.diff(between), atol=1e-9)
