"""The first half of an audit: does the index hang together? Before anything is doubted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypedDict

import msgspec
import numpy as np
from numpy.typing import NDArray

from armillary.analyses.index import coherence
from armillary.analyses.index.tree import Tree
from armillary.errors import IndexMethodError
from armillary.model.indicators import Framework

if TYPE_CHECKING:
    from armillary.analyses.index.pipeline import Inputs, Stages
    from armillary.model.recipe import IndexRecipe

Array = NDArray[np.float64]
Row = dict[str, Any]
Rows = dict[str, list[Row]]


class _Known(TypedDict):
    values: Array
    scores: Mapping[str, Array]


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """One edition of an index, as its coherence is looked at.

    Args:
        framework: The tree, its weights those that were used.
        raw: Raw values of the units that are scored, shape (leaves, units).
        values: Scores of the indicators, shape (leaves, units).
        scores: Scores of the groups by code, shape (units,).
        units: Codes of the units.
    """

    framework: Framework
    raw: Array
    values: Array
    scores: Mapping[str, Array]
    units: tuple[str, ...]


def subject_of(inputs: Inputs, stages: Stages) -> Subject:
    """Take the last edition, without the units that are not scored. No method of its own.

    Args:
        inputs: Raw values.
        stages: What became of them.
    """
    tree = Tree(inputs.framework)
    given = dict(zip(tree.codes, stages.weights.tolist(), strict=True))
    framework = Framework(
        tuple(msgspec.structs.replace(n, weight=given[n.code]) for n in inputs.framework.nodes)
    )
    ranked = ~np.isnan(stages.scores[-1, -1])
    n = len(framework.leaves)
    return Subject(
        framework=framework,
        raw=inputs.values[-1][:, ranked],
        values=stages.scores[-1, :n, ranked].T,
        scores={g.code: stages.scores[-1, n + i, ranked] for i, g in enumerate(framework.groups)},
        units=tuple(unit for unit, kept in zip(inputs.units, ranked, strict=True) if kept),
    )


def coherence_rows(
    subject: Subject,
    *,
    recipe: IndexRecipe,
    rescored: Callable[[Array], Array],
    weights: Array,
    seed: int,
) -> tuple[Rows, list[str]]:
    """Describe, correlate, decompose: what a reviewer reads before the ranks.

    Source: OECD/JRC (2008), doi:10.1787/9789264043466-en, steps 2 to 4 and 8; the order is that
    of the JRC's audits, coherence before robustness.

    Args:
        subject: The index.
        recipe: Its recipe.
        rescored: Scores of the root, shape (draws, units), for weights (draws, nodes).
        weights: Weights of the nodes, shape (nodes,).
        seed: Of the bootstrap.

    Returns:
        Rows by table, and what could not be judged, with the reason.
    """
    notes: list[str] = []
    known = _Known(values=subject.values, scores=subject.scores)
    parts: dict[str, Callable[[], list[Row]]] = {
        "audit_statistic": lambda: _statistics(subject),
        "audit_correlation": lambda: _correlations(subject),
        "audit_group": lambda: _groups(subject),
        "audit_loading": lambda: _loadings(subject),
        "audit_importance": lambda: [
            {
                "code": row["code"],
                "parent": row["target"],
                "weight": row["weight"],
                "correlation_squared": _finite(row["pearson_squared"]),
                "correlation_ratio": _finite(row["correlation_ratio"]),
                "correlation_ratio_error": _finite(row["correlation_ratio_error"]),
                "importance": _finite(row["correlation_ratio_share"]),
            }
            for row in coherence.importance_by_group(subject.framework, **known, seed=seed)
        ],
        "audit_removal": lambda: _removals(subject, rescored, weights),
        "audit_added_value": lambda: (
            [
                {key: row[key] for key in ("code", "units", "differing")}
                | {"share": _finite(row["share"])}
                for row in coherence.added_value(
                    subject.framework, scores=subject.scores, level=_pillars(subject)
                )
            ]
            if _pillars(subject)
            else []
        ),
        "strength": lambda: _strengths(subject),
    }
    found: Rows = {}
    for table, rows in parts.items():
        try:
            found[table] = rows()
        except IndexMethodError as error:
            found[table] = []
            notes.append(f"{table}: {error.problem}")
    return found, notes


def _finite(number: float | None) -> float | None:
    return None if number is None or not np.isfinite(number) else float(number)


def _pillars(subject: Subject) -> int:
    """Return the first depth with three groups or more, and no indicator above it; 0: none."""
    framework = subject.framework
    deepest = max(framework.level[group.code] for group in framework.groups)
    for level in range(1, deepest + 1):
        groups = [g for g in framework.groups if framework.level[g.code] == level]
        if any(framework.level[leaf.code] <= level for leaf in framework.leaves):
            return 0
        if len(groups) > 2:
            return level
    return 0


def _statistics(subject: Subject) -> list[Row]:
    codes = [leaf.code for leaf in subject.framework.leaves]
    kept = (
        "available", "minimum", "median", "mean", "maximum", "standard_deviation", "skewness",
        "kurtosis", "share_unique", "share_zero",
    )  # fmt: skip
    flags = ("few_available", "many_zeros", "few_unique", "outliers")
    return [
        {"code": row["code"], "units": len(subject.units)}
        | {k: row[k] if k == "available" else _finite(row[k]) for k in kept}
        | {"flags": " ".join(flag for flag in flags if row[flag])}
        for row in coherence.describe(subject.raw, codes=codes)
    ]


def _correlations(subject: Subject) -> list[Row]:
    framework, numbers = subject.framework, dict(subject.scores)
    numbers |= {leaf.code: subject.values[i] for i, leaf in enumerate(framework.leaves)}
    found = [
        row | {"relation": "sibling"}
        for group in framework.groups
        for row in coherence.among(
            numbers, codes=[part.code for part in framework.children[group.code]]
        )
    ]
    found += [
        row | {"relation": "ancestor"}
        for row in coherence.with_ancestors(framework, values=subject.values, scores=subject.scores)
    ]
    flagged = {
        (row["code"], row["other"]): row["kind"]
        for row in coherence.flags(framework, values=subject.values, scores=subject.scores)
    }
    kept = ("code", "other", "relation", "units")
    return [
        {key: row[key] for key in kept}
        | {key: _finite(row[key]) for key in ("correlation", "p_value")}
        | {"flag": flagged.get((row["code"], row["other"]))}
        for row in found
    ]


def _groups(subject: Subject) -> list[Row]:
    known = _Known(values=subject.values, scores=subject.scores)
    components = coherence.components_by_group(subject.framework, **known)
    return [
        {
            "code": row["group"],
            "items": row["items"],
            "alpha": _finite(row["alpha"]),
            "average_correlation": _finite(row["average_correlation"]),
            "units": components[row["group"]].units,
            "first_share": _finite(components[row["group"]].shares[0]),
            "above_one": components[row["group"]].above_one,
        }
        for row in coherence.reliability(subject.framework, **known)
        if row["deleted"] is None
    ]


def _loadings(subject: Subject) -> list[Row]:
    known = _Known(values=subject.values, scores=subject.scores)
    found = coherence.components_by_group(subject.framework, **known)
    return [
        {
            "code": group,
            "component": row["component"],
            "part": row["code"],
            "eigenvalue": float(one.eigenvalues[row["component"] - 1]),
            "loading": row["loading"],
        }
        for group, one in found.items()
        for row in coherence.loading_rows(one, group=group)
        if row["component"] <= max(1, one.above_one)
    ]


def _removals(subject: Subject, rescored: Callable[[Array], Array], weights: Array) -> list[Row]:
    tree = Tree(subject.framework)
    depth = max(subject.framework.level[group.code] for group in subject.framework.groups)
    levels: list[int | None] = [*range(1, depth + 1), None]
    found: dict[str, Row] = {}
    for level in levels:
        try:
            removal = coherence.without_each(tree, rescored, level=level, weights=weights)
        except IndexMethodError:  # a group that is all the index is made of
            continue
        for row in coherence.element_rows(removal):
            found[row["removed"]] = {
                "code": row["removed"],
                "mean_shift": row["mean_absolute_rank_change"],
                "largest_shift": row["largest_rank_change"],
            }
    return [row for row in found.values() if _finite(row["mean_shift"]) is not None]


def _strengths(subject: Subject) -> list[Row]:
    framework = subject.framework
    count = min(10, max(1, len(framework.leaves) // 4))
    return [
        {
            "unit": unit,
            "code": row["code"],
            "kind": row["kind"],
            "percentile_rank": row["percentile_rank"],
        }
        for u, unit in enumerate(subject.units)
        for row in coherence.by_percentile(
            framework, values=subject.values, scores=subject.scores, unit=u, count=count
        )
    ]
