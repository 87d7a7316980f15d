"""Which relation clusters real works best, judged by their texts; igraph's Leiden as a peer."""

from __future__ import annotations

import os
import random
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from armillary.analyses.topics.citation_relatedness import (
    bibliographic_coupling,
    cocitation,
    extended_direct_citation,
)
from armillary.analyses.topics.graph import graph_of
from armillary.analyses.topics.map_quality import (
    accuracy,
    accuracy_at,
    granularity,
    map_quality,
)
from armillary.analyses.topics.relatedness import direct_citation, text_likeness, together
from armillary.analyses.topics.words import phrases, tokenise
from armillary.evidence.duckdb import DuckDBStore
from armillary.sources.works.citations import reference_keys, resolve_citations

SHARED = Path(os.environ.get("ARMILLARY_SHARED", Path(__file__).parents[3] / "shared"))
CORPORA = SHARED / "data/corpora"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not CORPORA.exists(), reason=f"{CORPORA} is not here"),
]


@cache
def related(path):
    """Relations of a corpus by name, text last, and the ids of its works."""
    table = pq.read_table(CORPORA / path)
    n = table.num_rows
    numbers = "publication_numbers"
    works = pa.table(
        {
            "source": pa.array(["s"] * n),
            "work": table["id"].cast(pa.string()),
            "native_id": table["id"].cast(pa.string()),
            "doi": table["doi"].cast(pa.string()),
            "references": table["references"],
            "cited_as": (
                table[numbers]
                if numbers in table.column_names
                else pa.nulls(n, pa.list_(pa.string()))
            ),
        }
    )
    store = DuckDBStore({})
    lent = store.lend("works", works)
    cited = store.lend("cited", store.arrow(resolve_citations(lent)))
    keys = store.lend("keys", store.arrow(reference_keys(lent, cited)))
    relations = {
        "direct citation": direct_citation(cited),
        "extended direct citation": extended_direct_citation(keys, neighbours=50),
        "bibliographic coupling": bibliographic_coupling(keys, neighbours=50),
        "co-citation": cocitation(cited, neighbours=50),
    }
    found = {name: store.arrow(relation) for name, relation in relations.items()}
    store.close()
    tokens = tokenise(
        (title, abstract, *(keywords or ()))
        for title, abstract, keywords in zip(
            *(table[name].to_pylist() for name in ("title", "abstract", "keywords")), strict=True
        )
    )
    levels = phrases(tokens, longest=3, longest_han=10, min_works=2)
    ids = works["work"].to_pylist()
    found["text"] = text_likeness(ids, tokens, levels=levels, neighbours=20)
    return found, ids


ALFALFA = "wos-alfalfa-2009-2020/alfalfa.parquet"
DRONES = "patents-drones-derwent/drones-derwent.parquet"


def judged(path, *, by, most=200):
    relations, ids = related(path)
    return map_quality(
        {name: rows for name, rows in relations.items() if name != by},
        relations[by],
        judge_name=by,
        corpus=path,
        works=ids,
        most=most,
    ), len(ids)


def test_extended_direct_citation_clusters_publications_best_and_cocitation_worst():
    table, n = judged(ALFALFA, by="text")

    at = accuracy_at(table, 80 / n)

    assert at["extended direct citation"] > at["bibliographic coupling"]
    assert at["bibliographic coupling"] > at["direct citation"] + 0.05
    assert at["direct citation"] > at["co-citation"] + 0.05
    assert at["extended direct citation"] > 0.4


def test_two_fifths_text_gives_up_little_of_what_either_relation_knows():
    relations, ids = related(ALFALFA)
    extended, text = relations["extended direct citation"], relations["text"]
    candidates = {
        f"{share:.0%} text": together(extended, text, text_share=share) for share in (0.2, 0.4, 0.8)
    }
    candidates |= {"citation": extended, "text": text}
    by = {
        judge: accuracy_at(
            map_quality(
                candidates, relations[judge], judge_name=judge, corpus="alfalfa", works=ids
            ),
            80 / len(ids),
        )
        for judge in ("text", "bibliographic coupling")
    }

    # Each judge favours its own kind; two fifths keep nine tenths of what text sees.
    assert by["text"]["40% text"] > 0.9 * by["text"]["text"]
    assert by["bibliographic coupling"]["40% text"] > 1.1 * by["bibliographic coupling"]["text"]
    assert by["text"]["40% text"] > 1.1 * by["text"]["citation"]


def test_references_outside_the_corpus_relate_more_patents_than_citations_within():
    relations, ids = related(DRONES)

    reach = {
        name: len(set(rows["work"].to_pylist())) / len(ids) for name, rows in relations.items()
    }

    assert reach["extended direct citation"] > 1.4 * reach["direct citation"]
    assert reach["extended direct citation"] < 0.6  # so auto goes by text


def test_our_clusters_of_direct_citation_are_as_accurate_as_igraphs():
    igraph = pytest.importorskip("igraph")
    relations, ids = related(ALFALFA)
    ordered, graph = sorted(ids), graph_of(relations["direct citation"])
    matrix = graph.matrix().tocoo()
    upper = matrix.row < matrix.col
    peer = igraph.Graph(
        n=graph.n_nodes,
        edges=list(zip(matrix.row[upper].tolist(), matrix.col[upper].tolist(), strict=True)),
    )
    place = {work: n for n, work in enumerate(ordered)}
    random.seed(1)
    rows = []
    for n_clusters in np.geomspace(5, 200, 8):
        resolution = 0.3 * float(graph.weights.sum()) / graph.n_nodes * n_clusters / graph.n_nodes
        members = peer.community_leiden(
            objective_function="CPM",
            weights=matrix.data[upper].tolist(),
            resolution=resolution,
            n_iterations=3,
        ).membership
        labels = np.full(len(ordered), -1)
        labels[[place[work] for work in graph.ids]] = members
        rows.append(
            {
                "relatedness": "igraph",
                "granularity": granularity(labels),
                "accuracy": accuracy(labels, relations["text"], works=ordered)[0],
            }
        )
    table, n = judged(ALFALFA, by="text")

    ours = accuracy_at(table, 100 / n)["direct citation"]
    theirs = accuracy_at(pa.Table.from_pylist(rows), 100 / n)["igraph"]

    assert abs(ours - theirs) < 0.01
