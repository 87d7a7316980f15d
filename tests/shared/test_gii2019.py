"""The Global Innovation Index 2019 recomputed from its published indicator scores."""

from __future__ import annotations

import csv
import gzip
import os
from pathlib import Path

import pytest

from armillary.analyses.index.compute import compute
from armillary.evidence.duckdb import DuckDBStore
from armillary.model.columns import table_of
from armillary.sources.frameworks import read_framework
from armillary.sources.recipes import read_recipe

pytestmark = pytest.mark.shared

REPOSITORY = Path(__file__).parents[2]
SHARED = Path(os.environ.get("ARMILLARY_SHARED", REPOSITORY.parent / "shared"))
INDEXES = REPOSITORY / "acceptance" / "indexes"


def number(text):
    return None if text == "n/a" else float(text)


@pytest.fixture(scope="module")
def published():
    """Scores as published, by (economy, code)."""
    path = SHARED / "data" / "indicators" / "gii2019" / "gii2019_long.csv.gz"
    if not path.exists():
        pytest.skip(f"{path} is absent; set ARMILLARY_SHARED")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return {(r["economy"], r["code"]): number(r["score"]) for r in csv.DictReader(file)}


@pytest.fixture(scope="module")
def index(published):
    rows = [
        {
            "source": "gii",
            "origin": "0" * 16,
            "locator": f"{economy} {code}",
            "DATAFLOW": "GII_SCORE",
            "INDICATOR": code,
            "REF_AREA": economy,
            "TIME_PERIOD": "2019",
            "SECT_PERF": "_Z",
            "SECT_FUND": "_Z",
            "TYPE_RD": "_Z",
            "FORD": "_Z",
            "SEX": "_Z",
            "DIMENSIONS": "",
            "OBS_VALUE": score,
            "OBS_STATUS": "A" if score is not None else "M",
            "UNIT_MEASURE": "SCORE",
            "UNIT_MULT": 0,
            "PRICE_BASE": "_Z",
            "VINTAGE": "2019",
        }
        for (economy, code), score in published.items()
    ]
    framework = read_framework(INDEXES / "gii2019.csv")
    recipe = read_recipe(INDEXES / "gii2019.toml", framework)
    store = DuckDBStore({})
    found = compute(
        store.lend("gii", table_of("observation", rows)),
        index="gii2019",
        framework=framework,
        recipe=recipe,
    )
    store.close()
    return found


def gaps(index, published, *, codes):
    return {
        (row["unit"], row["code"]): abs(row["score"] - published[row["unit"], row["code"]])
        for row in index["score"].to_pylist()
        if row["code"] in codes and published[row["unit"], row["code"]] is not None
    }


# Indicators and nodes are both printed to one decimal: an indicator may be 0.05 off, the node
# it is compared with 0.05 more. The gaps seen stay well within that.
def test_every_economy_has_its_published_index_within_five_hundredths(index, published):
    found = gaps(index, published, codes={"GII"})

    assert len(found) == 129
    assert round(max(found.values()), 2) <= 0.05


def test_every_node_agrees_with_the_published_one(index, published):
    groups = {r["code"] for r in index["framework"].to_pylist() if r["kind"] == "aggregate"}

    found = gaps(index, published, codes=groups)

    assert len(found) == 3_995
    assert round(max(found.values()), 2) <= 0.08


def test_the_five_leaders_are_the_published_ones_in_order(index):
    ranked = [r for r in index["score"].to_pylist() if r["code"] == "GII"]

    assert [r["unit"] for r in sorted(ranked, key=lambda r: r["rank"])[:5]] == [
        "Switzerland",
        "Sweden",
        "United States of America (the)",
        "Netherlands (the)",
        "United Kingdom (the)",
    ]


def test_switzerland_leads_under_nearly_all_weights(index):
    rows = index["rank_interval"].to_pylist()

    assert len(rows) == 129
    assert all(r["rank_low"] <= r["rank_median"] <= r["rank_high"] for r in rows)
    switzerland = next(r for r in rows if r["unit"] == "Switzerland")
    assert (switzerland["rank_low"], switzerland["rank_high"]) == (1, 1)
