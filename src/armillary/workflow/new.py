"""Makes a working observatory to edit, from those shipped with the package."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING

from armillary.errors import DefinitionError, did_you_mean

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable
    from pathlib import Path


DEMO = "demo"


def templates() -> dict[str, str]:
    """Return the templates by name, each with its title in English; the demo first."""
    shipped = sorted(_shipped().iterdir(), key=lambda entry: entry.name)
    places = [files("armillary").joinpath(DEMO), *(one for one in shipped if one.is_dir())]
    return {
        one.name: tomllib.loads(one.joinpath("observatory.toml").read_text("utf-8"))["title"]["en"]
        for one in places
        if one.joinpath("observatory.toml").is_file()
    }


def _shipped() -> Traversable:
    return files("armillary").joinpath("templates")


def new(folder: Path, *, template: str = DEMO) -> list[Path]:
    """Write an observatory into a folder that is absent or empty.

    Args:
        folder: Where to write it.
        template: Which one, of `templates()`.

    Returns:
        The files written.

    Raises:
        DefinitionError: There is no such template, or the folder holds something already;
            nothing is overwritten.
    """
    known = list(templates())
    if template not in known:
        raise DefinitionError(
            f"There is no template {template!r}.",
            where="armillary new --template",
            fix=did_you_mean(template, known, otherwise=f"templates are {', '.join(known)}"),
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise DefinitionError(
            f"{folder} exists and is not empty.",
            where=str(folder.resolve()),
            fix="name a new folder; nothing was written",
        )
    written: list[Path] = []
    place = files("armillary").joinpath(DEMO) if template == DEMO else _shipped() / template
    _copy(place, folder, written)
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
