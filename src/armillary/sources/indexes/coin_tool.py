"""Reads an index out of a workbook of the JRC's COIN Tool (Excel, 2019).

Written from the published description of its sheets, not from a real workbook: sheet Database
holds, from column E on, weight (row 7), direction (8), lower and upper goalpost (9, 10), the
groups above each indicator from the index down (11 to 14), its name (15) and code (16); units
follow from row 17, with name (column B) and code (C). Sheet Framework holds codes, weights and
names of the groups (columns C, E and H) below a header with "Dimension/indicator".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from armillary.errors import ArmillaryError, DefinitionError, SourceError, listed, raise_all
from armillary.model.indicators import Direction, Framework, Node, faults
from armillary.sources.indexes.wide import (
    MISSING,
    IndexData,
    Sheet,
    number,
    observations_of,
    read_grid,
    unit_rows,
)
from armillary.sources.statistics.grids import Grid, column_letters

if TYPE_CHECKING:
    from pathlib import Path

DATABASE, FRAMEWORK = "Database", "Framework"
_WEIGHT, _DIRECTION, _LOW, _HIGH = 6, 7, 8, 9  # rows, counted from 0
_LEVELS = (10, 11, 12, 13)  # index, sub-index, pillar, sub-pillar
_NAME, _CODE, _FIRST_UNIT = 14, 15, 16
_UNIT_NAME, _UNIT_CODE, _FIRST_INDICATOR = 1, 2, 4
_GROUP_CODE, _GROUP_WEIGHT, _GROUP_NAME = 2, 4, 7
_HEADERS = (3, 4)  # of sheet Framework; older workbooks have it one row further down
_HEADER_CELL = "Dimension/indicator"
_UNUSED = "--"


def is_coin_tool(path: Path) -> bool:
    """Say whether a workbook has the two sheets of the COIN Tool.

    Args:
        path: Any file.
    """
    from python_calamine import CalamineWorkbook

    if path.suffix.lower() not in (".xlsx", ".xlsm"):
        return False
    read_grid(path)  # refuses what is damaged or unpacks to too much
    names = CalamineWorkbook.from_path(str(path)).sheet_names
    return {DATABASE, FRAMEWORK} <= set(names)


def read_coin_tool(path: Path, *, period: int | None = None) -> IndexData:
    """Read framework and data of a COIN Tool workbook.

    A level in which all indicators have the same code is one the index does not use. The tool
    has fixed codes (`Ind.01`, `p.01`); they are kept.
    Source: the reader of the R package COINr (MIT), which describes the same cells.

    Args:
        path: The workbook, .xlsx or .xlsm; macros are not read.
        period: Year of the data, which the workbook does not name.

    Raises:
        ArmillaryError: Everything wrong with the workbook, each problem with its cell.
    """
    grid = read_grid(path, sheet=DATABASE)
    columns = [
        c for c in range(_FIRST_INDICATOR, grid.width) if _text(grid, _CODE, c) and _used(grid, c)
    ]
    if len(grid.rows) <= _FIRST_UNIT or not columns:
        raise SourceError(
            "Sheet Database holds no indicator.",
            where=f"{path.name}, {DATABASE}!E16",
            fix="fill codes of indicators in row 16 and values below, as the COIN Tool does",
        )
    problems: list[ArmillaryError] = []
    groups = _groups(path, problems)
    nodes, places = _nodes(path, grid, columns, groups, problems)
    problems += [
        DefinitionError(fault.problem, where=places[fault.position], fix=fault.fix)
        for fault in faults(nodes)
    ]
    codes = {_text(grid, _CODE, c): c for c in columns}
    if len(codes) < len(columns):
        raise_all(problems)  # they say which code is there twice
    table = _table(path, grid)
    units = unit_rows(table, unit="uCode", time=None, period=period, problems=problems)
    observations = observations_of(
        table, units, units_of=dict.fromkeys(codes, ""), problems=problems, dataflow="COIN_TOOL"
    )
    raise_all(problems)
    skipped = [
        _text(grid, _CODE, c)
        for c in range(_FIRST_INDICATOR, grid.width)
        if _text(grid, _CODE, c) and c not in columns
    ]
    return IndexData(
        framework=Framework(tuple(nodes)),
        observations=observations,
        names={unit: table.cell(row, "uName") or unit for row, unit, _ in units},
        notes=(f"{path.name}: no values, so left out: {listed(skipped)}.",) if skipped else (),
    )


def _text(grid: Grid, row: int, column: int) -> str:
    text = grid.cell(row, column).strip() if row < len(grid.rows) else ""
    return "" if text in MISSING else text


def _used(grid: Grid, column: int) -> bool:
    return any(_text(grid, row, column) for row in range(_FIRST_UNIT, len(grid.rows)))


def _place(path: Path, sheet: str, row: int, column: int) -> str:
    return f"{path.name}, {sheet}!{column_letters(column)}{row + 1}"


class _Cells(Sheet, frozen=True):
    """The units of sheet Database, whose places are those of the sheet itself."""

    def rows(self) -> list[int]:
        return [
            row
            for row in range(_FIRST_UNIT, len(self.grid.rows))
            if any(cell.strip() not in MISSING for cell in self.grid.rows[row][_UNIT_NAME:])
        ]


def _table(path: Path, grid: Grid) -> Sheet:
    header = [_text(grid, _CODE, column) for column in range(grid.width)]
    header[:_FIRST_INDICATOR] = [""] * _FIRST_INDICATOR
    header[_UNIT_NAME], header[_UNIT_CODE] = "uName", "uCode"
    return _Cells(path, grid, tuple(header))


def _groups(path: Path, problems: list[ArmillaryError]) -> dict[str, tuple[float, str]]:
    """Read weight and name of each group."""
    grid = read_grid(path, sheet=FRAMEWORK)
    header = next(
        (
            row
            for row in _HEADERS
            if row < len(grid.rows) and _HEADER_CELL in [cell.strip() for cell in grid.rows[row]]
        ),
        None,
    )
    if header is None:
        problems.append(
            SourceError(
                f"Sheet Framework has no column {_HEADER_CELL!r}.",
                where=f"{path.name}, {FRAMEWORK}!C4:H4",
                fix="use a workbook of the COIN Tool of 2019, or give iData.csv and iMeta.csv",
            )
        )
        return {}
    marked = [cell.strip() for cell in grid.rows[header]].index(_HEADER_CELL)
    found: dict[str, tuple[float, str]] = {}
    for row in range(header + 1, len(grid.rows)):
        code = _text(grid, row, _GROUP_CODE)
        if not code or _text(grid, row, marked) == _UNUSED:
            continue
        where = _place(path, FRAMEWORK, row, _GROUP_WEIGHT)
        text = _text(grid, row, _GROUP_WEIGHT)
        weight = number(text, where=where, problems=problems)
        found[code] = (1.0 if weight is None else weight, _text(grid, row, _GROUP_NAME) or code)
    return found


def _nodes(
    path: Path,
    grid: Grid,
    columns: list[int],
    groups: dict[str, tuple[float, str]],
    problems: list[ArmillaryError],
) -> tuple[list[Node], list[str]]:
    """Make the groups above the indicators, then the indicators."""
    used = [
        row
        for row in _LEVELS
        if row == _LEVELS[0] or len({_text(grid, row, column) for column in columns}) > 1
    ]
    nodes: dict[str, tuple[Node, str]] = {}
    leaves: list[tuple[Node, str]] = []
    for column in columns:
        parent: str | None = None
        for row in used:
            code, where = _text(grid, row, column), _place(path, DATABASE, row, column)
            if not code:
                problems.append(
                    DefinitionError(
                        f"{_text(grid, _CODE, column)} names no group at this level.",
                        where=where,
                        fix="fill the code of its group, as for the other indicators",
                    )
                )
                continue
            if code not in groups and code not in nodes and groups:
                problems.append(
                    DefinitionError(
                        f"Group {code!r} is not in sheet Framework.",
                        where=where,
                        fix=f"groups there are {listed(list(groups))}",
                    )
                )
            weight, name = groups.get(code, (1.0, code))
            node = Node(code=code, name_en=name, parent=parent, weight=weight)
            if code in nodes and nodes[code][0].parent != parent:
                problems.append(
                    DefinitionError(
                        f"Group {code!r} stands under {nodes[code][0].parent!r} and {parent!r}.",
                        where=where,
                        fix="put each group under one group",
                    )
                )
            nodes.setdefault(code, (node, where))
            parent = code
        leaves.append(
            (_leaf(path, grid, column, parent, problems), _place(path, "Database", _CODE, column))
        )
    every = [*nodes.values(), *leaves]
    return [node for node, _ in every], [where for _, where in every]


def _leaf(
    path: Path, grid: Grid, column: int, parent: str | None, problems: list[ArmillaryError]
) -> Node:
    def value(row: int) -> float | None:
        where = _place(path, DATABASE, row, column)
        return number(_text(grid, row, column), where=where, problems=problems)

    code = _text(grid, _CODE, column)
    weight, direction = value(_WEIGHT), value(_DIRECTION)
    if weight is None or direction not in (1.0, -1.0):
        row = _WEIGHT if weight is None else _DIRECTION
        what = "has no weight" if weight is None else f"has direction {direction}"
        problems.append(
            DefinitionError(
                f"{code} {what}.",
                where=_place(path, DATABASE, row, column),
                fix="weights stand in row 7, directions (1 or -1) in row 8",
            )
        )
    return Node(
        code=code,
        name_en=_text(grid, _NAME, column) or code,
        parent=parent,
        weight=1.0 if weight is None else weight,
        direction=Direction(-1 if direction == -1.0 else 1),
        low=value(_LOW),
        high=value(_HIGH),
    )
