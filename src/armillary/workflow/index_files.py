"""Writes tables as a folder of CSV files and a workbook, whole or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from armillary.errors import PublicationError, listed
from armillary.model.columns import tables as known_tables
from armillary.publications.tables import csv_text
from armillary.workflow.state import remove
from armillary.workflow.swap import recover, replace_folder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa

    from armillary.publications.workbook import Contents

WORKBOOK = "index.xlsx"
OTHERS = ("recipe_difference", "unit_change", "node_change")


def require_free(out: Path) -> None:
    """Refuse a folder that holds anything but what these commands write.

    Args:
        out: Folder to be written; may not exist yet.

    Raises:
        PublicationError: It is a file, or holds other files, which would be lost.
    """
    if out.exists() and not out.is_dir():
        raise PublicationError(
            f"{out.name} is a file, not a folder.", where=str(out), fix="give another --out"
        )
    own = {WORKBOOK, *(f"{name}.csv" for name in (*known_tables(), *OTHERS))}
    others = sorted(p.name for p in out.iterdir() if p.name not in own) if out.exists() else []
    if others:
        raise PublicationError(
            f"The folder holds {listed(others)}, which would be lost.",
            where=str(out),
            fix="give --out a new folder; it is replaced whole each time",
        )


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

    out = out.resolve()
    require_free(out)
    draft = out.with_name(f".{out.name}.draft")
    try:
        remove(draft)
        draft.mkdir(parents=True)
        (draft / WORKBOOK).write_bytes(workbook(contents, language=language))
        for name, table in contents.tables.items():
            _write(draft / f"{name}.csv", table)
        for name, rows in (others or {}).items():
            text = csv_text(rows, list(rows[0]) if rows else [])
            (draft / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
        recover(out)
        replace_folder(draft, out)
    except OSError as error:
        raise PublicationError(
            f"The folder cannot be written: {error.strerror}.",
            where=str(out),
            fix="check its path and permissions, and the space left on the disk",
        ) from error
    finally:
        if draft.exists():
            remove(draft)
    return tuple(sorted(path.name for path in out.iterdir()))


def _write(file: Path, table: pa.Table) -> None:
    text = csv_text(table.to_pylist(), table.column_names)
    file.write_text(text, encoding="utf-8", newline="")
