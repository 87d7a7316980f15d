"""What a clustering may not depend on, and what it must keep."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from scipy.sparse.csgraph import connected_components

from armillary.analyses.topics import leiden_search, teamwork
from armillary.analyses.topics.graph import canonical_order, graph_from_edges, graph_of
from armillary.analyses.topics.leiden import (
    best_of_seeds,
    by_size,
    canonical,
    cluster,
    quality,
)
from armillary.analyses.topics.leiden_search import Moving, Search
from armillary.analyses.topics.teamwork import Team


def graph(n, edges, weights=None, threads=None):
    edges = np.asarray(edges).reshape(-1, 2)
    weights = np.ones(len(edges)) if weights is None else weights
    return graph_from_edges(
        [f"W{i:06d}" for i in range(n)],
        rows=edges[:, 0],
        columns=edges[:, 1],
        weights=weights,
        undirected=True,
        threads=threads,
    )


def tangle(n=3_000, groups=40, degree=12, mixing=0.4, seed=3):
    rng = np.random.default_rng(seed)
    group = np.sort(rng.integers(0, groups, n))
    first, last = (np.searchsorted(group, np.arange(groups), side=s) for s in ("left", "right"))
    one = rng.integers(0, n, n * degree // 2)
    own = rng.integers(first[group[one]], last[group[one]])
    other = np.where(rng.random(one.size) < mixing, rng.integers(0, n, one.size), own)
    edges = np.sort(np.column_stack([one, other])[one != other], axis=1)
    return np.unique(edges, axis=0)


EDGES = tangle()
WEIGHTS = np.random.default_rng(0).uniform(0.1, 1.0, len(EDGES))
SIZES = np.random.default_rng(1).integers(1, 4, 3_000)
START = np.random.default_rng(2).integers(0, 40, 3_000)
FIXED = np.random.default_rng(3).random(3_000) < 0.2


@pytest.fixture
def shared_out(monkeypatch):
    """Have even the smallest block shared out over threads, and the graph reordered."""
    monkeypatch.setattr(leiden_search, "_WORTH_SHARING", 1)
    monkeypatch.setattr(leiden_search, "_WORTH_REORDERING", 1)


@pytest.mark.parametrize(
    "options",
    [{}, {"sizes": SIZES}, {"start": START}, {"start": START, "fixed": FIXED, "sizes": SIZES}],
    ids=["plain", "sizes", "warm", "fixed"],
)
@pytest.mark.usefixtures("shared_out")
def test_the_number_of_threads_does_not_matter(options):
    g = graph(3_000, EDGES, WEIGHTS)

    found = [cluster(g, resolution=0.02, seed=4, threads=t, **options) for t in (1, 2, 3, 8)]

    for other in found[1:]:
        np.testing.assert_array_equal(found[0], other)


@pytest.mark.usefixtures("shared_out")
def test_the_order_in_which_shares_are_done_does_not_matter(monkeypatch):
    g = graph(3_000, EDGES, WEIGHTS)
    forward = cluster(g, resolution=0.02, seed=4, threads=3)
    monkeypatch.setattr(Team, "_all", backwards)

    backward = cluster(g, resolution=0.02, seed=4, threads=3)

    np.testing.assert_array_equal(forward, backward)


def backwards(_team, call, bounds):
    for share in reversed(list(itertools.pairwise(bounds))):
        call(share, 0)


def test_shuffled_relations_give_the_same_graph():
    rng = np.random.default_rng(5)
    order = rng.permutation(len(EDGES))
    flipped = np.where(rng.random((len(EDGES), 1)) < 0.5, EDGES, EDGES[:, ::-1])

    straight = graph(3_000, EDGES, WEIGHTS, threads=1)
    shuffled = graph(3_000, flipped[order], WEIGHTS[order], threads=3)

    np.testing.assert_array_equal(straight.starts, shuffled.starts)
    np.testing.assert_array_equal(straight.neighbours, shuffled.neighbours)
    np.testing.assert_array_equal(straight.weights, shuffled.weights)


def test_relations_in_any_order_and_coding_give_the_same_graph():
    names = np.array([f"W{i:06d}" for i in range(3_000)])
    columns = {"work": names[EDGES[:, 0]], "neighbour": names[EDGES[:, 1]], "weight": WEIGHTS}
    order = np.random.default_rng(6).permutation(len(EDGES))
    straight = pa.table(columns)
    shuffled = pa.concat_tables([straight.take(order[:5_000]), straight.take(order[5_000:])])
    coded = pa.table(
        {name: pc.dictionary_encode(shuffled[name]) for name in ("work", "neighbour")}
        | {"weight": shuffled["weight"]}
    )

    one, *others = (graph_of(relations) for relations in (straight, shuffled, coded))

    for other in others:
        assert one.ids == other.ids
        np.testing.assert_array_equal(one.starts, other.starts)
        np.testing.assert_array_equal(one.neighbours, other.neighbours)
        np.testing.assert_array_equal(one.weights, other.weights)


def partition(labels):
    return {tuple(np.flatnonzero(labels == c).tolist()) for c in np.unique(labels)}


def test_many_python_threads_may_cluster_at_once():
    g = graph(3_000, EDGES, WEIGHTS)
    alone = [cluster(g, resolution=0.02, seed=s, threads=1) for s in range(4)]

    with ThreadPoolExecutor(4) as pool:
        together = list(
            pool.map(lambda s: cluster(g, resolution=0.02, seed=s, threads=2), range(4))
        )

    np.testing.assert_array_equal(alone, together)


def test_a_graph_equals_the_sum_of_both_directions_by_scipy():
    rng = np.random.default_rng(7)
    rows, columns = rng.integers(0, 300, (2, 9_000))
    columns[:2_000] = 7  # one long row
    weights = rng.uniform(0.1, 1.0, 9_000)
    dense = np.zeros((300, 300))
    np.add.at(dense, (rows, columns), weights)
    np.fill_diagonal(dense, 0.0)

    g = graph_from_edges(
        [f"W{i:03d}" for i in range(300)], rows=rows, columns=columns, weights=weights
    )

    np.testing.assert_allclose(g.matrix().toarray(), (dense + dense.T) / 2, rtol=1e-6)
    assert all(np.all(np.diff(g.neighbours[a:b]) > 0) for a, b in itertools.pairwise(g.starts))


@pytest.mark.parametrize("seed", range(3))
def test_quality_rises_by_exactly_what_the_moves_gain(seed):
    g = graph(3_000, EDGES)
    search = Search(canonical(g, seed=seed), resolution=1 / 64, start=None, fixed=None)
    moving = Moving(search.level, search.labels, gamma=search.gamma, epsilon=search.epsilon)
    found = np.empty(3_000, dtype=np.int32)
    with Team(1) as team:
        team.give_tables(3_000)
        before = 0.0
        while moving.sweep(team):
            found[search.order] = moving.labels
            sizes = np.bincount(found)
            pairs = (sizes * (sizes - 1) // 2).sum()
            now = (found[EDGES[:, 0]] == found[EDGES[:, 1]]).sum() - pairs / 64

            assert now == moving.gained[0]
            assert now >= before
            before = now

    assert before > 0


SHAPES = {
    "grid": [(i, i + 1) for i in range(99) if i % 10 != 9] + [(i, i + 10) for i in range(90)],
    "path": [(i, i + 1) for i in range(99)],
    "star": [(0, i) for i in range(1, 100)],
    "clique chain": [
        (10 * c + a, 10 * c + b) for c in range(10) for a, b in itertools.combinations(range(10), 2)
    ]
    + [(10 * c + 9, 10 * c + 10) for c in range(9)],
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("resolution", [0.03, 0.1, 0.5, 1.0])
@pytest.mark.usefixtures("shared_out")
def test_ties_do_not_depend_on_order_or_threads(shape, resolution):
    edges = np.array(SHAPES[shape])
    straight = cluster(graph(100, edges), resolution=resolution, seed=1, threads=1)
    order = np.random.default_rng(1).permutation(len(edges))

    shuffled = graph(100, edges[order][:, ::-1])

    for threads in (1, 3):
        again = cluster(shuffled, resolution=resolution, seed=1, threads=threads)
        np.testing.assert_array_equal(straight, again)
    assert unconnected(shuffled, straight) == 0


def unconnected(g, labels):
    """How many more connected parts than clusters there are."""
    matrix = g.matrix().tocoo()
    matrix.data = np.where(labels[matrix.row] == labels[matrix.col], matrix.data, 0)
    inside = matrix.tocsr()
    inside.eliminate_zeros()
    return connected_components(inside)[0] - np.unique(labels).size


def test_cliques_in_a_chain_are_the_clusters():
    labels = cluster(graph(100, SHAPES["clique chain"]), resolution=0.5, seed=1)

    assert partition(labels) == {tuple(range(10 * c, 10 * c + 10)) for c in range(10)}


def test_fixed_nodes_keep_the_numbers_of_their_clusters():
    g = graph(3_000, EDGES, WEIGHTS)

    labels = cluster(g, resolution=0.02, seed=4, start=START * 10, fixed=FIXED)

    np.testing.assert_array_equal(labels[FIXED], START[FIXED] * 10)
    others = np.setdiff1d(labels, START[FIXED] * 10)
    np.testing.assert_array_equal(others, np.arange(others.size) + 391)


def test_free_clusters_beside_fixed_ones_are_connected():
    g = graph(3_000, EDGES, WEIGHTS)
    fixed = FIXED & (START < 5)

    labels = cluster(g, resolution=0.05, seed=4, start=START, fixed=fixed)
    free = labels >= 40
    inside = g.matrix()[free][:, free].tocoo()
    same = labels[free][inside.row] == labels[free][inside.col]
    inside.data = np.where(same, inside.data, 0)
    apart = inside.tocsr()
    apart.eliminate_zeros()

    assert free.sum() > 1_000
    assert connected_components(apart)[0] == np.unique(labels[free]).size


def test_a_new_work_joins_the_fixed_cluster_it_is_related_to():
    edges = [*SHAPES["clique chain"], (100, 3), (100, 4), (100, 5), (101, 100)]
    start = np.r_[np.repeat(np.arange(10), 10), -1, -1]

    labels = cluster(graph(102, edges), resolution=0.2, seed=1, start=start, fixed=start >= 0)

    np.testing.assert_array_equal(labels[:100], start[:100])
    assert labels[100] == 0
    assert labels[101] == 10


def test_a_fixed_node_without_a_cluster_is_refused():
    with pytest.raises(ValueError, match="fixed node"):
        cluster(
            graph(3, [(0, 1)]),
            resolution=0.1,
            seed=1,
            start=np.array([-1, 0, 0]),
            fixed=np.array([True, False, False]),
        )


@pytest.mark.parametrize("wrong", [[0, 1, 1], [1, 1, 1.5], [1, 1]])
def test_a_node_stands_for_a_whole_number_of_works(wrong):
    with pytest.raises(ValueError, match="whole number"):
        cluster(graph(3, [(0, 1)]), resolution=0.1, seed=1, sizes=np.array(wrong))


@pytest.mark.parametrize("seed", range(3))
def test_a_contracted_graph_with_sizes_has_the_quality_of_the_whole(seed):
    """Nodes drawn together in twos; the pairs within a node and its own weight are set apart."""
    pairs = EDGES // 2
    loops = pairs[:, 0] == pairs[:, 1]
    whole = graph(3_000, EDGES)
    contracted = graph(1_500, pairs[~loops])
    twos = np.full(1_500, 2)

    labels = cluster(contracted, resolution=0.015, seed=seed, sizes=twos)
    within = quality(contracted, labels, resolution=0.015, sizes=twos) * (~loops).sum()
    unfolded = quality(whole, np.repeat(labels, 2), resolution=0.015) * len(EDGES)

    assert unfolded == pytest.approx(within + loops.sum() - 0.015 * 1_500, rel=1e-9)


def test_a_warm_start_stays_near_and_is_no_worse():
    g = graph(3_000, EDGES)
    cold = cluster(g, resolution=0.02, seed=1, iterations=3)

    warm = cluster(g, resolution=0.02, seed=2, iterations=1, start=cold)

    assert quality(g, warm, resolution=0.02) >= quality(g, cold, resolution=0.02) - 1e-12
    assert (warm == cold).mean() > 0.9


def test_the_best_of_seeds_is_the_best_single_run():
    g = graph(3_000, EDGES)
    runs = [cluster(g, resolution=0.02, seed=s) for s in range(5, 11)]
    found = [quality(g, labels, resolution=0.02) for labels in runs]

    best = best_of_seeds(g, resolution=0.02, seed=5, tries=6)

    np.testing.assert_array_equal(best, runs[int(np.argmax(found))])


def test_numbers_by_size_do_not_depend_on_the_names_of_clusters():
    labels = np.array([5, 9, 9, -1, 5, 2_000_000_000, 9], dtype=np.int64)

    assert by_size(labels).tolist() == [1, 0, 0, 2, 1, 3, 0]


def test_the_canonical_order_is_scattered_and_follows_identifiers():
    ids = [f"W{i:05d}" for i in range(2_000)]
    order = canonical_order(ids, seed=1)
    some = np.sort(np.random.default_rng(1).choice(2_000, 500, replace=False))

    again = canonical_order([ids[i] for i in some], seed=1)

    assert some[again].tolist() == [i for i in order if i in set(some.tolist())]
    assert abs(np.corrcoef(order, np.arange(2_000))[0, 1]) < 0.1
    assert not np.array_equal(order, canonical_order(ids, seed=2))


def test_a_failing_share_fails_the_whole():
    def kernel(begin, _end):
        if begin > 0:
            raise ArithmeticError(begin)

    with Team(3) as team, pytest.raises(ArithmeticError):
        team.run(kernel, team.even(0, 100))


def test_shares_cover_every_row_once():
    load = np.concatenate([[0], np.cumsum(np.random.default_rng(1).integers(0, 9, 57))])
    with Team(3) as team:
        even, by_load = team.even(5, 60), team.by_load(load)

    assert (even[0], even[-1], by_load[0], by_load[-1]) == (5, 60, 0, 57)
    assert np.all(np.diff(even) > 0)
    assert np.all(np.diff(by_load) > 0)


def test_threads_follow_what_numba_is_allowed(monkeypatch):
    from numba import config

    monkeypatch.setattr(config, "NUMBA_NUM_THREADS", 3)

    assert teamwork.available_threads() == 3
