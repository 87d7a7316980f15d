"""Sources: what was read, what was kept and refused, and what was made of it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from armillary.model.observatory import SourceDefinition, Text
from armillary.publications.site.core import Page, Site, slug

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from armillary.publications.site.words import Words

INDEX = "sources/index.html"
COUNTS = ("n_read", "n_kept", "n_empty", "n_rejected")
_SHOWN = 500  # rejections printed on a page; the CSV file has all


def address(source: str) -> str:
    """Return the path of the page of one source."""
    return f"sources/{slug(source)}.html"


def pages(site: Site) -> Iterable[Page]:
    """Give the list of sources and a page for each."""
    if not site.observatory.sources:
        return
    yield Page(
        path=INDEX,
        title="section.sources",
        template="sources.html",
        context=lambda words: {"sources": listing(site)},
        section="sources",
        entry=True,
    )
    for source in site.observatory.sources.values():
        yield _page(site, source)


def _page(site: Site, source: SourceDefinition) -> Page:
    return Page(
        path=address(source.id),
        title=source.title,
        template="source.html",
        context=lambda words: _context(site, source, words),
        section="sources",
        above=INDEX,
        sources=(source.id,),
    )


def listing(site: Site) -> list[dict[str, Any]]:
    """Return every source with its files and the sums of its counts."""

    def run() -> list[dict[str, Any]]:
        readings = _readings(site)
        return [
            {
                "definition": source,
                "path": address(source.id),
                "simulated": source.id in site.simulated,
                "files": readings[source.id],
                **{c: sum(file[c] for file in readings[source.id]) for c in COUNTS},
                "unit_read": readings[source.id][0]["unit_read"] if readings[source.id] else "",
            }
            for source in site.observatory.sources.values()
        ]

    return site.keep("sources", run)


def _readings(site: Site) -> Mapping[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in site.rows("reading"):
        found[row["source"]].append({**site.origins.get(row["origin"], {}), **row})
    for files in found.values():
        files.sort(key=lambda file: (file.get("file", ""), file["origin"]))
    return found


def _context(site: Site, source: SourceDefinition, words: Words) -> dict[str, Any]:
    one = next(s for s in listing(site) if s["definition"].id == source.id)
    rejections = site.rows("rejection", source=source.id)
    for row in rejections:
        row["file"] = site.origins.get(row["origin"], {}).get("file", row["origin"])
    said = _first(one["files"], "producer", "address", "licence", "citation", "date_published")
    for name, given in (
        ("producer", source.producer),
        ("address", source.address),
        ("licence", source.licence),
        ("citation", source.cite),
        ("date_published", source.date_published),
    ):
        said[name] = said[name] or given
    return {
        "source": source,
        "one": one,
        "said": said,
        "external": _web(said["address"]),
        "rejections": rejections[:_SHOWN],
        "n_rejections": len(rejections),
        "all_rejections": rejections,
        "used": _used(site, source.id),
    }


def _first(files: list[dict[str, Any]], *names: str) -> dict[str, Any]:
    return {name: next((file[name] for file in files if file.get(name)), None) for name in names}


def _web(address: str | None) -> str | None:
    """Return an address that may be a link: the web alone, no other scheme."""
    return address if address and address.startswith(("https://", "http://")) else None


def _used(site: Site, source: str) -> list[dict[str, Any]]:
    """Follow the lineage from a source to every step that used it, directly or not."""
    steps = {row["part"]: row["inputs"] for row in site.lineage.values()}
    reached = {f"source:{source}"}
    while True:
        more = {part for part, inputs in steps.items() if reached.intersection(inputs)} - reached
        if not more:
            break
        reached |= more
    return [
        {
            "table": table,
            "part": part,
            "rows": row["rows"],
            "sha256": row["sha256"],
            "title": step_title(site, part),
            "path": step_path(site, part),
        }
        for (table, part), row in site.lineage.items()
        if part in reached
    ]


_HOMES = {
    "index": "index/{}/index.html",
    "statistics": "statistics/{}/index.html",
    "topics": "topics/{}/index.html",
    "policies": "policies/{}/index.html",
}


def step_title(site: Site, part: str) -> Text:
    """Name a step of the lineage, e.g. "index:regional", as its result is titled."""
    kind, _, name = part.partition(":")
    held: dict[str, Mapping[str, Any]] = {
        "source": site.observatory.sources,
        "references": site.observatory.sources,
        "index": site.observatory.indexes,
        "statistics": site.observatory.statistics,
        "topics": site.observatory.topics,
        "policies": site.observatory.policies,
    }
    definition = held.get(kind, {}).get(name)
    title: Text = definition.title if definition is not None else Text(en=part, zh=part)
    return title


def step_path(site: Site, part: str) -> str | None:
    """Return the page that shows what a step made, where there is one."""
    kind, _, name = part.partition(":")
    path = (
        address(name)
        if kind in {"source", "references"}
        else _HOMES.get(kind, "").format(slug(name))
    )
    return path if path in site.pages else None
