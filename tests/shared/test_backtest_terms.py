"""Rising terms backtested on three real corpora: what the lists would have foretold."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import ibis
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from armillary.analyses.topics.terms import TermRecipe, backtest_terms, rising_terms, term_use

SHARED = Path(os.environ.get("ARMILLARY_SHARED", Path(__file__).parents[3] / "shared"))
CORPORA = SHARED / "data/corpora"
FILES = {
    "arxiv": CORPORA / "arxiv-cs-1993-2019/arxiv-cs.parquet",
    "robotics": CORPORA / "robotics-icra-iros/robotics.parquet",
    "acl": CORPORA / "acl-anthology-2019/acl-anthology.parquet",
}
FIRST = {"arxiv": 2008, "robotics": 2008, "acl": 2000}
FRONT_MATTER = (
    r"^(proceedings|front ?matter|foreword|preface|author index|table of contents|committee|"
    r"tutorial|workshop|call for|index|book review|books received|briefly noted|program)"
)
RECIPE = TermRecipe(first_origins=FIRST, worlds=2)
CASES = (
    ("robotics", 2015, "convolutional"),
    ("robotics", 2015, "deep learning"),
    ("arxiv", 2014, "deep learning"),
    ("arxiv", 2014, "blockchain"),
    ("arxiv", 2015, "blockchain"),
    ("arxiv", 2010, "twitter"),
    ("acl", 2010, "twitter"),
    ("acl", 2014, "embedding"),
)

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(
        not all(file.exists() for file in FILES.values()), reason=f"{CORPORA} is not here"
    ),
]


@cache
def use_of(corpus):
    table = pq.read_table(FILES[corpus])
    n = table.num_rows
    none = {"keywords": pa.nulls(n, pa.list_(pa.string())), "date": pa.nulls(n, pa.string())}
    columns = {name: table[name] for name in ("title", "abstract", "year")} | none
    if "date" in table.column_names:
        columns["date"] = table["date"].cast(pa.string())
    works = pa.table({"work": table["id"], **columns})
    if corpus == "acl":
        books = pc.is_in(table["record_type"], value_set=pa.array(["book", "proceedings"]))
        front = pc.match_substring_regex(pc.utf8_lower(table["title"]), FRONT_MATTER)
        works = works.filter(pc.invert(pc.or_(pc.fill_null(books, False), front)))
    return term_use(ibis.memtable(works), corpus=corpus)


@cache
def results_of(tier, design="split"):
    uses = [use_of(corpus) for corpus in FILES]
    return backtest_terms(uses, tier=tier, design=design, recipe=RECIPE, cases=CASES)


def value(tables, metric, *, score="trend_z", corpus="all", against="none", outcome="certified"):
    wanted = {"metric": metric, "score": score, "corpus": corpus, "against": against}
    (row,) = [
        row
        for row in tables["backtest"].to_pylist()
        if all(row[k] == v for k, v in wanted.items()) and row["outcome"] == outcome
    ]
    return row


def test_titles_alone_are_read_where_abstracts_begin_late():
    assert use_of("acl").text == "titles"
    assert use_of("arxiv").text == "titles, abstracts and keywords"


def test_incomplete_years_are_no_origins():
    origins = {
        (row["corpus"], row["origin"])
        for row in results_of("established")["backtest_origin"].to_pylist()
    }

    robotics = sorted(origin for corpus, origin in origins if corpus == "robotics")
    assert robotics == [*range(2008, 2016), *range(2017, 2021)]
    assert len(origins) == 36


@pytest.mark.parametrize(("metric", "least"), [("10", 0.18), ("40", 0.12), ("100", 0.10)])
def test_terms_on_the_list_grow_far_more_often_than_others(metric, least):
    found = value(results_of("established"), f"precision_{metric}")

    assert found["value"] >= least
    assert found["low"] > value(results_of("established"), "base")["value"]


@pytest.mark.parametrize("baseline", ["growth_ratio", "size"])
def test_the_trend_beats_simple_growth_and_size(baseline):
    for metric in ("precision_10", "precision_40", "precision_100"):
        assert value(results_of("established"), metric, against=baseline)["low"] > 0


def test_the_trend_of_co_used_terms_makes_longer_lists_better():
    tables = results_of("established")

    for metric, least in (("precision_40", 0.16), ("precision_100", 0.12)):
        assert value(tables, metric, score="trend_and_context")["value"] >= least
        found = value(tables, metric, score="trend_and_context", against="trend_z")
        assert found["low"] > 0


@pytest.mark.parametrize(("metric", "least"), [("10", 0.11), ("40", 0.09)])
@pytest.mark.parametrize("design", ["split", "ordinary"])
def test_young_terms_on_the_list_double_more_often_than_others(design, metric, least):
    found = value(results_of("young", design), f"precision_{metric}", outcome="doubled")

    assert found["value"] >= least


# Young terms miss the 0.02 of established ones by a hair: their base rate drifts most.
@pytest.mark.parametrize(
    ("tier", "outcome", "error"),
    [("established", "certified", 0.02), ("young", "doubled", 0.025)],
)
def test_probabilities_are_calibrated_and_better_than_the_base_rate(tier, outcome, error):
    tables = results_of(tier)

    assert value(tables, "calibration_error", outcome=outcome)["value"] <= error
    assert value(tables, "brier_skill", outcome=outcome)["value"] > 0
    for corpus in FILES:
        own = value(tables, "calibration_error", corpus=corpus, outcome=outcome)
        assert own["value"] <= 0.04


@pytest.mark.parametrize("tier", ["established", "young"])
def test_nothing_is_foretold_where_nothing_can_be(tier):
    gated = [r for r in results_of(tier)["backtest_control"].to_pylist() if r["passes"] is not None]

    assert len(gated) == 3 * len(FILES)
    assert [r for r in gated if not r["passes"]] == []


def test_the_usual_outcomes_are_shown_to_be_foretold_by_artefacts():
    rows = results_of("established")["backtest_control"].to_pylist()

    def null(outcome, score, metric):
        found = [
            r["value"]
            for r in rows
            if (r["control"], r["outcome"], r["score"], r["metric"])
            == ("no growth", outcome, score, metric)
        ]
        return sum(found) / len(found)

    assert null("abs10", "size", "auc") > 0.7
    assert null("cset_any_year", "trend_z", "auc") > 0.6
    assert null("ratio10", "growth_ratio, inverse", "precision_10") > 0.15
    assert null("certified", "growth_ratio, inverse", "precision_10") < 0.05


def test_known_technologies_stand_on_the_lists_published_in_their_time():
    cases = {}
    for tier in ("established", "young"):
        for row in results_of(tier, "ordinary")["backtest_case"].to_pylist():
            if row["score"] == "trend_z":
                cases[tier, row["corpus"], row["origin"], row["item"]] = row

    def rank(*case):
        return cases[case]["rank"]

    assert rank("young", "robotics", 2015, "convolutional") <= 10
    assert rank("young", "robotics", 2015, "deep learning") <= 10
    assert rank("young", "arxiv", 2014, "deep learning") <= 10
    assert rank("established", "arxiv", 2014, "deep learning") <= 40
    assert rank("young", "arxiv", 2010, "twitter") <= 40
    assert rank("young", "acl", 2010, "twitter") <= 40
    assert rank("young", "acl", 2014, "embedding") <= 10
    # Five works are a candidate, not yet a finding; fourteen nearly reach the first forty.
    assert 40 < rank("young", "arxiv", 2014, "blockchain") < 500
    assert rank("young", "arxiv", 2015, "blockchain") <= 60
    assert cases["young", "arxiv", 2015, "blockchain"]["grew"]


def test_the_published_list_names_the_new_terms_of_its_year_with_honest_probabilities():
    found = rising_terms(use_of("robotics"), recipe=RECIPE, origin=2019)
    rows = found["topic_list"].to_pylist()
    rising = [r for r in rows if r["list"] == "rising terms"]
    names = {name.lower() for r in rising for name in (r["item"], *r["family"])}

    assert len(rising) == 40
    assert {"reinforcement learning", "deep learning"} <= names
    assert all(0 < r["base_rate"] < r["probability"] < 0.6 for r in rising[:10])
    unsure = [r for r in rows if r["growth_low"] <= 1 <= r["growth_high"]]
    assert unsure
    assert all(r["note"] == "cannot be told from noise" for r in unsure)
