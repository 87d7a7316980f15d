"""What is known of terms at an origin beside their own counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from armillary.analyses.topics.terms.use import TermUse

_RECENT = 2
_NEW = 2  # a term is new if it was first used at most so many years before the origin
_MONTHS = 6
_DATED = 0.9


def term_signals(
    use: TermUse,
    terms: NDArray[np.int64],
    *,
    seen: NDArray[np.bool_],
    origin: int,
    context: NDArray[np.int64],
    momentum: NDArray[np.float64],
) -> dict[str, NDArray[np.float64]]:
    """Compute the signals of terms from the works seen up to the origin.

    - `context_momentum`: mean trend of the terms used in the same recent works, the term
      itself left out; each work counts the same.
    - `new_context`: share of these terms that are new.
    - `title_share`: share of the recent works with the term that have it in their title.
    - `phrase`: 1 for a term of two words.
    - `half_year_z`: growth of the last six months over the six before, over its standard
      error; only where nine tenths of the recent works are dated to the month.

    No method of its own: the context of a term is its co-words (Callon et al. 1983,
    doi:10.1177/053901883022002003).

    Args:
        use: Terms of the corpus.
        terms: The candidates, shape (units,).
        seen: Works signals may see, shape (works,); those after the origin are left out here.
        origin: Last year known.
        context: Terms whose momentum is known, shape (context,).
        momentum: Their trend, shape (context,).

    Returns:
        Signals by name, each (units,).
    """
    recent = np.flatnonzero(seen & (use.years <= origin) & (use.years > origin - _RECENT))
    past = np.flatnonzero(seen & (use.years <= origin - _NEW))
    around = use.uses[:, context].tocsr()[recent]
    own = use.uses[:, terms].tocsr()[recent]
    known = np.asarray(use.uses[:, context].tocsr()[past].sum(axis=0)).ravel() > 0
    place = np.searchsorted(context, terms)
    place = np.minimum(place, context.size - 1)
    inside = context[place] == terms
    n = np.maximum(np.asarray(own.sum(axis=0)).ravel(), 1.0)

    def mean_around(values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Average values over the other terms of each work, then over the works of a term."""
        mine = np.where(inside, values[place], 0.0)
        total = own.T @ sparse.diags_array(_inverse(around, 1)) @ (around @ values)
        weight = own.T @ _inverse(around, 1)
        return np.asarray((total - mine * weight) / n)

    found = {
        "context_momentum": mean_around(momentum),
        "new_context": mean_around((~known).astype(np.float64)),
        "title_share": np.asarray(use.in_title[:, terms].tocsr()[recent].sum(axis=0)).ravel() / n,
        "phrase": (use.n_words[terms] > 1).astype(np.float64),
    }
    months = use.months[recent]
    if (months >= 0).mean() >= _DATED:
        found["half_year_z"] = _half_year(own, months, origin)
    return found


def _inverse(around: sparse.csr_array, less: int) -> NDArray[np.float64]:
    """Return 1 over the terms of each work less one, 0 where no other term is left."""
    n = np.diff(around.indptr) - less
    return np.asarray(np.where(n > 0, 1.0 / np.maximum(n, 1), 0.0))


def _half_year(
    own: sparse.csr_array, months: NDArray[np.int64], origin: int
) -> NDArray[np.float64]:
    end = 12 * origin + 11
    last = (months > end - _MONTHS) & (months <= end)
    before = (months > end - 2 * _MONTHS) & (months <= end - _MONTHS)
    n_last = np.asarray(own[last].sum(axis=0)).ravel() + 0.5
    n_before = np.asarray(own[before].sum(axis=0)).ravel() + 0.5
    ratio = np.log(n_last / n_before * max(before.sum(), 1) / max(last.sum(), 1))
    return np.asarray(ratio / np.sqrt(1 / n_last + 1 / n_before))
