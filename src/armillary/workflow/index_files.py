"""Writes tables as a folder of CSV files and a workbook, whole or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from armillary.publications.tables import csv_text
from armillary.workflow import folders

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from armillary.publications.workbook import Contents

WORKBOOK = "index.xlsx"
OTHERS = ("recipe_difference", "unit_change", "node_change")


def require_free(out: Path) -> None:
    """Refuse a folder that holds anything but what the commands of an index write."""
    folders.require_free(out, own={WORKBOOK, *(f"{name}.csv" for name in OTHERS)})


def write_folder(
    out: Path,
    contents: Contents,
    *,
    language: str,
    others: Mapping[str, Sequence[Mapping[str, object]]] | None = None,
) -> tuple[str, ...]:
    """Write every table as CSV, and all of it as one workbook; then put it in place at once.

    Args:
        out: Folder; replaced whole.
        contents: Tables and what the workbook says of them.
        language: Of the workbook.
        others: Further tables, as rows, by name.

    Returns:
        Names of the files, in order.

    Raises:
        PublicationError: The folder holds other files, or cannot be written.
    """
    from armillary.publications.workbook import workbook

    require_free(out)

    def write(draft: Path) -> None:
        (draft / WORKBOOK).write_bytes(workbook(contents, language=language))
        for name, table in contents.tables.items():
            folders.write_table(draft, table, name=name)
        for name, rows in (others or {}).items():
            text = csv_text(rows, list(rows[0]) if rows else [])
            (draft / f"{name}.csv").write_text(text, encoding="utf-8", newline="")

    return folders.write_whole(out, write)
