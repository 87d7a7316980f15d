"""Computes one index: observations, framework and recipe in; scores, ranks, intervals out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from armillary.analyses.index.pipeline import Inputs, Stages, run
from armillary.analyses.index.rank import rank
from armillary.analyses.index.raw_values import MISSING, RawValues, raw_values
from armillary.analyses.index.robustness.experiment import Experiment
from armillary.analyses.index.robustness.uncertainty import Doubt, uncertainty
from armillary.analyses.index.tiers import tiers
from armillary.analyses.index.tree import Tree
from armillary.analyses.index.weights import weight
from armillary.errors import IndexMethodError, did_you_mean, listed, raise_all
from armillary.model.columns import table_of
from armillary.model.feasibility import impossible
from armillary.model.methods import ChainIndex
from armillary.model.progress import Progress, silent
from armillary.model.recipe import flat, varied

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa
    from numpy.typing import NDArray

    from armillary.model.indicators import Framework
    from armillary.model.recipe import IndexRecipe
    from armillary.model.table import Table

IMPUTED = "I"


def compute(
    observations: Table,
    *,
    index: str,
    framework: Framework,
    recipe: IndexRecipe,
    groups: Mapping[str, Mapping[str, str]] | None = None,
    progress: Progress = silent,
) -> dict[str, pa.Table]:
    """Compute an index from observations as its recipe says.

    Units are the areas with any value. A unit without enough coverage at a node stays listed
    there, without score and rank. Status codes of all cells beneath a node are carried up; a
    value the recipe imputed has status I.
    Source: OECD/JRC (2008), doi:10.1787/9789264043466-en, steps 3 to 7.

    Args:
        observations: Table `observation`, of the sources of the index; filtered where it lives.
        index: Name of the index in observatory.toml.
        framework: The tree of indicators.
        recipe: Every choice of method.
        groups: Columns of the table of units: label by unit, by column.
        progress: Hears how many replicates are done.

    Returns:
        Tables `framework`, `recipe`, `score`, `tier`, `treatment` and `rank_interval` of
        columns.csv.

    Raises:
        ArmillaryError: What the recipe asks cannot be done with these observations; all
            problems at once.
    """
    where = f"index {index}"
    raise_all(impossible(recipe, framework, where=where))
    raw = raw_values(observations, framework=framework, recipe=recipe, where=where)
    inputs = inputs_of(raw, framework, groups=groups)
    stages = run(inputs, recipe)
    intervals = table_of("rank_interval", [])
    if not isinstance(recipe.normalise, ChainIndex):  # growth chained over years ranks nobody
        doubt = uncertainty(
            Experiment(inputs, recipe),
            replicates=recipe.audit.replicates,
            seed=recipe.audit.seed,
            what=where,
            progress=progress,
        )
        intervals = _interval_table(
            index, recipe, raw=raw, scores=stages.scores[-1, -1], doubt=doubt
        )
    return {
        "framework": _framework_table(index, framework, raw, stages),
        "score": _score_table(index, framework, raw, stages),
        "treatment": _treatment_table(index, framework, raw, stages),
        "recipe": _recipe_table(index, recipe),
        "rank_interval": intervals,
        "tier": _tier_table(
            index,
            recipe,
            raw=raw,
            scores=stages.scores[:, -1],
            reference=_reference(observations, inputs, stages, recipe, groups=groups, where=where),
        ),
    }


def _reference(
    observations: Table,
    inputs: Inputs,
    stages: Stages,
    recipe: IndexRecipe,
    *,
    groups: Mapping[str, Mapping[str, str]] | None,
    where: str,
) -> NDArray[np.float64] | None:
    """Return the score of the unit tiers are relative to, shape (periods,).

    One that the recipe excludes is scored in a second run, which takes it in beside the others.
    """
    unit = recipe.tiers.relative_to if recipe.tiers is not None else None
    if unit is None:
        return None
    if unit in recipe.exclude:
        others = tuple(one for one in recipe.exclude if one != unit)
        taken_in = msgspec.structs.replace(recipe, exclude=others)
        raw = raw_values(observations, framework=inputs.framework, recipe=taken_in, where=where)
        inputs = inputs_of(raw, inputs.framework, groups=groups)
        stages = run(inputs, taken_in)
    if unit not in inputs.units:
        raise IndexMethodError(
            f"The unit of reference {unit!r} has no observation.",
            where=f"{where}, tiers, relative_to",
            fix=did_you_mean(unit, inputs.units, otherwise=f"units are {listed(inputs.units)}"),
        )
    return np.asarray(stages.scores[:, -1, inputs.units.index(unit)])


def inputs_of(
    raw: RawValues,
    framework: Framework,
    *,
    groups: Mapping[str, Mapping[str, str]] | None = None,
) -> Inputs:
    """Join raw values, framework and the table of units. No method of its own.

    Args:
        raw: What was found among the observations.
        framework: The tree.
        groups: Label by unit, by column of the table of units.
    """
    labels = {
        column: tuple(of_unit.get(unit, "") for unit in raw.units)
        for column, of_unit in (groups or {}).items()
    }
    return Inputs(
        framework=framework,
        periods=raw.periods,
        units=raw.units,
        values=raw.values,
        groups=labels,
    )


def _framework_table(index: str, framework: Framework, raw: RawValues, stages: Stages) -> pa.Table:
    tree = Tree(framework)
    weights = dict(zip(tree.codes, stages.weights.tolist(), strict=True))
    share = weight.effective(framework, weights=weights)
    return table_of(
        "framework",
        [
            {
                "index": index,
                "code": node.code,
                "parent": node.parent,
                "level": framework.level[node.code],
                "position": position,
                "kind": "aggregate" if node.code in framework.children else "indicator",
                "name_en": node.name_en,
                "name_zh": node.name_zh or node.name_en,
                "weight": weights[node.code],
                "effective_weight": share[node.code],
                "direction": int(framework.direction[node.code]),
                "unit_measure": raw.unit_measure.get(node.code),
            }
            for position, node in enumerate(framework.nodes)
        ],
    )


def _status(
    framework: Framework, raw: RawValues, stages: Stages, *, period: int
) -> dict[tuple[str, str], str]:
    """Carry the status codes of every cell up to the root, each code once, sorted."""
    codes: dict[tuple[str, str], set[str]] = {}
    for i, leaf in enumerate(framework.leaves):
        for j, unit in enumerate(raw.units):
            cell = raw.cells.get((raw.periods[period], leaf.code, unit))
            held = set(cell.status.split()) if cell is not None else set()
            if cell is None or (cell.value is None and held <= {"A"}):
                filled = not np.isnan(stages.imputed[period, i, j])
                held = held - {"A"} | {IMPUTED if filled else MISSING}
            codes[leaf.code, unit] = held
    for group in framework.groups:
        for unit in raw.units:
            parts = framework.children[group.code]
            codes[group.code, unit] = set().union(*(codes[part.code, unit] for part in parts))
    return {key: " ".join(sorted(held)) for key, held in codes.items()}


def _score_table(index: str, framework: Framework, raw: RawValues, stages: Stages) -> pa.Table:
    number = Tree(framework).number
    rows: list[dict[str, object]] = []
    for p, year in enumerate(raw.periods):
        status = _status(framework, raw, stages, period=p)
        for node in framework.nodes:
            at = number[node.code]
            scores, share = stages.scores[p, at], stages.coverage[p].share[node.code]
            treated = stages.treated[p, at] if node.code not in framework.children else None
            ranks = rank(scores)
            n_ranked = int((ranks > 0).sum())
            for j, unit in enumerate(raw.units):
                cell = raw.cells.get((year, node.code, unit))
                scored = ranks[j] > 0
                known = cell is not None and cell.value is not None
                used = treated is not None and not np.isnan(treated[j])
                rows.append(
                    {
                        "index": index,
                        "TIME_PERIOD": year,
                        "unit": unit,
                        "code": node.code,
                        "value": cell.value if cell else None,
                        "value_period": cell.period if cell and known else None,
                        "OBS_STATUS": status[node.code, unit],
                        "treated": float(treated[j]) if treated is not None and used else None,
                        "score": float(scores[j]) if scored else None,
                        "rank": int(ranks[j]) if scored else None,
                        "n_ranked": n_ranked,
                        "coverage": float(share[j]),
                        "origin": cell.origin if cell else None,
                        "locator": cell.locator if cell else None,
                    }
                )
    return table_of("score", rows)


def _treatment_table(index: str, framework: Framework, raw: RawValues, stages: Stages) -> pa.Table:
    return table_of(
        "treatment",
        [
            {
                "index": index,
                "TIME_PERIOD": year if year is not None else f"{raw.periods[0]}/{raw.periods[-1]}",
                "code": framework.leaves[i].code,
                "method": one.method,
                "n_high": one.n_high,
                "n_low": one.n_low,
                "skewness_before": _known(one.skewness_before),
                "kurtosis_before": _known(one.kurtosis_before),
                "skewness_after": _known(one.skewness_after),
                "kurtosis_after": _known(one.kurtosis_after),
                "passed": one.passed,
            }
            for (year, i), one in stages.treatments.items()
        ],
    )


def _recipe_table(index: str, recipe: IndexRecipe) -> pa.Table:
    return table_of(
        "recipe",
        [
            {"index": index, "path": path, "value": value if isinstance(value, str) else text}
            for path, value in flat(recipe).items()
            for text in [json.dumps(value, ensure_ascii=False)]
        ],
    )


def _tier_table(
    index: str,
    recipe: IndexRecipe,
    *,
    raw: RawValues,
    scores: NDArray[np.float64],
    reference: NDArray[np.float64] | None,
) -> pa.Table:
    if recipe.tiers is None:
        return table_of("tier", [])
    rows = tiers(
        scores, periods=raw.periods, units=raw.units, rule=recipe.tiers, reference=reference
    )
    return table_of("tier", [{"index": index, **row} for row in rows])


def _known(number: float) -> float | None:
    return None if np.isnan(number) else float(number)


def _interval_table(
    index: str,
    recipe: IndexRecipe,
    *,
    raw: RawValues,
    scores: NDArray[np.float64],
    doubt: Doubt,
) -> pa.Table:
    ranks = rank(scores)
    doubted = "; ".join(f"{path}: {what}" for path, what in varied(recipe.audit).items())
    return table_of(
        "rank_interval",
        [
            {
                "index": index,
                "TIME_PERIOD": raw.periods[-1],
                "unit": unit,
                "rank": int(ranks[j]),
                "rank_median": float(doubt.rank_median[j]),
                "rank_low": int(doubt.rank_low[j]),
                "rank_high": int(doubt.rank_high[j]),
                "score_low": float(doubt.score_low[j]),
                "score_high": float(doubt.score_high[j]),
                "replicates": recipe.audit.replicates,
                "varied": doubted,
                "seed": recipe.audit.seed,
            }
            for j, unit in enumerate(raw.units)
            if ranks[j] > 0
        ],
    )
