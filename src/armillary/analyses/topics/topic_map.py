"""A topic map: related works, their clusters, and what became of each cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from ibis import _

from armillary.analyses.topics.clusters import cluster_weights
from armillary.analyses.topics.consensus import consensus_at, consensus_wanted, runs_for
from armillary.analyses.topics.decisions import decision_tables, regroup
from armillary.analyses.topics.graph import Graph, graph_of
from armillary.analyses.topics.growth import last_complete_year, thin_years, windows
from armillary.analyses.topics.labels import candidates_for, characteristic_terms
from armillary.analyses.topics.level_tables import level_tables
from armillary.analyses.topics.related_works import relate_works
from armillary.analyses.topics.stability import UNSTABLE, stability
from armillary.analyses.topics.topic_tables import topic_tables
from armillary.analyses.topics.words import phrases, tokenise
from armillary.errors import TopicError, listed
from armillary.model.progress import silent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from armillary.analyses.topics.clusters import Clusters
    from armillary.analyses.topics.stability import Stability
    from armillary.model.literature import TopicDecision, TopicRecipe
    from armillary.model.progress import Progress
    from armillary.model.table import Table

_STEPS = 7


class TopicMap(msgspec.Struct, frozen=True, kw_only=True):
    """What `map_topics` gives.

    Args:
        tables: `cluster`, `cluster_group`, `cluster_work`, `cluster_year`, `cluster_link`,
            `topic_decision` and `emerging_technology` of `columns.csv`.
        resolution: Resolution its topics were found at.
        notes: What a reader must know: works left off the map and why, what was merged.
    """

    tables: dict[str, pa.Table]
    resolution: float
    notes: tuple[str, ...]


def map_topics(
    works: Table,
    citations: Table,
    *,
    corpus: str,
    recipe: TopicRecipe,
    references: Table | None = None,
    decisions: Sequence[TopicDecision] = (),
    progress: Progress = silent,
) -> TopicMap:
    """Map the topics of a corpus and measure their growth.

    Works are related by citation and text, clustered with the constant Potts model, named by
    their characteristic terms and laid out. Nothing is foretold: a growing topic has grown.
    Source: see `relatedness`, `leiden`, `labels`, `growth` and `layout` for each method.

    Args:
        works: One row per work; columns of the table `work`.
        citations: One row per citation; columns `citing`, `cited`; may be empty.
        corpus: Topic map in observatory.toml.
        recipe: Every choice of method.
        references: One row per reference; columns `citing`, `key`, `cited` of the table
            `reference`; None leaves out what works cite outside the corpus.
        decisions: What experts decided about topics.
        progress: Told after each step.

    Raises:
        TopicError: No work has a year; neither text nor citations relate the works; the
            relatedness asked for is not to be had; or there are too few works for the number of
            topics.
    """
    what = f"topic map {corpus}"
    notes: list[str] = []
    rows, last_year = _considered(works, corpus, recipe, notes)
    years = rows["year"].to_numpy().astype(np.int64)
    window = windows(years, last_year=last_year, recent_years=recipe.recent_years)
    progress(what, 1, _STEPS)
    ids = rows["work"].to_pylist()
    tokens = tokenise(_texts(rows))
    if not decisions:
        rows = rows.select(["work", "year", "cited_by_count"])  # texts are not needed again
    found = phrases(tokens, longest=3, longest_han=10, min_works=2)
    progress(what, 2, _STEPS)
    related = relate_works(
        works.filter(_.year <= last_year),
        citations,
        references=references,
        ids=ids,
        tokens=tokens,
        found=found,
        recipe=recipe,
        corpus=corpus,
        notes=notes,
    )
    graph = graph_of(related.relations)
    none = related.relations.schema.empty_table()  # they take more than the graph
    related = msgspec.structs.replace(related, relations=none)
    _enough_works(graph.n_nodes, corpus, recipe)
    progress(what, 3, _STEPS)
    runs = runs_for(graph.n_nodes, recipe.runs)
    if runs < recipe.runs:
        notes.append(
            f"Topics are what {runs} clusterings agree on, not {recipe.runs}: a map of so many "
            "works would take too long otherwise."
        )
    clusters, resolution = consensus_wanted(
        graph, recipe.topics, seed=recipe.seed, runs=runs, min_works=recipe.min_works
    )
    _note_clusters(clusters, recipe, notes)
    labels = _labels_of_rows(graph, clusters.labels, ids)
    decided = regroup(labels, ids, decisions=decisions, users=lambda term: _users(rows, term))
    if decisions:
        labels = decided.labels
        at = pc.index_in(pa.array(graph.ids, type=pa.string()), pa.array(ids)).to_numpy()
        clusters = msgspec.structs.replace(clusters, labels=labels[at])
        notes += [f"A decision was not applied: {a.note}" for a in decided.applied if not a.done]
    progress(what, 4, _STEPS)
    found_again = _found_again(graph, clusters, resolution, recipe, notes)
    progress(what, 5, _STEPS)
    _note_left_out(labels, clusters.labels, related.lack, notes)
    candidates = candidates_for(tokens, found, labels=labels)
    naming = characteristic_terms(
        tokens, found, labels=labels, n_terms=recipe.terms, candidates=candidates
    )
    progress(what, 6, _STEPS)
    between = cluster_weights(graph, clusters.labels)
    tables = topic_tables(
        rows,
        graph,
        between=between,
        corpus=corpus,
        recipe=recipe,
        relatedness=related.name,
        labels=labels,
        node_labels=clusters.labels,
        naming=naming,
        window=window,
        found_again=found_again,
    )
    tables |= decision_tables(tables["cluster"], decided.applied, corpus=corpus)
    tables |= level_tables(
        tables["cluster"],
        between,
        labels=labels,
        tokens=tokens,
        found=found,
        candidates=candidates,
        recipe=recipe,
        notes=notes,
    )
    progress(what, 7, _STEPS)
    return TopicMap(tables=tables, resolution=resolution, notes=tuple(notes))


def _texts(rows: pa.Table) -> Iterator[tuple[str | None, ...]]:
    """Go through title, abstract and keywords of each work, some at a time."""
    for batch in rows.select(["title", "abstract", "keywords"]).to_batches(max_chunksize=10_000):
        for title, abstract, keywords in zip(
            *(column.to_pylist() for column in batch.columns), strict=True
        ):
            yield title, abstract, *(keywords or ())


def _users(rows: pa.Table, term: str) -> NDArray[np.bool_]:
    """Say which works use a term in title, abstract or keywords, whatever its case."""
    wanted = term.casefold()
    return np.array(
        [wanted in " \n".join(part or "" for part in parts).casefold() for parts in _texts(rows)]
    )


def _considered(
    works: Table, corpus: str, recipe: TopicRecipe, notes: list[str]
) -> tuple[pa.Table, int]:
    """Collect the works up to the last complete year, in order of their ids."""
    wanted = ("work", "title", "abstract", "keywords", "year", "cited_by_count")
    rows = works.select(*wanted).to_pyarrow()
    n_all = rows.num_rows
    rows = rows.filter(pc.is_valid(rows["year"])).sort_by("work")
    if rows.num_rows == 0:
        raise TopicError(
            f"None of the {n_all:,} works of {corpus!r} has a year.",
            where=f"topics.{corpus}",
            fix="read a source whose records hold the year of publication.",
        )
    if rows.num_rows < n_all:
        notes.append(f"{n_all - rows.num_rows:,} works without a year are left off the map.")
    years = rows["year"].to_numpy().astype(np.int64)
    last_year = recipe.last_year
    if last_year is None:
        last_year = last_complete_year(years)
    early = rows.filter(pa.array(years <= last_year))
    if early.num_rows < rows.num_rows:
        notes.append(
            f"{rows.num_rows - early.num_rows:,} works after {last_year}, the last complete "
            "year, are left off the map."
        )
    if early.num_rows == 0:
        raise TopicError(
            f"No work of {corpus!r} is from {last_year} or before.",
            where=f"topics.{corpus}, last_year; works are of {years.min()}-{years.max()}",
            fix=f"set last_year = {last_complete_year(years)}, or remove it.",
        )
    thin = thin_years(years[years <= last_year])
    if thin:
        notes.append(
            f"The source holds less than half the works of the years around it for "
            f"{listed(thin)}; shares are compared, not counts."
        )
    return early, last_year


def _enough_works(n_works: int, corpus: str, recipe: TopicRecipe) -> None:
    if n_works < recipe.topics * recipe.min_works or recipe.topics < 1:
        most = max(n_works // recipe.min_works, 0)
        fix = f"set topics = {most} or fewer." if most else "read more works, or lower min_works."
        raise TopicError(
            f"{n_works:,} related works are too few for {recipe.topics:,} topics of at least "
            f"{recipe.min_works} works.",
            where=f"topics.{corpus}, topics",
            fix=fix,
        )


def _found_again(
    graph: Graph, clusters: Clusters, resolution: float, recipe: TopicRecipe, notes: list[str]
) -> Stability | None:
    """Make the map again from resampled relations, as it was made the first time."""
    if not recipe.resamplings:
        return None

    def again(thinner: Graph, share: float, seed: int) -> NDArray[np.int32]:
        return consensus_at(
            thinner,
            resolution=resolution * share,
            agreed_resolution=clusters.resolution * share,
            seed=seed,
            runs=runs_for(graph.n_nodes, recipe.runs),
            n_topics=recipe.topics,
            min_works=recipe.min_works,
        )

    found = stability(
        graph, clusters.labels, again=again, resamplings=recipe.resamplings, seed=recipe.seed
    )
    stable = int((found.mean >= UNSTABLE).sum())
    notes.append(
        f"{stable:,} of {found.mean.size:,} topics are stable: made again "
        f"{recipe.resamplings} times from 95% of the relations, they overlap by {UNSTABLE:.0%} or "
        "more on average with a topic found."
    )
    return found


def _note_clusters(clusters: Clusters, recipe: TopicRecipe, notes: list[str]) -> None:
    n_clusters, merged_share = clusters.n_clusters, clusters.merged_share
    if n_clusters < recipe.topics:
        notes.append(
            f"{recipe.topics:,} topics were asked for; the works form no more than "
            f"{n_clusters:,} of at least {recipe.min_works} works."
        )
    if merged_share > 0:
        notes.append(
            f"{merged_share:.1%} of the works were in clusters too small to stand alone and "
            "were merged into the most related one; the quality given up is "
            f"{clusters.given_up:.2%} of all relatedness."
        )


def _labels_of_rows(
    graph: Graph, node_labels: NDArray[np.int32], ids: list[str]
) -> NDArray[np.int32]:
    """Return the cluster of every work, -1 where it has none, in order of works."""
    at = pc.index_in(pa.array(graph.ids), pa.array(ids, type=pa.string())).to_numpy()
    labels = np.full(len(ids), -1, dtype=np.int32)
    labels[at] = node_labels
    return labels


def _note_left_out(
    labels: NDArray[np.int32],
    node_labels: NDArray[np.int32],
    lack: str,
    notes: list[str],
) -> None:
    small = int((node_labels < 0).sum())
    unrelated = labels.size - node_labels.size
    if unrelated:
        notes.append(f"{unrelated:,} works {lack} and are left off the map.")
    if small:
        notes.append(
            f"{small:,} works in groups too small for a topic, related to no other, are left "
            "off the map."
        )
