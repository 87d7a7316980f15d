from __future__ import annotations

import csv
import io
import json

import igraph
import pytest

from armillary.publications.networks import (
    Item,
    Link,
    Network,
    graphml,
    pajek,
    vosviewer_json,
    vosviewer_map,
    vosviewer_network,
)

HOSTILE = 'soft "robots" <b>&\t软体\n机器人\x0b'


def item(name, label, **other):
    return Item(
        name=name,
        label=label,
        x=other.get("x", 0.0),
        y=other.get("y", 0.0),
        group=other.get("group", 1),
        weights={"Works": 12.0},
        scores={"Growth": other.get("growth")},
        url=f"{name}.html",
    )


NETWORK = Network(
    title="Robots",
    about="Simulated & small",
    items=[
        item("T0001", "grasping", x=-1.0, y=0.5, growth=1.5),
        item("T0002", HOSTILE, x=1.0, y=-0.5, group=2),
        item("T0003", "=1+1", group=0, growth=0.25),
    ],
    links=[Link("T0001", "T0002", 0.125), Link("T0002", "T0003", 1e-7)],
    groups={1: "hands", 2: "bodies"},
)


@pytest.fixture
def read_back(tmp_path):
    def read(text, ending):
        path = tmp_path / f"map.{ending}"
        path.write_bytes(text.encode())
        return igraph.Graph.Read(str(path), format=ending)

    return read


def test_igraph_reads_the_graphml_back(read_back):
    graph = read_back(graphml(NETWORK), "graphml")

    assert graph.vs["id"] == ["T0001", "T0002", "T0003"]
    assert graph.vs["label"][0] == "grasping"
    assert graph.vs["label"][1] == 'soft "robots" <b>& 软体 机器人 '
    assert graph.vs["Growth"][0] == 1.5
    assert graph.vs["Growth"][1] != graph.vs["Growth"][1]  # missing stays missing: NaN
    assert graph.vs["group"] == [1, 2, 0]
    assert graph.es["weight"] == [0.125, 1e-7]
    assert not graph.is_directed()


def test_igraph_reads_the_network_of_the_pajek_project_back(read_back):
    network = pajek(NETWORK).partition("\r\n\r\n")[0]
    graph = read_back(network.partition("\r\n")[2] + "\r\n", "pajek")

    assert graph.vs["name"][0] == "grasping"
    assert graph.vs["name"][1].startswith("soft 'robots'")
    assert graph.es["weight"] == [0.125, 1e-7]
    assert [e.tuple for e in graph.es] == [(0, 1), (1, 2)]
    assert graph.vs["x"] == pytest.approx([0.05, 0.95, 0.5])
    assert graph.vs["y"] == pytest.approx([0.05, 0.95, 0.5])


def test_the_pajek_project_marks_missing_numbers():
    text = pajek(NETWORK)

    vector = text.partition("*Vector Growth\r\n")[2].split("\r\n")
    assert vector[:4] == ["*Vertices 3", "1.5", "999999998", "0.25"]


def test_vosviewer_json_numbers_its_topics_and_keeps_their_words():
    held = json.loads(vosviewer_json(NETWORK))["network"]

    assert [i["label"] for i in held["items"]] == ["grasping", HOSTILE, "=1+1"]
    assert [i["scores"] for i in held["items"]] == [{"Growth": 1.5}, {}, {"Growth": 0.25}]
    assert held["links"] == [
        {"source_id": 1, "target_id": 2, "strength": 0.125},
        {"source_id": 2, "target_id": 3, "strength": 1e-7},
    ]
    assert "cluster" not in held["items"][2]


def test_vosviewer_files_hold_one_topic_and_one_link_a_line():
    rows = list(csv.DictReader(io.StringIO(vosviewer_map(NETWORK)), delimiter="\t"))

    assert [r["label"] for r in rows][1] == 'soft "robots" <b>& 软体 机器人 '
    assert [r["score<Growth>"] for r in rows] == ["1.5", "", "0.25"]
    assert vosviewer_network(NETWORK) == "1\t2\t0.125\n2\t3\t1e-07\n"


def test_an_empty_map_is_still_a_file(read_back):
    nothing = Network(title="", about="", items=[], links=[], groups={})

    assert read_back(graphml(nothing), "graphml").vcount() == 0
    assert json.loads(vosviewer_json(nothing))["network"]["items"] == []
    assert pajek(nothing).startswith("*Network ")
