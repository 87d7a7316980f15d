"""What signals may see: works up to the origin, the use of terms among them, and growth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from armillary.analyses.topics.growth import Growth, Windows, growth

if TYPE_CHECKING:
    from armillary.analyses.topics.rising.frozen_map import FrozenMap

_OFTEN = 8
_LEAST_SPREAD = 0.01
_USUAL_SPREAD = 0.05


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
    often = counts.sum(axis=1) >= _OFTEN
    trend_z = np.zeros(counts.shape[0])
    spread = _USUAL_SPREAD
    if often.any():
        grown = growth(
            counts[often].astype(np.int64),
            n_all,
            years=span,
            window=window,
            trend_years=trend_years,
        )
        trend_z[often] = grown.trend_z
        spread = max(float(np.var(np.log(grown.growth))), _LEAST_SPREAD)
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
