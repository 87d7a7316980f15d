"""Every choice of a recipe comes back from the store and is said in words, in both languages."""

import json
import typing

import msgspec
import pytest

from armillary.model import methods
from armillary.model.recipe import IndexRecipe, changed, flat
from armillary.publications.site.choices import (
    Spelling,
    path_said,
    recipe_from,
    variation_said,
    varied_of,
)
from armillary.publications.site.words import Words

CODES = ("T", "2", "2.1", "2.1.1", "2.1.2")
FILLED = {
    "unit": "2019",
    "base": 2015,
    "power": 0.5,
    "transform": "log_gii",
    "experts": [{"2.1.1": 30.0, "2.1.2": 70.0}, {"2.1.1": 50.0, "2.1.2": 50.0}],
    "comparisons": {"2.1.1/2.1.2": 3.0},
}
STEPS = {
    "impute": methods.Impute,
    "treat": methods.Treat,
    "normalise": methods.Normalise,
    "weight": methods.Weigh,
    "aggregate": methods.Mean,
}
EVERY = [(step, kind) for step, union in STEPS.items() for kind in typing.get_args(union)]


def _plain(kind: type) -> dict:
    needed = {
        f.encode_name: FILLED[f.encode_name] for f in msgspec.structs.fields(kind) if f.required
    }
    return {"method": kind.__struct_config__.tag, **needed}


def _stored(recipe: IndexRecipe) -> list[dict]:
    return [
        {"path": path, "value": value if isinstance(value, str) else json.dumps(value)}
        for path, value in flat(recipe).items()
    ]


def _changes(step: str, kind: type) -> dict:
    if step in {"weight", "aggregate"}:
        return {
            f"{step}.default": _plain(kind),
            f"{step}.level.1": _plain(kind),
            f"{step}.node.2.1": _plain(kind),
        }
    return {step: _plain(kind)}


@pytest.mark.parametrize(("step", "kind"), EVERY, ids=lambda one: getattr(one, "__name__", one))
def test_a_recipe_comes_back_from_the_store_as_it_was(step, kind):
    recipe = changed(IndexRecipe(period=2020), _changes(step, kind))

    assert recipe_from(_stored(recipe), CODES) == recipe


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("step", "kind"), EVERY, ids=lambda one: getattr(one, "__name__", one))
def test_every_method_is_said_with_its_parameters(step, kind, language):
    recipe = changed(IndexRecipe(period=2020), _changes(step, kind))
    words = Words(language)

    lines = dict(Spelling(recipe, words=words, names={"2.1": "Skills"}).lines({}))

    said = " ".join(lines[words(f"recipe.label.{step}")])
    assert "{" not in said.replace("{}", "")
    assert len(said) > 6
    assert words.has(f"short.{step}.{kind.__struct_config__.tag}")
    if step in {"weight", "aggregate"}:
        assert "Skills" in said


def test_exceptions_of_single_indicators_and_screening_are_said():
    recipe = changed(
        IndexRecipe(period="latest", max_age_years=1, exclude=("CHN",)),
        {
            "indicator.2.1.1.treat": {"method": "gii"},
            "screen.minimum": 0.7,
            "screen.node": {"2.1": 0.5},
            "screen.drop": ("XYZ",),
        },
    )
    words = Words("en")

    lines = dict(Spelling(recipe, words=words, names={"2.1.1": "Books", "CHN": "China"}).lines({}))

    assert recipe_from(_stored(recipe), CODES) == recipe
    assert lines["Single indicators"][0].startswith("“Books”: As the Global Innovation Index does")
    assert lines["Units"] == [
        "Left out before anything else: China.",
        "A unit needs values for 70 % of all indicators.".replace(" %", "\u00a0%"),
        "A unit needs values for 50 % of the indicators of “2.1”.".replace(" %", "\u00a0%"),
        "Never scored: XYZ.",
    ]
    assert lines["Year"][1].startswith("A value may be up to one year older")


def test_what_is_varied_is_said_by_name():
    rows = [
        {"path": "audit.vary.aggregate.level.0", "value": "arithmetic / mean_min (alpha 0.5)"},
        {"path": "audit.vary.weight", "value": "±25 %"},
    ]
    varied = varied_of(rows)

    assert varied == {
        "aggregate.level.0": "arithmetic / mean_min (alpha 0.5)",
        "weight": "±25 %",
    }
    english = Words("en")
    assert path_said("aggregate.level.0", words=english, names={}) == (
        "aggregation of the index itself"
    )
    assert (
        variation_said("aggregate.level.0", varied["aggregate.level.0"], words=english)
        == "arithmetic mean, mean less a penalty for the lowest part (penalty 0.5)"
    )
    assert (
        variation_said("aggregate.level.0", varied["aggregate.level.0"], words=Words("zh"))
        == "算术平均、平均减最低项惩罚（惩罚系数 0.5）"
    )


def test_a_store_without_a_recipe_gives_none():
    assert recipe_from([], CODES) is None
