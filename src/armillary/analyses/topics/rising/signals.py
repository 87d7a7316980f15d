"""What may foretell that a cluster grows, beyond its own counts.

Counts of a small cluster are noisy, and what grew by chance falls back. These signals borrow
from elsewhere: from the terms the cluster uses, wherever they are used; from the works nearest
to its own; from the clusters around it; from the last months. All of them are computed from the
works that are seen, and from nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.special import digamma

from armillary.analyses.topics.backtest.forecast import normal_scores
from armillary.analyses.topics.rising.seen import growth_of, members

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from armillary.analyses.topics.rising.frozen_map import FrozenMap
    from armillary.analyses.topics.rising.seen import Seen, TermsSeen

_HOT_WORKS = 8
_NEW_WORKS = 3
_NEW_YEARS = 3
_NEAREST_CLUSTERS = 5
_OWN_TERMS = 20
_FEW = 5.0
_HALF_YEAR = 6


def cluster_signals(
    frozen: FrozenMap,
    labels: NDArray[np.int32],
    *,
    chosen: Seen,
    use: TermsSeen,
    others: Sequence[NDArray[np.int32]],
    months: NDArray[np.float64] | None,
) -> dict[str, NDArray[np.float64]]:
    """Compute all signals of clusters.

    - `hot_terms`: terms that doubled, per recent work.
    - `new_terms`: share of its term uses by terms first used in the last three years.
    - `term_trend`: mean trend of the twenty terms that are most its own.
    - `term_momentum`: mean growth of its terms in the works of other clusters.
    - `young_neighbours`: how many of the works nearest to its own are recent.
    - `near_growth`: growth of the five clusters most related to it.
    - `trend_elsewhere`: trend of the clusters its recent works belong to on other maps.
    - `last_months`: growth of the last six months over the eighteen before, if dates are known.

    No method of its own; hot terms and momentum follow burst and growth indicators of the
    literature on emerging topics (Small, Boyack & Klavans 2014,
    doi:10.1016/j.respol.2014.02.005).

    Args:
        frozen: Map.
        labels: Cluster of each work by one rule, -1 for none, shape (works,).
        chosen: Works that may be seen.
        use: Use of terms among them.
        others: Clusters of each work on other maps, each of shape (works,).
        months: Month of each work, counted from year 0, NaN where unknown, shape (works,);
            or None.

    Returns:
        Signals by name, each of shape (clusters,).
    """
    n = int(labels.max(initial=-1)) + 1
    recent = members(labels, chosen.recent, n_clusters=n)
    before = members(labels, chosen.before, n_clusters=n)
    n_recent = np.asarray(recent.sum(axis=1)).ravel()
    now, then = (recent @ use.uses).tocsr(), (before @ use.uses).tocsr()
    grown = growth_of(labels, chosen)
    found = {
        "hot_terms": _hot_terms(now, n_recent, chosen, use),
        "new_terms": _new_terms(now, chosen, use),
        "term_trend": _term_trend(now, n_recent, chosen, use),
        "term_momentum": _momentum(now, then, chosen, use),
        "young_neighbours": _young_neighbours(frozen, recent, chosen),
        "near_growth": _near_growth(frozen, labels, np.log(grown.growth)),
    }
    if others:
        elsewhere = [
            _mean_of(recent, np.append(growth_of(own, chosen).trend_z, 0.0)[own]) for own in others
        ]
        found["trend_elsewhere"] = np.mean([normal_scores(z) for z in elsewhere], axis=0)
    if months is not None:
        found["last_months"] = _last_months(labels, chosen, months)
    return found


def _mean_of(belongs: sparse.csr_array, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Average values of works over the works of each cluster, 0 where it has none."""
    n = np.asarray(belongs.sum(axis=1)).ravel()
    return np.asarray((belongs @ values) / np.maximum(n, 1.0))


def _hot_terms(
    now: sparse.csr_array, n_recent: NDArray[np.float64], chosen: Seen, use: TermsSeen
) -> NDArray[np.float64]:
    share = use.n_recent / max(chosen.recent.sum(), 1)
    share_before = np.maximum(use.n_before, 0.5) / max(chosen.before.sum(), 1)
    hot = (use.n_recent >= _HOT_WORKS) & (share >= 2 * share_before)
    uses = np.asarray(now @ hot.astype(np.float64))
    usual = uses.sum() / max(n_recent.sum(), 1.0)
    return np.asarray((uses + _FEW * usual) / (n_recent + _FEW))  # few works say little


def _new_terms(now: sparse.csr_array, chosen: Seen, use: TermsSeen) -> NDArray[np.float64]:
    new = (use.first > chosen.origin - _NEW_YEARS) & (use.n_recent >= _NEW_WORKS)
    total = np.asarray(now.sum(axis=1)).ravel()
    return np.asarray((now @ new.astype(np.float64)) / np.maximum(total, 1.0))


