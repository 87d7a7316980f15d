"""Our SDMX reader against pysdmx, cell by cell, on the messages of agencies both can read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pysdmx.io import read_sdmx

from armillary.model.provenance import Origin
from armillary.sources.statistics import read_mapping, read_statistics

pytestmark = [
    pytest.mark.shared,
    pytest.mark.filterwarnings("ignore:The following attributes will be lost"),  # its header
]

SHARED = Path(os.environ.get("ARMILLARY_SHARED", Path(__file__).parents[2].parent / "shared"))
MESSAGES = SHARED / "data" / "sdmx" / "sdmx-test-data"
ORIGIN = Origin(
    origin="0123456789abcdef", source="s", file="f", title="t", sha256="0" * 64, bytes=1
)
# Columns of ours, and the names the agencies of these messages give them.
NAMES = {
    "TIME_PERIOD": ("TIME_PERIOD", "DIM_3"),
    "REF_AREA": ("REF_AREA", "COUNTRY", "REPORTER", "geo", "DIM_1"),
    "INDICATOR": ("INDICATOR", "DIM_2"),
    "SEX": ("SEX",),
    "OBS_TEXT": ("OBS_VALUE",),
    "UNIT_MEASURE": ("UNIT_MEASURE", "UNIT", "unit"),
    "UNIT_MULT": ("UNIT_MULT", "SCALE"),
    "OBS_FLAG": ("OBS_STATUS",),
}
# Codes we hold under another name: areas by ISO 3166, "total" as every codelist of ours has it.
SAME = {"BE": "BEL", "EL": "GRC", "LU": "LUX", "840": "USA", "T": "_T", "A": None, "": None}
CSV_MAPPING = """\
layout = "sdmx"
[columns]
REF_AREA = "DIM_1"
INDICATOR = "DIM_2"
TIME_PERIOD = "DIM_3"
"""


@pytest.fixture
def read(tmp_path):
    if not MESSAGES.is_dir():
        pytest.skip("the shared inputs are absent: set ARMILLARY_SHARED to their folder")

    def run(file, mapping=None):
        toml = tmp_path / "mapping.toml"
        toml.write_text(mapping or "", encoding="utf-8")
        return read_statistics(
            MESSAGES / file,
            source="s",
            origin=ORIGIN,
            mapping=read_mapping(toml) if mapping else None,
        )

    return run


def peer(file):
    """Return the rows pysdmx reads, in the order of the file."""
    sets = read_sdmx(MESSAGES / file, validate=False).data
    return [row for one in sets for row in one.data.to_dict("records")]


def differences(row, theirs):
    """Return the cells of one observation on which the two readers differ."""
    ours = dict(pair.split("=") for pair in row["DIMENSIONS"].split(";") if pair)
    for column, names in NAMES.items():
        name = next((n for n in names if n in theirs and n not in ours), None)
        if name is not None:
            ours[name] = row[column]
    same = {
        name: (value, SAME.get(str(theirs.get(name)), theirs.get(name)))
        for name, value in ours.items()
    }
    return {
        name: pair
        for name, pair in same.items()
        if str(pair[0]) not in (str(pair[1]), str(theirs.get(name)))
    }


@pytest.mark.parametrize(
    ("file", "rows"),
    [
        ("ECB_EXR/1/M.USD.EUR.SP00.A.xml", 252),
        ("ECB_EXR/ng-flat.xml", 12),
        ("ECB_EXR/ng-flat-ss.xml", 12),
        ("ECB_EXR/ng-ts.xml", 12),
        ("ECB_EXR/ng-ts-ss.xml", 12),
        ("ECB_EXR/ng-ts-gf.xml", 12),
        ("ECB_EXR/ng-ts-gf-ss.xml", 12),
        ("ECB_EXR/ng-xs.xml", 12),
        ("ECB_EXR/ng-xs-ss.xml", 12),
        ("ESTAT/NAMA_10_GDP-ss.xml", 4),
        ("IMF_RES/WEO-data.xml", 1),
        ("WB/gh-78.xml", 1),
        ("v3/csv/example-01.csv", 2),
        ("v3/csv/example-06.csv", 2),
        ("v3/csv/example-11.csv", 2),
    ],
)
def test_both_readers_agree_on_every_cell(read, file, rows):
    theirs = peer(file)

    ours = read(file, CSV_MAPPING if file.endswith(".csv") else None)

    table = ours.tables["observation"].to_pylist()
    assert (len(table), len(theirs)) == (rows, rows)
    assert [differences(one, other) for one, other in zip(table, theirs, strict=True)] == [
        {}
    ] * rows


def test_explicit_measures_are_told_by_their_type(read):
    theirs = peer("ESTAT/demography-xs.xml")

    table = read("ESTAT/demography-xs.xml").tables["observation"].to_pylist()

    told = [f"demo:{row['DIMENSIONS'].split('DEMO=')[1].split(';')[0]}" for row in table]
    assert told == [row["xsi:type"] for row in theirs]
    assert [row["OBS_TEXT"] for row in table] == [row["OBS_VALUE"] or "" for row in theirs]


def test_a_flag_no_codelist_knows_is_refused_by_name_and_the_rest_agrees(read):
    ours, theirs = (f("INSEE/CNA-2010-CONSO-SI-A17.xml") for f in (read, peer))

    assert [row["OBS_STATUS"] for row in theirs] == ["P", "SD"]
    assert "'SD'" in ours.rejections[0].reason
    assert differences(ours.tables["observation"].to_pylist()[0], theirs[0]) == {}


# What pysdmx 1.21 reads otherwise or not at all; docs/decisions/0005 rests on it.
def test_messages_only_our_reader_reads_keep_their_flags(read):
    complex_ = read("v3/xml/ECB_EXR_CA.xml").tables["observation"].to_pylist()

    assert [row["OBS_FLAG"] for row in complex_] == ["A; F", "J; U; N", None]
    assert "OBS_STATUS" not in peer("v3/xml/ECB_EXR_CA.xml")[0]
    assert read("IMF/PCPS.xml").n_kept == 1
    for example in ("04", "05", "07", "08", "09A", "10"):
        assert read(f"v3/csv/example-{example}.csv", CSV_MAPPING).n_kept >= 2
