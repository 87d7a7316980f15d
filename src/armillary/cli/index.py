"""One index at a time, outside a build: compute, audit, compare, replay, reach, recipe."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from armillary.cli.progress import Bars

if TYPE_CHECKING:
    from collections.abc import Iterator

    from armillary.model.progress import Progress
    from armillary.workflow.indexes import Made, Reached

_DEFINITION = click.argument("definition")
_INDEX = click.option("--index", metavar="NAME", help="Index of an observatory, as DIR#NAME.")
_OUT = click.option(
    "--out",
    metavar="DIR",
    type=click.Path(path_type=Path),
    required=True,
    help="Folder of CSV files and index.xlsx; replaced whole.",
)
_LANGUAGE = click.option(
    "--language",
    type=click.Choice(["en", "zh"]),
    default="en",
    show_default=True,
    help="Of the workbook.",
)


@click.group()
def index() -> None:
    """One index at a time, outside a build.

    DEFINITION is a folder with observatory.toml (DIR#NAME names the index), with iData.csv and
    iMeta.csv as COINr reads them, or with framework.csv, recipe.toml and data.csv; or a COIN
    Tool workbook. DEFINITION@2022 takes another edition than the recipe says.
    """


@contextmanager
def _bar(says: str) -> Iterator[Progress]:
    with Bars() as bars:
        bars.begin("index", says)
        yield bars.progress


def _tell(made: Made, out: Path) -> None:
    for note in made.notes:
        click.echo(f"note: {note}")
    click.echo(f"{len(made.files)} files in {out}, index.xlsx among them.")


@index.command("compute")
@_DEFINITION
@_OUT
@_INDEX
@_LANGUAGE
def compute(definition: str, *, out: Path, index: str | None, language: str) -> None:
    """Compute DEFINITION: scores, ranks and their intervals, as CSV files and a workbook."""
    from armillary.workflow.indexes import compute as run
    from armillary.workflow.indexes import find_index

    with _bar("Computing") as progress:
        source = find_index(definition, index=index, progress=progress)
        made = run(source, out=out, language=language, progress=progress)
    ranked = _ranked(made)
    click.echo(f"{source.title.in_language('en')}: {len(ranked)} units ranked.")
    for row in ranked[:3]:
        click.echo(f"  {row['rank']:>3}  {row['unit']}  {row['score']:.1f}")
    _tell(made, out)


def _ranked(made: Made) -> list[dict[str, Any]]:
    root = made.source.framework.root.code
    rows = [row for row in made.tables["score"].to_pylist() if row["code"] == root and row["rank"]]
    last = max((row["TIME_PERIOD"] for row in rows), default="")
    return sorted(
        (row for row in rows if row["TIME_PERIOD"] == last),
        key=lambda row: (row["rank"], row["unit"]),
    )


@index.command("audit")
@_DEFINITION
@_OUT
@_INDEX
@_LANGUAGE
def audit(definition: str, *, out: Path, index: str | None, language: str) -> None:
    """Audit DEFINITION: is it coherent, and how far may its ranks be trusted?"""
    from armillary.workflow.indexes import audit as run
    from armillary.workflow.indexes import find_index

    with _bar("Auditing") as progress:
        source = find_index(definition, index=index, progress=progress)
        made = run(source, out=out, language=language, progress=progress)
    click.echo(f"{source.title.in_language('en')}: {len(_ranked(made))} units ranked.")
    intervals = made.tables["rank_interval"].to_pylist()
    if intervals:
        widest = max(intervals, key=lambda row: row["rank_high"] - row["rank_low"])
        click.echo(
            f"widest interval: {widest['unit']}, rank {widest['rank']}, "
            f"{widest['rank_low']} to {widest['rank_high']}"
        )
    whole = [
        row
        for row in made.tables["audit_sensitivity"].to_pylist()
        if row["unit"] == "_T" and row["total_order"] is not None
    ]
    if whole:
        most = max(whole, key=lambda row: row["total_order"])
        click.echo(f"most sensitive choice: {most['path']} (total index {most['total_order']:.2f})")
    else:
        click.echo("most sensitive choice: not told apart, as fewer than two are varied")
    _tell(made, out)


@index.command("compare")
@click.argument("one")
@click.argument("other")
@_OUT
@_INDEX
@_LANGUAGE
def compare(one: str, other: str, *, out: Path, index: str | None, language: str) -> None:
    """Compare ONE, the old edition or definition, with OTHER, the new one.

    Tells what differs in the recipes, how ranks and scores differ at every node, and why each
    unit moved: its own data, the data of others, indicators, method, weights, units ranked,
    and how missing values are handled.
    """
    from armillary.workflow.indexes import compare as run
    from armillary.workflow.indexes import find_index

    with _bar("Comparing") as progress:
        old, new = (find_index(said, index=index, progress=progress) for said in (one, other))
        found = run(old, new, out=out, language=language, progress=progress)
    click.echo(f"Choices that differ between the recipes: {len(found.recipes)}")
    for path, before, after in found.recipes:
        click.echo(f"  {path}: {_said(before)} -> {_said(after)}")
    root = next((row for row in found.nodes if row["code"] == new.framework.root.code), None)
    if root is not None:
        click.echo(
            f"{root['common']} units in both, {root['entered']} entered, {root['left']} left; "
            f"mean shift {root['mean_absolute_rank_shift']:.1f} ranks."
        )
    movement = found.moves.movement
    for n, factor in enumerate(movement.factors):
        ranks = [abs(part) for part in movement.parts[n, 0] if part == part]  # noqa: PLR0124
        mean = sum(ranks) / len(ranks) if ranks else 0.0
        click.echo(f"  {factor}: {mean:.2f} ranks on average")
    for note in found.notes:
        click.echo(f"note: {note}")
    click.echo(f"{len(found.files)} files in {out}; movement.csv tells why each unit moved.")


def _said(value: object) -> str:
    from armillary.model.recipe import said

    if value is None:
        return "not set"
    return said(value) if value not in ((), {}) else "none"


@index.command("replay")
@_DEFINITION
@click.option("--replicate", type=click.IntRange(min=1), required=True, help="Number, from 1.")
@_INDEX
def replay(definition: str, *, replicate: int, index: str | None) -> None:
    """Compute one replicate of the uncertainty sample again, in plain arithmetic."""
    from armillary.model.recipe import said
    from armillary.workflow.indexes import find_index
    from armillary.workflow.indexes import replay as run

    with _bar("Replaying") as progress:
        source = find_index(definition, index=index, progress=progress)
        found, units = run(source, number=replicate)
    click.echo(f"replicate {found.number} of {source.recipe.audit.replicates:,}")
    for path, choice in found.choices.items():
        click.echo(f"choice: {path} = {said(choice)}")
    if found.draw is not None:
        click.echo(f"choice: imputed table {found.draw + 1}")
    for node in source.framework.nodes:
        click.echo(f"weight: {node.code} = {found.weights[node.code]!r}")
    for unit, score, compiled in zip(units, found.scores, found.compiled, strict=True):
        click.echo(f"score: {unit} = {float(score)!r} (compiled {float(compiled)!r})")
    click.echo(f"largest difference from the compiled result: {found.difference:.1e}")
    if not found.difference < 1e-9:
        raise click.ClickException("The compiled result differs by 1e-9 or more.")


@index.command("reach")
@_DEFINITION
@click.option("--unit", metavar="CODE", required=True, help="Code of the unit.")
@click.option("--rank", type=click.IntRange(min=1), required=True, help="Rank wanted.")
@click.option(
    "--within",
    type=click.FloatRange(0, 1),
    help="Feasible share of the way to the best value observed. Without it, the largest "
    "improvement of another unit over five years.",
)
@click.option("--sparse", is_flag=True, help="Change as few indicators as possible.")
@_INDEX
def reach(
    definition: str,
    *,
    unit: str,
    rank: int,
    within: float | None,
    sparse: bool,
    index: str | None,
) -> None:
    """Find the smallest changes of a unit's values that give it a rank."""
    from armillary.workflow.indexes import find_index
    from armillary.workflow.indexes import reach as run

    with _bar("Searching") as progress:
        source = find_index(definition, index=index, progress=progress)
        result = run(source, unit=unit, rank=rank, within=within, sparse=sparse)
    for line in _reached(result, unit, rank):
        click.echo(line)


def _reached(result: Reached, unit: str, rank: int) -> Iterator[str]:
    found = result.found
    yield f"{unit} has rank {found.rank_before}."
    if found.rank_before <= rank:
        yield f"That is rank {rank} or better already: nothing needs to change."
        return
    if found.reached:
        yield f"With these values it has rank {found.rank_after} (the index was run again):"
        for n, code in enumerate(result.codes):
            if found.changes[n]:
                yield f"  {code}: {result.before[n]:.6g} -> {found.values[n]:.6g}"
        yield f"cost: {found.cost:.3f} (1 is the whole range of one indicator's values)"
    elif found.proved:
        yield f"Rank {rank} is out of reach within these bounds; this is proved."
    else:
        yield f"No change within these bounds that was tried reaches rank {rank}; not proved."
    if not found.reached:
        yield f"Best rank of all that was tried: {found.best_rank}"
    yield (
        "Improving is proved never to harm a rank here."
        if result.monotone
        else "That improving never harms a rank is not proved here."
    )
    yield f"{found.runs:,} runs of the index"


@index.command("recipe")
@_DEFINITION
@click.option("--diff", "other", metavar="OTHER", help="Show only what OTHER does otherwise.")
@_INDEX
def recipe(definition: str, *, other: str | None, index: str | None) -> None:
    """Print every choice of method of DEFINITION, one a line."""
    from armillary.model.recipe import difference, flat
    from armillary.workflow.indexes import find_index

    source = find_index(definition, index=index)
    if other is None:
        for path, value in flat(source.recipe).items():
            click.echo(f"{path} = {_said(value)}")
        return
    differing = difference(source.recipe, find_index(other, index=index).recipe)
    for path, one, two in differing:
        click.echo(f"{path}: {_said(one)} -> {_said(two)}")
    if not differing:
        click.echo("The two recipes make the same choices.")
