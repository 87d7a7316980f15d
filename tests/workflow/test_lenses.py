"""The steps of a lens over a small store."""

from __future__ import annotations

from pathlib import Path

from armillary.evidence.duckdb import DuckDBStore
from armillary.model.columns import table_of
from armillary.model.observatory import LensDefinition, Observatory, Text, TopicsDefinition
from armillary.model.progress import silent
from armillary.workflow.lenses import lens_steps
from armillary.workflow.step import Work

XML = """<query xmlns:dc="http://dublincore.org/documents/dcmi-namespace/">
<dc:identifier type="sdg">7</dc:identifier><dc:title>Energy</dc:title>
<query-definitions syntax="SCOPUS"><query-definition>
<subquery-identifier>1</subquery-identifier>
<query-lines><query-line field="TITLE-ABS-KEY">"solar" W/2 "cell*"</query-line></query-lines>
</query-definition></query-definitions></query>
"""


class Lent:
    """A store of lent tables, as a step sees it."""

    def __init__(self, **tables):
        self.duckdb = DuckDBStore({})
        self.tables = {name: self.duckdb.lend(name, table) for name, table in tables.items()}

    def table(self, name):
        return self.tables[name]

    def arrow(self, expression):
        return self.duckdb.arrow(expression)


def work(name, source, title):
    return {"work": name, "source": source, "title": title, "year": 2020}


def test_a_lens_looks_at_its_sources_and_gives_shares_of_their_maps(tmp_path: Path):
    (tmp_path / "sdg7.xml").write_text(XML, encoding="utf-8")
    lens = LensDefinition(
        id="sdg", title=Text(en="Goals"), queries=(tmp_path / "sdg7.xml",), sources=("a",)
    )
    maps = {
        name: TopicsDefinition(id=name, title=Text(en=name), works=(source,))
        for name, source in (("mine", "a"), ("other", "b"))
    }
    observatory = Observatory(root=tmp_path, title=Text(en="O"), topics=maps)
    works = [
        work("W1", "a", "Solar fuel cells"),
        work("W2", "a", "Wind"),
        work("W3", "b", "Solar cell"),
    ]
    members = [
        {"corpus": "mine", "cluster": "T0001", "work": one, "centrality": 1.0}
        for one in ("W1", "W2")
    ]

    find, shares = lens_steps(lens, observatory)
    found = find.run(
        Work(store=Lent(work=table_of("work", works)), scratch=tmp_path, progress=silent)
    )
    store = Lent(
        work_goal=found.tables["work_goal"], cluster_work=table_of("cluster_work", members)
    )
    counted = shares.run(Work(store=store, scratch=tmp_path, progress=silent))

    assert shares.after == ("lens:sdg", "topics:mine")
    assert found.tables["work_goal"]["work"].to_pylist() == ["W1"]
    rows = counted.tables["cluster_goal"].to_pylist()
    assert [(r["corpus"], r["goal"], r["n_goal"], r["n_works"]) for r in rows] == [
        ("mine", "7", 1, 2)
    ]


def test_a_lens_without_a_map_gives_no_shares(tmp_path: Path):
    lens = LensDefinition(id="sdg", title=Text(en="Goals"), queries=(), sources=("a",))
    observatory = Observatory(root=tmp_path, title=Text(en="O"))

    _, shares = lens_steps(lens, observatory)
    made = shares.run(Work(store=Lent(), scratch=tmp_path, progress=silent))

    assert made.tables["cluster_goal"].num_rows == 0
