"""The 60 uncertainty and 150 sensitivity replicates of COINr 1.1.14 (Becker, MIT), one by one."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from armillary.analyses.index.pipeline import Inputs, prepare
from armillary.analyses.index.tree import Tree
from armillary.model.indicators import Direction, Framework, Node
from armillary.model.methods import Geometric
from armillary.model.recipe import Aggregate, IndexRecipe, changed

pytestmark = pytest.mark.shared

SHARED = Path(os.environ.get("ARMILLARY_SHARED", Path(__file__).parents[2].parent / "shared"))
HOME = SHARED / "reference" / "coinr-asem"
NORMALISED = {
    "n_minmax": {"method": "minmax", "range": (1.0, 100.0)},
    "n_zscore": {"method": "zscore", "mean": 10.0, "deviation": 2.0},
}


@pytest.fixture(autouse=True)
def _reference():
    if not HOME.exists():
        pytest.skip(f"{HOME} is absent; set ARMILLARY_SHARED")


def read(name):
    with (HOME / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def framework():
    weights = {row["iCode"]: float(row["Weight"]) for row in read("asem/weights_original.csv")}
    turned = {r["iCode"]: int(r["Direction"]) for r in read("asem/iMeta.csv") if r["Parent"]}
    parents = {"Index": None, "Conn": "Index", "Sust": "Index"}
    for row in read("asem/lineage.csv"):
        parents |= {row["Indicator"]: row["Pillar"], row["Pillar"]: row["Sub-index"]}
    return Framework(
        tuple(
            Node(
                code=code,
                name_en=code,
                parent=parent,
                weight=weights[code],
                direction=Direction(turned.get(code, 1) if code not in ("Index",) else 1),
            )
            for code, parent in parents.items()
        )
    )


def inputs(tree):
    rows = read("asem/dset_screened.csv")
    values = np.array(
        [[float(r[leaf.code]) if r[leaf.code] else np.nan for r in rows] for leaf in tree.leaves]
    )
    units = tuple(row["uCode"] for row in rows)
    return Inputs(framework=tree, periods=("2018",), units=units, values=values[None])


@pytest.mark.parametrize(("name", "count"), [("ua", 60), ("sa", 150)])
def test_every_replicate_is_that_of_coinr(name, count):
    tree = framework()
    climbing, given = Tree(tree), inputs(tree)
    base = IndexRecipe(period=2018, minimum_coverage=0.0)
    sets = {row["iCode"]: row for row in read("sensitivity/weight_sets.csv")}
    drawn = read(f"sensitivity/{name}_parameters.csv")
    variants, seen = [], {}
    for row in drawn:
        key = (int(row["winmax"]), row["normalisation"])
        if key not in seen:
            treat = {"method": "winsorise", "maximum": key[0]}
            recipe = changed(base, {"treat": treat, "normalise": NORMALISED[key[1]]})
            seen[key] = len(variants)
            variants.append(prepare(given, recipe).variant())
    weights = np.array(
        [
            [float(sets[code][f"set_{row['weight_set']}"]) for code in climbing.codes]
            for row in drawn
        ]
    )

    scores = climbing.climb(
        variants,
        [Aggregate(), Aggregate(default=Geometric())],
        weights=weights,
        variant=np.array([seen[int(r["winmax"]), r["normalisation"]] for r in drawn]),
        aggregate=np.array([int(r["f_ag"] == "a_gmean") for r in drawn]),
        root_only=True,
    )[:, 0]

    published = {row["uCode"]: row for row in read(f"sensitivity/{name}_scores.csv")}
    expected = np.array(
        [[float(published[u][f"r_{r + 1}"]) for u in given.units] for r in range(count)]
    )
    assert scores.shape == (count, 51)
    np.testing.assert_allclose(scores, expected, rtol=1e-10, atol=1e-10)
