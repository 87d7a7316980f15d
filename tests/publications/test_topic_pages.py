"""The pages of a topic map: what they say of lists, backtests and topics, and their files."""

import io
import itertools
import json
import math
import zipfile

import igraph
import pyarrow as pa
import pytest
from lxml import html
from python_calamine import CalamineWorkbook
from tests.publications.conftest import sample_observatory, sample_rows, store_of
from tests.publications.topic_rows import topic_rows

from armillary.publications.site.core import Site
from armillary.publications.site.sliced import Sliced
from armillary.publications.site.topic_detail import path_works
from armillary.publications.site.topic_lists import expected
from armillary.publications.topic_workbook import Sheet, tables_workbook

HOME = "topics/map"
SCHEMA = pa.schema([("key", pa.string()), ("n", pa.int64())])


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("topics")
    rows = sample_rows() | topic_rows()
    for cluster in rows["cluster"]:
        cluster |= {"group": "C01", "area": "A1"}
    rows["cluster"][1] |= {"stability": 0.5, "unstable": True}
    store = store_of(rows, folder / "store")
    yield Site(store, sample_observatory(folder))
    store.close()


@pytest.fixture(scope="module")
def shown(site):
    """Give the text of a part of a page: by the page, the language and an XPath."""
    kept = {}

    def look(page, language="en", *, at="//main"):
        if (page, language) not in kept:
            made = site.render(site.pages[f"{HOME}/{page}.html"], language)
            kept[page, language] = html.fromstring(made.html)
        texts = kept[page, language].xpath(f"{at}//text()")
        return " ".join(" ".join(texts).split())

    return look


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_list_stands_beside_its_backtest_or_the_sentence_that_it_has_none(shown, language):
    tested = shown("lists", language, at="//section[@aria-labelledby='tested-rising_topics']")
    untested = shown("lists", language, at="//section[@aria-labelledby='tested-rising_terms']")

    assert ("30 % (20 %–40 %)" if language == "en" else "30% (20%–40%)") in tested
    assert ("has not been backtested" if language == "en" else "未经回溯检验") in untested


def test_a_control_that_fails_is_told_beside_the_list_and_on_its_page(shown):
    beside = shown("lists", at="//section[@aria-labelledby='tested-rising_topics']")

    assert "Works held out ✗ fails" in beside
    assert "may not be trusted" in beside
    assert "may not be trusted" in shown("backtest")


def test_a_list_that_could_not_be_made_says_why(shown):
    assert "No references." in shown("lists", at="//section[@aria-labelledby='hot_fronts']")
    assert "无参考文献。" in shown("lists", "zh", at="//section[@aria-labelledby='hot_fronts']")


def test_a_listed_topic_of_another_map_leads_to_the_topic_it_is_nearest_to(shown):
    first = shown("lists", at="//table[contains(@class, 'rising-table')][1]//tbody/tr[1]/th")

    assert "label of R0007" in first
    assert "nearest to soft robots" in first


def test_a_topic_shows_its_places_card_evidence_patents_goals_and_path(shown):
    text = shown("T0001")

    assert "Rising topics as “label of R0007” 1 of 2" in text
    assert "Relatively fast growth: strong" in text
    assert "5 of 39 works" in text
    assert "Title 1 of robots" in text
    assert "ROBOT CORP" in text
    assert "SDG 7 Clean energy" in text
    assert "It splits off from: robot swarms" in text
    assert "cited by one patent" in text


def test_parts_without_rows_are_absent_and_absent_references_are_told(shown):
    text = shown("T0003")

    assert "Patents" not in text
    assert "Goals" not in text
    assert "Card of emergence" not in text
    assert "hold no references" in text


def test_unstable_topics_are_marked(shown):
    marked = shown("index", at="//table//tr[.//span[@class='tag']]/th")

    assert "robot swarms unstable" in marked
    assert "soft robots" not in marked


def test_the_files_for_other_programs_hold_each_pair_of_topics_once(site, tmp_path):
    files = site.render(site.pages[f"{HOME}/index.html"], "en").files
    vosviewer = json.loads(files[f"en/{HOME}/index.vosviewer.json"])
    path = tmp_path / "map.graphml"
    path.write_text(files[f"en/{HOME}/index.network.graphml"], encoding="utf-8")
    graph = igraph.Graph.Read(str(path))

    assert len(vosviewer["network"]["links"]) == graph.ecount() == 1
    assert graph.vs["label"] == [item["label"] for item in vosviewer["network"]["items"]]
    assert graph.vs["label"] == ["soft robots", "robot swarms", "arms"]


@pytest.mark.parametrize("n", [0, 1, 4])
def test_the_hits_to_expect_are_those_of_every_combination(n):
    chances = [0.3, 0.1, 0.6, 0.25][:n]
    weight = [0.0] * (n + 1)
    for came in itertools.product([0, 1], repeat=n):
        weight[sum(came)] += math.prod(
            p if c else 1 - p for p, c in zip(chances, came, strict=True)
        )
    below = list(itertools.accumulate(weight))

    found = expected([{"probability": p, "base_rate": 0.05} for p in chances])

    assert (found is None) == (n == 0)
    if found:
        assert found.mean == pytest.approx(sum(chances))
        assert found.low == next(k for k, total in enumerate(below) if total >= 0.05)
        assert found.high == next(k for k, total in enumerate(below) if total >= 0.95)
        assert found.blind == pytest.approx(0.05 * n)


def test_nothing_is_expected_where_a_probability_is_missing():
    assert expected([{"probability": None, "base_rate": None}]) is None


def test_works_of_a_main_path_stand_after_those_they_cite():
    def link(citing, cited, step):
        ends = {"citing": citing, "cited": cited}
        named = {f"{e}_{k}": None for e in ends for k in ("title", "year", "language")}
        return ends | named | {"route": "global", "step": step}

    path = path_works([link("C", "B", 1), link("B", "A", 0), link("C", "A", 0)])

    assert [(one["work"], one["cites"]) for one in path] == [("A", []), ("B", [1]), ("C", [1, 2])]


def test_a_workbook_runs_no_text_and_keeps_missing_cells_empty():
    rows = [{"a": "=1+1", "b": None, "c": 0.25}, {"a": "x", "b": True, "c": float("nan")}]
    sheet = Sheet(name="A/B: [hostile]", about="made", columns=[(k, k) for k in "abc"], rows=rows)

    made = tables_workbook("Title", notes=["read me"], sheets=[sheet, sheet])

    book = CalamineWorkbook.from_filelike(io.BytesIO(made))
    with zipfile.ZipFile(io.BytesIO(made)) as held:
        cells = held.read("xl/worksheets/sheet2.xml").decode()
    assert book.sheet_names[1:] == ["A B   hostile", "A B   hostile 2"]
    assert book.get_sheet_by_index(1).to_python()[1:] == [["=1+1", "", 0.25], ["x", True, ""]]
    assert "<f>" not in cells


@pytest.mark.parametrize("keys", [[], ["a"], ["a", "a", "b", "d", "d"]])
def test_rows_are_found_by_their_key(keys):
    rows = [{"key": key, "n": n} for n, key in enumerate(keys)]

    sliced = Sliced(pa.Table.from_pylist(rows, schema=SCHEMA), "key")

    for key in "abcd":
        assert sliced.get(key) == [row for row in rows if row["key"] == key]
