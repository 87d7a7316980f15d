"""Maps by citation: what a work cites gives it its place, and tells how young a topic is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from armillary.analyses.topics.rising.seen import members

if TYPE_CHECKING:
    from armillary.analyses.topics.rising.frozen_map import FrozenMap
    from armillary.analyses.topics.rising.seen import Seen

_MOST_REFERENCES = 60
_FEW = 5.0
_YOUNG_YEARS = 2


class References(msgspec.Struct, frozen=True, kw_only=True):
    """References among the works of a corpus, by number of the work.

    Args:
        citing: Work that cites, shape (references,).
        cited: Work that is cited, shape (references,).
    """

    citing: NDArray[np.int64]
    cited: NDArray[np.int64]


def by_references(
    frozen: FrozenMap, references: References, *, text_share: float = 0.0
) -> FrozenMap:
    """Let the works that a work cites stand for its neighbours.

    Only references count, never citations received: a later work has none yet, and past and
    later works must be treated alike. References to works the map does not know are left out;
    so a work that cites none of those has no place on the map unless text gives it one.
    No method of its own: the relation is direct citation, see `relatedness.direct_citation`.

    Args:
        frozen: Map by text, for its works, terms and neighbours.
        references: References among the works of the corpus.
        text_share: Share of the votes that stay with the neighbours by text.
    """
    n = frozen.works.size
    citing, cited = _on_the_map(frozen, references)
    kept = (citing >= 0) & (cited >= 0) & (cited < frozen.n_known) & (citing != cited)
    pairs = np.unique(citing[kept] * n + cited[kept])
    citing, cited = np.divmod(pairs, n)
    starts = np.searchsorted(citing, np.arange(n))
    place = np.arange(citing.size) - starts[citing]
    used = place < _MOST_REFERENCES
    width = int(place[used].max(initial=0)) + 1
    neighbours = np.full((n, width), -1, dtype=np.int32)
    neighbours[citing[used], place[used]] = cited[used]
    votes = (neighbours >= 0).astype(np.float32)
    if text_share <= 0:
        return msgspec.structs.replace(frozen, neighbours=neighbours, likeness=votes)
    by_text = frozen.likeness / np.maximum(frozen.likeness.sum(axis=1, keepdims=True), 1e-9)
    by_citing = votes / np.maximum(votes.sum(axis=1, keepdims=True), 1.0)
    return msgspec.structs.replace(
        frozen,
        neighbours=np.hstack([neighbours, frozen.neighbours]),
        likeness=np.hstack([(1 - text_share) * by_citing, text_share * by_text]).astype(np.float32),
    )


def reference_signals(
    frozen: FrozenMap, labels: NDArray[np.int32], *, chosen: Seen, references: References
) -> dict[str, NDArray[np.float64]]:
    """Compute the signals that references hold.

    - `reference_youth`: how young the works are that its recent works cite, in years, negative.
    - `recent_references`: share of these references that go to works of the last two years.
    - `cites_own_newest`: share of its recent works that cite a recent work of the topic itself.
    - `citations_to_recent`: citations its recent works have had, per work.

    Means over few works are drawn towards that of all.
    Source: mean age of references as vitality, Klavans & Boyack (2017),
    doi:10.1016/j.joi.2017.10.002 (as commonly cited); immediacy, de Solla Price (1965),
    doi:10.1126/science.149.3683.510.

    Args:
        frozen: Map.
        labels: Cluster of each work, -1 for none, shape (works,).
        chosen: Works seen; references between two of them are used.
        references: References among the works of the corpus.

    Returns:
        Signals by name, each of shape (clusters,).
    """
    n = frozen.works.size
    citing, cited = _on_the_map(frozen, references)
    kept = (citing >= 0) & (cited >= 0) & (citing != cited)
    citing, cited = citing[kept], cited[kept]
    of_recent = chosen.recent[citing] & chosen.seen[cited]
    citing, cited = citing[of_recent], cited[of_recent]
    age = (chosen.years[citing] - chosen.years[cited]).astype(np.float64)
    n_clusters = int(labels.max(initial=-1)) + 1
    recent = members(labels, chosen.recent, n_clusters=n_clusters)
    n_recent = np.asarray(recent.sum(axis=1)).ravel()
    total = np.asarray(recent @ np.bincount(citing, minlength=n).astype(np.float64))
    ages = np.asarray(recent @ np.bincount(citing, age, minlength=n))
    young = np.asarray(
        recent @ np.bincount(citing, (age < _YOUNG_YEARS).astype(np.float64), minlength=n)
    )
    to_recent = chosen.recent[cited]
    own = to_recent & (labels[citing] == labels[cited])
    cites_own = np.zeros(n)
    cites_own[citing[own]] = 1.0
    received = np.bincount(cited[to_recent], minlength=n).astype(np.float64)
    return {
        "reference_youth": -_drawn(ages, total),
        "recent_references": _drawn(young, total),
        "cites_own_newest": _drawn(np.asarray(recent @ cites_own), n_recent),
        "citations_to_recent": _drawn(np.asarray(recent @ received), n_recent),
    }


def _drawn(total: NDArray[np.float64], weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return means drawn towards the mean of all where they rest on little."""
    usual = total.sum() / max(weight.sum(), 1.0)
    return np.asarray((total + _FEW * usual) / (weight + _FEW))


def _on_the_map(
    frozen: FrozenMap, references: References
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Number both ends of references by their place on the map, -1 where they have none."""
    most = max(int(a.max(initial=0)) for a in (references.citing, references.cited, frozen.works))
    place = np.full(most + 1, -1, dtype=np.int64)
    place[frozen.works] = np.arange(frozen.works.size)
    return place[references.citing], place[references.cited]
