"""Cards, lists and the lens on real corpora: what a reader can check by eye is held."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from armillary.analyses.lenses import look
from armillary.analyses.topics import map_topics
from armillary.analyses.topics.cards import facts_of, topic_cards, works_behind
from armillary.analyses.topics.lists import open_lists
from armillary.evidence.duckdb import DuckDBStore
from armillary.model.areas import area_of
from armillary.model.columns import schema, table_of
from armillary.model.literature import TopicRecipe
from armillary.sources.lenses import read_goals
from armillary.sources.works.citations import resolve_citations

SHARED = Path(os.environ.get("ARMILLARY_SHARED", Path(__file__).parents[3] / "shared"))
CORPORA = SHARED / "data/corpora"
AURORA = SHARED / "data/classifications/aurora_sdg_queries"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not CORPORA.exists(), reason=f"{CORPORA} is not here"),
]


def works_of(file):
    table = pq.read_table(CORPORA / file)
    columns = {"work": table["id"], "native_id": table["id"], "classes": None}
    if "wos_categories" in table.schema.names:
        columns["classes"] = table["wos_categories"]
    arrays = []
    for field in schema("work"):
        column = columns.get(field.name)
        if column is None and field.name in table.schema.names:
            column = table[field.name]
        if field.name == "source":
            column = pa.chunked_array([pa.array(["s"] * table.num_rows)])
        if column is None or pa.types.is_null(column.type):
            column = pa.nulls(table.num_rows, field.type)
        arrays.append(column.cast(field.type))
    return pa.table(arrays, names=schema("work").names)


@pytest.fixture(scope="module")
def alfalfa():
    store = DuckDBStore({})
    works = store.lend("work", works_of("wos-alfalfa-2009-2020/alfalfa.parquet"))
    citations = store.lend("citation", store.arrow(resolve_citations(works)))
    found = map_topics(works, citations, corpus="alfalfa", recipe=TopicRecipe(topics=40))
    cluster, members = found.tables["cluster"], found.tables["cluster_work"]
    facts = facts_of(works, cluster, members=members, corpus="alfalfa")
    made = topic_cards(facts, works, citations=citations)
    lists = open_lists(facts, found.tables, works=works, citations=citations)
    yield facts, made, lists
    store.close()


def test_every_number_of_a_real_corpus_is_a_list_of_works(alfalfa):
    facts, made, _ = alfalfa

    for row in made.tables["cluster_indicator"].to_pylist():
        base, counted = works_behind(
            made, facts, cluster=row["cluster"], indicator=row["indicator"]
        )
        assert len(set(base)) == row["n_works"]
        assert row["n_counted"] in (None, len(counted))


def test_citations_are_normalised_to_the_corpus(alfalfa):
    _, made, _ = alfalfa

    rows = [r for r in made.tables["cluster_indicator"].to_pylist() if r["value"] is not None]
    for indicator, whole in (("mncs", 1.0), ("pp_top", 0.1)):
        own = [r for r in rows if r["indicator"] == indicator]
        mean = sum(r["value"] * r["n_works"] for r in own) / sum(r["n_works"] for r in own)
        assert mean == pytest.approx(whole, abs=0.002)


def test_silage_microbiology_is_seen_to_rise_by_sequencing(alfalfa):
    facts, made, lists = alfalfa
    silage = next(r["cluster"] for r in facts.rows if "silage" in str(r["label"]))

    texts = {
        r["text"]
        for r in made.tables["cluster_evidence"].to_pylist()
        if r["cluster"] == silage and r["indicator"] == "new_term_share"
    }
    bursts = [r["item"] for r in lists["topic_list"].to_pylist() if r["list"] == "bursts (terms)"]
    assert any("MiSeq" in str(text) for text in texts)
    assert any("lactobacillus" in item for item in bursts)
    assert "microbial community" in bursts


def test_every_country_of_the_corpora_but_a_few_names_is_known():
    unknown = set()
    for file in (
        "wos-alfalfa-2009-2020/alfalfa.parquet",
        "robotics-icra-iros/robotics.parquet",
        "wos-bluetooth-low-energy-2026/ble.parquet",
    ):
        for held in pq.read_table(CORPORA / file)["countries"].to_pylist():
            unknown |= {name for name in held or () if area_of(name) is None}

    assert unknown <= {"Unknown"}


def test_all_queries_of_aurora_are_read_and_answered_within_a_minute_of_one_core():
    goals = read_goals(AURORA.glob("*.xml"))
    works = works_of("arxiv-cs-1993-2019/arxiv-cs.parquet")
    store = DuckDBStore({})

    start = time.process_time()
    found = look(store.lend("work", works), goals, lens="sdg")
    seconds = time.process_time() - start

    store.close()
    assert (len(goals), sum(len(goal.lines) for goal in goals)) == (17, 378)
    assert seconds < 60
    about = found.tables["work_goal"].to_pylist()
    energy = {r["work"] for r in about if r["goal"] == "7"}
    titles = dict(zip(works["work"].to_pylist(), works["title"].to_pylist(), strict=True))
    named = {work for work, title in titles.items() if "energy" in title.lower()}
    # Goal 7 is energy: its works say so in their titles far more often than others.
    assert len(energy & named) / len(energy) > 10 * len(named) / len(titles)


def test_random_topics_of_real_works_are_no_more_coherent_or_cited_than_chance():
    works = works_of("robotics-icra-iros/robotics.parquet")
    random = np.random.default_rng(0)
    drawn = random.integers(0, 60, works.num_rows)
    growth = {"growth": 1.0, "growth_low": 0.9, "growth_high": 1.1, "trend_z": 0.0, "label": "x"}
    window = {"recent_from": 2021, "recent_to": 2023, "before_from": 2018, "before_to": 2020}
    names = [f"T{n:04d}" for n in range(60)]
    clusters = table_of("cluster", [growth | window | {"cluster": name} for name in names])
    members = table_of(
        "cluster_work",
        [
            {"cluster": names[n], "work": work, "centrality": 0.5}
            for n, work in zip(drawn.tolist(), works["work"].to_pylist(), strict=True)
        ],
    )
    store = DuckDBStore({})
    lent = store.lend("work", works)
    none = pa.table({"citing": pa.array([], pa.string()), "cited": pa.array([], pa.string())})

    facts = facts_of(lent, clusters, members=members, corpus="random")
    made = topic_cards(facts, lent, citations=store.lend("citation", none))

    store.close()
    rows = made.tables["cluster_indicator"].to_pylist()
    coherence = [r["value"] for r in rows if r["indicator"] == "textual_coherence"]
    cited = [r for r in rows if r["indicator"] == "mncs"]
    assert max(abs(value) for value in coherence) < 0.01  # real topics have 0.04 to 0.14
    assert sum(r["low"] <= 1 <= r["high"] for r in cited) > 0.75 * len(cited)
    strong = [r for r in made.tables["cluster_card"].to_pylist() if r["word"] == "strong"]
    assert not [r for r in strong if r["attribute"] in ("coherence", "fast_growth")]
