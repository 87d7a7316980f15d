"""The pages of an index show the store: its recipe in words, its audit, its years and peers."""

import csv
import json

import pytest
from lxml import html

from armillary.model.recipe import IndexRecipe, changed, flat
from armillary.publications.site import Site, export_site
from armillary.publications.site.drawing import Arc, Cell, Line, lines, matrix, rings

RECIPE = changed(
    IndexRecipe(period=2024),
    {"aggregate.level.0": {"method": "geometric"}, "normalise": {"method": "rank"}},
)


def _audit_rank(unit: str, rank: int) -> dict:
    return {
        "index": "ring",
        "TIME_PERIOD": "2024",
        "unit": unit,
        "rank": rank,
        "rank_best": 1,
        "rank_worst": 2,
        "certified_set": "P1, P2: ±25 %",
        "missing": rank - 1,
        "missing_low": 1,
        "missing_high": 2,
        "missing_share": 0.25,
        "frontier_score": 93.5,
        "frontier_rank": 3 - rank,
    }


@pytest.fixture
def rows(sample):
    known = {"index": "ring", "TIME_PERIOD": "2024"}
    sample["recipe"] = [
        {"index": "ring", "path": p, "value": v if isinstance(v, str) else json.dumps(v)}
        for p, v in flat(RECIPE).items()
    ]
    sample["score"] += [row | {"TIME_PERIOD": "2023"} for row in sample["score"]]
    sample["audit_rank"] = [_audit_rank("AAA", 1), _audit_rank("BBB", 2)]
    sample["audit_acceptability"] = [
        known | {"unit": unit, "rank": rank, "share": share}
        for unit, rank, share in (("AAA", 1, 0.875), ("AAA", 2, 0.125), ("BBB", 2, 1.0))
    ]
    sample["audit_correlation"] = [
        known
        | {
            "code": "P1",
            "other": "P2",
            "relation": "sibling",
            "correlation": -0.456,
            "p_value": 0.01,
            "units": 3,
            "flag": "conflict",
        }
    ]
    sample["strength"] = [
        known | {"unit": "AAA", "code": "P1.a", "kind": "strength", "percentile_rank": 1.0}
    ]
    sample["unit_group"] = [
        {"index": "ring", "unit": unit, "grouping": "region", "label": "North"}
        for unit in ("AAA", "BBB")
    ]
    sample["audit_note"] = [
        {"index": "ring", "position": 1, "note": "Benefit of the doubt: it has no scores."}
    ]
    return sample


@pytest.fixture
def written(rows, open_store, observatory, tmp_path):
    export_site(open_store(rows), observatory, out=tmp_path / "site", changes=None)
    return tmp_path / "site/en/index/ring"


def _text(file) -> str:
    return " ".join(html.fromstring(file.read_bytes()).text_content().split())


def test_the_ranking_says_every_choice_of_the_recipe(written):
    said = _text(written / "index.html")

    assert "Weighted arithmetic mean" in said
    assert "For the index itself: Weighted geometric mean" in said
    assert "The score is the rank, counted from 1 for the worst unit." in said
    assert "weights (±25 %)" in said


def test_each_year_has_an_address_and_the_latest_is_the_index_itself(written):
    page = html.fromstring((written / "index.html").read_bytes())
    years = page.xpath("//nav[@class='index-years']//a")

    assert [(a.text, a.get("href").split("/")[-1]) for a in years] == [
        ("2024", "index.html"),
        ("2023", "2023.html"),
    ]
    assert "Composite index, 2023" in _text(written / "year/2023.html")


def test_a_profile_tells_how_firm_the_rank_is(written):
    said = _text(written / "BBB.html")

    assert "No weights of the set give another rank than 1–2" in said
    assert "Node P1, Node P2: ±25 %" in said
    assert "One indicator lacks a value." in said
    assert "it scores 93.5 and comes to rank 1." in said
    assert "comes out in 87.5 % of the replicates" in _text(written / "AAA.html")


def test_a_strength_is_marked_by_a_sign_with_a_name(written):
    page = html.fromstring((written / "AAA.html").read_bytes())

    marks = page.xpath("//table[@class='indicators']//span[@class='side']")
    assert [(m.text, m.get("aria-label")) for m in marks] == [("●", "strength")]


def test_peers_come_from_the_table_of_units(written):
    said = _text(written / "compare/AAA.html")

    assert "Peers: North (region)" in said
    assert "Aland ranks 1; beside it: Borland." in said


def test_a_flag_of_a_correlation_is_said_in_words(written):
    said = _text(written / "correlation/index.html")

    assert "The one correlation is flagged: one conflict." in said
    assert "−0.46" in said
    rows = list(
        csv.DictReader(
            (written / "correlation/index.correlation.csv")
            .read_text(encoding="utf-8-sig")
            .splitlines()
        )
    )
    assert [(r["correlation"], r["flag"]) for r in rows] == [("-0.456", "conflict")]


def test_what_is_absent_from_the_audit_is_said(written):
    said = _text(written / "audit/robustness.html")
    first = _text(written / "audit/index.html")

    assert "Not available: only one choice is varied" in said
    assert "The recipe treats no outliers" in first
    assert "Benefit of the doubt: it has no scores." in first


def test_a_unit_writes_at_most_ten_files(written):
    site = written.parents[2]
    of_unit = [f for f in site.rglob("*") if f.is_file() and f.name.startswith("AAA.")]

    assert len(of_unit) == 8


def test_an_index_without_recipe_or_audit_still_has_its_pages(
    sample, open_store, observatory, tmp_path
):
    export_site(open_store(sample), observatory, out=tmp_path / "site", changes=None)
    said = _text(tmp_path / "site/en/index/ring/index.html")

    assert "The store holds no recipe for this index." in said


def test_the_methods_page_says_the_same_choices(rows, open_store, observatory):
    site = Site(open_store(rows), observatory)

    page = site.render(site.pages["methods/index.html"], "zh").html

    assert "总指数：加权几何平均：短板影响整体。" in page


def test_drawings_escape_what_they_name():
    name = '<script>&"'

    drawn = [
        lines([Line(name=name, value=1.0, text=name)], low=0, high=2, axis=name),
        matrix([name], [name], cells={(0, 0): Cell(value=1, text=name, title=name)}),
        rings([Arc(depth=1, start=0, end=1, name=name, title=name, hue="#000")], middle=name),
    ]

    assert not any("<script" in one for one in drawn)


def test_a_ring_is_as_wide_as_its_share():
    drawn = rings(
        [
            Arc(depth=1, start=0.0, end=0.25, name="a", title="a", hue="#000"),
            Arc(depth=1, start=0.25, end=1.0, name="b", title="b", hue="#000"),
        ],
        middle="all",
    )

    root = html.fromstring(drawn)
    first, second = (p.get("d") for p in root.xpath("//*[local-name()='path']"))
    assert first.startswith("M340.00 278.00")  # from the top,
    assert "402.00 340.00" in first  # a quarter round to the right
    assert " 0 1 1 " in second  # the longer way round
