from __future__ import annotations

import numpy as np
import pytest

from armillary.analyses.topics.consensus import agreed, consensus_at, consensus_wanted
from armillary.analyses.topics.graph import graph_from_edges, relations_drawn
from armillary.analyses.topics.leiden import cluster
from armillary.analyses.topics.stability import best_overlap, stability, stability_of_works


def planted(*, groups=8, size=30, inside=0.5, outside=0.01, blurred=0, seed=1):
    """Groups of works; those of the last `blurred` groups are related to each other by chance."""
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(groups), size)
    chance = np.where(group[:, None] == group[None, :], inside, outside)
    blur = group >= groups - blurred
    chance[np.ix_(blur, blur)] = 0.12
    rows, columns = np.nonzero(np.triu(rng.random(chance.shape) < chance, 1))
    graph = graph_from_edges(
        [f"W{n:04d}" for n in range(group.size)],
        rows=np.r_[rows, columns],
        columns=np.r_[columns, rows],
        weights=np.ones(2 * rows.size),
    )
    return graph, group.astype(np.int32)


def again(found, resolution, *, runs):
    def run(graph, share, seed):
        return consensus_at(
            graph,
            resolution=resolution * share,
            agreed_resolution=found.resolution * share,
            seed=seed,
            runs=runs,
            n_topics=8,
            min_works=10,
        )

    return run


def test_the_overlap_is_that_of_the_most_alike_set():
    rng = np.random.default_rng(1)
    one, other = rng.integers(-1, 6, 200), rng.integers(-1, 9, 200)
    sets = [set(np.flatnonzero(one == t)) for t in range(6)]
    others = [set(np.flatnonzero(other == t)) for t in range(9)]
    expected = [max(len(a & b) / len(a | b) for b in others) for a in sets]

    np.testing.assert_allclose(best_overlap(one, other), expected)


def test_groups_that_stand_apart_are_stable_and_a_blur_is_not():
    graph, group = planted(blurred=3)
    found, resolution = consensus_wanted(graph, 8, seed=1, runs=5)
    clear = np.unique(found.labels[group < 5])

    measured = stability(
        graph, found.labels, again=again(found, resolution, runs=5), resamplings=5, seed=1
    )
    others = np.setdiff1d(np.arange(found.n_clusters), clear)

    assert (measured.mean[clear] > 0.95).all()
    assert (measured.mean[others] < 0.8).all()
    assert (measured.low <= measured.mean + 1e-12).all()
    assert measured.overlap.shape == (5, found.n_clusters)


def test_leaving_out_works_hurts_no_group_that_stands_apart():
    graph, _ = planted()
    found, resolution = consensus_wanted(graph, 8, seed=1, runs=3)

    measured = stability_of_works(
        graph, found.labels, again=again(found, resolution, runs=3), resamplings=4, seed=1
    )

    assert (measured.mean > 0.99).all()


def test_a_relation_is_drawn_with_both_its_directions_and_as_often_as_said():
    graph, _ = planted()
    drawn = relations_drawn(graph, share=0.9, seed=4)
    kept = drawn.matrix()

    assert abs(kept - kept.T).nnz == 0
    assert kept.nnz / graph.matrix().nnz == pytest.approx(0.9, abs=0.02)
    assert relations_drawn(graph, share=1.0, seed=4).neighbours.size == graph.neighbours.size
    assert relations_drawn(graph, share=0.9, seed=5).neighbours.size != 0
    assert not np.array_equal(
        relations_drawn(graph, share=0.9, seed=5).matrix().toarray(), kept.toarray()
    )


def test_agreement_is_the_share_of_clusterings_that_keep_two_works_together():
    graph, _ = planted(blurred=8, groups=8, size=12)
    seeds = range(3, 9)
    rows = graph.rows()
    times = np.zeros(rows.size)
    for seed in seeds:
        thinner = relations_drawn(graph, share=0.9, seed=seed)
        labels = cluster(thinner, resolution=0.9 * 0.12, seed=seed, iterations=1)
        times += labels[rows] == labels[graph.neighbours]
    shape = (graph.n_nodes, graph.n_nodes)
    expected = np.zeros(shape)
    expected[rows, graph.neighbours] = graph.weights * times / len(seeds)

    found = agreed(graph, resolution=0.12, seeds=seeds).matrix().toarray()

    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert 0 < (times == 0).sum() < times.size


def test_what_many_clusterings_agree_on_changes_less_with_the_seed_than_one_of_them():
    graph, _ = planted(groups=12, size=25, inside=0.22, outside=0.035, seed=3)

    def agreement(runs):
        one, other = (
            consensus_wanted(graph, 12, seed=seed, runs=runs)[0].labels for seed in (1, 1_000)
        )
        return best_overlap(one, other).mean()

    assert agreement(30) > agreement(1)
