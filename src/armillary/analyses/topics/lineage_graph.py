"""Works related to earlier works alone, so that the map of any past year is a part of one graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from armillary.analyses.topics.graph import Graph, graph_of
from armillary.analyses.topics.relatedness import bm25, nearest_works, together
from armillary.analyses.topics.words import phrases, tokenise

if TYPE_CHECKING:
    from numpy.typing import NDArray


def earlier_graph(
    works: pa.Table,
    citations: pa.Table | None,
    *,
    text_share: float = 0.5,
    neighbours: int = 15,
) -> tuple[Graph, NDArray[np.int64]]:
    """Relate every work to works of its own year or before.

    A work shares out one unit of weight among the works it cites, and one among those of its
    year or before whose words are most like its own. What comes later changes nothing of this,
    so the works up to any year, with the relations among them, are the graph of that year.
    Source: see `relatedness.direct_citation` and `relatedness.text_likeness`.

    Args:
        works: Columns `work`, `title`, `abstract`, `keywords`, `year`, one row per work.
        citations: Columns `citing`, `cited`; None relates works by text alone.
        text_share: Share of the weight that text has beside citations, 0..1.
        neighbours: Neighbours each work names by its text.

    Returns:
        The graph, and the year of each of its nodes, shape (nodes,).
    """
    rows = works.filter(pc.is_valid(works["year"])).sort_by(
        [("year", "ascending"), ("work", "ascending")]
    )
    ids = rows["work"].combine_chunks()
    years = rows["year"].to_numpy().astype(np.int64)
    alike = _alike(rows, years, neighbours)
    relations = alike
    if citations is not None:
        relations = together(_cited(citations, ids, years), alike, text_share=text_share)
    graph = graph_of(relations)
    place = pc.index_in(pa.array(graph.ids, type=pa.string()), ids.cast(pa.string())).to_numpy()
    return graph, years[place]


def _alike(rows: pa.Table, years: NDArray[np.int64], neighbours: int) -> pa.Table:
    tokens = tokenise(
        (title, abstract, *(keywords or ()))
        for title, abstract, keywords in zip(
            *(rows[name].to_pylist() for name in ("title", "abstract", "keywords")), strict=True
        )
    )
    weights = bm25(tokens, phrases(tokens, longest=2, longest_han=3, min_works=2))
    works, others, likeness = [], [], []
    ends = np.searchsorted(years, np.unique(years), side="right")
    for begin, end in zip([0, *ends[:-1]], ends, strict=True):
        # Only works of the year ask; those of the year and before may be named.
        found, scores = nearest_works(weights[:end], neighbours=neighbours, first=int(begin))
        own, place = np.nonzero(found[begin:] >= 0)
        works.append(own + begin)
        others.append(found[begin:][own, place])
        likeness.append(scores[begin:][own, place])
    work, other = np.concatenate(works), np.concatenate(others)
    score = np.concatenate(likeness).astype(np.float64)
    total = np.bincount(work, weights=score, minlength=rows.num_rows)
    return _relations(rows["work"].combine_chunks(), work, other, score / total[work])


def _cited(citations: pa.Table, ids: pa.Array, years: NDArray[np.int64]) -> pa.Table:
    ends = [
        pc.index_in(citations[name].combine_chunks().cast(pa.string()), ids.cast(pa.string()))
        for name in ("citing", "cited")
    ]
    known = pc.and_(pc.is_valid(ends[0]), pc.is_valid(ends[1])).to_numpy(zero_copy_only=False)
    citing, cited = (pc.fill_null(end, 0).to_numpy()[known].astype(np.int64) for end in ends)
    earlier = (years[cited] <= years[citing]) & (citing != cited)
    pairs = np.unique(np.column_stack([citing[earlier], cited[earlier]]), axis=0)
    degree = np.bincount(pairs[:, 0], minlength=years.size)
    return _relations(ids, pairs[:, 0], pairs[:, 1], 1.0 / degree[pairs[:, 0]])


def _relations(
    ids: pa.Array,
    work: NDArray[np.integer],
    other: NDArray[np.integer],
    weight: NDArray[np.float64],
) -> pa.Table:
    names = ids.cast(pa.string())
    return pa.table(
        {
            "work": names.take(pa.array(work)),
            "neighbour": names.take(pa.array(other)),
            "weight": weight,
        }
    )
