"""The set of weights an audit draws: every draw lies in it, and it is no wider than said."""

from __future__ import annotations

import numpy as np
import pytest

from armillary.analyses.index.pipeline import Inputs
from armillary.analyses.index.robustness.audited_weights import drawn_set
from armillary.analyses.index.robustness.experiment import Experiment
from armillary.analyses.index.weights import weight
from armillary.model.indicators import Framework, Node
from armillary.model.recipe import Audit, IndexRecipe, Variation

PARTS = ("1", "2", "3", "4", "5")
FRAMEWORK = Framework(
    (
        Node(code="I", name_en="I"),
        Node(code="IN", name_en="In", parent="I", weight=2.0),
        Node(code="OUT", name_en="Out", parent="I"),
        Node(code="1", name_en="1", parent="IN"),
        Node(code="2", name_en="2", parent="IN", weight=0.5),
        Node(code="3", name_en="3", parent="IN"),
        Node(code="4", name_en="4", parent="OUT"),
        Node(code="5", name_en="5", parent="OUT"),
    )
)


def experiment(vary):
    values = np.random.default_rng(1).random((1, len(PARTS), 6))
    inputs = Inputs(framework=FRAMEWORK, periods=("2024",), units=tuple("ABCDEF"), values=values)
    return Experiment(inputs, IndexRecipe(period=2024, audit=Audit(vary=vary)))


@pytest.mark.parametrize(
    "vary",
    [
        {"weight": Variation(spread=0.25)},
        {"weight.node.IN": Variation(uniform=(0.1, 0.3))},
        {"weight.node.IN": Variation(uniform=(0.1, 0.3)), "weight.level.0": Variation(spread=0.5)},
        {"weight": Variation(spread=0.1), "weight.node.OUT": Variation(simplex=True)},
        {"weight.level.1": Variation(uniform=(0.0, 1.0))},
    ],
)
def test_every_draw_lies_in_the_set(vary):
    audited = experiment(vary)
    tree = audited.tree

    held, _ = drawn_set(audited, PARTS, weights=tree.weights, otherwise=0.25)
    for row in np.random.default_rng(2).random((300, audited.dimensions)):
        drawn = dict(zip(tree.codes, audited.replayed(row).weights.tolist(), strict=True))
        share = weight.effective(FRAMEWORK, weights=drawn)
        own = np.array([share[code] for code in PARTS])
        assert (own >= np.array(held.lower) - 1e-12).all()
        assert (own <= np.array(held.upper) + 1e-12).all()
        assert all(own[i] <= limit * own[j] + 1e-12 for i, j, limit in held.ratios)
        assert all(
            low - 1e-12 <= own[list(parts)].sum() <= high + 1e-12
            for parts, low, high in held.groups
        )


def test_weights_between_a_tenth_and_three_tenths_worked_by_hand():
    # the least share of one of three: 0.1 / (0.1 + 0.3 + 0.3) of two thirds
    held, said = drawn_set(
        experiment({"weight.node.IN": Variation(uniform=(0.1, 0.3))}),
        PARTS,
        weights=experiment({}).tree.weights,
        otherwise=0.25,
    )

    assert held.lower == pytest.approx((2 / 21, 2 / 21, 2 / 21, 1 / 6, 1 / 6))
    assert held.upper == pytest.approx((2 / 5, 2 / 5, 2 / 5, 1 / 6, 1 / 6))
    assert (0, 1, pytest.approx(3)) in held.ratios
    assert held.groups == (((0, 1, 2), pytest.approx(2 / 3), pytest.approx(2 / 3)),
                           ((3, 4), pytest.approx(1 / 3), pytest.approx(1 / 3)))  # fmt: skip
    assert said == "weight.node.IN 0.1–0.3"


def test_where_no_weight_is_drawn_each_moves_by_the_share_asked_for():
    held, said = drawn_set(experiment({}), ("IN", "OUT"), weights=experiment({}).tree.weights,
                           otherwise=0.25)  # fmt: skip

    assert held.lower[0] == pytest.approx(1.5 / (1.5 + 1.25))
    assert said == "±25 %"
