from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from armillary.analyses.topics.relatedness import direct_citation, text_likeness, together
from armillary.analyses.topics.words import phrases, tokenise

# W2 cites W1; W3 cites W1 (listed twice by the source) and itself.
CITATIONS = {"citing": ["W2", "W3", "W3", "W3"], "cited": ["W1", "W1", "W1", "W3"]}

TEXTS = [
    ("Grasp planning for a dexterous hand", "A dexterous hand closes its fingers."),
    ("Dexterous hand with soft fingers", "Soft fingers hold the object."),
    ("Rice yield under drought", "Drought lowers rice yield in paddy soil."),
    ("Drought and paddy soil", "Rice grows in paddy soil."),
    ("深度强化学习控制", "深度强化学习用于机械臂。"),
    ("机械臂的强化学习", "强化学习训练机械臂。"),
    ("!!", None),
]


def test_direct_citation_shares_one_unit_of_weight_per_work(frame, rows):
    related = direct_citation(frame(CITATIONS)).order_by("work", "neighbour")

    assert rows(related) == [
        ("W1", "W2", 0.5),
        ("W1", "W3", 0.5),
        ("W2", "W1", 1.0),
        ("W3", "W1", 1.0),
    ]


@pytest.fixture(scope="module")
def likeness():
    tokens = tokenise(TEXTS)
    levels = phrases(tokens, longest=3, longest_han=6, min_works=1)
    ids = [f"W{n}" for n in range(len(TEXTS))]
    return text_likeness(ids, tokens, levels=levels, neighbours=3).to_pylist()


def test_text_relates_works_of_one_subject_in_english_and_chinese(likeness):
    pairs = {(row["work"], row["neighbour"]) for row in likeness}

    assert {("W0", "W1"), ("W2", "W3"), ("W4", "W5")} <= pairs
    assert not {("W0", "W2"), ("W1", "W3"), ("W0", "W4")} & pairs


def test_text_shares_one_unit_of_weight_per_work_both_ways(likeness):
    totals: dict[str, float] = {}
    for row in likeness:
        totals[row["work"]] = totals.get(row["work"], 0.0) + row["weight"]
    pairs = {(row["work"], row["neighbour"]) for row in likeness}

    assert list(totals.values()) == pytest.approx([1.0] * len(totals))
    assert pairs == {(b, a) for a, b in pairs}


def test_a_work_without_words_is_related_to_none(likeness):
    assert "W6" not in {row["work"] for row in likeness}


def test_nearest_neighbours_are_those_of_the_full_matrix():
    rng = np.random.default_rng(3)
    words = [f"word{n:03d}x" for n in range(200)]
    texts = [(" ".join(rng.choice(words, 12)), None) for _ in range(120)]
    tokens = tokenise(texts)
    levels = phrases(tokens, longest=2, longest_han=3, min_works=1)
    from armillary.analyses.topics.relatedness import bm25, nearest_works

    weights = bm25(tokens, levels)
    found, scores = nearest_works(weights, neighbours=5)
    full = (weights @ weights.T).toarray()
    np.fill_diagonal(full, 0)
    expected = np.sort(full, axis=1)[:, ::-1][:, :5]

    np.testing.assert_allclose(scores, expected, rtol=1e-5)
    np.testing.assert_allclose(np.take_along_axis(full, found, 1), expected, rtol=1e-5)


def test_citation_and_text_share_out_the_weight_of_a_work():
    cited = pa.table({"work": ["a", "b"], "neighbour": ["b", "a"], "weight": [1.0, 1.0]})
    alike = pa.table({"work": ["a", "a"], "neighbour": ["b", "c"], "weight": [0.5, 0.5]})

    both = together(cited, alike, text_share=0.4)

    assert [(r["work"], r["neighbour"], r["weight"]) for r in both.to_pylist()] == [
        ("a", "b", 0.6), ("b", "a", 0.6), ("a", "b", 0.2), ("a", "c", 0.2),
    ]  # fmt: skip
