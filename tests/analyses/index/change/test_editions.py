"""The change between two editions, taken apart; against every order of switching, one by one."""

from __future__ import annotations

import itertools

import msgspec
import numpy as np
import pytest

from armillary.analyses.index.change import editions
from armillary.analyses.index.change.editions import FACTORS, Edition, moves
from armillary.analyses.index.change.movement import sequential
from armillary.analyses.index.pipeline import Inputs, run
from armillary.analyses.index.rank import rank
from armillary.errors import IndexMethodError
from armillary.model.indicators import Direction, Framework, Node
from armillary.model.methods import (
    BudgetWeights,
    ChainIndex,
    Geometric,
    MeanImputation,
    MinMax,
    ZScore,
)
from armillary.model.recipe import Aggregate, IndexRecipe, Weights

LOWER = Direction.LOWER_IS_BETTER


def tree(*leaves, **weights):
    nodes = [Node(code="I", name_en="Index"), Node(code="A", name_en="a", parent="I")]
    nodes += [Node(code="B", name_en="b", parent="I", weight=weights.get("B", 1.0))]
    nodes += [
        Node(
            code=code,
            name_en=code,
            parent=code[0].upper(),
            weight=weights.get(code, 1.0),
            direction=LOWER if code == "b1" else Direction.HIGHER_IS_BETTER,
        )
        for code in leaves
    ]
    return Framework(tuple(nodes))


def edition(framework, units, seed, *, gaps=(), recipe=None):
    values = np.random.default_rng(seed).normal(50, 10, (len(framework.leaves), len(units)))
    for gap in gaps:
        values[gap] = np.nan
    inputs = Inputs(framework=framework, periods=("1",), units=tuple(units), values=values[None])
    return Edition(inputs=inputs, recipe=recipe or IndexRecipe(period=2023, minimum_coverage=0.4))


OLD = edition(
    tree("a1", "a2", "b1"),
    ["P", "Q", "R", "S"],
    1,
    gaps=[(0, 1)],
    recipe=IndexRecipe(period=2022, minimum_coverage=0.1, normalise=MinMax(range=(1, 100))),
)
NEW = edition(
    tree("a1", "b1", "b2", a1=2.0, B=3.0),
    ["Q", "R", "S", "T"],
    2,
    gaps=[(1, 2)],
    recipe=IndexRecipe(
        period=2023,
        minimum_coverage=0.2,
        normalise=MinMax(range=(1, 100)),
        impute=MeanImputation(),
        aggregate=Aggregate(level={0: Geometric()}),
    ),
)


def result(one, unit):
    scores = run(one.inputs, one.recipe).scores[-1, -1]
    at = one.inputs.units.index(unit)
    return np.array([rank(scores)[at], scores[at]], dtype=float)


def test_the_parts_of_every_unit_in_both_editions_add_up_to_its_change():
    found = moves(OLD, NEW)

    assert found.units == ("P", "Q", "R", "S", "T")
    assert found.movement.factors == FACTORS
    for unit in ("Q", "R", "S"):
        at = found.units.index(unit)
        change = result(NEW, unit) - result(OLD, unit)
        np.testing.assert_allclose(
            found.movement.parts[:, :, at].sum(axis=0), change, rtol=0, atol=1e-10
        )
    assert np.isnan(found.movement.parts[:, :, [0, 4]]).all()


def test_parts_are_the_mean_over_all_orders_of_switching():
    mixed = editions._Mixed(OLD, NEW)
    kept = {}

    def outcome(chosen):
        if chosen not in kept:
            kept[chosen] = mixed.outcome()(chosen)
        return kept[chosen]

    orders = list(itertools.permutations(FACTORS))
    total = np.zeros((len(FACTORS), 2, 5))
    for order in orders:
        switched = frozenset()
        for factor in order:
            before, switched = outcome(switched), switched | {factor}
            total[FACTORS.index(factor)] += outcome(switched) - before

    found = moves(OLD, NEW).movement.parts

    assert len(orders) == 5040
    np.testing.assert_allclose(found, total / len(orders), rtol=0, atol=1e-10)


def test_switching_in_one_order_reaches_the_new_edition_too():
    outcome = editions._Mixed(OLD, NEW).outcome()

    steps = sequential(outcome, FACTORS)

    at = steps.after.shape[1] - 2
    np.testing.assert_allclose(steps.after[:, at], result(NEW, "S"), atol=1e-12)
    np.testing.assert_allclose(steps.before[:, at], result(OLD, "S"), atol=1e-12)


def test_what_does_not_differ_has_no_part():
    values = OLD.inputs.values.copy()
    middle = np.argsort(values[0, 1])[1]
    values[0, 1, middle] += 0.1
    later = Edition(inputs=msgspec.structs.replace(OLD.inputs, values=values), recipe=OLD.recipe)

    found = moves(OLD, later).movement

    assert not found.parts[2:].any()
    assert found.parts[0, 1, middle] > 0
    assert np.count_nonzero(found.parts) == 1


def test_the_same_edition_twice_moves_nobody():
    found = moves(OLD, OLD)

    assert not found.movement.parts.any()


def test_a_unit_that_leaves_moves_the_others_by_membership_alone():
    inputs = msgspec.structs.replace(
        OLD.inputs, units=("Q", "R", "S"), values=OLD.inputs.values[:, :, 1:]
    )

    found = moves(OLD, Edition(inputs=inputs, recipe=OLD.recipe)).movement

    units = FACTORS.index("units")
    others = [n for n in range(len(FACTORS)) if n != units]
    assert np.nanmax(np.abs(found.parts[units])) > 0
    assert not np.nan_to_num(found.parts[others]).any()


def test_a_recipe_that_does_not_fit_the_other_tree_is_counted_with_the_indicators():
    experts = ({"a1": 60.0, "a2": 40.0}, {"a1": 50.0, "a2": 50.0})
    recipe = msgspec.structs.replace(
        OLD.recipe, weight=Weights(node={"A": BudgetWeights(experts=experts)})
    )
    old = Edition(inputs=OLD.inputs, recipe=recipe)

    found = moves(old, NEW)

    assert "counted with the indicators" in found.notes[0]
    at = found.units.index("R")
    change = result(NEW, "R") - result(old, "R")
    np.testing.assert_allclose(found.movement.parts[:, :, at].sum(axis=0), change, atol=1e-10)


def test_pooled_years_belong_to_the_method():
    def pooled(seed, periods):
        values = np.random.default_rng(seed).normal(50, 10, (periods, 3, 4))
        inputs = msgspec.structs.replace(
            OLD.inputs, periods=tuple(map(str, range(periods))), values=values
        )
        return Edition(
            inputs=inputs,
            recipe=IndexRecipe(period=2023, pool_years=True, normalise=ZScore()),
        )

    old, new = pooled(3, 3), pooled(4, 4)

    found = moves(old, new).movement

    change = np.array([result(new, u) - result(old, u) for u in ("P", "Q", "R", "S")]).T
    np.testing.assert_allclose(found.parts.sum(axis=0), change, atol=1e-10)
    assert found.parts[FACTORS.index("method")].any()


def test_a_chained_index_is_refused():
    recipe = IndexRecipe(period=2023, since=2020, normalise=ChainIndex(base=2020))

    with pytest.raises(IndexMethodError, match="no parts between two editions"):
        moves(OLD, Edition(inputs=OLD.inputs, recipe=recipe))
