"""What the indicators of topics are measured from: works, their clusters and citations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy import sparse

from armillary.analyses.topics.labels import candidate_terms
from armillary.analyses.topics.words import phrases, tokenise
from armillary.model.areas import area_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from armillary.model.table import Table

Names = tuple[tuple[str, ...] | None, ...]


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """The words of the works.

    Args:
        words: How often a work uses a word, shape (works, words).
        terms: Terms that may name a topic.
        uses: 1 where a work uses a term, shape (works, terms).
    """

    words: sparse.csr_array
    terms: tuple[str, ...]
    uses: sparse.csr_array


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """Works up to the last year of a map, in order of their ids; arrays of shape (works,).

    Args:
        corpus: Topic map.
        clusters: Clusters of the map.
        rows: Rows of the table `cluster`, in the same order.
        works: Ids.
        label: Number of the cluster of each work, -1 for none.
        centrality: Share of a work's relatedness that stays in its cluster; NaN off the map.
        years: Years.
        recent: Whether a work is of the recent window.
        last_year: Last year of the recent window.
        cited_by: Citations the source counts; NaN where it counts none.
        fields: First class of each work, empty where it has none.
        authors: Authors; None where the source holds none.
        organisations: Organisations; None where the source holds none.
        countries: Codes of countries; None where none is known.
        keywords: Author keywords, folded.
        references: References as written.
        text: The words.
    """

    corpus: str
    clusters: tuple[str, ...]
    rows: tuple[dict[str, object], ...]
    works: tuple[str, ...]
    label: NDArray[np.int64]
    centrality: NDArray[np.float64]
    years: NDArray[np.int64]
    recent: NDArray[np.bool_]
    last_year: int
    cited_by: NDArray[np.float64]
    fields: tuple[str, ...]
    authors: Names
    organisations: Names
    countries: Names
    keywords: Names
    references: Names
    text: Text

    def of_cluster(self, cluster: int) -> NDArray[np.int64]:
        """Return the works of a cluster."""
        return np.flatnonzero(self.label == cluster)


def facts_of(works: Table, clusters: pa.Table, *, members: pa.Table, corpus: str) -> Facts:
    """Collect what the indicators of a map are measured from.

    No method of its own.

    Args:
        works: Table `work` of the corpus.
        clusters: Table `cluster` of the map, at least one row.
        members: Table `cluster_work` of the map.
        corpus: Topic map.
    """
    table = clusters.sort_by("cluster").to_pylist()
    last_year = int(table[0]["recent_to"])
    wanted = ["work", "title", "abstract", "keywords", "year", "cited_by_count", "classes"]
    wanted += ["authors", "organisations", "countries", "references"]
    rows = works.select(*wanted).to_pyarrow()
    rows = rows.filter(pc.less_equal(rows["year"], last_year)).sort_by("work")
    years = rows["year"].to_numpy().astype(np.int64)
    names = [row["cluster"] for row in table]
    label, centrality = _placed(rows["work"], members, names)
    keywords = _lists(rows["keywords"])
    return Facts(
        corpus=corpus,
        clusters=tuple(names),
        rows=tuple(table),
        works=tuple(rows["work"].to_pylist()),
        label=label,
        centrality=centrality,
        years=years,
        recent=years >= int(table[0]["recent_from"]),
        last_year=last_year,
        cited_by=np.asarray(
            rows["cited_by_count"].cast(pa.float64()).fill_null(float("nan")).to_numpy(),
            dtype=np.float64,
        ),
        fields=tuple((held or ("",))[0] for held in _lists(rows["classes"])),
        authors=_lists(rows["authors"]),
        organisations=_lists(rows["organisations"]),
        countries=tuple(_areas(held) for held in _lists(rows["countries"])),
        keywords=tuple(
            None if held is None else tuple(sorted({word.casefold() for word in held}))
            for held in keywords
        ),
        references=_lists(rows["references"]),
        text=_text(rows, keywords),
    )


def _placed(
    ids: pa.ChunkedArray, members: pa.Table, names: Sequence[str]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    at = pc.index_in(ids, members["work"].combine_chunks().cast(ids.type))
    cluster = pc.index_in(members["cluster"], pa.array(names, pa.string())).take(at)
    centrality = members["centrality"].take(at)
    return (
        np.asarray(pc.fill_null(cluster, -1).to_numpy(), dtype=np.int64),
        np.asarray(pc.fill_null(centrality, float("nan")).to_numpy(), dtype=np.float64),
    )


def _lists(column: pa.ChunkedArray) -> Names:
    """Return lists, None where there is nothing in them: an empty list tells nothing either."""
    return tuple(
        tuple(x for x in held if x) or None if held else None for held in column.to_pylist()
    )


def _areas(names: Sequence[str] | None) -> tuple[str, ...] | None:
    codes = {code for name in names or () if (code := area_of(name))}
    return tuple(sorted(codes)) or None


def _text(rows: pa.Table, keywords: Names) -> Text:
    tokens = tokenise(
        (title, abstract, *(held or ()))
        for title, abstract, held in zip(
            rows["title"].to_pylist(), rows["abstract"].to_pylist(), keywords, strict=True
        )
    )
    found = phrases(tokens, longest=3, longest_han=6, min_works=2)
    terms, uses = candidate_terms(tokens, found)
    here = np.flatnonzero(tokens.word >= 0)
    words = sparse.coo_array(
        (np.ones(here.size), (tokens.work[here], tokens.word[here])),
        shape=(tokens.n_works, len(tokens.names)),
    )
    if not terms:
        uses = sparse.csr_array((tokens.n_works, 0))
    return Text(words=words.tocsr(), terms=tuple(terms), uses=uses)
