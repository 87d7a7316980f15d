from __future__ import annotations

import numpy as np
import pytest

from armillary.analyses.topics.graph import graph_from_edges
from armillary.analyses.topics.lineage import LineageRecipe, lineage, transition

RECIPE = LineageRecipe(years=9, window=4, min_works=8, replicates=5)

# What is planted: (event, group, other group), and the first year it can be seen in.
PLANTED = {
    ("birth", "I", None): 2017,
    ("death", "A", None): 2016,
    ("merge", "B", "C"): 2016,
    ("split", "D", "D"): 2016,
}


def labels(text):
    """Topics of works, one letter each; a dot is a work without a topic."""
    return np.array([-1 if c == "." else ord(c) - ord("a") for c in text], dtype=np.int32)


def changes(before, after):
    found = transition(labels(before), labels(after), recipe=RECIPE)
    return found.continues, [(c.event, c.topic, c.other) for c in found.changes]


def test_a_topic_that_gains_works_continues():
    assert changes("aaabbb....", "aaabbbaabb") == ({0: 0, 1: 1}, [])


def test_a_topic_without_earlier_works_is_born():
    assert changes("aaa...", "aaabbb") == ({0: 0}, [("birth", 1, -1)])


def test_a_topic_most_of_whose_works_come_from_another_has_split_from_it():
    assert changes("aaaaaaaa", "aaaaabbb") == ({0: 0}, [("split", 1, 0)])


def test_a_new_topic_around_a_few_works_of_another_is_born_out_of_it():
    assert changes("aaaaaaa....", "aaaaabbbbbb") == ({0: 0}, [("birth", 1, 0)])


def test_a_topic_whose_works_go_to_another_has_merged_into_it():
    assert changes("aaaaabbb", "aaaaaaaa") == ({0: 0}, [("merge", 1, 0)])


def test_a_topic_whose_works_are_gone_has_died():
    assert changes("aaaabbb", "aaaa...") == ({0: 0}, [("death", 1, -1)])


def planted_stream(seed):
    """Works of nine groups over 13 years, each related to six earlier ones of its group."""
    rng = np.random.default_rng(seed)
    works: list[tuple[int, str, int]] = []  # year, group, half
    edges = []
    for year in range(2010, 2023):
        for group in "ABCDEFGHI":
            if (group == "I" and year < 2017) or (group == "A" and year > 2013):
                continue
            for _ in range(int(rng.poisson(30 if group == "D" else 16))):
                half = int(rng.integers(2))
                pool = [
                    n
                    for n, (y, g, h) in enumerate(works)
                    if y > year - 5
                    and (g == group or (year > 2013 and {g, group} == {"B", "C"}))
                    and not (group == "D" and year > 2013 and h != half)
                ]
                works.append((year, group, half))
                chosen = rng.choice(pool, size=min(6, len(pool)), replace=False) if pool else []
                anywhere = rng.integers(len(works), size=1)
                edges += [(len(works) - 1, int(n)) for n in [*chosen, *anywhere]]
    ends = np.array([e for e in edges if e[0] != e[1]])
    graph = graph_from_edges(
        [f"W{n:05d}" for n in range(len(works))],
        rows=np.concatenate([ends[:, 0], ends[:, 1]]),
        columns=np.concatenate([ends[:, 1], ends[:, 0]]),
        weights=np.ones(2 * len(ends)),
    )
    return graph, works


@pytest.fixture(scope="module")
def followed():
    graph, works = planted_stream(1)
    years = np.array([w[0] for w in works])
    groups = np.array([w[1] for w in works])
    names = sorted(set(groups))
    topics = np.array([names.index(g) for g in groups], dtype=np.int32)
    tables = lineage(
        graph, years, corpus="c", resolution=0.02, topics=topics, names=names, recipe=RECIPE
    )
    return tables, works


def test_x(followed):
    tables, works = followed
    for r in tables["topic_event"].to_pylist():
        print(r)
    for r in tables["topic_line"].to_pylist():
        print(
            r["line"], r["year"], r["n_works"], r["n_new"], r["alike"], r["cluster"], r["overlap"]
        )
    assert 0
