"""Wide tables: a unit a row, an indicator a column; and what every reader here gives back."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec
import pyarrow as pa

from armillary.errors import (
    ArmillaryError,
    DefinitionError,
    SourceError,
    did_you_mean,
    listed,
    raise_all,
)
from armillary.model.columns import from_columns
from armillary.model.indicators import Framework
from armillary.sources.snapshot import checksum, unreadable
from armillary.sources.statistics.content import kind_of
from armillary.sources.statistics.grids import Grid, column_letters, text_grid, workbook_grid

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MISSING = ("", "NA", "N/A", "n/a", "NaN")
_YEAR = re.compile(r"[0-9]{4}")
_UNIT = ("unit", "uCode", "REF_AREA")
_TIME = ("Time", "year", "TIME_PERIOD")
_NAME = ("name", "uName")


class IndexData(msgspec.Struct, frozen=True, kw_only=True):
    """An index as another tool keeps it, in the terms of this one.

    Args:
        framework: The tree; denominators stand in its leaves.
        observations: Table `observation`: every value of every indicator and denominator.
        groups: Label by unit, by column: how units are grouped.
        names: Name by unit.
        notes: What a reader should know.
    """

    framework: Framework
    observations: pa.Table
    groups: dict[str, dict[str, str]] = {}
    names: dict[str, str] = {}
    notes: tuple[str, ...] = ()


class Sheet(msgspec.Struct, frozen=True):
    """A table with a header: cells by name, each with its place.

    Args:
        path: The file.
        grid: All cells, the header first.
        header: Names of the columns.
    """

    path: Path
    grid: Grid
    header: tuple[str, ...]

    def rows(self) -> list[int]:
        """Return the numbers of the rows below the header that hold anything."""
        return [r for r in range(1, len(self.grid.rows)) if any(map(str.strip, self.grid.rows[r]))]

    def cell(self, row: int, name: str) -> str:
        """Return a cell's text; empty where it is missing or the column is absent."""
        if name not in self.header:
            return ""
        text = self.grid.cell(row, self.header.index(name)).strip()
        return "" if text in MISSING else text

    def where(self, row: int, name: str | None = None) -> str:
        """Say where a row or a cell stands."""
        column = self.header.index(name) if name in self.header else 0
        return f"{self.path.name}, {self.grid.locator(row, column, whole_row=name is None)}"

    def place(self, row: int, name: str) -> str:
        """Return the locator of a cell."""
        return self.grid.locator(row, self.header.index(name))


