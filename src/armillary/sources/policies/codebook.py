"""The code book of the STIP Compass survey: names of themes, target groups, instruments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from armillary.errors import ArmillaryError, SourceError, nearest, raise_all
from armillary.sources.policies.content import open_sheet, sheet_names
from armillary.sources.policies.language import clean

if TYPE_CHECKING:
    from pathlib import Path

_SHEETS = {
    "Countries": "areas",
    "Themes": "themes",
    "TargetGroups": "target_groups",
    "PolicyInstruments": "instruments",
}


class Codebook(msgspec.Struct, frozen=True, kw_only=True):
    """Names by code; `areas` holds codes by the name of the country or area."""

    areas: dict[str, str]
    themes: dict[str, str]
    target_groups: dict[str, str]
    instruments: dict[str, str]


def read_codebook(file: Path) -> Codebook:
    """Read the workbook of codes; each sheet has the code first and "Parent|Name" second.

    Raises:
        ArmillaryError: It is no workbook, or lacks a sheet; all problems at once.
    """
    names = sheet_names(file)
    problems: list[ArmillaryError] = []
    for sheet in _SHEETS:
        if sheet not in names:
            near = nearest(sheet, names)
            problems.append(
                SourceError(
                    f"The code book has no sheet {sheet!r}.",
                    where=str(file),
                    fix=f"rename the sheet {near!r}"
                    if near
                    else "give the STIP survey code book (XLSX)",
                )
            )
    raise_all(problems)
    read = {field: _codes(file, sheet) for sheet, field in _SHEETS.items()}
    return Codebook(
        areas={name: code for code, name in read["areas"].items()},
        themes=read["themes"],
        target_groups=read["target_groups"],
        instruments=read["instruments"],
    )


def _codes(file: Path, sheet: str) -> dict[str, str]:
    rows = open_sheet(file, sheet=sheet).rows
    pairs = [(clean(row[0]), clean(row[1]).split("|")[-1].strip()) for row in rows]
    return {code: name for code, name in pairs if code and name}
