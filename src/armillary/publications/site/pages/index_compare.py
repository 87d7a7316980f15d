"""Units side by side: each with its neighbours and peers, and any by choice in the browser."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from armillary.publications.site import drawing_profiles
from armillary.publications.site.core import Page, Site
from armillary.publications.site.index_facts import (
    board,
    comparison,
    home,
    node_name,
    place,
    profile,
    profiled,
)
from armillary.publications.site.marks import embedded_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from armillary.model.observatory import IndexDefinition
    from armillary.publications.site.scoreboard import Scoreboard
    from armillary.publications.site.words import Words

Row = dict[str, Any]
MOST = 5


def pages(site: Site, index: IndexDefinition) -> Iterable[Page]:
    """Give the page to choose units on, and one for each unit that has a rank.

    Args:
        site: The site.
        index: The index.
    """
    held = board(site, index.id)
    if len(held.ranked) < 2:
        return
    yield Page(
        path=place(index.id, "compare/index"),
        title="compare.title",
        template="index_compare_any.html",
        context=partial(_any, site, index),
        section="indexes",
        above=home(index.id),
        sources=index.sources,
    )
    for unit in held.ranked:
        yield Page(
            path=comparison(index.id, unit),
            title=held.names[unit],
            template="index_compare.html",
            context=partial(_one, site, index, unit),
            section="indexes",
            above=place(index.id, "compare/index"),
            sources=index.sources,
        )


def neighbours(held: Scoreboard, unit: str, *, among: Sequence[str] | None = None) -> list[str]:
    """Return a unit and those nearest to it in rank, the best first.

    Args:
        held: The index.
        unit: The unit.
        among: Units to take them from; None all that have a rank.
    """
    ranked = [u for u in held.ranked if among is None or u in among or u == unit]
    spot = ranked.index(unit)
    first = max(0, min(spot - MOST // 2, len(ranked) - MOST))
    return ranked[first : first + MOST]


def _peers(site: Site, held: Scoreboard, unit: str) -> list[tuple[str, str, list[str]]]:
    """Return the units of the same group: grouping, label, units nearest in rank."""
    rows: list[Row] = site.keep(
        f"unit_group:{held.index}", lambda: site.rows("unit_group", index=held.index)
    )
    found = []
    for row in rows:
        if row["unit"] == unit and row["label"]:
            alike = {
                r["unit"]
                for r in rows
                if r["grouping"] == row["grouping"] and r["label"] == row["label"]
            }
            near = neighbours(held, unit, among=sorted(alike))
            if len(near) > 1:
                found.append((row["grouping"], row["label"], near))
    return found


def _one(site: Site, index: IndexDefinition, unit: str, words: Words) -> Row:
    held = board(site, index.id)
    nodes = site.keep(f"profiled:{index.id}", lambda: profiled(held))
    sets = [("near", words("compare.near"), neighbours(held, unit))]
    sets += [
        (f"peers-{i}", words("compare.peers", grouping=grouping, label=label), units)
        for i, (grouping, label, units) in enumerate(_peers(site, held, unit))
    ]
    return {
        "index": index,
        "board": held,
        "unit": unit,
        "sets": [
            {"key": key, "title": title} | _side(held, unit, units=units, nodes=nodes, words=words)
            for key, title, units in sets
        ],
        "rows": _rows(held, sorted({u for _, _, units in sets for u in units}), nodes),
        "columns": ["unit", "name_en", "name_zh", "code", "node_en", "node_zh", "score", "rank"],
        "node_name": node_name,
        "profile": lambda other: profile(index.id, other),
        "compare": lambda other: comparison(index.id, other),
        "picker": place(index.id, "compare/index"),
    }


def _side(
    held: Scoreboard, unit: str, *, units: Sequence[str], nodes: Sequence[str], words: Words
) -> Row:
    names = [words.plain(held.names[u]) for u in units]
    svg = drawing_profiles.profiles(
        [words.plain(node_name(held.node[code])) for code in nodes],
        [[held.score.get((u, code), {}).get("score") for code in nodes] for u in units],
        names=names,
        top=held.top,
        axis=words("index.score_axis"),
    )
    rank = held.score[unit, held.root]["rank"]
    about = words(
        "compare.about",
        name=words.plain(held.names[unit]),
        rank=rank,
        others=words.join_plain(n for n, u in zip(names, units, strict=True) if u != unit),
    )
    return {"units": units, "svg": svg, "about": about, "nodes": nodes}


def _rows(held: Scoreboard, units: Sequence[str], nodes: Sequence[str]) -> list[Row]:
    found = []
    for unit in units:
        for code in (held.root, *nodes):
            row = held.score.get((unit, code), {})
            name, node = held.names[unit], held.node[code]
            found.append(
                {
                    "unit": unit,
                    "name_en": name.en,
                    "name_zh": name.zh,
                    "code": code,
                    "node_en": node["name_en"],
                    "node_zh": node["name_zh"],
                    "score": row.get("score"),
                    "rank": row.get("rank"),
                }
            )
    return found


def _any(site: Site, index: IndexDefinition, words: Words) -> Row:
    held = board(site, index.id)
    nodes = [held.root, *profiled(held)]
    units = [
        {
            "code": unit,
            "name": words.plain(held.names[unit]),
            "at": [
                [held.score.get((unit, c), {}).get(k) for k in ("score", "rank")] for c in nodes
            ],
        }
        for unit in held.ranked
    ]
    data = {
        "nodes": [
            {"code": code, "name": words.plain(node_name(held.node[code]))} for code in nodes
        ],
        "units": units,
        "top": held.top,
        "language": words.lang,
        "words": {
            key: words(f"compare.{key}") for key in ("rank", "axis", "chosen", "drawing", "none")
        },
    }
    return {
        "index": index,
        "board": held,
        "data": embedded_json(data),
        "plain_data": json.dumps(data, ensure_ascii=False),
        "compare": lambda other: comparison(index.id, other),
        "most": MOST,
    }
