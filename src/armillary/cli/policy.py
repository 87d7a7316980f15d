"""The policy registers of an observatory."""

from __future__ import annotations

from pathlib import Path

import click


@click.group()
def policy() -> None:
    """The policy registers of an observatory."""


@policy.command("search")
@click.argument("query")
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path), default=".")
@click.option("--register", help="Search one register only.")
@click.option("--from", "year_from", type=int, help="First year.")
@click.option("--to", "year_to", type=int, help="Last year.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
def search(
    query: str,
    folder: Path,
    *,
    register: str | None,
    year_from: int | None,
    year_to: int | None,
    limit: int,
) -> None:
    """Search the built registers of DIR for QUERY, in English or Chinese."""
    from armillary.workflow.registers import search as find

    result = find(query, folder=folder, register=register, years=(year_from, year_to), limit=limit)
    for hit in result.hits:
        title = hit.title_en or hit.title_zh
        click.echo(f"{hit.id}  {''.join(segment.text for segment in title)}")
    click.echo(f"{result.total:,} found")
