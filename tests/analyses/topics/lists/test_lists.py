from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pytest
from scipy import sparse

from armillary.analyses.topics.lists import (
    BurstRule,
    FrontRule,
    ProminenceRule,
    bursts_of_clusters,
    bursts_of_terms,
    growth_list,
    list_tables,
    prominence_list,
    research_fronts,
    size_list,
)
from armillary.analyses.topics.lists.fronts import core_works, linked
from armillary.model.columns import schema, table_of


def clusters(*rows):
    base = {"label": "x", "growth": 1.1, "growth_low": 1.0, "growth_high": 1.2}
    base |= {"verdict": "unsure", "share_recent": 0.0, "share_before": 0.0}
    return table_of("cluster", [base | dict(row) for row in rows])


GROUPS = clusters(
    {"cluster": "T1", "n_works": 50, "n_recent": 10, "n_before": 20}
    | {"share_recent": 0.4, "share_before": 0.5},
    {"cluster": "T2", "n_works": 30, "n_recent": 12, "n_before": 3}
    | {"share_recent": 0.48, "share_before": 0.075},
    {"cluster": "T3", "n_works": 20, "n_recent": 3, "n_before": 0}
    | {"share_recent": 0.12, "share_before": 0.0},
)


def items(one):
    return [entry["item"] for entry in one.entries]


def test_the_naive_lists_rank_by_size_and_by_ratio():
    assert items(size_list(GROUPS, length=2)) == ["T1", "T2"]

    grown = growth_list(GROUPS, least_recent=3)

    assert items(grown) == ["T3", "T2", "T1"]
    # 25 works in the recent window, 40 before; half a work added to each.
    assert grown.entries[1]["score"] == pytest.approx((12.5 / 25.5) / (3.5 / 40.5))
    assert items(growth_list(GROUPS)) == ["T2", "T1"]


def works(years, *, classes="A", cited=None):
    n = len(years)
    return {
        "work": [f"W{i}" for i in range(n)],
        "title": [f"Title {i}" for i in range(n)],
        "year": years,
        "classes": pa.array([[classes]] * n, pa.list_(pa.string())),
        "venue": ["J"] * n,
        "cited_by_count": cited or [0] * n,
    }


# W0, W1 (2018) are cited together by W4, W5, W6; W2, W3 (2020) by W7, W8; W3 also by W4.
YEARS = [2018, 2018, 2020, 2020, 2019, 2019, 2020, 2020, 2020]
LINKS = [
    *((f"W{citing}", f"W{cited}") for citing in (4, 5, 6) for cited in (0, 1)),
    *((f"W{citing}", f"W{cited}") for citing in (7, 8) for cited in (2, 3)),
    ("W4", "W3"),
]
CITATIONS = {"citing": [a for a, _ in LINKS], "cited": [b for _, b in LINKS]}


def test_fronts_are_core_works_cited_together(frame):
    rule = FrontRule(core_share=0.5, hot_share=1.0)

    hot, emerging, key = research_fronts(
        frame(works(YEARS)), frame(CITATIONS), corpus="c", last_year=2020, rule=rule
    )

    fronts = hot.tables["research_front"].to_pylist()
    told = [
        (f["front"], f["n_core"], f["n_citing"], f["n_citations"], f["mean_year"], f["years"])
        for f in fronts
    ]
    # Citing works of the first front are of 2019-2020; of the second too, since W4 cites W3.
    assert told == [("F0001", 2, 3, 6, 2018.0, 2), ("F0002", 2, 3, 5, 2020.0, 2)]
    assert [f["cpt"] for f in fronts] == [3 / 2 / 2, 3 / 2 / 2]
    assert items(hot) == ["F0002", "F0001"]  # the younger first
    assert items(emerging) == ["F0002"]
    assert items(key) == ["F0001", "F0002"]
    roles = hot.tables["front_work"].to_pylist()
    assert [r["work"] for r in roles if r["front"] == "F0001" and r["role"] == "core"] == [
        "W0",
        "W1",
    ]


def test_without_citations_a_list_says_why_it_has_no_entry(frame):
    none = pa.table({"citing": pa.array([], pa.string()), "cited": pa.array([], pa.string())})

    made = research_fronts(frame(works(YEARS)), frame(none), corpus="c", last_year=2020)

    assert [one.entries for one in made] == [(), (), ()]
    assert all("no citation" in one.why_not["en"] for one in made)
    tables = list_tables(made, corpus="c")
    assert tables["topic_list"].num_rows == 0
    assert tables["topic_list_rule"]["why_not_zh"].null_count == 0


