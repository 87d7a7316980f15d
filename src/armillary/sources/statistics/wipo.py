"""WIPO statistics: a table of the IP Statistics Data Center, title lines above wide years."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from armillary.errors import SourceError
from armillary.model.codelists import codelist, names, resolve_area

if TYPE_CHECKING:
    from pathlib import Path

    from armillary.sources.statistics.grids import Grid
    from armillary.sources.statistics.observations import Observations

FORMAT = "WIPO statistics table"

_SEARCHED_ROWS = 30
_LABELS = ("Office", "Office Code", "Origin", "Technology")
_YEAR = re.compile(r"(?:19|20)\d\d$")
_RIGHT = re.compile(r"Intellectual property right\s*:\s*(.+)")
_INDICATOR = re.compile(r"Indicator\s*:\s*(\d+)\s*-\s*(.+)")
_INDICATORS = {
    ("patent", "5 - patent grants by technology"): ("INVENTION_GRANTS", "WIPO_GRANTS_TECHNOLOGY")
}
_ORIGINS = {"resident": "RESIDENT", "non-resident": "NON_RESIDENT", "abroad": "ABROAD"}
_DIMENSIONS = frozenset({"OFFICE", "ORIGIN", "TECH_FIELD"})
_NOT_AN_AREA = "_Z"


def is_wipo(grid: Grid) -> bool:
    """Tell whether a table is one of WIPO's, by its title lines and its headings."""
    return _header(grid) is not None and any(
        _INDICATOR.match(cell.strip()) for row in grid.rows[:_SEARCHED_ROWS] for cell in row[:1]
    )


def read_wipo(grid: Grid, observations: Observations, *, path: Path) -> None:
    """Read every cell under a year as one observation, in number of patents.

    An office is not an area: its code is the dimension OFFICE. REF_AREA is the area of a
    national office, and `_Z` for regional offices and for WIPO's groups of offices (R1 Africa,
    W1 high income), so that no sum over areas counts a patent twice. Blank cells are missing,
    never zero: WIPO leaves a cell blank both where nothing was granted and where the office
    did not report.

    Args:
        grid: The table.
        observations: Takes every cell.
        path: The file, for messages.

    Raises:
        SourceError: The indicator is none whose unit is known.
    """
    titles = [row[0].strip() for row in grid.rows[:_SEARCHED_ROWS] if row]
    right = next((m[1].strip().lower() for t in titles if (m := _RIGHT.match(t))), "")
    said = next((f"{m[1]} - {m[2].strip()}" for t in titles if (m := _INDICATOR.match(t))), "")
    known = _INDICATORS.get((right, said.lower()))
    first = _header(grid)
    if known is None or first is None:
        raise SourceError(
            f"The table is WIPO's indicator {said!r} of {right!r}, whose unit is not known here.",
            where=str(path),
            fix="read it with a mapping of layout 'wide'",
        )
    indicator, dataflow = known
    observations.tell_apart_by(_DIMENSIONS)
    headings = [cell.strip() for cell in grid.rows[first]]
    places = [headings.index(label) for label in _LABELS]
    years = [(at, heading) for at, heading in enumerate(headings) if _YEAR.match(heading)]
    fields = {"unknown": "_U", **names("CL_TECH_FIELD")}
    for row in range(first + 1, len(grid.rows)):
        labels = [grid.cell(row, at).strip() for at in places]
        if not any(labels):
            continue
        values = {
            "DATAFLOW": dataflow,
            "INDICATOR": indicator,
            "REF_AREA": _area(*labels[:2]),
            "UNIT_MEASURE": "PATENTS",
            "UNIT_MULT": "0",
            "PRICE_BASE": "_Z",
            "OFFICE": labels[1],
            "ORIGIN": _ORIGINS.get(labels[2].lower(), labels[2]),
            "TECH_FIELD": _field(labels[3], fields),
        }
        for at, year in years:
            observations.add(
                locator=grid.locator(row, at),
                text=grid.cell(row, at).strip(),
                values={**values, "TIME_PERIOD": year},
            )


def _header(grid: Grid) -> int | None:
    for at, row in enumerate(grid.rows[:_SEARCHED_ROWS]):
        cells = {cell.strip() for cell in row}
        if set(_LABELS) <= cells and sum(bool(_YEAR.match(cell)) for cell in cells) > 1:
            return at
    return None


def _area(name: str, office: str) -> str:
    offices = {code.code for code in codelist("CL_OFFICE")}
    if office not in offices:
        return _NOT_AN_AREA
    return resolve_area(name) or resolve_area(office) or _NOT_AN_AREA


def _field(text: str, fields: dict[str, str]) -> str:
    """Return the code of "1 - Electrical machinery, apparatus, energy"."""
    number = re.match(r"(\d+)\s*-", text)
    if number:
        return f"F{int(number[1]):02}"
    return fields.get(text.lower(), text)
