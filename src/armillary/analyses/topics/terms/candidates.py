"""Which terms stand for choice at an origin, near-duplicates joined, in two tiers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

if TYPE_CHECKING:
    from collections.abc import Sequence

    from armillary.analyses.topics.terms.use import TermUse

Tier = Literal["established", "young"]
_LEAST_TOGETHER = 3
_AS_USED = 0.9


class Tiers(msgspec.Struct, frozen=True, kw_only=True):
    """What makes a term a candidate.

    Args:
        window: Years in which an established term is counted.
        established: Works an established term needs in them.
        established_titles: The same where only titles are read.
        recent: Last years, in which a young term is counted.
        young: Works a young term needs in them.
        old_years: A young term is rare up to so many years before the origin.
        young_before: Most works it may have had by then.
        young_times: Or its share must have risen by this factor since.
        cover: A phrase stands for its word where this share of the word's works use it.
        overlap: Two terms are one family where this share of the recent works of either use
            both.
    """

    window: int = 5
    established: int = 20
    established_titles: int = 15
    recent: int = 2
    young: int = 5
    old_years: int = 3
    young_before: int = 2
    young_times: float = 8.0
    cover: float = 0.5
    overlap: float = 0.6


class Candidates(msgspec.Struct, frozen=True, kw_only=True):
    """Terms at an origin.

    Args:
        terms: Numbers of the terms, ascending, shape (units,).
        family: Numbers of the terms each one stands for besides itself, shape (units,).
    """

    terms: NDArray[np.int64]
    family: tuple[tuple[int, ...], ...]


def candidates(
    use: TermUse,
    counts: NDArray[np.int64],
    *,
    n_all: NDArray[np.int64],
    origin: int,
    tier: Tier,
    tiers: Tiers,
    seen: NDArray[np.bool_],
    part: float = 1.0,
) -> Candidates:
    """Choose the candidates of a tier from what was counted up to the origin.

    A phrase and its word that nearly always go together ("convolutional", "convolutional
    neural") are one family, and so are two terms nearly all recent works use together; it is
    named by the term most works use, or by a phrase nearly as many use. Terms are never joined
    for their likeness alone, so a new word is not lost in an older one.
    No method of its own.

    Args:
        use: Terms of the corpus.
        counts: Works by term and complete year, shape (terms, complete years).
        n_all: All works by complete year.
        origin: Last year known.
        tier: Established or young.
        tiers: What makes a candidate.
        seen: Works counted, shape (works,).
        part: Share of all works that was counted; thresholds are that much lower.
    """
    years = use.complete
    known = years <= origin
    window = known & (years > origin - tiers.window)
    recent = known & (years > origin - tiers.recent)
    old = years <= origin - tiers.old_years
    n_window, n_recent = counts[:, window].sum(axis=1), counts[:, recent].sum(axis=1)
    n_old = counts[:, old].sum(axis=1)
    if tier == "established":
        least = tiers.established_titles if use.text == "titles" else tiers.established
        fit = n_window >= least * part
    else:
        before = old & (years > origin - tiers.old_years - tiers.window)
        share = n_recent / max(n_all[recent].sum(), 1)
        share_old = counts[:, before].sum(axis=1) / max(n_all[before].sum(), 1)
        rare = n_old <= np.floor(tiers.young_before * part)
        fit = (n_recent >= tiers.young * part) & (rare | (share >= tiers.young_times * share_old))
    found = np.flatnonzero(fit)
    works = np.flatnonzero(seen & (use.years <= origin) & (use.years > origin - tiers.recent))
    pairs = _parts(use, found, n_window, cover=tiers.cover)
    pairs += _together(use, found, works, overlap=tiers.overlap)
    return _families(found, n_window, n_words=use.n_words, pairs=pairs)


def _parts(
    use: TermUse, found: NDArray[np.int64], n_works: NDArray[np.int64], *, cover: float
) -> list[tuple[int, int]]:
    """Pair each phrase with the words it nearly covers."""
    chosen = set(found.tolist())
    phrases = found[use.part_of[found].max(axis=1) >= 0]
    return [
        (phrase, word)
        for phrase in phrases.tolist()
        for word in use.part_of[phrase].tolist()
        if word in chosen and n_works[phrase] >= cover * n_works[word]
    ]


def _together(
    use: TermUse, found: NDArray[np.int64], works: NDArray[np.int64], *, overlap: float
) -> list[tuple[int, int]]:
    """Pair terms that nearly all of a set of works use together."""
    own = use.uses[:, found].tocsr()[works]
    both = (own.T @ own).tocoo()
    n = both.diagonal()
    first, second = both.coords
    either = n[first] + n[second] - both.data
    near = (first < second) & (both.data >= _LEAST_TOGETHER) & (both.data >= overlap * either)
    return list(zip(found[first[near]].tolist(), found[second[near]].tolist(), strict=True))


def _families(
    found: NDArray[np.int64],
    n_works: NDArray[np.int64],
    *,
    n_words: NDArray[np.int64],
    pairs: Sequence[tuple[int, int]],
) -> Candidates:
    """Join pairs into families, each named by its most used term, a phrase if nearly as used."""
    place = {term: at for at, term in enumerate(found.tolist())}
    rows = np.array([place[a] for a, _ in pairs], dtype=np.int64)
    columns = np.array([place[b] for _, b in pairs], dtype=np.int64)
    joined = sparse.coo_array((np.ones(rows.size), (rows, columns)), shape=(found.size, found.size))
    _, family = csgraph.connected_components(joined.tocsr(), directed=False)
    most = np.zeros(found.size, dtype=np.int64)
    np.maximum.at(most, family, n_works[found])
    telling = np.where(n_works[found] >= _AS_USED * most[family], n_words[found], 0)
    order = np.lexsort((found, -n_works[found], -telling, family))
    starts = np.flatnonzero(np.diff(family[order], prepend=-1))
    groups = sorted(g.tolist() for g in np.split(found[order], starts[1:]) if g.size)
    return Candidates(
        terms=np.array([g[0] for g in groups], dtype=np.int64),
        family=tuple(tuple(g[1:]) for g in groups),
    )
