"""Web pages as paragraphs and tables of plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import msgspec
from lxml import etree, html

from armillary.errors import SourceError
from armillary.sources.statistics.grids import Grid

if TYPE_CHECKING:
    from pathlib import Path

_PARAGRAPHS = "//title|//h1|//h2|//h3|//h4|//p|//li|//div"
_BLOCKS = ".//p|.//div|.//table|.//li|.//h1|.//h2|.//h3|.//h4"
_MAX_SPAN = 1_000
_MAX_TABLE_CELLS = 1_000_000


class Page(msgspec.Struct, frozen=True):
    """A page as a reader sees it.

    Args:
        paragraphs: Texts outside tables, the page's title first, in order.
        tables: Tables that hold no other table, in order; spans are spread out.
    """

    paragraphs: tuple[str, ...]
    tables: tuple[Grid, ...]


def read_page(text: str, path: Path) -> Page:
    """Read a page without running, fetching or resolving anything.

    Raises:
        SourceError: It cannot be parsed, or a table claims an absurd size.
    """
    parser = html.HTMLParser(
        no_network=True, huge_tree=False, remove_comments=True, remove_pis=True, encoding="utf-8"
    )
    try:
        root = html.document_fromstring(text.encode("utf-8", errors="replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise SourceError(
            f"The web page cannot be parsed: {error}.", where=str(path), fix="save it again"
        ) from error
    for hidden in _elements(root, "//script|//style|//noscript|//template"):
        hidden.drop_tree()
    paragraphs = []
    for element in _elements(root, _PARAGRAPHS):
        if element.tag in ("div", "li") and element.xpath(_BLOCKS):
            continue
        if element.xpath("ancestor::table"):
            continue
        if said := " ".join(element.text_content().split()):
            paragraphs.append(said)
    tables: list[Grid] = []
    for element in _elements(root, "//table[not(.//table)]"):
        tables.append(_grid(element, len(tables) + 1, path))
    return Page(tuple(paragraphs), tuple(tables))


def _elements(root: html.HtmlElement, path: str) -> list[html.HtmlElement]:
    return cast("list[html.HtmlElement]", root.xpath(path))


def _grid(table: html.HtmlElement, number: int, path: Path) -> Grid:
    held: dict[tuple[int, int], str] = {}
    merged = []
    for row, line in enumerate(_elements(table, ".//tr")):
        column = 0
        for cell in _elements(line, "./td|./th"):
            while (row, column) in held:
                column += 1
            high, wide = _span(cell, "rowspan"), _span(cell, "colspan")
            if len(held) + high * wide > _MAX_TABLE_CELLS:
                raise SourceError(
                    f"Table {number} of the page has more than {_MAX_TABLE_CELLS:,} cells.",
                    where=str(path),
                    fix="save the table as .csv",
                )
            for down in range(high):
                for right in range(wide):
                    held[row + down, column + right] = ""
            held[row, column] = " ".join(cell.text_content().split())
            if high > 1 or wide > 1:
                merged.append((row, column, row + high - 1, column + wide - 1))
            column += wide
    height = max((row for row, _ in held), default=-1) + 1
    width = max((column for _, column in held), default=-1) + 1
    rows = [[held.get((r, c), "") for c in range(width)] for r in range(height)]
    return Grid(name=f"table {number}", rows=rows, merged=tuple(merged))


def _span(cell: html.HtmlElement, name: str) -> int:
    said = str(cell.get(name, "1")).strip()
    return min(max(int(said), 1), _MAX_SPAN) if said.isdecimal() and len(said) < 5 else 1
