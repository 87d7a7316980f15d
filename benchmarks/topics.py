"""The steps of a topic map beside the usual tools on the same steps, corpus and run.

Run: PYTHONPATH=src python benchmarks/topics.py [works]

Text is counted by scikit-learn's CountVectorizer, related by TfidfVectorizer and
NearestNeighbors, the same graph clustered by igraph; a pipeline of documents and terms counts
words in Python, weighs pairs of words by association and finds communities with Louvain.
"""

from __future__ import annotations

import re
import sys
import time
from collections import Counter
from itertools import combinations

import igraph
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.neighbors import NearestNeighbors

from armillary.analyses.topics.graph import graph_of
from armillary.analyses.topics.labels import characteristic_terms
from armillary.analyses.topics.leiden import cluster, quality
from armillary.analyses.topics.relatedness import text_likeness
from armillary.analyses.topics.words import phrases, tokenise
from armillary.model.observatory import Simulation
from armillary.model.provenance import Origin
from armillary.sources.works.simulator import simulate

NEIGHBOURS, COWORDS = 15, 1_000


def corpus(works: int) -> tuple[list[str], list[tuple]]:
    origin = Origin(
        origin="0" * 16, source="sim", file="-", title="-", sha256="0" * 64, bytes=0, simulated=True
    )
    asked = Simulation(works=works, topics=48, emerging=6, chinese=0.0)
    table = simulate(asked, source="sim", origin=origin).tables["work"]
    titles, abstracts = table["title"].to_pylist(), table["abstract"].to_pylist()
    return table["work"].to_pylist(), list(zip(titles, abstracts, strict=True))


def timed(step, *arguments, **options):
    begin = time.perf_counter(), time.process_time()
    result = step(*arguments, **options)
    return result, time.perf_counter() - begin[0], time.process_time() - begin[1]


def count_words(texts):
    """Cut into words and phrases that two works use."""
    tokens = tokenise(texts)
    return tokens, phrases(tokens, longest=3, longest_han=10, min_works=2)


def count_theirs(texts):
    return CountVectorizer(stop_words="english", ngram_range=(1, 3), min_df=2).fit_transform(
        " . ".join(parts) for parts in texts
    )


def nearest_theirs(texts):
    matrix = TfidfVectorizer(
        stop_words="english", ngram_range=(1, 2), min_df=2, max_df=0.1, sublinear_tf=True
    ).fit_transform(" . ".join(parts) for parts in texts)
    found = NearestNeighbors(
        n_neighbors=NEIGHBOURS + 1, metric="cosine", algorithm="brute", n_jobs=-1
    )
    return found.fit(matrix).kneighbors(matrix, return_distance=False)


def cowords(texts):
    """Count in Python, weigh by association, cluster words with Louvain; works go by most words."""
    word = re.compile(r"[a-z]{3,}")
    held = [set(word.findall(" ".join(parts).lower())) for parts in texts]
    used = Counter(w for words in held for w in words)
    number = {w: n for n, (w, _) in enumerate(used.most_common(COWORDS + 100)[100:])}
    pairs: Counter = Counter()
    for words in held:
        pairs.update(combinations(sorted(number[w] for w in words if w in number), 2))
    count = np.array([used[w] for w in number], dtype=float)
    weights = [n / (count[a] * count[b]) for (a, b), n in pairs.items()]
    graph = igraph.Graph(n=len(number), edges=list(pairs))
    groups = graph.community_multilevel(weights=weights).membership
    return [
        Counter(groups[number[w]] for w in words if w in number).most_common(1) for words in held
    ]


def main() -> None:
    works = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    ids, texts = corpus(works)
    few = tokenise(texts[:500])
    found = phrases(few, longest=3, longest_han=10, min_works=2)
    relations = text_likeness(ids[:500], few, levels=found, neighbours=NEIGHBOURS)
    cluster(graph_of(relations), resolution=0.01, seed=0)  # compiles or loads the kernels
    rows = []
    (tokens, levels), *ours_words = timed(count_words, texts)
    _, *theirs = timed(count_theirs, texts)
    rows.append(("words and phrases", ours_words, theirs, "CountVectorizer"))
    relations, *ours = timed(text_likeness, ids, tokens, levels=levels, neighbours=NEIGHBOURS)
    ours_text = [a + b for a, b in zip(ours, ours_words, strict=True)]
    _, *theirs = timed(nearest_theirs, texts)
    rows.append(("text to neighbours", ours_text, theirs, "Tfidf + NearestNeighbors"))
    graph, *ours_graph = timed(graph_of, relations)
    resolution = 0.3 * float(graph.weights.sum()) / graph.n_nodes * 48 / graph.n_nodes
    labels, *ours = timed(cluster, graph, resolution=resolution, seed=1)
    ends = np.repeat(np.arange(graph.n_nodes), np.diff(graph.starts))
    once = ends < graph.neighbours
    other = igraph.Graph(
        n=graph.n_nodes, edges=np.stack([ends[once], graph.neighbours[once]], axis=1)
    )
    membership, *theirs = timed(
        other.community_leiden,
        objective_function="CPM",
        resolution=resolution,
        weights=graph.weights[once].tolist(),
        n_iterations=2,
    )
    rows.append(("clusters", ours, theirs, "igraph Leiden"))
    row_of = np.full(works, -1, dtype=np.int32)
    row_of[pc.index_in(graph.ids.texts, pa.array(ids)).to_numpy()] = labels
    _, *named = timed(characteristic_terms, tokens, levels, labels=row_of)
    whole = [sum(parts) for parts in zip(ours_text, ours_graph, ours, named, strict=True)]
    _, *theirs = timed(cowords, texts)
    rows.append(("text to named topics", whole, theirs, "co-words + Louvain"))
    print(f"{works:,} works; seconds (and seconds of processor)")
    for step, us, them, name in rows:
        print(
            f"{step:22s} {us[0]:7.2f} ({us[1]:6.2f})   {name:26s} {them[0]:7.2f} ({them[1]:6.2f})"
            f"   ratio {them[0] / us[0]:5.2f} ({them[1] / us[1]:5.2f})"
        )
    for name, found in (("ours", labels), ("igraph", np.array(membership.membership))):
        print(f"{name:7s} Q {quality(graph, found, resolution=resolution):.5f}")


if __name__ == "__main__":
    main()
