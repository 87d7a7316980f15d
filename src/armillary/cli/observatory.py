"""The observatory as a whole: new, build, check, serve, publish."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from armillary.cli.progress import Bars

if TYPE_CHECKING:
    from armillary.workflow import BuildSummary

_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.argument("folder", metavar="DIR", required=False, type=click.Path(path_type=Path))
@click.option("--template", default="demo", show_default=True, help="Which one; see --list.")
@click.option("--list", "listed", is_flag=True, help="List the templates and write nothing.")
def new(folder: Path | None, *, template: str, listed: bool) -> None:
    """Write a working observatory into DIR, to build at once and then to edit."""
    from armillary.workflow import new as make
    from armillary.workflow import templates

    if listed:
        for name, title in templates().items():
            click.echo(f"{name:<32}{title}")
        return
    if folder is None:
        raise click.UsageError("Missing argument 'DIR'.")
    written = make(folder, template=template)
    click.echo(f"{folder} holds an observatory of {len(written)} files. Next:")
    click.echo(f"  armillary build {folder}")


@click.command()
@click.argument("folder", metavar="[DIR]", type=_FOLDER, default=".")
@click.option("--quiet", is_flag=True, help="Print nothing but the summary and errors.")
def build(folder: Path, *, quiet: bool) -> None:
    """Build the observatory in DIR: only what is stale, whole or not at all."""
    from armillary.workflow import build as run

    with Bars(quiet=quiet) as bars:
        summary = run(folder, listener=bars)
    _tell(summary)


@click.command()
@click.argument("folder", metavar="[DIR]", type=_FOLDER, default=".")
def check(folder: Path) -> None:
    """Check every input and definition in DIR; tell all problems, write nothing."""
    from armillary.workflow import check as run

    with Bars() as bars:
        bars.begin("check", "Checking")
        summary = run(folder, progress=bars.progress)
    for step, notes in summary.notes.items():
        for note in notes:
            click.echo(f"note: {step}: {note}")
    rows = sum(summary.rows.values())
    click.echo(f"No problem found. {rows:,} rows read in {summary.seconds:.1f} s.")


@click.command()
@click.argument("folder", metavar="[DIR]", type=_FOLDER, default=".")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="Loopback unless you say so.")
def serve(folder: Path, *, port: int, host: str) -> None:
    """Serve the observatory in DIR on this machine, as last built."""
    import uvicorn

    from armillary.workflow.serve import application

    app = application(folder, host=host)
    click.echo(f"http://{host}:{port}/  (stop with Ctrl-C)")
    uvicorn.run(app, host=host, port=port, log_level="warning", server_header=False)


@click.command()
@click.argument("output", type=click.Choice(["site", "report", "pack"]))
@click.argument("folder", metavar="[DIR]", type=_FOLDER, default=".")
def publish(output: str, folder: Path) -> None:
    """Bring one output of DIR up to date; the others stay as they are."""
    from armillary.workflow import build as run

    with Bars() as bars:
        summary = run(folder, only=[output], listener=bars)
    _tell(summary)


def _tell(summary: BuildSummary) -> None:
    for step, notes in summary.notes.items():
        for note in notes:
            click.echo(f"note: {step}: {note}")
    if summary.ran:
        kept = f", {summary.kept} kept" if summary.kept else ""
        click.echo(f"{len(summary.ran)} steps ran{kept} in {summary.seconds:.1f} s.")
    else:
        click.echo(
            f"Nothing has changed: no work done. All {summary.kept} results still hold "
            f"({summary.seconds:.1f} s)."
        )
    public = Path(os.path.relpath(summary.public))
    names = {"site": "site/index.html", "pack": "data/datapackage.json"}
    for name, one in summary.published.items():
        for path in one.paths:
            shown = public / names.get(name, path)
            click.echo(f"  {name:<7} {shown}  ({one.says})")
