"""What is done for maps of very many works gives what is done for small ones."""

from __future__ import annotations

from collections import defaultdict

import ibis
import numpy as np
import pyarrow as pa
import pytest

from armillary.analyses.topics import clusters, graph, labels
from armillary.analyses.topics.clusters import clusters_wanted
from armillary.analyses.topics.consensus import runs_for
from armillary.analyses.topics.graph import graph_from_edges, graph_of, relations_drawn
from armillary.analyses.topics.labels import candidates_for, characteristic_terms
from armillary.analyses.topics.relatedness import (
    bm25,
    direct_citation,
    numbered_relations,
    related_by_citation,
)
from armillary.analyses.topics.words import cut, phrases, tokenise

WORDS = ["robot", "grasp", "rice", "yield", "of", "drought", "soil", "hand", "水", "稻", "产", "量"]


@pytest.fixture(scope="module")
def tokens():
    rng = np.random.default_rng(7)
    return tokenise([(" ".join(rng.choice(WORDS, 9)), None) for _ in range(150)])


def by_hand(tokens, *, length, min_works):
    """Phrases of one length and the works that use each, one place at a time."""
    users = defaultdict(lambda: defaultdict(int))
    words = tokens.word.tolist()
    for place in range(len(words) - length + 1):
        phrase = tuple(words[place : place + length])
        if min(phrase) >= 0 and len({bool(tokens.han[w]) for w in phrase}) == 1:
            users[phrase][int(tokens.work[place])] += 1
    return {phrase: dict(works) for phrase, works in users.items() if len(works) >= min_works}


@pytest.mark.parametrize("min_works", [1, 2, 6])
def test_phrases_and_their_counts_are_those_counted_one_by_one(tokens, min_works):
    levels = phrases(tokens, longest=3, longest_han=3, min_works=min_works)

    assert not by_hand(tokens, length=len(levels) + 1, min_works=min_works) or len(levels) == 3
    for level in levels:
        counts = level.count(tokens).tocoo()
        found = defaultdict(dict)
        for work, phrase, n in zip(counts.row, counts.col, counts.data, strict=True):
            found[tuple(level.words[phrase].tolist())][int(work)] = int(n)
        assert found == by_hand(tokens, length=level.length, min_works=min_works)


def test_counting_some_phrases_gives_their_columns(tokens):
    level = phrases(tokens, longest=2, longest_han=2, min_works=2)[1]
    kept = np.arange(1, len(level.words), 3)

    np.testing.assert_array_equal(
        level.count(tokens, kept=kept).toarray(), level.count(tokens).toarray()[:, kept]
    )


def test_texts_cut_in_blocks_are_cut_as_one(monkeypatch):
    texts = [(f"robots grasp {n} hands", "rice") for n in range(40)]
    whole = cut(texts)

    monkeypatch.setattr("armillary.analyses.topics.words._BLOCK", 7)
    parts = cut(texts)

    np.testing.assert_array_equal(parts.form, whole.form)
    np.testing.assert_array_equal(parts.ends, whole.ends)
    np.testing.assert_array_equal(tokenise(texts).word, tokenise(texts).word)


def test_weights_in_blocks_are_those_of_one_block(tokens, monkeypatch):
    levels = phrases(tokens, longest=2, longest_han=2, min_works=2)
    whole = bm25(tokens, levels).toarray()

    monkeypatch.setattr("armillary.analyses.topics.relatedness._ROWS", 11)

    np.testing.assert_array_equal(bm25(tokens, levels).toarray(), whole)


def test_numbered_citations_relate_works_as_the_query_does():
    rng = np.random.default_rng(3)
    ids = [f"W{n:02d}" for n in range(30)]
    citing, cited = rng.integers(0, 30, (2, 150)).astype(np.int32)
    table = pa.table({"citing": np.array(ids)[citing], "cited": np.array(ids)[cited]})

    ours = related_by_citation(ids, citing=citing, cited=cited).to_pylist()
    query = direct_citation(ibis.memtable(table)).to_pyarrow().to_pylist()

    def ordered(rows):
        return sorted((row["work"], row["neighbour"], row["weight"]) for row in rows)

    assert ordered(ours) == ordered(query)


def test_works_without_a_relation_are_no_nodes():
    relations = numbered_relations(
        ["A", "B", "C", "D"], rows=np.array([3, 0]), columns=np.array([0, 3]), weight=np.ones(2)
    )

    assert list(graph_of(relations).ids) == ["A", "D"]


def test_relations_drawn_in_blocks_are_those_drawn_at_once(monkeypatch):
    rng = np.random.default_rng(1)
    rows, columns = rng.integers(0, 60, (2, 300))
    other = rows != columns
    whole = graph_from_edges(
        [f"{n:02d}" for n in range(60)],
        rows=rows[other], columns=columns[other], weights=np.ones(other.sum()),
    )  # fmt: skip
    drawn = relations_drawn(whole, share=0.6, seed=2)

    monkeypatch.setattr(graph, "_ROWS", 7)
    parts = relations_drawn(whole, share=0.6, seed=2)

    assert 0 < drawn.neighbours.size < whole.neighbours.size
    np.testing.assert_array_equal(parts.starts, drawn.starts)
    np.testing.assert_array_equal(parts.neighbours, drawn.neighbours)
    assert np.abs(parts.matrix() - parts.matrix().T).max() == 0


def test_leaving_out_phrases_too_rare_to_name_a_cluster_changes_no_name(tokens):
    levels = phrases(tokens, longest=3, longest_han=3, min_works=1)
    of_work = np.repeat(np.array([0, 1], dtype=np.int32), 75)
    all_terms, uses = labels._candidates(tokens, levels)
    every = labels.Candidates(terms=all_terms, uses=uses)
    few = candidates_for(tokens, levels, labels=of_work)

    assert len(few.terms) < len(every.terms)
    for some in (of_work, np.zeros(150, dtype=np.int32)):
        ours, theirs = (
            characteristic_terms(tokens, levels, labels=some, candidates=one)
            for one in (few, every)
        )
        assert (ours.terms, ours.terms_en, ours.terms_zh) == (
            theirs.terms, theirs.terms_en, theirs.terms_zh,
        )  # fmt: skip


def test_the_search_of_large_graphs_finds_planted_groups(monkeypatch):
    rows, columns = np.nonzero(np.kron(np.eye(8), np.ones((12, 12))) - np.eye(96))
    planted = graph_from_edges(
        [f"{n:02d}" for n in range(96)],
        rows=rows, columns=columns, weights=np.ones(rows.size),
    )  # fmt: skip
    monkeypatch.setattr(clusters, "_LARGE", 50)

    found = clusters_wanted(planted, 8, seed=1, expected=0.5)

    assert found.n_clusters == 8
    assert all(len(set(group)) == 1 for group in found.labels.reshape(8, 12).tolist())


def test_fewer_clusterings_agree_on_more_works_and_never_more_than_wanted():
    assert [runs_for(n, 20) for n in (10, 250_000, 500_000, 10**7)] == [20, 20, 10, 5]
    assert runs_for(10**7, 3) == 3
