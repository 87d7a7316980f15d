"""Cross tables: areas down, years or variables across; yearbook sheets and tables of pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from armillary.errors import ArmillaryError, SourceError, listed, nearest, raise_all
from armillary.model.codelists import folded, resolve_area
from armillary.sources.statistics import numerals

if TYPE_CHECKING:
    from armillary.sources.statistics.grids import Grid
    from armillary.sources.statistics.mapping import Mapping
    from armillary.sources.statistics.observations import Observations

_SEARCHED_ROWS = 60
_LATIN_TAIL = re.compile(r"(?<=[^\x00-\x7f])\s*[A-Za-z][\x00-\x7f]*$")
_LATIN_END = re.compile(r"[A-Za-z][\x00-\x7f]*$")
_UNIT_TAIL = re.compile(r"\(([^()]*)\)\s*$")
_UNITS_LINE = re.compile(r"(?:单位|Unit)\s*[:]\s*(.+)")
_LEADERS = ("#", "其中:", "of which:")


class ValueColumn(msgspec.Struct, frozen=True, kw_only=True):
    """A column of numbers: what its heading decides, and the unit it states."""

    place: int
    values: dict[str, str]
    unit_word: str


def finds_header(grid: Grid, mapping: Mapping) -> int | None:
    """Return the row (from 0) that holds a heading of every label column, or None."""
    if mapping.header:
        return mapping.header[0] - 1
    wanted = [
        {folded(s) for s in spellings if isinstance(s, str)}
        for spellings in mapping.columns.values()
    ]
    for row, cells in enumerate(grid.rows[:_SEARCHED_ROWS]):
        held = {folded(cell) for cell in cells if cell.strip()}
        if all(spellings & held for spellings in wanted):
            return row
    return None


def read_crosstab(
    grid: Grid,
    observations: Observations,
    *,
    mapping: Mapping,
    inherited: dict[str, str] | None = None,
) -> None:
    """Read every cell below the headings and right of the labels as one observation.

    Args:
        grid: The sheet or table.
        observations: Takes every cell.
        mapping: How the table is to be read.
        inherited: What the surroundings say, e.g. the year in the title of a page.

    Raises:
        ArmillaryError: The headings, the title or the unit are not what the mapping says.
    """
    where = f"{observations.path}, {grid.name}" if grid.name else str(observations.path)
    first = finds_header(grid, mapping)
    if first is None or first >= len(grid.rows):
        wanted = [str(spellings[0]) for spellings in mapping.columns.values()]
        raise SourceError(
            f"No row holds the headings {listed(wanted)}.",
            where=where,
            fix=f"correct [columns] of {mapping.path}, or give the rows: header = [5, 8]",
        )
    labels = _label_columns(grid.rows[first], mapping)
    last = _last_header_row(grid, mapping, first, labels)
    outer = {**(inherited or {}), **_titled(grid, mapping, first, where)}
    columns = _value_columns(grid, mapping, first=first, last=last, labels=labels, where=where)
    skipped = {folded(label) for label in mapping.skip}
    for row in range(last + 1, len(grid.rows)):
        _row(
            grid,
            row,
            labels=labels,
            columns=columns,
            outer=outer,
            skipped=skipped,
            observations=observations,
        )


def _label_columns(headings: list[str], mapping: Mapping) -> dict[str, list[int]]:
    labels: dict[str, list[int]] = {}
    for name, spellings in mapping.columns.items():
        wanted = {folded(s) for s in spellings if isinstance(s, str)}
        places = [s - 1 for s in spellings if isinstance(s, int)]
        places += [p for p, h in enumerate(headings) if h.strip() and folded(h) in wanted]
        labels[name] = places
    return labels


def _last_header_row(grid: Grid, mapping: Mapping, first: int, labels: dict[str, list[int]]) -> int:
    """Return the last row of the headings: below it the labels begin."""
    if mapping.header:
        return mapping.header[1] - 1
    places = [place for found in labels.values() for place in found]
    for row in range(first + 1, len(grid.rows)):
        if any(grid.cell(row, place).strip() for place in places):
            return row - 1
    return first


def _titled(grid: Grid, mapping: Mapping, first: int, where: str) -> dict[str, str]:
    if mapping.title is None:
        return {}
    above = [cell for cells in grid.rows[:first] for cell in cells if cell.strip()]
    for cell in above:
        if match := re.search(mapping.title, numerals.plain(cell)):
            return {name: value for name, value in match.groupdict().items() if value}
    raise SourceError(
        f"No text above the headings matches `title` ({mapping.title}).",
        where=where,
        fix=f"correct `title` of {mapping.path}; the texts are: {listed(above)}",
    )


def _units_line(grid: Grid, first: int) -> str:
    for cells in grid.rows[:first]:
        for cell in cells:
            if match := _UNITS_LINE.search(numerals.plain(cell)):
                return match[1]
    return ""


def _value_columns(
    grid: Grid,
    mapping: Mapping,
    *,
    first: int,
    last: int,
    labels: dict[str, list[int]],
    where: str,
) -> list[ValueColumn]:
    taken = {place for found in labels.values() for place in found}
    ignored = {folded(heading) for heading in mapping.ignore}
    line = _units_line(grid, first)
    columns: list[ValueColumn] = []
    unexplained: list[str] = []
    for place in range(grid.width):
        if place in taken:
            continue
        parts = [grid.cell(row, place) for row in range(first, last + 1)]
        said = _spellings(parts, _groups(grid, first, last, place))
        if not any(said):
            if any(grid.cell(row, place).strip() for row in range(last + 1, len(grid.rows))):
                unexplained.append(f"(no heading, column {place + 1})")
            continue
        if said & ignored:
            continue
        values = _meaning(said, mapping)
        if values is None:
            unexplained.append(" ".join(" ".join(parts).split()))
            continue
        own = _UNIT_TAIL.search(numerals.plain(" ".join(parts)))
        word = own[1] if own and numerals.unit(own[1]) else line
        columns.append(ValueColumn(place=place, values=values, unit_word=word))
    raise_all(_unread(unexplained, columns, mapping, where))
    return columns


def _unread(
    unexplained: list[str], columns: list[ValueColumn], mapping: Mapping, where: str
) -> list[ArmillaryError]:
    known = [h for variable in mapping.variables for h in variable.headings]
    problems: list[ArmillaryError] = []
    for heading in unexplained:
        close = nearest(heading, known)
        hint = f"add it to the headings of {close!r}" if close else "add it to [variables]"
        problems.append(
            SourceError(
                f"The mapping does not say what the column headed {heading!r} holds.",
                where=where,
                fix=f"{hint} in {mapping.path}, or list it in `ignore`",
            )
        )
    if not columns and not problems:
        problems.append(
            SourceError(
                "No column of numbers stands beside the labels.",
                where=where,
                fix=f"check `sheet` and [columns] of {mapping.path}",
            )
        )
    return problems


def _groups(grid: Grid, first: int, last: int, place: int) -> list[str]:
    """Return the headings of merged cells that reach over a column from its left."""
    above = []
    for top, left, bottom, right in grid.merged:
        if first <= top <= last and left < place <= right and bottom <= last:
            above.append(grid.cell(top, left))
    return above


def _spellings(parts: list[str], groups: list[str]) -> set[str]:
    """Return the ways a mapping may name a column: whole, in one language, without its unit."""
    whole = numerals.plain(" ".join(part for part in parts if part.strip()))
    for leader in _LEADERS:
        whole = whole.removeprefix(leader).strip()
    said = {whole, _LATIN_TAIL.sub("", whole), _UNIT_TAIL.sub("", whole)}
    if any(ord(character) > 127 for character in whole) and (end := _LATIN_END.search(whole)):
        said.add(end[0])
    period = numerals.period(whole)
    said |= {period} if period else set()
    said |= {"/".join([*groups, text]) for text in set(said)} if groups else set()
    return {folded(text) for text in said if text.strip()}


def _meaning(said: set[str], mapping: Mapping) -> dict[str, str] | None:
    """Return what a heading decides, or None where the mapping does not say."""
    for variable in mapping.variables:
        if said & {folded(heading) for heading in variable.headings}:
            return variable.values
    if mapping.across == "VARIABLE":
        return None
    if mapping.across == "TIME_PERIOD":
        periods = sorted(p for text in said if (p := numerals.period(text)))
        return {"TIME_PERIOD": periods[0]} if periods else None
    known = {folded(s): code for s, code in mapping.codes.get(mapping.across, {}).items()}
    for text in sorted(said):
        if text in known:
            return {mapping.across: known[text]}
        if mapping.across == "REF_AREA" and (area := resolve_area(text)):
            return {"REF_AREA": area}
    return None


def _row(
    grid: Grid,
    row: int,
    *,
    labels: dict[str, list[int]],
    columns: list[ValueColumn],
    outer: dict[str, str],
    skipped: set[str],
    observations: Observations,
) -> None:
    said = {
        name: [grid.cell(row, place) for place in places if grid.cell(row, place).strip()]
        for name, places in labels.items()
    }
    texts = [text for found in said.values() for text in found]
    cells = [grid.cell(row, column.place) for column in columns]
    if not any(cell.strip() for cell in cells) and not _names_area(said, observations):
        return  # a blank row, or a note beneath the table
    if any(folded(text) in skipped for text in texts):
        observations.empty(len(cells))
        return
    chosen = {name: _agreed(found, observations) for name, found in said.items() if found}
    clash = next((name for name, text in chosen.items() if text is None), None)
    for column, cell in zip(columns, cells, strict=True):
        locator = grid.locator(row, column.place)
        if clash:
            reason = f"the labels of {clash} disagree: {listed(said[clash])}"
            observations.reject(locator, cell, reason)
            continue
        values = {**outer, **column.values, **{n: t for n, t in chosen.items() if t}}
        word = values.pop("UNIT", "") or column.unit_word
        observations.add(locator=locator, text=cell, values=values, unit_word=word)


def _names_area(said: dict[str, list[str]], observations: Observations) -> bool:
    return any(observations.knows_area(text) for text in said.get("REF_AREA", []))


def _agreed(found: list[str], observations: Observations) -> str | None:
    """Return the one label several columns (languages) give, or None where they disagree."""
    areas = {text: observations.knows_area(text) for text in found}
    known = [text for text, area in areas.items() if area]
    if len({areas[text] for text in known}) > 1:
        return None
    return known[0] if known else found[0]
