"""Finds the raw value of every indicator and unit among the observations."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from armillary.analyses.index.selection import Selection, collect
from armillary.errors import (
    ArmillaryError,
    IndexMethodError,
    did_you_mean,
    listed,
    raise_all,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from armillary.model.indicators import Framework, Node
    from armillary.model.recipe import IndexRecipe
    from armillary.model.table import Table

MISSING = "M"
_SAME = 1e-9  # one number printed in two tables, in different powers of ten


class Cell(msgspec.Struct, frozen=True):
    """One raw value with all that belongs to it."""

    value: float | None
    period: str | None
    status: str
    unit_measure: str | None = None
    origin: str | None = None
    locator: str | None = None


class RawValues(msgspec.Struct, frozen=True):
    """The raw values of an index.

    Args:
        periods: Years scored, in order; the last is the edition.
        units: Area codes, sorted.
        values: Shape (periods, leaves, units), in the unit of each indicator; NaN = missing.
        cells: By (year, leaf code, unit): the value with its period, status, origin, locator.
        unit_measure: By leaf code.
    """

    periods: tuple[str, ...]
    units: tuple[str, ...]
    values: NDArray[np.float64]
    cells: dict[tuple[str, str, str], Cell]
    unit_measure: dict[str, str | None]


def raw_values(
    observations: Table, *, framework: Framework, recipe: IndexRecipe, where: str
) -> RawValues:
    """Select, scale and divide the observations an index needs.

    Values are multiplied by 10^UNIT_MULT, divided by their denominator of the same area and
    period, then multiplied by `scale`. Among vintages of one dataflow the latest that holds a
    value counts. A denominator of 0 leaves the value missing. The same number found in two
    tables is one observation with the status codes of both; two different numbers are an error.
    Source: OECD/JRC (2008), doi:10.1787/9789264043466-en, step 2, data selection and scaling.

    Args:
        observations: Table `observation`; only what is needed is collected.
        framework: Its leaves say what is needed.
        recipe: Years, age and excluded areas.
        where: Name of the index, for errors.

    Raises:
        IndexMethodError: Indicators without observations, two observations for one cell,
            mixed units; all at once.
    """
    wanted = {leaf.code: _selections(leaf) for leaf in framework.leaves}
    found = collect(
        observations,
        selections=sorted({s for pair in wanted.values() for s in pair if s is not None}),
        recipe=recipe,
        where=where,
    )
    problems: list[ArmillaryError] = []
    cells: dict[tuple[str, str, str], Cell] = {}
    units_of: dict[str, str | None] = {}
    for leaf in framework.leaves:
        numerator, denominator = wanted[leaf.code]
        absent = [s for s in (numerator, denominator) if s is not None and not found.rows[s]]
        if absent:
            problems += [_absent(leaf, s, found.indicators, recipe, where) for s in absent]
            continue
        values = _one_each(found.rows[numerator], leaf, where, problems)
        if denominator is None:
            series = {key: _scaled(row, leaf.scale) for key, row in values.items()}
        else:
            divisors = _one_each(found.rows[denominator], leaf, where, problems)
            series = {
                key: _ratio(values[key], divisors[key], leaf.scale)
                for key in values.keys() & divisors.keys()
            }
        taken: list[Cell] = []
        for year in found.years:
            filled = filled_year(series, year=year, recipe=recipe)
            cells.update({(str(year), leaf.code, unit): cell for unit, cell in filled.items()})
            taken += filled.values()
        units_of[leaf.code] = _unit_measure(leaf, taken, where, problems)
    raise_all(problems)
    units = tuple(sorted({unit for (*_, unit), cell in cells.items() if cell.value is not None}))
    periods = tuple(str(year) for year in found.years)
    if not units:
        raise IndexMethodError(
            "No area has any value.",
            where=f"{where}, {periods[-1]}",
            fix="name another period in the recipe, or shorten its `exclude`",
        )
    values_of = np.full((len(periods), len(framework.leaves), len(units)), np.nan)
    for p, period in enumerate(periods):
        for i, leaf in enumerate(framework.leaves):
            for j, unit in enumerate(units):
                cell = cells.get((period, leaf.code, unit))
                if cell is not None and cell.value is not None:
                    values_of[p, i, j] = cell.value
    return RawValues(periods, units, values_of, cells, units_of)


def _selections(leaf: Node) -> tuple[Selection, Selection | None]:
    dimensions = dict(leaf.dimensions)
    if leaf.dataflow:
        dimensions["DATAFLOW"] = leaf.dataflow
    numerator = Selection(leaf.indicator or leaf.code, tuple(sorted(dimensions.items())))
    if not leaf.denominator:
        return numerator, None
    pairs = tuple(sorted(leaf.denominator_dimensions.items()))
    return numerator, Selection(leaf.denominator, pairs)


def _absent(
    leaf: Node, selection: Selection, known: Sequence[str], recipe: IndexRecipe, where: str
) -> IndexMethodError:
    spot = f"{where}, indicator {leaf.code}"
    if selection.indicator not in known:
        return IndexMethodError(
            f"No observation has the INDICATOR {selection.indicator!r}.",
            where=spot,
            fix=did_you_mean(
                selection.indicator, known, otherwise=f"the sources hold {listed(known) or 'none'}"
            ),
        )
    named = ", ".join(f"{key}={code}" for key, code in selection.dimensions)
    return IndexMethodError(
        f"{selection.indicator} has observations, but none with "
        f"{named + ', all other dimensions _T or _Z' if named else 'all dimensions _T or _Z'} "
        f"for {recipe.period}.",
        where=spot,
        fix="correct `dimensions` or `dataflow` in the framework, or period in the recipe",
    )


def _one_each(
    rows: list[dict[str, Any]], leaf: Node, where: str, problems: list[ArmillaryError]
) -> dict[tuple[str, str], dict[str, Any]]:
    """Reduce candidates to one observation for each area and period, or name both."""
    by_key: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_key[row["REF_AREA"], row["TIME_PERIOD"]].append(row)
    kept: dict[tuple[str, str], dict[str, Any]] = {}
    clashes: list[tuple[tuple[str, str], dict[str, Any], dict[str, Any]]] = []
    for key in sorted(by_key):
        candidates = _latest_vintage(by_key[key])
        first = candidates[0]
        other = next((row for row in candidates[1:] if not _same(first, row)), None)
        if other is not None:
            clashes.append((key, first, other))
        joined = sorted({code for row in candidates for code in row["OBS_STATUS"].split()})
        kept[key] = {**first, "OBS_STATUS": " ".join(joined)}
    if clashes:
        (area, period), one, two = clashes[0]
        more = f" ({len(clashes) - 1} more such cells)" if len(clashes) > 1 else ""
        problems.append(
            IndexMethodError(
                f"{leaf.code} finds two observations for {area} {period}: "
                f"{_described(one)} and {_described(two)}{more}.",
                where=f"{where}, indicator {leaf.code}",
                fix="name `dataflow` or more `dimensions` in the framework, or use one source",
            )
        )
    return kept


def _latest_vintage(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Keep, of each dataflow and its own dimensions, the latest vintage that holds a value."""
    latest: dict[tuple[str, ...], str] = {}
    known = [row for row in rows if row["OBS_VALUE"] is not None] or rows
    for row in known:
        latest[row["series"]] = max(latest.get(row["series"], ""), row["VINTAGE"])
    kept = [row for row in known if row["VINTAGE"] == latest[row["series"]]]
    return sorted(kept, key=lambda row: (row["DATAFLOW"], row["source"], row["origin"]))


