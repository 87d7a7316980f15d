"""Folders that commands write: whole or not at all, and never over somebody's other files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from armillary.errors import PublicationError, listed
from armillary.model.columns import tables as known_tables
from armillary.publications.tables import csv_text
from armillary.workflow.state import remove
from armillary.workflow.swap import recover, replace_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    import pyarrow as pa


def require_free(out: Path, *, own: Collection[str]) -> None:
    """Refuse a folder that holds anything but what a command writes.

    Args:
        out: Folder to be written; may not exist yet.
        own: Names of the files the command writes, beside tables of the store as CSV.

    Raises:
        PublicationError: It is a file, or holds other files, which would be lost.
    """
    if out.exists() and not out.is_dir():
        raise PublicationError(
            f"{out.name} is a file, not a folder.", where=str(out), fix="give another --out"
        )
    ours = {*own, *(f"{name}.csv" for name in known_tables())}
    others = sorted(p.name for p in out.iterdir() if p.name not in ours) if out.exists() else []
    if others:
        raise PublicationError(
            f"The folder holds {listed(others)}, which would be lost.",
            where=str(out),
            fix="give --out a new folder; it is replaced whole each time",
        )


def write_whole(out: Path, write: Callable[[Path], None]) -> tuple[str, ...]:
    """Fill a draft of a folder, then put it in place at once.

    Args:
        out: Folder; replaced whole.
        write: Fills the draft.

    Returns:
        Names of the files, in order.

    Raises:
        PublicationError: The folder cannot be written.
    """
    out = out.resolve()
    draft = out.with_name(f".{out.name}.draft")
    try:
        remove(draft)
        draft.mkdir(parents=True)
        write(draft)
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


def write_table(folder: Path, table: pa.Table, *, name: str) -> None:
    """Write a table as CSV; text that a spreadsheet would run is disarmed."""
    text = csv_text(table.to_pylist(), table.column_names)
    (folder / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
