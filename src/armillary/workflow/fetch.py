"""Fetches what sources name on the network; the one part of the road that touches it."""

from __future__ import annotations

import datetime
import os
import shutil
from typing import TYPE_CHECKING

import msgspec

from armillary.errors import ArmillaryError, DefinitionError, did_you_mean, raise_all
from armillary.model.progress import Progress, silent
from armillary.sources.definition import read_observatory
from armillary.sources.http import Client
from armillary.sources.works.openalex_definition import current
from armillary.sources.works.openalex_fetch import HOST, KEY, Manifest, fetch, manifest_of
from armillary.workflow.state import Home

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from armillary.model.observatory import OpenAlexSource, SourceDefinition


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one source.

    Args:
        source: The source.
        snapshot: Name of its snapshot.
        manifest: What the snapshot says of itself.
        fresh: Whether it was there already, so that nothing was fetched.
    """

    source: str
    snapshot: str
    manifest: Manifest
    fresh: bool


def open_client(one: OpenAlexSource) -> Client:
    """Open the network for a source; the key comes from the environment."""
    key = os.environ.get(KEY, "").strip()
    secret = {"api_key": key} if key else {}
    return Client(hosts=(HOST,), contact=one.contact, rate=float(one.rate), secret=secret)


def fetch_sources(
    folder: Path,
    *,
    name: str | None = None,
    refresh: bool = False,
    connect: Callable[[OpenAlexSource], Client] = open_client,
    now: datetime.datetime | None = None,
    progress: Progress = silent,
) -> tuple[Fetched, ...]:
    """Fetch the sources of an observatory that are fetched, or one of them.

    An interrupted fetch goes on where it ended. Where a snapshot answers the query already,
    nothing is fetched, unless `refresh` asks for a new one; old snapshots stay.

    Args:
        folder: Folder that holds observatory.toml.
        name: One source; all where none is named.
        refresh: Fetch anew, and drop what an interrupted fetch left.
        connect: Opens the network; given in tests.
        now: Date of the snapshot; given in tests.
        progress: Told after each page.

    Raises:
        ArmillaryError: No such source, or the problems of all sources at once.
    """
    observatory = read_observatory(folder)
    wanted = _wanted(observatory.sources, name)
    now = now or datetime.datetime.now(datetime.UTC)
    done: list[Fetched] = []
    problems: list[ArmillaryError] = []
    home = Home(observatory.root)
    with home.locked():
        for definition in wanted:
            one = definition.openalex
            if one is None:
                continue
            try:
                done.append(
                    _fetch(
                        definition.id,
                        one,
                        refresh=refresh,
                        connect=connect,
                        now=now,
                        progress=progress,
                    )
                )
            except ArmillaryError as error:
                problems.append(error)
    raise_all(problems)
    return tuple(done)


def _fetch(
    name: str,
    one: OpenAlexSource,
    *,
    refresh: bool,
    connect: Callable[[OpenAlexSource], Client],
    now: datetime.datetime,
    progress: Progress,
) -> Fetched:
    held = current(one)
    if held is not None and held[1].query == one.query and not refresh:
        return Fetched(source=name, snapshot=held[0].name, manifest=held[1], fresh=True)
    if refresh:
        shutil.rmtree(one.home / ".fetching", ignore_errors=True)
    with connect(one) as client:
        made = fetch(one.query, home=one.home, client=client, now=now, progress=progress)
    return Fetched(source=name, snapshot=made.name, manifest=manifest_of(made), fresh=False)


def _wanted(sources: dict[str, SourceDefinition], name: str | None) -> list[SourceDefinition]:
    remote = {key: one for key, one in sources.items() if one.openalex is not None}
    if name is None:
        return list(remote.values())
    if name not in remote:
        raise DefinitionError(
            f"No source {name!r} is fetched from the network.",
            where="observatory.toml",
            fix=did_you_mean(name, remote, otherwise="give a source openalex = { search = ... }"),
        )
    return [remote[name]]
