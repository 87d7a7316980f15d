"""The example of COINr 1.1.14 (Becker, MIT) from its own two files to the published index."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import msgspec
import numpy as np
import pytest

from armillary.analyses.index.compute import compute, inputs_of
from armillary.analyses.index.pipeline import run
from armillary.analyses.index.rank import rank
from armillary.analyses.index.raw_values import raw_values
from armillary.analyses.index.tree import Tree
from armillary.evidence.duckdb import DuckDBStore
from armillary.model.indicators import Framework
from armillary.model.methods import MeanImputation, MinMax, Screen, Winsorise
from armillary.model.recipe import IndexRecipe
from armillary.sources.indexes import read_coinr

pytestmark = pytest.mark.shared

SHARED = Path(os.environ.get("ARMILLARY_SHARED", Path(__file__).parents[2].parent / "shared"))
HOME = SHARED / "reference" / "coinr-asem"
# COINr's example screens after it has imputed: nothing is missing by then, and no unit goes.
AS_PUBLISHED = IndexRecipe(
    period=2018,
    minimum_coverage=0.0,
    impute=MeanImputation(by="EurAsia_group"),
    treat=Winsorise(maximum=5),
    normalise=MinMax(range=(0, 100)),
)


@pytest.fixture(autouse=True)
def _reference():
    if not HOME.exists():
        pytest.skip(f"{HOME} is absent; set ARMILLARY_SHARED")


@pytest.fixture
def store():
    store = DuckDBStore({})
    yield store
    store.close()


def reference(name):
    with (HOME / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def stages(store, data, recipe):
    observations = store.lend("observation", data.observations)
    raw = raw_values(observations, framework=data.framework, recipe=recipe, where="asem")
    inputs = inputs_of(raw, data.framework, groups=data.groups)
    return inputs, run(inputs, recipe)


def test_the_files_of_the_example_are_read_whole():
    data = read_coinr(HOME / "asem/iData.csv", meta=HOME / "asem/iMeta.csv")

    assert len(data.framework.leaves) == 49
    assert len(data.framework.groups) == 11
    assert data.framework.root.code == "Index"
    assert sorted(data.groups) == ["EurAsia_group", "GDP_group", "GDPpc_group", "Pop_group"]
    assert data.names["GBR"] == "United Kingdom"
    assert data.observations.num_rows == 51 * (49 + 4)


def test_denominated_and_aggregated_data_are_those_of_coinr(store):
    data = read_coinr(HOME / "asem/iData.csv", meta=HOME / "asem/iMeta.csv")
    inputs, found = stages(store, data, AS_PUBLISHED)
    number = Tree(data.framework).number
    denominated = {row["uCode"]: row for row in reference("asem/dset_denominated.csv")}
    aggregated = {row["uCode"]: row for row in reference("asem/dset_aggregated.csv")}

    assert sorted(denominated) == list(inputs.units)
    for i, leaf in enumerate(data.framework.leaves):
        texts = [denominated[unit][leaf.code] for unit in inputs.units]
        wanted = [float(text) if text else np.nan for text in texts]
        np.testing.assert_allclose(inputs.values[-1, i], wanted, rtol=1e-14)
    assert set(number) == set(aggregated["GBR"]) - {"uCode"}
    for code, at in number.items():
        wanted = [float(aggregated[unit][code]) for unit in inputs.units]
        np.testing.assert_allclose(found.scores[-1, at], wanted, rtol=1e-8, atol=1e-8)


def test_the_ranks_of_the_store_are_those_of_coinr(store):
    data = read_coinr(HOME / "asem/iData.csv", meta=HOME / "asem/iMeta.csv")
    published = {
        row["uCode"]: int(row["Index"]) for row in reference("asem/results_full_ranks.csv")
    }

    tables = compute(
        store.lend("observation", data.observations),
        index="asem",
        framework=data.framework,
        recipe=AS_PUBLISHED,
        groups=data.groups,
    )

    rows = tables["score"].to_pylist()
    assert {r["unit"]: r["rank"] for r in rows if r["code"] == "Index"} == published


def test_the_panel_is_that_of_coinr_in_every_year(store):
    """COINr's example treats each year alone, and normalises over all years together."""
    data = read_coinr(HOME / "panel/iData_p.csv", meta=HOME / "asem/iMeta.csv")
    plain = Framework(
        tuple(msgspec.structs.replace(node, denominator=None) for node in data.framework.nodes)
    )
    data = msgspec.structs.replace(data, framework=plain)
    by_year = IndexRecipe(
        period=2022,
        since=2018,
        minimum_coverage=0.0,
        screen=Screen(minimum=0.9),
        treat=Winsorise(maximum=5),
    )
    wanted = {(row["Time"], row["uCode"]): row for row in reference("panel/purse_aggregated.csv")}

    inputs, each = stages(store, data, by_year)
    pooled = IndexRecipe(period=2022, since=2018, minimum_coverage=0.0, pool_years=True)
    found = run(msgspec.structs.replace(inputs, values=each.treated), pooled)

    number = Tree(plain).number
    places = {
        (year, unit): (p, j)
        for p, year in enumerate(inputs.periods)
        for j, unit in enumerate(inputs.units)
        if each.kept[p, j]
    }
    assert places.keys() == wanted.keys()
    assert len(wanted) == 230
    for code in ("Index", "Conn", "Sust", "Physical", "P2P"):
        ours = [found.scores[p, number[code], j] for p, j in places.values()]
        theirs = [float(wanted[key][code]) for key in places]
        np.testing.assert_allclose(ours, theirs, rtol=1e-8, atol=1e-8)


