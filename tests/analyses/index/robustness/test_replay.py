"""Replicates computed again in plain arithmetic, for every way of aggregating."""

from __future__ import annotations

import numpy as np
import pytest

from armillary.analyses.index.pipeline import Inputs
from armillary.analyses.index.robustness.experiment import Experiment
from armillary.analyses.index.robustness.replay import replay
from armillary.analyses.index.robustness.uncertainty import design_of
from armillary.errors import IndexMethodError
from armillary.model.indicators import Framework, Node
from armillary.model.recipe import Audit, IndexRecipe, Variation, changed

FRAMEWORK = Framework(
    (
        Node(code="I", name_en="Index"),
        Node(code="A", name_en="A", parent="I"),
        Node(code="B", name_en="B", parent="I", weight=2),
        *(Node(code=f"a{n}", name_en="a", parent="A") for n in range(3)),
        *(Node(code=f"b{n}", name_en="b", parent="B") for n in range(2)),
    )
)
MEANS = [
    {"method": "arithmetic"},
    {"method": "geometric"},
    {"method": "harmonic"},
    {"method": "generalised", "power": 0.5},
    {"method": "generalised", "power": 0.0},
    {"method": "mean_min", "alpha": 0.4},
    {"method": "ordered", "orness": 0.3},
    {"method": "mazziotta_pareto"},
    {"method": "copeland"},
    {"method": "benefit_of_the_doubt"},
]


def experiment(recipe):
    values = np.random.default_rng(1).lognormal(3, 0.5, (5, 12))
    values[1, 3] = np.nan
    units = tuple(f"U{n:02}" for n in range(12))
    inputs = Inputs(framework=FRAMEWORK, periods=("2023",), units=units, values=values[None])
    return Experiment(inputs, recipe)


@pytest.mark.parametrize("mean", MEANS, ids=lambda mean: " ".join(map(str, mean.values())))
def test_every_mean_is_the_same_in_plain_arithmetic(mean):
    base = IndexRecipe(
        period=2023,
        minimum_coverage=0.3,
        audit=Audit(replicates=20, vary={"weight": Variation(spread=0.25)}),
    )
    recipe = changed(
        base,
        {
            "normalise": {"method": "minmax", "range": (1.0, 100.0)},
            "aggregate.node": {"A": mean},
        },
    )

    found = replay(experiment(recipe), number=7)

    assert np.isfinite(found.scores).sum() >= 11
    assert found.difference < 1e-9


def test_a_replicate_is_the_row_the_audit_drew():
    vary = {
        "weight": Variation(spread=0.25),
        "normalise": Variation(
            choices=({"method": "minmax", "range": (1, 100)}, {"method": "rank"})
        ),
        "impute": Variation(choices=({"method": "none"}, {"method": "multiple", "draws": 3})),
    }
    recipe = IndexRecipe(
        period=2023, minimum_coverage=0.3, audit=Audit(replicates=30, seed=4, vary=vary)
    )
    one = experiment(recipe)
    design = np.concatenate(list(design_of(one, replicates=30, seed=4)))

    found = [replay(one, number=n) for n in range(1, 31)]

    np.testing.assert_array_equal(np.stack([f.compiled for f in found]), one.scores(design))
    assert max(f.difference for f in found) < 1e-9
    assert {f.choices["normalise"]["method"] for f in found} == {"minmax", "rank"}
    assert {f.draw for f in found} == {None, 0, 1, 2}


@pytest.mark.parametrize("number", [0, 21])
def test_a_replicate_that_was_not_drawn_is_refused(number):
    recipe = IndexRecipe(period=2023, audit=Audit(replicates=20))

    with pytest.raises(IndexMethodError, match=f"no replicate {number}"):
        replay(experiment(recipe), number=number)
