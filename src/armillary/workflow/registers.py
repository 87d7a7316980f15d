"""Searches the policy registers of an observatory as last built."""

from __future__ import annotations

from typing import TYPE_CHECKING

from armillary.errors import PolicyError
from armillary.workflow.state import PUBLISHED, Home, State

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from armillary.evidence.search import SearchResult


def search_file(home: Home, state: State) -> Path | None:
    """Return the full-text index of a state, or None where it has no register."""
    for done in state.steps.values():
        if "search" in done.artefacts:
            return home.artefacts / done.artefacts["search"]
    return None


def search(
    query: str,
    *,
    folder: Path,
    register: str | None = None,
    facets: Mapping[str, Sequence[str]] | None = None,
    years: tuple[int | None, int | None] = (None, None),
    latest_first: bool = False,
    limit: int = 20,
) -> SearchResult:
    """Find initiatives in the registers of an observatory, best first.

    Args:
        query: Words; "quoted phrases"; `inno*` for words that begin so; English or Chinese.
        folder: Folder that holds observatory.toml.
        register: Register of observatory.toml; None searches all.
        facets: Codes wanted by facet: one of each facet's codes must apply.
        years: First and last year; None is open.
        latest_first: Order by date, not by best match.
        limit: Most hits given.

    Raises:
        PolicyError: Nothing has been built yet, or there is no register.
    """
    from armillary.evidence.search import Search

    home = Home(folder.resolve())
    path = search_file(home, home.read(PUBLISHED))
    if path is None:
        raise PolicyError(
            "This observatory has no register that was built.",
            where=str(folder),
            fix=f"define [policies.NAME] in observatory.toml, then armillary build {folder}",
        )
    index = Search(path)
    try:
        return index.find(
            query,
            register=register,
            facets=facets,
            year_from=years[0],
            year_to=years[1],
            latest_first=latest_first,
            limit=limit,
        )
    finally:
        index.close()
