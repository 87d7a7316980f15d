"""The search of a register: what an address asks for, and what the page then shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import msgspec

from armillary.model.observatory import Text
from armillary.publications.site.core import slug
from armillary.publications.site.policy_facts import FACETS, Register

if TYPE_CHECKING:
    from collections.abc import Sequence

    from armillary.evidence.search import Search, SearchResult
    from armillary.publications.site.words import Words

HITS = 20
_LONGEST = 500  # characters of a query or a code
_MOST_CHOSEN = 50  # values of one facet
_SHOWN = {"tag": 40}  # values to choose from, the most frequent ones
_SHOWN_ELSE = 100


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What an address asks for; anything may stand in an address, so all of it is bounded.

    Args:
        q: Words; an empty text finds all, the latest first.
        facets: Codes chosen by facet: any one of each facet must apply.
        year_from: First year; None is open.
        year_to: Last year.
        latest_first: By date, not by how well an initiative fits.
        offset: Initiatives passed over.
    """

    q: str = ""
    facets: dict[str, tuple[str, ...]] = {}
    year_from: int | None = None
    year_to: int | None = None
    latest_first: bool = False
    offset: int = 0

    def address(self, **changes: Any) -> str:
        """Return the address of this question with changes, from its first initiative on."""
        one = msgspec.structs.replace(self, **{"offset": 0, **changes})
        pairs = [("q", one.q), *((f, c) for f, codes in one.facets.items() for c in codes)]
        pairs += [("from", str(one.year_from))] if one.year_from is not None else []
        pairs += [("to", str(one.year_to))] if one.year_to is not None else []
        pairs += [("sort", "date")] if one.latest_first else []
        pairs += [("offset", str(one.offset))] if one.offset else []
        return f"?{urlencode(pairs)}"

    def without(self, facet: str, code: str) -> str:
        """Return the address of this question with one value less."""
        left = tuple(c for c in self.facets[facet] if c != code)
        return self.address(facets={**self.facets, facet: left})


def asked(pairs: Sequence[tuple[str, str]]) -> Asked:
    """Read what the parameters of an address ask for; what makes no sense is passed over.

    Examples:
        >>> one = asked([("q", "AI"), ("theme", "T1"), ("from", "2020"), ("to", "soon")])
        >>> one.q, one.facets, one.year_from, one.year_to
        ('AI', {'theme': ('T1',)}, 2020, None)
    """
    single = dict(pairs)
    facets: dict[str, tuple[str, ...]] = {}
    for facet in FACETS:
        codes = dict.fromkeys(code[:_LONGEST] for name, code in pairs if name == facet and code)
        if codes:
            facets[facet] = tuple(codes)[:_MOST_CHOSEN]
    return Asked(
        q=single.get("q", "")[:_LONGEST],
        facets=facets,
        year_from=_whole(single.get("from")),
        year_to=_whole(single.get("to")),
        latest_first=single.get("sort") == "date",
        offset=_whole(single.get("offset")) or 0,
    )


def found(held: Register, index: Search, *, one: Asked, words: Words) -> dict[str, Any]:
    """Return what the search page shows of an answer.

    Args:
        held: The register.
        index: The full-text index.
        one: What is asked for.
        words: Language of the page.
    """
    result = index.find(
        one.q,
        facets=one.facets,
        register=held.definition.id,
        year_from=one.year_from,
        year_to=one.year_to,
        limit=HITS,
        offset=one.offset,
        latest_first=one.latest_first,
    )
    last = one.offset + len(result.hits)
    return {
        "asked": one,
        "result": result,
        "hits": [_hit(held, hit, words) for hit in result.hits],
        "groups": groups(held, words, result=result, one=one),
        "chosen": _chosen(held, one, words),
        "year_bars": _filled(result.years),
        "first": one.offset + 1,
        "last": last,
        "earlier": one.address(offset=max(0, one.offset - HITS)) if one.offset else "",
        "later": one.address(offset=last) if last < result.total and result.hits else "",
    }


def groups(
    held: Register, words: Words, *, result: SearchResult | None = None, one: Asked | None = None
) -> list[dict[str, Any]]:
    """Return the values to choose from by facet, with how many initiatives each would leave.

    Args:
        held: The register.
        words: Language of the page.
        result: An answer; None counts the whole register.
        one: What was asked for.
    """
    made = []
    for facet, values in held.values.items():
        chosen = one.facets.get(facet, ()) if one else ()
        if len(values) < 2 and not chosen:
            continue
        counts = (
            {code: value.n for code, value in values.items()}
            if result is None
            else {**dict.fromkeys(chosen, 0), **result.facets.get(facet, {})}
        )
        order = sorted(counts.items(), key=lambda pair: (pair[0] not in chosen, -pair[1], pair[0]))
        shown = order[: max(_SHOWN.get(facet, _SHOWN_ELSE), len(chosen))]
        if shown:
            options = [
                {
                    "code": code,
                    "name": _name_of(held, facet, code=code, words=words),
                    "n": n,
                    "chosen": code in chosen,
                }
                for code, n in shown
            ]
            made.append({"facet": facet, "options": options, "open": bool(chosen)})
    return made


def _name_of(held: Register, facet: str, *, code: str, words: Words) -> str:
    """Return the name of a value for HTML; a code nobody knows stays as it is."""
    if facet == "language" and code in held.values.get(facet, {}):
        return words(f"policies.language.{code}")
    value = held.values.get(facet, {}).get(code)
    return words.text(value.name if value else Text(en=code, zh=code))


def _chosen(held: Register, one: Asked, words: Words) -> list[dict[str, Any]]:
    """Return each condition of a question with the address that lets go of it."""
    made = [
        {
            "label": words(f"policies.facet.{facet}"),
            "name": _name_of(held, facet, code=code, words=words),
            "without": one.without(facet, code),
        }
        for facet, codes in one.facets.items()
        for code in codes
    ]
    for year, name in ((one.year_from, "year_from"), (one.year_to, "year_to")):
        if year is not None:
            label = words(f"policies.{name}")
            made.append({"label": label, "name": str(year), "without": one.address(**{name: None})})
    return made


def _hit(held: Register, hit: Any, words: Words) -> dict[str, Any]:
    """Return an initiative found: its title and the words around a match, as segments."""
    row = held.initiatives.get(hit.id)
    both = {"en": (hit.title_en, hit.snippet_en), "zh": (hit.title_zh, hit.snippet_zh)}
    other = "en" if words.language == "zh" else "zh"
    own, their = both[words.language], both[other]
    title, title_in = (own[0], "") if own[0] else (their[0], other)
    snippet, snippet_in = (own[1], "") if own[1] else (their[1], other)
    if not title:
        title, title_in = hit.title_original, ""
    return {
        "path": f"{held.folder}/{slug(hit.id)}.html",
        "title": title,
        "title_in": title_in,
        "snippet": snippet,
        "snippet_in": snippet_in,
        "id": hit.id,
        "said": held.said(row, words) if row else "",
        "themes": [words.text(value.name) for value in held.of(hit.id, "theme")[:3]] if row else [],
    }


def _filled(years: dict[int, int]) -> list[tuple[int, int]]:
    """Return the counts of every year from the first to the last one."""
    if not years:
        return []
    return [(year, years.get(year, 0)) for year in range(min(years), max(years) + 1)]


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None
