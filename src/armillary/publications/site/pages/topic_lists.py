"""The page of lists side by side, and a page for each rising term."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from armillary.model.observatory import Text
from armillary.publications.site.backtest_facts import BASELINES, Backtest
from armillary.publications.site.core import Page, Site
from armillary.publications.site.pages.topic import WIDEST, drawn_course, ratio, tag
from armillary.publications.site.term_facts import term_facts, works_with
from armillary.publications.site.topic_detail import rows_of, topic_detail, topic_meant
from armillary.publications.site.topic_facts import topic_facts
from armillary.publications.site.topic_lists import OURS, Listed, list_name, lists_of, note_said
from armillary.publications.site.topic_places import address, named, term_address, tour

if TYPE_CHECKING:
    from collections.abc import Iterable

    from armillary.model.observatory import TopicsDefinition
    from armillary.publications.site.topic_facts import TopicFacts
    from armillary.publications.site.words import Words

Row = dict[str, Any]
_OPEN = 10  # entries of a list by rule that stand before the fold
_PRECISIONS = ("precision_10", "precision_40")
_FEWEST_LISTS = 2
_NARROWEST = 2.0  # an axis of growth reaches from a half to twice at least


def pages(site: Site, definition: TopicsDefinition) -> Iterable[Page]:
    """Give the page of lists, where there is a list, and the page of each rising term.

    Args:
        site: The site.
        definition: The topic map.
    """
    held = lists_of(site, definition)
    if not held:
        return
    path = address(definition, "lists")
    yield Page(
        path=path,
        title="lists.title",
        template="topics_lists.html",
        context=partial(_context, site, definition),
        section="topics",
        above=address(definition),
        sources=definition.works,
    )
    for term in term_facts(site, definition):
        yield Page(
            path=term_address(definition, term),
            title=Text(en=term, zh=term),
            template="topics_term.html",
            context=partial(_term, site, definition, term),
            section="topics",
            above=path,
            sources=definition.works,
        )


def _context(site: Site, definition: TopicsDefinition, words: Words) -> dict[str, Any]:
    facts = topic_facts(site, definition)
    held = lists_of(site, definition)
    terms = term_facts(site, definition)
    show = [_shown(one, facts, words) for one in held.values()]
    return {
        "definition": definition,
        "tour": tour(site, definition, facts=facts),
        "ours": [one for one in show if one["name"] in OURS],
        "open_lists": [one for one in show if one["name"] not in OURS],
        "agreement": _agreement(held, facts, words),
        "emerging": rows_of(site, "emerging_technology", corpus=definition.id),
        "clusters": facts.clusters,
        "places": topic_detail(site, definition).places,
        "terms": terms,
        "n_open": _OPEN,
        "name": lambda row: named(row, words),
        "list_name": lambda name: list_name(name, words),
        "ratio": ratio,
        "page_of": lambda cluster: address(definition, cluster),
        "term_page": lambda term: term_address(definition, term),
        "backtest_page": address(definition, "backtest"),
    }


def _shown(one: Listed, facts: TopicFacts, words: Words) -> Row:
    rule, language = one.rule or {}, words.language
    key = f"lists.rule.{one.key}"
    return {
        "name": one.name,
        "key": one.key,
        "title": list_name(one.name, words),
        "rule": rule.get(f"rule_{language}") or (words(key) if words.has(key) else ""),
        "parameters": rule.get("parameters") or "",
        "why_not": rule.get(f"why_not_{language}") or "",
        "entries": [
            {
                **entry,
                "topic": facts.clusters.get(topic_meant(entry) or ""),
                "own": topic_meant(entry) == entry["item"],
                "notes": note_said(entry["note"], words),
            }
            for entry in one.entries
        ],
        "expected": one.expected,
        "tested": _tested(one.backtest) if one.backtest else None,
        "odds": any(entry["probability"] is not None for entry in one.entries),
        "ratio": partial(ratio, end=_end(one.entries)),
    }


def _end(entries: list[Row]) -> float:
    """Return the growth ratio at the end of the axis: the highest, within reason."""
    highest = max((e["growth_high"] for e in entries if e["growth_high"] is not None), default=1.0)
    return float(min(max(highest, _NARROWEST), WIDEST))


def _tested(one: Backtest) -> Row:
    """Put the verdict of a backtest together: precision, base rate, baselines, controls."""
    return {
        "target": one.target,
        "precisions": [(m.rpartition("_")[2], row) for m in _PRECISIONS if (row := one.row(m))],
        "base": one.row("base"),
        "lift": one.row("lift_10"),
        "years": one.years,
        "beaten": [
            (baseline, metric.rpartition("_")[2], row, _beats(row))
            for baseline in BASELINES
            for metric in _PRECISIONS
            if (row := one.row(metric, against=baseline))
        ],
        "skill": (skill, _beats(skill)) if (skill := one.row("brier_skill")) else None,
        "controls": [
            (c.control.replace(" ", "_").replace("-", "_"), c.passes) for c in one.controls
        ],
        "passes": one.passes,
    }


def _beats(row: Row) -> str:
    """Say whether a paired difference lies above zero by more than its interval."""
    if row["low"] is None or row["high"] is None:
        return "untold"
    return "better" if row["low"] > 0 else "worse" if row["high"] < 0 else "unsure"


def _agreement(held: dict[str, Listed], facts: TopicFacts, words: Words) -> Row:
    """Set topics beside the lists that name them; those named by several lists alone."""
    about = [one for one in held.values() if any(topic_meant(e) for e in one.entries)]
    ranks: dict[str, dict[str, int]] = {}
    for one in about:
        for entry in one.entries:
            topic = topic_meant(entry)
            if topic in facts.clusters:
                ranks.setdefault(str(topic), {}).setdefault(one.name, entry["rank"])
    several = {c: r for c, r in ranks.items() if len(r) >= _FEWEST_LISTS}
    order = sorted(several, key=lambda c: (-len(several[c]), sum(several[c].values()), c))
    return {
        "lists": [(one.name, list_name(one.name, words), one.key) for one in about],
        "rows": [(facts.clusters[c], several[c]) for c in order],
    }


def _term(site: Site, definition: TopicsDefinition, term: str, words: Words) -> dict[str, Any]:
    facts = topic_facts(site, definition)
    one = term_facts(site, definition)[term]
    held = lists_of(site, definition)
    years = [
        {**row, "share": row["n_works"] / row["n_all"] if row["n_all"] else None}
        for row in one.years
    ]
    works = works_with(site, definition)[term]
    return {
        "definition": definition,
        "tour": tour(site, definition, facts=facts),
        "term": one.row,
        "listed": [
            {
                **entry,
                "name": list_name(entry["list"], words),
                "n": len(held[entry["list"]].entries),
            }
            for entry in one.entries
        ],
        "family": sorted({*one.forms} - {term}),
        "years": years,
        "drawing_of_years": drawn_course(years, words),
        "works": [{**work, "language_tag": tag(work["language"])} for work in works.rows],
        "n_with": works.n,
        "hosts": [(facts.clusters[c], n) for c, n in works.clusters if c in facts.clusters],
        "name": lambda row: named(row, words),
        "ratio": ratio,
        "page_of": lambda cluster: address(definition, cluster),
        "lists_page": address(definition, "lists"),
    }
