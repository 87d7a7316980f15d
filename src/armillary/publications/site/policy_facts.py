"""What the policy pages show: the initiatives of a register, and the values they share."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec
from markupsafe import Markup

from armillary.model.observatory import PoliciesDefinition, Text
from armillary.publications.site.core import Site, slug
from armillary.publications.site.words import HTML_LANGUAGE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from armillary.publications.site.words import Words

# Facets whose values have pages, and what their addresses begin with.
BROWSED = {
    "theme": "theme",
    "instrument": "instrument",
    "target_group": "target-group",
    "area": "area",
    "tag": "tag",
}
# Facets a search is narrowed by: the language of the titles besides.
FACETS = (*BROWSED, "language")
_LANGUAGES = {"en": "title_en", "zh": "title_zh", "other": "title_original"}
_LATIN = re.compile(r"[A-Za-z]")
_ENTRY = Markup(
    '<li><a href="{href}">{title}</a>{mark} <span class="quiet small">{said}</span></li>'
)


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """One value of a facet.

    Args:
        facet: Facet it belongs to.
        code: Its code.
        name: Its name.
        rows: Initiatives that have it, the latest first.
    """

    facet: str
    code: str
    name: Text
    rows: list[dict[str, Any]]

    @property
    def n(self) -> int:
        """How many initiatives have it."""
        return len(self.rows)

    @property
    def stem(self) -> str:
        """What the addresses of its pages begin with, inside the folder of the register."""
        return f"{BROWSED[self.facet]}-{slug(self.code)}"


class Register:
    """One register as its pages need it, read once.

    Args:
        site: The site.
        definition: The register.
    """

    def __init__(self, site: Site, definition: PoliciesDefinition) -> None:
        self.definition = definition
        self.folder = f"policies/{slug(definition.id)}"
        self.initiatives: dict[str, dict[str, Any]] = {}
        self.facets: dict[str, dict[str, list[str]]] = {}
        self.areas: dict[str, Text] = {}
        names: dict[tuple[str, str], Text] = {}
        for source in definition.sources:
            for row in site.rows("initiative", source=source):
                self.initiatives[row["initiative"]] = row
                self.facets[row["initiative"]] = self._own(site, row, names)
            for row in site.rows("initiative_facet", source=source):
                held = self.facets.get(row["initiative"])
                if held is not None:
                    held.setdefault(row["facet"], []).append(row["code"])
                    names.setdefault((row["facet"], row["code"]), _named(row))
        by_name = sorted(self.initiatives.values(), key=lambda row: row["initiative"])
        self.latest = sorted(by_name, key=lambda row: row["date"] or "", reverse=True)
        self.values = self._values(names)
        self.years: dict[int | None, list[dict[str, Any]]] = {}
        for row in self.latest:
            self.years.setdefault(year_of(row), []).append(row)
        self._entries: dict[tuple[str, str], Markup] = {}

    def _own(
        self, site: Site, row: Mapping[str, Any], names: dict[tuple[str, str], Text]
    ) -> dict[str, list[str]]:
        """Return the values an initiative has of itself: its area and its languages."""
        own = {"language": [code for code, column in _LANGUAGES.items() if row[column]]}
        area = row["REF_AREA"] or row["area_name"]
        if area:
            own["area"] = [area]
            known = site.name("CL_AREA", row["REF_AREA"]) if row["REF_AREA"] else Text()
            named = Text(en=row["area_name"] or area)
            names.setdefault(("area", area), named if known.en in {"", area} else known)
        return own

    def _values(self, names: Mapping[tuple[str, str], Text]) -> dict[str, dict[str, Value]]:
        """Gather the initiatives of each value; the values with most come first."""
        rows: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for row in self.latest:
            for facet, codes in self.facets[row["initiative"]].items():
                for code in codes:
                    rows.setdefault((facet, code), []).append(row)
        found: dict[str, dict[str, Value]] = {facet: {} for facet in FACETS}
        for (facet, code), held in sorted(rows.items(), key=lambda one: (-len(one[1]), one[0])):
            if facet in found:
                name = names.get((facet, code), Text(en=code))
                found[facet][code] = Value(facet=facet, code=code, name=name, rows=held)
        return {facet: values for facet, values in found.items() if values}

    def of(self, initiative: str, facet: str) -> list[Value]:
        """Return the values of one facet that an initiative has."""
        held = self.values.get(facet, {})
        return [held[code] for code in self.facets[initiative].get(facet, ())]

    def titled_in(self, language: str) -> int:
        """Return how many titles are in one language."""
        return len(self.values.get("language", {}).get(language, _NONE).rows)

    def entry(self, row: Mapping[str, Any], words: Words) -> Markup:
        """Return an initiative as an item of a list inside the folder of the register.

        The same for every list, so it is written once for each language.
        """
        key = (words.language, row["initiative"])
        if key not in self._entries:
            title = title_of(row)
            shown = title.language_shown(words.language)
            mixed = self.titled_in(words.language) > 0
            mark = ""
            if mixed and shown != words.language:
                mark = Markup(' <span class="tag">{}</span>').format(
                    words(f"policies.language.{shown}")
                )
            self._entries[key] = _ENTRY.format(
                href=f"{slug(row['initiative'])}.html",
                title=words.text(title),
                mark=mark,
                said=self.said(row, words),
            )
        return self._entries[key]

    def said(self, row: Mapping[str, Any], words: Words) -> Markup:
        """Return date, issuer and area of an initiative in one line."""
        issuer = Text(en=row["issuer_en"] or "", zh=row["issuer_zh"] or "")
        areas = self.of(row["initiative"], "area") if len(self.values.get("area", ())) > 1 else []
        parts = [words.date(row["date"]) if row["date"] else words("policies.no_date")]
        parts += [words.text(text) for text in (issuer, *(a.name for a in areas)) if text != Text()]
        return Markup(" · ").join(parts)


_NONE = Value(facet="", code="", name=Text(), rows=[])


def register(site: Site, definition: PoliciesDefinition) -> Register:
    """Return one register, read once for the whole site."""
    return site.keep(f"register:{definition.id}", lambda: Register(site, definition))


def title_of(row: Mapping[str, Any]) -> Text:
    """Return the title of an initiative, or its number where the source has none."""
    english, chinese = row["title_en"] or "", row["title_zh"] or ""
    if not english and not chinese:
        english = row["title_original"] or row["native_id"]
    return Text(en=english, zh=chinese)


def year_of(row: Mapping[str, Any]) -> int | None:
    """Return the year of an initiative; None where its date is not known."""
    return int(row["date"][:4]) if row["date"] else None


def paragraphs(text: str) -> list[str]:
    """Return the lines of a long text that say something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def in_both(words: Words, text: Text) -> Sequence[tuple[str, str]]:
    """Return language and text of each language there is, that of the page first."""
    pairs = [("en", text.en), ("zh", text.zh)]
    if words.language == "zh":
        pairs.reverse()
    return [(HTML_LANGUAGE[language], shown) for language, shown in pairs if shown]


def _named(row: Mapping[str, Any]) -> Text:
    """Return the name of a value; a Chinese name that stands in for the English is Chinese."""
    english, chinese = row["name_en"], row["name_zh"] or ""
    borrowed = english == chinese and not _LATIN.search(english)
    return Text(en="" if borrowed else english, zh=chinese)
