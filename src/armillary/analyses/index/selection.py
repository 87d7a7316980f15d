"""Filters the observations an index needs, where they live, and collects only those."""

from __future__ import annotations

import operator
from collections import defaultdict
from functools import reduce
from typing import TYPE_CHECKING, Any

import msgspec

from armillary.errors import IndexMethodError, did_you_mean, raise_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from armillary.model.recipe import IndexRecipe
    from armillary.model.table import Table

_DIMENSIONS = ("SECT_PERF", "SECT_FUND", "TYPE_RD", "FORD", "SEX")
_ATTRIBUTES = ("DATAFLOW", "UNIT_MEASURE", "PRICE_BASE")
_TOTALS = ("_T", "_Z")
_COLUMNS = (
    "source", "origin", "locator", "DATAFLOW", "INDICATOR", "REF_AREA", "TIME_PERIOD",
    *_DIMENSIONS, "DIMENSIONS", "OBS_VALUE", "OBS_STATUS", "UNIT_MEASURE", "UNIT_MULT",
    "PRICE_BASE", "VINTAGE",
)  # fmt: skip


class Selection(msgspec.Struct, frozen=True, order=True):
    """Which observations one indicator takes: its INDICATOR and the codes it names."""

    indicator: str
    dimensions: tuple[tuple[str, str], ...] = ()

    def takes(self, row: dict[str, Any]) -> bool:
        """Say whether an observation has the codes named, and totals elsewhere."""
        named = dict(self.dimensions)
        own = dict(pair.split("=", 1) for pair in row["DIMENSIONS"].split(";") if "=" in pair)
        for column in _DIMENSIONS:
            own[column] = row[column]
        for column in _ATTRIBUTES:
            if column in named and row[column] != named[column]:
                return False
        wanted = {key: code for key, code in named.items() if key not in _ATTRIBUTES}
        return wanted.keys() <= own.keys() and all(
            code == wanted[key] if key in wanted else code in _TOTALS for key, code in own.items()
        )


class Found(msgspec.Struct, frozen=True):
    """What was collected: candidates of each selection, and what the sources hold at all."""

    years: tuple[int, ...]
    rows: dict[Selection, list[dict[str, Any]]]
    indicators: tuple[str, ...]


def collect(
    observations: Table, *, selections: Sequence[Selection], recipe: IndexRecipe, where: str
) -> Found:
    """Collect the observations of all selections, within the recipe's years and areas.

    Filters run where the table lives, so that millions of observations stay there.
    No method of its own: it selects what the recipe asks for.

    Args:
        observations: Table `observation`.
        selections: What each indicator and denominator takes.
        recipe: Period, age and excluded areas; only yearly periods are taken.
        where: Name of the index, for errors.

    Raises:
        IndexMethodError: No value in any year, or an excluded area that is not in the data.
    """
    held = observations.select("INDICATOR").distinct().to_pyarrow()["INDICATOR"].to_pylist()
    indicators = tuple(sorted(code for code in held if code is not None))
    wanted = observations.filter(_any_selection(observations, selections)).select(*_COLUMNS)
    wanted = wanted.filter(wanted.TIME_PERIOD.re_search("^[0-9]{4}$"))
    _require_excluded(wanted, recipe, indicators, where)
    if recipe.exclude:
        wanted = wanted.filter(~wanted.REF_AREA.isin(list(recipe.exclude)))
    if recipe.period == "latest":
        known = wanted.filter(wanted.OBS_VALUE.notnull())
        newest = known.aggregate(newest=known.TIME_PERIOD.max()).to_pyarrow()["newest"][0].as_py()
        edition = int(newest or 0)
    else:
        edition = recipe.period
    years = tuple(range(min(recipe.since or edition, edition), edition + 1))
    age = recipe.max_age_years or 0
    newest_taken = edition + (age if recipe.fill == "linear" else 0)
    oldest = f"{max(years[0] - age, 0):04d}"
    wanted = wanted.filter(wanted.TIME_PERIOD.between(oldest, f"{newest_taken:04d}"))
    by_indicator: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in wanted.to_pyarrow().to_pylist():
        row["series"] = tuple(row[c] for c in ("DATAFLOW", *_DIMENSIONS, "DIMENSIONS"))
        by_indicator[row["INDICATOR"]].append(row)
    rows = {s: [row for row in by_indicator[s.indicator] if s.takes(row)] for s in selections}
    return Found(years, rows, indicators)


def _any_selection(observations: Table, selections: Sequence[Selection]) -> Any:
    """Join the conditions of all selections; those that name the same codes share one."""
    groups: dict[tuple[tuple[str, str], ...], list[str]] = defaultdict(list)
    for selection in selections:
        groups[selection.dimensions].append(selection.indicator)
    conditions = []
    for pairs, codes in sorted(groups.items()):
        named = dict(pairs)
        parts = [observations.INDICATOR.isin(sorted(set(codes)))]
        for column in _DIMENSIONS:
            one = [named[column]] if column in named else list(_TOTALS)
            parts.append(observations[column].isin(one))
        parts += [observations[c] == named[c] for c in _ATTRIBUTES if c in named]
        others = [key for key in named if key not in (*_DIMENSIONS, *_ATTRIBUTES)]
        # `Selection.takes` decides on DIMENSIONS exactly; this only keeps most rows away
        parts += [observations.DIMENSIONS.contains(f"{key}={named[key]}") for key in others]
        if not others:
            totals = observations.DIMENSIONS.re_search("^[^=;]+=_[TZ](;[^=;]+=_[TZ])*$")
            parts.append((observations.DIMENSIONS == "") | totals)
        conditions.append(reduce(operator.and_, parts))
    return reduce(operator.or_, conditions)


def _require_excluded(
    wanted: Table, recipe: IndexRecipe, indicators: Sequence[str], where: str
) -> None:
    if not recipe.exclude or not indicators:
        return
    areas = wanted.select("REF_AREA").distinct().to_pyarrow()["REF_AREA"].to_pylist()
    raise_all(
        [
            IndexMethodError(
                f"The recipe excludes {area!r}, but no observation is of that area.",
                where=f"{where}, exclude",
                fix=did_you_mean(area, areas, otherwise=f"take {area!r} out of `exclude`"),
            )
            for area in recipe.exclude
            if areas and area not in areas
        ]
    )
