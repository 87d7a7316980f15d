"""Fetches works from the API of OpenAlex into a snapshot, page by page, as received.

The API's rules as published in 2026: pages of 1 to 100 works, any number of them by cursor; a
free key gives a daily allowance, and an answer 429 tells when it is renewed.
"""

from __future__ import annotations

import gzip
import hashlib
import os
from typing import TYPE_CHECKING

import msgspec

from armillary.errors import SourceError
from armillary.model.observatory import OpenAlexQuery
from armillary.model.progress import silent

if TYPE_CHECKING:
    import datetime
    from pathlib import Path

    from armillary.model.progress import Progress
    from armillary.sources.http import Client

HOST = "api.openalex.org"
ADDRESS = f"https://{HOST}/works"
KEY = "OPENALEX_API_KEY"

_FETCHING = ".fetching"
_MANIFEST = "manifest.json"
_STATE = "state.json"
_IDS = "ids.txt"
_PAGES_A_PART = 1000


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a snapshot."""

    file: str
    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a finished snapshot is.

    Args:
        query: What was asked.
        address: Where.
        begun: When, as ISO date and time in UTC.
        ended: When the last page came.
        n_works: Works received, repeats counted once.
        n_repeated: Works that came twice, because the index moved while it was paged through.
        count_first: Works the first page announced.
        count_last: Works the last page announced.
        files: The files with their checksums.
        sha256: Checksum over those of the files.
    """

    query: OpenAlexQuery
    address: str
    begun: str
    ended: str
    n_works: int
    n_repeated: int
    count_first: int
    count_last: int
    files: tuple[Part, ...]
    sha256: str

    @property
    def warning(self) -> str:
        """Say how the works received differ from those announced; empty where they do not."""
        said = []
        if self.n_works != self.count_last:
            said.append(f"{self.n_works:,} works came, {self.count_last:,} were announced")
        if self.count_first != self.count_last:
            said.append(
                f"the count went from {self.count_first:,} to {self.count_last:,} meanwhile"
            )
        if self.n_repeated:
            said.append(f"{self.n_repeated:,} works came twice")
        return "; ".join(said)


class _State(msgspec.Struct, kw_only=True):
    """How far a fetch is; all that is beyond these sizes is dropped on resuming."""

    query: OpenAlexQuery
    begun: str
    cursor: str | None = "*"
    pages: int = 0
    received: int = 0
    count_first: int | None = None
    count_last: int = 0
    part: int = 1
    part_bytes: int = 0
    ids_bytes: int = 0


class _Meta(msgspec.Struct):
    count: int
    next_cursor: str | None = None


class _Page(msgspec.Struct):
    meta: _Meta
    results: list[msgspec.Raw]


class _Named(msgspec.Struct):
    id: str


def parameters_of(query: OpenAlexQuery) -> dict[str, str]:
    """Return the parameters of a query as the API names them.

    Examples:
        >>> parameters_of(OpenAlexQuery(search="solar", from_year=2015))["filter"]
        'from_publication_date:2015-01-01'
    """
    filters = [query.filter] if query.filter else []
    if query.from_year is not None:
        filters.append(f"from_publication_date:{query.from_year}-01-01")
    if query.to_year is not None:
        filters.append(f"to_publication_date:{query.to_year}-12-31")
    asked = {"per_page": str(query.per_page)}
    if filters:
        asked["filter"] = ",".join(filters)
    if query.search:
        asked["search"] = query.search
    return asked


def fetch(
    query: OpenAlexQuery,
    *,
    home: Path,
    client: Client,
    now: datetime.datetime,
    progress: Progress = silent,
) -> Path:
    """Fetch every work of a query, or go on with a fetch that was interrupted.

    A page is written and flushed before the state says so; what a crash left beyond the state
    is cut off on resuming, so no work is lost or doubled. The finished snapshot gets its name
    in one move.

    Args:
        query: What to ask.
        home: Folder of the source's snapshots.
        client: The network.
        now: Date of the snapshot.
        progress: Told after each page.

    Returns:
        Folder of the finished snapshot, which holds gzip JSON lines and a manifest.

    Raises:
        SourceError: The network, the answer or the disk failed; what was fetched is kept.
    """
    work = home / _FETCHING
    state = _resumed(work, query, now)
    asked = parameters_of(query)
    while state.cursor is not None:
        body = client.json(ADDRESS, parameters={**asked, "cursor": state.cursor})
        page = _page_of(body, state)
        _keep(work, state, page)
        progress("works fetched", state.received, max(state.count_last, state.received))
    return _finish(home, work, state, now)


def snapshots(home: Path) -> list[Path]:
    """Return the finished snapshots of a source, the oldest first."""
    if not home.is_dir():
        return []
    return sorted(p for p in home.iterdir() if p.name[:1] != "." and (p / _MANIFEST).is_file())


