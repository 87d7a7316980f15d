"""How much works have to do with each other: by citation, or by the words they use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from ibis import _
from scipy import sparse

from armillary.analyses.topics.teamwork import Team

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from armillary.analyses.topics.words import Phrases, Tokens
    from armillary.model.table import Table

_SATURATION = 1.2  # k1 of BM25: how soon using a word again stops to matter
_LENGTH = 0.75  # b of BM25: how far long abstracts are held to the mean length
_MOST_COMMON = 0.1  # share of works beyond which a term says nothing about likeness
_MOST_WORKS = 20_000  # of a term, however many works there are: keeps time nearly linear
_MOST_PAIRS = 5_000_000_000  # works x works of a term: of a million works, 5,000 may use a term
_FEWEST_WORKS = 5_000  # of a term, if there are still more
_QUERY_TERMS = 60  # a work asks with its weightiest terms
_BLOCK = 2_000
_ROWS = 50_000  # works weighed at once, to bound memory


def direct_citation(citations: Table) -> Table:
    """Relate works that cite each other, every work sharing out one unit of weight.

    A work with 40 relations gives 1/40 to each, so long reference lists do not weigh
    more. Runs where the table lives (DuckDB or Spark); collects nothing.
    Source: Waltman & van Eck (2012), doi:10.1002/asi.22748, normalised relatedness.

    Args:
        citations: One row per reference; columns `citing`, `cited` (work ids).

    Returns:
        One row per ordered pair of related works: `work`, `neighbour` (work ids) and
        `weight` (0 < weight <= 1, summing to 1 over each `work`). Self-citations go.
    """
    forward = citations.select(work="citing", neighbour="cited")
    backward = citations.select(work="cited", neighbour="citing")
    relations = forward.union(backward).filter(_.work != _.neighbour).distinct()
    degrees = relations.group_by("work").agg(degree=_.count())
    return relations.join(degrees, "work").select(
        "work", "neighbour", weight=1 / _.degree.cast("float64")
    )


def text_likeness(
    ids: Sequence[str], tokens: Tokens, *, levels: Sequence[Phrases], neighbours: int = 15
) -> pa.Table:
    """Relate works whose words are alike, every work sharing out one unit of weight.

    Each work asks for its nearest neighbours by BM25, its own terms saturated as those of the
    works found; a relation counts if either names the other. Terms are single words and pairs
    of words (Chinese: two and three characters). Memory is bounded by works x neighbours.
    Source: Robertson & Zaragoza (2009), doi:10.1561/1500000019; for maps of science: Boyack
    et al. (2011), doi:10.1371/journal.pone.0018029.

    Args:
        ids: Work ids, shape (works,).
        tokens: Words of the works.
        levels: Phrases by length, as `words.phrases` finds them.
        neighbours: Neighbours each work names.

    Returns:
        Columns as `direct_citation` returns them; a work that shares no term has no row.
    """
    rows, columns, weight = named_either_way(
        *nearest_works(bm25(tokens, levels), neighbours=neighbours)
    )
    return numbered_relations(ids, rows=rows, columns=columns, weight=weight)


def numbered_relations(
    ids: Sequence[str] | pa.Array,
    *,
    rows: NDArray[np.integer],
    columns: NDArray[np.integer],
    weight: NDArray[np.float64],
) -> pa.Table:
    """Return relations between numbered works, ids kept once and not for every relation.

    No method of its own.

    Args:
        ids: Work ids, shape (works,).
        rows: One end of each relation, shape (relations,).
        columns: The other, shape (relations,).
        weight: Its weight, shape (relations,).
    """
    names = pa.array(ids, type=pa.string())
    one, other = (
        pa.DictionaryArray.from_arrays(pa.array(ends.astype(np.int32, copy=False)), names)
        for ends in (rows, columns)
    )
    return pa.table({"work": one, "neighbour": other, "weight": weight})


def related_by_citation(
    ids: Sequence[str], *, citing: NDArray[np.int32], cited: NDArray[np.int32]
) -> pa.Table:
    """Relate works that cite each other, as `direct_citation` does, from works by number.

    Source: as `direct_citation`; ten million citations take a tenth of the memory.

    Args:
        ids: Work ids, shape (works,).
        citing: Work that cites, shape (citations,).
        cited: Work cited, shape (citations,).

    Returns:
        Columns as `direct_citation` returns them.
    """
    other = citing != cited
    one, two = citing[other].astype(np.int64), cited[other].astype(np.int64)
    pairs = np.concatenate([one << 32 | two, two << 32 | one])
    del one, two, other
    pairs.sort()
    new = np.empty(pairs.size, dtype=np.bool_)
    new[:1] = True
    np.not_equal(pairs[1:], pairs[:-1], out=new[1:])
    pairs = pairs[new]
    rows = (pairs >> 32).astype(np.int32)
    columns = (pairs & 0xFFFFFFFF).astype(np.int32)
    del pairs, new
    degrees = np.bincount(rows, minlength=len(ids))
    return numbered_relations(ids, rows=rows, columns=columns, weight=1.0 / degrees[rows])


def together(cited: pa.Table, alike: pa.Table, *, text_share: float) -> pa.Table:
    """Join two relations, each with its share of the weight.

    Citations tell topics apart that use the same words and hold together works of two
    languages; text places works with few references, and tells apart topics of one field that
    cite each other much.
    Source: Boyack & Klavans (2010), doi:10.1002/asi.21419, on hybrids of citation and text.

    Args:
        cited: Relations by citation, as `direct_citation` returns them.
        alike: Relations by text, as `text_likeness` returns them.
        text_share: Share of the weight that text has, 0..1.

    Returns:
        Columns as `direct_citation` returns them; a pair related both ways has two rows. The
        weights of a work related by both sum to 1.
    """
    columns = ["work", "neighbour", "weight"]
    parts = [
        table.select(columns).set_column(2, "weight", pc.multiply(table["weight"], share))
        for table, share in ((cited, 1 - text_share), (alike, text_share))
        if share > 0
    ]
    if len({part.schema for part in parts}) > 1:  # names in one, numbers of names in the other
        wanted = pa.schema(
            [("work", pa.string()), ("neighbour", pa.string()), ("weight", pa.float64())]
        )
        parts = [part.cast(wanted) for part in parts]
    return pa.concat_tables(parts)


def bm25(
    tokens: Tokens, levels: Sequence[Phrases], *, n_known: int | None = None
) -> sparse.csr_array:
    """Weigh the terms of works so that the product of two rows is their likeness.

    Source: Robertson & Zaragoza (2009), The Probabilistic Relevance Framework: BM25 and Beyond.

    Args:
        tokens: Words of the works.
        levels: Phrases by length.
        n_known: Works, the first of all, that may tell which terms there are, how rare they are
            and how long a text is; all, if left out.

    Returns:
        sqrt(idf) x saturated frequency, shape (works, terms), float32. Terms that a tenth of
        the works or more use are left out, unless the corpus has fewer than 50 works, and
        those that more than 20,000 works use; of more than 250,000 works fewer, in inverse
        proportion, down to 5,000 of a million works and more.
    """
    counts = sparse.hstack(
        [_terms_only(tokens, level) for level in levels if level.length <= 3], format="csr"
    )
    n_works = tokens.n_works if n_known is None else n_known
    used_by = np.bincount(counts.indices[: counts.indptr[n_works]], minlength=counts.shape[1])
    most = n_works if n_works < 50 else min(max(_MOST_COMMON * n_works, 5), _most_works(n_works))
    kept = counts[:, np.flatnonzero((used_by >= 2) & (used_by <= most))]
    term_used_by = np.bincount(kept.indices[: kept.indptr[n_works]], minlength=kept.shape[1])
    idf = np.log1p((n_works - term_used_by + 0.5) / (term_used_by + 0.5))
    if n_known is not None:
        counts = counts[:, np.flatnonzero(used_by >= 2)]  # what later works alone use is unknown
    lengths = np.asarray(counts.sum(axis=1)).ravel()
    known = lengths[:n_works]
    relative = lengths / max(known[known > 0].mean() if known.any() else 1.0, 1.0)
    damping = _SATURATION * (1 - _LENGTH + _LENGTH * relative)
    del counts
    roots, data = np.sqrt(idf), kept.data
    for begin in range(0, tokens.n_works, _ROWS):
        starts = kept.indptr[begin : begin + _ROWS + 1]
        part = slice(int(starts[0]), int(starts[-1]))
        own = np.repeat(damping[begin : begin + _ROWS], np.diff(starts))
        saturated = data[part] * (_SATURATION + 1) / (data[part] + own)
        data[part] = roots[kept.indices[part]] * saturated
    return kept


def _most_works(n_works: int) -> int:
    return min(_MOST_WORKS, max(_MOST_PAIRS // n_works, _FEWEST_WORKS))


def _terms_only(tokens: Tokens, level: Phrases) -> sparse.csr_array:
    """Count the phrases of one length that relate works: 1-2 words, 2-3 characters."""
    han = tokens.han[level.words[:, 0]] if len(level.words) else np.empty(0, dtype=np.bool_)
    kept = np.flatnonzero(np.where(han, level.length > 1, level.length < 3))
    return level.count(tokens, kept=kept)


def named_either_way(
    found: NDArray[np.int32], scores: NDArray[np.float32]
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64]]:
    """Relate works if either names the other, every work sharing out one unit of weight.

    No method of its own.

    Args:
        found: Neighbours of each work, -1 for none, shape (works, neighbours).
        scores: Their likeness, shape (works, neighbours).

    Returns:
        Work, neighbour and weight of each ordered pair, shape (pairs,).
    """
    rows, places = np.nonzero(found >= 0)
    n = len(found)
    named = sparse.coo_array((scores[rows, places], (rows, found[rows, places])), shape=(n, n))
    # The score is the same both ways but for the terms asked with: take the better view.
    both = named.tocsr().maximum(named.tocsr().T).tocoo()
    total = np.bincount(both.row, weights=both.data, minlength=n)
    return both.row, both.col, both.data / total[both.row]


def nearest_works(
    weights: sparse.csr_array, *, neighbours: int, n_known: int | None = None, first: int = 0
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Ask for the neighbours of all works, a block at a time on every core.

    No work is its own neighbour.
    No method of its own.

    Args:
        weights: Weighted terms as `bm25` gives them, shape (works, terms).
        neighbours: Neighbours each work names.
        n_known: Works, the first of all, that may be named; all, if left out.
        first: First work that asks; those before it name none.

    Returns:
        Neighbours, -1 where fewer share a term, and their likeness, descending; both of shape
        (works, neighbours).
    """
    import os
    from concurrent.futures import ThreadPoolExecutor

    from armillary.analyses.topics.text_kernel import nearest

    n_works = weights.shape[0]
    found = np.full((n_works, neighbours), -1, dtype=np.int32)
    scores = np.zeros((n_works, neighbours), dtype=np.float32)
    query = _weightiest(weights[first:] if first else weights)  # a slice is a copy
    by_term = (weights if n_known is None else weights[:n_known]).tocsc()
    by_term.sort_indices()
    arrays = (
        np.concatenate([np.zeros(first, dtype=np.int64), query.indptr.astype(np.int64)]),
        query.indices.astype(np.int32),
        query.data,
        by_term.indptr.astype(np.int64),
        by_term.indices.astype(np.int32),
        by_term.data,
    )
    del weights, query, by_term

    def block(begin: int) -> None:
        nearest(*arrays, begin, min(begin + _BLOCK, n_works), found, scores)

    with ThreadPoolExecutor(min(os.cpu_count() or 1, 8)) as pool:
        list(pool.map(block, range(first, n_works, _BLOCK)))
    return found, scores


def _weightiest(weights: sparse.csr_array) -> sparse.csr_array:
    """Keep the weightiest terms of each work, in order of terms."""
    from armillary.analyses.topics.text_kernel import weightiest

    kept = np.zeros(weights.nnz, dtype=np.uint8)
    arrays = (weights.indptr.astype(np.int64), weights.indices.astype(np.int32), weights.data)
    with Team() as team:
        team.run(weightiest, team.by_load(arrays[0]), *arrays, _QUERY_TERMS, kept)
    before = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(kept, dtype=np.int64)])
    starts = before[arrays[0]]
    kept = np.flatnonzero(kept)
    chosen = sparse.csr_array(
        (weights.data[kept], weights.indices[kept], starts), shape=weights.shape
    )
    chosen.sort_indices()
    return chosen
