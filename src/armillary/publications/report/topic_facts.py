"""What the report of a topic map needs from the store, read once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis
import msgspec

from armillary.errors import StoreError
from armillary.model.observatory import TopicsDefinition
from armillary.publications.report.backtest_facts import ListTest, list_tests

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from armillary.evidence.store import Store
    from armillary.publications.report.blocks import Cell
    from armillary.publications.report.words import Words

Row = dict[str, Any]
RISING_TOPICS, RISING_TERMS, YOUNG_TERMS = "rising topics", "rising terms", "young terms"
FORECASTS = (RISING_TOPICS, RISING_TERMS, YOUNG_TERMS)
_WORKS = 5


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """One technology experts decided about.

    Args:
        row: Row of `emerging_technology`.
        entries: Places of its topics and terms in lists, by list.
    """

    row: Row
    entries: dict[str, list[Row]]


class TopicFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One topic map, read from the store.

    Args:
        definition: The map.
        clusters: Rows of `cluster` by id, the largest first.
        groups: Rows of `cluster_group` by id, the largest first.
        years: Rows of `cluster_year` by cluster.
        lists: Rows of `topic_list` by list, in order.
        rules: Rows of `topic_list_rule`, in order.
        terms: Rows of `term` that technologies were chosen by.
        term_years: Rows of `term_year` by term.
        tests: Backtest of each list that has one.
        cards: Rows of `cluster_card` by cluster and attribute.
        actors: Rows of `cluster_actor` by cluster and kind.
        main_paths: Works along the main path of each cluster, the oldest first.
        works: Most central works by cluster.
        completeness: Rows of `completeness` of the corpus.
        qualities: Rows of `map_quality`.
        technologies: What experts chose and rejected, in order.
        recovery: Rows of `recovery`.
        sources: Title, files, works read and kept of each source.
        simulated: Whether the corpus was simulated.
    """

    definition: TopicsDefinition
    clusters: dict[str, Row]
    groups: dict[str, Row]
    years: dict[str, list[Row]]
    lists: dict[str, list[Row]]
    rules: list[Row]
    terms: dict[str, Row]
    term_years: dict[str, list[Row]]
    tests: dict[str, ListTest]
    cards: dict[str, dict[str, Row]]
    actors: dict[str, dict[str, list[Row]]]
    main_paths: dict[str, list[Row]]
    works: dict[str, list[Row]]
    completeness: list[Row]
    qualities: list[Row]
    technologies: list[Chosen]
    recovery: list[Row]
    sources: list[Row]
    simulated: bool

    @property
    def n_works(self) -> int:
        """Works on the map."""
        return sum(row["n_works"] for row in self.clusters.values())

    @property
    def hot(self) -> list[Row]:
        """The list of hot topics."""
        return self._ranked("hot_rank")

    @property
    def growing(self) -> list[Row]:
        """The list of topics whose growth has been measured."""
        return self._ranked("growing_rank")

    @property
    def chosen(self) -> list[Chosen]:
        """Technologies that were chosen."""
        return [one for one in self.technologies if one.row["decision"] != "reject"]

    def _ranked(self, place: str) -> list[Row]:
        found = [row for row in self.clusters.values() if row[place] is not None]
        return sorted(found, key=lambda row: row[place])

    def of_level(self, level: str) -> list[Row]:
        """Groups of one level (`cluster` or `area`), the largest first."""
        return [row for row in self.groups.values() if row["level"] == level]

    def shares(self, cluster: str) -> list[float | None]:
        """Share of a topic in all works of the map, year by year."""
        rows = self.years.get(cluster, [])
        return [row["n_works"] / row["n_all"] if row["n_all"] else None for row in rows]

    def term_shares(self, term: str) -> list[float | None]:
        """Share of all works that use a term, year by year."""
        rows = self.term_years.get(term, [])
        return [row["n_works"] / row["n_all"] if row["n_all"] else None for row in rows]

    def cluster_of(self, entry: Row) -> Row | None:
        """Return the topic of the map an entry of a list is about or near, or None."""
        if entry["kind"] != "cluster":
            return None
        return self.clusters.get(entry["cluster"] or entry["item"])

    def rule(self, name: str) -> Row | None:
        """Return the rule of a list."""
        return next((row for row in self.rules if row["list"] == name), None)


