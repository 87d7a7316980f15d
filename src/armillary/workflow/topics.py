"""The steps of a topic map: merged works, the map, cards, lineage, paths, backtested lists."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import msgspec

from armillary.errors import TopicError
from armillary.workflow import corpus as corpora
from armillary.workflow.step import Result, Step, Work

if TYPE_CHECKING:
    from pathlib import Path

    from armillary.evidence.store import Store
    from armillary.model.observatory import Observatory, TopicsDefinition
    from armillary.model.table import Table


def topic_steps(definition: TopicsDefinition, observatory: Observatory) -> list[Step]:
    """Return the steps of one topic map, each after the steps it reads.

    Args:
        definition: The map.
        observatory: What the user defined; its folder holds the decisions.
    """
    road = [_merge(definition, observatory)] if definition.merged else []
    road += [_map(definition, observatory), _patents(definition), _cards(definition)]
    return [*road, _lineage(definition), _paths(definition), _rising(definition)]


def corpus_of(store: Store, definition: TopicsDefinition) -> corpora.Corpus:
    """Return the works of a map and what is known of them, one row each where records merged.

    Args:
        store: The evidence.
        definition: The map.
    """
    references = _of(store.table("reference"), definition.works)
    held = references.select("source").distinct().limit(1)
    return corpora.Corpus(
        id=definition.id,
        store=store,
        works=_of(store.table("work"), definition.read_from),
        citations=_of(store.table("citation"), definition.read_from),
        references=_merged(store, references, ("citing", "cited"), definition)
        if store.rows(held)
        else None,
        patents=_merged(store, _of(store.table("patent"), definition.works), ("work",), definition),
    )


def _merged(
    store: Store, table: Table, columns: tuple[str, ...], definition: TopicsDefinition
) -> Table:
    """Name the works of a table by the merged works they became."""
    if definition.merged is None:
        return table
    members = store.table("work_member").select("member", merged="work")
    for column in columns:
        joined = table.left_join(members, table[column] == members.member)
        table = joined.select(
            **{name: joined.merged if name == column else joined[name] for name in table.columns}
        )
    return table


def _merge(definition: TopicsDefinition, observatory: Observatory) -> Step:
    """The works of several sources, each once, and who of them cites whom across the sources."""
    decisions = observatory.root / "decisions" / "merges.csv"
    source = f"merge:{definition.id}"

    def run(work: Work) -> Result:
        from armillary.sources.works.completeness import completeness
        from armillary.sources.works.merging import merge_works, read_decisions
        from armillary.sources.works.merging.citations import merged_citations

        works = _of(work.store.table("work"), definition.works)
        merged = merge_works(
            work.store.arrow(works),
            source=source,
            patents=work.store.arrow(_of(work.store.table("patent"), definition.works)),
            decisions=read_decisions(decisions) if decisions.is_file() else (),
            progress=work.progress,
        )
        tables = dict(merged.tables)
        tables["citation"] = work.store.arrow(
            merged_citations(
                works,
                work.store.lend("merged_member", tables["work_member"]),
                known=_of(work.store.table("citation"), definition.works),
                source=source,
            )
        )
        rows = work.store.lend("merged_work", tables["work"])
        cited = work.store.lend("merged_citation", tables["citation"])
        tables["completeness"] = work.store.arrow(completeness(rows, cited))
        said = f"{merged.n_records:,} records are {merged.n_works:,} works"
        return Result(tables=tables, notes=(said, *merged.notes))

    return Step(
        name=source,
        says=f"Merging {definition.title.in_language('en')}",
        run=run,
        files=(decisions,) if decisions.is_file() else (),
        after=_sources(definition),
        parameters={"works": list(definition.works), "source": source},
        code=("sources/works",),
    )


def _map(definition: TopicsDefinition, observatory: Observatory) -> Step:
    planted = any(observatory.sources[name].kind == "simulated" for name in definition.works)
    decisions = decisions_file(observatory)

    def run(work: Work) -> Result:
        from armillary.analyses.topics import recovery
        from armillary.sources.decisions import read_topic_decisions

        decided = (
            read_topic_decisions(decisions, maps=list(observatory.topics)) if decisions else ()
        )
        found = corpora.map_tables(
            corpus_of(work.store, definition),
            definition,
            decisions=[one for one in decided if one.topics == definition.id],
            progress=work.progress,
        )
        tables = dict(found.tables)
        if planted:
            tables["recovery"] = recovery(
                _of(work.store.table("planted_topic"), definition.works),
                _merged(
                    work.store,
                    _of(work.store.table("planted_work"), definition.works),
                    ("work",),
                    definition,
                ),
                clusters=work.store.lend("found_cluster", tables["cluster"]),
                cluster_works=work.store.lend("found_cluster_work", tables["cluster_work"]),
                corpus=definition.id,
            )
        return Result(tables=tables, notes=found.notes)

    return Step(
        name=f"topics:{definition.id}",
        says=definition.title.in_language("en"),
        run=run,
        files=(decisions,) if decisions else (),
        after=(*_sources(definition), *([definition.merged] if definition.merged else [])),
        parameters=_plain(definition, observatory),
        code=("analyses/topics", "sources/decisions", "workflow/corpus"),
    )


def _patents(definition: TopicsDefinition) -> Step:
    def run(work: Work) -> Result:
        return corpora.patent_tables(
            corpus_of(work.store, definition), members=_own(work, "cluster_work", definition)
        )

    return _further(definition, "patents", "Patents of", run)


def _cards(definition: TopicsDefinition) -> Step:
    def run(work: Work) -> Result:
        corpus = corpus_of(work.store, definition)
        patents = corpus.patents
        # Where there is no patent nobody could look for links: missing, not none.
        sought = patents is not None and work.store.rows(patents.select("work").limit(1))
        return corpora.card_tables(
            corpus,
            tables={
                name: work.store.arrow(_own(work, name, definition))
                for name in ("cluster", "cluster_work", "cluster_year")
            },
            links=work.store.table("science_link") if sought else None,
            progress=work.progress,
        )

    step = _further(definition, "cards", "Cards and open lists of", run)
    return msgspec.structs.replace(step, after=(*step.after, f"patents:{definition.id}"))


def _lineage(definition: TopicsDefinition) -> Step:
    def run(work: Work) -> Result:
        return corpora.lineage_tables(
            corpus_of(work.store, definition),
            definition,
            members=work.store.arrow(_own(work, "cluster_work", definition)),
            progress=work.progress,
        )

    return _further(definition, "lineage", "Years of", run)


def _paths(definition: TopicsDefinition) -> Step:
    def run(work: Work) -> Result:
        return corpora.path_tables(
            corpus_of(work.store, definition),
            members=work.store.arrow(_own(work, "cluster_work", definition)),
        )

    return _further(definition, "paths", "Main paths of", run)


def _rising(definition: TopicsDefinition) -> Step:
    def run(work: Work) -> Result:
        return corpora.rising_tables(
            corpus_of(work.store, definition),
            definition,
            members=work.store.arrow(_own(work, "cluster_work", definition)),
            progress=work.progress,
        )

    return _further(definition, "rising", "What rises in", run)


def _further(definition: TopicsDefinition, kind: str, says: str, run: Any) -> Step:
    return Step(
        name=f"{kind}:{definition.id}",
        says=f"{says} {definition.title.in_language('en')}",
        run=run,
        after=(
            *_sources(definition),
            *([definition.merged] if definition.merged else []),
            f"topics:{definition.id}",
        ),
        parameters={
            name: value
            for name, value in msgspec.to_builtins(definition).items()
            if name not in {"title", "about"}
        },
        code=("analyses/topics", "analyses/intervals", "workflow/corpus", "workflow/topics"),
    )


def decisions_step(observatory: Observatory) -> list[Step]:
    """Return the step that reads the decisions about topics, so that a check tells their faults.

    Args:
        observatory: What the user defined.
    """
    path = decisions_file(observatory)
    if path is None:
        return []

    def run(work: Work) -> Result:
        from armillary.sources.decisions import read_topic_decisions

        decided = read_topic_decisions(path, maps=list(observatory.topics))
        return Result(notes=(f"{len(decided):,} decisions about topics",))

    return [
        Step(
            name="decisions:topics",
            says="Decisions about topics",
            run=run,
            files=(path,),
            parameters={"maps": list(observatory.topics)},
            code=("sources/decisions",),
        )
    ]


def decisions_file(observatory: Observatory) -> Path | None:
    """Return the file of decisions about topics, None where nobody decided anything."""
    path = observatory.root / "decisions" / "topics.csv"
    return path if path.is_file() else None


def central_works(folder: Path, topic: str, *, n_works: int = 5) -> list[str]:
    """Return the most central works of a topic as last built: what a decision names it by.

    Args:
        folder: Folder that holds observatory.toml.
        topic: Map and topic, e.g. "robots/T0012".
        n_works: How many.

    Raises:
        TopicError: Nothing has been built yet, or there is no such topic.
    """
    from armillary.evidence.duckdb import DuckDBStore
    from armillary.workflow.state import PUBLISHED, Home

    name, _, cluster = topic.partition("/")
    home = Home(folder.resolve())
    store = DuckDBStore(home.parts(home.read(PUBLISHED)))
    members = store.table("cluster_work")
    held = members.filter((members["corpus"] == name) & (members["cluster"] == cluster))
    found = store.rows(held.order_by(held["centrality"].desc(), "work").limit(n_works))
    store.close()
    if not found:
        raise TopicError(
            f"There is no topic {topic!r}.",
            where=str(folder),
            fix="write MAP/TOPIC, as in robots/T0012, of an observatory that was built",
        )
    return [row["work"] for row in found]


def _own(work: Work, table: str, definition: TopicsDefinition) -> Table:
    rows = work.store.table(table)
    return rows.filter(rows["corpus"] == definition.id)


def _of(table: Table, sources: tuple[str, ...]) -> Table:
    return table.filter(table["source"].isin(list(sources)))


def _sources(definition: TopicsDefinition) -> tuple[str, ...]:
    kinds = ("source", "references")
    return tuple(f"{kind}:{name}" for name in definition.works for kind in kinds)


def _plain(definition: TopicsDefinition, observatory: Observatory) -> dict[str, Any]:
    plain = msgspec.to_builtins(
        definition, enc_hook=lambda path: os.path.relpath(path, observatory.root)
    )
    return dict(plain)
