"""The audit of an index, in the order of the JRC's audits: coherence, then robustness."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from armillary.analyses.index.audit_coherence import coherence_rows, subject_of
from armillary.analyses.index.means.frontier import benefit_of_the_doubt
from armillary.analyses.index.missing import missing_ranks, multiple_imputation
from armillary.analyses.index.missing.threads import on_one_thread
from armillary.analyses.index.pipeline import Inputs, Stages, prepare, run
from armillary.analyses.index.rank import rank
from armillary.analyses.index.robustness import certified
from armillary.analyses.index.robustness.audited_weights import drawn_set
from armillary.analyses.index.robustness.experiment import Experiment
from armillary.analyses.index.robustness.sensitivity import sensitivity
from armillary.analyses.index.robustness.uncertainty import (
    Doubt,
    design_of,
    mean_shift,
    uncertainty,
)
from armillary.analyses.index.tree import Tree
from armillary.analyses.index.weights import weight
from armillary.errors import IndexMethodError, raise_all
from armillary.model import methods
from armillary.model import recipe as recipes
from armillary.model.columns import table_of
from armillary.model.feasibility import impossible
from armillary.model.progress import Progress, silent

if TYPE_CHECKING:
    import pyarrow as pa

    from armillary.model.recipe import IndexRecipe

Array = NDArray[np.float64]
Row = dict[str, Any]

_TABLES = (
    "audit_statistic", "audit_correlation", "audit_group", "audit_loading", "audit_importance",
    "audit_removal", "audit_added_value", "strength", "audit_variant", "audit_rank",
    "audit_acceptability", "audit_comparison", "audit_sensitivity", "audit_replicate",
)  # fmt: skip
_MISSING_DRAWS = 100
_WEIGHT_DRAWS = 32
_FEWEST_UNITS = 5
_UNDOUBTED_SPREAD = 0.25  # certified over where an audit draws no weights near the root


def audit(
    inputs: Inputs, recipe: IndexRecipe, *, index: str, progress: Progress = silent
) -> tuple[dict[str, pa.Table], tuple[str, ...]]:
    """Audit the last edition of an index: is it coherent, and how far may its ranks be trusted?

    Source: the ten steps of OECD/JRC (2008), doi:10.1787/9789264043466-en; coherence before
    robustness, as in the JRC's audits.

    Args:
        inputs: Raw values.
        recipe: The recipe; `audit` says what is doubted.
        index: Name of the index in observatory.toml.
        progress: Hears how far it is.

    Returns:
        The audit's tables of columns.csv, and what could not be judged, with the reason.

    Raises:
        ArmillaryError: The index itself cannot be computed, or a variation cannot.
    """
    raise_all(impossible(recipe, inputs.framework, where=f"index {index}"))
    stages = run(inputs, recipe)
    experiment = Experiment(inputs, recipe)
    tree, seed = experiment.tree, recipe.audit.seed
    ranked = ~np.isnan(stages.scores[-1, -1])
    chained = isinstance(recipe.normalise, methods.ChainIndex)
    if chained or ranked.sum() < _FEWEST_UNITS:
        why = (
            "growth chained over years ranks nobody"
            if chained
            else f"{int(ranked.sum())} units have a score, and {_FEWEST_UNITS} are needed"
        )
        return {name: table_of(name, []) for name in _TABLES}, (f"No audit: {why}.",)
    prepared = prepare(experiment.inputs, recipe).variant()

    def rescored(weights: Array) -> Array:
        climbed = tree.climb([prepared], [recipe.aggregate], weights=weights, root_only=True)
        return np.asarray(climbed[:, 0, ranked])

    rows, notes = coherence_rows(
        subject_of(inputs, stages),
        recipe=recipe,
        rescored=rescored,
        weights=stages.weights,
        seed=seed,
    )
    doubt = uncertainty(
        experiment, replicates=recipe.audit.replicates, seed=seed, progress=progress
    )
    rows["audit_variant"] = _variants(experiment)
    rows["audit_acceptability"] = _acceptability(inputs, doubt)
    rows["audit_comparison"] = _comparisons(inputs, doubt)
    rows["audit_replicate"] = _replicates(experiment, doubt)
    rows["audit_sensitivity"] = _sensitivity(experiment, recipe, progress)
    rows["audit_rank"], more = _ranks(inputs, stages, experiment, progress)
    known = {"index": index, "TIME_PERIOD": inputs.periods[-1]}
    tables = {name: table_of(name, [known | row for row in rows.get(name, [])]) for name in _TABLES}
    return tables, (*notes, *more)


def _variants(experiment: Experiment) -> list[Row]:
    """Change one choice of method at a time, all others as published."""
    published = experiment.published()
    before = rank(published)
    middle = np.full(experiment.dimensions, 0.5)
    choosers = [f for f in experiment.factors if f.choices]
    for factor in choosers:  # all at their own choice, weights at the middle of their draws
        own = recipes.at(experiment.recipe, factor.path)
        middle[factor.columns.start] = (factor.choices.index(own) + 0.5) / len(factor.choices)
    found: list[Row] = []
    for factor in choosers:
        for number, choice in enumerate(factor.choices):
            if choice == recipes.at(experiment.recipe, factor.path):
                continue
            row = middle.copy()
            row[factor.columns.start] = (number + 0.5) / len(factor.choices)
            after = rank(_with_given_weights(experiment, row))
            both = (before > 0) & (after > 0)
            moved = np.abs(after - before)[both]
            found.append(
                {
                    "path": factor.path,
                    "choice": recipes.said(choice),
                    "spearman": _spearman(before[both], after[both]),
                    "mean_shift": float(mean_shift(after[None], before)[0]),
                    "largest_shift": int(moved.max(initial=0)),
                    "share_five": float((moved >= 5).mean()) if moved.size else 0.0,
                }
            )
    return found


def _with_given_weights(experiment: Experiment, row: Array) -> Array:
    """Compute one replicate with the weights of the recipe in place of those drawn."""
    again = experiment.replayed(row)
    stages = run(experiment.inputs, again.recipe)
    return np.asarray(stages.scores[-1, -1])


def _spearman(one: NDArray[np.int64], other: NDArray[np.int64]) -> float | None:
    from scipy.stats import rankdata

    if one.size < 3 or np.ptp(one) == 0 or np.ptp(other) == 0:
        return None
    return float(np.corrcoef(rankdata(one), rankdata(other))[0, 1])


def _acceptability(inputs: Inputs, doubt: Doubt) -> list[Row]:
    return [
        {"unit": inputs.units[u], "rank": int(place) + 1, "share": float(share)}
        for u in np.flatnonzero(doubt.ranked)
        for place, share in enumerate(doubt.acceptability[u])
        if share > 0
    ]


def _comparisons(inputs: Inputs, doubt: Doubt) -> list[Row]:
    ranked = np.flatnonzero(doubt.ranked)
    return [
        {
            "unit": inputs.units[i],
            "other": inputs.units[j],
            "probability": float(doubt.wins[i, j]),
        }
        for a, i in enumerate(ranked)
        for j in ranked[a + 1 :]
    ]


def _replicates(experiment: Experiment, doubt: Doubt) -> list[Row]:
    audit_of = experiment.recipe.audit
    found: list[Row] = []
    for design in design_of(experiment, replicates=doubt.replicates, seed=audit_of.seed):
        for choices in experiment.chosen(design):
            number = len(found)
            spelt = {path: recipes.said(choice) for path, choice in choices.items()}
            found.append(
                {
                    "replicate": number + 1,
                    "choices": json.dumps(spelt, ensure_ascii=False),
                    "mean_shift": float(doubt.shift[number]),
                }
            )
    return found


def _sensitivity(experiment: Experiment, recipe: IndexRecipe, progress: Progress) -> list[Row]:
    if len(experiment.factors) < 2:
        return []
    found = sensitivity(
        experiment, rows=recipe.audit.rows, seed=recipe.audit.seed, progress=progress
    )
    units = ["_T", *(experiment.inputs.units[u] for u in found.units)]
    indices = found.indices
    return [
        {
            "unit": unit,
            "path": path,
            "first_order": _finite(indices.first[f, o]),
            "first_order_error": _finite(indices.first_error[f, o]),
            "total_order": _finite(indices.total[f, o]),
            "total_order_error": _finite(indices.total_error[f, o]),
            "shapley": _finite(found.shapley[f, o]),
        }
        for o, unit in enumerate(units)
        for f, path in enumerate(found.factors)
    ]


def _finite(number: float) -> float | None:
    return float(number) if np.isfinite(number) else None


def _ranks(
    inputs: Inputs, stages: Stages, experiment: Experiment, progress: Progress
) -> tuple[list[Row], list[str]]:
    """Join certified ranks, ranks under missing data and ranks of the frontier, unit by unit."""
    notes: list[str] = []
    published = rank(stages.scores[-1, -1])
    ranked = np.flatnonzero(published > 0)
    proven: dict[str, Any] = {}
    try:
        proven = _certified(inputs, stages, experiment, ranked)
    except IndexMethodError as error:
        notes.append(f"Certified ranks: {error.problem}")
    unknown: dict[str, Any] = {}
    try:
        unknown = _missing(experiment, progress)
    except IndexMethodError as error:
        notes.append(f"Ranks under missing data: {error.problem}")
    frontier: dict[str, Any] = {}
    try:
        frontier = _frontier(inputs, stages, experiment.recipe, ranked)
    except IndexMethodError as error:
        notes.append(f"Benefit of the doubt: {error.problem}")
    raw = inputs.values[-1]
    rows = []
    for place, u in enumerate(ranked):
        row: Row = {
            "unit": inputs.units[u],
            "rank": int(published[u]),
            "missing": int(np.isnan(raw[:, u]).sum()),
        }
        for source, at in ((proven, place), (unknown, u), (frontier, place)):
            row |= {k: v if isinstance(v, str) else v[at].item() for k, v in source.items()}
        rows.append(row)
    return rows, notes


def _certified(
    inputs: Inputs, stages: Stages, experiment: Experiment, ranked: NDArray[np.int64]
) -> dict[str, Any]:
    """Certify ranks over the weights of the parts just below the linear top of the tree."""
    tree = experiment.tree
    codes = _linear_top(experiment)
    given = dict(zip(tree.codes, stages.weights.tolist(), strict=True))
    share = weight.effective(inputs.framework, weights=given)
    codes = [code for code in codes if share[code] > 0]
    scores = np.array([stages.scores[-1, tree.number[code], ranked] for code in codes])
    weights, drawn = drawn_set(
        experiment, codes, weights=stages.weights, otherwise=_UNDOUBTED_SPREAD
    )
    found = certified.ranks(scores, weights=weights, units=[inputs.units[u] for u in ranked])
    return {
        "rank_best": found.best_bound,
        "rank_worst": found.worst_bound,
        "certified_set": f"{', '.join(codes)}: {drawn}",
    }


def _linear_top(experiment: Experiment) -> list[str]:
    """Return the nodes whose weighted mean the root is: its parts, or theirs where few."""
    framework, recipe = experiment.inputs.framework, experiment.recipe

    def linear(code: str) -> bool:
        mean = recipe.aggregate.of(code, level=framework.level[code])
        return isinstance(mean, methods.Arithmetic)

    if not linear(framework.root.code):
        raise IndexMethodError(
            "The index is no weighted arithmetic mean, so that ranks cannot be certified.",
            where="audit",
            fix="certify an arithmetic variant of it",
        )
    parts = [part.code for part in framework.children[framework.root.code]]
    while len(parts) < 5 and all(p in framework.children and linear(p) for p in parts):
        parts = [part.code for group in parts for part in framework.children[group]]
    return parts


@on_one_thread
def _missing(experiment: Experiment, progress: Progress) -> dict[str, Any]:
    """Impute many times, and rank each time under a sample of everything else that is doubted."""
    raw, recipe = experiment.inputs.values[-1], experiment.recipe
    if not np.isnan(raw).any():
        return {}
    some = ~np.isnan(raw).all(axis=0)
    values = raw[:, some]
    seed = recipe.audit.seed

    def impute(gaps: Array) -> Array:
        return multiple_imputation.draws(gaps, number=20, parameter_draws=5, seed=seed)

    # Weights are doubted as well, so that the share of missing data can be told from theirs.
    design = next(design_of(experiment, replicates=_WEIGHT_DRAWS, seed=seed))
    drawn = experiment.weights(design)

    def score_of(filled: Array) -> Array:
        return _rescored(experiment, filled, some, drawn)

    calibration = missing_ranks.calibrate_scores(score_of, values, impute=impute, seed=seed)
    progress("missing data", 0, 1)
    found = missing_ranks.ranks_given_missing(
        score_of,
        values,
        draws=multiple_imputation.draws(values, number=_MISSING_DRAWS, seed=seed),
        calibration=calibration,
    )
    every = np.zeros((3, some.size))
    every[:, some] = [found.rank_low, found.rank_high, found.missing_share]
    return {
        "missing_low": every[0].astype(np.int64),
        "missing_high": every[1].astype(np.int64),
        "missing_share": every[2],
    }


def _rescored(
    experiment: Experiment, filled: Array, some: NDArray[np.bool_], weights: Array
) -> Array:
    """Run the rest of the index for values that are complete, shape (weights, units)."""
    whole = np.full((1, filled.shape[0], some.size), np.nan)
    whole[0][:, some] = filled
    inputs = msgspec.structs.replace(
        experiment.inputs, values=whole, periods=experiment.inputs.periods[-1:]
    )
    prepared = prepare(inputs, experiment.recipe).variant()
    climbed = experiment.tree.climb(
        [prepared], [experiment.recipe.aggregate], weights=weights, root_only=True
    )
    return np.asarray(climbed[:, 0, some])


def _frontier(
    inputs: Inputs, stages: Stages, recipe: IndexRecipe, ranked: NDArray[np.int64]
) -> dict[str, Any]:
    """Give each unit the weights of the parts of the index that favour it most."""
    tree = Tree(inputs.framework)
    parts = tree.parts_of(inputs.framework.root.code)
    while len(parts) < 5 and all(tree.codes[p] in inputs.framework.children for p in parts):
        parts = [one for part in parts for one in tree.parts_of(tree.codes[part])]
    scores = stages.scores[-1, :, ranked].T[parts]
    lowest, highest = (share / len(parts) for share in recipe.audit.frontier)
    found = benefit_of_the_doubt(scores, lowest_share=lowest, highest_share=min(1.0, highest))
    return {
        "frontier_score": 100 * np.asarray(found.scores),
        "frontier_rank": rank(np.asarray(found.scores)),
    }