def _same(one: dict[str, Any], two: dict[str, Any]) -> bool:
    if one["OBS_VALUE"] is None or two["OBS_VALUE"] is None:
        return one["OBS_VALUE"] is two["OBS_VALUE"]
    same = math.isclose(_multiplied(one), _multiplied(two), rel_tol=_SAME)
    return same and one["UNIT_MEASURE"] == two["UNIT_MEASURE"]


def _described(row: dict[str, Any]) -> str:
    value = "missing" if row["OBS_VALUE"] is None else f"{row['OBS_VALUE']:.12g}"
    return (
        f"{value} x 10^{row['UNIT_MULT']} {row['UNIT_MEASURE']} "
        f"({row['DATAFLOW']}, file {row['origin']}, {row['locator']})"
    )


def _multiplied(row: dict[str, Any]) -> float:
    return float(row["OBS_VALUE"]) * 10.0 ** int(row["UNIT_MULT"])


def _scaled(row: dict[str, Any], scale: float) -> Cell:
    known = row["OBS_VALUE"] is not None
    return Cell(
        value=_multiplied(row) * scale if known else None,
        period=row["TIME_PERIOD"],
        status=row["OBS_STATUS"],
        unit_measure=row["UNIT_MEASURE"],
        origin=row["origin"],
        locator=row["locator"],
    )


