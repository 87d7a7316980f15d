"""Records of publications and patents."""

from __future__ import annotations

import collections
from pathlib import Path

import click

_PATH = click.Path(path_type=Path)


@click.group()
def works() -> None:
    """Records of publications and patents."""


@works.command("read")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=_PATH)
@click.option("--out", required=True, type=_PATH, help="Parquet file to write.")
def read(files: tuple[Path, ...], *, out: Path) -> None:
    """Read exports of any known format into one Parquet file, one row a record."""
    from armillary.workflow.works import read_files

    summary = read_files(files, out=out)
    for one in summary.files:
        click.echo(
            f"{one.file}: {one.format}, {one.n_read:,} read, {one.n_kept:,} kept, "
            f"{one.n_rejected:,} rejected"
        )
    reasons = collections.Counter(summary.reasons)
    for reason, count in reasons.most_common():
        click.echo(f"  {count:,} x {reason}")
    click.echo(f"{out}: {summary.n_works:,} works")