def _excess(
    now: sparse.csr_array, n_recent: NDArray[np.float64], chosen: Seen, use: TermsSeen
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Weigh the terms of clusters by how much more they are used there than everywhere."""
    rows = np.repeat(np.arange(now.shape[0]), np.diff(now.indptr))
    inside = now.data / np.maximum(n_recent[rows], 1.0)
    outside = (use.n_recent[now.indices] + 1) / max(chosen.recent.sum(), 1)
    return rows, now.data * np.maximum(np.log(inside / outside), 0.0)


def _term_trend(
    now: sparse.csr_array, n_recent: NDArray[np.float64], chosen: Seen, use: TermsSeen
) -> NDArray[np.float64]:
    rows, weight = _excess(now, n_recent, chosen, use)
    order = np.lexsort((now.indices, -weight, rows))
    place = np.arange(order.size) - now.indptr[rows[order]]
    top = order[place < _OWN_TERMS]
    n = now.shape[0]
    total = np.bincount(rows[top], use.trend_z[now.indices[top]], minlength=n)
    return np.asarray(total / np.maximum(np.bincount(rows[top], minlength=n), 1))


def _momentum(
    now: sparse.csr_array, then: sparse.csr_array, chosen: Seen, use: TermsSeen
) -> NDArray[np.float64]:
    """Average the growth of a cluster's terms outside it, so that its own noise is left out."""
    n, n_terms = now.shape
    now.sort_indices()
    then.sort_indices()
    rows = np.repeat(np.arange(n), np.diff(now.indptr))
    key = rows * n_terms + now.indices
    key_then = np.repeat(np.arange(n), np.diff(then.indptr)) * n_terms + then.indices
    own_before = np.zeros(key.size)
    if key_then.size:
        at = np.minimum(np.searchsorted(key_then, key), key_then.size - 1)
        own_before = np.where(key_then[at] == key, then.data[at], 0.0)
    after = use.n_recent[now.indices] - now.data + 0.5
    before = use.n_before[now.indices] - own_before + 0.5
    log_ratio = digamma(after) - digamma(before) - chosen.log_all
    kept = use.spread / (use.spread + 1 / after + 1 / before)
    weight = now.data * use.rarity[now.indices]
    total = np.bincount(rows, weight * kept * log_ratio, minlength=n)
    return np.asarray(total / np.maximum(np.bincount(rows, weight, minlength=n), 1e-9))


def _young_neighbours(
    frozen: FrozenMap, recent: sparse.csr_array, chosen: Seen
) -> NDArray[np.float64]:
    is_recent = np.append(chosen.recent, False)[frozen.neighbours]
    is_old = np.append(chosen.seen & ~chosen.recent, False)[frozen.neighbours]
    young = np.asarray(recent @ is_recent.sum(axis=1).astype(np.float64))
    old = np.asarray(recent @ is_old.sum(axis=1).astype(np.float64))
    return np.asarray(np.log((young + _FEW) / (old + _FEW)))


def _near_growth(
    frozen: FrozenMap, labels: NDArray[np.int32], log_growth: NDArray[np.float64]
) -> NDArray[np.float64]:
    n = log_growth.size
    known = slice(frozen.n_known)
    belongs = members(labels[known], np.ones(frozen.n_known, dtype=np.bool_), n_clusters=n)
    rows, places = np.nonzero(frozen.neighbours[known] >= 0)
    named = sparse.csr_array(
        (frozen.likeness[known][rows, places], (rows, frozen.neighbours[known][rows, places])),
        shape=(frozen.n_known, frozen.n_known),
    )
    one_way = (belongs @ named @ belongs.T).toarray()
    size = np.maximum(np.asarray(belongs.sum(axis=1)).ravel(), 1.0)
    mean = (one_way + one_way.T) / size[:, None] / size[None, :]
    np.fill_diagonal(mean, 0.0)
    nearest = np.argsort(-mean, axis=1, kind="stable")[:, :_NEAREST_CLUSTERS]
    weight = np.take_along_axis(mean, nearest, axis=1)
    total = (weight * log_growth[nearest]).sum(axis=1)
    return np.asarray(total / np.maximum(weight.sum(axis=1), 1e-12))


def _last_months(
    labels: NDArray[np.int32], chosen: Seen, months: NDArray[np.float64]
) -> NDArray[np.float64]:
    n = int(labels.max(initial=-1)) + 1
    end = chosen.origin * 12 + 12
    ages = end - months  # 0 for the last month
    last = chosen.seen & (ages < _HALF_YEAR)
    before = chosen.seen & (ages >= _HALF_YEAR) & (ages < 4 * _HALF_YEAR)
    a, b = (
        np.asarray(members(labels, works, n_clusters=n).sum(axis=1)).ravel() + 0.5
        for works in (last, before)
    )
    log_ratio = digamma(a) - digamma(b) - np.log(max(last.sum(), 1) / max(before.sum(), 1))
    noise = 1 / a + 1 / b
    spread = max(float(np.mean(log_ratio**2 - noise)), 0.01)
    return np.asarray(spread / (spread + noise) * log_ratio)
