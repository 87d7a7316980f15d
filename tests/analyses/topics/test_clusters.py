from __future__ import annotations

import numpy as np
import pytest

from armillary.analyses.topics.clusters import clusters_wanted, merge_small
from armillary.analyses.topics.graph import graph_from_edges


def cliques(sizes, bridges=()):
    """Groups in which all are related, and weak bridges between some of their nodes."""
    rows, columns, start = [], [], 0
    for size in sizes:
        nodes = np.arange(start, start + size)
        one, other = np.meshgrid(nodes, nodes)
        rows += one[one != other].tolist()
        columns += other[one != other].tolist()
        start += size
    weights = [1.0] * len(rows)
    for a, b in bridges:
        rows += [a, b]
        columns += [b, a]
        weights += [0.1, 0.1]
    ids = [f"W{n:04d}" for n in range(start)]
    return graph_from_edges(
        ids, rows=np.array(rows), columns=np.array(columns), weights=np.array(weights)
    )


@pytest.mark.parametrize("wanted", [1, 3, 5])
def test_the_number_wanted_is_the_number_obtained(wanted):
    ring = [(0, 12), (12, 24), (24, 36), (36, 48), (48, 0)]
    graph = cliques([12] * 5, ring)

    found = clusters_wanted(graph, wanted, seed=1)

    assert found.n_clusters == wanted
    assert (np.bincount(found.labels) >= 10).all()


def test_fewer_are_given_where_the_graph_has_no_more():
    found = clusters_wanted(cliques([12, 12, 12]), 8, seed=1)

    assert found.n_clusters == 3
    assert found.merged_share == 0.0


def test_a_small_cluster_joins_its_most_related_one():
    graph = cliques([10, 12, 3], [(0, 22), (10, 23), (11, 24)])
    labels = np.repeat(np.array([0, 1, 2], dtype=np.int32), [10, 12, 3])

    merged, share = merge_small(graph, labels, n_clusters=3, min_works=5)

    assert merged.tolist() == [1] * 10 + [0] * 15
    assert share == pytest.approx(3 / 25)


def test_a_small_cluster_related_to_none_is_left_out():
    merged, share = merge_small(
        cliques([10, 3]),
        np.repeat(np.array([0, 1], dtype=np.int32), [10, 3]),
        n_clusters=2,
        min_works=5,
    )

    assert merged.tolist() == [0] * 10 + [-1] * 3
    assert share == 0.0