def read_grid(path: Path, *, sheet: str | None = None) -> Grid:
    """Read one table of a CSV file or a workbook, whatever the name of the file says.

    Args:
        path: The file.
        sheet: Sheet of a workbook; None takes the first.

    Raises:
        SourceError: The file is absent, damaged, too large, or no table.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error
    kind = kind_of(raw, path)
    if kind == "workbook":
        return workbook_grid(raw, path, sheet=sheet)
    if kind == "text":
        return text_grid(raw, path, mapping=None)
    raise SourceError(
        f"{path.name} is {kind}, not a table of an index.",
        where=str(path),
        fix="save it as CSV (UTF-8) or .xlsx",
    )


def read_sheet(path: Path, *, required: Sequence[str] = ()) -> tuple[Sheet, list[ArmillaryError]]:
    """Read a table whose first row is its header, and find what is wrong with the header.

    Args:
        path: CSV or workbook.
        required: Columns it must have.

    Raises:
        SourceError: The file cannot be read at all.
    """
    grid = read_grid(path)
    header = tuple(cell.strip() for cell in grid.rows[0]) if grid.rows else ()
    where = f"{path.name}, line 1"
    found: list[ArmillaryError] = [
        DefinitionError(
            f"Column {name!r} is absent.",
            where=where,
            fix=did_you_mean(name, header, otherwise=f"add a column {name!r}"),
        )
        for name in required
        if name not in header
    ]
    found += [
        DefinitionError(f"Column {name!r} is there twice.", where=where, fix="keep one")
        for name in dict.fromkeys(name for name in header if name and header.count(name) > 1)
    ]
    for column, name in enumerate(header):
        if not name and any(grid.cell(row, column).strip() for row in range(1, len(grid.rows))):
            found.append(
                DefinitionError(
                    f"Column {column_letters(column)} has values, but no name.",
                    where=where,
                    fix="name it, or delete it",
                )
            )
    wide = [r for r in range(1, len(grid.rows)) if any(grid.rows[r][len(header) :])]
    found += [
        DefinitionError(
            f"The row has {len(grid.rows[row])} cells, the header {len(header)}.",
            where=f"{path.name}, {grid.locator(row, 0, whole_row=True)}",
            fix="put quotes around cells that hold commas",
        )
        for row in wide
    ]
    return Sheet(path, grid, header), found


def number(text: str, *, where: str, problems: list[ArmillaryError]) -> float | None:
    """Read a number; what is none goes to `problems`, and a missing one is None.

    Args:
        text: Text of the cell.
        where: File and cell.
        problems: Grows by what is wrong.
    """
    if text in MISSING:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if "_" in text or not math.isfinite(value):
        problems.append(
            SourceError(
                f"{text!r} is not a number.",
                where=where,
                fix="write it like 1234.5; leave the cell empty (or NA) where it is missing",
            )
        )
        return None
    return value


def unit_rows(
    sheet: Sheet,
    *,
    unit: str,
    time: str | None,
    period: int | None,
    problems: list[ArmillaryError],
) -> list[tuple[int, str, str]]:
    """Find unit and year of each row.

    Args:
        sheet: The table.
        unit: Column of the codes of the units.
        time: Column of the years; None where there is none.
        period: Year of the data where they name none.
        problems: Grows by what is wrong.

    Returns:
        (row, unit, year) of each good row.
    """
    found: list[tuple[int, str, str]] = []
    seen: set[tuple[str, str]] = set()
    if time is None and period is None:
        problems.append(
            DefinitionError(
                "The data do not say which year they describe.",
                where=sheet.path.name,
                fix=f"write {sheet.path}@2023 (the year) on the command line, `period = 2023` in "
                "recipe.toml, or add a column Time",
            )
        )
        return found
    for row in sheet.rows():
        code, year = sheet.cell(row, unit), str(period)
        if time is not None:
            year = sheet.cell(row, time).removesuffix(".0")
            if not _YEAR.fullmatch(year):
                problems.append(
                    SourceError(
                        f"{time} is {year!r}, not a year.",
                        where=sheet.where(row, time),
                        fix="write four digits, e.g. 2023",
                    )
                )
                continue
        if not code or (code, year) in seen:
            said = f"{code!r} is listed twice" + (f" for {year}" if time else "")
            problems.append(
                SourceError(
                    f"Unit {said}." if code else "The row names no unit.",
                    where=sheet.where(row, unit),
                    fix="give each unit one row" + (" a year" if time else ""),
                )
            )
            continue
        seen.add((code, year))
        found.append((row, code, year))
    return found


def observations_of(
    sheet: Sheet,
    rows: Sequence[tuple[int, str, str]],
    *,
    units_of: Mapping[str, str],
    problems: list[ArmillaryError],
    dataflow: Literal["COINR", "COIN_TOOL", "WIDE"],
) -> pa.Table:
    """Make one observation of each cell: indicator by unit and year, with its place.

    Args:
        sheet: The table.
        rows: From `unit_rows`.
        units_of: Unit of measure by column that holds values.
        problems: Grows by cells that hold no number.
        dataflow: Layout of the table.
    """
    held: dict[str, list[object]] = {
        name: []
        for name in (
            "INDICATOR", "REF_AREA", "TIME_PERIOD", "locator", "OBS_VALUE", "OBS_STATUS",
            "OBS_TEXT", "UNIT_MEASURE",
        )
    }  # fmt: skip
    for name, unit_measure in units_of.items():
        column = sheet.header.index(name)
        for row, unit, year in rows:
            text = sheet.grid.cell(row, column).strip()
            place = sheet.grid.locator(row, column)
            value = number(text, where=f"{sheet.path.name}, {place}", problems=problems)
            for key, one in (
                ("INDICATOR", name),
                ("REF_AREA", unit),
                ("TIME_PERIOD", year),
                ("locator", place),
                ("OBS_VALUE", value),
                ("OBS_STATUS", "M" if value is None else "A"),
                ("OBS_TEXT", text),
                ("UNIT_MEASURE", unit_measure or "_U"),
            ):
                held[key].append(one)
    size = len(held["INDICATOR"])
    fixed: dict[str, object] = {
        "source": dataflow.lower(),
        "origin": checksum(sheet.path)[:16],
        "DATAFLOW": dataflow,
        "DIMENSIONS": "",
        "UNIT_MULT": 0,
        "PRICE_BASE": "_U",
        "VINTAGE": "_Z",
    } | dict.fromkeys(("SECT_PERF", "SECT_FUND", "TYPE_RD", "FORD", "SEX"), "_Z")
    return from_columns("observation", held | {key: [one] * size for key, one in fixed.items()})


def read_wide(path: Path, framework: Framework, *, period: int | None = None) -> IndexData:
    """Read the data of a framework from a table with a unit a row and an indicator a column.

    Args:
        path: CSV or workbook. The first column (or `unit`) holds the codes of the units; `Time`
            their year, where there are several; `name` their names; other columns are named by
            the INDICATOR of a leaf or a denominator. Columns the framework does not ask for
            are left out.
        framework: The tree the data are for.
        period: Year of data without a column Time.

    Raises:
        ArmillaryError: Everything wrong with the file, each problem with its cell.
    """
    sheet, problems = read_sheet(path)
    raise_all(problems)
    header = sheet.header
    if not header:
        raise SourceError("The table is empty.", where=path.name, fix="give a header and rows")
    unit = next((name for name in _UNIT if name in header), header[0])
    time = next((name for name in _TIME if name in header), None)
    named = next((name for name in _NAME if name in header), None)
    wanted: dict[str, str] = {}
    for leaf in framework.leaves:
        if leaf.dimensions or leaf.denominator_dimensions or leaf.dataflow:
            problems.append(
                DefinitionError(
                    f"{leaf.code} names dimensions, which a wide table does not have.",
                    where=f"framework, {leaf.code}",
                    fix="give the indicator a column of its own, and name it in `indicator`",
                )
            )
        code = leaf.indicator or leaf.code
        plain = not leaf.denominator and leaf.scale == 1
        wanted[code] = (leaf.unit_measure if plain else None) or wanted.get(code, "")
        if leaf.denominator:
            wanted.setdefault(leaf.denominator, "")
    absent = [code for code in wanted if code not in header]
    if absent:
        problems.append(
            DefinitionError(
                f"The framework asks for {listed(absent)}, which the data do not have.",
                where=f"{path.name}, line 1",
                fix=did_you_mean(absent[0], header, otherwise=f"columns are {listed(header)}"),
            )
        )
    rows = unit_rows(sheet, unit=unit, time=time, period=period, problems=problems)
    units_of = {code: said for code, said in wanted.items() if code in header}
    table = observations_of(sheet, rows, units_of=units_of, problems=problems, dataflow="WIDE")
    raise_all(problems)
    known = {unit, time, named, *wanted}
    unread = [name for name in header if name and name not in known]
    names = {code: sheet.cell(row, named) for row, code, _ in rows} if named else {}
    return IndexData(
        framework=framework,
        observations=table,
        names=names,
        notes=(f"{path.name}: columns not in the framework: {listed(unread)}.",) if unread else (),
    )
