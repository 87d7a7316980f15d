"""Records of publications and patents."""

from __future__ import annotations

import collections
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_PATH = click.Path(path_type=Path)


@click.group()
def works() -> None:
    """Records of publications and patents."""


@works.command("read")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=_PATH)
@click.option("--out", required=True, type=_PATH, help="Parquet file to write.")
@click.option("--source", default="works", help="What work ids begin with.")
def read(files: tuple[Path, ...], *, out: Path, source: str) -> None:
    """Read exports of any known format into one Parquet file, one row a record."""
    from armillary.workflow.works import read_files

    summary = read_files(files, out=out, source=source)
    for one in summary.files:
        click.echo(
            f"{one.file}: {one.format}, {one.n_read:,} read, {one.n_kept:,} kept, "
            f"{one.n_rejected:,} rejected"
        )
    reasons = collections.Counter(summary.reasons)
    for reason, count in reasons.most_common():
        click.echo(f"  {count:,} x {reason}")
    _show_completeness(summary.completeness)
    for method in summary.coverage.methods:
        click.echo(f"{method.name}: {'possible' if method.possible else 'refused'}. {method.said}")
        if method.fix:
            click.echo(f"  fix: {method.fix}")
    click.echo(f"{out}: {summary.n_works:,} works")


_SHOWN = (
    "title", "abstract", "references", "resolved", "countries", "authors", "keywords", "doi",
    "cited_by",
)  # fmt: skip


def _show_completeness(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print how many works of each year hold each field, and the share."""
    click.echo("year   works  " + "".join(f"{name:>16}" for name in _SHOWN))
    total: dict[str, Any] = {"year": "all"}
    for name in ("works", *_SHOWN):
        total[f"n_{name}"] = sum(row[f"n_{name}"] or 0 for row in rows)
    for row in (*rows, total):
        cells = []
        for name in _SHOWN:
            n = row[f"n_{name}"]
            cells.append("" if n is None else f"{n:,} {n / max(row['n_works'], 1):4.0%}")
        year = "none" if row["year"] is None else row["year"]
        click.echo(f"{year!s:<5}{row['n_works']:>7,}  " + "".join(f"{c:>16}" for c in cells))


@works.command("merge")
@click.argument("files", metavar="WORKS...", nargs=-1, required=True, type=_PATH)
@click.option("--out", required=True, type=_PATH, help="Parquet file to write.")
@click.option("--decisions", type=_PATH, help="CSV of decisions: decision,a,b,by,date,reason.")
@click.option("--report", type=_PATH, help="Folder for every pair joined or not, as CSV.")
def merge(
    files: tuple[Path, ...], *, out: Path, decisions: Path | None, report: Path | None
) -> None:
    """Join the records of each work, within and across databases, into one row.

    WORKS are Parquet files of `works read`, or exports of any known format.
    """
    from armillary.workflow.merging import merge_files

    said = merge_files(files, out=out, decisions=decisions, report=report)
    for one in said.files:
        click.echo(
            f"{one.file}: {one.format}, {one.n_read:,} read, {one.n_kept:,} kept, "
            f"{one.n_rejected:,} rejected"
        )
    click.echo(f"{said.n_records:,} records are {said.n_works:,} works")
    click.echo(f"  {said.n_joined:,} works have several records")
    for rule, count in sorted(said.rules.items(), key=lambda item: -item[1]):
        click.echo(f"  {count:,} pairs joined by {rule}")
    for reason, count in said.reasons.items():
        click.echo(f"  {count:,} pairs not joined: {reason}")
    for note in said.notes:
        click.echo(f"  {note}")
    click.echo(f"{out}: {said.n_works:,} works; `armillary works unmerge {out}` takes it back")
    if report is not None:
        click.echo(f"{report}: joined.csv, not_joined.csv, summary.csv")


@works.command("unmerge")
@click.argument("merged", metavar="WORKS", type=_PATH)
@click.option("--out", required=True, type=_PATH, help="Parquet file to write.")
def unmerge(merged: Path, *, out: Path) -> None:
    """Give back the records a merged file was made of, exactly as they were."""
    from armillary.workflow.merging import unmerge_file

    click.echo(f"{out}: {unmerge_file(merged, out=out):,} records")
