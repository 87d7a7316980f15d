"""The method against planted topics: overlapping words, noise, two languages, real courses."""

from __future__ import annotations

from collections import Counter, defaultdict
from statistics import median

import ibis
import pyarrow.compute as pc
import pytest

from armillary.analyses.topics import map_topics, recovery
from armillary.model.literature import TopicRecipe
from armillary.model.observatory import Simulation
from armillary.model.provenance import Origin
from armillary.sources.works.simulator import simulate

DEMO = {"works": 8_000, "first_year": 2008, "last_year": 2024, "topics": 48, "emerging": 6}
RECIPE = {"topics": 60, "min_works": 20}
ORIGIN = Origin(
    origin="0" * 16,
    source="sim",
    file="simulation",
    title="Simulated",
    sha256="0" * 64,
    bytes=0,
    simulated=True,
)


def mapped(seed, **recipe):
    tables = simulate(Simulation(**DEMO, seed=seed), source="sim", origin=ORIGIN).tables
    cited = tables["citation"]
    found = map_topics(
        ibis.memtable(tables["work"]),
        ibis.memtable(cited.filter(pc.is_valid(cited["cited"]))),
        corpus="map",
        recipe=TopicRecipe(**RECIPE | recipe),
    ).tables
    best = recovery(
        *(ibis.memtable(tables[name]) for name in ("planted_topic", "planted_work")),
        clusters=ibis.memtable(found["cluster"]),
        cluster_works=ibis.memtable(found["cluster_work"]),
        corpus="map",
    )
    return tables, found, best.to_pylist()


@pytest.fixture(scope="module", params=[1, 2, 3])
def recovered(request):
    return mapped(request.param)


def test_most_planted_topics_are_found_with_few_works_of_others(recovered):
    _, _, best = recovered

    assert median(row["recall"] for row in best) > 0.9
    assert median(row["precision"] for row in best) > 0.8
    assert sum(row["f1"] >= 0.6 for row in best) >= 40
    assert best[0]["adjusted_rand"] > 0.65


def test_most_emerging_topics_are_listed_and_nothing_that_does_not_rise(recovered):
    tables, found, best = recovered
    courses = dict(
        zip(*(tables["planted_topic"][name].to_pylist() for name in ("topic", "course")),
            strict=True)
    )  # fmt: skip
    listed = {
        row["cluster"] for row in found["cluster"].to_pylist() if row["growing_rank"] is not None
    }
    rising = {row["cluster"] for row in best if courses[row["topic"]] in {"rise", "plateau"}}

    assert sum(row["growing_rank"] is not None for row in best if row["emerging"]) >= 3
    assert listed <= rising


def test_works_in_chinese_join_those_in_english_on_the_same_topic(recovered):
    tables, found, best = recovered
    languages = dict(
        zip(*(tables["work"][name].to_pylist() for name in ("work", "language")), strict=True)
    )
    topics = dict(
        zip(*(tables["planted_work"][name].to_pylist() for name in ("work", "topic")), strict=True)
    )
    home = {row["topic"]: row["cluster"] for row in best}
    held = [
        row["cluster"] == home[topics[row["work"]]]
        for row in found["cluster_work"].to_pylist()
        if languages[row["work"]] == "zh" and topics[row["work"]] is not None
    ]

    assert sum(held) / len(held) > 0.5  # some Chinese works form topics of their own


def test_no_cluster_holds_a_sixth_of_the_works_and_labels_differ(recovered):
    _, found, _ = recovered
    sizes = found["cluster"]["n_works"].to_pylist()
    first = Counter(terms[0] for terms in found["cluster"]["terms"].to_pylist() if terms)

    assert max(sizes) < 8_000 / 6
    assert min(sizes) >= RECIPE["min_works"]
    assert max(first.values()) <= 2


def test_citations_alone_find_fewer_topics_than_citations_and_text():
    _, _, best = mapped(2)
    _, _, cited_only = mapped(2, text_share=0.0)

    assert sum(row["f1"] >= 0.6 for row in cited_only) < sum(row["f1"] >= 0.6 for row in best)


def test_references_pass_between_topics_in_proportion_to_both(recovered):
    tables, _, _ = recovered
    topics = dict(
        zip(*(tables["planted_work"][name].to_pylist() for name in ("work", "topic")), strict=True)
    )
    sizes = Counter(topic for topic in topics.values() if topic)
    cited = tables["citation"]
    received = defaultdict(list)
    for one, other in zip(cited["citing"].to_pylist(), cited["cited"].to_pylist(), strict=True):
        if other is not None and topics[other]:
            received[topics[other]].append(topics[one] == topics[other])
    small = [t for t, n in sizes.items() if 100 <= n <= 200]

    # The topics that a large neighbour could drown keep most of their citations to themselves.
    assert median(sum(received[t]) / len(received[t]) for t in small) > 0.5
