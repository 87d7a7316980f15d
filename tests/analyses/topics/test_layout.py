from __future__ import annotations

import numpy as np
from scipy import sparse

from armillary.analyses.topics.layout import place


def two_camps(n=24):
    """Clusters of two camps: strong relations within, one weak between."""
    rng = np.random.default_rng(1)
    camp = np.arange(n) < n // 2
    weights = np.where(camp[:, None] == camp[None, :], rng.uniform(0.5, 1.0, (n, n)), 0.0)
    weights[0, n - 1] = weights[n - 1, 0] = 0.01
    weights = (weights + weights.T) / 2
    np.fill_diagonal(weights, 0)
    return camp, sparse.csr_array(weights)


def distances(positions):
    return np.sqrt(((positions[:, None] - positions[None, :]) ** 2).sum(axis=2))


def test_related_clusters_stand_near_each_other():
    camp, weights = two_camps()

    apart = distances(place(weights, np.full(camp.size, 50)))
    same = camp[:, None] == camp[None, :]

    assert apart[same].mean() < 0.7 * apart[~same].mean()


def test_clusters_do_not_cover_each_other_and_stay_on_the_map():
    camp, weights = two_camps()
    sizes = np.full(camp.size, 50)

    positions = place(weights, sizes)
    apart = distances(positions)[~np.eye(camp.size, dtype=bool)]

    assert np.abs(positions).max() <= 1.0
    assert apart.min() > 0.05


def test_the_same_clusters_are_laid_out_the_same():
    camp, weights = two_camps()
    sizes = np.full(camp.size, 50)

    np.testing.assert_array_equal(place(weights, sizes), place(weights, sizes))


def test_parts_without_any_relation_have_places_too():
    positions = place(sparse.csr_array((3, 3)), np.array([5, 5, 5]))

    assert np.isfinite(positions).all()
    assert distances(positions)[~np.eye(3, dtype=bool)].min() > 0.1
