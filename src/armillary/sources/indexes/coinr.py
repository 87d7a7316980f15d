"""Reads what COINr builds a coin from: iData (a unit a row) and iMeta (what each column is)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from armillary.errors import ArmillaryError, DefinitionError, did_you_mean, listed, raise_all
from armillary.model.indicators import Direction, Framework, Node, faults
from armillary.sources.indexes.wide import (
    IndexData,
    Sheet,
    number,
    observations_of,
    read_sheet,
    unit_rows,
)

if TYPE_CHECKING:
    from pathlib import Path

_META = ("Level", "iCode", "Direction", "Weight", "Parent", "Type")
_TYPES = ("Indicator", "Aggregate", "Group", "Denominator", "Other")
_OWN = ("uCode", "uName", "Time")
# How columns that are not indicators were named before version 1, which knew no Type.
_PREFIXES = {"Group_": "Group", "Den_": "Denominator", "x_": "Other"}


def read_coinr(data: Path, *, meta: Path, period: int | None = None) -> IndexData:
    """Read iData and iMeta as a framework, observations and groups of units.

    A denominator named by iMeta becomes the denominator of the leaf, so that its values are
    divided by it; COINr does so in a step of its own. A denominator of 0 leaves a value missing.

    Args:
        data: iData: columns uCode, uName and Time (may be absent), and those iMeta describes.
        meta: iMeta: columns Level, iCode, Direction, Weight, Parent, Type; iName, Unit, Target
            and Denominator may be absent.
        period: Year of data without a column Time.

    Raises:
        ArmillaryError: Everything wrong with both files, each problem with its line or cell.
    """
    described, problems = read_sheet(meta, required=_META)
    held, found = read_sheet(data, required=("uCode",))
    raise_all([*problems, *found])
    kinds = _kinds(described, held, problems)
    nodes, rows, notes = _nodes(described, kinds, problems)
    problems += [
        DefinitionError(
            fault.problem,
            where=described.where(rows[fault.position]) if rows else meta.name,
            fix=fault.fix,
        )
        for fault in faults(nodes)
    ]
    time = "Time" if "Time" in held.header else None
    units = unit_rows(held, unit="uCode", time=time, period=period, problems=problems)
    unit_of = {
        described.cell(row, "iCode"): described.cell(row, "Unit") for row in described.rows()
    }
    values = {
        code: unit_of.get(code, "")
        for code, kind in kinds.items()
        if kind in ("Indicator", "Denominator") and code in held.header
    }
    table = observations_of(held, units, units_of=values, problems=problems, dataflow="COINR")
    raise_all(problems)
    latest = sorted(units, key=lambda one: one[2])
    return IndexData(
        framework=Framework(tuple(nodes)),
        observations=table,
        groups={
            code: {unit: label for row, unit, _ in latest if (label := held.cell(row, code))}
            for code, kind in kinds.items()
            if kind == "Group" and code in held.header
        },
        names={unit: held.cell(row, "uName") or unit for row, unit, _ in latest},
        notes=notes,
    )


def _kinds(described: Sheet, held: Sheet, problems: list[ArmillaryError]) -> dict[str, str]:
    """Find what each code is, and hold the two files to each other."""
    kinds: dict[str, str] = {}
    for row in described.rows():
        code, kind = described.cell(row, "iCode"), described.cell(row, "Type")
        if not code or code in kinds:
            said = f"iCode {code!r} is listed twice." if code else "The row names no iCode."
            problems.append(
                DefinitionError(said, where=described.where(row), fix="give each code one row")
            )
            continue
        if kind not in _TYPES:
            problems.append(
                DefinitionError(
                    f"Type of {code!r} is {kind!r}.",
                    where=described.where(row, "Type"),
                    fix=did_you_mean(kind, _TYPES, otherwise=f"types are {', '.join(_TYPES)}"),
                )
            )
        kinds[code] = kind
        if kind in ("Indicator", "Denominator", "Group") and code not in held.header:
            problems.append(
                DefinitionError(
                    f"{code!r} is described, but {held.path.name} has no such column.",
                    where=described.where(row, "iCode"),
                    fix=did_you_mean(code, held.header, otherwise=f"add the column {code!r}"),
                )
            )
    for name in filter(None, held.header):
        if name in kinds or name in _OWN:
            if kinds.get(name) == "Aggregate":
                problems.append(
                    DefinitionError(
                        f"Column {name!r} holds values, but is described as an aggregate.",
                        where=f"{held.path.name}, line 1",
                        fix="delete the column; aggregates are computed",
                    )
                )
            continue
        old = next((k for prefix, k in _PREFIXES.items() if name.startswith(prefix)), None)
        if old is not None:
            kinds[name] = old
            continue
        problems.append(
            DefinitionError(
                f"Column {name!r} is not described in {described.path.name}.",
                where=f"{held.path.name}, line 1",
                fix=did_you_mean(
                    name,
                    [code for code in kinds if code not in held.header],
                    otherwise="describe it there; Type Other is not read",
                ),
            )
        )
    return kinds


def _nodes(
    described: Sheet, kinds: dict[str, str], problems: list[ArmillaryError]
) -> tuple[list[Node], list[int], tuple[str, ...]]:
    """Make nodes of the rows of Type Indicator and Aggregate."""
    nodes: list[Node] = []
    rows: list[int] = []
    notes: list[str] = []
    turned: list[str] = []
    levels: dict[str, tuple[int, float]] = {}
    for row in described.rows():
        code, kind = described.cell(row, "iCode"), described.cell(row, "Type")
        if kind not in ("Indicator", "Aggregate") or not code:
            continue

        def value(name: str, row: int = row) -> float | None:
            text = described.cell(row, name)
            return number(text, where=described.where(row, name), problems=problems)

        direction = described.cell(row, "Direction").removesuffix(".0")
        if kind == "Aggregate":
            turned += [code] if direction == "-1" else []
            direction = "1"
        if direction not in ("1", "-1"):
            problems.append(
                DefinitionError(
                    f"Direction of {code!r} is {direction!r}.",
                    where=described.where(row, "Direction"),
                    fix="1: higher is better; -1: lower is better",
                )
            )
        weight = value("Weight")
        if weight is None and not described.cell(row, "Weight"):
            problems.append(
                DefinitionError(
                    f"{code!r} has no Weight.",
                    where=described.where(row, "Weight"),
                    fix="give a weight of 0 or more; 1 weighs siblings alike",
                )
            )
        denominator = described.cell(row, "Denominator") or None
        if denominator is not None and kinds.get(denominator) != "Denominator":
            known = [name for name, one in kinds.items() if one == "Denominator"]
            problems.append(
                DefinitionError(
                    f"Denominator {denominator!r} of {code!r} is no column of Type Denominator.",
                    where=described.where(row, "Denominator"),
                    fix=did_you_mean(
                        denominator, known, otherwise=f"denominators are {listed(known) or 'none'}"
                    ),
                )
            )
        level = value("Level")
        if level is not None:
            levels[code] = (row, level)
        leaf = kind == "Indicator"
        nodes.append(
            Node(
                code=code,
                name_en=described.cell(row, "iName") or code,
                parent=described.cell(row, "Parent") or None,
                weight=1.0 if weight is None else weight,
                direction=Direction(-1 if direction == "-1" else 1),
                denominator=denominator if leaf else None,
                target=value("Target") if leaf else None,
            )
        )
        rows.append(row)
    for node in nodes:
        own, above = levels.get(node.code), levels.get(node.parent or "")
        if own is not None and above is not None and above[1] <= own[1]:
            problems.append(
                DefinitionError(
                    f"{node.code!r} is at Level {own[1]:g}, its parent {node.parent!r} at "
                    f"{above[1]:g}.",
                    where=described.where(own[0], "Level"),
                    fix="indicators are at Level 1; each parent stands above its parts",
                )
            )
    if turned:
        notes.append(
            f"{described.path.name}: Direction -1 of aggregates is not used, as in COINr: "
            f"{listed(turned)}."
        )
    divided = [node.code for node in nodes if node.denominator]
    if divided:
        notes.append(
            f"{described.path.name}: values divided by their Denominator: {listed(divided)}."
        )
    return nodes, rows, tuple(notes)
