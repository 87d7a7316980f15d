"""Tidy tables: one row per observation, one column per dimension."""

from __future__ import annotations

from typing import TYPE_CHECKING

from armillary.errors import ArmillaryError, SourceError, listed, nearest, raise_all
from armillary.model.codelists import folded

if TYPE_CHECKING:
    from armillary.sources.statistics.grids import Grid
    from armillary.sources.statistics.mapping import Mapping, Variable
    from armillary.sources.statistics.observations import Observations


def read_tidy(grid: Grid, observations: Observations, *, mapping: Mapping) -> None:
    """Read every row below the headings as one observation.

    Raises:
        ArmillaryError: The headings are not those the mapping names; all of them together.
    """
    header = mapping.header[1] - 1 if mapping.header else _header(grid, mapping)
    headings = grid.rows[header] if header < len(grid.rows) else []
    columns = _columns(headings, mapping, where=f"{observations.path}, row {header + 1}")
    variables = {folded(h): v for v in mapping.variables for h in v.headings}
    width = len(headings)
    for row in range(header + 1, len(grid.rows)):
        cells = grid.rows[row]
        locator = grid.locator(row, columns["OBS_VALUE"], whole_row=True)
        if not any(cell.strip() for cell in cells):
            observations.empty()
        elif len(cells) != width:
            observations.reject(
                locator,
                ", ".join(cells),
                f"it has {len(cells)} cells where the headings have {width}; the file may be cut "
                "off, or a cell with the delimiter in it lacks its quotes",
            )
        else:
            _row(
                cells,
                locator,
                columns=columns,
                variables=variables,
                mapping=mapping,
                observations=observations,
            )


def _row(
    cells: list[str],
    locator: str,
    *,
    columns: dict[str, int],
    variables: dict[str, Variable],
    mapping: Mapping,
    observations: Observations,
) -> None:
    values = {
        name: cells[column]
        for name, column in columns.items()
        if name not in ("OBS_VALUE", "VARIABLE", "UNIT") and cells[column].strip()
    }
    text = cells[columns["OBS_VALUE"]]
    if any(folded(value) in _folded_skip(mapping) for value in values.values()):
        observations.empty()
        return
    if "VARIABLE" in columns:
        label = cells[columns["VARIABLE"]]
        variable = variables.get(folded(label))
        if variable is None:
            close = nearest(label, [v.name for v in mapping.variables])
            hint = f" (nearest: {close})" if close else ""
            observations.reject(
                locator, text, f"{label!r} is in no [variables] of the mapping{hint}; add it"
            )
            return
        values = {**variable.values, **values}
    word = cells[columns["UNIT"]] if "UNIT" in columns else ""
    observations.add(locator=locator, text=text, values=values, unit_word=word)


def _folded_skip(mapping: Mapping) -> set[str]:
    return {folded(label) for label in mapping.skip}


def _header(grid: Grid, mapping: Mapping) -> int:
    """Return the first row that holds a heading of the mapping; the first row where none does."""
    wanted = {folded(str(h)) for headings in mapping.columns.values() for h in headings}
    for row, cells in enumerate(grid.rows[:60]):
        if sum(folded(cell) in wanted for cell in cells) >= min(2, len(mapping.columns)):
            return row
    return 0


def _columns(headings: list[str], mapping: Mapping, *, where: str) -> dict[str, int]:
    places: dict[str, int] = {}
    for place, heading in enumerate(headings):
        places.setdefault(folded(heading), place)
    problems: list[ArmillaryError] = []
    columns: dict[str, int] = {}
    for name, spellings in mapping.columns.items():
        found = [s - 1 for s in spellings if isinstance(s, int) and s <= len(headings)]
        found += [
            places[folded(s)] for s in spellings if isinstance(s, str) and folded(s) in places
        ]
        if found:
            columns[name] = found[0]
            continue
        close = nearest(str(spellings[0]), headings)
        problems.append(
            SourceError(
                f"No column is headed {listed(spellings)}, which should hold {name}.",
                where=where,
                fix=f"write {name} = {close!r} in [columns] of {mapping.path}"
                if close
                else f"correct [columns] of {mapping.path}; the headings are {listed(headings)}",
            )
        )
    ignored = {folded(heading) for heading in mapping.ignore}
    used = set(columns.values())
    spare = [
        heading
        for place, heading in enumerate(headings)
        if place not in used and heading.strip() and folded(heading) not in ignored
    ]
    if spare:
        problems.append(
            SourceError(
                f"The mapping does not say what the column{'s' if len(spare) > 1 else ''} "
                f"{listed(spare)} hold{'' if len(spare) > 1 else 's'}.",
                where=where,
                fix=f"name them in [columns] of {mapping.path}, or list them in `ignore`",
            )
        )
    raise_all(problems)
    return columns
