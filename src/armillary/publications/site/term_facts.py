"""What the page of a rising term needs: its row, its years, and the works that use it."""

from __future__ import annotations

import functools
import operator
import re
from typing import TYPE_CHECKING, Any

import ibis
import msgspec
from ibis import _

from armillary.publications.site.topic_detail import by, rows_of

if TYPE_CHECKING:
    from armillary.model.observatory import TopicsDefinition
    from armillary.publications.site.core import Site

Row = dict[str, Any]
_WORKS = 15
_HOSTS = 5
_MOST_FORMS = 8
_AT_ONCE = 20  # terms looked for in one pass over the works
_HAN = re.compile(r"[\u3400-\u9fff]")


class TermFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One rising term.

    Args:
        row: Row of `term`; None where it is only listed.
        entries: Rows of `topic_list` about it.
        years: Rows of `term_year`, in order.
        forms: Written forms and near-duplicates, the term first.
    """

    row: Row | None
    entries: list[Row]
    years: list[Row]
    forms: list[str]


class WorksWith(msgspec.Struct, frozen=True, kw_only=True):
    """The works that hold a term.

    Args:
        n: How many.
        rows: The latest of them, the more cited first within a year.
        clusters: Topics that hold most of them, with how many.
    """

    n: int
    rows: list[Row]
    clusters: list[tuple[str, int]]


def term_facts(site: Site, definition: TopicsDefinition) -> dict[str, TermFacts]:
    """Return the listed terms whose course is known, by term.

    Args:
        site: The site.
        definition: The topic map.
    """

    def read() -> dict[str, TermFacts]:
        years = by(
            sorted(rows_of(site, "term_year", corpus=definition.id), key=lambda r: r["year"]),
            "term",
        )
        rows = {r["term"]: r for r in rows_of(site, "term", corpus=definition.id)}
        listed = by(rows_of(site, "topic_list", corpus=definition.id, kind="term"), "item")
        return {
            term: TermFacts(
                row=rows.get(term),
                entries=listed[term],
                years=held,
                forms=list(
                    dict.fromkeys([term, *(rows.get(term, {}).get("family") or [])][:_MOST_FORMS])
                ),
            )
            for term, held in sorted(years.items())
            if term in listed
        }

    return site.keep(f"terms:{definition.id}", read)


def works_with(site: Site, definition: TopicsDefinition) -> dict[str, WorksWith]:
    """Find the works whose title, keywords or abstract hold a listed term, as it is written.

    Args:
        site: The site.
        definition: The topic map.
    """

    def read() -> dict[str, WorksWith]:
        terms = term_facts(site, definition)
        names = list(terms)
        found: dict[str, list[Row]] = {}
        for start in range(0, len(names), _AT_ONCE):
            part = names[start : start + _AT_ONCE]
            hits = _hits(site, definition, {t: terms[t].forms for t in part})
            for number, rows in by(hits, "number").items():
                found[part[number]] = rows
        return {term: _works(site, found.get(term, []), definition) for term in names}

    return site.keep(f"works_with:{definition.id}", read)


def _hits(site: Site, definition: TopicsDefinition, wanted: dict[str, list[str]]) -> list[Row]:
    """Return pairs of work and number of term, and what the order of works needs."""
    works = site.store.table("work").filter(_.source.isin(list(definition.read_from)))
    text = (
        " " + works.title.fill_null("") + " " + works.abstract.fill_null("") + " "
        + works.keywords.join(" ").fill_null("") + " "
    ).lower()  # fmt: skip
    held = works.select("work", "year", "cited_by_count", text=text)
    numbers = [
        ibis.ifelse(_holds(held.text, forms), ibis.literal(n), ibis.null("int64"))
        for n, forms in enumerate(wanted.values())
    ]
    each = held.select("work", "year", "cited_by_count", number=ibis.array(numbers)).mutate(
        number=_.number.unnest()
    )
    member = site.store.table("cluster_work").filter(_.corpus == definition.id)
    member = member.select("work", "cluster")
    each = each.filter(each.number.notnull()).left_join(member, "work")
    return site.store.rows(
        each.select("number", "work", "year", "cited_by_count", "cluster").order_by(
            "number", ibis.desc(_.year), ibis.desc(_.cited_by_count.fill_null(-1)), "work"
        )
    )


def _holds(text: Any, forms: list[str]) -> Any:
    """Say whether a text holds one of the forms, as whole words where they have spaces."""
    tests = []
    for form in forms:
        low = form.lower()
        if _HAN.search(low):
            tests.append(text.contains(low))
        else:
            bounded = rf"[^a-z0-9]{re.escape(low)}[^a-z0-9]"
            tests.append(text.contains(low) & text.re_search(bounded))
    return functools.reduce(operator.or_, tests)


def _works(site: Site, rows: list[Row], definition: TopicsDefinition) -> WorksWith:
    first = [row["work"] for row in rows[:_WORKS]]
    counted: dict[str, int] = {}
    for row in rows:
        if row["cluster"]:
            counted[row["cluster"]] = counted.get(row["cluster"], 0) + 1
    known: dict[str, Row] = {}
    if first:
        table = site.store.table("work").filter(_.work.isin(first))
        known = {
            row["work"]: row
            for row in site.store.rows(
                table.select("work", "title", "language", "year", "venue", "doi")
            )
        }
    return WorksWith(
        n=len({row["work"] for row in rows}),
        rows=[known[work] for work in first if work in known],
        clusters=sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))[:_HOSTS],
    )
