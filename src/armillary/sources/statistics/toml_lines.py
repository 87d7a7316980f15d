"""Finds the line of a key in a TOML text, since the parser keeps none."""

from __future__ import annotations

import difflib
import re
import tomllib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_KEY = re.compile(r"""^\s*((?:"(?:[^"\\]|\\.)*"|'[^']*'|[\w-]+)(?:\.[\w-]+)*)\s*=""")


def nearest(name: str, allowed: Sequence[str]) -> str | None:
    """Return the allowed name that looks most like `name`, or None."""
    close = difflib.get_close_matches(name.casefold(), [a.casefold() for a in allowed], n=1)
    return next((a for a in allowed if close and a.casefold() == close[0]), None)


def line_of(text: str, key: Sequence[str | int]) -> int:
    r"""Return the line (from 1) that defines `key`, or the nearest table above it.

    Args:
        text: The TOML text.
        key: Names and, for arrays of tables, numbers from 0.

    Examples:
        >>> line_of('layout = "tidy"\n[columns]\nREF_AREA = "x"', ("columns", "REF_AREA"))
        3
    """
    wanted = tuple(key)
    best, best_length = 1, 0
    table: tuple[str | int, ...] = ()
    counts: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        found: tuple[str | int, ...] | None = None
        if stripped.startswith("["):
            table = found = _header(stripped, counts) or table
        elif match := _KEY.match(line):
            found = (*table, *_path(f"{match[1]} = 0"))
        shared = 0
        for left, right in zip(found or (), wanted, strict=False):
            if left != right:
                break
            shared += 1
        if found and shared == len(found) and shared > best_length:
            best, best_length = number, shared
    return best


def _header(line: str, counts: dict[str, int]) -> tuple[str | int, ...]:
    if line.startswith("[["):
        path = _path(line)
        name = str(path[0]) if path else ""
        counts[name] = counts.get(name, -1) + 1
        return (name, counts[name])
    path = _path(line)
    if path and path[0] in counts:
        return (path[0], counts[str(path[0])], *path[1:])
    return path


def _path(text: str) -> tuple[str | int, ...]:
    try:
        node: object = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return ()
    path: list[str | int] = []
    while isinstance(node, dict) and node:
        name, node = next(iter(node.items()))
        path.append(name)
    return tuple(path)
