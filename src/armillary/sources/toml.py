"""TOML files a person wrote: read with the line of every key, so that an error can name it."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from armillary.errors import DefinitionError, listed

if TYPE_CHECKING:
    from collections.abc import Iterable

_HEADER = re.compile(r"^\s*\[\[?\s*(?P<path>[^\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(
    r"""^\s*(?P<path>(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*="""
)
_PART = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")


class Toml(msgspec.Struct, frozen=True):
    """One TOML file: what it says, and on which line.

    Args:
        path: The file.
        data: The parsed document.
        lines: Line number of each key and table header, by the tuple of its path.
    """

    path: Path
    data: dict[str, Any]
    lines: Mapping[tuple[str, ...], int]

    def where(self, *keys: str) -> str:
        """Return "file, line n" of a key, or of its nearest enclosing table."""
        for size in range(len(keys), 0, -1):
            if line := self.lines.get(keys[:size]):
                return f"{self.path.name}, line {line}"
        return self.path.name

    def unknown_keys(
        self, table: Mapping[str, Any], known: Iterable[str], *keys: str
    ) -> list[DefinitionError]:
        """Return an error for each key of `table` that nothing reads.

        Args:
            table: A table of the document.
            known: Keys that are read.
            keys: Path of the table in the document.
        """
        names = list(known)
        inside = f"[{'.'.join(keys)}]" if keys else "the top of the file"
        return [
            DefinitionError(
                f"{key!r} is not a key of {inside}.",
                where=self.where(*keys, key),
                fix=nearest(key, names) or f"keys are: {', '.join(names)}",
            )
            for key in table
            if key not in names
        ]


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return "did you mean ...?" for a misspelt word, or None.

    Examples:
        >>> nearest("tilte", ["title", "licence"])
        "did you mean 'title'?"
    """
    found = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"did you mean {found[0]!r}?" if found else None


def read_toml(path: Path) -> Toml:
    """Read a TOML file and note the line of each key.

    Raises:
        DefinitionError: The file is absent, not UTF-8, or not TOML; with the line and column.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise DefinitionError(
            f"{path.name} does not exist.", where=str(path), fix=_siblings(path)
        ) from None
    except UnicodeDecodeError as error:
        raise DefinitionError(
            f"{path.name} is not UTF-8 text (byte {error.start:,}).",
            where=str(path),
            fix="save it as UTF-8",
        ) from error
    except OSError as error:
        raise DefinitionError(
            f"{path.name} cannot be read: {error.strerror}.", where=str(path), fix="check the path"
        ) from error
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(
            f"{path.name} is not valid TOML: {error}.",
            where=str(path),
            fix="mend that line; texts stand in double quotes, lists in [ ]",
        ) from error
    return Toml(path=path, data=data, lines=_lines(text))


def _siblings(path: Path) -> str:
    folder = path.parent
    if not folder.is_dir():
        return f"the folder {folder} does not exist either; check the path"
    names = sorted(p.name for p in folder.iterdir() if p.suffix == path.suffix)
    return nearest(path.name, names) or (
        f"files there: {listed(names)}" if names else "the folder holds no such file"
    )


def _lines(text: str) -> dict[tuple[str, ...], int]:
    """Find the line of each key; multi-line strings may add keys that do not exist, harmlessly."""
    lines: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = _parts(header["path"])
            lines.setdefault(table, number)
        elif key := _KEY.match(line):
            lines.setdefault((*table, *_parts(key["path"])), number)
    return lines


def _parts(path: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _PART.findall(path))
