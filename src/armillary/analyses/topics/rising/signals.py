"""What may foretell that a cluster grows, beyond its own counts.

Counts of a small cluster are noisy, and what grew by chance falls back. These signals borrow
from elsewhere: from the terms the cluster uses, wherever they are used; from the works nearest
to its own; from the clusters around it; from the last months. All of them are computed from the
works that are seen, and from nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import digamma

from armillary.analyses.topics.backtest.forecast import normal_scores
from armillary.analyses.topics.growth import Growth, Windows, growth

if TYPE_CHECKING:
    from collections.abc import Sequence

    from armillary.analyses.topics.rising.frozen_map import FrozenMap

_HOT_WORKS = 8
_NEW_WORKS = 3
_NEW_YEARS = 3
_NEAREST_CLUSTERS = 5
_OWN_TERMS = 20
_FEW = 5.0
_HALF_YEAR = 6


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """The works that signals may see, and when they are from.

    Args:
        years: Year of each work of the map, shape (works,).
        seen: Whether signals may see it; never a work after the origin; shape (works,).
        recent: Seen works of the recent years, shape (works,).
        before: Seen works of as many years before those, shape (works,).
        origin: Last year known.
    """

    years: NDArray[np.int64]
    seen: NDArray[np.bool_]
    recent: NDArray[np.bool_]
    before: NDArray[np.bool_]
    origin: int

    @property
    def log_all(self) -> float:
        """Log ratio of all works of the recent years to all before."""
        return float(np.log(max(self.recent.sum(), 1) / max(self.before.sum(), 1)))


class TermsSeen(msgspec.Struct, frozen=True, kw_only=True):
    """How the use of terms changed among the works seen.

    Args:
        uses: Which work uses which term, shape (works, terms), 1 where it does.
        n_recent: Recent works that use the term, shape (terms,).
        n_before: Works before that use it, shape (terms,).
        first: First year it was used, shape (terms,); a large number where never.
        trend_z: Trend of its use, shape (terms,).
        spread: Variance of true log growth among terms.
        rarity: Inverse document frequency, shape (terms,).
    """

    uses: sparse.csr_array
    n_recent: NDArray[np.float64]
    n_before: NDArray[np.float64]
    first: NDArray[np.int64]
    trend_z: NDArray[np.float64]
    spread: float
    rarity: NDArray[np.float64]


def seen_works(
    frozen: FrozenMap, years: NDArray[np.int64], *, half: NDArray[np.bool_] | None, recent: int = 2
) -> Seen:
    """Choose the works that signals may see.

    No method of its own.

    Args:
        frozen: Map.
        years: Year of each work of the corpus, shape (corpus,).
        half: Works of the corpus that signals may see; all, if left out.
        recent: Recent years, the origin included.
    """
    own = years[frozen.works]
    seen = np.arange(own.size) < frozen.n_known
    if half is not None:
        seen &= half[frozen.works]
    first = frozen.origin - recent
    in_recent = seen & (own > first)
    # Where a year is missing from the source, the years before reach back further.
    steps = np.unique(own[seen & (own <= first)])[-recent:]
    return Seen(
        years=own,
        seen=seen,
        recent=in_recent,
        before=seen & np.isin(own, steps),
        origin=frozen.origin,
    )


def terms_seen(frozen: FrozenMap, chosen: Seen, *, trend_years: int = 6) -> TermsSeen:
    """Count the use of terms among the works seen, over the years.

    No method of its own: see `growth.growth`.

    Args:
        frozen: Map.
        chosen: Works seen.
        trend_years: Years of the trend.
    """
    uses = frozen.weights.copy()
    uses.data = np.ones(uses.nnz, dtype=np.float64)
    own = np.flatnonzero(chosen.seen)
    span = np.unique(chosen.years[own])
    at = np.searchsorted(span, chosen.years[own])
    by_year = sparse.csr_array((np.ones(own.size), (at, own)), shape=(span.size, uses.shape[0]))
    counts = np.asarray((by_year @ uses).toarray()).T
    n_all = np.bincount(at, minlength=span.size)
    recent_years = np.unique(chosen.years[chosen.recent])
    before_years = np.unique(chosen.years[chosen.before])
    window = Windows(
        recent_from=int(recent_years[0]),
        recent_to=int(recent_years[-1]),
        before_from=int(before_years[0]),
        before_to=int(before_years[-1]),
    )
    often = counts.sum(axis=1) >= _HOT_WORKS
    trend_z = np.zeros(counts.shape[0])
    spread = 0.05
    if often.any():
        grown = growth(
            counts[often].astype(np.int64),
            n_all,
            years=span,
            window=window,
            trend_years=trend_years,
        )
        trend_z[often] = grown.trend_z
        spread = max(float(np.var(np.log(grown.growth))), 0.01)
    first = np.where(counts.any(axis=1), span[(counts > 0).argmax(axis=1)], np.iinfo(np.int64).max)
    n_seen = own.size
    return TermsSeen(
        uses=uses,
        n_recent=counts[:, np.isin(span, recent_years)].sum(axis=1),
        n_before=counts[:, np.isin(span, before_years)].sum(axis=1),
        first=first,
        trend_z=trend_z,
        spread=spread,
        rarity=np.log1p(n_seen / (counts.sum(axis=1) + 1)),
    )


def members(
    labels: NDArray[np.int32], chosen: NDArray[np.bool_], *, n_clusters: int
) -> sparse.csr_array:
    """Return which of the works chosen belong to which cluster, shape (clusters, works).

    No method of its own.
    """
    works = np.flatnonzero(chosen & (labels >= 0))
    return sparse.csr_array(
        (np.ones(works.size), (labels[works], works)), shape=(n_clusters, labels.size)
    )


def growth_of(labels: NDArray[np.int32], chosen: Seen, *, trend_years: int = 6) -> Growth:
    """Measure the growth of clusters among the works seen.

    No method of its own: see `growth.growth`.

    Args:
        labels: Cluster of each work, -1 for none, shape (works,).
        chosen: Works seen.
        trend_years: Years of the trend.
    """
    own = np.flatnonzero(chosen.seen)
    span = np.unique(chosen.years[own])
    at = np.searchsorted(span, chosen.years)
    inside = own[labels[own] >= 0]
    counts = np.zeros((int(labels.max(initial=-1)) + 1, span.size), dtype=np.int64)
    np.add.at(counts, (labels[inside], at[inside]), 1)
    recent, before = (np.unique(chosen.years[c]) for c in (chosen.recent, chosen.before))
    window = Windows(
        recent_from=int(recent[0]),
        recent_to=int(recent[-1]),
        before_from=int(before[0]),
        before_to=int(before[-1]),
    )
    n_all = np.bincount(at[inside], minlength=span.size)
    return growth(counts, n_all, years=span, window=window, trend_years=trend_years)


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
