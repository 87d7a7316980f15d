"""R&D statistics: levels, shares and growth by sector, source of funds or type, by area."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armillary.model.observatory import StatisticsDefinition, Text
from armillary.publications.site.breakdown import (
    OPERATIONS,
    TOTAL,
    Breakdown,
    breakdowns,
    name_of,
    reason,
    scale,
    unit,
)
from armillary.publications.site.breakdown_charts import level_chart, share_chart
from armillary.publications.site.core import Headline, Page, Site, slug
from armillary.publications.site.pages.sources import address as source_page

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from armillary.publications.site.words import Words

LISTING = "statistics/index.html"
_FINDINGS = 200  # printed on a page; the CSV file has all
_DERIVED = (
    "operation", "INDICATOR", "REF_AREA", "TIME_PERIOD", "dimension", "code", "OBS_VALUE",
    "OBS_STATUS", "UNIT_MEASURE", "UNIT_MULT", "PRICE_BASE", "VINTAGE", "reason", "origin", "file",
    "sha256", "locator",
)  # fmt: skip
_FOUND = ("rule", "INDICATOR", "REF_AREA", "TIME_PERIOD", "expected", "found", "tolerance")


def address(definition: StatisticsDefinition, area: str | None = None) -> str:
    """Return the path of the page of a statistics table, or of one of its other areas."""
    return f"statistics/{slug(definition.id)}/{slug(area) if area else 'index'}.html"


def pages(site: Site) -> Iterable[Page]:
    """Give the list of statistics tables, a page for each and one for each other area."""
    defined = site.observatory.statistics
    if not defined:
        return
    yield Page(
        path=LISTING,
        title="section.statistics",
        template="statistics_list.html",
        context=lambda words: {"tables": [_card(site, d, words) for d in defined.values()]},
        section="statistics",
        entry=True,
        sources=tuple(s for d in defined.values() for s in d.sources),
    )
    for definition in defined.values():
        yield from _table(site, definition)


def _table(site: Site, definition: StatisticsDefinition) -> Iterable[Page]:
    found = breakdowns(site, definition)
    home = address(definition)
    if not found:
        yield Page(
            path=home,
            title=definition.title,
            template="statistics_empty.html",
            context=lambda words: {"definition": definition},
            section="statistics",
            above=LISTING,
            sources=definition.sources,
        )
    for area, one in found.items():
        first = area == next(iter(found))
        name = site.name("CL_AREA", area)
        yield Page(
            path=home if first else address(definition, area),
            title=definition.title if first else name,
            template="statistics.html",
            context=lambda words, one=one, first=first: _context(site, one, words, first=first),  # type: ignore[misc]
            section="statistics",
            above=LISTING if first else home,
            sources=definition.sources,
        )


def headlines(site: Site) -> Iterable[Headline]:
    """Tell the home page the latest total, its growth and the share of enterprises."""
    for definition in site.observatory.statistics.values():
        found = breakdowns(site, definition)
        if found:
            one = next(iter(found.values()))
            yield Headline(
                section="statistics",
                path=address(definition),
                title=definition.title,
                about=definition.about,
                figures=lambda words, one=one: _figures(site, one, words),  # type: ignore[misc]
                chart=lambda words, one=one: share_chart(site, one, words=words),  # type: ignore[misc]
                sources=definition.sources,
            )


def _card(site: Site, definition: StatisticsDefinition, words: Words) -> dict[str, Any]:
    found = breakdowns(site, definition)
    one = next(iter(found.values()), None)
    return {
        "definition": definition,
        "path": address(definition),
        "figures": _figures(site, one, words) if one else [],
        "area": site.name("CL_AREA", one.area) if one else Text(),
        "n_areas": len(found),
        "years": (one.years[0], one.years[-1]) if one else None,
    }


def _figures(site: Site, one: Breakdown, words: Words) -> list[tuple[str, str]]:
    year, lead = one.last, one.lead
    said = _unit(site, one, words)
    level = one.level(year, TOTAL, words.language)
    name = words.plain(name_of(site, one.definition, code=lead))
    return [
        (words.number(level), words("statistics.total_in", unit=said, year=str(year))),
        (words.percent(one.share(year, lead)),
         words("statistics.share_is", name=name, year=str(year))),
        (_signed(one.growth(year, TOTAL), words),
         words("statistics.growth_is", before=str(year - 1), year=str(year))),
    ]  # fmt: skip


def _signed(share: float | None, words: Words) -> str:
    text = words.percent(share)
    return f"+{text}" if share is not None and share > 0 else text


def _unit(site: Site, one: Breakdown, words: Words) -> str:
    levels = [row for (operation, _, _), row in one.rows.items() if operation == "level"]
    return unit(site, levels, exponent=one.exponent[words.language], words=words)


def _context(site: Site, one: Breakdown, words: Words, *, first: bool) -> dict[str, Any]:
    definition = one.definition
    whys: dict[str, int] = {}
    tables = [_operation(site, one, operation, words, whys) for operation in OPERATIONS]
    findings = site.keep(
        f"findings:{definition.id}", lambda: site.rows("finding", analysis=definition.id)
    )
    own = findings if first else [row for row in findings if row["REF_AREA"] == one.area]
    return {
        "definition": definition,
        "one": one,
        "first": first,
        "area": site.name("CL_AREA", one.area),
        "indicator": site.name("CL_INDICATOR", definition.indicator),
        "key_figures": _figures(site, one, words),
        "charts": [
            c
            for c in (share_chart(site, one, words=words), level_chart(site, one, words=words))
            if c
        ],
        "tables": tables,
        "reasons": [(number, reason(text, words)) for text, number in whys.items()],
        "statuses": _statuses(site, one, words),
        "prices": _prices(one, words),
        "areas": _areas(site, definition, words),
        "findings": _findings(site, own[:_FINDINGS], words),
        "n_findings": len(own),
        "all_findings": own,
        "found_columns": _FOUND,
        "trace": _trace(site, one),
        "files": _files(site, one),
        "derived": _derived(site, one),
        "derived_columns": _DERIVED,
    }


def _operation(
    site: Site, one: Breakdown, operation: str, words: Words, whys: dict[str, int]
) -> dict[str, Any]:
    """Lay out one operation, years down and codes across; reasons get a number each."""
    codes = one.codes if operation != "share" else one.parts

    def cell(year: int, code: str) -> dict[str, Any]:
        row = one.rows.get((operation, year, code))
        value = {
            "level": lambda: words.number(one.level(year, code, words.language), 2),
            "share": lambda: words.percent(one.share(year, code)),
            "growth": lambda: _signed(one.growth(year, code), words),
        }[operation]()
        text = row["reason"] if row else None
        why = whys.setdefault(text, len(whys) + 1) if text else None
        return {"value": value, "status": row["OBS_STATUS"] if row else "", "why": why}

    return {
        "operation": operation,
        "title": words(f"statistics.{operation}"),
        "unit": _unit(site, one, words) if operation == "level" else words("statistics.percent"),
        "codes": [(code, name_of(site, one.definition, code=code)) for code in codes],
        "rows": [(year, [cell(year, code) for code in codes]) for year in reversed(one.years)],
    }


def _statuses(site: Site, one: Breakdown, words: Words) -> list[tuple[str, str]]:
    codes = {code for row in one.rows.values() for code in (row["OBS_STATUS"] or "").split()}
    return [(code, site.status(code, words)) for code in sorted(codes - {"A"})]


def _prices(one: Breakdown, words: Words) -> str:
    bases = {row["PRICE_BASE"] for row in one.rows.values() if row["operation"] == "level"}
    return (
        words(f"statistics.price.{bases.pop()}")
        if len(bases) == 1
        else words("statistics.price.mixed")
    )


def _areas(site: Site, definition: StatisticsDefinition, words: Words) -> list[dict[str, Any]]:
    """Compare all areas in the last year each of them has."""
    found = breakdowns(site, definition)
    first = next(iter(found))
    language = words.language
    exponent = found[first].exponent[language]
    rows = []
    for area, one in found.items():
        plain = one.plain(one.last, TOTAL)
        rows.append(
            {
                "code": area,
                "name": site.name("CL_AREA", area),
                "path": address(definition, None if area == first else area),
                "year": one.last,
                "level": None if plain is None else plain / 10.0**exponent,
                "share": one.share(one.last, found[first].lead),
                "growth": one.growth(one.last, TOTAL),
                "growth_text": _signed(one.growth(one.last, TOTAL), words),
                "spark": [one.plain(year, TOTAL) for year in one.years],
            }
        )
    return rows


def _findings(site: Site, rows: Sequence[dict[str, Any]], words: Words) -> list[dict[str, Any]]:
    """Write what does not add up in a multiple that keeps two digits of the difference."""
    top = max((abs(row["expected"]) for row in rows), default=0.0)
    exponent = scale(top / 1e4, words.language) if top >= 1e9 else 0

    def shown(value: float) -> str:
        small = value / 10.0**exponent
        return f"< {words.number(0.01, 2)}" if 0 < small < 0.005 else words.number(small, 2)

    return [
        {
            "rule": _rule(site, row["rule"], words),
            "area": site.name("CL_AREA", row["REF_AREA"]),
            "year": row["TIME_PERIOD"],
            "expected": shown(row["expected"]),
            "found": shown(row["found"]),
            "gap": words.number((row["found"] - row["expected"]) / 10.0**exponent, 2, signed=True),
            "tolerance": shown(row["tolerance"]),
            "multiple": words.multiple(exponent),
        }
        for row in rows
    ]


def _rule(site: Site, rule: str, words: Words) -> str:
    """Say a rule of the analysis in one language."""
    if rule.startswith("parts of ") and rule.endswith(" add up to the total"):
        dimension = rule.removeprefix("parts of ").removesuffix(" add up to the total")
        if words.has(f"statistics.by.{dimension}"):
            return words("statistics.rule_parts", what=words(f"statistics.by.{dimension}"))
    if rule.startswith("areas add up to "):
        whole, _, code = rule.removeprefix("areas add up to ").partition(": ")
        area = words.plain(site.name("CL_AREA", whole))
        return words("statistics.rule_areas", area=area, code=code)
    return rule


def _trace(site: Site, one: Breakdown) -> list[dict[str, Any]]:
    """List where each level came from, the last year first."""
    return [
        {
            "year": year,
            "name": name_of(site, one.definition, code=code),
            "row": row,
            "file": site.origins.get(row["origin"] or "", {}).get("file", row["origin"]),
        }
        for year in reversed(one.years)
        for code in one.codes
        if (row := one.rows.get(("level", year, code))) is not None
    ]


def _files(site: Site, one: Breakdown) -> list[dict[str, Any]]:
    used = {o for row in one.rows.values() for o in (row["origin"] or "").split()}
    return [
        {**site.origins[origin], "path": source_page(site.origins[origin]["source"])}
        for origin in sorted(used)
        if origin in site.origins
    ]


def _derived(site: Site, one: Breakdown) -> list[dict[str, Any]]:
    """Return every derived row with the names and checksums of its files."""
    rows = []
    for _, row in sorted(one.rows.items()):
        files = [site.origins.get(o, {}) for o in (row["origin"] or "").split()]
        rows.append(
            {
                **row,
                "file": " ".join(file.get("file", "") for file in files),
                "sha256": " ".join(file.get("sha256", "") for file in files),
            }
        )
    return rows
