"""Your own weights: everything a browser needs to aggregate an index again, as the engine does."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from armillary.model import methods
from armillary.publications.site.core import Page, Site
from armillary.publications.site.index_facts import board, home, node_name, place, profile
from armillary.publications.site.marks import embedded_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from armillary.model.observatory import IndexDefinition
    from armillary.publications.site.scoreboard import Scoreboard
    from armillary.publications.site.words import Words

Row = dict[str, Any]
_ROUNDING = 1e-9  # as `analyses.index.tree`: coverage must not fail by the last bit
_WORDS = (
    "same", "moved", "up", "down", "stays", "no_score",
)  # fmt: skip


def pages(site: Site, index: IndexDefinition) -> Iterable[Page]:
    """Give the page on which readers weigh the parts themselves.

    Args:
        site: The site.
        index: The index.
    """
    yield Page(
        path=place(index.id, "weights/index"),
        title="weights.title",
        template="index_weights.html",
        context=partial(_context, site, index),
        section="indexes",
        above=home(index.id),
        sources=index.sources,
    )


def _context(site: Site, index: IndexDefinition, words: Words) -> Row:
    held = board(site, index.id)
    data = None
    if held.recipe is not None:
        data = site.keep(f"climbed:{index.id}", lambda: climbed(held)) | {
            "names": {u: words.plain(held.names[u]) for u in held.units},
            "words": {key: words(f"weights.{key}") for key in _WORDS},
        }
    return {
        "index": index,
        "board": held,
        "groups": [code for code in held.groups if len(held.children[code]) > 1],
        "locked": _locked(held),
        "node_name": node_name,
        "profile": lambda unit: profile(index.id, unit),
        "data": embedded_json(data) if data else None,
        "plain_data": json.dumps(data, ensure_ascii=False, allow_nan=False) if data else "",
    }


def _locked(held: Scoreboard) -> set[str]:
    """Return the groups whose scores cannot be varied: benefit of the doubt asks for no weights."""
    found: set[str] = set()
    for code in held.groups:
        if isinstance(held.mean(code), methods.Frontier):
            found |= {code, *(c for c in held.beneath(code) if held.children.get(c))}
    return found


def climbed(held: Scoreboard) -> Row:
    """Give the normalised scores, the tree, its methods and weights: all that aggregation needs.

    Args:
        held: The index; its recipe is known.
    """
    locked = _locked(held)
    scored = _scored(held)
    nodes = []
    for node in held.nodes:
        code = node["code"]
        mean = held.mean(code) if node["kind"] != "indicator" else None
        fixed = mean is None or code in locked
        own = {
            "code": code,
            "parent": node["parent"],
            "weight": node["weight"],
            "mean": None if fixed else msgspec.to_builtins(mean),
        }
        if fixed:
            own["scores"] = [held.score.get((u, code), {}).get("score") for u in held.units]
        else:
            own["scored"] = [int(scored[u, code]) for u in held.units]
        nodes.append(own)
    return {
        "units": held.units,
        "nodes": nodes,
        "ranks": [held.score.get((u, held.root), {}).get("rank") for u in held.units],
    }


def _scored(held: Scoreboard) -> dict[tuple[str, str], bool]:
    """Tell where a unit gets a score for its coverage, whatever the weights."""
    minimum = held.recipe.minimum_coverage if held.recipe is not None else 0.0
    found: dict[tuple[str, str], bool] = {}
    for unit in held.units:
        for node in reversed(held.nodes):
            row = held.score.get((unit, node["code"]), {})
            if node["kind"] == "indicator":
                found[unit, node["code"]] = row.get("score") is not None
        for code in _upwards(held):
            row = held.score.get((unit, code), {})
            some = any(found[unit, p] and held.node[p]["weight"] > 0 for p in held.children[code])
            found[unit, code] = some and (row.get("coverage") or 0.0) >= minimum - _ROUNDING
    return found


def _upwards(held: Scoreboard) -> list[str]:
    return sorted(held.groups, key=lambda code: -held.node[code]["level"])
