"""The home page: what the observatory holds, its headlines, and what changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armillary.publications.site.core import Page, Site, slug

if TYPE_CHECKING:
    from collections.abc import Iterable

    from armillary.publications.site.words import Words

_COUNTED = ("observation", "work", "initiative", "cluster", "origin")
_MOVES = 12


def pages(site: Site) -> Iterable[Page]:
    """Give the home page."""
    yield Page(
        path="index.html",
        title=site.observatory.title,
        template="home.html",
        context=lambda words: _context(site, words),
    )


def _context(site: Site, words: Words) -> dict[str, Any]:
    sections: dict[str, list[Any]] = {}
    for headline in site.headlines:
        sections.setdefault(headline.section, []).append(headline)
    return {
        "counts": [
            (words.number(site.count(table), 0), words(f"holds.{table}"))
            for table in _COUNTED
            if site.count(table)
        ],
        "sections": sections,
        "any_simulated": bool(site.simulated),
        "changes": site.changes,
        "moves": [
            {
                "move": move,
                "unit": site.name("CL_AREA", move.unit),
                "index": site.observatory.indexes[move.index].title,
                "path": f"index/{slug(move.index)}/{slug(move.unit)}.html",
            }
            for move in (site.changes.moves if site.changes else ())
            if move.index in site.observatory.indexes
        ][:_MOVES],
    }
