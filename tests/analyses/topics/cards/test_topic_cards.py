from __future__ import annotations

import msgspec
import pyarrow as pa
import pytest

from armillary.analyses.topics.cards import facts_of, topic_cards, works_behind
from armillary.analyses.topics.cards.card import CardRule
from armillary.analyses.topics.cards.topic_cards import IndicatorRule
from armillary.evidence.duckdb import DuckDBStore
from armillary.model.columns import schema, table_of

NEW = "quantum widget"


def corpus(*, bare=False):
    """Six topics of 20 works, 2010-2019; the first is new and cited, the last is old.

    With `bare`, the source holds no citations, countries, authors or references.
    """
    works, members = [], []
    for topic in range(6):
        for n in range(20):
            year = 2010 + n // 2 if topic else 2017 + n // 7
            known = {
                "authors": [f"A{topic}-{n % 5}"],
                "organisations": [f"O{topic}"],
                "countries": ["Peoples R China", "England"] if n % 4 == 0 else ["CN"],
                "cited_by_count": 50 - topic,
                "references": [f"Doe A, {year - 1 - topic}, J A", f"Roe B, {year - 9}, J B"],
            }
            works.append(
                {
                    "work": f"W{topic}{n:02d}",
                    "source": "s",
                    "origin": "o",
                    "locator": "1",
                    "native_id": f"{topic}-{n}",
                    "type": "article",
                    "title": f"word{topic} theme{topic} method" + (f" {NEW}" if not topic else ""),
                    "year": year,
                    **({} if bare else known),
                }
            )
            members.append(
                {
                    "corpus": "c",
                    "cluster": f"T000{topic + 1}",
                    "work": f"W{topic}{n:02d}",
                    "centrality": 0.5 + n / 100,
                }
            )
    clusters = [
        {
            "cluster": f"T000{topic + 1}",
            "label": f"topic {topic}",
            "n_works": 20,
            "recent_from": 2017,
            "recent_to": 2019,
            "before_from": 2014,
            "before_to": 2016,
            "growth": 4.0 if not topic else 0.8,
            "growth_low": 2.0 if not topic else 0.5,
            "growth_high": 8.0 if not topic else 1.1,
            "trend_z": 3.0 - topic,
            "verdict": "grows" if not topic else "unsure",
        }
        for topic in range(6)
    ]
    tables = {"work": works, "cluster_work": members, "cluster": clusters}
    return {name: table_of(name, held) for name, held in tables.items()}


def made(*, bare=False, links=None, shuffled=False, **rule):
    tables = corpus(bare=bare)
    if shuffled:
        tables = {
            name: table.take(list(range(table.num_rows))[::-1]) for name, table in tables.items()
        }
    store = DuckDBStore({})
    works = store.lend("work", tables["work"])
    none = pa.table({"citing": pa.array([], pa.string()), "cited": pa.array([], pa.string())})
    facts = facts_of(works, tables["cluster"], members=tables["cluster_work"], corpus="c")
    found = topic_cards(
        facts,
        works,
        citations=store.lend("citation", none),
        links=None if links is None else store.lend("science_link", links),
        rule=IndicatorRule(card=CardRule(least_recent=5), **rule),
    )
    store.close()
    return facts, found


@pytest.fixture(scope="module")
def known():
    return made(links=pa.table({"patent": ["P1", "P2"], "work": ["W001", "W001"]}))


def values(found, indicator):
    rows = found.tables["cluster_indicator"].to_pylist()
    return {r["cluster"]: r for r in rows if r["indicator"] == indicator}


def test_indicators_are_the_numbers_worked_by_hand(known):
    _, found = known

    first = {name: values(found, name)["T0001"] for name in ("share", "reference_age_mean")}
    # 2017-2019: 20 of the new topic, 6 of each of the five others.
    assert (first["share"]["n_counted"], first["share"]["n_works"]) == (20, 50)
    assert first["reference_age_mean"]["value"] == pytest.approx((1 + 9) / 2)
    assert values(found, "price_index")["T0006"]["value"] == 0.0
    assert values(found, "international_share")["T0001"]["value"] == 0.25
    assert values(found, "n_countries")["T0001"]["value"] == 2
    # One half of 5 works is British.
    hhi = (17.5 / 20) ** 2 + (2.5 / 20) ** 2
    assert values(found, "country_hhi")["T0001"]["value"] == pytest.approx(hhi)
    assert values(found, "new_term_share")["T0001"]["value"] == 1.0
    assert values(found, "new_term_share")["T0002"]["value"] == 0.0
    assert values(found, "science_link_share")["T0001"]["n_counted"] == 1


