"""TOML files a person wrote: read with the line of every key, so that an error can name it."""

from __future__ import annotations

import glob
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from armillary.errors import DefinitionError, did_you_mean, listed

if TYPE_CHECKING:
    from collections.abc import Iterable

_KEY = re.compile(
    r"""^\s*((?:[\w-]+|"(?:[^"\\]|\\.)*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"(?:[^"\\]|\\.)*"|'[^']*'))*)\s*="""
)
# Names, and for arrays of tables the number from 0.
KeyPath = tuple[str | int, ...]


class Toml(msgspec.Struct, frozen=True):
    """One TOML file: what it says, and on which line.

    Args:
        path: The file.
        data: The parsed document.
        lines: Line number of each key and table header, by its path: names, and for arrays of
            tables the number from 0.
    """

    path: Path
    data: dict[str, Any]
    lines: Mapping[KeyPath, int]

    def line(self, *keys: str | int) -> int | None:
        """Return the line of a key, or of its nearest enclosing table."""
        found = (self.lines.get(keys[:size]) for size in range(len(keys), 0, -1))
        return next((line for line in found if line), None)

    def where(self, *keys: str) -> str:
        """Return "file, line n" of a key, or of its nearest enclosing table."""
        line = self.line(*keys)
        return f"{self.path.name}, line {line}" if line else self.path.name

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
                fix=did_you_mean(key, names, otherwise=f"keys are: {', '.join(names)}"),
            )
            for key in table
            if key not in names
        ]


def read_text(path: Path) -> str:
    """Read a text a person wrote: a definition, a list.

    Raises:
        DefinitionError: The file is absent, may not be read, or is not UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise DefinitionError(
            f"{path.name} does not exist.", where=str(path), fix=_siblings(path)
        ) from None
    except OSError as error:
        raise DefinitionError(
            f"{path.name} cannot be read: {error.strerror}.", where=str(path), fix="check the path"
        ) from error
    except UnicodeDecodeError as error:
        raise DefinitionError(
            f"{path.name} is not UTF-8 text (byte {error.start:,}).",
            where=str(path),
            fix="save it as UTF-8; in a spreadsheet program, as 'CSV UTF-8'",
        ) from error


def read_toml(path: Path) -> Toml:
    """Read a TOML file and note the line of each key.

    Raises:
        DefinitionError: The file is absent, not UTF-8, or not TOML; with the line and column.
    """
    text = read_text(path)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(
            f"{path.name} is not valid TOML: {error}.",
            where=str(path),
            fix="mend that line; texts stand in double quotes, lists in [ ]",
        ) from error
    except RecursionError as error:
        raise DefinitionError(
            f"{path.name} is not valid TOML: its brackets are nested too deeply.",
            where=str(path),
            fix="close the brackets; lists within lists are never needed here",
        ) from error
    return Toml(path=path, data=data, lines=_lines(text))


def _siblings(path: Path) -> str:
    folder = path.parent
    if not folder.is_dir():
        return f"the folder {folder} does not exist either; check the path"
    names = sorted(p.name for p in folder.iterdir() if p.suffix == path.suffix)
    there = f"files there: {listed(names)}" if names else "the folder holds no such file"
    return did_you_mean(path.name, names, otherwise=there)


def _lines(text: str) -> dict[KeyPath, int]:
    """Find the line of each key; multi-line strings may add keys that do not exist, harmlessly."""
    lines: dict[KeyPath, int] = {}
    counts: dict[KeyPath, int] = {}
    table: KeyPath = ()
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if stripped.startswith("["):
            table = _header(stripped, counts) or table
            for size in range(1, len(table) + 1):
                lines.setdefault(table[:size], number)
        elif match := _KEY.match(line):
            lines.setdefault((*table, *_names(f"{match[1]} = 0")), number)
    return lines


def _header(line: str, counts: dict[KeyPath, int]) -> KeyPath:
    """Return the path of a table's header, counting the tables of arrays."""
    names = _names(line)
    path: KeyPath = ()
    for place, name in enumerate(names):
        path = (*path, name)
        if line.startswith("[[") and place == len(names) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def _names(text: str) -> tuple[str, ...]:
    """Return the names of the keys of a one-line TOML text, outermost first."""
    try:
        node: object = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return ()
    names: list[str] = []
    while node:
        if isinstance(node, list):
            node = node[0]
        elif isinstance(node, dict):
            name, node = next(iter(node.items()))
            names.append(name)
        else:
            break
    return tuple(names)


def what_is_there(pattern: Path) -> str:
    """Say what stands where no file fits the path a definition names.

    Args:
        pattern: Path, perhaps with wildcards.
    """
    folder = pattern.parent
    while glob.has_magic(str(folder)):
        folder = folder.parent
    if not folder.is_dir():
        return f"the folder {folder.name!r} does not exist; make it or mend the path"
    names = sorted(p.name for p in folder.iterdir() if p.is_file())
    if not names:
        return f"the folder {folder.name!r} is empty; put the files there"
    return did_you_mean(
        pattern.name, names, otherwise=f"{folder.name!r} holds {', '.join(names[:5])}"
    )
