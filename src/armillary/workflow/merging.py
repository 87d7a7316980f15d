"""Merges files of works outside an observatory, reports every pair, and takes it back."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from armillary.errors import PublicationError, SourceError, listed
from armillary.evidence.conformance import conform
from armillary.model.columns import columns_of, schema
from armillary.model.observatory import Observatory, SourceDefinition, Text
from armillary.model.progress import Progress, silent
from armillary.publications.tables import csv_text
from armillary.sources.works.merging import merge_works, read_decisions
from armillary.workflow.read import read_source
from armillary.workflow.state import write_whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from armillary.sources.works.merging import Merged

_TOGETHER = b"armillary.merge"
_SHOWN = ("source", "year", "type", "doi", "authors", "title", "venue")
_FIRST = ("outcome", "rule", "evidence", "text", "work_a", "work_b", "a", "b")
_COLUMNS = (*_FIRST, *(f"{name}_{side}" for name in _SHOWN for side in ("a", "b")))
REPORTS = ("joined.csv", "not_joined.csv", "summary.csv")


class FileMerged(msgspec.Struct, frozen=True, kw_only=True):
    """What one file gave to a merge."""

    file: str
    format: str
    n_read: int
    n_kept: int
    n_rejected: int


class MergeSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What a merge did.

    Args:
        files: Each file with its counts.
        n_records: Records of all files.
        n_works: Works they are.
        n_joined: Works of two records or more.
        rules: Pairs joined by each rule.
        reasons: Pairs not joined by each reason.
        notes: What a reader must know.
    """

    files: tuple[FileMerged, ...]
    n_records: int
    n_works: int
    n_joined: int
    rules: dict[str, int]
    reasons: dict[str, int]
    notes: tuple[str, ...]


def merge_files(
    files: Sequence[Path],
    *,
    out: Path,
    decisions: Path | None = None,
    report: Path | None = None,
    progress: Progress = silent,
) -> MergeSummary:
    """Merge files of works into one Parquet file, a row a work.

    Beside `out` stand `NAME.members.parquet` (table `work_member`) and `NAME.originals.parquet`
    (the records as they were), from which `unmerge_file` takes the merge back.

    Args:
        files: Parquet files of the table `work`, or exports of any known format.
        out: Parquet file to write.
        decisions: CSV with decisions of experts.
        report: Folder for every pair joined and not joined, as CSV.
        progress: Told after each step.

    Raises:
        ArmillaryError: A file or a decision cannot be read, or ids repeat; nothing is written.
    """
    if report is not None:
        _require_free(report)
    told = read_decisions(decisions) if decisions is not None else ()
    read = [_read(Path(file), progress) for file in files]
    originals = pa.concat_tables([rows for rows, _, _ in read]).combine_chunks()
    patents = [table for _, table, _ in read if table is not None]
    merged = merge_works(
        originals,
        patents=pa.concat_tables(patents) if patents else None,
        decisions=told,
        progress=progress,
    )
    conform("work_member", merged.tables["work_member"], where="works merge")
    works = conform("work", merged.tables["work"], where="works merge")
    if report is not None:
        _report(report, originals, merged, [one for *_, one in read])
    digest = hashlib.sha256()
    for name in ("work", "origin", "locator"):
        for text in originals[name].to_pylist():
            digest.update(f"{text}\n".encode())
    mark = {_TOGETHER: digest.hexdigest().encode()}
    for place, table in (
        (_beside(out, "originals"), originals),
        (_beside(out, "members"), merged.tables["work_member"]),
        (out, works),
    ):
        draft = place.with_name(f".{place.name}.draft")
        pq.write_table(table.replace_schema_metadata(mark), draft, compression="zstd")
        draft.replace(place)
    return MergeSummary(
        files=tuple(one for *_, one in read),
        n_records=merged.n_records,
        n_works=merged.n_works,
        n_joined=merged.n_joined,
        rules=merged.rules,
        reasons=merged.reasons,
        notes=merged.notes,
    )


def unmerge_file(works: Path, *, out: Path) -> int:
    """Write the records a merged file was made of, exactly as they were; return how many.

    Works deleted from the merged file since stay out.

    Args:
        works: What `merge_files` wrote, with its companions beside it.
        out: Parquet file to write.

    Raises:
        SourceError: The companions are absent, or belong to another merge.
    """
    held = [_opened(place) for place in (works, _beside(works, "members"),
                                         _beside(works, "originals"))]  # fmt: skip
    marks = {(table.schema.metadata or {}).get(_TOGETHER) for table in held}
    if len(marks) > 1 or None in marks:
        raise SourceError(
            "The three files do not come from one merge.",
            where=f"{works.name} and the files beside it",
            fix="run `armillary works merge` again",
        )
    merged, members, originals = held
    kept = pc.is_in(members["work"], value_set=merged["work"].combine_chunks())
    wanted = members.filter(kept)["member"].combine_chunks()
    rows = originals.filter(pc.is_in(originals["work"], value_set=wanted))
    rows = rows.replace_schema_metadata(None)
    draft = out.with_name(f".{out.name}.draft")
    pq.write_table(rows, draft, compression="zstd")
    draft.replace(out)
    return int(rows.num_rows)


