"""Builds an observatory: runs what is stale, keeps what holds, publishes whole or not at all."""

from __future__ import annotations

import hashlib
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import msgspec

from armillary import __version__
from armillary.model.columns import table_of
from armillary.sources.definition import read_observatory
from armillary.workflow.changes import changes_between
from armillary.workflow.publish import PUBLICATIONS, Published, publish
from armillary.workflow.road import steps
from armillary.workflow.state import Done, Home, Part, State
from armillary.workflow.step import Result, Step, Work, key_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from armillary.evidence.duckdb import DuckDBStore
    from armillary.model.observatory import Observatory

LINEAGE = "lineage"


class Listener(Protocol):
    """Hears how a build goes; the command line draws bars."""

    def begin(self, step: str, says: str) -> None:
        """Hear that a step starts."""

    def progress(self, what: str, done: int, total: int) -> None:
        """Hear how far the running step is."""

    def end(self, step: str, *, fresh: bool, seconds: float, rows: int) -> None:
        """Hear that a step is finished, or that its earlier result still holds."""


class BuildSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What a build did.

    Args:
        public: Folder that holds site, report and data pack.
        ran: Steps and publications that ran; empty where nothing had changed.
        kept: How many earlier results still held.
        notes: What the steps want a reader to know, by step.
        published: What each publication holds.
        seconds: Wall-clock time.
    """

    public: Path
    ran: tuple[str, ...]
    kept: int
    notes: dict[str, tuple[str, ...]]
    published: dict[str, Published]
    seconds: float


class _Silent:
    def begin(self, step: str, says: str) -> None: ...
    def progress(self, what: str, done: int, total: int) -> None: ...
    def end(self, step: str, *, fresh: bool, seconds: float, rows: int) -> None: ...


def build(
    folder: Path,
    *,
    only: Sequence[str] = tuple(PUBLICATIONS),
    listener: Listener | None = None,
) -> BuildSummary:
    """Build an observatory: sources, evidence, analyses, publications; only what is stale.

    Safe at any moment: each finished step is kept, and `public/` is replaced in one move when
    everything is ready, so an interruption leaves the last good publications.

    Args:
        folder: Folder that holds observatory.toml.
        only: Publications to write: site, report, pack; the others stay as they are.
        listener: Hears how it goes.

    Returns:
        What ran, what was kept, and where the publications are.

    Raises:
        ArmillaryError: Every problem of the step that failed; earlier steps stay finished.
    """
    began = time.perf_counter()
    listener = listener or _Silent()
    observatory = read_observatory(folder)
    home = Home(observatory.root)
    with home.locked():
        home.make()
        run = _Run(observatory, home, listener)
        state = run.road(steps(observatory))
        last = home.read("published.json")
        published = publish(
            observatory,
            home=home,
            state=state,
            only=only,
            store=run.store,
            changes=lambda: changes_between(last, state, home=home),
            listener=listener,
        )
        run.ran += [name for name, one in published.items() if not one.kept]
        if run.ran or last != state:
            from armillary.evidence.catalogue import write_catalogue

            write_catalogue(home.path / "catalogue.duckdb", home.parts(state))
            home.write(state, "published.json")
            home.sweep(state)
        run.close()
    return BuildSummary(
        public=observatory.root / "public",
        ran=tuple(run.ran),
        kept=run.kept + sum(one.kept for one in published.values()),
        notes={name: done.notes for name, done in state.steps.items() if done.notes},
        published=published,
        seconds=time.perf_counter() - began,
    )


class _Run:
    """One pass over the steps; opens the store only where a step has work to do."""

    def __init__(self, observatory: Observatory, home: Home, listener: Listener) -> None:
        self.observatory = observatory
        self.home = home
        self.listener = listener
        self.before = home.read()
        self.state = State()
        self.ran: list[str] = []
        self.kept = 0
        self._store: DuckDBStore | None = None
        self._mounted: State | None = None

    def road(self, road: Sequence[Step]) -> State:
        for step in road:
            self._step(step)
        self._lineage(road)
        return self.state

    def store(self) -> DuckDBStore:
        """Return the evidence of all steps finished so far."""
        from armillary.evidence.duckdb import DuckDBStore

        if self._store is None or self._mounted is not self.state:
            self.close()
            spill = self.home.path / "spill"
            self._store = DuckDBStore(self.home.parts(self.state), spill=spill)
            self._mounted = self.state
        return self._store

    def close(self) -> None:
        if self._store is not None:
            self._store.close()
            self._store = None

    def _step(self, step: Step) -> None:
        results = {name: done.result for name, done in self.state.steps.items()}
        key = key_of(step, results=results)
        done = self.before.steps.get(step.name)
        if done is not None and done.key == key and self.home.whole(done):
            self.kept += 1
            self._keep(step.name, done)
            self.listener.end(step.name, fresh=True, seconds=0, rows=_rows(done))
            return
        began = time.perf_counter()
        self.listener.begin(step.name, step.says)
        work = Work(
            store=self.store(), scratch=self.home.artefacts, progress=self.listener.progress
        )
        done = self._save(step.name, key, step.run(work), time.perf_counter() - began)
        self.ran.append(step.name)
        self._keep(step.name, done)
        self.home.write(self._everything())
        self.listener.end(step.name, fresh=False, seconds=done.seconds, rows=_rows(done))

    def _keep(self, name: str, done: Done) -> None:
        self.state = State(steps={**self.state.steps, name: done})

    def _everything(self) -> State:
        """Return the steps done now and, until their turn comes, those of the last build."""
        return State(steps={**self.before.steps, **self.state.steps})

    def _save(self, name: str, key: str, result: Result, seconds: float) -> Done:
        from armillary.evidence.store import write_part

        parts = {}
        for table, rows in result.tables.items():
            file = write_part(self.home.tables, table=table, part=name, rows=rows)
            parts[table] = Part(
                file=file.relative_to(self.home.tables).as_posix(),
                rows=rows.num_rows,
                sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
            )
        artefacts = {
            label: file.relative_to(self.home.artefacts).as_posix()
            for label, file in result.artefacts.items()
        }
        made = {table: part.sha256 for table, part in parts.items()} | artefacts
        return Done(
            key=key,
            result=hashlib.sha256(json.dumps(made, sort_keys=True).encode()).hexdigest(),
            parts=parts,
            artefacts=artefacts,
            notes=result.notes,
            seconds=seconds,
        )

    def _lineage(self, road: Sequence[Step]) -> None:
        """Write down which table came from which, by which step, with which parameters."""
        rows = [
            {
                "table": table,
                "part": step.name,
                "inputs": [*step.after, *(file.name for file in step.files)],
                "parameters": json.dumps(step.parameters, ensure_ascii=False, sort_keys=True),
                "rows": part.rows,
                "sha256": part.sha256,
                "program": f"armillary {__version__}",
            }
            for step in road
            for table, part in self.state.steps[step.name].parts.items()
        ]
        key = hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()
        done = self.before.steps.get(LINEAGE)
        if done is None or done.key != key or not self.home.whole(done):
            done = self._save(LINEAGE, key, Result(tables={LINEAGE: table_of(LINEAGE, rows)}), 0)
        self._keep(LINEAGE, done)
        if self.state != self.before:
            self.home.write(self.state)


def _rows(done: Done) -> int:
    return sum(part.rows for part in done.parts.values())
