from __future__ import annotations

import itertools
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import connected_components

from armillary.analyses.topics.graph import graph_from_edges
from armillary.analyses.topics.leiden import cluster, quality


def named(n):
    return [f"W{i:06d}" for i in range(n)]


def graph(n, edges, weights=None):
    edges = np.asarray(edges).reshape(-1, 2)
    weights = np.ones(len(edges)) if weights is None else np.asarray(weights, dtype=float)
    rows, columns = np.r_[edges[:, 0], edges[:, 1]], np.r_[edges[:, 1], edges[:, 0]]
    return graph_from_edges(named(n), rows=rows, columns=columns, weights=np.r_[weights, weights])


def planted(n, groups, *, degree=14, mixing=0.3, seed=1, uneven=True):
    """Groups of uneven size; `mixing` of the edges end anywhere."""
    rng = np.random.default_rng(seed)
    shares = rng.pareto(2.0, groups) + 1 if uneven else np.ones(groups)
    group = np.sort(rng.choice(groups, n, p=shares / shares.sum()))
    first, last = (np.searchsorted(group, np.arange(groups), side=s) for s in ("left", "right"))
    one = rng.integers(0, n, n * degree // 2)
    own = rng.integers(first[group[one]], last[group[one]])
    other = np.where(rng.random(one.size) < mixing, rng.integers(0, n, one.size), own)
    edges = np.sort(np.column_stack([one, other])[one != other], axis=1)
    return group, np.unique(edges, axis=0)


def adjusted_rand(a, b):
    table = np.zeros((a.max() + 1, b.max() + 1))
    np.add.at(table, (a, b), 1)
    pairs = lambda x: (x * (x - 1) / 2).sum()  # noqa: E731
    both, one, two = pairs(table), pairs(table.sum(1)), pairs(table.sum(0))
    expected = one * two / pairs(np.array([a.size]))
    return (both - expected) / ((one + two) / 2 - expected)


def best_of_all(g, resolution):
    """Quality of the best of all partitions, by trying each."""

    def partitions(n):
        def grow(labels, used):
            if len(labels) == n:
                yield labels
                return
            for label in range(used + 1):
                yield from grow([*labels, label], max(used, label + 1))

        yield from grow([], 0)

    return max(
        quality(g, np.array(p, dtype=np.int32), resolution=resolution)
        for p in partitions(g.n_nodes)
    )


@pytest.mark.parametrize(("resolution", "draw"), [(0.01, 1), (0.01, 2), (0.05, 3)])
def test_quality_is_no_worse_than_igraphs(resolution, draw):
    """Single runs of either vary by about 3e-4 with the seed, so means of five are compared."""
    igraph = pytest.importorskip("igraph")
    n = 20_000
    _, edges = planted(n, 200, seed=draw)
    ours, oracle = graph(n, edges), igraph.Graph(n=n, edges=edges)
    found, theirs = [], []
    for seed in range(5):
        random.seed(seed)
        best = oracle.community_leiden(
            objective_function="CPM", resolution=resolution, n_iterations=2
        )
        theirs.append(quality(ours, np.array(best.membership), resolution=resolution))
        labels = cluster(ours, resolution=resolution, seed=seed)
        found.append(quality(ours, labels, resolution=resolution))

    assert np.mean(found) >= np.mean(theirs) * (1 - 1e-4)


def test_planted_groups_are_found():
    group, edges = planted(4_000, 30, mixing=0.2, uneven=False)

    labels = cluster(graph(4_000, edges), resolution=0.02, seed=1)

    assert adjusted_rand(group, labels) > 0.95


@pytest.mark.parametrize("shuffle", [1, 2, 3])
def test_order_of_nodes_and_edges_does_not_matter(shuffle):
    _, edges = planted(2_000, 30)
    weights = np.random.default_rng(0).uniform(0.1, 1.0, len(edges))
    straight = cluster(graph(2_000, edges, weights), resolution=0.01, seed=5)
    rng = np.random.default_rng(shuffle)
    order = rng.permutation(len(edges))
    flipped = np.where(rng.random((len(edges), 1)) < 0.5, edges, edges[:, ::-1])

    shuffled = cluster(graph(2_000, flipped[order], weights[order]), resolution=0.01, seed=5)

    np.testing.assert_array_equal(straight, shuffled)


def test_clusters_are_connected():
    _, edges = planted(3_000, 40, mixing=0.5, seed=4)
    g = graph(3_000, edges)

    labels = cluster(g, resolution=0.004, seed=2)
    matrix = g.matrix().tocoo()
    within = labels[matrix.row] == labels[matrix.col]
    matrix.data = np.where(within, matrix.data, 0)
    inside = matrix.tocsr()
    inside.eliminate_zeros()

    assert connected_components(inside)[0] == labels.max() + 1


@settings(max_examples=25, deadline=None)
@given(
    present=st.lists(st.integers(0, 3), min_size=21, max_size=21),
    resolution=st.sampled_from([0.2, 0.5, 1.0, 1.7]),
)
def test_tiny_graphs_reach_the_best_of_all_partitions(present, resolution):
    pairs = list(itertools.combinations(range(7), 2))
    edges = [pair for pair, weight in zip(pairs, present, strict=True) if weight]
    weights = [weight for weight in present if weight]
    if not edges:
        return
    g = graph(7, edges, weights)

    found = [
        quality(g, cluster(g, resolution=resolution, seed=s, iterations=4), resolution=resolution)
        for s in range(30)
    ]

    assert max(found) == pytest.approx(best_of_all(g, resolution), abs=1e-6)


def test_an_empty_weight_is_refused():
    with pytest.raises(ValueError, match="positive"):
        graph(2, [(0, 1)], [0.0])


def test_nodes_without_edges_stay_alone():
    labels = cluster(graph(4, [(0, 1)]), resolution=0.1, seed=1)

    assert labels.tolist() == [0, 0, 1, 2]
