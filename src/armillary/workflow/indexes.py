"""Computes, audits and compares one index, apart from any build; replays and asks what if."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from armillary.analyses.index.change.editions import Moves
from armillary.analyses.index.change.reach import Reach
from armillary.errors import IndexMethodError, did_you_mean, listed, raise_all
from armillary.model.columns import table_of
from armillary.model.feasibility import impossible
from armillary.model.progress import Progress, silent
from armillary.workflow.index_definitions import IndexSource, find_index
from armillary.workflow.index_files import require_free, write_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from armillary.analyses.index.pipeline import Inputs
    from armillary.analyses.index.robustness.replay import Replay
    from armillary.model.table import Table

__all__ = [
    "Compared", "Made", "Reached", "audit", "compare", "compute", "find_index", "reach", "replay",
]  # fmt: skip


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """What was written.

    Args:
        source: The index.
        tables: Its tables.
        notes: What a reader should know.
        files: Names of the files.
    """

    source: IndexSource
    tables: dict[str, pa.Table]
    notes: tuple[str, ...]
    files: tuple[str, ...]


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """Two editions side by side.

    Args:
        recipes: (path, value of one, value of the other) of every choice that differs.
        nodes: Rows of `coherence.edition.node_changes`.
        units: Rows of `coherence.edition.unit_changes`.
        moves: Why units moved.
        notes: What a reader should know.
        files: Names of the files.
    """

    recipes: list[tuple[str, Any, Any]]
    nodes: list[dict[str, Any]]
    units: list[dict[str, Any]]
    moves: Moves
    notes: tuple[str, ...]
    files: tuple[str, ...]


class Reached(msgspec.Struct, frozen=True, kw_only=True):
    """What it takes a unit to reach a rank.

    Args:
        found: The search's result.
        monotone: Whether improving is proved never to harm.
        codes: Codes of the indicators, in the order of `found.values`.
        before: Values as they are.
        best: Bounds.
    """

    found: Reach
    monotone: bool
    codes: tuple[str, ...]
    before: NDArray[np.float64]
    best: NDArray[np.float64]


@contextmanager
def _lent(source: IndexSource) -> Iterator[Table]:
    """Lend the observations to an engine, where the analyses filter them."""
    from armillary.evidence.duckdb import DuckDBStore

    store = DuckDBStore({})
    try:
        yield store.lend("observation", source.observations)
    finally:
        store.close()


def _inputs(source: IndexSource) -> Inputs:
    from armillary.analyses.index import inputs_of, raw_values

    raise_all(impossible(source.recipe, source.framework, where=f"index {source.id}"))
    with _lent(source) as observations:
        raw = raw_values(
            observations,
            framework=source.framework,
            recipe=source.recipe,
            where=f"index {source.id}",
        )
    return inputs_of(raw, source.framework, groups=source.groups)


def _tables(source: IndexSource, progress: Progress) -> dict[str, pa.Table]:
    from armillary.analyses.index import compute as run

    with _lent(source) as observations:
        return run(
            observations,
            index=source.id,
            framework=source.framework,
            recipe=source.recipe,
            groups=source.groups,
            progress=progress,
        )


def _written(
    source: IndexSource,
    tables: dict[str, pa.Table],
    *,
    out: Path,
    language: str,
    notes: tuple[str, ...],
    others: dict[str, list[dict[str, Any]]] | None = None,
) -> tuple[str, ...]:
    from armillary.publications.workbook import Contents

    contents = Contents(
        title=source.title,
        tables=tables,
        names=source.names,
        licence=source.licence,
        files=source.files,
        notes=notes,
    )
    return write_folder(out, contents, language=language, others=others)


def compute(
    source: IndexSource, *, out: Path, language: str = "en", progress: Progress = silent
) -> Made:
    """Compute an index and write its tables and a workbook.

    Args:
        source: The index.
        out: Folder; replaced whole, and only when everything is ready.
        language: Of the workbook.
        progress: Hears how far it is.

    Raises:
        ArmillaryError: It cannot be computed, or the folder holds other files.
    """
    require_free(out)
    tables = _tables(source, progress)
    files = _written(source, tables, out=out, language=language, notes=source.notes)
    return Made(source=source, tables=tables, notes=source.notes, files=files)


def audit(
    source: IndexSource, *, out: Path, language: str = "en", progress: Progress = silent
) -> Made:
    """Compute and audit an index; write all tables and a workbook.

    Args:
        source: The index.
        out: Folder; replaced whole, and only when everything is ready.
        language: Of the workbook.
        progress: Hears how far it is.

    Raises:
        ArmillaryError: It cannot be computed, or the folder holds other files.
    """
    from armillary.analyses.index import audit as run

    require_free(out)
    tables = _tables(source, progress)
    found, said = run(_inputs(source), source.recipe, index=source.id, progress=progress)
    tables |= found
    notes = (*source.notes, *said)
    files = _written(source, tables, out=out, language=language, notes=notes)
    return Made(source=source, tables=tables, notes=notes, files=files)


def compare(
    one: IndexSource,
    other: IndexSource,
    *,
    out: Path,
    language: str = "en",
    progress: Progress = silent,
) -> Compared:
    """Compare two editions or definitions, and take every unit's change apart.

    Args:
        one: The old one.
        other: The new one.
        out: Folder; replaced whole, and only when everything is ready.
        language: Of the workbook.
        progress: Hears how far it is.

    Raises:
        ArmillaryError: One of them, or a mix of both, cannot be computed.
    """
    from armillary.analyses.index.change.editions import Edition, moves
    from armillary.analyses.index.coherence.edition import Edition as Result
    from armillary.analyses.index.coherence.edition import node_changes, unit_changes
    from armillary.analyses.index.pipeline import run
    from armillary.analyses.index.tree import Tree
    from armillary.model.recipe import difference

    require_free(out)
    editions, results = [], []
    for source in (one, other):
        inputs = _inputs(source)
        scores = run(inputs, source.recipe).scores[-1]
        codes = Tree(source.framework).codes
        editions.append(Edition(inputs=inputs, recipe=source.recipe))
        results.append(Result(inputs.units, dict(zip(codes, scores, strict=True))))
    old, new = results
    common = [node.code for node in one.framework.nodes if node.code in new.scores]
    recipes = difference(one.recipe, other.recipe)
    nodes, units = (function(old, new, codes=common) for function in (node_changes, unit_changes))
    found = moves(editions[0], editions[1], progress=progress)
    notes = (*other.notes, *found.notes)
    if one.framework.root.code != other.framework.root.code:
        notes = (*notes, "The two indexes have different roots; the root of each is decomposed.")
    period = editions[1].inputs.periods[-1]
    tables = _tables(other, progress)
    tables["movement"] = table_of("movement", _movement_rows(found, index=other.id, period=period))
    rows = [
        {"path": path, "before": _plain(before), "after": _plain(after)}
        for path, before, after in recipes
    ]
    files = _written(
        other,
        tables,
        out=out,
        language=language,
        notes=notes,
        others={"recipe_difference": rows, "unit_change": units, "node_change": nodes},
    )
    return Compared(
        recipes=recipes, nodes=nodes, units=units, moves=found, notes=notes, files=files
    )


def _plain(value: object) -> str | None:
    return None if value is None else str(value)


def _movement_rows(found: Moves, *, index: str, period: str) -> Iterator[dict[str, object]]:
    movement = found.movement
    whole = movement.parts.sum(axis=0)
    for j, unit in enumerate(found.units):
        pairs = [*zip(movement.factors, movement.parts[:, :, j], strict=True), ("_T", whole[:, j])]
        for factor, (ranks, score) in pairs:
            known = bool(np.isfinite(score))
            yield {
                "index": index,
                "TIME_PERIOD": period,
                "unit": unit,
                "factor": factor,
                "rank_change": float(0.0 - ranks) if known else None,  # a smaller rank is a climb
                "score_change": float(score) if known else None,
            }


def replay(source: IndexSource, *, number: int) -> tuple[Replay, tuple[str, ...]]:
    """Compute one replicate of the uncertainty sample again, step by step.

    Args:
        source: The index.
        number: Number of the replicate, from 1.

    Returns:
        The replicate, and the units in the order of its scores.

    Raises:
        ArmillaryError: There is no such replicate, or the index cannot be computed.
    """
    from armillary.analyses.index.robustness.experiment import Experiment
    from armillary.analyses.index.robustness.replay import replay as run

    experiment = Experiment(_inputs(source), source.recipe)
    return run(experiment, number=number), experiment.inputs.units


def reach(
    source: IndexSource,
    *,
    unit: str,
    rank: int,
    within: float | None = None,
    sparse: bool = False,
) -> Reached:
    """Find the smallest changes of a unit's values that reach a rank.

    Args:
        source: The index.
        unit: Its code.
        rank: Rank wanted.
        within: Share of the way to the best value observed that is feasible; None takes the
            largest improvement of another unit over five years.
        sparse: Change as few indicators as possible.

    Raises:
        ArmillaryError: No such unit or rank, or no bounds can be found.
    """
    from armillary.analyses.index.change import reach_bounds
    from armillary.analyses.index.change.reach import least_change
    from armillary.analyses.index.pipeline import OVER_TIME, run

    recipe = source.recipe
    if isinstance(recipe.normalise, OVER_TIME):
        raise IndexMethodError(
            "An index number over time ranks nobody, so no rank can be reached.",
            where=f"index {source.id}, normalise",
            fix="take a recipe that normalises between units",
        )
    inputs = _inputs(source)
    if unit not in inputs.units:
        raise IndexMethodError(
            f"There is no unit {unit!r}.",
            where=f"index {source.id}",
            fix=did_you_mean(
                unit, inputs.units, otherwise=f"units are {listed(list(inputs.units))}"
            ),
        )
    at, values = inputs.units.index(unit), inputs.values[-1]
    if within is None:
        panel = _years_before(source, inputs, years=reach_bounds.YEARS)
        best = reach_bounds.like_peers(panel, source.framework, unit=at)
    else:
        best = reach_bounds.toward_best(values, source.framework, unit=at, share=within)
    cost = reach_bounds.cost_of(values)
    best[~np.isfinite(cost)] = np.nan

    def scores_of(changed: NDArray[np.float64]) -> NDArray[np.float64]:
        panel = np.concatenate([inputs.values[:-1], changed[None]])
        given = msgspec.structs.replace(inputs, values=panel)
        scores: NDArray[np.float64] = run(given, recipe).scores[-1, -1]
        return scores

    monotone = reach_bounds.never_harms(inputs, recipe)
    found = least_change(
        scores_of,
        values,
        unit=at,
        target=rank,
        best=best,
        cost=np.where(np.isfinite(cost), cost, 1.0),
        monotone=monotone,
        sparse=sparse,
    )
    return Reached(
        found=found,
        monotone=monotone,
        codes=tuple(leaf.code for leaf in source.framework.leaves),
        before=values[:, at],
        best=best,
    )


def _years_before(source: IndexSource, inputs: Inputs, *, years: int) -> NDArray[np.float64]:
    """Return raw values of the edition and of the year so many before it."""
    edition = int(inputs.periods[-1])
    recipe = msgspec.structs.replace(source.recipe, period=edition, since=edition - years)
    panel = _inputs(msgspec.structs.replace(source, recipe=recipe))
    found = np.full((2, *inputs.values[-1].shape), np.nan)
    for j, unit in enumerate(inputs.units):
        if unit in panel.units:
            found[0, :, j] = panel.values[0, :, panel.units.index(unit)]
    found[1] = inputs.values[-1]
    return found
