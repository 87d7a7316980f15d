"""Reads exports of works outside an observatory, for a notebook or another program."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pyarrow.parquet as pq

from armillary.analyses.topics.coverage import Coverage, citation_coverage
from armillary.evidence.conformance import conform
from armillary.model.observatory import Observatory, SourceDefinition, Text
from armillary.model.progress import Progress, silent
from armillary.workflow.read import read_source

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa


class FileRead(msgspec.Struct, frozen=True, kw_only=True):
    """What one file gave."""

    file: str
    format: str
    n_read: int
    n_kept: int
    n_rejected: int


class WorksRead(msgspec.Struct, frozen=True, kw_only=True):
    """What all files gave together.

    Args:
        files: Each file with its counts.
        n_works: Works of all files.
        reasons: The reason of each rejection.
        completeness: Rows of the table `completeness`.
        coverage: Which methods the works allow.
    """

    files: tuple[FileRead, ...]
    n_works: int
    reasons: tuple[str, ...]
    completeness: tuple[dict[str, Any], ...]
    coverage: Coverage


def read_files(
    files: Sequence[Path], *, out: Path, source: str = "works", progress: Progress = silent
) -> WorksRead:
    """Read exports of any known format and write the table `work`, one row a record.

    Args:
        files: Exports; the format is found in the content of each.
        out: Parquet file to write, with the columns of table `work`.
        source: What work ids begin with; give each database its own before merging.
        progress: Told after each file.

    Raises:
        ArmillaryError: The problems of all files at once; nothing is written then.
    """
    definition = SourceDefinition(
        id=source, kind="works", title=Text(en="Works"), files=tuple(Path(f) for f in files)
    )
    here = Observatory(root=Path.cwd(), title=Text(en="Works"))
    result = read_source(definition, observatory=here, progress=progress)
    rows = conform("work", result.tables["work"], where="works read")
    held, coverage = _complete(rows)
    names = {o["origin"]: o["file"] for o in result.tables["origin"].to_pylist()}
    draft = out.with_name(f".{out.name}.draft")
    pq.write_table(rows, draft, compression="zstd")
    draft.replace(out)
    return WorksRead(
        files=tuple(
            FileRead(
                file=names[one["origin"]],
                format=one["format"],
                n_read=one["n_read"],
                n_kept=one["n_kept"],
                n_rejected=one["n_rejected"],
            )
            for one in result.tables["reading"].to_pylist()
        ),
        n_works=rows.num_rows,
        reasons=tuple(result.tables["rejection"]["reason"].to_pylist()),
        completeness=tuple(held),
        coverage=coverage,
    )


def _complete(rows: pa.Table) -> tuple[list[dict[str, Any]], Coverage]:
    """Count what the works hold, and say which methods that allows."""
    from armillary.evidence.duckdb import DuckDBStore
    from armillary.sources.works.citations import resolve_citations
    from armillary.sources.works.completeness import completeness

    store = DuckDBStore({})
    works = store.lend("read_work", rows)
    citations = store.lend("read_citation", store.arrow(resolve_citations(works)))
    held = store.rows(completeness(works, citations))
    coverage = citation_coverage(works, citations)
    store.close()
    return held, coverage
