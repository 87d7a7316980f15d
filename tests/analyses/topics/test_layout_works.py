from __future__ import annotations

import numpy as np
import pytest

from armillary.analyses.topics.graph import graph_from_edges
from armillary.analyses.topics.layout_works import place_works, radii


def related(n, pairs):
    ends = np.array(pairs)
    return graph_from_edges(
        [f"W{i:04d}" for i in range(n)],
        rows=np.concatenate([ends[:, 0], ends[:, 1]]),
        columns=np.concatenate([ends[:, 1], ends[:, 0]]),
        weights=np.ones(2 * len(pairs)),
    )


def test_discs_of_topics_do_not_cover_each_other():
    rng = np.random.default_rng(1)
    positions = rng.uniform(-1, 1, (12, 2))
    sizes = rng.integers(10, 400, 12)

    radius = radii(positions, sizes)

    apart = np.hypot(*(positions[:, None] - positions[None]).transpose(2, 0, 1))
    np.fill_diagonal(apart, np.inf)
    assert (radius[:, None] + radius[None] <= apart).all()
    assert radius / np.sqrt(sizes) == pytest.approx(np.full(12, radius[0] / np.sqrt(sizes[0])))


def test_a_work_tied_to_another_topic_stands_on_its_side_and_further_out():
    # Topic 0 is a chain of 40 works; works 5..9 are tied to topic 1, on the right of it.
    chain = [(i, i + 1) for i in range(39)]
    ties = [(i, 40 + i) for i in range(5, 10)]
    graph = related(60, chain + [(i, i + 1) for i in range(40, 59)] + ties)
    labels = np.array([0] * 40 + [1] * 20, dtype=np.int32)
    centres = np.array([[-0.5, 0.0], [0.5, 0.0]])

    placed = place_works(graph, labels, positions=centres, radius=np.array([0.3, 0.2]))

    assert (placed[5:10, 0] > -0.5 + 0.1).all()
    assert np.hypot(*(placed[:40] - centres[0]).T).max() <= 0.3
    assert np.hypot(*(placed[40:] - centres[1]).T).max() <= 0.2


def test_no_two_works_of_a_topic_stand_on_one_place():
    graph = related(500, [(i, (i * 7 + 1) % 500) for i in range(500) if i != (i * 7 + 1) % 500])
    labels = np.zeros(500, dtype=np.int32)

    placed = place_works(graph, labels, positions=np.zeros((1, 2)), radius=np.ones(1))

    apart = np.hypot(*(placed[:, None] - placed[None]).transpose(2, 0, 1))
    np.fill_diagonal(apart, 1)
    assert apart.min() > 0.02


def test_works_without_a_topic_have_no_place():
    graph = related(3, [(0, 1), (1, 2)])

    placed = place_works(
        graph, np.array([0, 0, -1], np.int32), positions=np.zeros((1, 2)), radius=np.ones(1)
    )

    assert np.isnan(placed[2]).all()
    assert np.isfinite(placed[:2]).all()
