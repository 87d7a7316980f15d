"""Reads one statistical file, whatever its layout, into the table `observation`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from armillary.errors import ArmillaryError, SourceError, raise_all
from armillary.model.codelists import codes, nearest_area, resolve_area
from armillary.sources.statistics.bulletin import read_bulletin
from armillary.sources.statistics.content import decode, kind_of, read_bytes
from armillary.sources.statistics.crosstab import read_crosstab
from armillary.sources.statistics.gii import read_gii
from armillary.sources.statistics.grids import Grid, text_grid, workbook_grid
from armillary.sources.statistics.observations import Observations
from armillary.sources.statistics.pages import read_page
from armillary.sources.statistics.sdmx_csv import is_sdmx_csv, read_sdmx_csv
from armillary.sources.statistics.sdmx_ml import read_sdmx_ml
from armillary.sources.statistics.tidy import read_tidy
from armillary.sources.statistics.wipo import FORMAT, is_wipo, read_wipo

if TYPE_CHECKING:
    from collections.abc import Mapping as Keyed
    from pathlib import Path

    from armillary.model.provenance import Origin, Reading
    from armillary.sources.statistics.content import Kind
    from armillary.sources.statistics.mapping import Mapping

_CELLS = ("wide", "yearbook", "gii")
_NAMES = {
    "tidy": "tidy table",
    "wide": "wide table",
    "yearbook": "yearbook sheet",
    "gii": "Global Innovation Index export",
}


def read_areas(path: Path) -> dict[str, str]:
    """Read the user's own area names.

    Args:
        path: A CSV file with the columns `name` and `REF_AREA`.

    Returns:
        Name to code of CL_AREA.

    Raises:
        ArmillaryError: Columns are absent, a code is unknown, or a name means two areas; all
            of them together, each with its line.
    """
    grid = text_grid(read_bytes(path), path, mapping=None)
    headings = [heading.strip() for heading in grid.rows[0]] if grid.rows else []
    if "name" not in headings or "REF_AREA" not in headings:
        raise SourceError(
            f"The areas file has the columns {', '.join(headings) or '(none)'}.",
            where=f"{path}, line 1",
            fix="its first line must be: name,REF_AREA",
        )
    name_at, code_at = headings.index("name"), headings.index("REF_AREA")
    problems: list[ArmillaryError] = []
    areas: dict[str, str] = {}
    for row in range(1, len(grid.rows)):
        name, said = grid.cell(row, name_at).strip(), grid.cell(row, code_at).strip()
        where = f"{path}, line {grid.lines[row]}"
        if not name and not said:
            continue
        if said not in codes("CL_AREA"):
            close = resolve_area(said) or nearest_area(said)
            problems.append(
                SourceError(
                    f"{said!r}, given for {name!r}, is no code of CL_AREA.",
                    where=where,
                    fix=f"did you mean {close!r}?" if close else "use a code such as CN-BJ or DEU",
                )
            )
        elif areas.get(name, said) != said:
            problems.append(
                SourceError(
                    f"The name {name!r} means both {areas[name]} and {said}.",
                    where=where,
                    fix="keep one of the lines",
                )
            )
        else:
            areas[name] = said
    raise_all(problems)
    return areas


def read_statistics(
    file: Path,
    *,
    source: str,
    origin: Origin,
    mapping: Mapping | None,
    areas: Keyed[str, str] | None = None,
) -> Reading:
    """Read one statistical file into the table `observation`.

    What the file is decides its content, never its name; which layout it has, the mapping.
    SDMX files need no mapping. Blank cells and signs such as "n/a" or "…" become missing
    values with their status and text; a cell that cannot be understood becomes a rejection.

    Args:
        file: The file as received; it is not changed.
        source: Source in observatory.toml.
        origin: Identity of the file.
        mapping: How the layout is to be read; may be None for SDMX.
        areas: The user's own area names and the code of each.

    Raises:
        ArmillaryError: The file is damaged, protected, of another kind, or does not have the
            layout of the mapping.
    """
    raw = read_bytes(file)
    kind = kind_of(raw, file)
    layout = mapping.layout if mapping else "sdmx"

    def observations(file_format: str, unit_read: str) -> Observations:
        return Observations(
            file,
            file_format=file_format,
            unit_read=unit_read,
            source=source,
            origin=origin,
            mapping=mapping,
            areas=areas or {},
        )

    if kind == "sdmx-ml":
        return read_sdmx_ml(raw, file, mapping=mapping, observations=observations)
    if layout == "sdmx" or mapping is None:
        grid = text_grid(raw, file, mapping=mapping) if kind == "text" else None
        if grid is not None and is_wipo(grid):
            found = observations(FORMAT, "cells")
            read_wipo(grid, found, path=file)
            return found.reading()
        if grid is None or not is_sdmx_csv(grid):
            raise SourceError(
                f"The file is {_called(kind)}, not SDMX, so it needs a mapping.",
                where=str(file),
                fix='write a mapping (TOML) with its layout and name it: mapping = "…" in '
                f"[sources.{source}]",
            )
        return read_sdmx_csv(grid, file, mapping=mapping, observations=observations)
    if layout == "bulletin":
        if kind != "html":
            raise _wrong(file, kind, mapping, "a web page (HTML)")
        found = observations("statistical bulletin (HTML)", "observations")
        page = read_page(decode(raw, file, encoding=mapping.encoding), file)
        read_bulletin(page, found, mapping=mapping)
        return found.reading()
    if kind == "html":
        raise _wrong(file, kind, mapping, "a workbook or delimited text")
    grid = _grid(raw, file, kind, mapping)
    unit_read = "cells" if layout in _CELLS else "rows"
    found = observations(f"{_NAMES[layout]} ({_called(kind)})", unit_read)
    if layout == "tidy":
        read_tidy(grid, found, mapping=mapping)
    elif layout == "gii":
        read_gii(grid, found, mapping=mapping)
    else:
        read_crosstab(grid, found, mapping=mapping)
    return found.reading()


def _grid(raw: bytes, file: Path, kind: Kind, mapping: Mapping) -> Grid:
    if kind == "workbook":
        grid = workbook_grid(raw, file, sheet=mapping.sheet)
    else:
        grid = text_grid(raw, file, mapping=mapping)
    if not grid.rows:
        raise SourceError(
            "The sheet is empty.", where=f"{file}, {grid.name}", fix="set `sheet` in the mapping"
        )
    return grid


def _called(kind: Kind) -> str:
    return {
        "workbook": "a workbook",
        "html": "a web page",
        "sdmx-ml": "SDMX-ML",
        "text": "delimited text",
    }[kind]


def _wrong(file: Path, kind: Kind, mapping: Mapping, wanted: str) -> SourceError:
    return SourceError(
        f"The file is {_called(kind)}, but the layout {mapping.layout!r} is read from {wanted}.",
        where=str(file),
        fix=f"fetch the file again (a server may have answered with an error page), or correct "
        f"`layout` in {mapping.path}",
    )