def _beside(out: Path, what: str) -> Path:
    return out.with_name(f"{out.stem}.{what}.parquet")


def _opened(place: Path) -> pa.Table:
    try:
        return pq.read_table(place)
    except (OSError, pa.ArrowException) as error:
        raise SourceError(
            f"{place.name} cannot be read: {error}.",
            where=str(place),
            fix="name the file `armillary works merge` wrote, and keep its companions beside it",
        ) from error


def read_rows(file: Path, progress: Progress) -> tuple[pa.Table, FileMerged]:
    """Read one file: rows of `work` as they are, or an export with a source named after it.

    Args:
        file: Parquet file of `works read` or `works merge`, or an export of any known format.
        progress: Told after the file.

    Returns:
        Table `work`, and what the file gave.
    """
    rows, _, read = _read(file, progress)
    return rows, read


def _read(file: Path, progress: Progress) -> tuple[pa.Table, pa.Table | None, FileMerged]:
    """Read one file: rows of `work` as they are, or an export with a source named after it.

    An export of patents gives rows of `patent` too.
    """
    wanted = schema("work")
    if _is_parquet(file):
        table = _opened(file)
        if {c.column for c in columns_of("work") if c.required} <= set(table.column_names):
            missing = [name for name in wanted.names if name not in table.column_names]
            for name in missing:
                table = table.append_column(name, pa.nulls(table.num_rows, wanted.field(name).type))
            rows = conform("work", table.select(wanted.names), where=file.name)
            n = rows.num_rows
            return (
                rows,
                None,
                FileMerged(file=file.name, format="table work", n_read=n, n_kept=n, n_rejected=0),
            )
    name = re.sub(r"[^a-z0-9]+", "-", file.name.partition(".")[0].lower()).strip("-") or "works"
    definition = SourceDefinition(id=name, kind="works", title=Text(en=name), files=(file,))
    here = Observatory(root=Path.cwd(), title=Text(en="Works"))
    result = read_source(definition, observatory=here, progress=progress)
    (said,) = result.tables["reading"].to_pylist()
    read = FileMerged(
        file=file.name,
        format=said["format"],
        n_read=said["n_read"],
        n_kept=said["n_kept"],
        n_rejected=said["n_rejected"],
    )
    patents = result.tables.get("patent")
    return conform("work", result.tables["work"], where=file.name), patents, read


def _is_parquet(file: Path) -> bool:
    if not file.is_file():
        return False
    with file.open("rb") as stream:
        return stream.read(4) == b"PAR1"


def _require_free(report: Path) -> None:
    if report.exists() and not report.is_dir():
        raise PublicationError(
            f"{report.name} is a file, not a folder.", where=str(report), fix="name a folder"
        )
    others = [p.name for p in report.iterdir() if p.name not in REPORTS] if report.exists() else []
    if others:
        raise PublicationError(
            f"The folder holds {listed(sorted(others))}.",
            where=str(report),
            fix="give --report a new or empty folder",
        )


def _report(report: Path, originals: pa.Table, merged: Merged, files: Sequence[FileMerged]) -> None:
    """Write every pair joined, every near miss with its reason, and the counts."""
    report.mkdir(parents=True, exist_ok=True)
    pairs = merged.tables["work_pair"].sort_by([("evidence", "descending"), ("a", "ascending")])
    rows = _explained(pairs, originals, merged.tables["work_member"])
    for name, inside in (("joined.csv", True), ("not_joined.csv", False)):
        chosen = [row for row in rows if (row["outcome"] == "joined") is inside]
        write_whole(report / name, ("\ufeff" + csv_text(chosen, _COLUMNS)).encode())
    counts: list[dict[str, object]] = [
        {"what": what, "of": one.file, "count": count}
        for one in files
        for what, count in (
            ("read", one.n_read), ("kept", one.n_kept), ("rejected", one.n_rejected),
        )
    ]  # fmt: skip
    counts += [
        {"what": "records", "count": merged.n_records},
        {"what": "works", "count": merged.n_works},
        {"what": "works of several records", "count": merged.n_joined},
    ]
    counts += [{"what": "joined by", "of": k, "count": n} for k, n in merged.rules.items()]
    counts += [{"what": "not joined", "of": k, "count": n} for k, n in merged.reasons.items()]
    text = csv_text(counts, ("what", "of", "count"))
    write_whole(report / "summary.csv", ("\ufeff" + text).encode())


def _explained(pairs: pa.Table, originals: pa.Table, members: pa.Table) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pairs.to_pylist()
    ids = originals["work"].combine_chunks()
    for side in ("a", "b"):
        at = pc.index_in(pairs[side], value_set=ids)
        shown = originals.select(list(_SHOWN)).take(at).to_pylist()
        works = members["work"].take(
            pc.index_in(pairs[side], value_set=members["member"].combine_chunks())
        )
        for row, record, work in zip(rows, shown, works.to_pylist(), strict=True):
            row[f"work_{side}"] = work
            row |= {f"{name}_{side}": value for name, value in record.items()}
    return rows
