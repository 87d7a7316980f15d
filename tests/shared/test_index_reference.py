"""Numbers of COINr 1.1.14 (Becker, MIT) for its ASEM example, reproduced to its last digits."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from armillary.analyses.index import tree
from armillary.analyses.index.means import aggregate
from armillary.analyses.index.rank import rank
from armillary.analyses.index.scores import normalise
from armillary.model.indicators import Direction, Framework, Node
from armillary.model.methods import Arithmetic, Generalised, Geometric, Harmonic
from armillary.model.recipe import Aggregate

pytestmark = pytest.mark.shared

SHARED = Path(os.environ.get("ARMILLARY_SHARED", Path(__file__).parents[2].parent / "shared"))
HOME = SHARED / "reference" / "coinr-asem"
GROUPS = {
    "Conn": ("Physical", "ConEcFin", "Political", "Instit", "P2P"),
    "Sust": ("Environ", "Social", "SusEcFin"),
}


@pytest.fixture(autouse=True)
def _reference():
    if not HOME.exists():
        pytest.skip(f"{HOME} is absent; set ARMILLARY_SHARED")


def read(name):
    with (HOME / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def column(rows, name):
    return np.array([float(row[name]) if row[name] not in ("", "NA") else np.nan for row in rows])


def asem():
    """The ASEM framework and its weights."""
    weights = {row["iCode"]: float(row["Weight"]) for row in read("asem/weights_original.csv")}
    turned = {
        row["iCode"]: int(row["Direction"])
        for row in read("asem/iMeta.csv")
        if row["Type"] == "Indicator"
    }
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
                direction=Direction(turned.get(code, 1)),
            )
            for code, parent in parents.items()
        )
    )


def climb(framework, scores, *, mean=None, minimum=0.0):
    climbing = tree.Tree(framework)
    held = tree.coverage(framework, present=~np.isnan(scores), minimum=minimum)
    found = climbing.climb(
        [tree.Variant(scores, held.scored)],
        [Aggregate(default=mean or Arithmetic())],
        weights=climbing.weights[None],
    )[0]
    return {group.code: found[i] for i, group in enumerate(framework.groups)}


def normalised(framework, name, *, bounds):
    rows = read(name)
    return np.array(
        [
            normalise.minmax(
                column(rows, leaf.code),
                indicator=leaf.code,
                direction=leaf.direction,
                bounds=bounds,
            )
            for leaf in framework.leaves
        ]
    )


@pytest.mark.parametrize(
    ("reference", "bounds"),
    [
        ("asem/dset_normalised.csv", (0.0, 100.0)),
        ("asem/variant_normalised_minmax_1_100.csv", (1.0, 100.0)),
    ],
)
def test_minmax_is_that_of_coinr(reference, bounds):
    framework = asem()
    scores = normalised(framework, "asem/dset_treated.csv", bounds=bounds)
    rows = read(reference)

    assert len(framework.leaves) == 49
    for leaf, found in zip(framework.leaves, scores, strict=True):
        np.testing.assert_allclose(found, column(rows, leaf.code), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    ("reference", "bounds", "mean"),
    [
        ("asem/dset_aggregated.csv", (0.0, 100.0), Arithmetic()),
        ("asem/variant_aggregated_minmax1_100_amean.csv", (1.0, 100.0), Arithmetic()),
        ("asem/variant_aggregated_minmax1_100_gmean.csv", (1.0, 100.0), Geometric()),
        ("asem/variant_aggregated_minmax1_100_hmean.csv", (1.0, 100.0), Harmonic()),
        ("asem/variant_aggregated_minmax1_100_genmean_p2.csv", (1.0, 100.0), Generalised(power=2)),
        (
            "asem/variant_aggregated_minmax1_100_genmean_pm1.csv",
            (1.0, 100.0),
            Generalised(power=-1),
        ),
    ],
)
def test_every_aggregate_is_that_of_coinr(reference, bounds, mean):
    framework = asem()
    scores = normalised(framework, "asem/dset_treated.csv", bounds=bounds)
    found = climb(framework, scores, mean=mean)
    rows = read(reference)

    assert len(found) == 11
    for code, value in found.items():
        np.testing.assert_allclose(value, column(rows, code), rtol=1e-9)


def test_aggregates_over_gaps_are_those_of_coinr():
    framework = asem()
    scores = normalised(framework, "asem/variant_noimpute_treated.csv", bounds=(0.0, 100.0))
    found = climb(framework, scores)
    rows = read("asem/variant_noimpute_aggregated_datthresh_0.csv")

    assert np.isnan(scores).sum() > 20
    for code, value in found.items():
        np.testing.assert_allclose(value, column(rows, code), rtol=1e-9)


def test_pillars_below_the_coverage_needed_are_those_coinr_leaves_out():
    framework = asem()
    scores = normalised(framework, "asem/variant_noimpute_treated.csv", bounds=(0.0, 100.0))
    found = climb(framework, scores, minimum=0.6667)
    rows = read("asem/variant_noimpute_aggregated_datthresh_0p6667.csv")

    for pillars in GROUPS.values():
        for code in pillars:
            np.testing.assert_allclose(found[code], column(rows, code), rtol=1e-9)


def test_ranks_are_those_of_coinr():
    framework = asem()
    scores = normalised(framework, "asem/dset_treated.csv", bounds=(0.0, 100.0))
    found = climb(framework, scores)
    published = {row["uCode"]: int(row["Index"]) for row in read("asem/results_full_ranks.csv")}

    units = [row["uCode"] for row in read("asem/dset_treated.csv")]
    assert dict(zip(units, rank(found["Index"]).tolist(), strict=True)) == published


@pytest.mark.parametrize("weights", ["equal", "w1234", "wfrac"])
@pytest.mark.parametrize(
    ("function", "mean"), [("a_amean", "arithmetic"), ("a_gmean", "geometric")]
)
def test_means_of_small_matrices_are_those_of_coinr(function, mean, weights):
    inputs = read("functions/agg_inputs.csv")
    scores = np.array([column(inputs, f"v{i}") for i in range(1, 5)])
    given = {"equal": [1, 1, 1, 1], "w1234": [1, 2, 3, 4], "wfrac": [0.1, 0.2, 0.3, 0.4]}
    wanted = [
        row for row in read("functions/results_aggregation.csv")
        if row["fun"] == function and row["weights"] == weights
    ]  # fmt: skip
    positive = np.all(np.isnan(scores) | (scores > 0), axis=0) | (mean == "arithmetic")

    found = getattr(aggregate, mean)(
        scores[:, positive], weights=np.array(given[weights], dtype=float)
    )

    np.testing.assert_allclose(found, column(wanted, "value")[positive], rtol=1e-12)


@pytest.mark.parametrize("vector", ["x_plain", "x_ties", "x_na", "x_outhi", "x_outlo", "x_neg"])
def test_ranks_of_small_vectors_are_those_of_coinr(vector):
    inputs, ranks = read("functions/inputs.csv"), read("functions/rank_df.csv")
    found = rank(column(inputs, vector))

    assert [str(r) if r else "" for r in found] == [row[vector].replace("NA", "") for row in ranks]
