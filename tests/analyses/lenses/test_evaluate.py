"""The index against a slow reading of every text, word by word."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armillary.analyses.lenses.evaluate import Evaluator
from armillary.analyses.lenses.places import index_places
from armillary.model.lens import (
    All,
    Any,
    Exactly,
    Near,
    Within,
    Without,
    Words,
    fold,
    plurals_of,
    words_of,
)

WORDS = ("sun", "suns", "sunny", "wind", "city", "cities", "大", "气")
PATTERNS = ("sun", "sun*", "s?n", "wind", "city", "c*y", "*s", "大", "none")


def slow(query, work):
    """Return whether a work is found, trying every stretch of every part."""
    parts = [("title", work[0]), ("abstract", work[1])]
    parts += [("keywords", keyword) for keyword in work[2]]
    return found(query, [(field, fold(text)) for field, text in parts if text])


def found(query, parts):
    if isinstance(query, Within):
        return found(query.query, [p for p in parts if p[0] in query.fields])
    if isinstance(query, All):
        return all(found(part, parts) for part in query.parts)
    if isinstance(query, Any):
        return any(found(part, parts) for part in query.parts)
    if isinstance(query, Without):
        return found(query.kept, parts) and not found(query.refused, parts)
    return any(stretches(query, text) for _, text in parts)


def stretches(query, text):
    words = words_of(text)
    every = [(i, j) for i in range(len(words)) for j in range(i, len(words))]
    return {(i, j) for i, j in every if stands(query, text, i, j)}


def stands(query, text, i, j):
    words = words_of(text)
    if isinstance(query, Words):
        return j - i + 1 == len(query.words) and all(
            fits(pattern, words[i + n]) for n, pattern in enumerate(query.words)
        )
    if isinstance(query, Exactly):
        return tuple(words[i : j + 1]) == query.words and query.text in text
    if isinstance(query, Any):
        return any(stands(part, text, i, j) for part in query.parts)
    ways = [(query.first, query.second)]
    ways += [] if query.ordered else [(query.second, query.first)]
    return any(
        stands(one, text, i, m) and stands(other, text, n, j)
        for one, other in ways
        for m in range(i, j)
        for n in range(m + 1, min(m + 1 + query.between, j) + 1)
    )


def fits(pattern, word):
    if set(pattern) & {"*", "?"}:
        return re.fullmatch(pattern.replace("*", ".*").replace("?", "."), word) is not None
    return word == pattern or word in plurals_of(pattern)


text = st.lists(st.sampled_from(WORDS), max_size=7).map(" ".join)
work = st.tuples(text, text, st.lists(text, max_size=2))
words = st.lists(st.sampled_from(PATTERNS), min_size=1, max_size=2).map(lambda w: Words(tuple(w)))
placed = st.recursive(
    words,
    lambda q: st.one_of(
        st.lists(q, min_size=1, max_size=3).map(lambda p: Any(tuple(p))),
        st.builds(Near, q, q, st.integers(0, 3), st.booleans()),
    ),
    max_leaves=4,
)
query = st.recursive(
    placed,
    lambda q: st.one_of(
        st.lists(q, min_size=1, max_size=3).map(lambda p: All(tuple(p))),
        st.lists(q, min_size=1, max_size=3).map(lambda p: Any(tuple(p))),
        st.builds(Without, q, q),
        st.builds(Within, st.sampled_from([("title",), ("title", "keywords"), ("abstract",)]), q),
    ),
    max_leaves=5,
)


@settings(max_examples=150, deadline=None)
@given(works=st.lists(work, min_size=1, max_size=5), query=query)
def test_the_index_finds_what_reading_every_text_finds(works, query):
    evaluator = Evaluator(index_places(works))

    assert evaluator.works(query).tolist() == [n for n, w in enumerate(works) if slow(query, w)]


@pytest.mark.parametrize(
    ("exact", "works"),
    [("heart-attack", [0, 3]), ("heart attack", [1]), ("c++", [2]), ("heart", [0, 1, 3])],
)
def test_an_exact_text_minds_its_marks_and_no_plural(exact, works):
    texts = ["A Heart-Attack.", "heart attack", "hearts in C++ code", "(heart-attack)"]
    places = index_places([(text, None, None) for text in texts])

    found = Evaluator(places).works(Exactly(exact, tuple(words_of(exact))))

    assert found.tolist() == works


def test_nothing_stretches_over_two_parts_of_a_work():
    places = index_places([("clean", "energy", ["solar", "cell"])])
    near = Near(Words(("clean",)), Words(("energy",)), 255, False)

    assert Evaluator(places).works(near).size == 0
    assert Evaluator(places).works(Words(("solar", "cell"))).size == 0
    assert Evaluator(places).works(All((Words(("clean",)), Words(("cell",))))).tolist() == [0]


def test_plurals_can_be_left_out():
    places = index_places([("energy policies", None, None)])

    assert Evaluator(places).works(Words(("policy",))).tolist() == [0]
    assert Evaluator(places, plurals=False).works(Words(("policy",))).size == 0


def test_an_empty_corpus_is_found_empty():
    assert Evaluator(index_places([])).works(Words(("a*",))).size == 0
    assert Evaluator(index_places([(None, None, None)])).works(Words(("a*",))).size == 0
