"""Computes one index: observations, framework and recipe in; scores, ranks, intervals out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from armillary.analyses.index import normalise, tree, weight
from armillary.analyses.index.rank import rank
from armillary.analyses.index.raw_values import MISSING, RawValues, raw_values
from armillary.analyses.index.uncertainty import Intervals, intervals
from armillary.errors import ArmillaryError, IndexMethodError, listed, raise_all
from armillary.model.columns import table_of
from armillary.model.indicators import impossible
from armillary.model.progress import Progress, silent

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from armillary.model.indicators import Framework, IndexRecipe
    from armillary.model.table import Table

Scores = dict[str, "NDArray[np.float64]"]


def compute(
    observations: Table,
    *,
    index: str,
    framework: Framework,
    recipe: IndexRecipe,
    progress: Progress = silent,
) -> dict[str, pa.Table]:
    """Compute an index from observations as its recipe says.

    Units are the areas with any value. A unit without enough coverage at a node stays listed
    there, without score and rank. Status codes of all cells beneath a node are carried up.
    Source: OECD/JRC (2008), doi:10.1787/9789264043466-en, steps 5 to 7.

    Args:
        observations: Table `observation`, of the sources of the index; filtered where it lives.
        index: Name of the index in observatory.toml.
        framework: The tree of indicators.
        recipe: Every choice of method.
        progress: Hears how many weight draws are done.

    Returns:
        Tables `framework`, `score` and `rank_interval` of columns.csv.

    Raises:
        ArmillaryError: What the recipe asks cannot be done with these observations; all
            problems at once.
    """
    where = f"index {index}"
    raise_all(impossible(recipe, framework, where=where))
    raw = raw_values(observations, framework=framework, recipe=recipe, where=where)
    scores = _normalised(raw, framework, recipe, where)
    held = tree.coverage(framework, present=~np.isnan(scores), minimum=recipe.minimum_coverage)
    given = np.array([[node.weight for node in framework.nodes]])
    climbed = tree.climb(framework, recipe=recipe, scores=scores, weights=given, scored=held.scored)
    by_node = {code: value[0] for code, value in climbed.items()}
    by_node |= {leaf.code: scores[i] for i, leaf in enumerate(framework.leaves)}
    doubt = intervals(
        framework,
        recipe=recipe,
        scores=scores,
        scored=held.scored,
        what=where,
        progress=progress,
    )
    return {
        "framework": _framework_table(index, framework, raw),
        "score": _score_table(index, framework, raw, by_node, held.share),
        "rank_interval": _interval_table(
            index, recipe, raw=raw, scores=by_node[framework.root.code], doubt=doubt
        ),
    }


def _normalised(
    raw: RawValues, framework: Framework, recipe: IndexRecipe, where: str
) -> NDArray[np.float64]:
    if recipe.normalise.method == "none":
        _require_positive(raw, framework, recipe, where)
        return raw.values
    scores = np.full(raw.values.shape, np.nan)
    problems: list[ArmillaryError] = []
    for i, leaf in enumerate(framework.leaves):
        try:
            scores[i] = normalise.minmax(
                raw.values[i],
                indicator=leaf.code,
                direction=leaf.direction,
                bounds=recipe.normalise.range,
            )
        except IndexMethodError as error:
            problems.append(error)
    raise_all(problems)
    return scores


def _require_positive(
    raw: RawValues, framework: Framework, recipe: IndexRecipe, where: str
) -> None:
    """Refuse a geometric mean over scores at or below 0, which `none` may bring."""
    beneath: set[str] = set()
    for group in reversed(framework.groups):
        kind = recipe.aggregate.of(group.code, level=framework.level[group.code])
        if kind == "geometric" or group.code in beneath:
            beneath |= {part.code for part in framework.children[group.code]}
    low = [
        f"{leaf.code} of {unit} ({raw.values[i, j]:g})"
        for i, leaf in enumerate(framework.leaves)
        for j, unit in enumerate(raw.units)
        if leaf.code in beneath and raw.values[i, j] <= 0
    ]
    if low:
        raise IndexMethodError(
            f"A geometric mean needs scores above 0, but {listed(low)}.",
            where=f"{where}, aggregate",
            fix='normalise with `range = [1, 100]`, or aggregate = "arithmetic"',
        )


def _framework_table(index: str, framework: Framework, raw: RawValues) -> pa.Table:
    share = weight.effective(framework)
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
                "weight": node.weight,
                "effective_weight": share[node.code],
                "direction": int(node.direction),
                "unit_measure": raw.unit_measure.get(node.code),
            }
            for position, node in enumerate(framework.nodes)
        ],
    )


def _status(framework: Framework, raw: RawValues) -> dict[tuple[str, str], str]:
    """Carry the status codes of every cell up to the root, each code once, sorted."""
    codes: dict[tuple[str, str], set[str]] = {}
    for leaf in framework.leaves:
        for unit in raw.units:
            cell = raw.cells.get((leaf.code, unit))
            held = set(cell.status.split()) if cell is not None else set()
            if cell is None or (cell.value is None and held <= {"A"}):
                held = held - {"A"} | {MISSING}
            codes[leaf.code, unit] = held
    for group in framework.groups:
        for unit in raw.units:
            parts = framework.children[group.code]
            codes[group.code, unit] = set().union(*(codes[part.code, unit] for part in parts))
    return {key: " ".join(sorted(held)) for key, held in codes.items()}


def _score_table(
    index: str, framework: Framework, raw: RawValues, scores: Scores, share: Scores
) -> pa.Table:
    status = _status(framework, raw)
    rows: list[dict[str, object]] = []
    for node in framework.nodes:
        ranks = rank(scores[node.code])
        n_ranked = int((ranks > 0).sum())
        for j, unit in enumerate(raw.units):
            cell = raw.cells.get((node.code, unit))
            scored = ranks[j] > 0
            known = cell is not None and cell.value is not None
            rows.append(
                {
                    "index": index,
                    "TIME_PERIOD": raw.edition,
                    "unit": unit,
                    "code": node.code,
                    "value": cell.value if cell else None,
                    "value_period": cell.period if cell and known else None,
                    "OBS_STATUS": status[node.code, unit],
                    "score": float(scores[node.code][j]) if scored else None,
                    "rank": int(ranks[j]) if scored else None,
                    "n_ranked": n_ranked,
                    "coverage": float(share[node.code][j]),
                    "origin": cell.origin if cell else None,
                    "locator": cell.locator if cell else None,
                }
            )
    return table_of("score", rows)


def _interval_table(
    index: str,
    recipe: IndexRecipe,
    *,
    raw: RawValues,
    scores: NDArray[np.float64],
    doubt: Intervals,
) -> pa.Table:
    ranks = rank(scores)
    return table_of(
        "rank_interval",
        [
            {
                "index": index,
                "TIME_PERIOD": raw.edition,
                "unit": unit,
                "rank": int(ranks[j]),
                "rank_median": float(doubt.rank_median[j]),
                "rank_low": int(doubt.rank_low[j]),
                "rank_high": int(doubt.rank_high[j]),
                "score_low": float(doubt.score_low[j]),
                "score_high": float(doubt.score_high[j]),
                "replicates": recipe.uncertainty.replicates,
                "spread": recipe.uncertainty.spread,
                "seed": recipe.uncertainty.seed,
            }
            for j, unit in enumerate(raw.units)
            if ranks[j] > 0
        ],
    )
