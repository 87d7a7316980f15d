"""The road of a topic map, on the small demo observatory: every table is there and agrees."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from armillary.errors import ArmillaryError
from armillary.evidence.duckdb import DuckDBStore
from armillary.workflow import build, check
from armillary.workflow.state import PUBLISHED, Home
from armillary.workflow.topics import central_works


@pytest.fixture(scope="module")
def built(tmp_path_factory, write_observatory):
    folder = write_observatory(tmp_path_factory.mktemp("topics"))
    build(folder, only=("pack",))
    return folder


@pytest.fixture(scope="module")
def store(built):
    home = Home(built.resolve())
    opened = DuckDBStore(home.parts(home.read(PUBLISHED)))
    yield opened
    opened.close()


def test_every_list_says_its_rule_or_why_it_could_not_be_made(store):
    rules = store.rows(store.table("topic_list_rule"))
    entries = store.rows(store.table("topic_list"))

    assert {"rising topics", "rising terms", "young terms"} <= {row["list"] for row in rules}
    for rule in rules:
        n = sum(row["list"] == rule["list"] for row in entries)
        assert n == rule["n_entries"]
        assert n or rule["why_not_en"] or rule["rule_en"]
        assert rule["rule_zh"]


def test_a_list_of_topics_names_topics_of_the_map(store):
    known = {row["cluster"] for row in store.rows(store.table("cluster"))}

    for row in store.rows(store.table("topic_list")):
        if row["kind"] == "cluster" and not row["list"].startswith("rising"):
            assert row["item"] in known
        if row["cluster"] is not None:
            assert row["cluster"] in known


def test_topics_lie_in_the_clusters_and_areas_asked_for(store):
    groups = store.rows(store.table("cluster_group"))
    level = {row["group"]: row["level"] for row in groups}

    assert sum(one == "cluster" for one in level.values()) == 3
    assert sum(one == "area" for one in level.values()) == 2
    for row in store.rows(store.table("cluster")):
        assert (level[row["group"]], level[row["area"]]) == ("cluster", "area")


def test_the_line_of_every_topic_leads_to_the_last_year(store):
    lines = store.rows(store.table("topic_line"))
    last = max(row["year"] for row in lines)

    assert any(row["cluster"] for row in lines if row["year"] == last)
    assert all(row["cluster"] is None for row in lines if row["year"] < last)


def test_main_paths_follow_citations_that_are_there(store):
    cited = {(row["citing"], row["cited"]) for row in store.rows(store.table("citation"))}
    paths = store.rows(store.table("main_path"))

    assert paths
    assert {(row["citing"], row["cited"]) for row in paths} <= cited


def test_a_decision_names_a_topic_by_its_works_and_is_applied_by_the_next_build(built, tmp_path):
    built = Path(shutil.copytree(built, tmp_path / "observatory"))
    anchors = central_works(built, "publications/T0002", n_works=4)
    other = central_works(built, "publications/T0003", n_works=4)
    (built / "decisions/topics.csv").write_text(
        "topics,action,works,other,label_en,label_zh,by,why\n"
        f"publications,merge,{';'.join(anchors)},{';'.join(other)},,,,one subject\n"
        f"publications,rename,{';'.join(anchors)},,Named by hand,人工命名,A. Expert,clearer\n"
        f"publications,choose,{';'.join(anchors)},,A technology,一项技术,A. Expert,agreed\n"
        "publications,hide,publications:gone,,,,,\n",
        encoding="utf-8",
    )
    summary = build(built, only=("pack",))

    home = Home(built.resolve())
    opened = DuckDBStore(home.parts(home.read(PUBLISHED)))
    clusters = {row["cluster"]: row for row in opened.rows(opened.table("cluster"))}
    held = {row["work"]: row["cluster"] for row in opened.rows(opened.table("cluster_work"))}
    decided = opened.rows(opened.table("topic_decision").order_by("position"))
    chosen = opened.rows(opened.table("emerging_technology"))
    opened.close()
    named = held[anchors[0]]
    assert {held[work] for work in (*anchors, *other)} == {named}
    assert (clusters[named]["label_en"], clusters[named]["label_zh"]) == (
        "Named by hand",
        "人工命名",
    )
    assert [row["done"] for row in decided] == [True, True, True, False]
    assert chosen[0]["clusters"] == [named]
    assert any("None of the works it names" in note for note in _notes(summary))


def _notes(summary) -> list[str]:
    return [note for notes in summary.notes.values() for note in notes]


def test_a_check_tells_the_faults_of_the_decisions(tmp_path, write_observatory):
    built = write_observatory(tmp_path)
    path = built / "decisions/topics.csv"
    path.write_text("topics,action,works\npublication,hid,x\n", encoding="utf-8")

    with pytest.raises(ArmillaryError) as caught:
        check(built)

    assert "did you mean 'publications'?" in str(caught.value)
    assert "did you mean 'hide'?" in str(caught.value)
