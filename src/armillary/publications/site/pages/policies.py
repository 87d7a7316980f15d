"""Policy registers: browsing by what initiatives share, a page for each, search."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

from armillary.model.observatory import PoliciesDefinition, Text
from armillary.publications.site.core import Headline, Page, Site, slug
from armillary.publications.site.policy_charts import year_chart
from armillary.publications.site.policy_facts import (
    BROWSED,
    Register,
    in_both,
    paragraphs,
    register,
    title_of,
    year_of,
)
from armillary.publications.site.policy_search import groups

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from armillary.publications.site.words import Words

LISTING = "policies/index.html"
_PER_PAGE = 50
_OVERVIEW = 16  # values of a facet shown on the page of the register
_LATEST = 10
_AROUND = 2  # parts of a list that are linked on either side
_HTTP = re.compile(r"https?://[^\s<>\"']+")


def home(register: str) -> str:
    """Return the path of the page of one register."""
    return f"policies/{slug(register)}/index.html"


def search_path(register: str) -> str:
    """Return the path of the search page of one register."""
    return f"policies/{slug(register)}/search.html"


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
        context=partial(_overview, site, held),
        section="policies",
        above=LISTING,
        sources=definition.sources,
    )
    yield Page(
        path=search_path(definition.id),
        title="policies.search",
        template="policies_search.html",
        context=lambda words: {"register": held, "result": None, "groups": groups(held, words)},
        section="policies",
        above=above,
        sources=definition.sources,
        searches=True,
    )
    for facet in BROWSED:
        if facet in held.values:
            yield from _facet_pages(held, facet)
    for year, rows in held.years.items():
        known = Text(en=str(year), zh=f"{year}年")
        title = known if year is not None else Text(en="Without a date", zh="日期不详")
        yield from _lists(held, f"year-{year or 'none'}", title=title, rows=rows, above=above)
    for row in held.initiatives.values():
        yield Page(
            path=f"{held.folder}/{slug(row['initiative'])}.html",
            title=title_of(row),
            template="policy.html",
            context=partial(_initiative, site, held, row),
            section="policies",
            above=above,
            sources=(row["source"],),
            searched=True,
        )


def _facet_pages(held: Register, facet: str) -> Iterable[Page]:
    """Give the page of all values of a facet, and the list of each value."""
    path = f"{held.folder}/{BROWSED[facet]}.html"
    yield Page(
        path=path,
        title=f"policies.all.{facet}",
        template="policies_values.html",
        context=partial(_values, held, facet),
        section="policies",
        above=home(held.definition.id),
        sources=held.definition.sources,
    )
    for value in held.values[facet].values():
        yield from _lists(
            held, value.stem, title=value.name, rows=value.rows, above=path, facet=facet
        )


def _lists(
    held: Register,
    stem: str,
    *,
    title: Text,
    rows: Sequence[Mapping[str, Any]],
    above: str,
    facet: str = "year",
) -> Iterable[Page]:
    """Give one list in parts of fifty, joined by plain links."""
    count = max(1, -(-len(rows) // _PER_PAGE))
    # No slug ends in an underscore and a "p", so no part takes the name of another list.
    names = [f"{stem}{f'_p{n}' if n > 1 else ''}.html" for n in range(1, count + 1)]
    for n, name in enumerate(names):
        yield Page(
            path=f"{held.folder}/{name}",
            title=title,
            template="policies_part.html",
            context=partial(_part, held, facet, rows=rows, names=names, n=n),
            section="policies",
            above=above,
            sources=held.definition.sources,
        )


def _overview(site: Site, held: Register, words: Words) -> dict[str, Any]:
    return {
        "register": held,
        "figures_of": _figures(held, words),
        "notes": _notes(held, words),
        "chart": year_chart(site, words, held=held),
        "facets": [
            (facet, BROWSED[facet], list(held.values[facet].values()))
            for facet in BROWSED
            if facet in held.values and (facet != "area" or len(held.values[facet]) > 1)
        ],
        "shown": _OVERVIEW,
        "years": [(year, len(rows)) for year, rows in held.years.items()],
        "latest": [held.entry(row, words) for row in held.latest[:_LATEST]],
    }


def _notes(held: Register, words: Words) -> list[str]:
    """Say in which language titles and names are, where it is not that of the page."""
    notes = []
    other = "en" if words.language == "zh" else "zh"
    if not held.titled_in(words.language) and held.titled_in(other):
        notes.append(words(f"policies.titles_only_{other}"))
    names = [value.name for facet in BROWSED for value in held.values.get(facet, {}).values()]
    if names and all(name.language_shown(words.language) == other for name in names):
        notes.append(words(f"policies.names_only_{other}"))
    return notes


def _values(held: Register, facet: str, words: Words) -> dict[str, Any]:
    values = list(held.values[facet].values())
    return {
        "facet": facet,
        "values": values,
        "rows": [
            {
                "code": v.code,
                "name_en": v.name.en or None,
                "name_zh": v.name.zh or None,
                "n_initiatives": v.n,
            }
            for v in values
        ],
        "columns": ["code", "name_en", "name_zh", "n_initiatives"],
    }


def _part(
    held: Register,
    facet: str,
    words: Words,
    *,
    rows: Sequence[Mapping[str, Any]],
    names: Sequence[str],
    n: int,
) -> dict[str, Any]:
    first = n * _PER_PAGE
    shown = rows[first : first + _PER_PAGE]
    around = {0, len(names) - 1, *range(n - _AROUND, n + _AROUND + 1)}
    return {
        "facet": facet,
        "register": held.definition.title,
        "shown": [held.entry(row, words) for row in shown],
        "parts": [(place, name) for place, name in enumerate(names) if place in around],
        "count": len(names),
        "at": n,
        "first": first + 1,
        "last": first + len(shown),
        "total": len(rows),
    }


def _initiative(site: Site, held: Register, row: dict[str, Any], words: Words) -> dict[str, Any]:
    address = _HTTP.match(row["address"] or "")
    titles = in_both(words, Text(en=row["title_en"] or "", zh=row["title_zh"] or ""))
    original = row["title_original"]
    highlights = in_both(words, Text(en=row["highlights_en"] or "", zh=row["highlights_zh"] or ""))
    return {
        "row": row,
        "register": held.definition,
        "year": year_of(row),
        "issuer": Text(en=row["issuer_en"] or "", zh=row["issuer_zh"] or ""),
        "other_titles": titles[1:],
        "original": original if titles and original not in dict(titles).values() else None,
        "highlights": [(language, paragraphs(text)) for language, text in highlights],
        "facets": [
            (facet, found) for facet in BROWSED if (found := held.of(row["initiative"], facet))
        ],
        "languages": held.facets[row["initiative"]]["language"],
        "address": address.group(0) if address else None,
        "unlinked": None if address else row["address"],
        "origin": site.origins[row["origin"]],
        "source_page": f"sources/{slug(row['source'])}.html",
    }


def headlines(site: Site) -> Iterable[Headline]:
    """Say of each register how many initiatives and themes it holds."""
    for definition in site.observatory.policies.values():
        held = register(site, definition)
        yield Headline(
            section="policies",
            path=home(definition.id),
            title=definition.title,
            about=definition.about,
            figures=partial(_figures, held),
            chart=partial(year_chart, site, held=held),
            sources=definition.sources,
        )


def _figures(held: Register, words: Words) -> list[tuple[str, str]]:
    known = [year for year in held.years if year is not None]
    figures = [(words.number(len(held.initiatives), 0), words("policies.initiatives"))]
    for facet in ("theme", "instrument", "area"):
        n = len(held.values.get(facet, ()))
        if n > 1:
            figures.append((words.number(n, 0), words(f"policies.n.{facet}")))
    if known:
        span = str(known[0]) if min(known) == max(known) else f"{min(known)}–{max(known)}"
        figures.append((span, words("policies.years")))
    return figures[:4]
