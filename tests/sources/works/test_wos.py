from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armillary.sources.works.tagged import parse

RECORD = """PT J
AU Kepler, J
   Brahe, T
AF Kepler, Johannes
   Brahe, Tycho
TI Orbits of planets measured
   twice
SO ASTRONOMIA NOVA
LA English
DT Article; Early Access
DE orbit; ellipse
AB First paragraph.
Second paragraph without indent.
C1 [Kepler, Johannes] Univ Graz, Dept Math, A-8010 Graz, Austria.
   [Brahe, Tycho] Uraniborg Obs, Hven, PA 15219 USA.
CR Copernicus N, 1543, REVOLUTIONIBUS, V1, P1
   Maestlin M, 1596, J STARS, V2, P7, DOI 10.1000/Stars.7
TC 12
J9 ASTRON NOVA
PD DEC 15
PY 2009
VL 3
BP 21
DI 10.1000/Orbits.1
WC Astronomy & Astrophysics
UT WOS:000001
ER
"""
EXPORT = f"FN Clarivate Analytics Web of Science\nVR 1.0\n{RECORD}\nEF"


def test_a_tagged_record_gives_every_field(read):
    reading = read(EXPORT)

    assert reading.format == "Web of Science tagged"
    assert (reading.n_read, reading.unit_read) == (1, "records")
    assert reading.tables["work"].to_pylist() == [
        {
            "work": "lab:WOS:000001",
            "source": "lab",
            "origin": "0123456789abcdef",
            "locator": "line 3",
            "native_id": "WOS:000001",
            "type": "article",
            "title": "Orbits of planets measured twice",
            "abstract": "First paragraph. Second paragraph without indent.",
            "language": "en",
            "year": 2009,
            "date": "2009-12-15",
            "venue": "ASTRONOMIA NOVA",
            "doi": "10.1000/orbits.1",
            "keywords": ["orbit", "ellipse"],
            "authors": ["Kepler, Johannes", "Brahe, Tycho"],
            "organisations": [
                "Univ Graz, Dept Math, A-8010 Graz, Austria.",
                "Uraniborg Obs, Hven, PA 15219 USA.",
            ],
            "countries": ["Austria", "USA"],
            "classes": ["Astronomy & Astrophysics"],
            "cited_as": ["Kepler J, 2009, ASTRON NOVA, V3, P21"],
            "references": [
                "Copernicus N, 1543, REVOLUTIONIBUS, V1, P1",
                "Maestlin M, 1596, J STARS, V2, P7, DOI 10.1000/Stars.7",
            ],
            "cited_by_count": 12,
        }
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("line_end", ["\r\n", "\r"])
def test_encoding_and_line_ends_change_nothing_but_the_note(read, encoding, line_end):
    works = read(EXPORT.replace("\n", line_end), encoding=encoding).tables["work"]

    assert works.equals(read(EXPORT).tables["work"])


def test_a_record_without_optional_fields_is_kept(read):
    works = read("FN x\nVR 1.0\nPT J\nTI Alone\nER\nEF").tables["work"].to_pylist()

    assert works[0]["title"] == "Alone"
    assert works[0]["native_id"].startswith("made-")
    assert (works[0]["year"], works[0]["references"], works[0]["cited_by_count"]) == (None,) * 3


def test_references_are_missing_only_where_the_whole_file_has_none(read):
    other = RECORD.replace("WOS:000001", "WOS:000002").replace(
        RECORD[RECORD.index("CR ") : RECORD.index("TC ")], ""
    )

    with_some = read(f"FN x\nVR 1.0\n{RECORD}\n{other}\nEF").tables["work"]
    with_none = read(f"FN x\nVR 1.0\n{other}\nEF").tables["work"]

    assert len(with_some["references"].to_pylist()[0]) == 2
    assert with_some["references"].to_pylist()[1] == []
    assert with_none["references"].to_pylist() == [None]


def test_a_cut_file_keeps_complete_records_and_refuses_its_tail(read):
    reading = read(EXPORT.removesuffix("EF") + RECORD[: RECORD.index("SO ")])

    assert (reading.n_read, reading.n_kept) == (2, 1)
    assert reading.format == ("Web of Science tagged (no EF at the end: the file may be cut short)")
    (tail,) = reading.rejections
    assert (tail.locator, tail.text) == ("line 31", "Orbits of planets measured twice")
    assert "no ER at its end" in tail.reason


def test_a_record_cut_in_the_middle_of_a_file_is_refused(read):
    cut = RECORD.removesuffix("ER\n")

    reading = read(f"FN x\nVR 1.0\n{cut}{RECORD.replace('000001', '000002')}EF")

    assert [r.locator for r in reading.rejections] == ["line 3"]
    assert reading.tables["work"]["native_id"].to_pylist() == ["WOS:000002"]


def test_equal_copies_are_joined_and_others_refused(read):
    changed = RECORD.replace("TC 12", "TC 13")

    reading = read(f"FN x\nVR 1.0\n{RECORD}{RECORD}{changed}EF")

    assert (reading.n_read, reading.n_kept, reading.n_empty) == (3, 1, 1)
    (refused,) = reading.rejections
    assert "already stands at line 3, where cited_by_count differ" in refused.reason


def test_a_record_without_title_is_kept_only_with_an_id(read):
    reading = read("FN x\nVR 1.0\nPT J\nUT WOS:7\nER\nPT J\nPY 2001\nER\nEF")

    assert reading.tables["work"]["title"].to_pylist() == [""]
    assert reading.format == "Web of Science tagged (1 without a title)"
    assert [r.locator for r in reading.rejections] == ["line 6"]


def test_early_access_gives_year_and_date_where_no_issue_is_out(read):
    early = RECORD.replace("PY 2009\n", "EA SEP 2020\n")

    (work,) = read(f"FN x\nVR 1.0\n{early}EF").tables["work"].to_pylist()

    assert (work["year"], work["date"]) == (2020, "2020-09")


def test_tab_delimited_rows_give_the_same_work_as_tagged_text(read):
    columns = {
        "PT": "J",
        "AU": "Kepler, J; Brahe, T",
        "AF": "Kepler, Johannes; Brahe, Tycho",
        "TI": "Orbits",
        "SO": "ASTRONOMIA NOVA",
        "C1": "[Kepler, J; Brahe, T] Univ Graz, Graz, Austria; [Brahe, T] Uraniborg, Denmark",
        "CR": "Copernicus N, 1543, REVOLUTIONIBUS; Maestlin M, 1596, J STARS",
        "TC": "0",
        "PY": "2009",
        "UT": "WOS:1",
    }

    reading = read("\t".join(columns) + "\n" + "\t".join(columns.values()) + "\n\n")
    (work,) = reading.tables["work"].to_pylist()

    assert reading.format == "Web of Science tab-delimited"
    assert work["authors"] == ["Kepler, Johannes", "Brahe, Tycho"]
    assert work["countries"] == ["Austria", "Denmark"]
    assert len(work["references"]) == 2
    assert (work["locator"], work["cited_by_count"]) == ("line 2", 0)


values = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1)
tags = st.sampled_from(["TI", "AB", "SO", "CR", "AU", "UT", "D2"])


@given(st.lists(st.dictionaries(tags, st.lists(values, min_size=1)), max_size=5))
def test_tagged_text_gives_back_the_lines_written(records):
    text = "".join(
        "PT J\n"
        + "".join(f"{tag} " + "\n   ".join(lines) + "\n" for tag, lines in fields.items())
        + "ER\n\n"
        for fields in records
    )
    refused: list[tuple[int, str, str]] = []

    found = list(parse(f"FN x\nVR 1.0\n{text}EF", refuse=lambda *said: refused.append(said)))

    assert [record.fields for record in found] == [{"PT": ["J"], **r} for r in records]
    assert refused == []
