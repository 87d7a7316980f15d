"""One step of the road, and the content hash that says whether its result still holds."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pyarrow as pa

from armillary.evidence.store import Store
from armillary.model.progress import Progress
from armillary.sources.snapshot import checksum

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What a step made.

    Args:
        tables: Rows by table of `columns.csv`.
        artefacts: Other derived files it wrote, by name (a search index).
        notes: What a reader of the summary should know.
    """

    tables: dict[str, pa.Table] = {}
    artefacts: dict[str, Path] = {}
    notes: tuple[str, ...] = ()


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """What a running step may use.

    Args:
        store: Evidence of the steps before it.
        scratch: Folder for artefacts.
        progress: Told how far it is.
    """

    store: Store
    scratch: Path
    progress: Progress


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step: what it reads, what it is asked, which code does it.

    Args:
        name: Unique, e.g. "source:rd"; it names the parts it writes.
        says: What the progress bar shows.
        run: Does the work.
        files: Files it reads; their content decides whether it is stale.
        after: Steps whose rows it reads; likewise.
        parameters: Everything else that changes its result, as JSON can hold it.
        code: Packages under `armillary` whose source does the work; likewise.
    """

    name: str
    says: str
    run: Callable[[Work], Result]
    files: tuple[Path, ...] = ()
    after: tuple[str, ...] = ()
    parameters: dict[str, Any] = {}
    code: tuple[str, ...] = ()


def key_of(step: Step, *, results: dict[str, str]) -> str:
    """Return the content hash of everything that decides the result of a step.

    Args:
        step: The step.
        results: Content hash of the result of each step before it.
    """
    said = {
        "name": step.name,
        "files": [[file.name, checksum(file)] for file in step.files],
        "after": [[name, results[name]] for name in step.after],
        "parameters": step.parameters,
        "code": [[package, _code(package)] for package in (*step.code, "model")],
    }
    return hashlib.sha256(msgspec.json.encode(said, order="sorted")).hexdigest()


@cache
def _code(package: str) -> str:
    """Return the hash of the source files of one package or module of Armillary."""
    digest = hashlib.sha256()
    root = files("armillary").joinpath(*package.split("/"))
    if not root.is_dir():
        root = files("armillary").joinpath(*f"{package}.py".split("/"))
    _feed(digest, root)
    return digest.hexdigest()


def _feed(digest: Any, place: Traversable) -> None:
    if place.is_file():
        digest.update(place.name.encode())
        digest.update(place.read_bytes())
        return
    for child in sorted(place.iterdir(), key=lambda entry: entry.name):
        if child.name != "__pycache__" and not child.name.startswith("."):
            _feed(digest, child)
