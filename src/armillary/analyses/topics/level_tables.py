"""The levels above the topics as tables: which group each topic is in, and what groups are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from armillary.analyses.topics.labels import characteristic_terms
from armillary.analyses.topics.levels import contracted, grouped
from armillary.analyses.topics.topic_tables import labels_in, unique_labels
from armillary.model.columns import table_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy import sparse

    from armillary.analyses.topics.labels import Candidates
    from armillary.analyses.topics.levels import Level
    from armillary.analyses.topics.words import Phrases, Tokens
    from armillary.model.literature import TopicRecipe


def level_tables(
    cluster: pa.Table,
    between: sparse.csr_array,
    *,
    labels: NDArray[np.int32],
    tokens: Tokens,
    found: Sequence[Phrases],
    candidates: Candidates | None = None,
    recipe: TopicRecipe,
    notes: list[str],
) -> dict[str, pa.Table]:
    """Group the topics of a map into clusters, and clusters into areas, as many as asked for.

    Source: see `levels.grouped`; labels as in `labels.characteristic_terms`.

    Args:
        cluster: Table `cluster` of one map, in order of topics.
        between: Relatedness between the works of two topics, shape (topics, topics).
        labels: Topic of each work, -1 for none, shape (works,).
        tokens: Words of the works.
        found: Phrases by length.
        candidates: Phrases that may name the topics; None finds them.
        recipe: `clusters` and `areas` wanted, 0 for none; `terms` and `seed`.
        notes: What a reader must know is added here.

    Returns:
        `cluster` with `group` and `area` filled in, and `cluster_group`.
    """
    sizes = cluster["n_works"].to_numpy()
    columns: dict[str, list[str]] = {}
    rows: list[dict[str, object]] = []
    if recipe.clusters:
        groups = grouped(between, sizes, n_groups=recipe.clusters, seed=recipe.seed)
        _note(groups, recipe.clusters, "clusters", notes)
        group_names = _names("C", groups.n_groups, digits=2)
        columns["group"] = [group_names[g] for g in groups.labels]
        parents: list[str | None] = [None] * groups.n_groups
        if recipe.areas:
            areas = grouped(
                *contracted(between, groups.labels, sizes=sizes),
                n_groups=recipe.areas,
                seed=recipe.seed,
            )
            _note(areas, recipe.areas, "areas", notes)
            area_names = _names("A", areas.n_groups, digits=1)
            parents = [area_names[a] for a in areas.labels]
            area_of = areas.labels[groups.labels]
            columns["area"] = [area_names[a] for a in area_of]
            rows += _rows(
                cluster, area_of, labels=labels, names=area_names, level="area",
                parents=[None] * areas.n_groups,
                tokens=tokens, found=found, candidates=candidates, n_terms=recipe.terms,
            )  # fmt: skip
        rows += _rows(
            cluster, groups.labels, labels=labels, names=group_names, level="cluster",
            parents=parents,
            tokens=tokens, found=found, candidates=candidates, n_terms=recipe.terms,
        )  # fmt: skip
    for name, values in columns.items():
        at = cluster.schema.get_field_index(name)
        cluster = cluster.set_column(at, cluster.schema.field(at), pa.array(values, pa.string()))
    return {"cluster": cluster, "cluster_group": table_of("cluster_group", rows)}


def _names(letter: str, n: int, *, digits: int) -> list[str]:
    width = max(digits, len(str(n)))
    return [f"{letter}{i:0{width}d}" for i in range(1, n + 1)]


def _rows(
    cluster: pa.Table,
    group_of: NDArray[np.int32],
    *,
    labels: NDArray[np.int32],
    names: Sequence[str],
    level: str,
    parents: Sequence[str | None],
    tokens: Tokens,
    found: Sequence[Phrases],
    candidates: Candidates | None,
    n_terms: int,
) -> list[dict[str, object]]:
    """Describe the groups of one level, the largest first."""
    of_work = np.where(labels >= 0, group_of[labels], np.int32(-1)).astype(np.int32)
    naming = characteristic_terms(
        tokens, found, labels=of_work, n_terms=n_terms, candidates=candidates
    )
    sizes = cluster["n_works"].to_numpy().astype(np.float64)
    works = np.bincount(group_of, weights=sizes)
    place = {
        axis: np.bincount(group_of, weights=sizes * cluster[axis].to_numpy()) / works
        for axis in ("x", "y")
    }
    return [
        {
            "corpus": cluster["corpus"][0].as_py(),
            "group": name,
            "level": level,
            "parent": parent,
            "label": label,
            "label_en": english,
            "label_zh": chinese,
            "terms": list(terms),
            "n_works": int(works[g]),
            "n_topics": int((group_of == g).sum()),
            "x": float(place["x"][g]),
            "y": float(place["y"][g]),
        }
        for g, (name, parent, label, english, chinese, terms) in enumerate(
            zip(
                names,
                parents,
                unique_labels(names, naming.terms),
                labels_in(naming.terms_en),
                labels_in(naming.terms_zh),
                naming.terms,
                strict=True,
            )
        )
    ]


def _note(level: Level, wanted: int, name: str, notes: list[str]) -> None:
    if level.n_groups < wanted:
        notes.append(
            f"{wanted:,} {name} were asked for; there is no more than {level.n_groups:,} to group."
        )
    elif level.n_groups > wanted:
        notes.append(
            f"{wanted:,} {name} were asked for; there are {level.n_groups:,}, because some are "
            "related to no other."
        )
    if level.merged_share > 0:
        notes.append(
            f"{level.merged_share:.1%} of the works were in {name} too small to stand alone, "
            "merged into the most related one; the quality given up is "
            f"{level.given_up:.2%} of all relatedness between topics."
        )
