"""Topics of works outside an observatory: the map, the lists and their backtest as files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pyarrow as pa

from armillary.errors import SourceError
from armillary.evidence.duckdb import DuckDBStore
from armillary.model.observatory import Text, TopicsDefinition
from armillary.model.progress import Progress, silent
from armillary.publications import networks
from armillary.publications.topic_network import topic_network
from armillary.workflow import corpus as corpora
from armillary.workflow import folders

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from armillary.workflow.step import Result

NAME = "works"
NETWORKS = {
    "map.json": networks.vosviewer_json,
    "map.txt": networks.vosviewer_map,
    "network.txt": networks.vosviewer_network,
    "map.paj": networks.pajek,
    "map.graphml": networks.graphml,
}


class TopicFiles(msgspec.Struct, frozen=True, kw_only=True):
    """What a command wrote.

    Args:
        files: Names of the files in the folder.
        tables: The tables written, by name.
        notes: What a reader must know.
    """

    files: tuple[str, ...]
    tables: dict[str, pa.Table]
    notes: tuple[str, ...]

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Return the rows of one table; none where it was not made."""
        return self.tables[table].to_pylist() if table in self.tables else []


def definition_of(**asked: object) -> TopicsDefinition:
    """Return what is asked of a map of files.

    Args:
        **asked: Fields of `TopicsDefinition`; None leaves the default.
    """
    given = {name: value for name, value in asked.items() if value is not None}
    return TopicsDefinition(id=NAME, title=Text(en="Works"), works=(NAME,), **given)  # type: ignore[arg-type]


def map_files(
    files: Sequence[Path], *, out: Path, definition: TopicsDefinition, progress: Progress = silent
) -> TopicFiles:
    """Map the topics of works, with cards and lists by open rules.

    Args:
        files: Parquet of `works read` or `works merge`, or exports of any known format.
        out: Folder; replaced whole.
        definition: What is asked for.
        progress: Told how far it is.

    Raises:
        ArmillaryError: The problems of the files, or the works do not allow what is asked.
    """
    folders.require_free(out, own=NETWORKS)
    corpus = opened(files, progress)
    found = corpora.map_tables(corpus, definition, progress=progress)
    lines = corpora.lineage_tables(
        corpus, definition, members=found.tables["cluster_work"], progress=progress
    )
    paths = corpora.path_tables(corpus, members=found.tables["cluster_work"])
    cards = corpora.card_tables(corpus, tables=found.tables, links=None, progress=progress)
    return _written(out, [found, cards, lines, paths], network=True)


def emerging_files(
    files: Sequence[Path], *, out: Path, definition: TopicsDefinition, progress: Progress = silent
) -> TopicFiles:
    """List the topics and terms of works that rise, each list with its backtest.

    Args:
        files: As in `map_files`.
        out: Folder; replaced whole.
        definition: What is asked for; `backtest = False` leaves the backtest out.
        progress: Told how far it is.
    """
    folders.require_free(out, own=())
    corpus = opened(files, progress)
    found = corpora.map_tables(corpus, definition, progress=progress)
    listed = corpora.rising_tables(
        corpus, definition, members=found.tables["cluster_work"], progress=progress
    )
    return _written(out, [listed], network=False)


def backtest_files(
    files: Sequence[Path], *, out: Path, definition: TopicsDefinition, progress: Progress = silent
) -> TopicFiles:
    """Backtest the lists of rising topics and terms on works.

    Args:
        files: As in `map_files`.
        out: Folder; replaced whole.
        definition: What is asked for.
        progress: Told after each origin.
    """
    folders.require_free(out, own=())
    corpus = opened(files, progress)
    found = corpora.backtest_tables(corpus, definition, progress=progress)
    return _written(out, [found], network=False)


def opened(files: Sequence[Path], progress: Progress = silent) -> corpora.Corpus:
    """Read files into a store of their own, references matched.

    Args:
        files: Parquet of `works read` or `works merge`, or exports of any known format.
        progress: Told how far it is.
    """
    from armillary.sources.works.citations import reference_keys, resolve_citations
    from armillary.workflow.merging import read_rows

    parts = [read_rows(file, progress)[0] for file in files]
    rows = pa.concat_tables(parts)
    repeated = rows.num_rows - len(rows["work"].unique())
    if repeated:
        raise SourceError(
            f"{repeated:,} records stand in several of the files.",
            where=", ".join(file.name for file in files[:5]),
            fix="join them first: armillary works merge FILES... --out works.parquet",
        )
    place = rows.schema.get_field_index("source")
    rows = rows.set_column(place, rows.schema.field(place), pa.array([NAME] * rows.num_rows))
    store = DuckDBStore({})
    works = store.lend("read_work", rows)
    citations = store.lend("read_citation", store.arrow(resolve_citations(works)))
    references = store.arrow(reference_keys(works, citations))
    return corpora.Corpus(
        id=NAME,
        store=store,
        works=works,
        citations=citations,
        references=store.lend("read_reference", references) if references.num_rows else None,
    )


def _written(out: Path, results: Sequence[Result], *, network: bool) -> TopicFiles:
    tables: dict[str, pa.Table] = {}
    for result in results:
        for name, table in result.tables.items():
            tables[name] = pa.concat_tables([tables[name], table]) if name in tables else table

    def write(draft: Path) -> None:
        for name, table in tables.items():
            if table.num_rows:
                folders.write_table(draft, table, name=name)
        if network:
            held = topic_network(
                tables["cluster"].to_pylist(),
                tables["cluster_link"].to_pylist(),
                groups=tables["cluster_group"].to_pylist(),
                title="Topics",
                about="Topics of works; made with Armillary",
            )
            for name, make in NETWORKS.items():
                (draft / name).write_text(make(held), encoding="utf-8", newline="")

    return TopicFiles(
        files=folders.write_whole(out, write),
        tables=tables,
        notes=tuple(note for result in results for note in result.notes),
    )
