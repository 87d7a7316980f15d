"""The sources of an observatory."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from armillary.model.observatory import OpenAlexSource


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
        if one.openalex is not None:
            _show_snapshot(one.id, one.openalex)


def _show_snapshot(name: str, one: OpenAlexSource) -> None:
    from armillary.sources.works.openalex_definition import current
    from armillary.sources.works.openalex_fetch import fetched

    if (held := current(one)) is not None:
        snapshot, manifest = held
        click.echo(
            f"    snapshot {snapshot.name}, {manifest.n_works:,} works, "
            f"sha256 {manifest.sha256[:16]}"
        )
        if manifest.warning:
            click.echo(f"    {manifest.warning}")
        if manifest.query != one.query:
            click.echo(f"    the query has changed since: armillary source refresh {name}")
    else:
        click.echo(f"    not fetched yet: armillary source fetch {name}")
    if (begun := fetched(one.home)) is not None:
        click.echo(f"    a fetch was interrupted at {begun[0]:,} of {begun[1]:,} works")


_FOLDER = click.option(
    "--folder", default=".", type=click.Path(path_type=Path), help="Folder of the observatory."
)


@source.command("fetch")
@click.argument("name", required=False)
@_FOLDER
def fetch(name: str | None, *, folder: Path) -> None:
    """Fetch sources from the network, or go on where a fetch ended.

    A free key of OpenAlex in the environment variable OPENALEX_API_KEY gives a larger allowance.
    """
    _fetch(folder, name, refresh=False)


@source.command("refresh")
@click.argument("name", required=False)
@_FOLDER
def refresh(name: str | None, *, folder: Path) -> None:
    """Fetch sources anew into a new snapshot; the old ones stay."""
    _fetch(folder, name, refresh=True)


def _fetch(folder: Path, name: str | None, *, refresh: bool) -> None:
    from armillary.cli.progress import Bars
    from armillary.workflow.fetch import fetch_sources

    with Bars() as bars:
        bars.begin("fetch", f"Fetching {name or 'sources'}")
        done = fetch_sources(folder, name=name, refresh=refresh, progress=bars.progress)
    for one in done:
        what = "is there already" if one.fresh else "fetched"
        click.echo(
            f"{one.source}: snapshot {one.snapshot} {what}, {one.manifest.n_works:,} works, "
            f"sha256 {one.manifest.sha256[:16]}"
        )
        if one.manifest.warning:
            click.echo(f"  warning: {one.manifest.warning}")
    if not done:
        click.echo("no source is fetched from the network")
