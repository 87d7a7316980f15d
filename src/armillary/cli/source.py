"""The sources of an observatory."""

from __future__ import annotations

import os
from pathlib import Path

import click


@click.group()
def source() -> None:
    """The sources of an observatory."""


@source.command("list")
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path), default=".")
def list_sources(folder: Path) -> None:
    """List each source of DIR with its kind and files."""
    from armillary.sources.definition import read_observatory

    observatory = read_observatory(folder)
    for one in observatory.sources.values():
        click.echo(f"{one.id}  ({one.kind})  {one.title.in_language('en')}")
        for file in one.files:
            size = file.stat().st_size
            click.echo(f"    {os.path.relpath(file)}  {size:,} bytes")
