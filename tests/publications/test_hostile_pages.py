"""Texts that would break or take over a page, in every table a page shows."""

import csv
from pathlib import Path

import pytest
from lxml import html

from armillary.publications.site import export_site

SCRIPT = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
TURNED = "abc\u202egnp.exe\u202c"
WORD = "W" * 3_000


@pytest.fixture
def site(sample, open_store, observatory, tmp_path) -> Path:
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
    for origin in sample["origin"]:
        origin |= {"title": SCRIPT, "citation": SCRIPT, "address": "javascript:alert(1)"}
    for code in sample["code"]:
        code |= {"name_en": f"{code['name_en']} {SCRIPT}", "name_zh": f"{code['name_zh']}{SCRIPT}"}
    for node in sample["framework"]:
        node |= {"name_en": SCRIPT, "name_zh": WORD}
    for row in sample["rejection"]:
        row |= {"text": SCRIPT, "reason": TURNED}

    export_site(open_store(sample), observatory, out=tmp_path / "site", changes=None)

    return tmp_path / "site"


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
