"""Indexes: the ranking of each, how it is made, and all pages that hang on it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from armillary.publications import charts
from armillary.publications.site import drawing
from armillary.publications.site.core import Headline, Page, Site, slug
from armillary.publications.site.index_facts import (
    board,
    doubt_note,
    grouped,
    home,
    node_name,
    place,
    profile,
    source_titles,
    spelled,
)
from armillary.publications.site.pages import (
    index_audit,
    index_compare,
    index_profile,
    index_structure,
    index_weights,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from armillary.model.observatory import IndexDefinition
    from armillary.publications.site.scoreboard import Scoreboard
    from armillary.publications.site.words import Words

LIST = "index/index.html"
_ROWS_DRAWN = 40


def pages(site: Site) -> Iterable[Page]:
    """Give the pages of each index, and a list where there are several."""
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
            context=partial(_context, site, index, None),
            section="indexes",
            entry=not several,
            above=LIST if several else None,
            sources=index.sources,
        )
        for period in board(site, index.id).periods[1:]:
            yield Page(
                path=place(index.id, f"year/{slug(period)}"),
                title=index.title,
                template="index.html",
                context=partial(_context, site, index, period),
                section="indexes",
                above=home(index.id),
                sources=index.sources,
            )
        if board(site, index.id).ranked:
            for module in (index_structure, index_audit, index_weights, index_compare):
                yield from module.pages(site, index)
        yield from index_profile.pages(site, index)


def _indexes(site: Site) -> list[IndexDefinition]:
    return list(site.observatory.indexes.values())


def headlines(site: Site) -> Iterable[Headline]:
    """Say of each index who leads, how many are ranked, how firm the ranks are."""
    for index in _indexes(site):
        if board(site, index.id).ranked:
            yield Headline(
                section="indexes",
                path=home(index.id),
                title=index.title,
                about=index.about,
                figures=partial(_figures, site, index, None),
                chart=lambda words, index=index: ranking_chart(  # type: ignore[misc]
                    site, index, words=words, first=10
                ),
                sources=index.sources,
            )


def _figures(
    site: Site, index: IndexDefinition, period: str | None, words: Words
) -> list[tuple[str, str]]:
    held = board(site, index.id, period=period)
    if not held.ranked:
        return []
    found = [
        (words.text(held.names[held.ranked[0]]), words("index.first", period=held.period)),
        (words.number(len(held.ranked), 0), words("index.n_ranked")),
        (words.number(len(held.leaves), 0), words("index.n_indicators")),
    ]
    if held.interval:
        firm = sum(1 for row in held.interval.values() if row["rank_low"] == row["rank_high"])
        found.append((words.number(firm, 0), words("index.n_firm")))
    return found


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
    known = [
        r[key] for r in rows for key in ("score", "score_low", "score_high") if r[key] is not None
    ]
    low, high = min(known), max(known)
    edge = 0.04 * (high - low) or 1.0
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
            first=rows[0]["name"],
            score=words.number(rows[0]["score"]),
            last=rows[-1]["name"],
            last_score=words.number(rows[-1]["score"]),
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
        svg=drawing.lines(
            [
                drawing.Line(
                    name=r["name"], value=r["score"], low=r["score_low"], high=r["score_high"]
                )
                for r in rows
            ],
            low=low - edge,
            high=high + edge,
            axis=words("index.score_axis"),
        ),
        source=source_titles(site, index, words=words),
        note=doubt_note(site, held, words=words),
    )


def _context(
    site: Site, index: IndexDefinition, period: str | None, words: Words
) -> dict[str, Any]:
    held = board(site, index.id, period=period)
    last = max((row["rank_high"] for row in held.interval.values()), default=len(held.ranked))
    latest = held.period == held.latest
    return {
        "index": index,
        "board": held,
        "figures_of": _figures(site, index, period, words),
        "chart": ranking_chart(site, index, words=words) if held.ranked and latest else None,
        "last": max(last, len(held.ranked)),
        "node_name": node_name,
        "parts": grouped(held),
        "profile": lambda unit: profile(index.id, unit),
        "place": partial(place, index.id),
        "years": [
            (year, home(index.id) if year == held.latest else place(index.id, f"year/{slug(year)}"))
            for year in held.periods
        ],
        "doubt": doubt_note(site, held, words=words),
        "spelled": spelled(site, held, words=words),
        "source_links": [
            (f"sources/{slug(name)}.html", site.observatory.sources[name].title)
            for name in index.sources
            if name in site.observatory.sources
        ],
        "ranking_rows": _ranking_rows(held),
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
                **{code: held.score.get((unit, code), {}).get("score") for code in grouped(held)},
            }
        )
    return rows
