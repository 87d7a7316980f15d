"""Reads what an index is made of: the framework (CSV) and the recipe (TOML)."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import msgspec

from armillary.errors import ArmillaryError, DefinitionError, did_you_mean, raise_all
from armillary.model.indicators import (
    MEANS,
    NORMALISATIONS,
    Aggregate,
    Direction,
    Framework,
    IndexRecipe,
    Node,
    Normalise,
    Uncertainty,
    faults,
    impossible,
)
from armillary.sources.toml import read_text, read_toml

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

REQUIRED = ("code", "name_en", "parent")
COLUMNS = (
    *REQUIRED, "name_zh", "weight", "direction", "unit_measure", "indicator", "dimensions",
    "dataflow", "denominator", "denominator_dimensions", "scale",
)  # fmt: skip
_SECTIONS: dict[str, type[msgspec.Struct]] = {
    "normalise": Normalise,
    "aggregate": Aggregate,
    "uncertainty": Uncertainty,
}


def read_framework(path: Path) -> Framework:
    """Read the tree of an index, one node a row.

    Args:
        path: CSV in UTF-8. Columns code, name_en and parent are required; name_zh, weight,
            direction, unit_measure, indicator, dimensions (`SECT_FUND=BES;TYPE_RD=BASIC`),
            dataflow, denominator, denominator_dimensions and scale may be left out.

    Raises:
        DefinitionError: Everything wrong with the file, each problem with its line.
    """
    reader = csv.reader(io.StringIO(read_text(path)), strict=True)
    problems: list[ArmillaryError] = []
    nodes: list[Node] = []
    lines: list[int] = []
    try:
        header = [name.strip() for name in next(reader, [])]
        problems += _header_problems(header, path)
        raise_all(problems)
        before = reader.line_num
        for cells in reader:
            line, before = before + 1, reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            node, found = _node(header, cells, f"{path.name}, line {line}")
            nodes.append(node)
            lines.append(line)
            problems += found
    except csv.Error as error:
        raise DefinitionError(
            f"{path.name} is not CSV: {error}.",
            where=f"{path.name}, line {reader.line_num}",
            fix="save it again as CSV (UTF-8), with quotes around cells that hold commas",
        ) from error
    problems += [
        DefinitionError(
            fault.problem,
            where=f"{path.name}, line {lines[fault.position] if lines else 2}",
            fix=fault.fix,
        )
        for fault in faults(nodes)
    ]
    raise_all(problems)
    return Framework(tuple(nodes))


def _header_problems(header: list[str], path: Path) -> list[ArmillaryError]:
    where = f"{path.name}, line 1"
    found: list[ArmillaryError] = [
        DefinitionError(f"Column {name!r} is absent.", where=where, fix=f"add a column {name!r}")
        for name in REQUIRED
        if name not in header
    ]
    for position, name in enumerate(header):
        if name not in COLUMNS:
            mend = did_you_mean(name, COLUMNS, otherwise=f"columns are {', '.join(COLUMNS)}")
            found.append(DefinitionError(f"Column {name!r} is unknown.", where=where, fix=mend))
        elif name in header[:position]:
            found.append(
                DefinitionError(f"Column {name!r} is there twice.", where=where, fix="keep one")
            )
    return found


def _node(header: list[str], cells: list[str], where: str) -> tuple[Node, list[ArmillaryError]]:
    found: list[ArmillaryError] = []

    def refuse(problem: str, fix: str) -> None:
        found.append(DefinitionError(problem, where=where, fix=fix))

    if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
        refuse(
            f"The row has {len(cells)} cells, the header {len(header)}.",
            "put quotes around cells that hold commas",
        )
    row = {name: cell.strip() for name, cell in zip(header, cells, strict=False)}

    def number(name: str) -> float:
        text = row.get(name, "")
        try:
            return float(text) if text else 1.0
        except ValueError:
            refuse(f"{name} {text!r} is not a number.", "write it like 0.5, or leave it empty")
            return 1.0

    def pairs(name: str) -> dict[str, str]:
        codes: dict[str, str] = {}
        for pair in filter(None, (part.strip() for part in row.get(name, "").split(";"))):
            key, equals, code = (part.strip() for part in pair.partition("="))
            if not (key and equals and code):
                refuse(f"{name} holds {pair!r}.", "write it like SECT_FUND=BES;TYPE_RD=BASIC")
            elif key in codes:
                refuse(f"{name} names {key} twice.", "keep one code for a dimension")
            codes[key] = code
        return codes

    for name in ("code", "name_en"):
        if not row.get(name):
            refuse(f"The node has no {name}.", f"fill the column {name}")
    turned = row.get("direction") or "1"
    if turned not in ("1", "+1", "-1"):
        refuse(f"direction {turned!r} is neither 1 nor -1.", "1: higher is better; -1: lower is")
    node = Node(
        code=row.get("code") or f"({where})",
        name_en=row.get("name_en", ""),
        name_zh=row.get("name_zh", ""),
        parent=row.get("parent") or None,
        weight=number("weight"),
        direction=Direction.LOWER_IS_BETTER if turned == "-1" else Direction.HIGHER_IS_BETTER,
        unit_measure=row.get("unit_measure") or None,
        indicator=row.get("indicator") or None,
        dimensions=pairs("dimensions"),
        dataflow=row.get("dataflow") or None,
        denominator=row.get("denominator") or None,
        denominator_dimensions=pairs("denominator_dimensions"),
        scale=number("scale"),
    )
    return node, found


def read_recipe(path: Path, framework: Framework) -> IndexRecipe:
    """Read the choices of method of an index and hold them to its framework.

    Args:
        path: TOML. `period` is required. `normalise` and `aggregate` may be one word or a
            table.
        framework: The tree the recipe is for.

    Raises:
        DefinitionError: Unknown keys, values that mean nothing, unknown nodes.
        IndexMethodError: Choices that exclude each other.
    """
    toml = read_toml(path)
    said = dict(toml.data)
    if isinstance(said.get("normalise"), str):
        said["normalise"] = {"method": said["normalise"]}
    if isinstance(said.get("aggregate"), str):
        said["aggregate"] = {"default": said["aggregate"]}
    problems: list[ArmillaryError] = []

    def refuse(key: str, problem: str, fix: str) -> None:
        spot = f"{toml.where(*key.split('.'))}, {key}"
        problems.append(DefinitionError(problem, where=spot, fix=fix))

    if "period" not in said:
        refuse("period", "The recipe does not say which year it scores.", "add `period = 2023`")
        said["period"] = 2000
    kept = _known("", said, IndexRecipe, refuse)
    for name, struct in _SECTIONS.items():
        if name in kept:
            if isinstance(kept[name], dict):
                kept[name] = _known(f"{name}.", kept[name], struct, refuse)
            else:
                refuse(name, f"{name} is {kept.pop(name)!r}, not a table.", f"write [{name}]")
    _check_words(kept, refuse)
    recipe = _recipe(kept, refuse)
    raise_all([*problems, *impossible(recipe, framework, where=path.name)])
    return recipe


def _known(
    prefix: str,
    said: Mapping[str, Any],
    struct: type[msgspec.Struct],
    refuse: Callable[[str, str, str], None],
) -> dict[str, Any]:
    names = struct.__struct_fields__
    for key in said:
        if key not in names:
            mend = did_you_mean(key, names, otherwise=f"keys are {', '.join(names)}")
            refuse(f"{prefix}{key}", f"Key {prefix}{key} is unknown.", mend)
    return {key: value for key, value in said.items() if key in names}


def _check_words(kept: dict[str, Any], refuse: Callable[[str, str, str], None]) -> None:
    """Take out words that name no method, so that the rest is still checked."""
    method = kept.get("normalise", {}).get("method", "minmax")
    if method not in NORMALISATIONS:
        mend = did_you_mean(str(method), NORMALISATIONS, otherwise="methods are minmax and none")
        refuse("normalise.method", f"{method!r} normalises nothing.", mend)
        del kept["normalise"]["method"]
    means = kept.get("aggregate", {})
    spots: list[tuple[str, dict[str, Any], str]] = []
    if "default" in means:
        spots.append(("aggregate.default", means, "default"))
    for part in ("level", "node"):
        if isinstance(means.get(part), dict):
            spots += [(f"aggregate.{part}.{key}", means[part], key) for key in list(means[part])]
    for where, holder, key in spots:
        if holder[key] not in MEANS:
            mend = did_you_mean(
                str(holder[key]), MEANS, otherwise="means are arithmetic, geometric"
            )
            refuse(where, f"{holder[key]!r} is no mean.", mend)
            del holder[key]


def _recipe(kept: dict[str, Any], refuse: Callable[[str, str, str], None]) -> IndexRecipe:
    """Convert the keys one by one, so that one wrong type hides no other problem."""
    types = msgspec.structs.fields(IndexRecipe)
    good: dict[str, Any] = {"period": 2000}
    for field in types:
        if field.name not in kept:
            continue
        try:
            good[field.name] = msgspec.convert(kept[field.name], field.type, str_keys=True)
        except msgspec.ValidationError as error:
            refuse(field.name, f"{field.name}: {error}.", f"it must be {_wanted(field.name)}")
    return IndexRecipe(**good)


def _wanted(key: str) -> str:
    return {
        "period": 'a year like 2023, or "latest"',
        "max_age_years": "a whole number of years",
        "minimum_coverage": "a share like 0.65",
        "exclude": 'a list of areas like ["CHN"]',
        "normalise": '{ method = "minmax", range = [0, 100] }',
        "aggregate": '{ default = "arithmetic", level = { 0 = "geometric" } }',
        "uncertainty": "{ replicates = 1000, spread = 0.25, seed = 1 }",
    }[key]
