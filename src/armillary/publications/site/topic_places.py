"""Where the pages of a topic map are, and what its topics, groups and terms are called there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armillary.publications.site.backtest_facts import backtests
from armillary.publications.site.core import slug
from armillary.publications.site.topic_lists import lists_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from armillary.model.observatory import TopicsDefinition
    from armillary.publications.site.core import Site
    from armillary.publications.site.topic_facts import TopicFacts
    from armillary.publications.site.words import Words

LISTING = "topics/index.html"


def address(definition: TopicsDefinition, page: str = "index") -> str:
    """Return the path of a page of a topic map: a page by its name, a topic, a cluster.

    Args:
        definition: The topic map.
        page: Name of the page.
    """
    return f"topics/{slug(definition.id)}/{slug(page)}.html"


def term_address(definition: TopicsDefinition, term: str) -> str:
    """Return the path of the page of a rising term.

    Args:
        definition: The topic map.
        term: The term.
    """
    return f"topics/{slug(definition.id)}/term/{slug(term)}.html"


def named(row: Mapping[str, Any], words: Words) -> str:
    """Return the label of a topic or group in the language of the page, where it has one.

    Args:
        row: Row of `cluster` or `cluster_group`.
        words: The language.
    """
    return str(row[f"label_{words.language}"] or row["label"])


def tour(
    site: Site, definition: TopicsDefinition, *, facts: TopicFacts
) -> list[tuple[str, str, str]]:
    """Return the pages of a topic map that lead on from it: name, path, key of the title.

    Args:
        site: The site.
        definition: The topic map.
        facts: What it holds.
    """
    if not facts.clusters:
        return []
    found = [("index", "topics.map")]
    if lists_of(site, definition):
        found.append(("lists", "lists.title"))
    if backtests(site, definition):
        found.append(("backtest", "backtest.title"))
    found.append(("map", "topics.explore"))
    if facts.planted:
        found.append(("planted", "topics.planted"))
    return [(name, address(definition, name), title) for name, title in found]
