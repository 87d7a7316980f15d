"""What the page of one topic needs beyond its map: card, evidence, actors, patents, course."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis
import msgspec
from ibis import _

from armillary.model.columns import tables
from armillary.publications.site.sliced import Sliced

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from armillary.model.observatory import TopicsDefinition
    from armillary.publications.site.core import Site

Row = dict[str, Any]
_EVIDENCE = 5  # works and texts shown behind each number
_CITED = 5  # works shown that patents cite
_ACTORS = 10
_PATENTED = 8


class TopicDetail(msgspec.Struct, frozen=True, kw_only=True):
    """Tables of one topic map by topic; empty where a table says nothing of a topic.

    Args:
        cards: Rows of `cluster_card`.
        card_indicators: Rows of `cluster_card_indicator`, in order.
        indicators: Rows of `cluster_indicator`.
        evidence: Rows of `cluster_evidence` with the title and year of works.
        actors: Rows of `cluster_actor`, most works first.
        patents: Rows of `cluster_patent`, most patents first.
        cited: Works of the topic that patents cite: `work`, `title`, `year`, `n_patents`.
        citing: Patents of the topic that cite works.
        goals: Rows of `cluster_goal` with the title of the goal.
        paths: Rows of `main_path` with title and year of both works.
        bursts: Rows of `burst` about topics.
        places: Rows of `topic_list` about topics.
        lines: Rows of `topic_line` of the line each topic is the end of, by year.
        events: Rows of `topic_event` about that line.
        line_names: Topic each line ends in, by line.
        linked: Whether links between patents and works were looked for.
        traced: Whether main paths were looked for.
    """

    cards: dict[str, list[Row]]
    card_indicators: Sliced
    indicators: Sliced
    evidence: Sliced
    actors: Sliced
    patents: Sliced
    cited: dict[str, list[Row]]
    citing: dict[str, list[Row]]
    goals: dict[str, list[Row]]
    paths: dict[str, list[Row]]
    bursts: dict[str, list[Row]]
    places: dict[str, list[Row]]
    lines: dict[str, list[Row]]
    events: dict[str, list[Row]]
    line_names: dict[str, str]
    linked: bool
    traced: bool


def topic_detail(site: Site, definition: TopicsDefinition) -> TopicDetail:
    """Read what is known of every topic of a map; a query for each table.

    Args:
        site: The site.
        definition: The topic map.
    """
    return site.keep(f"topic_detail:{definition.id}", lambda: _read(site, definition.id))


def rows_of(site: Site, table: str, **equal: object) -> list[Row]:
    """Return rows of a table, none where the store does not know it.

    Args:
        site: The site.
        table: Table of `columns.csv`.
        equal: Columns and the values they must have.
    """
    return site.rows(table, **equal) if table in tables() else []


def topic_meant(entry: Row) -> str | None:
    """Return the topic of the map that an entry of a list is about; None where there is none.

    A list made from a map of its own says which topic holds most of its works.

    Args:
        entry: Row of `topic_list`.
    """
    if entry["cluster"]:
        return str(entry["cluster"])
    own = entry["kind"] == "cluster" and not entry["item"].startswith("R")
    return str(entry["item"]) if own else None


def by(rows: Iterable[Row], column: str) -> dict[Any, list[Row]]:
    """Sort rows into groups, in their order.

    Args:
        rows: Rows of a table.
        column: What they are grouped by.
    """
    found: dict[Any, list[Row]] = {}
    for row in rows:
        found.setdefault(row[column], []).append(row)
    return found


def _read(site: Site, corpus: str) -> TopicDetail:
    listed = [
        {**row, "about": topic_meant(row)}
        for row in rows_of(site, "topic_list", corpus=corpus)
        if topic_meant(row)
    ]
    paths = _paths(site, corpus)
    goals = {(r["lens"], r["goal"]): r["title"] for r in rows_of(site, "lens_goal")}
    lines, events, names = _lines(site, corpus)
    cited, citing, linked = _science(site, corpus)
    return TopicDetail(
        cards=by(rows_of(site, "cluster_card", corpus=corpus), "cluster"),
        card_indicators=_sliced(site, "cluster_card_indicator", corpus, "attribute", "position"),
        indicators=_sliced(site, "cluster_indicator", corpus, "indicator"),
        evidence=_evidence(site, corpus),
        actors=_sliced(site, "cluster_actor", corpus, "kind", "position", most=_ACTORS),
        patents=_sliced(site, "cluster_patent", corpus, "kind", "rank", most=_PATENTED),
        cited=cited,
        citing=citing,
        goals=by(
            (
                {**row, "title": goals.get((row["lens"], row["goal"]), row["goal"])}
                for row in rows_of(site, "cluster_goal", corpus=corpus)
                if row["n_goal"]
            ),
            "cluster",
        ),
        paths=by((row for row in paths if row["cluster"] is not None), "cluster"),
        bursts=by(rows_of(site, "burst", corpus=corpus, kind="cluster"), "item"),
        places=by(_ordered(listed, "rank"), "about"),
        lines=lines,
        events=events,
        line_names=names,
        linked=linked,
        traced=bool(paths),
    )


def _ordered(rows: list[Row], column: str) -> list[Row]:
    return sorted(rows, key=lambda row: row[column])


def _sliced(site: Site, table: str, corpus: str, *order: str, most: int | None = None) -> Sliced:
    """Read the rows of a table by topic, the first of each kind where only some are wanted."""
    found = site.store.table(table).filter(_.corpus == corpus)
    if most is not None:
        found = found.filter(found[order[-1]] <= most)
    return Sliced(site.store.arrow(found.order_by(["cluster", *order])), "cluster")


def _titles(site: Site) -> Any:
    return site.store.table("work").select("work", "title", "year", "language", "doi")


def _evidence(site: Site, corpus: str) -> Sliced:
    held = site.store.table("cluster_evidence")
    held = held.filter(_.corpus == corpus, _.position <= _EVIDENCE)
    joined = held.left_join(_titles(site), "work").select(
        "cluster", "indicator", "kind", "position", "work", "text", "title", "year", "language"
    )
    order = ("cluster", "indicator", "kind", "position")
    return Sliced(site.store.arrow(joined.order_by(order)), "cluster")


def _paths(site: Site, corpus: str) -> list[Row]:
    held = site.store.table("main_path").filter(_.corpus == corpus)
    works = _titles(site)
    citing = works.select(
        citing="work", citing_title="title", citing_year="year", citing_language="language"
    )
    cited = works.select(
        cited="work", cited_title="title", cited_year="year", cited_language="language"
    )
    joined = held.left_join(citing, "citing").drop("citing_right").left_join(cited, "cited")
    columns = (
        "cluster", "route", "citing", "citing_title", "citing_year", "citing_language", "cited",
        "cited_title", "cited_year", "cited_language", "weight", "step",
    )  # fmt: skip
    order = ("cluster", "route", "step", "cited", "citing")
    return site.store.rows(joined.select(*columns).order_by(order))


def _science(site: Site, corpus: str) -> tuple[dict[str, list[Row]], dict[str, list[Row]], bool]:
    """Count links of the works of each topic with patents, in both directions."""
    links = site.store.table("science_link").select("patent", "work").distinct()
    if not site.count("science_link"):
        return {}, {}, False
    held = site.store.table("cluster_work").filter(_.corpus == corpus).select("cluster", "work")
    cited = held.join(links, "work").group_by("cluster", "work").agg(n_patents=_.count())
    cited = cited.join(_titles(site), "work")
    rank = ibis.row_number().over(
        ibis.window(group_by="cluster", order_by=[ibis.desc("n_patents"), "work"])
    )
    n_cited = ibis._.count().over(ibis.window(group_by="cluster"))
    cited = cited.mutate(place=rank, n_cited=n_cited)
    cited = cited.filter(cited.place < _CITED).order_by("cluster", "place")
    citing = held.join(links, held.work == links.patent)
    citing = citing.group_by("cluster").agg(n_patents=citing.patent.nunique())
    return by(site.store.rows(cited), "cluster"), by(site.store.rows(citing), "cluster"), True


def _lines(
    site: Site, corpus: str
) -> tuple[dict[str, list[Row]], dict[str, list[Row]], dict[str, str]]:
    """Find the line each topic of the map is the end of, its years and its events."""
    lines = by(rows_of(site, "topic_line", corpus=corpus), "line")
    best: dict[str, tuple[float, str]] = {}
    names: dict[str, str] = {}
    for line, rows in lines.items():
        last = max(rows, key=lambda row: row["year"])
        if last["cluster"]:
            names[line] = last["cluster"]
            found = (last["overlap"] or 0.0, line)
            best[last["cluster"]] = max(best.get(last["cluster"], found), found)
    events = sorted(
        rows_of(site, "topic_event", corpus=corpus), key=lambda r: (r["year"], r["line"])
    )
    return (
        {c: _ordered(lines[line], "year") for c, (_n, line) in best.items()},
        {
            c: [e for e in events if line in (e["line"], e["other"])]
            for c, (_n, line) in best.items()
        },
        names,
    )


def path_works(rows: Sequence[Row]) -> list[Row]:
    """Put the works of a main path in order, each with those before it that it cites.

    Args:
        rows: Rows of `main_path` of one topic; the global route is taken, else the first.
    """
    routes = by(rows, "route")
    chosen = routes.get("global") or next(iter(routes.values()), [])
    works: dict[str, Row] = {}
    for row in chosen:
        for end, step in (("cited", row["step"]), ("citing", row["step"] + 1)):
            one = works.setdefault(
                row[end],
                {
                    "work": row[end],
                    "title": row[f"{end}_title"] or row[end],
                    "year": row[f"{end}_year"],
                    "language": row[f"{end}_language"],
                    "step": step,
                    "cites": [],
                },
            )
            one["step"] = max(one["step"], step)
        works[row["citing"]]["cites"].append(row["cited"])
    order = sorted(works.values(), key=lambda w: (w["step"], w["year"] or 0, w["work"]))
    number = {one["work"]: n for n, one in enumerate(order, 1)}
    for n, one in enumerate(order, 1):
        one["cites"] = sorted(number[work] for work in one["cites"])
        one["forks"] = n > 1 and one["cites"] != [n - 1]
    return order