def manifest_of(snapshot: Path) -> Manifest:
    """Read what a snapshot says of itself.

    Raises:
        SourceError: It cannot be read.
    """
    try:
        return msgspec.json.decode((snapshot / _MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError, msgspec.ValidationError) as error:
        raise SourceError(
            f"The manifest of the snapshot cannot be read: {error}.",
            where=str(snapshot / _MANIFEST),
            fix="`armillary source refresh NAME` fetches it again",
        ) from error


def fetched(home: Path) -> tuple[int, int] | None:
    """Return works received and announced of a fetch that is not finished, None where none is."""
    state = _read_state(home / _FETCHING)
    return (state.received, state.count_last) if state is not None else None


def _resumed(work: Path, query: OpenAlexQuery, now: datetime.datetime) -> _State:
    state = _read_state(work)
    if state is not None and state.query != query:
        raise SourceError(
            "An interrupted fetch asked for something else.",
            where=str(work),
            fix="`armillary source refresh NAME` drops it and begins anew; or restore the query",
        )
    try:
        if state is None:
            work.mkdir(parents=True, exist_ok=True)
            for left in work.iterdir():
                left.unlink()
            state = _State(query=query, begun=now.isoformat(timespec="seconds"))
            _write(work / _STATE, msgspec.json.encode(state))
        for file in sorted(work.glob("part_*.gz")):
            number = int(file.name[5:9])
            if number > state.part or (number == state.part and not state.part_bytes):
                file.unlink()
        _cut(_part(work, state.part), state.part_bytes)
        _cut(work / _IDS, state.ids_bytes)
    except OSError as error:
        raise _disk(work, error) from error
    return state


def _read_state(work: Path) -> _State | None:
    try:
        return msgspec.json.decode((work / _STATE).read_bytes(), type=_State)
    except (OSError, msgspec.DecodeError, msgspec.ValidationError):
        return None


def _cut(file: Path, size: int) -> None:
    """Cut off what was written after the state was; a file shorter than that is damaged."""
    held = file.stat().st_size if file.exists() else 0
    if held < size:
        raise SourceError(
            f"{file.name} is shorter than it was.",
            where=str(file),
            fix="`armillary source refresh NAME` fetches it again",
        )
    if held > size:
        os.truncate(file, size)


def _page_of(body: bytes, state: _State) -> _Page:
    try:
        page = msgspec.json.decode(body, type=_Page)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise SourceError(
            f"The answer is not a page of works: {error}.",
            where=f"{HOST}, page {state.pages + 1:,}",
            fix="run the same command again; it goes on where it ended",
            retry=True,
        ) from error
    if page.meta.next_cursor == state.cursor and page.results:
        raise SourceError(
            "The API gives the same page again and again.",
            where=f"{HOST}, page {state.pages + 1:,}",
            fix="run the same command again later; it goes on where it ended",
            retry=True,
        )
    return page


def _keep(work: Path, state: _State, page: _Page) -> None:
    """Write one page, then say so."""
    lines, ids = [], []
    for raw in page.results:
        line = bytes(raw)
        if b"\n" in line or b"\r" in line:
            line = msgspec.json.format(line, indent=-1)
        lines.append(line)
        try:
            ids.append(msgspec.json.decode(line, type=_Named).id.rpartition("/")[2])
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            raise SourceError(
                f"A work has no id: {line[:80]!r}.",
                where=f"{HOST}, page {state.pages + 1:,}",
                fix="run the same command again; it goes on where it ended",
                retry=True,
            ) from error
    part = state.part
    size = state.part_bytes
    if size and state.pages % _PAGES_A_PART == 0:
        part, size = part + 1, 0
    try:
        if lines:
            packed = gzip.compress(b"\n".join(lines) + b"\n", compresslevel=6, mtime=0)
            size = _append(_part(work, part), packed)
            state.ids_bytes = _append(work / _IDS, "".join(f"{i}\n" for i in ids).encode())
        state.part, state.part_bytes = part, size
        state.pages += 1
        state.received += len(lines)
        state.count_last = page.meta.count
        if state.count_first is None:
            state.count_first = page.meta.count
        state.cursor = page.meta.next_cursor if lines else None
        _write(work / _STATE, msgspec.json.encode(state))
    except OSError as error:
        raise _disk(work, error) from error


def _finish(home: Path, work: Path, state: _State, now: datetime.datetime) -> Path:
    try:
        ids = (work / _IDS).read_text().split() if (work / _IDS).exists() else []
        parts = []
        for file in sorted(work.glob("part_*.gz")):
            digest = hashlib.sha256()
            with file.open("rb") as stream:
                while piece := stream.read(1 << 20):
                    digest.update(piece)
            parts.append(Part(file=file.name, bytes=file.stat().st_size, sha256=digest.hexdigest()))
        whole = hashlib.sha256("".join(part.sha256 for part in parts).encode()).hexdigest()
        manifest = Manifest(
            query=state.query,
            address=ADDRESS,
            begun=state.begun,
            ended=now.isoformat(timespec="seconds"),
            n_works=len(set(ids)),
            n_repeated=len(ids) - len(set(ids)),
            count_first=state.count_first or 0,
            count_last=state.count_last,
            files=tuple(parts),
            sha256=whole,
        )
        _write(work / _MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=1))
        day = now.date().isoformat()
        taken = {p.name for p in home.iterdir()}
        name = next(
            n for i in range(1, 1000) if (n := day if i == 1 else f"{day}.{i}") not in taken
        )
        final = home / name
        for left in (_IDS, _STATE):
            (work / left).unlink(missing_ok=True)
        work.rename(final)
    except OSError as error:
        raise _disk(work, error) from error
    return final


def _part(work: Path, number: int) -> Path:
    return work / f"part_{number:04}.gz"


def _append(file: Path, data: bytes) -> int:
    with file.open("ab") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
        return stream.tell()


def _write(file: Path, data: bytes) -> None:
    draft = file.with_name(f".{file.name}.draft")
    with draft.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(file)


def _disk(work: Path, error: OSError) -> SourceError:
    return SourceError(
        f"The snapshot cannot be written: {error.strerror or error}.",
        where=str(work),
        fix="make room or mend the permissions, then run the same command again",
        retry=True,
    )
