"""Indexes: the ranking, how it is made, and a profile of every unit."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from armillary.model.observatory import IndexDefinition, Text
from armillary.publications import charts
from armillary.publications.site.core import Headline, Page, Site, slug
from armillary.publications.site.scoreboard import Cells, Scoreboard, places_of, recipe_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from armillary.publications.site.words import Words

LIST = "index/index.html"
_ROWS_DRAWN = 40


def pages(site: Site) -> Iterable[Page]:
    """Give a page for each index and each of its units, and a list where there are several."""
    several = len(site.observatory.indexes) > 1
    if several:
        yield Page(
            path=LIST,
            title="section.indexes",
            template="indexes.html",
            context=lambda words: {"indexes": [(i, home(i.id)) for i in _indexes(site)]},
            section="indexes",
            entry=True,
        )
    for index in _indexes(site):
        yield Page(
            path=home(index.id),
            title=index.title,
            template="index.html",
            context=partial(_context, site, index),
            section="indexes",
            entry=not several,
            above=LIST if several else None,
            sources=index.sources,
        )
        for unit in board(site, index.id).units:
            yield Page(
                path=profile(index.id, unit),
                title=board(site, index.id).names[unit],
                template="profile.html",
                context=partial(_profile, site, index, unit),
                section="indexes",
                above=home(index.id),
                sources=index.sources,
            )


def _indexes(site: Site) -> list[IndexDefinition]:
    return list(site.observatory.indexes.values())


def home(index: str) -> str:
    """Return the path of the page of one index."""
    return f"index/{slug(index)}/index.html"


def profile(index: str, unit: str) -> str:
    """Return the path of the profile of one unit; no unit may take the place of the index."""
    name = slug(unit)
    return f"index/{slug(index)}/{'_index' if name == 'index' else name}.html"


def board(site: Site, index: str) -> Scoreboard:
    """Return one index as its pages need it, read once."""
    return site.keep(f"board:{index}", lambda: Scoreboard(site, index))


def node_name(node: dict[str, Any]) -> Text:
    """Return the name of a node of the framework."""
    return Text(en=node["name_en"], zh=node["name_zh"])


def headlines(site: Site) -> Iterable[Headline]:
    """Say of each index who leads, how many are ranked, how firm the ranks are."""
    for index in _indexes(site):
        if board(site, index.id).ranked:
            yield Headline(
                section="indexes",
                path=home(index.id),
                title=index.title,
                about=index.about,
                figures=partial(_figures, site, index),
                chart=lambda words, index=index: ranking_chart(  # type: ignore[misc]
                    site, index, words=words, first=10
                ),
                sources=index.sources,
            )


def _figures(site: Site, index: IndexDefinition, words: Words) -> list[tuple[str, str]]:
    held = board(site, index.id)
    firm = sum(1 for row in held.interval.values() if row["rank_low"] == row["rank_high"])
    return (
        [
            (words.text(held.names[held.ranked[0]]), words("index.first", period=held.period)),
            (words.number(len(held.ranked), 0), words("index.n_ranked")),
            (words.number(len(held.leaves), 0), words("index.n_indicators")),
            (words.number(firm, 0), words("index.n_firm")),
        ]
        if held.ranked
        else []
    )


def ranking_chart(
    site: Site, index: IndexDefinition, *, words: Words, first: int = _ROWS_DRAWN
) -> charts.Chart:
    """Draw the first units with their scores and 90 % intervals.

    Args:
        site: The site.
        index: The index.
        words: The language.
        first: How many units.
    """
    held = board(site, index.id)
    rows = []
    for unit in held.ranked[:first]:
        doubt = held.interval.get(unit, {})
        row = held.score[unit, held.root]
        rows.append(
            {
                "unit": unit,
                "name": words.plain(held.names[unit]),
                "rank": row["rank"],
                "score": row["score"],
                "score_low": doubt.get("score_low"),
                "score_high": doubt.get("score_high"),
            }
        )
    leader = rows[0]["name"] if rows else ""
    return charts.Chart(
        id="ranking",
        title=words(
            "index.chart_title" if len(held.ranked) <= first else "index.chart_title_first",
            index=words.plain(index.title),
            period=held.period,
            **({} if len(held.ranked) <= first else {"n": first}),
        ),
        description=words(
            "index.chart_description",
            n=len(rows),
            first=leader,
            score=words.number(rows[0]["score"]) if rows else "",
            last=rows[-1]["name"] if rows else "",
            last_score=words.number(rows[-1]["score"]) if rows else "",
        ),
        columns=(
            charts.ChartColumn(key="rank", label=words("index.rank"), decimals=0),
            charts.ChartColumn(key="name", label=words("index.unit")),
            charts.ChartColumn(key="unit", label=words("index.code")),
            charts.ChartColumn(key="score", label=words("index.score"), decimals=1),
            charts.ChartColumn(key="score_low", label=words("index.score_low"), decimals=1),
            charts.ChartColumn(key="score_high", label=words("index.score_high"), decimals=1),
        ),
        rows=rows,
        spec=_dots(rows, words),
        source=words.join_plain(_source_titles(site, index, words)),
        note=_doubt_note(held, words),
    )


def _source_titles(site: Site, index: IndexDefinition, words: Words) -> list[str]:
    held = site.observatory.sources
    return [words.plain(held[name].title) for name in index.sources if name in held]


def _doubt_note(held: Scoreboard, words: Words) -> str:
    doubt = next(iter(held.interval.values()), None)
    if doubt is None:
        return ""
    return words("index.doubt", replicates=doubt["replicates"], varied=doubt["varied"])


def _dots(rows: list[dict[str, Any]], words: Words) -> dict[str, Any]:
    import altair as alt

    base = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y("name:N", sort=None, title=None, axis=alt.Axis(labelPadding=10))
    )
    scale = alt.Scale(zero=False, nice=False, padding=12)
    axis = alt.Axis(title=words("index.score_axis"), tickCount=6)
    ranges = base.mark_rule(strokeWidth=7, opacity=0.4, strokeCap="round").encode(
        x=alt.X("score_low:Q", axis=axis, scale=scale), x2="score_high:Q"
    )
    dots = base.mark_point(size=70, opacity=1).encode(x=alt.X("score:Q", axis=axis, scale=scale))
    chart = (ranges + dots).properties(width=charts.WIDTH, height=alt.Step(22))
    return charts.spec(chart, axis_x={"grid": True}, rule={"color": charts.ACCENT})


def _context(site: Site, index: IndexDefinition, words: Words) -> dict[str, Any]:
    held = board(site, index.id)
    recipe = recipe_of(site, index.id)
    asked = recipe.get("recipe")
    last = max((row["rank_high"] for row in held.interval.values()), default=len(held.ranked))
    return {
        "index": index,
        "board": held,
        "figures_of": _figures(site, index, words),
        "chart": ranking_chart(site, index, words=words) if held.ranked else None,
        "last": max(last, len(held.ranked)),
        "node_name": node_name,
        "profile": lambda unit: profile(index.id, unit),
        "doubt": next(iter(held.interval.values()), None),
        "methods_used": _methods_used(held),
        "asked": asked if isinstance(asked, dict) else {},
        "source_links": [
            (f"sources/{slug(name)}.html", site.observatory.sources[name].title)
            for name in index.sources
            if name in site.observatory.sources
        ],
        "ranking_rows": _ranking_rows(held),
    }


def _methods_used(held: Scoreboard) -> dict[str, Any]:
    """Sum up how the scores were made, as they show themselves."""
    ways = [n for n in held.normalisations.values() if n is not None]
    bounds = {(n.low, n.high) for n in ways if n.method == "minmax"}
    means = {group: mean for group, mean in held.means.items() if mean is not None}
    return {
        "normalise": {n.method for n in ways},
        "bounds": next(iter(bounds)) if len(bounds) == 1 else None,
        "means": set(means.values()),
        "geometric": [g for g, mean in means.items() if mean == "geometric"],
    }


def _ranking_rows(held: Scoreboard) -> list[dict[str, Any]]:
    rows = []
    for unit in held.units:
        at = held.score.get((unit, held.root), {})
        doubt = held.interval.get(unit, {})
        rows.append(
            {
                "unit": unit,
                "name_en": held.names[unit].en,
                "name_zh": held.names[unit].zh,
                **{c: at.get(c) for c in ("rank", "score", "coverage", "OBS_STATUS")},
                **{c: doubt.get(c) for c in ("rank_low", "rank_high", "score_low", "score_high")},
                **{code: held.score.get((unit, code), {}).get("score") for code in held.pillars},
            }
        )
    return rows


def _profile(site: Site, index: IndexDefinition, unit: str, words: Words) -> dict[str, Any]:
    held = board(site, index.id)
    cells = site.keep(f"cells:{index.id}", lambda: Cells(site, held))
    place = held.units.index(unit)
    nodes = [_node(site, held, cells, unit, code) for code in [held.root, *held.beneath(held.root)]]
    return {
        "index": index,
        "board": held,
        "unit": unit,
        "at": held.score.get((unit, held.root)),
        "doubt": held.interval.get(unit),
        "nodes": nodes[1:],
        "pillars": [node for node in nodes if node["code"] in held.pillars],
        "node_name": node_name,
        "source_slug": slug,
        "profile": lambda other: profile(index.id, other),
        "before": held.units[place - 1] if place else None,
        "after": held.units[place + 1] if place + 1 < len(held.units) else None,
        "spelled": _spelled(site, held, unit, words),
        "download": _download(held, unit),
    }


def _node(site: Site, held: Scoreboard, cells: Cells, unit: str, code: str) -> dict[str, Any]:
    row = held.score.get((unit, code), {})
    node = held.node[code]
    leaf = node["kind"] == "indicator"
    origins = [site.origins[o] for o in (row.get("origin") or "").split() if o in site.origins]
    return {
        "code": code,
        "node": node,
        "row": row,
        "leaf": leaf,
        "share": held.share(unit, code),
        "mean": held.means.get(node["parent"]),
        "normalisation": held.normalisations.get(code) if leaf else None,
        "cells": cells.of(row) if leaf and row else [],
        "origins": origins,
        "places": places_of(row) if row else [],
    }


def _spelled(site: Site, held: Scoreboard, unit: str, words: Words) -> list[tuple[str, str]]:
    """Return the status codes of the page with what they mean."""
    codes = {
        code
        for (of, _), row in held.score.items()
        if of == unit
        for code in row["OBS_STATUS"].split()
    }
    return [(code, site.status(code, words)) for code in sorted(codes - {"A"})]


def _download(held: Scoreboard, unit: str) -> list[dict[str, Any]]:
    found = []
    for node in held.nodes:
        row = held.score.get((unit, node["code"]))
        if row is not None:
            share = held.share(unit, node["code"])
            names = {c: node[c] for c in ("name_en", "name_zh", "weight", "unit_measure")}
            points = {"contribution": share.points if share else None}
            found.append({**names, **row, **points})
    return found
