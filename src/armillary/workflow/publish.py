"""The last part of the road: site, report and data pack, replaced together in one move."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from armillary.evidence.duckdb import DuckDBStore
from armillary.model.observatory import Observatory
from armillary.model.progress import Progress
from armillary.publications.changes import Changes
from armillary.workflow.state import Home, State, remove
from armillary.workflow.step import Step, key_of
from armillary.workflow.swap import recover, replace_folder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from armillary.workflow.build import Listener

_MANIFEST = "build.json"


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """One publication: where it is, and what it holds."""

    key: str
    paths: tuple[str, ...]
    says: str = ""
    kept: bool = False


class _Task(msgspec.Struct, frozen=True, kw_only=True):
    """What a publication is written from and into."""

    observatory: Observatory
    store: DuckDBStore
    home: Home
    state: State
    draft: Path
    changes: Callable[[], Changes]
    progress: Progress


def _site(task: _Task) -> tuple[tuple[str, ...], str]:
    from armillary.publications.site import export_site

    made = export_site(
        task.store,
        task.observatory,
        out=task.draft / "site",
        changes=task.changes(),
        cache=task.home.cache / "charts",
        progress=task.progress,
    )
    return ("site",), f"{made.n_pages:,} pages"


def _report(task: _Task) -> tuple[tuple[str, ...], str]:
    from armillary.publications.report import topic_report_name, write_report, write_topic_report

    whole = [(f"report-{language}.pdf", language, None) for language in task.observatory.languages]
    of_maps = [
        (topic_report_name(topics, language=language), language, topics)
        for topics in task.observatory.topics
        for language in task.observatory.languages
    ]
    files, pages = [], 0
    wanted: list[tuple[str, str, str | None]] = [*whole, *of_maps]
    for done, (name, language, topics) in enumerate(wanted):
        task.progress(name, done, len(wanted))
        given: dict[str, Any] = {
            "out": task.draft / name,
            "language": language,
            "cache": task.home.cache / "charts",
        }
        if topics is None:
            made = write_report(task.store, task.observatory, **given)
        else:
            made = write_topic_report(task.store, task.observatory, topics=topics, **given)
        files.append(name)
        pages += made.n_pages
    return tuple(files), f"{pages:,} pages"


def _pack(task: _Task) -> tuple[tuple[str, ...], str]:
    from armillary.publications.pack import write_pack
    from armillary.publications.topic_sheets import topic_workbook, topic_workbook_name

    made = write_pack(task.store, task.observatory, out=task.draft / "data", progress=task.progress)
    for topics in task.observatory.topics:
        for language in task.observatory.languages:
            book = topic_workbook(task.store, task.observatory, topics=topics, language=language)
            name = topic_workbook_name(topics, language=language)
            (task.draft / "data" / name).write_bytes(book)
    return ("data",), f"{made.n_tables} tables, {made.n_rows:,} rows"


PUBLICATIONS: dict[str, tuple[str, Callable[[_Task], tuple[tuple[str, ...], str]]]] = {
    "site": ("Writing the site", _site),
    "report": ("Writing the report", _report),
    "pack": ("Writing the data pack", _pack),
}


def publish(
    observatory: Observatory,
    *,
    home: Home,
    state: State,
    only: Sequence[str],
    store: Callable[[], DuckDBStore],
    changes: Callable[[], Changes],
    listener: Listener,
) -> dict[str, Published]:
    """Write the publications whose evidence changed, and put them in place in one move.

    Args:
        observatory: What the user defined.
        home: Its derived files.
        state: All finished steps.
        only: Names of the publications to bring up to date.
        store: Opens the evidence.
        changes: Compares with the last build; called only where something is written.
        listener: Hears how it goes.

    Returns:
        Each publication; `kept` where it was up to date already or not asked for.
    """
    public = observatory.root / "public"
    recover(public)
    before = _manifest(public)
    keys = {name: _key(name, observatory, state) for name in PUBLICATIONS}
    kept = {
        name: msgspec.structs.replace(one, kept=True)
        for name, one in before.items()
        if (one.key == keys.get(name) or name not in only)
        and all((public / path).exists() for path in one.paths)
    }
    wanted = [name for name in PUBLICATIONS if name in only and name not in kept]
    if not wanted:
        return kept
    draft = home.drafts / f"public-{os.getpid()}"
    remove(draft)
    draft.mkdir(parents=True)
    for one in kept.values():
        for path in one.paths:
            _link(public / path, draft / path)
    made = dict(kept)
    for name in wanted:
        says, write = PUBLICATIONS[name]
        began = time.perf_counter()
        listener.begin(name, says)
        task = _Task(
            observatory=observatory,
            store=store(),
            home=home,
            state=state,
            draft=draft,
            changes=changes,
            progress=listener.progress,
        )
        paths, holds = write(task)
        made[name] = Published(key=keys[name], paths=paths, says=holds)
        listener.end(name, fresh=False, seconds=time.perf_counter() - began, rows=0)
    ordered = {name: made[name] for name in PUBLICATIONS if name in made}
    (draft / _MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(ordered)))
    replace_folder(draft, public)
    return ordered


def _manifest(public: Path) -> dict[str, Published]:
    try:
        data = (public / _MANIFEST).read_bytes()
        return msgspec.json.decode(data, type=dict[str, Published])
    except (OSError, msgspec.DecodeError):
        return {}


def _key(name: str, observatory: Observatory, state: State) -> str:
    results = {step: done.result for step, done in state.steps.items()}
    step = Step(
        name=name,
        says=name,
        run=_never,
        after=tuple(results),
        parameters={"observatory": _shown(observatory)},
        code=("publications",),
    )
    return key_of(step, results=results)


def _never(work: Any) -> Any:
    raise AssertionError("publications are written by publish()")


def _shown(observatory: Observatory) -> str:
    """Return the hash of the definitions a publication shows (titles, order, licences)."""
    plain = msgspec.to_builtins(
        observatory, enc_hook=lambda path: os.path.relpath(path, observatory.root)
    )
    plain.pop("root")
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


def _link(old: Path, new: Path) -> None:
    """Bring an unchanged publication into the draft without copying its bytes, if possible."""

    def link(source: str, target: str) -> str:
        try:
            os.link(source, target)
        except OSError:  # a file system without hard links
            shutil.copy2(source, target)
        return target

    if old.is_dir():
        shutil.copytree(old, new, copy_function=link)
    else:
        link(str(old), str(new))


def reports(published: Mapping[str, Published]) -> tuple[str, ...]:
    """Return the file names of the reports among what was published."""
    one = published.get("report")
    return one.paths if one else ()