def label_of(row: Row, words: Words) -> Cell:
    """Return the label of a topic or group in the language of the report where it has one.

    Args:
        row: Row of `cluster` or `cluster_group`.
        words: Texts in the language of the report.
    """
    own = row.get(f"label_{words.language}")
    return tidy(own) if own else words.foreign(tidy(row["label"]))


def entry_label(facts: TopicFacts, entry: Row, *, words: Words) -> str:
    """Return the label of an entry of a list in plain text.

    Where it is in the other language, that of the topic of the map is taken.

    Args:
        facts: The topic map.
        entry: Row of `topic_list`.
        words: Texts in the language of the report.
    """
    cluster = facts.cluster_of(entry)
    if cluster is None or isinstance(words.foreign(entry["label"]), str):
        return tidy(entry["label"])
    return plain(label_of(cluster, words))


def is_han(text: str) -> bool:
    """Say whether a text holds Chinese characters."""
    return any("\u3400" <= letter <= "\u9fff" for letter in text)


def tidy(label: str) -> str:
    """Join the terms of a Chinese label as Chinese does.

    Examples:
        >>> tidy("电极, 神经"), tidy("electrode, nerve")
        ('电极、神经', 'electrode, nerve')
    """
    return label.replace(", ", "、") if is_han(label) else label


def plain(cell: Cell) -> str:
    """Return the text of a cell without its language."""
    return cell if isinstance(cell, str) else str(cell.get("text", ""))


def topic_facts(store: Store, definition: TopicsDefinition) -> TopicFacts:
    """Read one topic map; tables that the store lacks are empty.

    Args:
        store: The store.
        definition: The topic map.
    """
    read = _Reader(store, definition.id)
    clusters = sorted(read("cluster"), key=lambda row: (-row["n_works"], row["cluster"]))
    groups = sorted(read("cluster_group"), key=lambda row: (-row["n_works"], row["group"]))
    lists = _grouped(read("topic_list", "rank"), "list")
    decided = read("emerging_technology", "position")
    shown = sorted(row["cluster"] for row in clusters)
    return TopicFacts(
        definition=definition,
        clusters={row["cluster"]: row for row in clusters},
        groups={row["group"]: row for row in groups},
        years=_grouped(read("cluster_year", "year"), "cluster"),
        lists=lists,
        rules=read("topic_list_rule", "position"),
        terms=_terms(store, definition.id, [t for row in decided for t in row["terms"] or ()]),
        term_years=_grouped(read("term_year", "year"), "term"),
        tests=list_tests(
            {
                name: read(name)
                for name in (
                    "backtest",
                    "backtest_origin",
                    "backtest_case",
                    "backtest_control",
                    "backtest_bin",
                )
            }
        ),
        cards=_twice(read("cluster_card"), "attribute"),
        actors={
            cluster: _grouped(rows, "kind")
            for cluster, rows in _grouped(read("cluster_actor", "position"), "cluster").items()
        },
        main_paths=_main_paths(store, read("main_path", "step")),
        works=_central(store, definition.id, shown),
        completeness=[
            row for row in read.all("completeness") if row["source"] in definition.read_from
        ],
        qualities=read("map_quality", "n_clusters"),
        technologies=[Chosen(row=row, entries=_places(row, lists)) for row in decided],
        recovery=read("recovery", "topic"),
        sources=_sources(read, definition),
        simulated=_simulated(read, definition),
    )


class _Reader:
    """Reads the rows of one map; a table the store does not know has none."""

    def __init__(self, store: Store, corpus: str) -> None:
        self.store, self.corpus = store, corpus

    def __call__(self, name: str, *order: str) -> list[Row]:
        rows = self.all(name, corpus=True)
        return sorted(rows, key=lambda row: tuple(row[key] for key in order)) if order else rows

    def all(self, name: str, *, corpus: bool = False) -> list[Row]:
        try:
            table = self.store.table(name)
        except StoreError:
            return []
        if corpus:
            table = table.filter(table["corpus"] == self.corpus)
        return self.store.rows(table.order_by(list(table.columns)[:4]))


