from __future__ import annotations

SCOPUS = """TY  - JOUR
TI  - A new companion, and more
T2  - Journal of Maps
PY  - 2018
DO  - 10.1000/ABC
AU  - Tobler, W.
AD  - Geography, University, Santa Barbara, United States
AB  - About
two lines
KW  - map
KW  - map
N1  - Cited By :2
N1  - References: Lambert, J.H., (1772) Notes; 
McBryde, F., Equal (1949) Maps, 1UR  - https://www.scopus.com/inward/record.uri?eid=2-s2.0-85&doi=1
M3  - Conference Paper
DB  - Scopus
LA  - English
ER  - 

"""
WOS = """TY  - JOUR
AU  - Tobler, WE
TI  - CURIOUS CASE
T2  - QUAESTIONES
LA  - English
AD  - Univ Calif, Santa Barbara, CA 93106 USA
J9  - QUAEST GEOGR
DA  - DEC
PY  - 2015
VL  - 34
SP  - 85
N1  - Times Cited in Web of Science Core Collection:  7
AN  - WOS:0003
ER  -
"""
CNKI = """TY  - JOUR
T1  - 地图投影
A1  - 张三;;李四
AD  - 武汉大学, 中国
JF  - 测绘学报
Y1  - 2020/05/17
KW  - 地图;;投影
N2  - 摘要
ER  - 
"""


def test_a_scopus_record_gives_count_references_and_id_from_where_it_hides_them(read):
    reading = read(SCOPUS)

    (work,) = reading.tables["work"].to_pylist()
    assert reading.format == "RIS"
    assert (work["native_id"], work["doi"]) == ("2-s2.0-85", "10.1000/abc")
    assert (work["type"], work["year"], work["date"]) == ("proceedings", 2018, "2018")
    assert (work["abstract"], work["keywords"]) == ("About two lines", ["map"])
    assert work["references"] == [
        "Lambert, J.H., (1772) Notes",
        "McBryde, F., Equal (1949) Maps, 1",
    ]
    assert (work["cited_by_count"], work["countries"]) == (2, ["United States"])
    assert work["cited_as"][0] == "Tobler, W., A new companion, and more (2018) Journal of Maps"


def test_a_web_of_science_record_gives_accession_number_and_short_form(read):
    (work,) = read("\ufeff" + WOS).tables["work"].to_pylist()

    assert (work["native_id"], work["date"]) == ("WOS:0003", "2015-12")
    assert work["cited_as"] == ["Tobler WE, 2015, QUAEST GEOGR, V34, P85"]
    assert (work["countries"], work["cited_by_count"]) == (["USA"], 7)
    assert work["references"] is None


def test_cnki_joins_by_two_semicolons_and_uses_other_tags(read):
    (work,) = read(CNKI, encoding="gb18030").tables["work"].to_pylist()

    assert work["authors"] == ["张三", "李四"]
    assert work["keywords"] == ["地图", "投影"]
    assert (work["venue"], work["date"], work["abstract"]) == ("测绘学报", "2020-05-17", "摘要")
    assert work["countries"] == ["中国"]


def test_carriage_returns_alone_end_lines(read):
    assert read(WOS.replace("\n", "\r")).tables["work"].equals(read(WOS).tables["work"])


def test_cut_headless_and_merged_records_are_refused_one_by_one(read):
    headless = WOS.removeprefix("TY  - JOUR\n")
    cut = WOS.replace("ER  -\n", "")

    reading = read(f"Provider: X\nContent: text\n\n{WOS}{headless}\n{cut}{SCOPUS}")

    assert reading.n_kept == 2
    assert [(r.locator, r.reason.split(";")[0]) for r in reading.rejections] == [
        ("line 18", "the record does not begin with 'TY'"),
        ("line 32", "the record has no ER at its end, so it was cut short"),
    ]
