"""A topic map as a network that other programs read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armillary.publications.networks import Item, Link, Network

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


def topic_network(
    clusters: Sequence[Mapping[str, Any]],
    links: Sequence[Mapping[str, Any]],
    *,
    groups: Sequence[Mapping[str, Any]] = (),
    title: str,
    about: str,
    language: str = "en",
    url: Callable[[str], str] | None = None,
) -> Network:
    """Make the network of a topic map.

    Args:
        clusters: Rows of `cluster`.
        links: Rows of `cluster_link`; each pair may stand in both directions.
        groups: Rows of `cluster_group`; topics are coloured by their cluster.
        title: Name of the map.
        about: What a reader should know: method, years, whether simulated.
        language: Of the labels.
        url: Gives the address of the page of a topic.
    """
    shown = [row for row in clusters if not row["hidden"]]
    names = {row["cluster"] for row in shown}
    level = [row for row in groups if row["level"] == "cluster"]
    number = {row["group"]: n for n, row in enumerate(level, 1)}
    pairs = {
        (min(row["cluster"], row["neighbour"]), max(row["cluster"], row["neighbour"])): row
        for row in links
        if row["cluster"] in names and row["neighbour"] in names
    }
    return Network(
        title=title,
        about=about,
        items=[
            Item(
                name=row["cluster"],
                label=str(row[f"label_{language}"] or row["label"]),
                x=row["x"],
                y=row["y"],
                group=number.get(row["group"], 0),
                weights={"Works": float(row["n_works"])},
                scores={"Growth": row["growth"], "Citations": row["cited_by"]},
                url=url(row["cluster"]) if url else "",
            )
            for row in shown
        ],
        links=[Link(a, b, row["weight"]) for (a, b), row in sorted(pairs.items())],
        groups={
            number[row["group"]]: str(row[f"label_{language}"] or row["label"]) for row in level
        },
    )