def test_every_count_is_a_list_of_works(known):
    facts, found = known

    for row in found.tables["cluster_indicator"].to_pylist():
        base, counted = works_behind(
            found, facts, cluster=row["cluster"], indicator=row["indicator"]
        )
        assert len(set(base)) == row["n_works"]
        assert set(counted) <= set(base)
        assert row["n_counted"] in (None, len(counted))
        if row["n_counted"] is not None:
            assert row["value"] == pytest.approx(len(counted) / len(base))


def test_the_evidence_is_the_first_of_the_works_counted(known):
    facts, found = known

    rows = found.tables["cluster_evidence"].to_pylist()
    of = [r for r in rows if r["cluster"] == "T0001" and r["indicator"] == "new_term_share"]
    _, counted = works_behind(found, facts, cluster="T0001", indicator="new_term_share")
    assert {r["work"] for r in of if r["kind"] == "work"} <= set(counted)
    assert NEW in {r["text"] for r in of if r["kind"] == "text"}
    links = [r for r in rows if r["indicator"] == "science_link_share" and r["kind"] == "work"]
    assert [r["work"] for r in links] == ["W001"]


def test_what_a_source_does_not_hold_is_missing_and_never_zero():
    _, found = made(bare=True)

    rows = found.tables["cluster_indicator"].to_pylist()
    notes = {r["indicator"]: r["note"] for r in rows if r["cluster"] == "T0001"}
    missing = {
        "international_share": "no_countries",
        "n_countries": "no_countries",
        "country_hhi": "no_countries",
        "n_authors": "no_authors",
        "newcomer_share": "no_authors",
        "organisation_cr4": "no_organisations",
        "mncs": "no_citation_counts",
        "pp_top": "no_citation_counts",
        "reference_age_median": "no_reference_years",
        "atypical_share": "no_pairs",
        "science_link_share": "no_science_links",
    }
    assert {name: notes[name] for name in missing} == missing
    assert all(r["value"] is None for r in rows if r["indicator"] in missing)


def test_the_new_cited_and_growing_topic_has_the_attributes_of_emergence(known):
    _, found = known

    words = {(r["cluster"], r["attribute"]): r for r in found.tables["cluster_card"].to_pylist()}
    assert words["T0001", "fast_growth"]["word"] == "strong"
    assert words["T0001", "prominent_impact"]["word"] == "strong"
    assert words["T0006", "fast_growth"]["word"] == "none"
    assert words["T0001", "radical_novelty"]["percentile"] > 0.8


def test_an_attribute_none_of_whose_indicators_is_known_cannot_be_told():
    _, found = made(bare=True)

    words = {(r["cluster"], r["attribute"]): r for r in found.tables["cluster_card"].to_pylist()}
    impact = words["T0001", "prominent_impact"]
    assert (impact["word"], impact["reason"]) == ("cannot be told", "no_indicator_known")
    assert impact["percentile"] is None


def test_the_thresholds_of_the_words_are_parameters(known):
    facts, found = known
    from armillary.analyses.topics.cards.card import cards

    def words(**rule):
        rows = cards(facts, found.measured, rule=CardRule(least_recent=5, **rule))
        return {
            (r["cluster"], r["attribute"]): (r["word"], r["reason"])
            for r in rows["cluster_card"].to_pylist()
        }

    growth = ("T0001", "fast_growth")
    assert words(sure={"growth": 3.0})[growth] == ("some", "not_sure:growth")
    assert words(strong=0.99)[growth] == ("some", None)
    assert words(least_topics=7)[growth] == ("cannot be told", "too_few_topics")
    assert words()["T0002", "fast_growth"][0] == "some"


def test_the_order_of_the_input_changes_nothing(known):
    links = pa.table({"patent": ["P2", "P1"], "work": ["W001", "W001"]})

    _, other = made(shuffled=True, links=links)

    for name, table in known[1].tables.items():
        assert table.equals(other.tables[name]), name
        assert table.schema == schema(name)


def test_the_parameters_are_plain_data():
    assert msgspec.to_builtins(IndicatorRule())["card"]["strong"] == 0.8
