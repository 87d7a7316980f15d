"""The framework as rings, and how its parts go together: correlations within and upwards."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from armillary.publications import charts
from armillary.publications.charts import PALETTE, Chart, ChartColumn
from armillary.publications.site import drawing
from armillary.publications.site.core import Page, Site
from armillary.publications.site.index_facts import audited, board, home, names_in, node_name, place

if TYPE_CHECKING:
    from collections.abc import Iterable

    from armillary.model.observatory import IndexDefinition
    from armillary.publications.site.scoreboard import Scoreboard
    from armillary.publications.site.words import Words

Row = dict[str, Any]
SIGNS = {"conflict": "✕", "redundancy": "=", "weak": "○"}


def pages(site: Site, index: IndexDefinition) -> Iterable[Page]:
    """Give the page of the framework and the page of the correlations.

    Args:
        site: The site.
        index: The index.
    """
    for key, context in (("structure", _structure), ("correlation", _correlation)):
        yield Page(
            path=place(index.id, f"{key}/index"),
            title=f"tour.{key}",
            template=f"index_{key}.html",
            context=partial(context, site, index),
            section="indexes",
            above=home(index.id),
            sources=index.sources,
        )


def _structure(site: Site, index: IndexDefinition, words: Words) -> Row:
    held = board(site, index.id)
    return {
        "index": index,
        "board": held,
        "chart": _rings_chart(site, index, words),
        "node_name": node_name,
    }


def _rings_chart(site: Site, index: IndexDefinition, words: Words) -> Chart:
    """Draw the framework as rings, each part as wide as its share of the index.

    Args:
        site: The site.
        index: The index.
        words: The language.
    """
    held = board(site, index.id)
    names = names_in(site, held, words=words)
    arcs: list[drawing.Arc] = []

    hued = 0 if len(held.pillars) > 2 else 1  # two halves in two colours would say little
    before_of: dict[str, int] = {}
    for part in held.pillars:
        before_of[part] = sum(len(held.children[p]) for p in before_of) if hued else 0

    def lay(code: str, start: float, hue: str, before: int = 0) -> None:
        at = start
        for i, part in enumerate(held.children[code]):
            coloured = held.node[code]["level"] == hued
            own = PALETTE[(before + i) % len(PALETTE)] if coloured else hue
            share = held.node[part]["effective_weight"]
            title = f"{names[part]}: {words.percent(share)}"
            arcs.append(
                drawing.Arc(
                    depth=held.node[part]["level"],
                    start=at,
                    end=at + share,
                    name=names[part],
                    title=title,
                    hue=own,
                )
            )
            lay(part, at, own, before if code != held.root else before_of[part])
            at += share

    lay(held.root, 0.0, PALETTE[0])
    pillars = [held.node[code] for code in held.pillars]
    most = max(pillars, key=lambda node: node["effective_weight"])
    leaves = [held.node[code] for code in held.leaves]
    heavy = max(leaves, key=lambda node: node["effective_weight"])
    light = min(leaves, key=lambda node: node["effective_weight"])
    rows = [
        {
            "name": names[node["code"]],
            "code": node["code"],
            "parent": names.get(node["parent"] or "", ""),
            "level": node["level"],
            "weight": None if (among := held.among(node["code"])) is None else 100 * among,
            "share": 100 * node["effective_weight"],
        }
        for node in held.nodes
        if node["level"]
    ]
    return Chart(
        id="rings",
        title=words("structure.chart", index=words.plain(index.title)),
        description=words(
            "structure.chart_about",
            n=len(held.leaves),
            pillars=len(pillars),
            most=names[most["code"]],
            most_share=words.percent(most["effective_weight"]),
            heavy=names[heavy["code"]],
            heavy_share=words.percent(heavy["effective_weight"]),
            light=names[light["code"]],
            light_share=words.percent(light["effective_weight"]),
        ),
        columns=(
            ChartColumn(key="name", label=words("index.node")),
            ChartColumn(key="code", label=words("index.code")),
            ChartColumn(key="parent", label=words("structure.part_of")),
            ChartColumn(key="level", label=words("structure.level"), decimals=0),
            ChartColumn(key="weight", label=words("structure.weight_percent"), decimals=1),
            ChartColumn(key="share", label=words("structure.share_percent"), decimals=2),
        ),
        rows=rows,
        svg=drawing.rings(arcs, middle=words("index.index")),
        note=words("structure.chart_note"),
    )


def _correlation(site: Site, index: IndexDefinition, words: Words) -> Row:
    held = board(site, index.id)
    rows = audited(site, index.id, table="audit_correlation")
    names = names_in(site, held, words=words)
    flags = [row for row in rows if row["flag"]]
    return {
        "index": index,
        "board": held,
        "found": correlation_found(rows, words),
        "upward": _upward_chart(held, rows, names, words),
        "within": [
            chart
            for code in held.groups
            if (chart := _within_chart(held, code, rows, names, words)) is not None
        ],
        "flagged": [
            {
                "name": names.get(row["code"], row["code"]),
                "other": names.get(row["other"], row["other"]),
                "correlation": row["correlation"],
                "flag": row["flag"],
                "sign": SIGNS.get(row["flag"], ""),
            }
            for row in flags
        ],
        "rows": rows,
    }


def correlation_found(rows: list[Row], words: Words) -> str:
    """Say how many correlations are flagged, and as what.

    Args:
        rows: Rows of `audit_correlation`.
        words: The language.
    """
    if not rows:
        return ""
    counts = {flag: sum(1 for row in rows if row["flag"] == flag) for flag in SIGNS}
    if not any(counts.values()):
        return words("correlation.found_none", n=len(rows))
    said = [words(f"correlation.n_{flag}", n=n) for flag, n in counts.items() if n]
    return words("correlation.found", n=len(rows), said=words.join_plain(said))


def _cell(row: Row, names: dict[str, str], words: Words, *, text: bool) -> drawing.Cell:
    value = row["correlation"]
    sign = SIGNS.get(row["flag"] or "", "")
    said = words.number(value, 2)
    title = (
        f"{names.get(row['code'], row['code'])} × {names.get(row['other'], row['other'])}: {said}"
    )
    if row["flag"]:
        title += f" ({words('flag.' + row['flag'])})"
    return drawing.Cell(
        value=value or 0.0, text=f"{said}{' ' + sign if sign else ''}" if text else "", title=title
    )


def _columns(words: Words) -> tuple[ChartColumn, ...]:
    return (
        ChartColumn(key="name", label=words("index.node")),
        ChartColumn(key="other", label=words("correlation.with")),
        ChartColumn(key="correlation", label=words("correlation.r"), decimals=2),
        ChartColumn(key="p_value", label=words("correlation.p"), decimals=4),
        ChartColumn(key="units", label=words("audit.units"), decimals=0),
        ChartColumn(key="flag", label=words("correlation.flag")),
    )


def _table(rows: list[Row], names: dict[str, str], words: Words) -> list[Row]:
    return [
        {
            "name": names.get(row["code"], row["code"]),
            "other": names.get(row["other"], row["other"]),
            "correlation": row["correlation"],
            "p_value": row["p_value"],
            "units": row["units"],
            "flag": f"{SIGNS.get(row['flag'], '')} {words('flag.' + row['flag'])}"
            if row["flag"]
            else "–",
        }
        for row in rows
    ]


def _within_chart(
    held: Scoreboard, code: str, rows: list[Row], names: dict[str, str], words: Words
) -> Chart | None:
    parts = held.children[code]
    own = [
        row
        for row in rows
        if row["relation"] == "sibling" and row["code"] in parts and row["other"] in parts
    ]
    if not own:
        return None
    place_of = {part: i for i, part in enumerate(parts)}
    cells: dict[tuple[int, int], drawing.Cell] = {}
    for row in own:
        i, j = place_of[row["code"]], place_of[row["other"]]
        cells[i, j] = cells[j, i] = _cell(row, names, words, text=True)
    known = [row for row in own if row["correlation"] is not None]
    return Chart(
        id=f"within-{held.node[code]['position']}",
        title=words("correlation.within", name=names[code]),
        description=words(
            "correlation.within_about",
            low=words.number(min((r["correlation"] for r in known), default=None), 2),
            high=words.number(max((r["correlation"] for r in known), default=None), 2),
        ),
        columns=_columns(words),
        rows=_table(own, names, words),
        svg=drawing.matrix(
            [names[part] for part in parts], [names[part] for part in parts], cells=cells, side=62
        ),
    )


def _upward_chart(
    held: Scoreboard, rows: list[Row], names: dict[str, str], words: Words
) -> Chart | None:
    """Draw every node against the groups above it, nearest last."""
    own = [row for row in rows if row["relation"] == "ancestor"]
    if not own:
        return None
    order = [node["code"] for node in held.nodes if node["level"]]
    deep = max(held.node[code]["level"] for code in order)
    place_of = {code: i for i, code in enumerate(order)}
    cells = {
        (place_of[row["code"]], held.node[row["other"]]["level"]): _cell(
            row, names, words, text=True
        )
        for row in own
        if row["code"] in place_of
    }
    labels = [
        words("index.index"),
        *(words("structure.level_n", level=str(k)) for k in range(1, deep)),
    ]
    indent = "\u2003"
    return charts.Chart(
        id="upward",
        title=words("correlation.upward"),
        description=words("correlation.upward_about", n=len(own)),
        columns=_columns(words),
        rows=_table(own, names, words),
        svg=drawing.matrix(
            [indent * (held.node[c]["level"] - 1) + names[c] for c in order],
            labels,
            cells=cells,
            side=64,
        ),
        note=words("correlation.key"),
    )
