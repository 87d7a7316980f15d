"""R&D statistics of China's provinces: identities known to hold, and the known exceptions."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

from armillary.analyses.statistics.identities import additivity, area_additivity
from armillary.analyses.statistics.structure import structure
from armillary.evidence.duckdb import DuckDBStore
from armillary.model.columns import table_of

pytestmark = pytest.mark.shared

SHARED = Path(os.environ.get("ARMILLARY_SHARED", Path(__file__).parents[2].parent / "shared"))
SINGLE_PRECISION = 1e-4  # the files were stored as 32-bit numbers
FILES = {
    "GERD": (
        "china_rd_by_activity_province.csv",
        {"合计": "_T", "基础研究": "BASIC", "应用研究": "APPLIED", "试验发展": "EXPDEV"},
    ),
    "RD_PERSONNEL_FTE": (
        "china_rd_fte_province.csv",
        {"合计": "_T", "基础研究": "BASIC", "应用研究": "APPLIED", "试验发展": "EXPDEV"},
    ),
}


@pytest.fixture(scope="module")
def observations():
    home = SHARED / "data" / "indicators" / "china_province"
    if not home.exists():
        pytest.skip(f"{home} is absent; set ARMILLARY_SHARED")
    rows = []
    for indicator, (name, codes) in FILES.items():
        with (home / name).open(encoding="utf-8-sig") as file:
            rows += [
                {
                    "source": "yearbook",
                    "origin": name,
                    "locator": f"line {line}",
                    "DATAFLOW": name,
                    "INDICATOR": indicator,
                    "REF_AREA": "".join(row["province"].split()),
                    "TIME_PERIOD": row["year"],
                    "SECT_PERF": "_T",
                    "SECT_FUND": "_T",
                    "TYPE_RD": codes[row["chn_block4"]],
                    "FORD": "_T",
                    "SEX": "_T",
                    "DIMENSIONS": "",
                    "OBS_VALUE": float(row["value"]) if row["value"] not in ("", "NA") else None,
                    "OBS_STATUS": "A",
                    "UNIT_MEASURE": row["units"],
                    "UNIT_MULT": 0,
                    "PRICE_BASE": "V",
                    "VINTAGE": "2024",
                }
                for line, row in enumerate(csv.DictReader(file), 2)
                if row["chn_block4"] in codes
            ]
    store = DuckDBStore({})
    yield store.lend("china", table_of("observation", rows))
    store.close()


def found(table):
    return [(r["REF_AREA"], r["TIME_PERIOD"]) for r in table.to_pyarrow().to_pylist()]


@pytest.mark.parametrize(
    ("indicator", "tolerance", "exceptions"),
    [
        ("GERD", SINGLE_PRECISION, [("上海", "2021")]),
        ("RD_PERSONNEL_FTE", 1e-3, [("四川", "2011")]),
    ],
)
def test_types_add_up_but_for_the_known_cells(observations, indicator, tolerance, exceptions):
    table = additivity(
        observations,
        analysis="types",
        indicator=indicator,
        dimension="TYPE_RD",
        relative_tolerance=tolerance,
    )

    assert found(table) == exceptions


def test_provinces_add_up_to_the_nation_in_every_year(observations):
    gerd = observations.filter(observations.INDICATOR == "GERD")
    names = gerd.select("REF_AREA").distinct().to_pyarrow()["REF_AREA"].to_pylist()
    table = area_additivity(
        observations,
        analysis="types",
        indicator="GERD",
        dimension="TYPE_RD",
        whole="全国",
        areas=sorted(set(names) - {"全国"}),
        relative_tolerance=SINGLE_PRECISION,
    )

    assert len(names) == 32
    assert found(table) == []


def test_the_nation_spends_an_ever_larger_amount(observations):
    table = structure(observations, analysis="t", indicator="GERD", dimension="TYPE_RD")
    growth = table.filter(
        (table.operation == "growth") & (table.REF_AREA == "全国") & (table.code == "_T")
    )
    values = growth.to_pyarrow()["OBS_VALUE"].to_pylist()

    assert len(values) == 14
    assert values[0] is None
    assert all(5 < value < 30 for value in values[1:])
