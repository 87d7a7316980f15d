"""The first line of a CSV that people edit: every fault of it at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from armillary.errors import ArmillaryError, DefinitionError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence


def header_problems(
    header: Sequence[str], *, file: str, required: Sequence[str], columns: Sequence[str]
) -> list[ArmillaryError]:
    """Say which columns are absent, unknown or there twice.

    Args:
        header: Names in the first line.
        file: Name of the file.
        required: Columns that must be there.
        columns: Columns that may be there.
    """
    where = f"{file}, line 1"
    found: list[ArmillaryError] = [
        DefinitionError(f"Column {name!r} is absent.", where=where, fix=f"add a column {name!r}")
        for name in required
        if name not in header
    ]
    for position, name in enumerate(header):
        if name not in columns:
            mend = did_you_mean(name, columns, otherwise=f"columns are {', '.join(columns)}")
            found.append(DefinitionError(f"Column {name!r} is unknown.", where=where, fix=mend))
        elif name in header[:position]:
            found.append(
                DefinitionError(f"Column {name!r} is there twice.", where=where, fix="keep one")
            )
    return found
