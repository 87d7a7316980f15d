from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from armillary.errors import SourceError
from armillary.evidence.conformance import conform
from armillary.model.provenance import Origin
from armillary.sources.works import detect_format, read_works
from armillary.sources.works.patents import workbook as guarded


def _beside(name):
    place = Path(__file__).parent / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


made = _beside("exports_of_one")

ALIKE = {
    "number": "US2011185700",
    "kind": "A1",
    "office": "US",
    "publication_date": "2011-08-04",
    "filing_date": "2010-01-29",
    "priority_date": "2009-03-01",
}


@pytest.fixture
def read(tmp_path):
    def reading(content, name="export", companions=()):
        file = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        origin = Origin(origin="0", source="lab", file=name, title="t", sha256="0", bytes=1)
        found = read_works(file, source="lab", origin=origin, companions=companions)
        assert found.n_read == found.n_kept + found.n_empty + len(found.rejections)
        works, patents = found.tables["work"], found.tables["patent"]
        conform("work", works, where=name)
        conform("patent", patents, where=name)
        assert works["work"].to_pylist() == patents["work"].to_pylist()
        assert detect_format(file) == found.format.split(" (")[0]
        return found

    return reading


def first(reading):
    return reading.tables["patent"].to_pylist()[0]


SAME_INVENTION = {
    "Lens patent CSV": made.LENS_CSV,
    "Lens patent JSON": made.json_lines(made.LENS_JSON),
    "Google Patents CSV": made.GOOGLE_CSV,
    "Google Patents BigQuery JSON": made.json_lines(made.BIGQUERY, made.BIGQUERY),
    "WIPO patent landscape CSV": made.LANDSCAPE,
    "Derwent Innovation CSV": made.INNOVATION_CSV,
}


@pytest.mark.parametrize("name", SAME_INVENTION)
def test_one_invention_is_the_same_patent_in_every_database(read, name):
    reading = read(SAME_INVENTION[name])
    row = first(reading)

    assert reading.format.startswith(name)
    assert {column: row[column] for column in ALIKE} == ALIKE
    assert reading.tables["work"]["year"][0].as_py() == 2009
    assert reading.tables["work"]["type"][0].as_py() == "patent"


def test_lens_lists_are_split_at_double_semicolons(read):
    row = first(read(made.LENS_CSV))

    assert row["applicants"] == ["ACME INC", "BOLT AG"]
    assert row["priority_number"] == "US 11 A"
    assert row["cpc"] == ["F02C7/055", "Y02T10/12"]
    assert row["cited_literature"] == [
        "Roe, Lamps; of old, 1986",
        "doi:10.1016/0010-2180(86)90003-9",
    ]
    assert (row["cited_patents"], row["cited_by_count"], row["family_size"]) == (None, 8, 3)
    assert row["status"] == "application"


def test_lens_json_names_what_is_cited(read):
    row = first(read(made.json_lines(made.LENS_JSON)))

    assert row["cited_patents"] == ["US 8001762 B2"]
    assert row["cited_literature"] == ["Roe, Lamps, 1986 doi:10.1016/ab"]
    assert row["family_members"] == ["WO 2002014184 A2"]
    assert row["priority_number"] == "US 11"


def test_a_download_of_google_patents_skips_the_line_of_the_search(read):
    reading = read(made.GOOGLE_CSV)
    granted = reading.tables["patent"].to_pylist()[1]

    assert reading.tables["work"]["locator"].to_pylist() == ["line 3", "line 4"]
    assert (granted["grant_date"], granted["status"]) == ("2011-08-23", "grant")
    assert first(reading)["inventors"] == ["Jane Roe", "Jo Doe"]


def test_a_resaved_download_gives_the_same_dates_and_counts_lost_letters(read):
    reading = read(made.GOOGLE_RESAVED)
    row = first(reading)

    assert {column: row[column] for column in ALIKE} == ALIKE
    assert reading.format == ("Google Patents CSV (1 letters were lost before the file came here)")
    assert row["applicants"] == ["Acme, Inc."]


def test_american_dates_are_known_by_a_month_that_cannot_be(read):
    american = made.GOOGLE_RESAVED.replace("29/01/2010", "01/29/2010")
    american = american.replace("01/03/2009", "03/01/2009").replace("04/08/2011", "08/04/2011")

    row = first(read(american))

    assert {column: row[column] for column in ALIKE} == ALIKE


def test_the_zero_of_bigquery_is_missing_and_not_a_date(read):
    reading = read(made.json_lines(made.BIGQUERY))
    row = first(reading)

    assert row["grant_date"] is None
    assert (row["family"], row["family_kind"]) == ("42", "google")
    assert row["priority_number"] == "US-11-A"
    assert row["cited_patents"] == ["US-8001762-B2"]
    assert row["cited_literature"] == ["Roe, Lamps, 1986"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("citation", "x"),
        ("title_localized", [1]),
        ("family_id", {"a": 1}),
        ("publication_number", ""),
    ],
)
def test_a_row_of_another_shape_is_refused_and_the_others_stay(read, field, value):
    other = {**made.BIGQUERY, "publication_number": "EP-1-A1", field: value}

    reading = read(made.json_lines(made.BIGQUERY, other, made.BIGQUERY | {"family_id": "42"}))

    assert (reading.n_kept, len(reading.rejections)) == (1, 1)
    assert reading.rejections[0].locator == "line 2"


