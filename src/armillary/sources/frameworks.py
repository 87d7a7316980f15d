"""Reads what an index is made of: the framework (CSV)."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from armillary.errors import ArmillaryError, DefinitionError, raise_all
from armillary.model.indicators import Direction, Framework, Node, faults
from armillary.sources.headers import edited_rows
from armillary.sources.toml import read_text

if TYPE_CHECKING:
    from pathlib import Path

REQUIRED = ("code", "name_en", "parent")
COLUMNS = (
    *REQUIRED, "name_zh", "weight", "direction", "unit_measure", "indicator", "dimensions",
    "dataflow", "denominator", "denominator_dimensions", "scale", "target", "low", "high",
)  # fmt: skip


def read_framework(path: Path) -> Framework:
    """Read the tree of an index, one node a row.

    Args:
        path: CSV in UTF-8. Columns code, name_en and parent are required; name_zh, weight,
            direction, unit_measure, indicator, dimensions (`SECT_FUND=BES;TYPE_RD=BASIC`),
            dataflow, denominator, denominator_dimensions, scale, target, low and high may be
            left out.

    Raises:
        DefinitionError: Everything wrong with the file, each problem with its line.
    """
    problems: list[ArmillaryError] = []
    nodes: list[Node] = []
    lines: list[int] = []
    for line, header, cells in edited_rows(path, required=REQUIRED, columns=COLUMNS):
        node, found = _node(header, cells, f"{path.name}, line {line}")
        nodes.append(node)
        lines.append(line)
        problems += found
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

    def number(name: str) -> float | None:
        text = row.get(name, "")
        try:
            return float(text) if text else None
        except ValueError:
            refuse(f"{name} {text!r} is not a number.", "write it like 0.5, or leave it empty")
            return None

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
        weight=_or_one(number("weight")),
        direction=Direction.LOWER_IS_BETTER if turned == "-1" else Direction.HIGHER_IS_BETTER,
        unit_measure=row.get("unit_measure") or None,
        indicator=row.get("indicator") or None,
        dimensions=pairs("dimensions"),
        dataflow=row.get("dataflow") or None,
        denominator=row.get("denominator") or None,
        denominator_dimensions=pairs("denominator_dimensions"),
        scale=_or_one(number("scale")),
        target=number("target"),
        low=number("low"),
        high=number("high"),
    )
    return node, found


def _or_one(number: float | None) -> float:
    return 1.0 if number is None else number


def read_units(path: Path) -> dict[str, dict[str, str]]:
    """Read the table of units: how units are grouped, e.g. by income or region.

    Args:
        path: CSV in UTF-8: column `unit`, and one column for each way to group units.

    Returns:
        Label by unit, by column; units without a label are left out of the column.

    Raises:
        DefinitionError: No column `unit`, a unit listed twice, or a row of another length.
    """
    rows = list(csv.reader(io.StringIO(read_text(path))))
    header = [name.strip() for name in rows[0]] if rows else []
    problems: list[ArmillaryError] = []
    if "unit" not in header:
        problems.append(
            DefinitionError(
                "Column 'unit' is absent.", where=f"{path.name}, line 1", fix="add a column 'unit'"
            )
        )
        raise_all(problems)
    columns: dict[str, dict[str, str]] = {name: {} for name in header if name != "unit"}
    seen: set[str] = set()
    for line, cells in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in cells):
            continue
        where = f"{path.name}, line {line}"
        if len(cells) != len(header):
            problems.append(
                DefinitionError(
                    f"The row has {len(cells)} cells, the header {len(header)}.",
                    where=where,
                    fix="put quotes around cells that hold commas",
                )
            )
            continue
        row = {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
        unit = row.pop("unit")
        if not unit or unit in seen:
            problem = f"Unit {unit!r} is listed twice." if unit else "The row names no unit."
            problems.append(DefinitionError(problem, where=where, fix="give each unit one row"))
        seen.add(unit)
        for name, label in row.items():
            if label:
                columns[name][unit] = label
    raise_all(problems)
    return columns
