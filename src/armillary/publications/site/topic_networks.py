"""A topic map as files for other programs, beside its page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from armillary.publications import networks
from armillary.publications.site.core import slug
from armillary.publications.topic_network import topic_network

if TYPE_CHECKING:
    from armillary.model.observatory import TopicsDefinition
    from armillary.publications.site.core import Site
    from armillary.publications.site.topic_facts import TopicFacts
    from armillary.publications.site.words import Words

# Name beside the page, and the writer.
_FORMATS = (
    ("vosviewer.json", networks.vosviewer_json),
    ("vosviewer-map.txt", networks.vosviewer_map),
    ("vosviewer-network.txt", networks.vosviewer_network),
    ("pajek.paj", networks.pajek),
    ("network.graphml", networks.graphml),
)


def network_files(
    site: Site, facts: TopicFacts, *, words: Words, definition: TopicsDefinition
) -> dict[str, str]:
    """Write a topic map for VOSviewer, Pajek and programs that read GraphML, once per language.

    Args:
        site: The site.
        facts: The topic map.
        words: Texts and formats of the language.
        definition: The topic map as defined.

    Returns:
        Files by the name they have beside the page.
    """

    def write() -> dict[str, str]:
        about = words("topics.file_about", n=len(facts.clusters), works=facts.left_out["on_map"])
        if site.simulated.intersection(definition.works):
            about = f"{words('simulated.banner')}{words.gap}{about}"
        held = topic_network(
            list(facts.clusters.values()),
            [row for rows in facts.neighbours.values() for row in rows],
            groups=facts.groups,
            title=words.plain(definition.title),
            about=about,
            language=words.language,
            url=lambda cluster: f"{slug(cluster)}.html",
        )
        return {name: made(held) for name, made in _FORMATS}

    return site.keep(f"networks:{definition.id}:{words.language}", write)
