from __future__ import annotations

import pytest

HEADER = (
    "Authors,Title,Year,Source title,Cited by,DOI,Affiliations,Abstract,Author Keywords,"
    "References,Document Type,Language of Original Document,EID"
)
ROW = (
    '"Tobler W., Batty M.","地图 map",2018,"Cartography",2,"10.1000/ABC",'
    '"UCSB, Santa Barbara, United States; UCL, London, United Kingdom",'
    '"[No abstract available]","map; projection",'
    '"Lambert, J.H., (1772) Notes; McBryde, F.W., (1949) Projections",Conference Paper,'
    "English,2-s2.0-1"
)


def test_a_row_gives_every_field(read):
    reading = read(f"\ufeff{HEADER}\n{ROW}\n")

    assert (reading.format, reading.unit_read) == ("Scopus CSV", "rows")
    assert reading.tables["work"].to_pylist() == [
        {
            "work": "lab:2-s2.0-1",
            "source": "lab",
            "origin": "0123456789abcdef",
            "locator": "line 2",
            "native_id": "2-s2.0-1",
            "type": "proceedings",
            "title": "地图 map",
            "abstract": None,
            "language": "en",
            "year": 2018,
            "date": "2018",
            "venue": "Cartography",
            "doi": "10.1000/abc",
            "keywords": ["map", "projection"],
            "authors": ["Tobler W.", "Batty M."],
            "organisations": ["UCSB, Santa Barbara, United States", "UCL, London, United Kingdom"],
            "countries": ["United States", "United Kingdom"],
            "classes": None,
            "cited_as": [
                "Tobler, W., 地图 map (2018) Cartography",
                "Tobler W., 地图 map, Cartography, (2018)",
            ],
            "references": ["Lambert, J.H., (1772) Notes", "McBryde, F.W., (1949) Projections"],
            "cited_by_count": 2,
        }
    ]


def test_a_partial_export_is_read_and_says_what_is_missing(read):
    works = read("Authors,Title,Year,EID\nBatty M.,Cities,,2-s2.0-2\n").tables["work"]

    (work,) = works.to_pylist()
    assert (work["year"], work["references"], work["cited_by_count"]) == (None, None, None)


def test_a_file_saved_again_with_semicolons_is_read(read):
    reading = read("Authors;Title;Year;Cited by;EID\nBatty M.;Cities, large;2001;7;2-s2.0-2\n")

    (work,) = reading.tables["work"].to_pylist()
    assert (work["title"], work["cited_by_count"]) == ("Cities, large", 7)


def test_a_damaged_doi_is_missing_and_counted(read):
    reading = read(f"{HEADER}\n{ROW.replace('10.1000/ABC', '.1000/ABC')}\n")

    assert reading.format == "Scopus CSV (1 damaged DOIs left out)"
    assert reading.tables["work"]["doi"].to_pylist() == [None]


def test_a_row_cut_short_is_refused_with_its_line(read):
    reading = read(f"{HEADER}\n{ROW}\nTobler W.,Cut\n")

    (refused,) = reading.rejections
    assert (refused.locator, refused.text) == ("line 3", "Tobler W.,Cut")
    assert "2 cells where the header has 13" in refused.reason


def test_a_quotation_mark_left_open_is_refused_with_its_lines(read):
    reading = read(f'{HEADER}\n{ROW}\n"Tobler W.,Open\nsecond\nthird\n')

    (refused,) = reading.rejections
    assert reading.n_kept == 1
    assert refused.locator == "line 3"
    assert "from line 3 to line 5" in refused.reason


@pytest.mark.parametrize(
    ("encoding", "name", "note"),
    [
        ("gb18030", "地图投影的一种新方法", "GB18030"),
        ("cp1252", "Études à Zürich", "read as Windows-1252, the last resort"),
        ("utf-16", "地图 map", "UTF-16"),
    ],
)
def test_other_encodings_are_read_and_named(read, encoding, name, note):
    reading = read(f"{HEADER}\n{ROW.replace('地图 map', name)}\n", encoding=encoding)

    assert reading.format == f"Scopus CSV ({note})"
    assert reading.tables["work"]["title"].to_pylist() == [name]


def test_one_damaged_character_does_not_make_utf8_into_latin(read):
    text = f"{HEADER}\n{ROW.replace('地图', '地图' * 20)}\n".encode()

    reading = read(text.replace(b"Cartography", b"Cartogr\xe1phy"))

    assert reading.format == "Scopus CSV (UTF-8, 1 characters damaged)"
    assert reading.tables["work"]["title"].to_pylist() == ["地图" * 20 + " map"]


def test_headers_in_chinese_give_the_same_work(read):
    chinese = HEADER
    for english, said in {
        "Authors,": "作者,",
        "Title,": "文献标题,",
        "Year": "年份",
        "Source title": "来源出版物名称",
        "Cited by": "施引文献",
        "Affiliations": "归属机构",
        "Abstract": "摘要",
        "Author Keywords": "作者关键字",
        "References": "参考文献",
        "Document Type": "文献类型",
        "Language of Original Document": "原始文献语言",
    }.items():
        chinese = chinese.replace(english, said)

    assert (
        read(f"{chinese}\n{ROW}\n").tables["work"].equals(read(f"{HEADER}\n{ROW}\n").tables["work"])
    )


def test_the_id_is_found_in_the_link_where_its_column_is_absent(read):
    works = read(
        "Authors,Title,Year,Source title,Link\n"
        "Batty M.,Cities,2001,J,https://www.scopus.com/inward/record.uri?eid=2-s2.0-7&md5=1\n"
    ).tables["work"]

    assert works["native_id"].to_pylist() == ["2-s2.0-7"]
