"""The tables of a topic map as sheets of a workbook, in the language of the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armillary.publications.site.topic_detail import rows_of
from armillary.publications.topic_workbook import Sheet, tables_workbook

if TYPE_CHECKING:
    from armillary.model.observatory import TopicsDefinition
    from armillary.publications.site.core import Site
    from armillary.publications.site.words import Words

_MOST_ROWS = 100_000
# Sheet, table, and the columns that are left out: drawing alone needs them.
_SHEETS = (
    ("topics", "cluster", ("corpus", "x", "y", "radius")),
    ("groups", "cluster_group", ("corpus", "x", "y")),
    ("years", "cluster_year", ("corpus",)),
    ("related", "cluster_link", ("corpus",)),
    ("lists", "topic_list", ("corpus",)),
    ("rules", "topic_list_rule", ("corpus",)),
    ("terms", "term", ("corpus",)),
    ("term_years", "term_year", ("corpus",)),
    ("indicators", "cluster_indicator", ("corpus",)),
    ("cards", "cluster_card", ("corpus",)),
    ("actors", "cluster_actor", ("corpus",)),
    ("patents", "cluster_patent", ("corpus",)),
    ("goals", "cluster_goal", ("corpus",)),
    ("bursts", "burst", ("corpus",)),
    ("backtest", "backtest", ("corpus",)),
    ("controls", "backtest_control", ("corpus",)),
    ("cases", "backtest_case", ("corpus",)),
    ("decisions", "topic_decision", ("corpus",)),
    ("emerging", "emerging_technology", ("corpus",)),
)


def topics_workbook(site: Site, definition: TopicsDefinition, *, words: Words) -> bytes:
    """Write the tables of a topic map as one workbook, once per language.

    Args:
        site: The site.
        definition: The topic map.
        words: The language.
    """

    def write() -> bytes:
        notes = [words("sheets.lead"), words("sheets.heads"), words("sheets.most", n=_MOST_ROWS)]
        if site.simulated.intersection(definition.works):
            notes.insert(0, f"{words('simulated.banner')} {words('simulated.more')}")
        if site.observatory.licence:
            notes.append(words("footer.licence", licence=site.observatory.licence))
        notes.append(words("footer.evidence", fingerprint=site.fingerprint, n=len(site.origins)))
        return tables_workbook(
            words.plain(definition.title),
            notes=notes,
            sheets=[_sheet(site, definition, words, one) for one in _SHEETS],
        )

    return site.keep(f"sheets:{definition.id}:{words.language}", write)


def _sheet(site: Site, definition: TopicsDefinition, words: Words, one: Any) -> Sheet:
    from armillary.model.columns import columns_of, tables

    name, table, left_out = one
    long = site.count(table) > _MOST_ROWS
    names = [c.column for c in columns_of(table)] if table in tables() else []
    return Sheet(
        name=words(f"sheets.{name}"),
        about=words("sheets.about", table=table),
        columns=[(column, column) for column in names if column not in left_out],
        rows=[] if long else rows_of(site, table, corpus=definition.id),
    )