def _grouped(rows: Iterable[Row], key: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row[key], []).append(row)
    return found


def _terms(store: Store, corpus: str, names: list[str]) -> dict[str, Row]:
    """Return the rows of some terms; a corpus has far more than a report needs."""
    table = store.table("term")
    wanted = table.filter((table["corpus"] == corpus) & table["term"].isin(sorted(set(names))))
    return {row["term"]: row for row in store.rows(wanted.order_by("term"))} if names else {}


def _twice(rows: Iterable[Row], key: str) -> dict[str, dict[str, Row]]:
    return {
        cluster: {row[key]: row for row in held}
        for cluster, held in _grouped(rows, "cluster").items()
    }


def _central(store: Store, corpus: str, clusters: Sequence[str]) -> dict[str, list[Row]]:
    """Return the most central works of each cluster, the more cited first among equals."""
    if not clusters:
        return {}
    held = store.table("cluster_work")
    held = held.filter(held["corpus"] == corpus).select("cluster", "work", "centrality")
    works = store.table("work").select(
        "work", "title", "year", "venue", "authors", "cited_by_count"
    )
    joined = held.join(works, "work")
    order = [
        ibis.desc(joined.centrality),
        ibis.desc(ibis.coalesce(joined.cited_by_count, -1)),
        joined.work,
    ]
    numbered = joined.mutate(
        place=ibis.row_number().over(ibis.window(group_by=joined.cluster, order_by=order))
    )
    first = numbered.filter(numbered.place < _WORKS).order_by("cluster", "place")
    return _grouped(store.rows(first), "cluster")


def _main_paths(store: Store, rows: list[Row]) -> dict[str, list[Row]]:
    """Return the works along the key route of each cluster, or along its global path."""
    routes: dict[str, dict[str, list[Row]]] = {}
    for row in rows:
        if row["cluster"] is not None:
            routes.setdefault(row["cluster"], {}).setdefault(row["route"], []).append(row)
    taken = {
        cluster: next(held[name] for name in ("global", "key-route", "local") if name in held)
        for cluster, held in routes.items()
    }
    ids = {row[end] for held in taken.values() for row in held for end in ("citing", "cited")}
    if not ids:
        return {}
    table = store.table("work")
    titled = table.filter(table["work"].isin(sorted(ids))).select(
        "work", "title", "year", "authors", "venue"
    )
    works = {row["work"]: row for row in store.rows(titled)}
    return {
        cluster: sorted(
            (
                works[work]
                for work in {row[end] for row in held for end in ("citing", "cited")}
                if work in works
            ),
            key=lambda work: (work["year"] or 0, work["work"]),
        )
        for cluster, held in taken.items()
    }


def _places(row: Row, lists: dict[str, list[Row]]) -> dict[str, list[Row]]:
    """Find the topics and terms of a technology in all lists."""
    own = {("cluster", item) for item in row["clusters"] or ()}
    own |= {("term", item) for item in row["terms"] or ()}
    found = {
        name: [e for e in entries if (e["kind"], e["cluster"] or e["item"]) in own]
        for name, entries in lists.items()
    }
    return {name: entries for name, entries in found.items() if entries}


def _sources(read: _Reader, definition: TopicsDefinition) -> list[Row]:
    sums: dict[str, Row] = {}
    for row in read.all("reading"):
        if row["source"] in {*definition.works, *definition.read_from}:
            own = sums.setdefault(
                row["source"],
                {"source": row["source"], "files": 0, "n_read": 0, "n_kept": 0, "n_rejected": 0},
            )
            own["files"] += 1
            for key in ("n_read", "n_kept", "n_rejected"):
                own[key] += row[key]
    return [sums[name] for name in sorted(sums)]


def _simulated(read: _Reader, definition: TopicsDefinition) -> bool:
    named = {row["source"] for row in read.all("origin") if row["simulated"]}
    return bool(named & {*definition.works, *definition.read_from})
