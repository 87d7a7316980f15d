"""Reads every input and definition of an observatory, writes nothing, tells all problems."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from armillary.errors import ArmillaryError, ManyProblems, raise_all
from armillary.evidence.conformance import conform
from armillary.model.progress import Progress, silent
from armillary.sources.definition import read_observatory
from armillary.workflow.road import steps
from armillary.workflow.step import Step, Work

if TYPE_CHECKING:
    import pyarrow as pa

_DEFINES = (
    "source",
    "codelists",
    "references",
    "merge",
    "statistics",
    "index",
    "lens",
    "decisions",
)


class CheckSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What a check read without finding a problem.

    Args:
        rows: Rows each table would hold.
        notes: Warnings by step: rejected rows and the like; the build goes on with them.
        seconds: Wall-clock time.
    """

    rows: dict[str, int]
    notes: dict[str, tuple[str, ...]]
    seconds: float


def check(folder: Path, *, progress: Progress = silent) -> CheckSummary:
    """Check every definition and input of an observatory at once.

    Reads all sources and computes statistics and indexes, which is where a definition and
    its data can disagree; topic maps and registers need nothing but sources that read well.

    Args:
        folder: Folder that holds observatory.toml.
        progress: Told after each step.

    Raises:
        ArmillaryError: Every problem found, of every file.
    """
    from armillary.evidence.duckdb import DuckDBStore

    began = time.perf_counter()
    road = [step for step in steps(read_observatory(folder)) if step.name.split(":")[0] in _DEFINES]
    made: dict[str, list[pa.Table]] = {}
    notes: dict[str, tuple[str, ...]] = {}
    problems: list[ArmillaryError] = []
    failed: set[str] = set()
    with tempfile.TemporaryDirectory() as scratch:
        for done, step in enumerate(road):
            progress(step.says, done, len(road))
            if failed.intersection(step.after):
                failed.add(step.name)
                continue
            store = DuckDBStore({})
            for table, rows in made.items():
                _lend(store, table, rows)
            try:
                _run(step, store, Path(scratch), made, notes)
            except ManyProblems as many:
                problems += many.problems
                failed.add(step.name)
            except ArmillaryError as error:
                problems.append(error)
                failed.add(step.name)
            finally:
                store.close()
    raise_all(problems)
    return CheckSummary(
        rows={table: sum(part.num_rows for part in parts) for table, parts in made.items()},
        notes=notes,
        seconds=time.perf_counter() - began,
    )


def _lend(store: Any, table: str, parts: list[pa.Table]) -> None:
    import pyarrow as pa

    store.lend(table, pa.concat_tables(parts))


def _run(
    step: Step,
    store: Any,
    scratch: Path,
    made: dict[str, list[pa.Table]],
    notes: dict[str, tuple[str, ...]],
) -> None:
    result = step.run(Work(store=store, scratch=scratch, progress=silent))
    for table, rows in result.tables.items():
        made.setdefault(table, []).append(conform(table, rows, where=f"step {step.name}"))
    if result.notes:
        notes[step.name] = result.notes