def test_two_core_works_are_linked_from_the_thresholds_on():
    # W0 and W1: cited 4 and 9 times, twice together: 2 / 6 = 1/3.
    citing = np.array([10, 11, 12, 13, 10, 11, *range(14, 21)])
    cited = np.array([0, 0, 0, 0, 1, 1, *[1] * 7])
    core = np.arange(21) < 2

    def groups(**rule):
        return [g.tolist() for g in linked(citing, cited, core=core, rule=FrontRule(**rule))]

    assert groups(cosine=1 / 3) == [[0, 1]]
    assert groups(cosine=0.34) == []
    assert groups(cocited=3) == []


def test_core_works_are_chosen_within_year_and_field_and_ties_stay_together():
    years = np.array([2019] * 10 + [2020] * 10)
    n_cited = np.array([9, 8, 8, 8, 7, 0, 0, 0, 0, 0, 3, 2, *[0] * 8])
    fields = ["A"] * 20

    chosen = core_works(n_cited, years, fields=fields, share=0.2)

    assert np.flatnonzero(chosen).tolist() == [0, 1, 2, 3, 10, 11]
    # Fields of one work each are put together within the year.
    apart = core_works(n_cited, years, fields=[str(n) for n in range(20)], share=0.2)
    np.testing.assert_array_equal(apart, chosen)


def test_prominence_weighs_citations_of_recent_works_and_their_venues(frame):
    table = works([2016, 2016, 2019, 2020, 2020], cited=[10, 0, 4, 4, 30]) | {
        "venue": ["High", "Low", "High", "Low", None]
    }
    members = pa.table({"cluster": ["T1", "T2", "T3"], "work": ["W2", "W3", "W4"]})
    rule = ProminenceRule(venue_works=1, citations=2.0, venues=1.0)

    made = prominence_list(GROUPS, members, works=frame(table), last_year=2020, rule=rule)

    logs = np.log1p([4.0, 4.0, 30.0])
    z = (logs - logs.mean()) / logs.std()
    # Venues: High 10 citations a work, Low 0, so z is 1 and -1; T3 has none, citations count all.
    expected = {"T1": 2 * z[0] + 1, "T2": 2 * z[1] - 1, "T3": 3 * z[2]}
    assert items(made) == ["T3", "T1", "T2"]
    assert {e["item"]: e["score"] for e in made.entries} == pytest.approx(expected)


def test_prominence_is_not_made_where_citations_are_unknown(frame):
    table = works([2020, 2020]) | {"cited_by_count": pa.array([None, None], pa.int64())}
    members = pa.table({"cluster": ["T1"], "work": ["W0"]})

    made = prominence_list(GROUPS, members, works=frame(table), last_year=2020)

    assert made.why_not
    assert not made.entries


def test_terms_in_a_burst_now_are_listed_once_for_words_they_share():
    years = np.repeat(np.arange(2015, 2021), 50)
    late = np.flatnonzero(years >= 2019)[::2]
    uses = np.zeros((300, 4))
    uses[late, 0] = uses[late[2:], 1] = 1  # "deep learning" and "deep learning model"
    uses[::5, 2] = 1  # always
    uses[:40, 3] = 1  # once, long ago
    terms = ["deep learning", "deep learning model", "robot", "gripper"]

    made = bursts_of_terms(terms, sparse.csr_array(uses), years=years, corpus="c")

    assert items(made) == ["deep learning model"]  # it covers its part
    assert made.entries[0]["note"] == "2019-2020"
    found = {
        (b["item"], b["year_from"], b["year_to"], b["now"])
        for b in made.tables["burst"].to_pylist()
    }
    assert ("gripper", 2015, 2015, False) in found
    assert ("deep learning model", 2019, 2020, True) in found


def test_clusters_burst_by_their_years_and_a_short_corpus_says_so():
    years = list(range(2015, 2021))
    rows = [
        {"cluster": name, "year": year, "n_works": n, "n_all": 100}
        for name, counts in (("T1", [5, 5, 5, 5, 30, 30]), ("T2", [20] * 6))
        for year, n in zip(years, counts, strict=True)
    ]
    both = clusters(
        *({"cluster": n, "n_works": 9, "n_recent": 3, "n_before": 3} for n in ("T1", "T2"))
    )

    made = bursts_of_clusters(both, table_of("cluster_year", rows), corpus="c")
    short = bursts_of_clusters(
        both, table_of("cluster_year", rows[:3]), corpus="c", rule=BurstRule(least_years=4)
    )

    assert items(made) == ["T1"]
    assert short.why_not
    assert not short.entries


def test_lists_stand_side_by_side_each_with_its_rule_and_parameters():
    tables = list_tables([size_list(GROUPS), growth_list(GROUPS, length=1)], corpus="c")

    assert tables["topic_list"].schema == schema("topic_list")
    assert tables["topic_list"]["rank"].to_pylist() == [1, 2, 3, 1]
    rules = tables["topic_list_rule"].to_pylist()
    assert [r["list"] for r in rules] == ["size", "growth"]
    assert json.loads(rules[1]["parameters"]) == {"length": 1, "least_recent": 5}
    assert all(r["rule_en"] and r["rule_zh"] for r in rules)
