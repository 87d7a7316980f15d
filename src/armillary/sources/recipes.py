"""Reads the recipe of an index (TOML): every choice of its method."""

from __future__ import annotations

import typing
from typing import TYPE_CHECKING, Any

import msgspec

from armillary.errors import ArmillaryError, DefinitionError, did_you_mean, listed, raise_all
from armillary.model import methods
from armillary.model import recipe as recipes
from armillary.model.feasibility import impossible
from armillary.model.recipe import IndexRecipe, Variation
from armillary.sources.toml import Toml, read_toml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from armillary.model.indicators import Framework

    Refuse = Callable[[tuple[str, ...], str, str], None]

_STEPS: dict[str, Any] = {
    "impute": methods.Impute,
    "treat": methods.Treat,
    "normalise": methods.Normalise,
    "weight": methods.Weigh,
    "aggregate": methods.Mean,
}
_GROUPED = ("weight", "aggregate")
_VARIED_WEIGHTS = ("spread", "uniform", "simplex")


def read_recipe(path: Path, framework: Framework) -> IndexRecipe:
    """Read the choices of method of an index and hold them to its framework.

    Args:
        path: TOML. `period` is required. A method may be one word or a table with `method`.
        framework: The tree the recipe is for.

    Raises:
        DefinitionError: Unknown keys, values that mean nothing, unknown nodes.
        IndexMethodError: Choices that exclude each other.
    """
    toml = read_toml(path)
    problems: list[ArmillaryError] = []

    def refuse(keys: tuple[str, ...], problem: str, fix: str) -> None:
        spot = f"{toml.where(*keys)}, {'.'.join(keys)}" if keys else toml.path.name
        problems.append(DefinitionError(problem, where=spot, fix=fix))

    said = _spelt(toml, refuse)
    if "period" not in said:
        refuse(("period",), "The recipe does not say which year it scores.", "add `period = 2023`")
        said["period"] = 2000
    recipe = _converted(said, refuse)
    raise_all([*problems, *impossible(recipe, framework, where=path.name)])
    return recipe


def _spelt(toml: Toml, refuse: Refuse) -> dict[str, Any]:
    """Write every short form out: a word for a method, a method for the default of a section."""
    said = _known((), dict(toml.data), IndexRecipe.__struct_fields__, refuse)
    for step in _STEPS:
        if step not in said:
            continue
        if step not in _GROUPED:
            method = _method((step,), said[step], step, refuse)
            if method is None:  # the default stands in, so that the rest is still checked
                del said[step]
            else:
                said[step] = method
            continue
        section = said[step]
        if isinstance(section, str) or (isinstance(section, dict) and "method" in section):
            section = {"default": section}
        if not isinstance(section, dict):
            refuse((step,), f"{step} is {section!r}.", 'write a method, e.g. "arithmetic"')
            del said[step]
            continue
        section = _known((step,), section, ("default", "level", "node"), refuse)
        if "default" in section:
            section |= _methods((step,), {"default": section.pop("default")}, refuse, step=step)
        for part in ("level", "node"):
            if isinstance(section.get(part), dict):
                section[part] = _methods((step, part), section[part], refuse, step=step)
        said[step] = section
    for code, own in _tables(said.get("indicator")):
        held = _known(("indicator", code), own, recipes.Override.__struct_fields__, refuse)
        said["indicator"][code] = _methods(("indicator", code), held, refuse)
    return said | _audited(said.get("audit"), refuse)


def _audited(audit: Any, refuse: Refuse) -> dict[str, Any]:
    """Spell out what is varied; anything but a table is left to the conversion to refuse."""
    if not isinstance(audit, dict):
        return {} if audit is None else {"audit": audit}
    spelt = _known(("audit",), audit, recipes.Audit.__struct_fields__, refuse)
    if isinstance(spelt.get("vary"), dict):
        spelt["vary"] = dict(_varied(spelt["vary"], (), refuse))
    return {"audit": spelt}


def _methods(
    keys: tuple[str, ...], table: Mapping[str, Any], refuse: Refuse, *, step: str = ""
) -> dict[str, Any]:
    """Spell out a table of methods, without those that are none; the key names the step."""
    spelt = {key: _method((*keys, key), one, step or key, refuse) for key, one in table.items()}
    return {key: one for key, one in spelt.items() if one is not None}