def test_patentscope_has_old_line_ends_accents_and_missing_values(read):
    reading = read(made.PATENTSCOPE.replace("\n", "\r").encode("mac_roman"))
    row, other = reading.tables["patent"].to_pylist()

    assert row["number"] == "US2011185700"
    assert (row["priority_number"], row["priority_date"]) == ("US 11", "2009-03-01")
    assert row["inventors"] == ["Roe Jané", "Doe Jo"]
    assert (row["applicants"], row["ipc"]) == ([], ["F02C 7/05"])
    assert (other["priority_date"], other["publication_date"]) == (None, "2002-02-21")
    assert reading.tables["work"]["year"].to_pylist() == [2009, 2002]
    assert "Mac Roman" in reading.format


def test_two_columns_of_one_name_do_not_hide_each_other(read):
    reading = read(made.LANDSCAPE)
    row, other = reading.tables["patent"].to_pylist()

    assert row["family_size"] == 2
    assert row["family_members"] == ["WO2002014184A2", "EP1A1"]
    assert row["inventors"] == ["ROE JANE", "DOE JO"]
    assert (other["applicants"], other["priority_date"], other["status"]) == ([], None, "grant")


def test_derwent_innovation_keeps_literature_whole(read):
    row = first(read(made.INNOVATION_CSV))

    assert row["cited_literature"] == ["Roe, Lamps; of old, 1986"]
    assert (row["family"], row["family_kind"], row["n_claims"]) == ("2011J12345", "dwpi", 20)
    assert row["family_members"] == ["US20110185700A1", "WO2002014184A2"]
    assert row["cited_by"] == ["US9000000B2"]


def test_a_workbook_is_read_by_its_headings(read):
    reading = read(made.workbook(made.WORKBOOK_ROWS))
    row, other = reading.tables["patent"].to_pylist()

    assert reading.format == "Derwent Innovation workbook (1 without a title)"
    assert row["priority_number"] == "US200911A"
    assert row["family_size"] == 2
    assert (other["number"], other["family_members"]) == ("EP784692", [])
    assert reading.tables["work"]["locator"].to_pylist() == ["row 2", "row 3"]


def test_a_workbook_that_claims_a_vast_sheet_is_refused(read):
    rows = [*made.WORKBOOK_ROWS]
    data = made.workbook(rows)
    members = guarded.members(data, file="x")
    sheet = members["xl/worksheets/sheet1.xml"].replace(b'r="A3"', b'r="XFD1048576"')
    bad = made.zipped({**members, "xl/worksheets/sheet1.xml": sheet})

    with pytest.raises(SourceError, match="columns"):
        read(bad)


def test_an_archive_that_unpacks_beyond_bearing_is_refused(read, monkeypatch):
    monkeypatch.setattr(guarded, "_MAX_UNPACKED", 1_000_000)

    with pytest.raises(SourceError, match="more than 1,000,000 bytes"):
        read(made.zipped({"g_patent.tsv": b" " * 3_000_000}))


def test_a_cut_archive_is_refused(read):
    data = made.workbook(made.WORKBOOK_ROWS)

    with pytest.raises(SourceError, match="damaged"):
        read(data[: len(data) // 2])


def test_tables_of_patentsview_are_joined_in_one_archive(read):
    reading = read(made.zipped({f"{n}.tsv": t for n, t in made.PATENTSVIEW.items()}))
    row, other = reading.tables["patent"].to_pylist()

    assert (reading.format, reading.n_kept) == ("PatentsView TSV", 2)
    assert row["number"] == "US8001762"
    assert row["publication_number"] == "US8001762B2"
    assert row["cpc"] == ["F02C7/08", "Y02T10/12"]
    assert row["cited_patents"] == ["US5480107"]
    assert row["cited_literature"] == ["Roe, Lamps, 1986"]
    assert row["applicants"] == ["Acme Inc."]
    assert (row["filing_date"], row["grant_date"]) == ("2007-08-03", "2011-08-23")
    assert (row["n_claims"], row["status"]) == (20, "grant")
    assert (other["number"], other["kind"]) == ("USRE12345", "E")
    assert reading.tables["work"]["title"][0].as_py() == 'Granted "Lamp"'
    assert reading.tables["work"]["year"].to_pylist() == [2007, 1999]


def test_tables_of_patentsview_are_joined_across_files_and_counted_once(read, tmp_path):
    files = []
    for name, text in made.PATENTSVIEW.items():
        file = tmp_path / f"{name}.tsv.zip"
        file.write_bytes(made.zipped({f"{name}.tsv": text}))
        files.append(file)
    main, cpc = files[0], files[2]

    whole = read(main.read_bytes(), main.name, [f for f in files if f != main])
    part = read(cpc.read_bytes(), cpc.name, [f for f in files if f != cpc])

    assert first(whole)["cited_patents"] == ["US5480107"]
    assert (whole.n_read, whole.n_kept) == (2, 2)
    assert (part.n_read, part.n_kept, part.n_empty) == (2, 0, 2)


def test_the_older_names_of_patentsview_are_read_without_quotation(read, tmp_path):
    files = []
    for name, text in made.PATENTSVIEW_BEFORE.items():
        (tmp_path / name).write_text(text)
        files.append(tmp_path / name)

    reading = read(made.PATENTSVIEW_BEFORE["patent"], "patent.tsv", files[1:])

    row = first(reading)
    assert (row["number"], row["kind"], row["n_claims"]) == ("US8001762", "B2", 20)
    assert (row["cited_patents"], row["cited_literature"]) == (["US5480107"], ["Roe, Lamps, 1986"])
    assert reading.tables["work"]["abstract"][0].as_py() == 'A "lamp flies.'


def test_a_companion_without_the_table_of_patents_says_what_is_missing(read):
    with pytest.raises(SourceError, match="without the table of patents") as caught:
        read(made.PATENTSVIEW["g_cpc_current"])

    assert "g_patent.tsv" in caught.value.fix
