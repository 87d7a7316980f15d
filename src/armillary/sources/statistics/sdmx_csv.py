"""SDMX-CSV 1.0 and 2.0."""

from __future__ import annotations

from typing import TYPE_CHECKING

from armillary.errors import SourceError, listed
from armillary.sources.statistics.sdmx_components import Components

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from armillary.model.provenance import Reading
    from armillary.sources.statistics.grids import Grid
    from armillary.sources.statistics.mapping import Mapping
    from armillary.sources.statistics.observations import Observations

_NOT_COMPONENTS = {"STRUCTURE", "STRUCTURE_ID", "STRUCTURE_NAME", "ACTION", "DATAFLOW",
                   "SERIES_KEY", "OBS_KEY", "OBS_VALUE"}  # fmt: skip


def is_sdmx_csv(grid: Grid) -> bool:
    """Say whether the headings are those of SDMX-CSV."""
    first = [_id(heading) for heading in grid.rows[0]] if grid.rows else []
    return first[:1] == ["DATAFLOW"] or first[:2] == ["STRUCTURE", "STRUCTURE_ID"]


def read_sdmx_csv(
    grid: Grid,
    path: Path,
    *,
    mapping: Mapping | None,
    observations: Callable[[str, str], Observations],
) -> Reading:
    """Read SDMX-CSV, with or without labels beside or inside its columns.

    Raises:
        SourceError: There is no OBS_VALUE or no period, or nothing could be kept.
    """
    ids = _ids(grid.rows[0])
    at = {name: place for place, name in ids.items()}
    value_name = str((mapping.columns if mapping else {}).get("OBS_VALUE", ("OBS_VALUE",))[0])
    measures = [name for name in at if name.startswith(("OBS_VALUE", "MEAS"))]
    if value_name not in at:
        raise SourceError(
            f"The SDMX-CSV has no column {value_name}; its measures: {listed(measures) or 'none'}.",
            where=f"{path}, line 1",
            fix='name the measure in a mapping: layout = "sdmx", [columns] OBS_VALUE = "…"',
        )
    before = [name for name in at if at[name] < at[value_name] or name in ("SEX",)]
    version = "1.0" if "DATAFLOW" in at else "2.0"
    found = observations(f"SDMX-CSV {version}", "observations")
    held: dict[str, Components] = {}
    places = {n: place for n, place in at.items() if n not in {*_NOT_COMPONENTS, value_name}}
    for row in range(1, len(grid.rows)):
        cells = grid.rows[row]
        locator = grid.locator(row, 0, whole_row=True)
        if len(cells) != len(grid.rows[0]):
            found.reject(locator, ",".join(cells), "it has fewer or more cells than the headings")
            continue
        structure = _code(cells[at.get("STRUCTURE_ID", at.get("DATAFLOW", 0))])
        if "ACTION" in at and cells[at["ACTION"]].strip() == "D":
            found.reject(locator, cells[at[value_name]], "the row asks to delete an observation")
            continue
        if structure not in held:
            held[structure] = Components(mapping, dimensions=before, structure=structure)
        said = {name: _code(cells[place]) for name, place in places.items()}
        values, extra = held[structure].sort(said)
        found.tell_apart_by(extra)
        found.add(locator=locator, text=cells[at[value_name]], values=values)
    return found.reading()


def _ids(headings: list[str]) -> dict[int, str]:
    """Return the place and id of each component; columns of names beside them are left out."""
    ids = [_id(heading) for heading in headings]
    if "STRUCTURE_NAME" not in ids:
        return dict(enumerate(ids))
    start = ids.index("ACTION") + 1 if "ACTION" in ids else ids.index("STRUCTURE_NAME") + 1
    fixed = dict(enumerate(ids[:start]))
    return fixed | {place: ids[place] for place in range(start, len(ids), 2)}


def _id(heading: str) -> str:
    return heading.split(":", maxsplit=1)[0].split("[", maxsplit=1)[0].strip().lstrip("\ufeff")


def _code(cell: str) -> str:
    """Return the code of a cell that may hold `CODE: Label`."""
    return cell.split(": ", maxsplit=1)[0].strip()
