from __future__ import annotations

import numpy as np
import pytest

from armillary.analyses.topics.graph import graph_from_edges
from armillary.analyses.topics.lineage import LineageRecipe, lineage, lines_of, transition

RECIPE = LineageRecipe(years=9, window=4, min_works=8, replicates=5)

# What is planted in the stream: the event, and the years in which it may be seen. Old works stay
# in the window for four years, so what changes for new works shows some years later.
PLANTED = {
    "birth": (2017, 2018),
    "death": (2016, 2018),
    "merge": (2017, 2021),
    "split": (2015, 2018),
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
                    and (g == group or (year > 2016 and {g, group} == {"B", "C"}))
                    and not (group == "D" and year > 2013 and h != half)
                ]
                works.append((year, group, half))
                chosen = rng.choice(pool, size=min(8, len(pool)), replace=False) if pool else []
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


@pytest.fixture(scope="module", params=[1, 2, 3])
def followed(request):
    """Lineages of planted streams, with the groups that each line holds works of."""
    graph, works = planted_stream(request.param)
    years = np.array([work[0] for work in works])
    groups = np.array([work[1] for work in works])
    names = sorted(set(groups))
    topics = np.array([names.index(group) for group in groups], dtype=np.int32)
    return lineage(
        graph, years, corpus="c", resolution=0.01, topics=topics, names=names, recipe=RECIPE
    )


def test_planted_births_splits_merges_and_deaths_are_found_and_no_others(followed):
    seen = {
        row["event"]: row["year"]
        for row in followed["topic_event"].to_pylist()
        if row["confidence"] >= 0.5
    }

    assert followed["topic_event"].num_rows == len(PLANTED) == len(seen)
    for event, (first, last) in PLANTED.items():
        assert first <= seen[event] <= last


def test_topics_without_events_keep_their_line(followed):
    held: dict[str, set[int]] = {}
    last: dict[str, str] = {}
    for row in followed["topic_line"].to_pylist():
        held.setdefault(row["line"], set()).add(row["year"])
        last[row["cluster"] or ""] = row["line"]

    for quiet in "EFGH":
        assert held[last[quiet]] == set(range(2014, 2023))


def test_lines_of_the_last_year_are_those_of_the_published_topics(followed):
    rows = [row for row in followed["topic_line"].to_pylist() if row["year"] == 2022]

    assert all(row["overlap"] > 0.9 for row in rows if row["cluster"] in set("EFGHI"))
    assert lines_of(["E", "I"], followed["topic_line"]).keys() == {"E", "I"}


def test_the_same_works_have_the_same_lineage_again():
    graph, works = planted_stream(1)
    years = np.array([work[0] for work in works])
    recipe = LineageRecipe(years=3, window=4, min_works=8, replicates=0)
    topics = np.zeros(len(works), dtype=np.int32)
    asked = {"corpus": "c", "resolution": 0.01, "names": ["T"], "recipe": recipe}

    once = lineage(graph, years, topics=topics, **asked)
    again = lineage(graph, years, topics=topics, **asked)

    assert once["topic_line"].equals(again["topic_line"])
    assert [row["confidence"] for row in once["topic_event"].to_pylist()] == [None] * once[
        "topic_event"
    ].num_rows
