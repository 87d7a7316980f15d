"""`openalex = { ... }` of a source in observatory.toml, and the snapshot it reads."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from armillary.errors import DefinitionError, SourceError, listed
from armillary.model.observatory import OpenAlexQuery, OpenAlexSource
from armillary.sources.works.openalex_fetch import KEY, fetched, manifest_of, snapshots

if TYPE_CHECKING:
    from armillary.model.observatory import SourceDefinition
    from armillary.sources.works.openalex_fetch import Manifest

SNAPSHOTS = Path("data") / "snapshots"

_OWN: dict[str, Any] = {"contact": str, "rate": (int, float), "snapshot": str}
_DATED = re.compile(r"[0-9][0-9.-]*$")
_MAIL = re.compile(r"[^@\s<>()]+@[^@\s<>()]+$")


def openalex_source(value: Any, *, root: Path, source: str, where: str) -> OpenAlexSource:
    """Read what to fetch from OpenAlex.

    Args:
        value: What stands after `openalex =`.
        root: Folder of the observatory.
        source: Name of the source.
        where: File and line, for the error.

    Raises:
        DefinitionError: It asks for nothing, or for something impossible.
    """
    fix = 'write openalex = { search = "...", filter = "...", from_year = 2015 }'
    if not isinstance(value, dict):
        raise DefinitionError("'openalex' is not a table.", where=where, fix=fix)
    if "api_key" in value:
        raise DefinitionError(
            "A key stands in observatory.toml, which others may read.",
            where=where,
            fix=f"delete it there, and set the environment variable {KEY}",
        )
    own = {key: one for key, one in value.items() if key in _OWN}
    wrong = [key for key, one in own.items() if not isinstance(one, _OWN[key])]
    if "rate" in own and not wrong and not 0 < own["rate"] <= 100:
        wrong.append("rate")
    if "contact" in own and "contact" not in wrong and not _MAIL.match(own["contact"]):
        wrong.append("contact")
    if "snapshot" in own and "snapshot" not in wrong and not _DATED.match(own["snapshot"]):
        wrong.append("snapshot")
    if wrong:
        raise DefinitionError(
            f"'openalex' has no good {listed(wrong)}.",
            where=where,
            fix="contact is a mail address, rate requests a second (up to 100), snapshot a name "
            'such as "2026-11-25"',
        )
    try:
        query = msgspec.convert({k: v for k, v in value.items() if k not in _OWN}, OpenAlexQuery)
    except msgspec.ValidationError as error:
        raise DefinitionError(f"'openalex': {error}.", where=where, fix=fix) from error
    if not query.filter and not query.search:
        raise DefinitionError("'openalex' asks for every work there is.", where=where, fix=fix)
    return OpenAlexSource(query=query, home=root / SNAPSHOTS / source, **own)


def snapshot_files(one: OpenAlexSource) -> tuple[Path, ...]:
    """Return the files of the snapshot a source reads, none where there is none yet."""
    held = _snapshot(one)
    return tuple(sorted(held.glob("part_*.gz"))) if held is not None else ()


def _snapshot(one: OpenAlexSource) -> Path | None:
    held = snapshots(one.home)
    if one.snapshot is not None:
        held = [p for p in held if p.name == one.snapshot]
    return max(held, key=_age) if held else None


def _age(snapshot: Path) -> tuple[str, int]:
    day, _, again = snapshot.name.partition(".")
    return day, int(again or 1)


def current(one: OpenAlexSource) -> tuple[Path, Manifest] | None:
    """Return the snapshot a source reads with its manifest, None where there is none yet."""
    held = _snapshot(one)
    return (held, manifest_of(held)) if held is not None else None


def require_fetched(definition: SourceDefinition) -> None:
    """Refuse a source that was not fetched, whose query has changed, or whose files have.

    Args:
        definition: The source; nothing is asked of one that is not fetched from OpenAlex.

    Raises:
        SourceError: Says what to type; a build itself never asks the network.
    """
    one = definition.openalex
    if one is None:
        return
    at = f"[sources.{definition.id}], {SNAPSHOTS / definition.id}"
    held = current(one)
    if held is None:
        begun = fetched(one.home)
        said = f": {begun[0]:,} of {begun[1]:,} works came so far" if begun else ""
        if one.snapshot is not None and snapshots(one.home):
            names = listed([p.name for p in snapshots(one.home)])
            raise SourceError(
                f"There is no snapshot {one.snapshot!r} of {definition.id!r}.",
                where=at,
                fix=f"name one of {names}",
            )
        raise SourceError(
            f"Source {definition.id!r} has not been fetched{said}.",
            where=at,
            fix=f"armillary source fetch {definition.id}",
        )
    snapshot, manifest = held
    if manifest.query != one.query:
        raise SourceError(
            f"The query of {definition.id!r} is no longer the one its snapshot answers.",
            where=f"{at}, snapshot {snapshot.name}",
            fix=f"armillary source refresh {definition.id}; or restore the query",
        )
    wrong = [
        part.file
        for part in manifest.files
        if not (snapshot / part.file).is_file()
        or (snapshot / part.file).stat().st_size != part.bytes
    ]
    if wrong or not manifest.files:
        raise SourceError(
            f"The snapshot of {definition.id!r} lacks works: {listed(wrong) or 'it is empty'}.",
            where=str(snapshot),
            fix=f"widen the query, or armillary source refresh {definition.id}",
        )
