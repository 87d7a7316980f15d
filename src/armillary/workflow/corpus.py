"""What is made of one corpus: its map and everything that rests on it, as tables."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from armillary.errors import TopicError
from armillary.evidence.store import Store
from armillary.model.columns import empty, schema, table_of
from armillary.model.progress import Progress, silent
from armillary.model.table import Table
from armillary.workflow.step import Result

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from armillary.analyses.topics.rising import DatedWorks, PastTopics
    from armillary.analyses.topics.terms import TermUse
    from armillary.model.literature import TopicDecision
    from armillary.model.observatory import TopicsDefinition

_RECIPE = (
    "topics", "clusters", "areas", "relatedness", "hot", "growing", "recent_years", "last_year",
    "min_works", "seed", "resamplings",
)  # fmt: skip
_HOLDS = 1 / 3  # share of a listed topic's works that a published topic must hold to stand for it
_ENOUGH_CITED = 0.6  # share of works related by citation from which lineage follows citations too


class Corpus(msgspec.Struct, frozen=True, kw_only=True):
    """Works and what is known of them.

    Args:
        id: Topic map.
        store: Where the tables live.
        works: Table `work`.
        citations: Columns `citing`, `cited`.
        references: Columns `citing`, `key`, `cited`; None where references are unknown.
        patents: Table `patent`; None where there is none.
    """

    id: str
    store: Store
    works: Table
    citations: Table
    references: Table | None = None
    patents: Table | None = None


def map_tables(
    corpus: Corpus,
    definition: TopicsDefinition,
    *,
    decisions: Sequence[TopicDecision] = (),
    progress: Progress = silent,
) -> Result:
    """Map the topics of a corpus.

    Args:
        corpus: The works.
        definition: What is asked for.
        decisions: What experts decided.
        progress: Told after each step.

    Returns:
        The tables of `map_topics`.
    """
    from armillary.analyses.topics import map_topics
    from armillary.model.literature import TopicRecipe

    found = map_topics(
        corpus.works,
        corpus.citations,
        corpus=corpus.id,
        recipe=TopicRecipe(**{name: getattr(definition, name) for name in _RECIPE}),
        references=corpus.references,
        decisions=decisions,
        progress=progress,
    )
    return Result(tables=found.tables, notes=found.notes)


def patent_tables(corpus: Corpus, *, members: Table) -> Result:
    """Count applicants, offices and fields of patents, and find the works they cite.

    Args:
        corpus: The works.
        members: Table `cluster_work` of the map.

    Returns:
        `cluster_patent`, `science_link` and rows of `cluster_indicator`.
    """
    from armillary.analyses.topics.patents import cluster_patents, patent_indicators
    from armillary.analyses.topics.science_links import science_links
    from armillary.model.codelists import ipc_concordance

    names = ("cluster_patent", "science_link", "cluster_indicator")
    store, patents = corpus.store, corpus.patents
    if patents is None or not store.rows(patents.select("work").limit(1)):
        return Result(tables={name: empty(name) for name in names})
    concordance = store.lend("ipc_concordance", ipc_concordance())
    placed = members.select("corpus", "cluster", "work")
    links = store.arrow(science_links(patents, corpus.works))
    indicators = store.arrow(
        patent_indicators(
            patents,
            placed,
            science_links=store.lend("found_science_link", links),
            concordance=concordance,
        )
    )
    counted = store.arrow(cluster_patents(patents, placed, concordance=concordance))
    return Result(
        tables={
            "cluster_patent": counted,
            "science_link": links,
            "cluster_indicator": table_of("cluster_indicator", indicators.to_pylist()),
        }
    )


def card_tables(
    corpus: Corpus,
    *,
    tables: Mapping[str, pa.Table],
    links: Table | None,
    progress: Progress = silent,
) -> Result:
    """Measure the indicators of every topic, make its card, and make every list by open rules.

    Args:
        corpus: The works.
        tables: `cluster`, `cluster_work` and `cluster_year` of the map.
        links: Table `science_link`; None where nobody looked for links.
        progress: Told after each family of indicators.

    Returns:
        The tables of `topic_cards` and `open_lists`.
    """
    from armillary.analyses.topics.cards import facts_of, topic_cards
    from armillary.analyses.topics.lists import open_lists

    facts = facts_of(
        corpus.works, tables["cluster"], members=tables["cluster_work"], corpus=corpus.id
    )
    made = topic_cards(
        facts, corpus.works, citations=corpus.citations, links=links, progress=progress
    )
    lists = open_lists(facts, tables, works=corpus.works, citations=corpus.citations)
    hidden = tables["cluster"].filter(tables["cluster"]["hidden"])["cluster"]
    shown = pc.invert(pc.is_in(lists["topic_list"]["item"], value_set=hidden.combine_chunks()))
    lists["topic_list"] = lists["topic_list"].filter(shown)
    return Result(tables=made.tables | lists)


def lineage_tables(
    corpus: Corpus,
    definition: TopicsDefinition,
    *,
    members: pa.Table,
    progress: Progress = silent,
) -> Result:
    """Follow topics through the years.

    Args:
        corpus: The works.
        definition: What is asked for.
        members: Table `cluster_work` of the map.
        progress: Told after each replicate.

    Returns:
        `topic_line` and `topic_event`.
    """
    import numpy as np

    from armillary.analyses.topics.clusters import clusters_wanted
    from armillary.analyses.topics.graph import part_of
    from armillary.analyses.topics.growth import last_complete_year
    from armillary.analyses.topics.lineage import LineageRecipe, lineage
    from armillary.analyses.topics.lineage_graph import earlier_graph

    nothing = Result(tables={name: empty(name) for name in ("topic_line", "topic_event")})
    works = corpus.store.arrow(corpus.works.select("work", "title", "abstract", "keywords", "year"))
    held = works["year"].drop_null().to_numpy()
    if not members.num_rows or np.unique(held).size < 2:
        return nothing
    last = definition.last_year or last_complete_year(held.astype(np.int64))
    works = works.filter(pc.less_equal(works["year"], last))
    cited = corpus.store.arrow(corpus.citations.select("citing", "cited"))
    linked = len(pc.unique(pa.concat_arrays([c.combine_chunks() for c in cited.columns])))
    graph, years = earlier_graph(works, cited if linked >= _ENOUGH_CITED * works.num_rows else None)
    first = int(years.min())
    recipe = LineageRecipe(
        min_works=definition.min_works,
        years=max(2, min(LineageRecipe().years, last - first)),
        seed=definition.seed,
    )
    names = sorted(pc.unique(members["cluster"]).to_pylist())
    at = pc.index_in(pa.array(graph.ids, type=pa.string()), members["work"].combine_chunks())
    own = members["cluster"].combine_chunks().take(at)
    topics = pc.fill_null(pc.index_in(own, pa.array(names)), -1).to_numpy().astype(np.int32)
    nodes = np.flatnonzero(years > last - recipe.window)
    recent = part_of(graph, nodes)
    wanted = clusters_wanted(
        recent,
        min(len(names), max(nodes.size // definition.min_works, 1)),
        seed=definition.seed,
        min_works=definition.min_works,
    )
    return Result(
        tables=lineage(
            graph,
            years,
            corpus=corpus.id,
            resolution=wanted.resolution,
            topics=topics,
            names=names,
            recipe=recipe,
            progress=progress,
        )
    )


def path_tables(corpus: Corpus, *, members: pa.Table) -> Result:
    """Find the main path of the corpus and of each topic.

    Args:
        corpus: The works.
        members: Table `cluster_work` of the map.

    Returns:
        `main_path`; no row where works do not cite each other.
    """
    from armillary.analyses.topics.main_path import main_paths

    cited = corpus.store.arrow(corpus.citations.select("citing", "cited"))
    if not cited.num_rows:
        return Result(tables={"main_path": empty("main_path")})
    return Result(tables={"main_path": main_paths(cited, corpus=corpus.id, clusters=members)})


def rising_tables(
    corpus: Corpus,
    definition: TopicsDefinition,
    *,
    members: pa.Table,
    progress: Progress = silent,
) -> Result:
    """List the topics and the terms that rise, each list with its rule and its backtest.

    A list learns its probabilities from the maps of earlier years that its backtest tests, so
    both are made at once.

    Args:
        corpus: The works.
        definition: What is asked for.
        members: Table `cluster_work` of the map, to say which published topic an entry is near.
        progress: Told after each map.

    Returns:
        `topic_list`, `topic_list_rule`, `term` and `term_year`; and the five tables of a
        backtest where the definition asks for it.
    """
    from armillary.analyses.topics.rising import rising_topics
    from armillary.analyses.topics.rising.rules import rule_rows
    from armillary.analyses.topics.terms import rising_terms

    past = _Past(corpus, definition, progress)
    lists: list[pa.Table] = []
    further: dict[str, pa.Table] = {"term": empty("term"), "term_year": empty("term_year")}
    why_not: dict[str, TopicError] = {}
    notes: list[str] = []
    try:
        known = past.topics if definition.backtest else None
        found = rising_topics(past.dated, past=known, progress=progress)
        lists.append(_near(found.topic_list, found.members(past.dated), members))
        notes += found.notes
    except TopicError as error:
        why_not["rising topics"] = error
    try:
        terms = rising_terms(past.use)
        lists.append(terms.pop("topic_list"))
        further |= terms
    except TopicError as error:
        why_not |= dict.fromkeys(("rising terms", "young terms"), error)
    listed = pa.concat_tables([empty("topic_list"), *lists])
    rules = table_of("topic_list_rule", rule_rows(listed, corpus=corpus.id, why_not=why_not))
    notes += [f"No list of {name}: {error}" for name, error in why_not.items()]
    made = {"topic_list": listed, "topic_list_rule": rules, **further}
    if definition.backtest:
        tested = _backtested(past)
        made |= tested.tables
        notes += tested.notes
    return Result(tables=made, notes=tuple(notes))


def backtest_tables(
    corpus: Corpus, definition: TopicsDefinition, *, progress: Progress = silent
) -> Result:
    """Backtest the three lists: frozen at earlier years, how often were they right.

    Args:
        corpus: The works.
        definition: What is asked for.
        progress: Told after each origin.

    Returns:
        The five tables of a backtest; no row for a list that the years do not suffice for,
        which the notes then say.
    """
    return _backtested(_Past(corpus, definition, progress))


class _Past:
    """What lists and their backtests both rest on, made when first asked for."""

    def __init__(self, corpus: Corpus, definition: TopicsDefinition, progress: Progress) -> None:
        self.corpus, self.definition, self.progress = corpus, definition, progress

    @cached_property
    def dated(self) -> DatedWorks:
        """The works, cut into words."""
        from armillary.analyses.topics.rising import dated_works

        works, leave_out = _until(self.corpus, self.definition), self.definition.incomplete
        return dated_works(works, corpus=self.corpus.id, leave_out=leave_out)

    @cached_property
    def tested(self) -> PastTopics:
        """Topics at earlier years.

        Raises:
            TopicError: The years or works suffice for none.
        """
        from armillary.analyses.topics.rising import past_topics

        return past_topics(self.dated, progress=self.progress)

    @property
    def topics(self) -> PastTopics:
        """The same, or none where there are none: a list without probabilities."""
        from armillary.analyses.topics.rising import PastTopics

        try:
            return self.tested
        except TopicError:
            return PastTopics(units=())

    @cached_property
    def use(self) -> TermUse:
        """Which works use which terms."""
        from armillary.analyses.topics.terms import term_use

        works, leave_out = _until(self.corpus, self.definition), self.definition.incomplete
        return term_use(works, corpus=self.corpus.id, leave_out=leave_out)


def _backtested(past: _Past) -> Result:
    from armillary.analyses.topics.backtest.run import TABLES
    from armillary.analyses.topics.rising import backtest_past
    from armillary.analyses.topics.terms import backtest_terms

    progress = past.progress
    makers: dict[str, Callable[[], dict[str, pa.Table]]] = {
        "rising topics": lambda: backtest_past([past.tested], progress=progress),
        "rising terms": lambda: backtest_terms([past.use], progress=progress),
        "young terms": lambda: backtest_terms([past.use], tier="young", progress=progress),
    }
    made: dict[str, list[pa.Table]] = {name: [empty(name)] for name in TABLES}
    notes: list[str] = []
    for name, make in makers.items():
        try:
            for table, rows in make().items():
                made[table].append(rows)
        except TopicError as error:
            notes.append(f"No backtest of {name}: {error}")
    return Result(
        tables={name: pa.concat_tables(parts) for name, parts in made.items()}, notes=tuple(notes)
    )


def _until(corpus: Corpus, definition: TopicsDefinition) -> Table:
    """Leave out what is later than the last year asked for."""
    if definition.last_year is None:
        return corpus.works
    return corpus.works.filter(corpus.works["year"] <= definition.last_year)


def _near(listed: pa.Table, held: Mapping[str, pa.Array], members: pa.Table) -> pa.Table:
    """Say which published topic holds most works of each listed one; the two maps differ."""
    works = members["work"].combine_chunks()
    names = members["cluster"].combine_chunks()
    near: list[str | None] = []
    for item in listed["item"].to_pylist():
        own = names.take(pc.index_in(held[item], works)).drop_null()
        counts = sorted(
            ((row["counts"], row["values"]) for row in pc.value_counts(own).to_pylist()),
            key=lambda pair: (-pair[0], pair[1]),
        )
        enough = counts and counts[0][0] >= _HOLDS * len(held[item])
        near.append(counts[0][1] if enough else None)
    place = listed.schema.get_field_index("cluster")
    renamed = pc.utf8_replace_slice(listed["item"], start=0, stop=1, replacement="R")
    listed = listed.set_column(place, "cluster", pa.array(near, type=pa.string()))
    listed = listed.set_column(listed.schema.get_field_index("item"), "item", renamed)
    return listed.cast(schema("topic_list"))
