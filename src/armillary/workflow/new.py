"""Makes a working observatory to edit, from the one shipped with the package."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from armillary.errors import DefinitionError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable
    from pathlib import Path


def new(folder: Path) -> list[Path]:
    """Write the demo observatory into a folder that is absent or empty.

    Args:
        folder: Where to write it.

    Returns:
        The files written.

    Raises:
        DefinitionError: The folder holds something already; nothing is overwritten.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise DefinitionError(
            f"{folder} exists and is not empty.",
            where=str(folder.resolve()),
            fix="name a new folder; nothing was written",
        )
    written: list[Path] = []
    _copy(files("armillary").joinpath("demo"), folder, written)
    return written


def _copy(place: Traversable, target: Path, written: list[Path]) -> None:
    if place.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(place.read_bytes())
        written.append(target)
        return
    for child in sorted(place.iterdir(), key=lambda entry: entry.name):
        if child.name not in {"__pycache__", "__init__.py"}:
            _copy(child, target / child.name, written)
