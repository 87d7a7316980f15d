from __future__ import annotations

import pyarrow as pa
import pytest

from armillary.analyses.lenses import look, shares_of_goals
from armillary.model.columns import schema
from armillary.model.lens import Goal, QueryLine, Words

WORKS = pa.table(
    {
        "work": ["W1", "W2", "W3"],
        "title": ["Solar cells", "Clean water", None],
        "abstract": ["Water and sun", None, None],
        "keywords": pa.array([["energy"], None, ["solar"]], pa.list_(pa.string())),
        "year": [2005, 2015, None],
    }
)


def goal(code, *words, **more):
    lines = tuple(
        QueryLine(goal=code, subquery=f"{code}.{n}", line=n, text=word, query=Words((word,)))
        for n, word in enumerate(words, 1)
    )
    return Goal(goal=code, title=code, lines=lines, **more)


def test_a_work_is_about_a_goal_by_the_first_query_that_finds_it(frame):
    found = look(frame(WORKS), [goal("7", "solar", "sun"), goal("6", "water")], lens="sdg")

    rows = [tuple(r.values()) for r in found.tables["work_goal"].to_pylist()]
    assert rows == [
        ("sdg", "W1", "7", "7.1", 1),
        ("sdg", "W3", "7", "7.1", 1),
        ("sdg", "W1", "7", "7.2", 2),
        ("sdg", "W1", "6", "6.1", 1),
        ("sdg", "W2", "6", "6.1", 1),
    ]
    assert found.tables["lens_goal"]["n_queries"].to_pylist() == [2, 1]
    assert any("2 of them have no abstract" in note for note in found.notes)


def test_the_years_of_the_authors_can_be_kept_to(frame):
    goals = [goal("6", "water", year_from=2009, year_to=2020)]

    found = look(frame(WORKS), goals, lens="sdg", within_years=True)

    assert found.tables["work_goal"]["work"].to_pylist() == ["W2"]


def test_shares_count_a_work_once_for_each_goal_with_an_exact_interval():
    work_goal = pa.table(
        {
            "lens": ["sdg"] * 4,
            "work": ["A", "A", "B", "A"],
            "goal": ["10", "10", "10", "2"],
            "subquery": ["10.1", "10.2", "10.1", "2.1"],
            "line": [1, 2, 1, 1],
        }
    )
    members = pa.table({"cluster": ["T1", "T1", "T2"], "work": ["A", "B", "C"]})

    shares = shares_of_goals(work_goal, members, corpus="c")

    assert shares.schema == schema("cluster_goal")
    rows = [(r["cluster"], r["goal"], r["n_works"], r["n_goal"]) for r in shares.to_pylist()]
    assert rows == [("T1", "2", 2, 1), ("T1", "10", 2, 2), ("T2", "2", 1, 0), ("T2", "10", 1, 0)]
    # Of 0 in n the exact interval ends at 1 - 0.05 ** (1 / n).
    assert shares["high"].to_pylist()[2] == pytest.approx(0.95)
    assert shares["low"].to_pylist()[1] == pytest.approx(0.05**0.5)