def _ratio(row: dict[str, Any], divisor: dict[str, Any], scale: float) -> Cell:
    value = None
    known = row["OBS_VALUE"] is not None and divisor["OBS_VALUE"] is not None
    if known and divisor["OBS_VALUE"] != 0:
        value = _multiplied(row) / _multiplied(divisor) * scale
    pair = (row, divisor)
    units = [r["UNIT_MEASURE"] for r in pair]
    return Cell(
        value=value,
        period=row["TIME_PERIOD"],
        status=" ".join(sorted({code for r in pair for code in r["OBS_STATUS"].split()})),
        unit_measure="1" if units[0] == units[1] else "/".join(units),
        origin=" ".join(dict.fromkeys(r["origin"] for r in pair)),
        locator=" | ".join(dict.fromkeys(r["locator"] for r in pair)),
    )


def filled_year(
    series: dict[tuple[str, str], Cell], *, year: int, recipe: IndexRecipe
) -> dict[str, Cell]:
    """Give each area its value of a year: its own, an older one, or one between two years.

    An older value keeps its period and status; one that was interpolated has status I
    (imputed) beside those of both values.
    Source: OECD/JRC (2008), step 3, for the most recent value and linear interpolation.

    Args:
        series: Cells by (area, period).
        year: The year wanted.
        recipe: `max_age_years` and `fill`.
    """
    age = recipe.max_age_years or 0
    by_area: dict[str, dict[int, Cell]] = defaultdict(dict)
    for (area, period), cell in sorted(series.items()):
        by_area[area][int(period)] = cell
    filled: dict[str, Cell] = {}
    for area, cells in by_area.items():
        known = {one: cell for one, cell in cells.items() if cell.value is not None}
        before = [one for one in known if year - age <= one <= year]
        after = [one for one in known if year < one <= year + age]
        within = [one for one in cells if year - age <= one <= year]
        if before and after and recipe.fill == "linear" and max(before) != year:
            filled[area] = _between(known[max(before)], known[min(after)], year)
        elif before:
            filled[area] = known[max(before)]
        elif within:
            filled[area] = cells[max(within)]
    return filled


def _between(older: Cell, newer: Cell, year: int) -> Cell:
    """Interpolate linearly between the cells of two years."""
    first, last = int(older.period or 0), int(newer.period or 0)
    low, high = float(older.value or 0), float(newer.value or 0)  # the caller took known ones
    pair = (older, newer)
    return Cell(
        value=low + (high - low) * (year - first) / (last - first),
        period=str(year),
        status=" ".join(sorted({c for one in pair for c in one.status.split()} - {"A"} | {"I"})),
        unit_measure=older.unit_measure if older.unit_measure == newer.unit_measure else None,
        origin=" ".join(dict.fromkeys(one.origin or "" for one in pair)),
        locator=" | ".join(dict.fromkeys(one.locator or "" for one in pair)),
    )


def _unit_measure(
    leaf: Node, cells: list[Cell], where: str, problems: list[ArmillaryError]
) -> str | None:
    found = sorted({c.unit_measure for c in cells if c.value is not None and c.unit_measure})
    spot = f"{where}, indicator {leaf.code}"
    if len(found) > 1:
        problems.append(
            IndexMethodError(
                f"{leaf.code} mixes units of measure: {listed(found)}.",
                where=spot,
                fix="add UNIT_MEASURE=... to its dimensions, or a denominator in the same unit",
            )
        )
    plain = not leaf.denominator and leaf.scale == 1
    if plain and leaf.unit_measure and found and found != [leaf.unit_measure]:
        problems.append(
            IndexMethodError(
                f"{leaf.code} is said to be in {leaf.unit_measure!r}, but is in {listed(found)}.",
                where=spot,
                fix=f"write {found[0]} in unit_measure of the framework, or leave it empty",
            )
        )
    return leaf.unit_measure or (found[0] if found else None)
