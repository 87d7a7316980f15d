"""The page of one topic: its card with the evidence, its place in every list, its course."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from armillary.model.observatory import Text
from armillary.model.topic_words import topic_word
from armillary.publications.site.core import Page, Site
from armillary.publications.site.topic_card import card_of, indicator_rows
from armillary.publications.site.topic_detail import by, path_works, topic_detail
from armillary.publications.site.topic_drawing import course, ratio_interval
from armillary.publications.site.topic_facts import TopicFacts, topic_facts
from armillary.publications.site.topic_lists import list_name, lists_of
from armillary.publications.site.topic_places import address, named, tour

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from armillary.model.observatory import TopicsDefinition
    from armillary.publications.site.topic_detail import TopicDetail
    from armillary.publications.site.words import Words

Row = dict[str, Any]
WIDEST = 8.0  # a growth ratio beyond this is drawn at the end of its axis
_NEIGHBOURS = 8


def pages(site: Site, definition: TopicsDefinition) -> Iterable[Page]:
    """Give the page of each topic.

    Args:
        site: The site.
        definition: The topic map.
    """
    facts = topic_facts(site, definition)
    for cluster, row in facts.clusters.items():
        yield Page(
            path=address(definition, cluster),
            title=Text(en=row["label_en"] or row["label"], zh=row["label_zh"] or row["label"]),
            template="topic.html",
            context=partial(_context, site, definition, row),
            section="topics",
            above=address(definition),
            sources=definition.works,
        )


def windows(row: Mapping[str, Any]) -> dict[str, str]:
    """Return the two windows of growth as texts.

    Args:
        row: Row of `cluster`.
    """
    return {
        "recent": f"{row['recent_from']}–{row['recent_to']}",
        "before": f"{row['before_from']}–{row['before_to']}",
    }


def ratio(row: Mapping[str, Any], *, end: float = WIDEST) -> str:
    """Draw the growth of a topic or an entry with its interval.

    Args:
        row: Row with `growth`, its ends and `verdict`.
        end: The ratio at the end of the axis.
    """
    return ratio_interval(
        row["growth"],
        low=row["growth_low"],
        high=row["growth_high"],
        end=end,
        kind=row["verdict"] or "unsure",
    )


def _context(site: Site, definition: TopicsDefinition, row: Row, words: Words) -> dict[str, Any]:
    facts, detail = topic_facts(site, definition), topic_detail(site, definition)
    cluster = row["cluster"]
    related = [
        facts.clusters[one["neighbour"]]
        for one in facts.neighbours.get(cluster, [])
        if one["neighbour"] in facts.clusters
    ]
    groups = {one["group"]: one for one in facts.groups}
    return {
        "definition": definition,
        "row": row,
        "tour": tour(site, definition, facts=facts),
        "above": [groups[g] for g in (row["area"], row["group"]) if g in groups],
        "windows": windows(row),
        "kind": row["verdict"],
        "name": lambda other: named(other, words),
        "told": lambda key: topic_word(key, language=words.language),
        "places": _places(site, definition, detail, cluster, words),
        "n_lists": len(lists_of(site, definition)),
        "lists_page": address(definition, "lists"),
        "card": card_of(detail, cluster, words=words),
        "all_indicators": indicator_rows(detail, cluster, words=words),
        "path": path_works(detail.paths.get(cluster, [])),
        "traced": detail.traced,
        "has_references": any(c["n_references"] for c in facts.completeness),
        "line": _line(facts, detail, definition, cluster),
        "bursts": detail.bursts.get(cluster, []),
        "neighbours": related[:_NEIGHBOURS],
        "works": [
            {**work, "language_tag": tag(work["language"])} for work in facts.works.get(cluster, [])
        ],
        "actors": _actors(site, facts, detail, cluster, words),
        "spread": _spread(detail, cluster, words),
        "patents": _patents(site, detail, cluster, words),
        "science": (detail.cited.get(cluster, []), detail.citing.get(cluster, [])),
        "linked": detail.linked,
        "goals": sorted(detail.goals.get(cluster, []), key=lambda r: (-r["share"], r["goal"])),
        "ratio": ratio,
        "tag": tag,
        "page_of": lambda other: address(definition, other),
        "n_topics": len(facts.clusters),
        "place": list(facts.clusters).index(cluster) + 1,
        **_years(facts, cluster, words),
    }


def tag(language: str | None) -> str | None:
    """Return a language tag that may stand in an attribute.

    Args:
        language: As the source writes it.
    """
    plain = (language or "").replace("-", "")
    return language if plain.isascii() and plain.isalnum() and len(plain) <= 12 else None


def _years(facts: TopicFacts, cluster: str, words: Words) -> dict[str, Any]:
    held = {one["year"]: one for one in facts.years.get(cluster, [])}
    span = range(min(held), max(held) + 1) if held else range(0)
    years = [
        {
            "year": year,
            "n_works": held[year]["n_works"] if year in held else None,
            "n_all": held[year]["n_all"] if year in held else None,
            "share": held[year]["n_works"] / held[year]["n_all"]
            if year in held and held[year]["n_all"]
            else None,
        }
        for year in span
    ]
    return {"years": years, "drawing_of_years": drawn_course(years, words)}


def drawn_course(years: list[Row], words: Words) -> tuple[str, str]:
    """Draw shares by year, with as many decimals as the largest asks for, and say what is seen.

    Args:
        years: Rows with `year` and `share`.
        words: The language.
    """
    shares = [one["share"] for one in years if one["share"] is not None]
    top = max(shares, default=0)
    decimals = 0 if top >= 0.06 else 1 if top >= 0.006 else 2
    known = [one for one in years if one["share"] is not None]
    best = max(known, key=lambda one: one["share"], default=None)
    about = ""
    if best is not None:
        about = words(
            "topics.course_said",
            first=str(known[0]["year"]),
            low=words.percent(known[0]["share"], 2),
            last=str(known[-1]["year"]),
            high=words.percent(known[-1]["share"], 2),
            best=str(best["year"]),
            top=words.percent(best["share"], 2),
        )
    drawn = course(
        [(int(one["year"]), one["share"]) for one in years],
        percent=lambda share: words.percent(share, decimals),
    )
    return drawn, about


def _places(
    site: Site, definition: TopicsDefinition, detail: TopicDetail, cluster: str, words: Words
) -> list[Row]:
    held = lists_of(site, definition)
    order = list(held)
    return [
        {
            **entry,
            "name": list_name(entry["list"], words),
            "n": len(held[entry["list"]].entries),
            "key": held[entry["list"]].key,
        }
        for entry in sorted(
            detail.places.get(cluster, []), key=lambda e: (order.index(e["list"]), e["rank"])
        )
    ]


def _line(
    facts: TopicFacts, detail: TopicDetail, definition: TopicsDefinition, cluster: str
) -> Row | None:
    rows = detail.lines.get(cluster)
    if not rows:
        return None
    line = rows[-1]["line"]

    def end(other: str | None) -> Row | None:
        return facts.clusters.get(detail.line_names.get(other or "", ""))

    events = []
    for event in detail.events.get(cluster, []):
        own = event["line"] == line
        other = event["other"] if own else event["line"]
        kind = event["event"] if own else f"{event['event']}_other"
        events.append({**event, "kind": kind, "with": end(other), "other_line": other})
    top = max(row["n_works"] for row in rows)
    return {"line": line, "rows": rows, "events": events, "top": top}


def _actors(
    site: Site, facts: TopicFacts, detail: TopicDetail, cluster: str, words: Words
) -> list[Row]:
    """Return countries, organisations and authors: full and fractional counts where known."""
    kinds = by(detail.actors.get(cluster, []), "kind")
    if not kinds:
        counted = (
            ("country", facts.countries.get(cluster, (0, []))),
            ("organisation", facts.organisations.get(cluster, (0, []))),
        )
        return [
            {"kind": k, "known": n, "rows": [{"name": a, "n": m, "share": None} for a, m in named_]}
            for k, (n, named_) in counted
            if named_
        ]
    return [
        {
            "kind": kind,
            "known": kinds[kind][0]["n_known"],
            "rows": [
                {
                    "name": words.plain(code_name(site, "CL_AREA", code=one["item"]))
                    if kind == "country"
                    else one["item"],
                    "n": one["n_works"],
                    "share": one["share"],
                }
                for one in kinds[kind]
            ],
        }
        for kind in ("country", "organisation", "author")
        if kind in kinds
    ]


def code_name(site: Site, codelist: str, *, code: str) -> Text:
    """Return the name of a code: as the store has it, else as the codelist of the package has.

    Args:
        site: The site.
        codelist: Name of the codelist.
        code: The code; one without a name is its own name.
    """
    from armillary.model.codelists import codelist as known

    found = site.name(codelist, code)
    if found.en != code:
        return found
    names: dict[str, Text] = site.keep(
        f"codelist:{codelist}",
        lambda: {c.code: Text(en=c.name_en, zh=c.name_zh) for c in known(codelist)},
    )
    return names.get(code, found)


def _spread(detail: TopicDetail, cluster: str, words: Words) -> dict[str, list[tuple[str, str]]]:
    """Return how concentrated the actors of each kind are, in words and numbers."""
    held = {row["indicator"]: row for row in detail.indicators.get(cluster, [])}
    found: dict[str, list[tuple[str, str]]] = {}
    for kind, plural in (
        ("country", "countries"), ("organisation", "organisations"), ("author", "authors"),
    ):  # fmt: skip
        wanted = ((f"n_{plural}", 0), (f"{kind}_effective", 1), (f"{kind}_cr4", None))
        for indicator, decimals in wanted:
            value = held.get(indicator, {}).get("value")
            if value is not None:
                shown = (
                    words.percent(value, 0) if decimals is None else words.number(value, decimals)
                )
                label = topic_word(f"cards.indicator.{indicator}", language=words.language)
                found.setdefault(kind, []).append((label, shown))
    return found


def _patents(site: Site, detail: TopicDetail, cluster: str, words: Words) -> list[Row]:
    kinds = by(detail.patents.get(cluster, []), "kind")
    lists = {"office": "CL_OFFICE", "field": "CL_TECH_FIELD", "sector": "CL_TECH_FIELD"}
    return [
        {
            "kind": kind,
            "rows": [
                {
                    **row,
                    "name": words.plain(code_name(site, lists[kind], code=row["item"]))
                    if kind in lists
                    else row["item"],
                }
                for row in kinds[kind]
            ],
        }
        for kind in ("applicant", "office", "field")
        if kind in kinds
    ]
