"""Topics of works: the map, what rises, and how often such lists were right."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from armillary.workflow.topic_files import TopicFiles

_PATH = click.Path(path_type=Path)
_SHOWN = 20


@click.group()
def topics() -> None:
    """Topics of works: the map, what rises, and how often such lists were right."""


def _asked(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command the files it reads and what may be asked of a map."""
    options = [
        click.argument("files", metavar="WORKS...", nargs=-1, required=True, type=_PATH),
        click.option("--out", required=True, type=_PATH, help="Folder to write."),
        click.option("--topics", type=click.IntRange(1), help="Topics wanted."),
        click.option("--clusters", type=click.IntRange(0), help="Clusters of topics wanted."),
        click.option("--areas", type=click.IntRange(0), help="Areas of clusters wanted."),
        click.option("--relatedness", help="auto, text, direct citation, combined, ..."),
        click.option("--last-year", type=int, help="Last complete year."),
        click.option(
            "--incomplete", type=int, multiple=True, help="A year known to be incomplete."
        ),
        click.option("--min-works", type=click.IntRange(1), help="Fewest works of a topic."),
        click.option("--seed", type=int, help="Seed of every draw."),
    ]
    for option in reversed(options):
        function = option(function)
    return function


@topics.command("map")
@_asked
def map_(files: tuple[Path, ...], *, out: Path, **asked: Any) -> None:
    """Map the topics of WORKS: tables as CSV, and files for VOSviewer, Pajek and Gephi.

    WORKS are Parquet files of `works read` or `works merge`, or exports of any known format.
    """
    from armillary.cli.progress import Bars
    from armillary.workflow.topic_files import definition_of, map_files

    with Bars() as bars:
        made = map_files(files, out=out, definition=definition_of(**asked), progress=bars.progress)
    clusters = made.rows("cluster")
    click.echo(f"{sum(row['n_works'] for row in clusters):,} works in {len(clusters):,} topics")
    for row in clusters[:_SHOWN]:
        click.echo(f"  {row['cluster']}  {row['n_works']:>6,}  {row['label']}")
    if len(clusters) > _SHOWN:
        click.echo(f"  ... {len(clusters) - _SHOWN:,} more in cluster.csv")
    _end(made, out)


@topics.command("emerging")
@_asked
@click.option("--no-backtest", is_flag=True, help="Make the lists without their backtest.")
def emerging(files: tuple[Path, ...], *, out: Path, no_backtest: bool, **asked: Any) -> None:
    """List the topics and the terms of WORKS that rise, each list with its hit rate."""
    from armillary.cli.progress import Bars
    from armillary.workflow.topic_files import definition_of, emerging_files

    definition = definition_of(**asked, backtest=not no_backtest)
    with Bars() as bars:
        made = emerging_files(files, out=out, definition=definition, progress=bars.progress)
    for rule in made.rows("topic_list_rule"):
        click.echo(f"\n{rule['list']}: {rule['rule_en']}")
        if rule["why_not_en"]:
            click.echo(f"  cannot be made: {rule['why_not_en']}")
            continue
        _hit_rate(made, rule["list"])
        rows = [row for row in made.rows("topic_list") if row["list"] == rule["list"]]
        for row in rows[:_SHOWN]:
            click.echo(_entry(row))
    _end(made, out)


@topics.command("backtest")
@_asked
def backtest(files: tuple[Path, ...], *, out: Path, **asked: Any) -> None:
    """Freeze WORKS at earlier years and count how often the lists were right."""
    from armillary.cli.progress import Bars
    from armillary.workflow.topic_files import backtest_files, definition_of

    with Bars() as bars:
        made = backtest_files(
            files, out=out, definition=definition_of(**asked), progress=bars.progress
        )
    for name in dict.fromkeys(row["list"] for row in made.rows("backtest")):
        click.echo(f"\n{name}")
        _hit_rate(made, name)
        for row in made.rows("backtest_control"):
            if row["list"] == name and row["passes"] is not None:
                said = "passes" if row["passes"] else "FAILS"
                click.echo(
                    f"  control {row['control']}: {row['metric']} {row['value']:.3f}, allowed "
                    f"{row['allowed_low']:g} to {row['allowed_high']:g}: {said}"
                )
    _end(made, out)


@topics.command("anchor")
@click.argument("folder", metavar="DIR", type=_PATH)
@click.argument("topic", metavar="MAP/TOPIC")
@click.option("--works", "n_works", type=click.IntRange(1), default=5, show_default=True)
def anchor(folder: Path, topic: str, *, n_works: int) -> None:
    """Print works that stand for a topic of DIR, to paste into decisions/topics.csv.

    Topics are named anew by every build; a decision names works, and so finds its topic again.
    """
    from armillary.workflow.topics import central_works

    click.echo(";".join(central_works(folder, topic, n_works=n_works)))


def _entry(row: Mapping[str, Any]) -> str:
    sure = "" if row["verdict"] == "grows" else "  (cannot be told from noise)"
    odds = "" if row["probability"] is None else f"  {row['probability']:.0%}"
    grown = (
        ""
        if row["growth"] is None
        else (f"  x {row['growth']:.2f} ({row['growth_low']:.2f} to {row['growth_high']:.2f})")
    )
    return f"  {row['rank']:>3}{odds}{grown}  {row['label']}{sure}"


def _hit_rate(made: TopicFiles, name: str) -> None:
    """Print how often the first entries of a list were right at earlier years."""
    rows = [
        row
        for row in made.rows("backtest")
        if row["list"] == name and row["design"] == "split" and row["against"] == "none"
    ]
    gated = [row["score"] for row in made.rows("backtest_control") if row["list"] == name]
    if not rows or not gated:
        click.echo("  no backtest: how often such a list is right is not known")
        return
    held = {(row["metric"], row["score"], row["outcome"]): row for row in rows}
    outcome = "doubled" if name == "young terms" else "certified"
    for metric, said in (("precision_10", "first 10"), ("precision_40", "first 40")):
        row = held.get((metric, gated[0], outcome))
        base = held.get(("base", gated[0], outcome))
        if row is not None and base is not None:
            click.echo(
                f"  right among the {said}: {row['value']:.0%} "
                f"({_or(row['low'])} to {_or(row['high'])}) of {row['n_origins']} origins; "
                f"of all {base['value']:.1%}"
            )


def _or(share: float | None) -> str:
    return "?" if share is None else f"{share:.0%}"


def _end(made: TopicFiles, out: Path) -> None:
    for note in made.notes:
        click.echo(f"note: {note}")
    names: Sequence[str] = made.files
    click.echo(f"{out}: {', '.join(names)}")
