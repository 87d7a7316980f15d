"""Texts that would break or take over a page, in every table a page shows."""

import csv
from pathlib import Path

import pytest
from lxml import html
from tests.publications.conftest import sample_observatory, sample_rows, store_of
from tests.publications.topic_rows import topic_rows

from armillary.publications.site import export_site

SCRIPT = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
TURNED = "abc\u202egnp.exe\u202c"
WORD = "W" * 3_000
# Columns of topic tables that hold what sources or people wrote.
TEXTS = {
    "cluster_group": ("label", "terms"),
    "topic_list": ("label", "note", "family"),
    "topic_list_rule": ("rule_en", "rule_zh", "parameters"),
    "term": ("family",),
    "backtest_case": ("item", "note"),
    "cluster_evidence": ("text",),
    "cluster_actor": ("item",),
    "cluster_patent": ("item",),
    "lens_goal": ("title",),
    "topic_decision": ("note", "label_en", "by", "date", "why"),
    "emerging_technology": ("name_en", "name_zh", "terms", "by", "date", "why"),
}


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    sample, folder = sample_rows(), tmp_path_factory.mktemp("hostile")
    for work in sample["work"]:
        work |= {
            "title": f"{SCRIPT} {TURNED}",
            "abstract": SCRIPT,
            "authors": [SCRIPT, WORD],
            "venue": "=cmd|' /C calc'!A0",
            "doi": "javascript:alert(1)",
        }
    for cluster in sample["cluster"]:
        cluster |= {"label": f"{SCRIPT}{TURNED}", "terms": [SCRIPT, "=HYPERLINK(A1)", WORD]}
        cluster |= {"group": "C01", "area": "A1", "stability": 0.5, "unstable": True}
    sample |= topic_rows()
    for table, columns in TEXTS.items():
        for row in sample[table]:
            row |= {c: [SCRIPT, WORD] if isinstance(row.get(c), list) else SCRIPT for c in columns}
    for origin in sample["origin"]:
        origin |= {"title": SCRIPT, "citation": SCRIPT, "address": "javascript:alert(1)"}
    for code in sample["code"]:
        code |= {"name_en": f"{code['name_en']} {SCRIPT}", "name_zh": f"{code['name_zh']}{SCRIPT}"}
    for node in sample["framework"]:
        node |= {"name_en": SCRIPT, "name_zh": WORD}
    for row in sample["rejection"]:
        row |= {"text": SCRIPT, "reason": TURNED}

    store = store_of(sample, folder / "store")
    export_site(store, sample_observatory(folder), out=folder / "site", changes=None)
    store.close()
    return folder / "site"


def test_nothing_is_run_and_nothing_is_left_unescaped(site):
    for file in site.rglob("*.html"):
        page = html.fromstring(file.read_bytes())

        assert not page.xpath("//script[not(@src or @type = 'application/json')] | //img"), file
        assert not page.xpath("//@*[starts-with(name(), 'on')] | //@style"), file
        assert not page.xpath("//@href[starts-with(., 'javascript:')]"), file


def test_hostile_texts_are_still_shown(site):
    texts = [
        html.fromstring(file.read_bytes()).text_content() for file in (site / "en").rglob("*.html")
    ]

    assert any(SCRIPT in text for text in texts)
    assert any(TURNED in text for text in texts)


def test_drawings_offered_for_download_hold_no_script(site):
    drawings = [file.read_text(encoding="utf-8") for file in site.rglob("*.svg")]

    assert len(drawings) > 2
    assert not [one for one in drawings if "<script" in one or "onerror=alert(1)>" in one]


def test_cells_offered_for_download_are_no_formulas(site):
    cells = [
        cell
        for file in site.rglob("*.csv")
        for row in csv.reader(file.read_text(encoding="utf-8-sig").splitlines())
        for cell in row
    ]

    assert cells
    assert not [cell for cell in cells if cell.startswith(("=", "@", "+", "\t"))]
