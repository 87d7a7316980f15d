"""A topic map as files for other programs: from the store to `networks` and the workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armillary.publications import networks
from armillary.publications.networks import Item, Link, Network
from armillary.publications.site.core import slug

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from armillary.model.observatory import TopicsDefinition
    from armillary.publications.site.core import Site
    from armillary.publications.site.topic_facts import TopicFacts
    from armillary.publications.site.words import Words

# Name beside the page, the writer, and the program that reads it.
_FORMATS = (
    ("vosviewer.json", networks.vosviewer_json),
    ("vosviewer-map.txt", networks.vosviewer_map),
    ("vosviewer-network.txt", networks.vosviewer_network),
    ("pajek.paj", networks.pajek),
    ("network.graphml", networks.graphml),
)


def network_of(
    facts: TopicFacts,
    words: Words,
    *,
    definition: TopicsDefinition,
    simulated: bool,
    label: Callable[[Mapping[str, Any]], str],
) -> Network:
    """Return a topic map as other programs take it, each pair of topics once.

    Topics are coloured by the cluster they belong to, where the map has clusters.

    Args:
        facts: The topic map.
        words: Texts and formats of the language.
        definition: The topic map as defined.
        simulated: Whether its works were simulated.
        label: Gives the label of a topic or a group.
    """
    groups = [row for row in facts.groups if row["level"] == "cluster"]
    number = {row["group"]: n for n, row in enumerate(groups, 1)}
    clusters = facts.clusters.values()
    pairs: dict[tuple[str, str], float] = {}
    for cluster, rows in facts.neighbours.items():
        for row in rows:
            a, b = sorted((cluster, row["neighbour"]))
            if a != b and a in facts.clusters and b in facts.clusters:
                pairs[a, b] = max(row["weight"], pairs.get((a, b), 0.0))
    about = words("topics.file_about", n=len(facts.clusters), works=facts.left_out["on_map"])
    if simulated:
        about = f"{words('simulated.banner')} {about}"
    return Network(
        title=words.plain(definition.title),
        about=about,
        items=[
            Item(
                name=row["cluster"],
                label=label(row),
                x=row["x"],
                y=row["y"],
                group=number.get(row["group"], 0),
                weights={
                    words("topics.works"): float(row["n_works"]),
                    words("topics.recent_works"): float(row["n_recent"]),
                },
                scores={
                    words("topics.growth_ratio"): row["growth"],
                    words("topics.z"): row["trend_z"],
                    words("topics.stability"): row["stability"],
                },
                url=f"{slug(row['cluster'])}.html",
            )
            for row in clusters
        ],
        links=[Link(a, b, weight) for (a, b), weight in sorted(pairs.items()) if weight > 0],
        groups={number[row["group"]]: label(row) for row in groups},
    )


def network_files(
    site: Site,
    facts: TopicFacts,
    words: Words,
    *,
    definition: TopicsDefinition,
    label: Callable[[Mapping[str, Any]], str],
) -> dict[str, str]:
    """Write a topic map for VOSviewer, Pajek and programs that read GraphML, once per language.

    Args:
        site: The site.
        facts: The topic map.
        words: Texts and formats of the language.
        definition: The topic map as defined.
        label: Gives the label of a topic or a group.

    Returns:
        Files by the name they have beside the page.
    """

    def write() -> dict[str, str]:
        simulated = bool(site.simulated.intersection(definition.works))
        held = network_of(facts, words, definition=definition, simulated=simulated, label=label)
        return {name: made(held) for name, made in _FORMATS}

    return site.keep(f"networks:{definition.id}:{words.language}", write)
