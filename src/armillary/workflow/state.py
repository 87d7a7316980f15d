"""What stands finished in `.armillary/`: written whole after each step, so a crash loses one."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

import msgspec

from armillary.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

FOLDER = ".armillary"
STEPS = "steps.json"  # finished steps, also of a build under way
PUBLISHED = "published.json"  # the state the publications were written from
CHANGES = "changes.json"  # what changed between the last two published states


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Rows one step gave to one table."""

    file: str
    rows: int
    sha256: str


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """One finished step.

    Args:
        key: Content hash of what it read; equal keys mean the result still holds.
        result: Content hash of what it made; later steps depend on this one.
    """

    key: str
    result: str
    parts: dict[str, Part] = {}
    artefacts: dict[str, str] = {}
    notes: tuple[str, ...] = ()
    seconds: float = 0.0


class State(msgspec.Struct, frozen=True, kw_only=True):
    """All finished steps, in the order of the road."""

    steps: dict[str, Done] = {}


class Home:
    """The folder `.armillary/` of one observatory: tables, artefacts, state, lock.

    Args:
        root: Folder that holds observatory.toml.
    """

    def __init__(self, root: Path) -> None:
        self.path = root / FOLDER
        self.tables = self.path / "tables"
        self.artefacts = self.path / "artefacts"
        self.cache = self.path / "cache"
        self.drafts = self.path / "drafts"

    def make(self) -> None:
        """Make the folders, and keep them out of version control."""
        for folder in (self.tables, self.artefacts, self.cache, self.drafts):
            folder.mkdir(parents=True, exist_ok=True)
        ignore = self.path / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")

    def read(self, name: str = STEPS) -> State:
        """Read a state; an absent or damaged one is empty, so that everything is built again."""
        try:
            return msgspec.json.decode((self.path / name).read_bytes(), type=State)
        except (OSError, msgspec.DecodeError):
            return State()

    def write(self, state: State, name: str = STEPS) -> None:
        """Write a state, whole or not at all."""
        write_whole(self.path / name, msgspec.json.format(msgspec.json.encode(state)))

    def whole(self, done: Done) -> bool:
        """Say whether every file of a finished step is still there."""
        files = [self.tables / part.file for part in done.parts.values()]
        files += [self.artefacts / file for file in done.artefacts.values()]
        return all(file.is_file() for file in files)

    def parts(self, state: State) -> dict[str, list[Path]]:
        """Return the Parquet files of each table, in the order of the road."""
        found: dict[str, list[Path]] = {}
        for done in state.steps.values():
            for table, part in done.parts.items():
                if part.rows:
                    found.setdefault(table, []).append(self.tables / part.file)
        return found

    def sweep(self, *states: State) -> None:
        """Delete parts and artefacts that no given state names, and unfinished drafts."""
        done = [one for state in states for one in state.steps.values()]
        kept = {self.tables / part.file for one in done for part in one.parts.values()}
        kept |= {self.artefacts / name for one in done for name in one.artefacts.values()}
        for folder in (self.tables, self.artefacts):
            for file in folder.rglob("*"):
                if file.is_file() and file not in kept:
                    file.unlink()
        for draft in self.drafts.iterdir():
            remove(draft)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the observatory, so that two builds never mix.

        Raises:
            StoreError: Another build holds it.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / "lock").open("w", encoding="utf-8") as lock:
            try:
                _hold(lock)
            except OSError:
                raise StoreError(
                    "Another build of this observatory is running.",
                    where=str(self.path),
                    fix="wait until it ends, or stop it",
                    retry=True,
                ) from None
            yield  # the system lets the lock go when the process ends, however it ends


def _hold(lock: IO[str]) -> None:
    """Lock an open file, or raise OSError at once."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that a crash leaves the old one or the new one, never a part."""
    draft = path.with_name(f".{path.name}.draft")
    with draft.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(path)


def remove(path: Path) -> None:
    """Delete a file or a folder, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def row_counts(state: State) -> Mapping[str, int]:
    """Return the rows of each table in a state."""
    counts: dict[str, int] = {}
    for done in state.steps.values():
        for table, part in done.parts.items():
            counts[table] = counts.get(table, 0) + part.rows
    return counts
