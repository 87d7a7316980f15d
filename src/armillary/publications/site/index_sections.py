"""The sections of an audit: what is looked at, what is found here, and a chart of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from armillary.publications.charts import Chart, ChartColumn
from armillary.publications.site import drawing
from armillary.publications.site.choices import path_said
from armillary.publications.site.index_facts import audited, board, names_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from armillary.model.observatory import IndexDefinition
    from armillary.publications.site.core import Site
    from armillary.publications.site.words import Words

Row = dict[str, Any]


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """One section of an audit.

    Args:
        id: Its place on the page; `audit.ID` and `audit.ID_looked` are its texts.
        found: Sentences on what is found here.
        charts: What shows it.
        absent: Why there is nothing to show, in words of the page; empty where there is.
        note: The same as the audit noted it, in English.
        more: Path of a page with more, and the key of its title.
    """

    id: str
    found: list[str] = []
    charts: list[Chart] = []
    absent: str = ""
    note: str = ""
    more: tuple[str, str] | None = None


class Case:
    """One index under audit, in one language.

    Args:
        site: The site.
        index: The index.
        words: The language.
    """

    def __init__(self, site: Site, index: IndexDefinition, words: Words) -> None:
        self.site = site
        self.index = index
        self.words = words
        self.held = board(site, index.id)
        self.names = names_in(site, self.held, words=words)
        self.order = {node["code"]: node["position"] for node in self.held.nodes}
        self.notes: list[str] = [row["note"] for row in site.rows("audit_note", index=index.id)]

    def rows(self, table: str) -> list[Row]:
        """Return the rows of one table of the audit."""
        return audited(self.site, self.index.id, table=table)

    def by_node(self, rows: Sequence[Row]) -> list[Row]:
        """Return rows in the order of the framework."""
        return sorted(rows, key=lambda row: self.order.get(row["code"], 0))

    def by_rank(self, rows: Sequence[Row]) -> list[Row]:
        """Return rows of units in the order of the ranking."""
        place = {unit: i for i, unit in enumerate(self.held.ranked)}
        return sorted(rows, key=lambda row: place.get(row["unit"], len(place)))

    def name(self, code: str) -> str:
        """Return the name of a node or unit."""
        return self.names.get(code, code)

    def indented(self, code: str) -> str:
        """Return the name of a node, moved in by its depth."""
        deep = self.held.node[code]["level"] if code in self.held.node else 1
        return "\u2003" * max(deep - 1, 0) + self.name(code)

    def path(self, path: str) -> str:
        """Say which choice a path of the recipe names."""
        return path_said(path, words=self.words, names=self.names)

    def note(self, start: str) -> str:
        """Return what the audit noted under a heading."""
        return next((n.partition(": ")[2] for n in self.notes if n.startswith(f"{start}: ")), "")

    def nothing(self, key: str, *, why: str = "", note: str = "") -> Section:
        """Return a section without results, and why if that is known."""
        return Section(id=key, absent=why or self.words("audit.absent"), note=note)

    def column(self, key: str, label: str, decimals: int | None = None) -> ChartColumn:
        """Return a column of the table behind a chart."""
        return ChartColumn(key=key, label=self.words(label), decimals=decimals)

    def chart(
        self,
        key: str,
        *,
        columns: Sequence[ChartColumn],
        rows: list[Row],
        svg: str,
        about: str = "",
        id: str = "",
    ) -> Chart:
        """Return a chart titled `audit.KEY_chart`, described by what is found."""
        return Chart(
            id=id or key.replace("_", "-"),
            title=self.words(f"audit.{key}_chart"),
            description=about or self.words(f"audit.{key}_looked"),
            columns=tuple(columns),
            rows=rows,
            svg=svg,
            note=self.words(f"audit.{key}_note") if self.words.has(f"audit.{key}_note") else "",
        )


def widest(values: Sequence[float | None], *, at_least: float = 0.0) -> float:
    """Return the right end of an axis that holds all values."""
    return max([at_least, *(value for value in values if value is not None)])


def bars(
    case: Case,
    rows: Sequence[Row],
    *,
    value: str,
    axis: str,
    text: str = "",
    decimals: int = 1,
    top: float = 0.0,
) -> str:
    """Draw one value of each node as a bar.

    Args:
        case: The index.
        rows: In the order to draw.
        value: Column of the value.
        axis: Key of the text beneath the axis.
        text: Column whose number is written at the end; empty writes none.
        decimals: Of that number.
        top: Right end of the axis at least.
    """
    known = [row[value] for row in rows if row[value] is not None]
    return drawing.lines(
        [
            drawing.Line(
                name=row["name"],
                value=row[value],
                text=case.words.number(row[text], decimals) if text else "",
            )
            for row in rows
        ],
        low=min([0.0, *known]),
        high=widest(known, at_least=top) or 1.0,
        axis=case.words(axis),
        bars=True,
    )
