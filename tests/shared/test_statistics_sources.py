"""The statistical sources on the files as their publishers gave them."""

from __future__ import annotations

import csv
import gzip
import os
from pathlib import Path

import pytest

from armillary.errors import SourceError
from armillary.evidence.conformance import conform
from armillary.model.provenance import Origin
from armillary.sources.statistics import read_mapping, read_statistics

REPOSITORY = Path(__file__).parents[2]
MAPPINGS = REPOSITORY / "acceptance" / "mappings"
ORIGIN = Origin(
    origin="0123456789abcdef", source="s", file="f", title="t", sha256="0" * 64, bytes=1
)

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def data() -> Path:
    shared = Path(os.environ.get("ARMILLARY_SHARED", str(REPOSITORY.parent / "shared")))
    if not (shared / "data" / "indicators").is_dir():
        pytest.skip("the shared inputs are absent: set ARMILLARY_SHARED to their folder")
    return shared / "data"


@pytest.fixture
def read(data):
    def run(file, mapping=None):
        reading = read_statistics(
            data / file,
            source="s",
            origin=ORIGIN,
            mapping=read_mapping(MAPPINGS / f"{mapping}.toml") if mapping else None,
        )
        assert reading.n_read == reading.n_kept + reading.n_empty + len(reading.rejections)
        conform("observation", reading.tables["observation"], where=str(file))
        return reading

    return run


def cells(reading, *columns):
    """Return OBS_VALUE by the given columns."""
    return {
        tuple(row[c] for c in columns): row["OBS_VALUE"]
        for row in reading.tables["observation"].to_pylist()
    }


@pytest.mark.parametrize(
    ("file", "mapping", "rows"),
    [
        ("china_rd_by_activity_province", "china_rd_by_activity", 1_792),
        ("china_rd_by_source_province", "china_rd_by_source", 2_208),
        ("china_rd_fte_province", "china_rd_fte", 2_240),
        ("china_rd_expenditure_intensity_province", "china_rd_intensity", 832),
        ("china_patent_applications_province", "china_patent_applications", 1_791),
        ("china_patent_grants_province", "china_patent_grants", 1_792),
    ],
)
def test_every_row_of_the_province_tables_is_kept(read, file, mapping, rows):
    reading = read(f"indicators/china_province/{file}.csv", mapping)

    assert (reading.n_read, reading.n_kept, len(reading.rejections)) == (rows, rows, 0)
    areas = set(reading.tables["observation"]["REF_AREA"].to_pylist())
    assert len(areas) == 32
    assert "CHN" in areas


def test_types_of_activity_add_up_and_provinces_add_up_to_the_nation(read):
    reading = read("indicators/china_province/china_rd_by_activity_province.csv",
                   "china_rd_by_activity")  # fmt: skip

    value = cells(reading, "REF_AREA", "TIME_PERIOD", "TYPE_RD")
    years = sorted({key[1] for key in value})
    provinces = sorted({key[0] for key in value} - {"CHN"})
    for year in years:
        parts = sum(value["CHN", year, kind] for kind in ("BASIC", "APPLIED", "EXPDEV"))
        # Shanghai's parts of 2021 exceed its total by 0.1 %, and so do the nation's by 0.007 %.
        assert parts == pytest.approx(value["CHN", year, "_T"], rel=1e-4)
        nation = sum(value[area, year, "_T"] for area in provinces)
        assert nation == pytest.approx(value["CHN", year, "_T"], rel=2e-4)


@pytest.mark.parametrize(
    ("sheet", "mapping", "tidy", "tidy_mapping", "dimension", "n_same"),
    [
        ("part01-over__01-labor-hour__raw-2010", "china_yearbook_personnel",
         "china_rd_fte_province", "china_rd_fte", "TYPE_RD", 160),
        ("part01-over__01-labor-hour__raw-2012", "china_yearbook_personnel",
         "china_rd_fte_province", "china_rd_fte", "TYPE_RD", 160),
        ("part01-over__01-labor-hour__raw-2018", "china_yearbook_personnel",
         "china_rd_fte_province", "china_rd_fte", "TYPE_RD", 160),
        ("part01-over__01-labor-hour__raw-2022", "china_yearbook_personnel",
         "china_rd_fte_province", "china_rd_fte", "TYPE_RD", 160),
        ("part01-over__03-spend-inner__02-source__raw-2010", "china_yearbook_source",
         "china_rd_by_source_province", "china_rd_by_source", "SECT_FUND", 159),
        ("part01-over__03-spend-inner__02-source__raw-2012", "china_yearbook_source",
         "china_rd_by_source_province", "china_rd_by_source", "SECT_FUND", 158),
        ("part01-over__03-spend-inner__02-source__raw-2018", "china_yearbook_source",
         "china_rd_by_source_province", "china_rd_by_source", "SECT_FUND", 158),
        ("part01-over__03-spend-inner__02-source__raw-2022", "china_yearbook_source",
         "china_rd_by_source_province", "china_rd_by_source", "SECT_FUND", 157),
        ("part01-over__03-spend-inner__01-activity__raw-2021", "china_yearbook_activity",
         "china_rd_by_activity_province", "china_rd_by_activity", "TYPE_RD", 128),
        ("part08-output__01-patent__01-accept__raw-2010", "china_yearbook_patents",
         "china_patent_applications_province", "china_patent_applications", "TYPE_RD", 128),
    ],
)  # fmt: skip
def test_yearbook_sheets_hold_the_values_of_the_tidy_tables(
    read, sheet, mapping, tidy, tidy_mapping, dimension, n_same
):
    key = ("INDICATOR", "REF_AREA", "TIME_PERIOD", dimension)

    own = cells(read(f"indicators/china_yearbook_raw/{sheet}.xlsx", mapping), *key)
    other = cells(read(f"indicators/china_province/{tidy}.csv", tidy_mapping), *key)

    both = [k for k in own if own[k] is not None and k in other]
    assert len(both) == n_same
    # The tidy tables are rounded to whole units.
    assert [(k, own[k], other[k]) for k in both if abs(own[k] - other[k]) > 0.51] == []


