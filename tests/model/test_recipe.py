"""Every choice of an index as data: changed, compared, and refused where it cannot be."""

from __future__ import annotations

import msgspec
import pytest

from armillary.model import methods
from armillary.model.feasibility import impossible
from armillary.model.indicators import Direction, Framework, Node
from armillary.model.methods import Arithmetic, Geometric
from armillary.model.recipe import (
    Aggregate,
    IndexRecipe,
    Variation,
    at,
    changed,
    difference,
    plain,
)


def node(code, parent=None, **fields):
    return Node(code=code, name_en=code, parent=parent, **fields)


TREE = Framework(
    (node("I"), node("A", "I"), node("B", "I"), node("a1", "A"), node("a2", "A"), node("b1", "B"))
)
BASE = IndexRecipe(period=2024)


def test_a_node_decides_before_its_level_and_its_level_before_the_default():
    means = Aggregate(level={1: Geometric()}, node={"A": Arithmetic()})

    assert means.of("A", level=1) == Arithmetic()
    assert means.of("B", level=1) == Geometric()
    assert means.of("I", level=0) == Arithmetic()


def test_a_recipe_survives_being_written_out_and_read_back():
    recipe = changed(
        BASE,
        {
            "treat": {"method": "winsorise", "maximum": 3},
            "aggregate.node.2.1": {"method": "ordered", "orness": 0.2},
            "indicator.2.1.4.normalise": {"method": "zscore", "mean": 1.0},
            "audit.vary": {"impute": {"choices": ["none", "em"]}},
        },
    )

    assert msgspec.convert(plain(recipe), IndexRecipe, str_keys=True) == recipe
    assert recipe.aggregate.node == {"2.1": methods.Ordered(orness=0.2)}
    assert at(recipe, "indicator.2.1.4.normalise")["mean"] == 1.0


def test_a_difference_names_every_choice_that_differs_and_no_other():
    other = changed(BASE, {"impute": {"method": "mean", "by": "income"}, "period": 2023})

    assert difference(BASE, other) == [
        ("impute.by", None, "income"),
        ("impute.method", "none", "mean"),
        ("period", 2024, 2023),
    ]
    assert difference(other, other) == []


def problems(changes, tree=TREE):
    return [str(one) for one in impossible(changed(BASE, changes), tree)]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        (
            {"normalise": {"method": "zscore"}, "aggregate.default": {"method": "geometric"}},
            "The geometric mean of A needs scores above 0, but zscore gives scores below 0",
        ),
        (
            {"normalise": {"method": "borda"}, "aggregate.node.A": {"method": "harmonic"}},
            "The harmonic mean of A needs scores above 0, but borda gives scores down to 0",
        ),
        (
            {
                "aggregate.node.A": {"method": "copeland"},
                "aggregate.node.I": {"method": "geometric"},
            },
            "A may score below 0 by its own method",
        ),
        (
            {
                "aggregate.node.A": {
                    "method": "directional_benefit_of_the_doubt",
                    "direction": {"a1": 1.0},
                }
            },
            "Steps are given for a1.",
        ),
        ({"normalise": {"method": "goalposts"}}, "a1, a2, b1: no goalposts."),
        ({"normalise": {"method": "monitoring"}}, "no target to score against"),
        ({"normalise": {"method": "base_period", "base": 2015}}, "The base year 2015"),
        ({"normalise.range": (100.0, 0.0)}, "[100, 0] is no range"),
        ({"aggregate.node.C": {"method": "geometric"}}, "'C' is no group of the framework"),
        ({"weight.level.7": {"method": "equal"}}, "No group is at level 7"),
        ({"indicator.a9": {"treat": {"method": "none"}}}, "'a9' is no indicator"),
        ({"impute": {"method": "row_mean", "level": 4}}, "No group is at level 4"),
        ({"fill": "linear"}, "does not say over how many years"),
        ({"since": 2030}, "2030 comes after 2024"),
        (
            {"weight.node.A": {"method": "budget", "experts": [{"a1": 60, "b1": 40}]}},
            "Expert 1 gave points to a1, b1",
        ),
        (
            {"weight.node.A": {"method": "hierarchy", "comparisons": {"a1/b1": 3}}},
            "do not compare each of the 1 pairs",
        ),
        (
            {"weight.node.A": {"method": "optimised", "wanted": {"a1": 1}}},
            "Importance is wanted for a1",
        ),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_runs(changes, problem):
    assert problem in "\n".join(problems(changes))


@pytest.mark.parametrize(
    ("vary", "problem"),
    [
        (
            {"impute": {"choices": [{"method": "mean"}, {"method": "em"}]}},
            "The recipe itself takes none, which is not among the choices",
        ),
        (
            {
                "normalise": {"choices": [{"method": "minmax"}, {"method": "zscore"}]},
                "aggregate.level.1": {
                    "choices": [{"method": "arithmetic"}, {"method": "geometric"}]
                },
            },
            "aggregate.level.1 = geometric cannot be computed",
        ),
        ({"period": {"choices": [2023, 2024]}}, "'period' cannot be varied"),
        ({"impute": {"spread": 0.2}}, "impute is a choice of method"),
        ({"weight.node.X": {"simplex": True}}, "'X' is no group of the framework"),
        ({"treat": {"choices": [{"method": "none"}, {"method": "trim"}]}}, "A choice is none"),
    ],
)
def test_a_variation_that_cannot_be_is_refused_with_the_reason(vary, problem):
    assert problem in "\n".join(problems({"audit.vary": vary}))


def test_a_sound_recipe_with_variations_is_not_refused():
    vary = {
        "impute": {"choices": [{"method": "none"}, {"method": "em"}]},
        "weight.level.0": {"uniform": (0.1, 0.3)},
        "weight": {"spread": 0.25},
    }

    assert problems({"audit.vary": vary}) == []


def test_turning_published_scores_round_is_refused():
    tree = Framework((node("I"), node("a", "I", direction=Direction(-1))))

    (problem,) = problems({"normalise": {"method": "none"}}, tree)
    assert "turns none round" in problem


@pytest.mark.parametrize(
    "said",
    [{}, {"spread": 0.2, "simplex": True}, {"uniform": (0.3, 0.1)}, {"choices": ("none",)}],
)
def test_a_variation_says_exactly_one_thing(said):
    with pytest.raises(ValueError, match=r"one|smaller"):
        Variation(**said)
