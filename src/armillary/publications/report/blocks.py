"""The blocks a chapter is made of; `template.typ` knows how each is set.

A block is plain JSON, so that every word and number of the data reaches the typesetter as
data and never as markup.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

_PAGE_PART = 1_500  # characters; an entry of more may run over two pages
Block = dict[str, Any]
Cell = str | dict[str, Any]


def chapter(text: str) -> Block:
    """Start a chapter on a new page."""
    return {"kind": "chapter", "text": text}


def section(text: str) -> Block:
    """Start a section."""
    return {"kind": "section", "text": text}


def page() -> Block:
    """Go on on a new page."""
    return {"kind": "page"}


def pair(left: Sequence[Block], right: Sequence[Block]) -> Block:
    """Set blocks side by side; only tables and figures stand so."""
    return {"kind": "pair", "left": list(left), "right": list(right)}


def paragraph(text: Cell, *, style: str = "plain") -> Block:
    """Set a paragraph; `style` is plain, lead, note or notice (a box that cannot be missed)."""
    return {"kind": "paragraph", "text": text, "style": style}


def facts(items: Sequence[tuple[str, str]]) -> Block:
    """Set a row of large numbers, each with what it counts."""
    return {"kind": "facts", "items": [{"number": n, "label": label} for n, label in items]}


def column(
    label: Cell, *, align: str = "right", width: str = "auto", strong: bool = False
) -> dict[str, Any]:
    """Describe one column of a table; `width` is auto, a share such as 1fr, or points."""
    return {"label": label, "align": align, "width": width, "strong": strong}


def row(cells: Sequence[Cell], *, level: int = 0, group: bool = False) -> dict[str, Any]:
    """Make one row of a table.

    Args:
        cells: One for each column; for a group, its title alone.
        level: Depth in a tree: how far the first cell is set in.
        group: Whether the row is a heading across all columns.
    """
    return {"cells": list(cells), "level": level, "group": group}


def table(
    caption: str,
    *,
    columns: Sequence[dict[str, Any]],
    rows: Sequence[dict[str, Any]],
    notes: Sequence[str] = (),
    small: bool = False,
) -> Block:
    """Set a numbered table; its head repeats on every page it runs over."""
    return {
        "kind": "table",
        "caption": caption,
        "columns": list(columns),
        "rows": list(rows),
        "notes": list(notes),
        "small": small,
    }


def marked(text: str, *, mark: str = "", language: str | None = None) -> Cell:
    """Return a cell with a raised mark, or in another language than the report."""
    if not mark and language is None:
        return text
    return {"text": text, "mark": mark, "lang": language}


def items(entries: Sequence[dict[str, Any]]) -> Block:
    """Set entries with a title, a line of particulars and texts, each in its language."""
    return {"kind": "items", "entries": list(entries)}


def points(entries: Sequence[tuple[str, Sequence[str]]]) -> Block:
    """Set lists of sentences, each under its title; an empty title is left out."""
    return {
        "kind": "points",
        "entries": [{"title": title, "texts": list(texts)} for title, texts in entries],
    }


def entry(
    title: Cell, *, particulars: str = "", texts: Sequence[Cell] = (), code: str = ""
) -> dict[str, Any]:
    """Make one entry of `items`; `code` is set in a fixed-width manner, such as a checksum."""
    said = [text if isinstance(text, str) else text["text"] for text in (title, *texts)]
    return {
        "title": title,
        "particulars": particulars,
        "texts": list(texts),
        "code": code,
        "long": sum(map(len, said)) > _PAGE_PART,
    }
