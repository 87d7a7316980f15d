"""The policy registers of an observatory."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable


@click.group()
def policy() -> None:
    """The policy registers of an observatory."""


_FACETS = ("theme", "instrument", "target_group", "area", "tag", "language")


def _filters(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command one option for each facet; each may be given several times."""
    for facet in reversed(_FACETS):
        said = facet.replace("_", " ")
        option = f"--{facet.replace('_', '-')}"
        text = f"Code of a {said}; any of several applies."
        function = click.option(option, metavar="CODE", multiple=True, help=text)(function)
    return function


@policy.command("search")
@click.argument("query")
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path), default=".")
@click.option("--register", help="Search one register only.")
@click.option("--from", "year_from", type=int, help="First year.")
@click.option("--to", "year_to", type=int, help="Last year.")
@_filters
@click.option("--latest-first", is_flag=True, help="Order by date, not by best match.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
def search(
    query: str,
    folder: Path,
    *,
    register: str | None,
    year_from: int | None,
    year_to: int | None,
    latest_first: bool,
    limit: int,
    **facets: tuple[str, ...],
) -> None:
    """Search the built registers of DIR for QUERY, in English or Chinese.

    An empty QUERY ("") finds all that the filters leave, the latest first.
    """
    from armillary.workflow.registers import search as find

    result = find(
        query,
        folder=folder,
        register=register,
        facets=facets,
        years=(year_from, year_to),
        latest_first=latest_first,
        limit=limit,
    )
    for hit in result.hits:
        title = hit.title_en or hit.title_zh or hit.title_original
        click.echo(f"{hit.id}  {''.join(segment.text for segment in title)}")
    click.echo(f"{result.total:,} found")
