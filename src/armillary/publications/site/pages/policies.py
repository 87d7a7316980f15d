"""Policy registers: browsing by theme and year, a page for each initiative, search."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

from armillary.model.observatory import PoliciesDefinition, Text
from armillary.publications.site.core import Headline, Page, Site, slug

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from armillary.publications.site.words import Words

LISTING = "policies/index.html"
_PER_PAGE = 50
_FACETS = ("theme", "instrument", "target_group", "tag")
_HTTP = re.compile(r"https?://[^\s<>\"']+")


def home(register: str) -> str:
    """Return the path of the page of one register."""
    return f"policies/{slug(register)}/index.html"


def search_path(register: str) -> str:
    """Return the path of the search page of one register."""
    return f"policies/{slug(register)}/search.html"


def initiative_path(register: str, initiative: str) -> str:
    """Return the path of the page of one initiative."""
    return f"policies/{slug(register)}/{slug(initiative)}.html"


class Register:
    """One register as its pages need it, read once.

    Args:
        site: The site.
        definition: The register.
    """

    def __init__(self, site: Site, definition: PoliciesDefinition) -> None:
        self.definition = definition
        self.initiatives: dict[str, dict[str, Any]] = {}
        self.facets: dict[str, dict[str, list[tuple[str, Text]]]] = {}
        for source in definition.sources:
            for row in site.rows("initiative", source=source):
                self.initiatives[row["initiative"]] = row
            for row in site.rows("initiative_facet", source=source):
                name = Text(en=row["name_en"], zh=row["name_zh"] or "")
                held = self.facets.setdefault(row["initiative"], {})
                held.setdefault(row["facet"], []).append((row["code"], name))
        latest = sorted(self.initiatives.values(), key=lambda row: row["initiative"])
        self.latest = sorted(latest, key=lambda row: row["date"] or "", reverse=True)
        counts = site.rows("initiative_count", register=definition.id)
        self.years = {row["year"]: row["n_initiatives"] for row in counts if row["facet"] == "all"}
        self.themes: dict[str, tuple[Text, int]] = {}
        for row in counts:
            if row["facet"] == "theme":
                name = Text(en=row["name_en"], zh=row["name_zh"] or "")
                before = self.themes.get(row["code"], (name, 0))[1]
                self.themes[row["code"]] = (name, before + row["n_initiatives"])

    def of_year(self, year: int | None) -> list[dict[str, Any]]:
        """Return the initiatives of one year; None those without a date."""
        wanted = "" if year is None else str(year)
        return [row for row in self.latest if (row["date"] or "")[:4] == wanted]

    def of_theme(self, code: str) -> list[dict[str, Any]]:
        """Return the initiatives of one theme, the latest first."""
        return [
            row
            for row in self.latest
            if any(code == c for c, _ in self.facets.get(row["initiative"], {}).get("theme", []))
        ]


def title_of(row: Mapping[str, Any]) -> Text:
    """Return the title of an initiative, or its number where the source has none."""
    english, chinese = row["title_en"] or "", row["title_zh"] or ""
    if not english and not chinese:
        english = row["title_original"] or row["native_id"]
    return Text(en=english, zh=chinese)


def register(site: Site, definition: PoliciesDefinition) -> Register:
    """Return one register, read once for the whole site."""
    return site.keep(f"register:{definition.id}", lambda: Register(site, definition))


def pages(site: Site) -> Iterable[Page]:
    """Give the list of registers, and for each its lists, its initiatives and its search."""
    defined = site.observatory.policies
    if not defined:
        return
    yield Page(
        path=LISTING,
        title="section.policies",
        template="policies_list.html",
        context=lambda words: {"registers": [register(site, d) for d in defined.values()]},
        section="policies",
        entry=True,
        sources=tuple(source for d in defined.values() for source in d.sources),
    )
    for definition in defined.values():
        yield from _register_pages(site, definition)


def _register_pages(site: Site, definition: PoliciesDefinition) -> Iterable[Page]:
    held = register(site, definition)
    above = home(definition.id)
    yield Page(
        path=above,
        title=definition.title,
        template="policies.html",
        context=partial(_overview, held),
        section="policies",
        above=LISTING,
        sources=definition.sources,
    )
    yield Page(
        path=search_path(definition.id),
        title="policies.search",
        template="policies_search.html",
        context=lambda words: {"register": held, "result": None, "asked": {}},
        section="policies",
        above=above,
        sources=definition.sources,
        searches=True,
    )
    for code, (name, _) in held.themes.items():
        yield from _lists(held, f"theme-{slug(code)}", title=name, rows=held.of_theme(code))
    for year in held.years:
        known = Text(en=str(year), zh=f"{year}年")
        title = known if year is not None else Text(en="Without a date", zh="日期不详")
        yield from _lists(held, f"year-{year or 'none'}", title=title, rows=held.of_year(year))
    for row in held.initiatives.values():
        yield Page(
            path=initiative_path(definition.id, row["initiative"]),
            title=title_of(row),
            template="policy.html",
            context=partial(_initiative, site, held, row),
            section="policies",
            above=above,
            sources=(row["source"],),
            searched=True,
        )


def _lists(
    held: Register, name: str, *, title: Text, rows: Sequence[Mapping[str, Any]]
) -> Iterable[Page]:
    """Give one list in parts of fifty, joined by plain links."""
    base = f"policies/{slug(held.definition.id)}"
    count = max(1, -(-len(rows) // _PER_PAGE))
    paths = [f"{base}/{name}{f'-{n}' if n > 1 else ''}.html" for n in range(1, count + 1)]
    for n, path in enumerate(paths):
        shown = rows[n * _PER_PAGE : (n + 1) * _PER_PAGE]
        yield Page(
            path=path,
            title=title,
            template="policies_part.html",
            context=partial(_part, held, rows=shown, paths=paths, n=n, total=len(rows)),
            section="policies",
            above=home(held.definition.id),
            sources=held.definition.sources,
        )


def _overview(held: Register, words: Words) -> dict[str, Any]:
    most = max((n for _, n in held.themes.values()), default=1)
    return {
        "register": held,
        "themes": sorted(held.themes.items(), key=lambda one: -one[1][1]),
        "most": most,
        "years": sorted(held.years.items(), key=lambda one: (one[0] is None, -(one[0] or 0))),
        "most_in_year": max(held.years.values(), default=1),
        "latest": _entries(held, held.latest[:20]),
        "base": f"policies/{slug(held.definition.id)}",
        "search": search_path(held.definition.id),
        "slug": slug,
    }


def _part(
    held: Register,
    words: Words,
    *,
    rows: Sequence[Mapping[str, Any]],
    paths: Sequence[str],
    n: int,
    total: int,
) -> dict[str, Any]:
    return {"shown": _entries(held, rows), "paths": paths, "at": n, "total": total}


def _entries(held: Register, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "path": initiative_path(held.definition.id, row["initiative"]),
            "title": title_of(row),
            "date": row["date"],
            "issuer": Text(en=row["issuer_en"] or "", zh=row["issuer_zh"] or ""),
            "area": row["area_name"] or row["REF_AREA"] or "",
        }
        for row in rows
    ]


def _initiative(site: Site, held: Register, row: dict[str, Any], words: Words) -> dict[str, Any]:
    found = held.facets.get(row["initiative"], {})
    address = _HTTP.match(row["address"] or "")
    area = row["REF_AREA"]
    return {
        "row": row,
        "area": site.name("CL_AREA", area) if area else Text(en=row["area_name"] or ""),
        "issuer": Text(en=row["issuer_en"] or "", zh=row["issuer_zh"] or ""),
        "highlights": Text(en=row["highlights_en"] or "", zh=row["highlights_zh"] or ""),
        "facets": [(facet, found[facet]) for facet in _FACETS if facet in found],
        "address": address.group(0) if address else None,
        "origin": site.origins[row["origin"]],
        "other_titles": [t for t in (row["title_en"], row["title_zh"], row["title_original"]) if t],
        "base": f"policies/{slug(held.definition.id)}",
        "slug": slug,
    }


def headlines(site: Site) -> Iterable[Headline]:
    """Say of each register how many initiatives and themes it holds."""
    for definition in site.observatory.policies.values():
        yield Headline(
            section="policies",
            path=home(definition.id),
            title=definition.title,
            about=definition.about,
            figures=partial(_figures, register(site, definition)),
            sources=definition.sources,
        )


def _figures(held: Register, words: Words) -> list[tuple[str, str]]:
    known = [year for year in held.years if year is not None]
    figures = [(words.number(len(held.initiatives), 0), words("policies.initiatives"))]
    if held.themes:
        figures.append((words.number(len(held.themes), 0), words("policies.themes")))
    if known:
        figures.append((f"{min(known)}–{max(known)}", words("policies.years")))
    return figures