def test_a_misread_cell_of_the_2012_yearbook_is_listed_not_guessed(read):
    reading = read(
        "indicators/china_yearbook_raw/part01-over__03-spend-inner__02-source__raw-2012.xlsx",
        "china_yearbook_source",
    )

    assert [(r.locator, r.text) for r in reading.rejections] == [("1!E12", "368633!")]


def test_years_across_the_intensity_sheet_are_read(read):
    reading = read(
        "indicators/china_yearbook_raw/part01-over__02-spend-intense__raw-2021.xlsx",
        "china_yearbook_intensity",
    )

    value = cells(reading, "REF_AREA", "TIME_PERIOD")
    assert len(value) == 32 * 10
    assert value["CHN", "2021"] == 2.43
    assert value["CN-BJ", "2021"] == 6.53


def test_regions_beyond_the_provinces_are_kept(read):
    reading = read(
        "indicators/china_yearbook_raw/part08-output__01-patent__01-accept__raw-2010.xlsx",
        "china_yearbook_patents",
    )

    value = cells(reading, "REF_AREA", "INDICATOR")
    assert value["HKG", "PATENT_APPLICATIONS"] == 2980
    assert value["TWN", "INVENTION_APPLICATIONS"] == 10813


def test_enterprises_are_read_by_column_numbers(read):
    reading = read(
        "indicators/china_yearbook_raw/part02-firm__00-firms__raw-2019.xlsx",
        "china_yearbook_enterprises",
    )

    assert cells(reading, "REF_AREA", "INDICATOR")["CHN", "ENTERPRISES_RD_ACTIVE"] == 129198


def test_the_encrypted_yearbook_sheet_is_said_to_be_protected(read):
    with pytest.raises(SourceError, match="protected by a password"):
        read("indicators/china_yearbook_raw/part01-over__01-labor-hour__raw-2022.xls",
             "china_yearbook_personnel")  # fmt: skip


def test_performers_of_the_2022_bulletin_add_up_to_the_published_total(read):
    reading = read("indicators/china_nbs_bulletin/2022.html", "china_nbs_bulletin")

    value = cells(reading, "INDICATOR", "REF_AREA", "SECT_PERF", "TYPE_RD")
    parts = [value["GERD", "CHN", sector, "_T"] for sector in ("BES", "GOV", "HES", "_O")]
    assert parts == [23878.6, 3814.4, 2412.4, 677.5]
    assert sum(parts) == pytest.approx(30782.9)
    assert value["GERD", "CHN", "_T", "_T"] == 30782.9
    assert value["GERD_SHARE", "CHN", "BES", "_T"] == 77.6
    assert parts[0] / 30782.9 == pytest.approx(0.776, abs=5e-4)
    kinds = [value["GERD", "CHN", "_T", kind] for kind in ("BASIC", "APPLIED", "EXPDEV")]
    assert sum(kinds) == pytest.approx(30782.9, abs=0.11)


@pytest.mark.parametrize(("year", "total", "n_kept"), [("2019", 22143.6, 162),
                                                       ("2021", 27956.3, 162),
                                                       ("2022", 30782.9, 165)])  # fmt: skip
def test_province_and_industry_tables_of_the_bulletins_are_whole(read, year, total, n_kept):
    reading = read(f"indicators/china_nbs_bulletin/{year}.html", "china_nbs_bulletin")

    rows = reading.tables["observation"].to_pylist()
    assert {row["TIME_PERIOD"] for row in rows} == {year}
    provinces = [
        row for row in rows
        if row["INDICATOR"] == "GERD" and row["SECT_PERF"] == row["TYPE_RD"] == "_T"
    ]  # fmt: skip
    value = {row["REF_AREA"]: row["OBS_VALUE"] for row in provinces}
    assert len(value) == 32
    assert value.pop("CHN") == total
    assert sum(value.values()) == pytest.approx(total, abs=1.7)
    assert (reading.n_kept, len(reading.rejections)) == (n_kept, 0)


