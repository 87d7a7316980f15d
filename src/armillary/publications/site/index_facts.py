"""Where the pages of an index are, and what they all say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armillary.model.observatory import IndexDefinition, Text
from armillary.publications.site.choices import Spelling, path_said, variation_said
from armillary.publications.site.core import Site, slug
from armillary.publications.site.scoreboard import Scoreboard

if TYPE_CHECKING:
    from armillary.publications.site.words import Words

Row = dict[str, Any]
_MOST_NODES = 12


def home(index: str) -> str:
    """Return the path of the page of one index."""
    return f"index/{slug(index)}/index.html"


def place(index: str, page: str) -> str:
    """Return the path of a page below one index; units have theirs beside the ranking.

    Args:
        index: Id of the index.
        page: e.g. "audit/index", "year/2022".
    """
    return f"index/{slug(index)}/{page}.html"


def profile(index: str, unit: str) -> str:
    """Return the path of the profile of one unit; no unit may take the place of the index."""
    return f"index/{slug(index)}/{_file(unit)}.html"


def comparison(index: str, unit: str) -> str:
    """Return the path of the comparison of one unit with its neighbours and peers."""
    return f"index/{slug(index)}/compare/{_file(unit)}.html"


def _file(unit: str) -> str:
    name = slug(unit)
    return "_index" if name == "index" else name


def board(site: Site, index: str, *, period: str | None = None) -> Scoreboard:
    """Return one index as its pages need it, read once; the latest period where none is named."""
    return site.keep(
        f"board:{index}:{period or ''}", lambda: Scoreboard(site, index, period=period)
    )


def audited(site: Site, index: str, *, table: str) -> list[Row]:
    """Return the rows of one table of the audit, in the latest period, read once."""
    held = board(site, index)
    return site.keep(
        f"{table}:{index}",
        lambda: [r for r in site.rows(table, index=index) if r["TIME_PERIOD"] == held.latest],
    )


def by_unit(site: Site, index: str, *, table: str) -> dict[str, list[Row]]:
    """Return the rows of one table of the audit by unit, read once."""

    def make() -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = {}
        for row in audited(site, index, table=table):
            found.setdefault(row["unit"], []).append(row)
        return found

    return site.keep(f"{table}:{index}:unit", make)


def node_name(node: Row) -> Text:
    """Return the name of a node of the framework."""
    return Text(en=node["name_en"], zh=node["name_zh"])


def names_in(site: Site, held: Scoreboard, *, words: Words) -> dict[str, str]:
    """Return the names of nodes and units in one language, by code, made once."""

    def make() -> dict[str, str]:
        units = {unit: words.plain(name) for unit, name in held.names.items()}
        if held.recipe is not None:
            screen = held.recipe.screen
            for unit in (*held.recipe.exclude, *screen.keep, *screen.drop):
                units.setdefault(unit, words.plain(site.name("CL_AREA", unit)))
        return units | {code: words.plain(node_name(node)) for code, node in held.node.items()}

    return site.keep(f"names:{held.index}:{held.period}:{words.language}", make)


def varied_said(site: Site, held: Scoreboard, *, words: Words) -> str:
    """Say what the replicates vary, in one line."""
    names = names_in(site, held, words=words)
    if held.varied:
        parts = [
            path_said(path, words=words, names=names)
            + _bracketed(variation_said(path, what, words=words), words)
            for path, what in held.varied.items()
        ]
        return ("；" if words.language == "zh" else "; ").join(parts)
    doubt = next(iter(held.interval.values()), None)
    return str(doubt["varied"] or "") if doubt else ""


def _bracketed(text: str, words: Words) -> str:
    return f"（{text}）" if words.language == "zh" else f" ({text})"


def doubt_note(site: Site, held: Scoreboard, *, words: Words) -> str:
    """Say what an interval holds; empty where there is none."""
    doubt = next(iter(held.interval.values()), None)
    if doubt is None:
        return ""
    return words(
        "index.doubt",
        replicates=doubt["replicates"],
        seed=str(doubt["seed"]),
        varied=varied_said(site, held, words=words),
    )


def spelled(site: Site, held: Scoreboard, *, words: Words) -> list[tuple[str, list[str]]]:
    """Say every choice of the recipe: step, sentences; empty where the store holds none."""
    if held.recipe is None:
        return []
    names = names_in(site, held, words=words)
    return Spelling(held.recipe, words=words, names=names).lines(held.varied)


def source_titles(site: Site, index: IndexDefinition, *, words: Words) -> str:
    """Name the sources of an index."""
    held = site.observatory.sources
    return words.join_plain(words.plain(held[n].title) for n in index.sources if n in held)


def profiled(held: Scoreboard) -> list[str]:
    """Return the nodes a profile is drawn of: whole levels below the index, a dozen at most.

    Args:
        held: The index.
    """
    found: list[str] = []
    level = held.pillars
    while level and (not found or len(found) + len(level) <= _MOST_NODES):
        found += level
        level = [part for code in level for part in held.children[code]]
    wanted = set(found)
    return [node["code"] for node in held.nodes if node["code"] in wanted]


def grouped(held: Scoreboard) -> list[str]:
    """Return the nodes a ranking shows beside the score: the pillars, or the groups below them.

    Args:
        held: The index.
    """
    found = profiled(held)
    return [c for c in found if c in held.pillars or held.node[c]["kind"] != "indicator"]
