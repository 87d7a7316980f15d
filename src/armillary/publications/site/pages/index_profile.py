"""The profile of one unit: every number of it, how firm its rank is, where it leads and lags."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from armillary.publications.site import drawing, marks
from armillary.publications.site.core import Page, Site, slug
from armillary.publications.site.index_facts import (
    board,
    by_unit,
    comparison,
    doubt_note,
    grouped,
    home,
    names_in,
    node_name,
    place,
    profile,
)
from armillary.publications.site.scoreboard import Cells, Ends, Scoreboard, places_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from armillary.model.observatory import IndexDefinition
    from armillary.publications.site.words import Words

Row = dict[str, Any]
SIGNS = {"strength": "●", "weakness": "○"}
_LISTED = 8


def pages(site: Site, index: IndexDefinition) -> Iterable[Page]:
    """Give a page for each unit of the latest period.

    Args:
        site: The site.
        index: The index.
    """
    for unit in board(site, index.id).units:
        yield Page(
            path=profile(index.id, unit),
            title=board(site, index.id).names[unit],
            template="profile.html",
            context=partial(_context, site, index, unit),
            section="indexes",
            above=home(index.id),
            sources=index.sources,
        )


def _context(site: Site, index: IndexDefinition, unit: str, words: Words) -> Row:
    held = board(site, index.id)
    cells = site.keep(f"cells:{index.id}", lambda: Cells(site, held))
    spot = held.units.index(unit)
    strong = {row["code"]: row for row in by_unit(site, index.id, table="strength").get(unit, [])}
    fixed = site.keep(f"fixed:{index.id}:{words.language}", lambda: _fixed(site, held, words))
    order = [held.root, *held.beneath(held.root)]
    nodes = [_node(site, held, cells, unit, code) | fixed[code] for code in order]
    for node in nodes:
        node.update(_shown(site, held, node, words))
    for node in nodes:
        node["kind"] = strong[node["code"]]["kind"] if node["code"] in strong else None
    return {
        "index": index,
        "board": held,
        "unit": unit,
        "at": held.score.get((unit, held.root)),
        "doubt": held.interval.get(unit),
        "doubt_note": doubt_note(site, held, words=words),
        "nodes": nodes[1:],
        "pillars": [n for n in nodes if n["code"] in grouped(held)],
        "adds": any(n["added"] for n in nodes if n["code"] in held.pillars),
        "treated": any(n["leaf"] and _changed(n["row"]) for n in nodes),
        "strong": _listed(nodes, strong, "strength"),
        "weak": _listed(nodes, strong, "weakness"),
        "signs": SIGNS,
        "firm": _firmness(site, held, unit, words),
        "spread": _spread(site, held, unit, words),
        "node_name": node_name,
        "source_slug": slug,
        "profile": lambda other: profile(index.id, other),
        "compare": comparison(index.id, unit),
        "place": partial(place, index.id),
        "before": held.units[spot - 1] if spot else None,
        "after": held.units[spot + 1] if spot + 1 < len(held.units) else None,
        "spelled": _spelled(site, held, unit, words),
        "download": _download(held, unit, strong),
    }


def _changed(row: Row) -> bool:
    """Tell whether a value was imputed or treated."""
    return bool(row) and row["treated"] is not None and row["treated"] != row["value"]


def _node(site: Site, held: Scoreboard, cells: Cells, unit: str, code: str) -> Row:
    row = held.score.get((unit, code), {})
    node = held.node[code]
    leaf = node["kind"] == "indicator"
    origins = [site.origins[o] for o in (row.get("origin") or "").split() if o in site.origins]
    mean = held.mean(node["parent"])
    method = held.normalise(code) if leaf else None
    return {
        "code": code,
        "node": node,
        "row": row,
        "leaf": leaf,
        "share": held.share(unit, code),
        "mean": _tag(mean),
        "ends": held.ends(code) if leaf else None,
        "method": _tag(method),
        "cells": cells.of(row) if leaf and row else [],
        "origins": origins,
        "places": places_of(row) if row else [],
    }


def _fixed(site: Site, held: Scoreboard, words: Words) -> dict[str, Row]:
    """Return what is said of each node alike on the pages of all units."""
    found = {}
    for code, node in held.node.items():
        ends = held.ends(code) if node["kind"] == "indicator" else None
        unit = node["unit_measure"]
        name = words.plain(node_name(node))
        found[code] = {
            "name": words.text(node_name(node)),
            "slug": slug(code),
            "trace_label": words("profile.trace_of", name=name),
            "unit_text": words.text(site.name("CL_UNIT_MEASURE", unit)) if unit else "",
            "group": words.text(node_name(held.node[node["parent"]])) if node["parent"] else "",
            "among": words.percent(held.among(code)),
            "indent": min(max(node["level"] - 1, 0), 4),
            "ends_said": _ends_said(site, ends, words) if ends else "",
            "stretched": (
                words.raw(ends.low),
                words.raw(ends.worst),
                words.raw(ends.best),
                words.raw(ends.high),
            )
            if ends
            else None,
        }
    return found


def _ends_said(site: Site, ends: Ends, words: Words) -> str:
    return words(
        "trace.minmax",
        worst=words.raw(ends.worst),
        worst_unit=words.text(site.name("CL_AREA", ends.worst_unit)),
        best=words.raw(ends.best),
        best_unit=words.text(site.name("CL_AREA", ends.best_unit)),
        low=words.raw(ends.low),
        high=words.raw(ends.high),
    )


def _shown(site: Site, held: Scoreboard, node: Row, words: Words) -> Row:
    """Write the numbers of one node of one unit."""
    row, share = node["row"], node["share"]
    rank = row.get("rank")
    kept: dict[str, str] = site.keep(f"statuses:{words.language}", dict)
    for code in row.get("OBS_STATUS", "").split():
        if code not in kept:
            kept[code] = f"{site.status(code, words)} ({code})"
    return {
        "score": words.number(row.get("score")),
        "points": words.number(row.get("score"), 2),
        "rank": "–" if rank is None else rank,
        "raw": words.raw(row["value"]) if row.get("value") is not None else None,
        "used": words.raw(row.get("treated")),
        "changed": _changed(row),
        "here": words.percent(share.weight) if share else "",
        "added": words.number(share.points, 2) if share and share.points is not None else "",
        "statuses": "; ".join(kept[c] for c in row.get("OBS_STATUS", "").split() if c != "A"),
        "bar": marks.bar(row.get("score"), top=held.top, width=70),
    }


def _tag(method: Any) -> str:
    return "" if method is None else str(method.__struct_config__.tag)


def _listed(nodes: list[Row], strong: dict[str, Row], kind: str) -> list[Row]:
    """Return the indicators of one kind, the clearest first."""
    found = [n for n in nodes if n["leaf"] and n["kind"] == kind]
    sign = -1 if kind == "strength" else 1
    found.sort(key=lambda n: sign * (strong[n["code"]]["percentile_rank"] or 0))
    return found[:_LISTED]


def _firmness(site: Site, held: Scoreboard, unit: str, words: Words) -> list[tuple[str, str]]:
    """Return what else is known of the rank: label, sentence."""
    doubt = held.interval.get(unit)
    row = next(iter(by_unit(site, held.index, table="audit_rank").get(unit, [])), None)
    found = []
    if doubt:
        low, high = doubt["rank_low"], doubt["rank_high"]
        key = "firm.interval" if low != high else "firm.interval_same"
        found.append(
            (
                words("index.interval"),
                words(
                    key, interval=words.interval(low, high), median=words.raw(doubt["rank_median"])
                ),
            )
        )
    if row and row["rank_best"] is not None:
        found.append(
            (
                words("firm.certified"),
                words(
                    "firm.certified_said",
                    interval=words.interval(row["rank_best"], row["rank_worst"]),
                    set=certified_set(site, held, text=row["certified_set"] or "", words=words),
                ),
            )
        )
    if row:
        found.append((words("firm.missing"), _missing(row, words)))
    if row and row["frontier_rank"] is not None:
        found.append(
            (
                words("firm.frontier"),
                words(
                    "firm.frontier_said",
                    score=words.number(row["frontier_score"]),
                    rank=row["frontier_rank"],
                ),
            )
        )
    return found


def certified_set(site: Site, held: Scoreboard, *, text: str, words: Words) -> str:
    """Say which weights a certified rank holds for, parts by name."""
    codes, _, what = text.rpartition(": ")
    names = names_in(site, held, words=words)
    said = words.join_plain(names.get(code, code) for code in codes.split(", ")) if codes else ""
    return f"{said}{'：' if words.language == 'zh' else ': '}{what}" if said else text


def _missing(row: Row, words: Words) -> str:
    if not row["missing"]:
        return words("firm.missing_none")
    said = words("firm.missing_some", n=row["missing"])
    if row["missing_low"] is None:
        return said
    gap = "" if words.language == "zh" else " "
    more = words(
        "firm.missing_range", interval=words.interval(row["missing_low"], row["missing_high"])
    )
    return f"{said}{gap}{more}"


def _spread(site: Site, held: Scoreboard, unit: str, words: Words) -> Row | None:
    """Return the drawing of how often the unit took each rank, with its words."""
    rows = by_unit(site, held.index, table="audit_acceptability").get(unit, [])
    at = held.score.get((unit, held.root))
    if not rows or at is None or at["rank"] is None:
        return None
    shares = {row["rank"]: row["share"] for row in rows}
    most = max(shares, key=lambda place: shares[place])
    return {
        "svg": drawing.columns(shares, rank=at["rank"], last=len(held.ranked)),
        "title": words("firm.chart", name=words.plain(held.names[unit])),
        "about": words(
            "firm.chart_about",
            rank=at["rank"],
            share=words.percent(shares.get(at["rank"], 0.0)),
            most=most,
            most_share=words.percent(shares[most]),
            n=len(shares),
        ),
        "rows": sorted(shares.items()),
        "csv": place(held.index, "audit/robustness").replace(".html", ".acceptability.csv"),
    }


def _spelled(site: Site, held: Scoreboard, unit: str, words: Words) -> list[tuple[str, str]]:
    """Return the status codes of the page with what they mean."""
    codes = {
        code
        for node in held.nodes
        if (row := held.score.get((unit, node["code"]))) is not None
        for code in row["OBS_STATUS"].split()
    }
    return [(code, site.status(code, words)) for code in sorted(codes - {"A"})]


def _download(held: Scoreboard, unit: str, strong: dict[str, Row]) -> list[Row]:
    found = []
    for node in held.nodes:
        row = held.score.get((unit, node["code"]))
        if row is not None:
            share = held.share(unit, node["code"])
            kind = strong.get(node["code"], {}).get("kind")
            names = {c: node[c] for c in ("name_en", "name_zh", "weight", "unit_measure")}
            points = {"contribution": share.points if share else None, "kind": kind}
            found.append({**names, **row, **points})
    return found