def _tables(value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(value, dict):
        yield from [(key, one) for key, one in value.items() if isinstance(one, dict)]


def _known(
    keys: tuple[str, ...], said: Mapping[str, Any], names: tuple[str, ...], refuse: Refuse
) -> dict[str, Any]:
    for key in said:
        if key not in names:
            whole = ".".join((*keys, key))
            mend = did_you_mean(key, names, otherwise=f"keys are {', '.join(names)}")
            refuse((*keys, key), f"Key {whole} is unknown.", mend)
    return {key: value for key, value in said.items() if key in names}


def _method(keys: tuple[str, ...], value: Any, step: str, refuse: Refuse) -> Any:
    """Return a method as a table that msgspec can convert; None where it names no method."""
    table = {"method": value} if isinstance(value, str) else value
    known = {one.__struct_config__.tag: one for one in typing.get_args(_STEPS[step])}
    if not isinstance(table, dict) or table.get("method") not in known:
        name = table.get("method") if isinstance(table, dict) else table
        mend = did_you_mean(str(name), list(known), otherwise=f"methods are {', '.join(known)}")
        refuse(keys, f"{name!r} is no method to {step}.", mend)
        return None
    names = ("method", *known[table["method"]].__struct_fields__)
    return _known(keys, table, names, refuse)


def _varied(
    value: Any, keys: tuple[str, ...], refuse: Refuse
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Flatten the tables below `vary` to paths into the recipe."""
    spot = ("audit", "vary", *keys)
    if isinstance(value, list):
        step = next((key for key in reversed(keys) if key in _STEPS), None)
        if step is None:
            refuse(spot, f"{'.'.join(keys)} is no step of a recipe.", f"steps: {', '.join(_STEPS)}")
            return
        spelt = [_method(spot, one, step, refuse) for one in value]
        if None not in spelt:
            yield ".".join(keys), {"choices": spelt}
    elif isinstance(value, dict) and any(key in _VARIED_WEIGHTS for key in value):
        yield ".".join(keys), _known(spot, value, Variation.__struct_fields__, refuse)
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from _varied(part, (*keys, key), refuse)
    else:
        refuse(
            spot,
            f"{'.'.join(keys)} = {value!r} is no variation.",
            "give a list of methods, or { spread = 0.25 }, { uniform = [0.1, 0.3] } for weights",
        )


def _converted(said: dict[str, Any], refuse: Refuse) -> IndexRecipe:
    """Convert the keys one by one, so that one wrong value hides no other problem."""
    good: dict[str, Any] = {"period": 2000}
    for field in msgspec.structs.fields(IndexRecipe):
        if field.name not in said:
            continue
        try:
            good[field.name] = msgspec.convert(said[field.name], field.type, str_keys=True)
        except msgspec.ValidationError as error:
            spot, problem = _where(str(error), field.name)
            refuse(spot, f"{'.'.join(spot)}: {problem}.", f"it must be {_wanted(field.name)}")
    return IndexRecipe(**good)


def _where(message: str, key: str) -> tuple[tuple[str, ...], str]:
    """Take msgspec's message apart: "Expected `int`, got `str` - at `$.minimum`"."""
    problem, _, path = message.partition(" - at `$")
    return (key, *(part for part in path.rstrip("`").split(".") if part)), problem


def _wanted(key: str) -> str:
    spelt = {
        "period": 'a year like 2023, or "latest"',
        "since": "a year like 2016",
        "max_age_years": "a whole number of years",
        "fill": '"latest" or "linear"',
        "pool_years": "true or false",
        "minimum_coverage": "a share like 0.65",
        "exclude": 'a list of areas like ["CHN"]',
        "screen": "{ minimum = 0.66, level = { 1 = 0.5 } }",
        "tiers": "[[tiers.tier]], the best first: code, en, zh and above = 100 or at_least = 70",
        "audit": "{ replicates = 1000, vary = { weight = { spread = 0.25 } } }",
        "normalise": '{ method = "minmax", range = [0, 100] }',
        "aggregate": '{ default = "arithmetic", level = { 0 = "geometric" } }',
    }
    listed_methods = {
        step: listed([one.__struct_config__.tag for one in typing.get_args(kind)])
        for step, kind in _STEPS.items()
    }
    return spelt.get(key) or f"one of {listed_methods.get(key, 'the keys of the documentation')}"