def test_the_bulletin_table_as_a_workbook_agrees_with_the_page(read):
    page = read("indicators/china_nbs_bulletin/2021.html", "china_nbs_bulletin")
    sheet = read("indicators/china_nbs_bulletin/raw-2021.xlsx", "china_nbs_province_table")

    key = ("INDICATOR", "REF_AREA", "SECT_PERF", "TYPE_RD", "DIMENSIONS")
    own, other = cells(sheet, *key), cells(page, *key)
    assert len(own) == 64
    assert {k: other[k] for k in own} == own


def test_the_gii_export_equals_its_long_form(read, data):
    reading = read("indicators/gii2019/gii2019_export_original.csv", "gii_2019")

    assert reading.n_kept == 3 * 14_319
    assert len(reading.rejections) == 0
    with gzip.open(data / "indicators/gii2019/gii2019_long.csv.gz", "rt", encoding="utf-8") as f:
        long = [row for row in csv.DictReader(f) if row["level"] != "index"]
    rows = reading.tables["observation"].to_pylist()
    own = {
        (row["DATAFLOW"], row["INDICATOR"], row["REF_AREA"]): row["OBS_TEXT"]
        for row in rows
    }  # fmt: skip
    from armillary.model.codelists import resolve_area

    areas = {row["economy"]: resolve_area(row["economy"]) for row in long}
    for name, column in (("GII_RANK", "rank"), ("GII_SCORE", "score"), ("GII_VALUE", "value")):
        found = {(name, r["code"].rstrip("."), areas[r["economy"]]): r[column] for r in long}
        assert len(found) == 108 * 129
        assert [k for k, text in found.items() if own[k] != text.strip()] == []
    bracketed = [row for row in rows if row["OBS_TEXT"].startswith("[")]
    assert len(bracketed) == 256
    assert {row["OBS_FLAG"] for row in bracketed} == {"[]"}
    china = {r["INDICATOR"]: r["OBS_VALUE"] for r in rows
             if r["REF_AREA"] == "CHN" and r["DATAFLOW"] == "GII_RANK"}  # fmt: skip
    assert china["GII"] == 14


def test_a_bulk_workbook_of_the_world_bank_is_read_by_years(read):
    reading = read("indicators/worldbank_API_GB.XPD.RSDV.GD.ZS_DS2_en_excel_v2.xls",
                   "worldbank_gerd_gdp")  # fmt: skip

    value = cells(reading, "REF_AREA", "TIME_PERIOD")
    assert len(reading.rejections) == 0
    assert sum(v is not None for v in value.values()) == 1_582
    assert value["CHN", "2012"] == 1.92809998989105
    assert value["CHN", "1960"] is None


EXR = "sdmx/sdmx-test-data/ECB_EXR"


@pytest.mark.parametrize(
    "file", ["ng-flat", "ng-flat-ss", "ng-ts", "ng-ts-ss", "ng-ts-gf", "ng-ts-gf-ss", "ng-xs",
             "ng-xs-ss"],
)  # fmt: skip
def test_every_form_of_one_sdmx_dataset_gives_the_expected_values(read, data, file):
    expected_file = data / "sdmx/sdmx-test-data/expected/ng-flat-xml.txt"
    head, *lines = [line.split() for line in expected_file.read_text().splitlines() if line]

    reading = read(f"{EXR}/{file}.xml")

    found = set()
    for row in reading.tables["observation"].to_pylist():
        parts = dict(pair.split("=") for pair in row["DIMENSIONS"].split(";"))
        parts |= {"TIME_PERIOD": row["TIME_PERIOD"], "value": row["OBS_VALUE"]}
        assert row["UNIT_MEASURE"] == parts["CURRENCY"]
        found.add(tuple(parts[name] for name in head))
    assert found == {(*line[:-1], float(line[-1])) for line in lines}


def test_other_agencies_messages_are_read(read):
    assert read(f"{EXR}/1/M.USD.EUR.SP00.A.xml").n_kept == 252
    assert read("sdmx/sdmx-test-data/ESTAT/demography-xs.xml").n_kept == 60
    assert read("sdmx/sdmx-test-data/v3/xml/ECB_EXR_CA.xml").n_kept == 3
    gdp = read("sdmx/sdmx-test-data/ESTAT/NAMA_10_GDP-ss.xml")
    assert cells(gdp, "REF_AREA", "TIME_PERIOD")["LUX", "2015"] == 54142.3


def test_an_answer_that_comes_later_may_be_tried_again(read):
    with pytest.raises(SourceError, match="note instead of data") as caught:
        read("sdmx/sdmx-test-data/ESTAT/footer.xml")

    assert caught.value.retry