def test_the_scores_of_every_node_and_indicator_are_those_coinr_prints(store):
    data = read_coinr(HOME / "asem/iData.csv", meta=HOME / "asem/iMeta.csv")
    inputs, found = stages(store, data, AS_PUBLISHED)
    published = {row["uCode"]: row for row in reference("asem/results_full_scores.csv")}

    for code, at in Tree(data.framework).number.items():
        wanted = [float(published[unit][code]) for unit in inputs.units]
        np.testing.assert_allclose(found.scores[-1, at], wanted, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize(
    ("name", "screen"),
    [
        ("byNA_0p9_NA", Screen(minimum=0.9)),
        ("byNA_0p95_NA", Screen(minimum=0.95)),
        ("byzeros_NA_0p95", Screen(nonzero=0.95)),
        ("byNAandzeros_0p9_0p95", Screen(minimum=0.9, nonzero=0.95)),
    ],
)
def test_the_units_screened_out_are_those_of_coinr(store, name, screen):
    data = read_coinr(HOME / "asem/iData.csv", meta=HOME / "asem/iMeta.csv")
    recipe = IndexRecipe(period=2018, minimum_coverage=0.0, screen=screen)
    wanted = {
        row["uCode"]: row["Included"] == "TRUE" for row in reference(f"analysis/screen_{name}.csv")
    }

    inputs, found = stages(store, data, recipe)

    assert dict(zip(inputs.units, found.kept[-1].tolist(), strict=True)) == wanted
    assert set(wanted.values()) == {True, False}


@pytest.mark.parametrize(("name", "count"), [("ua", 60), ("sa", 150)])
def test_the_ranks_of_all_replicates_are_those_of_coinr(name, count):
    scores, ranks = (reference(f"sensitivity/{name}_{kind}.csv") for kind in ("scores", "ranks"))

    for number in range(1, count + 1):
        ours = rank(np.array([float(row[f"r_{number}"]) for row in scores]))
        assert ours.tolist() == [int(row[f"r_{number}"]) for row in ranks]


@pytest.mark.parametrize(("share", "name"), [(0.0, "0"), (0.6667, "0p6667"), (0.9, "0p9")])
def test_every_node_below_its_threshold_of_data_is_that_of_coinr(store, share, name):
    data = read_coinr(HOME / "asem/iData.csv", meta=HOME / "asem/iMeta.csv")
    recipe = IndexRecipe(period=2018, minimum_coverage=share, treat=Winsorise(maximum=5))
    file = f"asem/variant_noimpute_aggregated_datthresh_{name}.csv"
    wanted = {row["uCode"]: row for row in reference(file)}

    inputs, found = stages(store, data, recipe)

    number = Tree(data.framework).number
    for group in data.framework.groups:
        texts = [wanted[unit][group.code] for unit in inputs.units]
        theirs = [float(text) if text else np.nan for text in texts]
        np.testing.assert_allclose(found.scores[-1, number[group.code]], theirs, rtol=1e-10)
