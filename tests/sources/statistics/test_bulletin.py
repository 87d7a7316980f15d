import pytest

from armillary.errors import ManyProblems, SourceError

MAPPING = """\
layout = "bulletin"
dataflow = "BULLETIN"
title = '(?P<TIME_PERIOD>\\d{4})年公报'
[constants]
UNIT_MEASURE = "CNY"
UNIT_MULT = 8
PRICE_BASE = "V"
REF_AREA = "CHN"
[[patterns]]
match = '企业经费(?P<OBS_VALUE>[\\d.]+)亿元'
INDICATOR = "GERD"
SECT_PERF = "BES"
[[patterns]]
match = '其他经费(?P<OBS_VALUE>[\\d.]+)亿元'
optional = true
INDICATOR = "GERD"
SECT_PERF = "_O"
[[tables]]
[tables.columns]
REF_AREA = "地区"
[tables.variables."R&D经费"]
INDICATOR = "GERD"
[tables.variables.intensity]
headings = ["强度"]
INDICATOR = "GERD_GDP"
UNIT_MEASURE = "PERCENT"
UNIT_MULT = 0
PRICE_BASE = "_Z"
"""
TABLE = """<table><tr><th>地 区</th><th>R&amp;D经费<br>（亿元）</th><th>强度（%）</th></tr>
<tr><td>全 国</td><td>100.5</td><td>2.5</td></tr>
<tr><td>北 京</td><td>40</td><td>—</td></tr></table>"""
TEXT = "<p>各类企业经费70.5亿元，其他经费30亿元。</p>"
PAGE = f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>2022年公报</title>
<script>var t = "企业经费99亿元";</script></head><body><div><table><tr><td>菜单</td></tr></table>
{TEXT}{TABLE}</div></body></html>"""


def test_sentences_and_tables_become_observations_with_their_places(read, rows_of):
    reading = read(PAGE, MAPPING)

    assert rows_of(reading, "SECT_PERF", "REF_AREA", "INDICATOR", "OBS_VALUE", "locator") == [
        ("BES", "CHN", "GERD", 70.5, "paragraph 2"),
        ("_O", "CHN", "GERD", 30.0, "paragraph 2"),
        ("_T", "CHN", "GERD", 100.5, "table 2, row 2, column 2"),
        ("_T", "CHN", "GERD_GDP", 2.5, "table 2, row 2, column 3"),
        ("_T", "CN-BJ", "GERD", 40.0, "table 2, row 3, column 2"),
        ("_T", "CN-BJ", "GERD_GDP", None, "table 2, row 3, column 3"),
    ]
    assert set(rows_of(reading, "TIME_PERIOD")) == {("2022",)}


def test_a_page_that_holds_its_text_twice_is_counted_once(read):
    reading = read(PAGE.replace("</body>", f"{TEXT}{TABLE}</body>"), MAPPING)

    assert (reading.n_kept, reading.n_empty, len(reading.rejections)) == (6, 11, 0)


def test_a_second_sentence_that_differs_is_refused_with_the_first(read):
    reading = read(PAGE.replace("</body>", "<p>企业经费71亿元</p></body>"), MAPPING)

    assert reading.n_kept == 5
    assert [r.locator for r in reading.rejections] == ["paragraph 2", "paragraph 3"]


def test_what_the_page_lacks_is_named_together(read):
    with pytest.raises(ManyProblems) as caught:
        read("<html><title>Service unavailable</title><p>Try later</p></html>", MAPPING)

    said = str(caught.value)
    assert "No title or paragraph matches" in said
    assert "No paragraph matches pattern 1" in said
    assert "No table of the page has the headings 地区" in said


def test_spans_are_spread_and_absurd_ones_refused(read, rows_of):
    spanned = PAGE.replace("<tr><th>地 区</th>", '<tr><th rowspan="1" colspan="1">地 区</th>')
    reading = read(spanned, MAPPING)
    assert reading.n_kept == 6

    bomb = '<td rowspan="1000" colspan="1000">x</td>' * 3
    with pytest.raises(SourceError, match="more than"):
        read(PAGE.replace("<td>菜单</td>", bomb), MAPPING)


def test_hostile_markup_resolves_nothing(read):
    entity = '<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    reading = read(PAGE.replace("<!DOCTYPE html>", entity).replace("菜单", "&x;"), MAPPING)

    assert reading.n_kept == 6
