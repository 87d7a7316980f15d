"""Known curves of real corpora, seen by maps; and years only begun."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from armillary.analyses.topics import map_topics
from armillary.analyses.topics.words import phrases, tokenise
from armillary.model.literature import TopicRecipe

SHARED = Path(os.environ.get("ARMILLARY_SHARED", Path(__file__).parents[3] / "shared"))
CORPORA = SHARED / "data/corpora"
FILES = {
    "arxiv": "arxiv-cs-1993-2019/arxiv-cs.parquet",
    "robotics": "robotics-icra-iros/robotics.parquet",
    "ble": "wos-bluetooth-low-energy-2026/ble.parquet",
    "acl": "acl-anthology-2019/acl-anthology.parquet",
}
NO_CITATIONS = pa.table({"citing": pa.array([], pa.string()), "cited": pa.array([], pa.string())})

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not CORPORA.exists(), reason=f"{CORPORA} is not here"),
]


@cache
def works_of(corpus):
    table = pq.read_table(CORPORA / FILES[corpus])
    if "record_type" in table.column_names:
        table = table.filter(
            pc.invert(pc.is_in(table["record_type"], pa.array(["book", "proceedings"])))
        )
    wanted = ["title", "abstract", "keywords", "year", "cited_by_count"]
    return table.select(wanted).append_column("work", table["id"].cast(pa.string()))


@cache
def mapped(corpus, topics, last_year=None, without=()):
    works = works_of(corpus)
    works = works.filter(pc.invert(pc.is_in(works["year"], pa.array(without, works["year"].type))))
    return map_topics(
        ibis.memtable(works),
        ibis.memtable(NO_CITATIONS),
        corpus=corpus,
        recipe=TopicRecipe(topics=topics, last_year=last_year, min_works=20),
    )


def topics_on(found, phrase, *, first=5):
    """Topics with a phrase among their leading terms."""
    return [
        row
        for row in found.tables["cluster"].to_pylist()
        if any(phrase in term.lower() for term in row["terms"][:first])
    ]


def shares_of(found, rows):
    """Share of the works of each year that some topics have together."""
    names = {row["cluster"] for row in rows}
    share: dict[int, float] = {}
    for row in found.tables["cluster_year"].to_pylist():
        if row["cluster"] in names:
            share[row["year"]] = share.get(row["year"], 0.0) + row["n_works"] / row["n_all"]
    return share


@cache
def use_of(corpus, phrase):
    """Share of the works of each year with a phrase in title, abstract or keywords."""
    table = works_of(corpus)
    tokens = tokenise(
        (title, abstract, *(keywords or ()))
        for title, abstract, keywords in zip(
            *(table[name].to_pylist() for name in ("title", "abstract", "keywords")), strict=True
        )
    )
    wanted = phrase.split()
    level = phrases(tokens, longest=len(wanted), longest_han=1, min_works=2)[len(wanted) - 1]
    places = [
        n
        for n, words in enumerate(level.words.tolist())
        if [tokens.names[w].lower() for w in words] == wanted
    ]
    uses = np.asarray(level.count(tokens)[:, places].sum(axis=1)).ravel() > 0
    years = table["year"].to_numpy()
    return {int(year): float(uses[years == year].mean()) for year in np.unique(years[years > 0])}


def mean(share, first, last):
    return sum(share.get(year, 0.0) for year in range(first, last + 1)) / (last - first + 1)


@pytest.mark.parametrize(("phrase", "at_least"), [("blockchain", 3), ("adversarial", 2)])
def test_blockchain_and_adversarial_examples_rise_in_arxiv(phrase, at_least):
    found = mapped("arxiv", 150)
    rows = topics_on(found, phrase)
    share = shares_of(found, rows)

    assert rows
    assert any(row["verdict"] == "grows" for row in rows)
    assert mean(share, 2017, 2018) > at_least * mean(share, 2011, 2014)


def test_sensor_networks_fade_in_arxiv():
    found = mapped("arxiv", 150)
    rows = topics_on(found, "sensor network")
    share = shares_of(found, rows)

    assert rows
    assert all(row["growing_rank"] is None for row in rows)
    assert mean(share, 2016, 2018) < 0.6 * mean(share, 2008, 2011)


@pytest.mark.parametrize(
    ("phrase", "before", "after", "times"),
    [
        ("deep learning", (2008, 2014), (2016, 2019), 10),
        ("reinforcement learning", (2012, 2015), (2019, 2023), 2),
        ("transformer", (2012, 2019), (2021, 2023), 4),
    ],
)
def test_methods_spread_over_robotics_by_the_phrases_used(phrase, before, after, times):
    share = use_of("robotics", phrase)

    assert mean(share, *after) > times * mean(share, *before)


def test_slam_stays_flat_in_robotics():
    share = use_of("robotics", "slam")

    assert 0.5 < mean(share, 2019, 2023) / mean(share, 2009, 2015) < 2


def test_contact_tracing_by_bluetooth_is_a_wave_that_passes_and_beacons_peak_before():
    tracing = use_of("ble", "contact tracing")
    beacons = use_of("ble", "beacon")

    assert max(tracing, key=lambda year: tracing[year]) in {2020, 2021}
    assert mean(tracing, 2010, 2019) < 0.001
    assert mean(tracing, 2024, 2025) < 0.5 * mean(tracing, 2020, 2021)
    assert mean(beacons, 2017, 2019) > mean(beacons, 2013, 2014)
    assert mean(beacons, 2017, 2019) > mean(beacons, 2022, 2025)


def test_neural_methods_rise_and_statistical_translation_fades_in_titles_of_acl():
    neural = use_of("acl", "neural")
    statistical = use_of("acl", "statistical machine translation")

    assert mean(neural, 2016, 2018) > 5 * mean(neural, 2005, 2012)
    assert mean(statistical, 2016, 2018) < 0.6 * mean(statistical, 2007, 2012)
    assert statistical[2018] < 0.3 * mean(statistical, 2007, 2012)


@pytest.mark.parametrize(
    ("corpus", "topics", "last"),
    [("ble", 30, 2025)],
)
def test_a_year_the_source_has_only_begun_is_left_off_by_itself(corpus, topics, last):
    found = mapped(corpus, topics)
    recent_to = set(found.tables["cluster"]["recent_to"].to_pylist())

    assert recent_to == {last}
