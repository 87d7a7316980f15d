"""The served site: the evidence as last published, opened anew when a build replaces it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import msgspec

from armillary.errors import StoreError
from armillary.evidence.duckdb import DuckDBStore
from armillary.publications.changes import Changes
from armillary.publications.site import Site
from armillary.publications.site.app import LOOPBACK, create_app
from armillary.sources.definition import read_observatory
from armillary.workflow.registers import search_file
from armillary.workflow.state import CHANGES, PUBLISHED, Home

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.applications import Starlette


def application(folder: Path, *, host: str = "127.0.0.1") -> Starlette:
    """Return the web application of one observatory, as it was last built.

    Args:
        folder: Folder that holds observatory.toml.
        host: Address it will listen on; beyond loopback it answers to any name.

    Raises:
        ArmillaryError: The definition has problems, or nothing has been built yet.
    """
    opener = _Opener(folder)
    opener.site()
    return create_app(opener.site, public=host not in LOOPBACK)


class _Opener:
    """Keeps one site open, and opens the next one when a build has been published."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._seen: bytes = b""
        self._site: Site | None = None

    def site(self) -> Site:
        home = Home(self._folder.resolve())
        with self._lock:
            published = _bytes(home.path / PUBLISHED)
            if not published:
                raise StoreError(
                    "This observatory has not been built yet.",
                    where=str(self._folder),
                    fix=f"armillary build {self._folder}",
                )
            if self._site is None or published != self._seen:
                state = home.read(PUBLISHED)
                # The store before is left to requests that still use it.
                self._site = Site(
                    DuckDBStore(home.parts(state), memory="1GB"),
                    read_observatory(self._folder),
                    changes=_changes(home),
                    cache=home.cache / "charts",
                    search=search_file(home, state),
                )
                self._seen = published
            return self._site


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _changes(home: Home) -> Changes | None:
    try:
        return msgspec.json.decode(_bytes(home.path / CHANGES), type=Changes)
    except msgspec.DecodeError:
        return None
