"""Merge records of one work from several databases into one row."""

from __future__ import annotations

import collections
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pyarrow as pa

from armillary.errors import SourceError, listed
from armillary.model.columns import schema, table_of
from armillary.model.progress import silent
from armillary.sources.works.families import patent_families
from armillary.sources.works.merging.blocking import Block, too_general
from armillary.sources.works.merging.clusters import (
    Clusters,
    Link,
    cluster,
    require_agreement,
)
from armillary.sources.works.merging.identifiers import IDENTIFIERS, doi_of
from armillary.sources.works.merging.judging import Judge
from armillary.sources.works.merging.rows import tables_of
from armillary.sources.works.merging.rules import MergeRules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from armillary.model.progress import Progress
    from armillary.sources.works.merging.decisions import MergeDecision
    from armillary.sources.works.merging.judging import Judgement

_STEPS = 5
_ALL_PAIRS = 12
_NEXT = 3
_COMPARED = ("title", "year", "authors", "venue", "doi", "type")


class Merged(msgspec.Struct, frozen=True, kw_only=True):
    """What `merge_works` gives.

    Args:
        tables: `work`, `work_member` and `work_pair` of `columns.csv`.
        n_records: Records read.
        n_works: Works they are.
        n_joined: Works of two records or more.
        rules: Pairs joined by each rule.
        reasons: Pairs not joined by each reason, closest pairs and cut ones alike.
        notes: What a reader must know.
    """

    tables: dict[str, pa.Table]
    n_records: int
    n_works: int
    n_joined: int
    rules: dict[str, int]
    reasons: dict[str, int]
    notes: tuple[str, ...]


def merge_works(
    works: pa.Table,
    *,
    source: str = "merged",
    patents: pa.Table | None = None,
    decisions: Sequence[MergeDecision] = (),
    rules: MergeRules | None = None,
    progress: Progress = silent,
) -> Merged:
    """Find the records that are one work, within and across databases, and make one row of each.

    Identifiers join first (DOI, ids of databases, publications of patents), then titles with
    years and authors; see `judging` for each rule and guard, `clusters` for what is cut, `rows`
    for what a merged row holds. Patents are joined by identifiers alone. Decisions of experts win
    over everything. The same records give the same works in any order.

    Source: rules of our own; the frame (blocking, comparing, linking) is that of Fellegi &
    Sunter (1969), doi:10.1080/01621459.1969.10501049.

    Args:
        works: Table `work` of one or several sources, ids unique.
        source: Source of the merged rows; their ids begin with it.
        patents: Table `patent` of the same sources, so that families are joined by family ids,
            listed members and priorities too (`patent_families`); without it by the
            publication numbers that `work` holds.
        decisions: What `read_decisions` gives.
        rules: Every choice; the usual ones where none is given.
        progress: Told after each step.

    Raises:
        SourceError: A work id stands at several records.
        DefinitionError: Decisions contradict each other.
    """
    rules = rules or MergeRules()
    wanted = schema("work")
    works = works.select(wanted.names).cast(wanted).combine_chunks().sort_by("work")
    ids = works["work"].to_pylist()
    _require_unique(ids)
    what = f"merging {len(ids):,} records"
    columns = {name: works[name].to_pylist() for name in _COMPARED}
    dois = [doi_of(text) for text in columns["doi"]]
    general = too_general(columns["title"], rules.generic)
    is_patent = np.array([kind == "patent" for kind in columns["type"]], bool)
    progress(what, 1, _STEPS)
    block = Block(columns["title"], ~(general | is_patent))
    judge = Judge(columns, block=block, rules=rules)
    clusters = Clusters(len(ids), dois, rules)
    pairs = _Pairs(ids, rules)
    _by_keys("family", _families(ids, patents), judge=judge, pairs=pairs)
    for rule, keys in IDENTIFIERS:
        _by_keys(rule, keys(works), judge=judge, pairs=pairs)
    progress(what, 2, _STEPS)
    for left, right in block.pairs(columns["title"], columns["authors"]).tolist():
        if (left, right) not in pairs.linked:
            pairs.hear(left, right, judge.by_title(left, right))
    progress(what, 3, _STEPS)
    for left, right in pairs.apart:
        clusters.keep_apart(left, right)
    decided, absent = _decided(clusters, decisions, ids)
    used, cut = cluster(clusters, [*pairs.linked.values()], decided=decided)
    progress(what, 4, _STEPS)
    groups = clusters.groups()
    tables = tables_of(works, groups, links=_surest(used), source=source, rules=rules)
    named = dict(zip(tables["work_member"]["member"].to_pylist(),
                     tables["work_member"]["work"].to_pylist(), strict=True))  # fmt: skip
    rows, counted = pairs.rows(source, used, cut, named=named)
    tables["work_pair"] = table_of("work_pair", rows)
    progress(what, 5, _STEPS)
    n_works = tables["work"].num_rows
    return Merged(
        tables=tables,
        n_records=len(ids),
        n_works=n_works,
        n_joined=len(groups),
        rules=dict(collections.Counter(link.rule for link in used)),
        reasons=counted,
        notes=_notes(int(general.sum()), absent, pairs.n_unlisted),
    )


class _Pairs:
    """Pairs judged so far: those to link, and those like each other that are not."""

    def __init__(self, ids: Sequence[str], rules: MergeRules) -> None:
        self._ids = ids
        self._most = rules.max_near
        self.linked: dict[tuple[int, int], Link] = {}
        self.near: list[tuple[float, int, int, Judgement]] = []
        self.apart: set[tuple[int, int]] = set()
        self.n_unlisted = 0

    def hear(self, left: int, right: int, said: Judgement) -> None:
        if said.outcome == "join":
            known = self.linked.get((left, right))
            if known is None or known.evidence < said.evidence:
                self.linked[left, right] = Link(left, right, said.rule, said.evidence, said.text)
            return
        if said.outcome == "other":
            return
        if said.outcome == "apart":
            self.apart.add((left, right))
            if not said.rule:
                return
        self.near.append((-said.evidence, left, right, said))
        if len(self.near) > 2 * self._most:
            self._prune()

    def _prune(self) -> None:
        self.near.sort(key=lambda one: one[:3])
        self.n_unlisted += max(len(self.near) - self._most, 0)
        del self.near[self._most :]

    def rows(
        self,
        source: str,
        used: Sequence[Link],
        cut: Sequence[tuple[Link, str]],
        *,
        named: dict[str, str],
    ) -> tuple[list[dict[str, object]], dict[str, int]]:
        """Return the rows of `work_pair`, and how many pairs each reason kept apart."""
        rows: dict[tuple[int, int], dict[str, object]] = {}
        counted: collections.Counter[str] = collections.Counter()

        def add(left: int, right: int, outcome: str, link: Link | Judgement, text: str) -> bool:
            a, b = self._ids[left], self._ids[right]
            if (left, right) in rows or (outcome != "joined" and named[a] == named[b]):
                return False
            rows[left, right] = {
                "source": source, "a": a, "b": b, "outcome": outcome, "rule": link.rule,
                "evidence": link.evidence, "text": text,
            }  # fmt: skip
            return True

        for link in used:
            by = f" (decided by {link.by})" if link.by else ""
            add(link.left, link.right, "joined", link, f"{link.text}{by}")
        for link, reason in cut:
            if add(link.left, link.right, "cut", link, f"{reason}; {link.text}"):
                counted["cut: " + reason.partition(",")[0]] += 1
        self._prune()
        for _, left, right, said in self.near:
            if add(left, right, "near", said, said.text):
                counted[said.text.partition(";")[0].partition(":")[0]] += 1
        ordered = [rows[key] for key in sorted(rows)]
        return ordered, dict(counted.most_common())


def _require_unique(ids: Sequence[str]) -> None:
    twice = [work for work, n in collections.Counter(ids).items() if n > 1]
    if twice:
        raise SourceError(
            f"{len(twice):,} work ids stand at several records: {listed(sorted(twice)[:6])}.",
            where="works to be merged",
            fix="read each file with a source of its own: "
            "armillary works read FILE --source NAME --out NAME.parquet",
        )


def _families(ids: Sequence[str], patents: pa.Table | None) -> Iterator[tuple[int, str]]:
    """Give the family of each patent as `patent_families` finds it: row and key."""
    if patents is None:
        return
    at = {work: row for row, work in enumerate(ids)}
    found = patent_families(patents)
    for member, kept in sorted(
        zip(*(found[n].to_pylist() for n in ("member", "work")), strict=True)
    ):
        if member in at:
            yield at[member], f"family:{kept}"


def _by_keys(rule: str, keys: Iterable[tuple[int, str]], *, judge: Judge, pairs: _Pairs) -> None:
    held: dict[str, list[int]] = collections.defaultdict(list)
    for row, key in keys:
        if not held[key] or held[key][-1] != row:
            held[key].append(row)
    for _, rows in sorted(held.items()):
        if len(rows) < 2:
            continue
        # A DOI of a whole volume may stand at hundreds of its papers.
        reach = len(rows) if len(rows) <= _ALL_PAIRS else _NEXT
        ordered = rows if reach == len(rows) else sorted(rows, key=_by_title(judge))
        for i, one in enumerate(ordered):
            for other in ordered[i + 1 : i + 1 + reach]:
                left, right = min(one, other), max(one, other)
                pairs.hear(left, right, judge.by_identifier(left, right, rule=rule))


def _by_title(judge: Judge) -> Callable[[int], tuple[str, int]]:
    return lambda row: (judge.title(row).key, row)


def _decided(
    clusters: Clusters, decisions: Sequence[MergeDecision], ids: Sequence[str]
) -> tuple[list[Link], int]:
    """Turn decisions into links and bars; return the links and how many name absent records."""
    at = {work: row for row, work in enumerate(ids)}
    links: list[Link] = []
    absent = 0
    told = []
    for one in decisions:
        if one.a not in at or one.b not in at:
            absent += 1
            continue
        left, right = sorted((at[one.a], at[one.b]))
        told.append((one, [(left, right)]))
        if one.decision == "join":
            text = f"{one.reason} ({one.date})"
            links.append(Link(left, right, "decision", 1.0, text, one.by))
        else:
            clusters.keep_apart(left, right)
    links.sort(key=lambda link: (link.left, link.right))
    trial = Clusters(len(ids), [None] * len(ids), MergeRules())
    for link in links:
        trial.join(link.left, link.right)
    require_agreement(trial, told)
    return links, absent


def _surest(used: Sequence[Link]) -> dict[int, Link]:
    """Return for each record the link of most evidence that holds it; an expert's first."""
    best: dict[int, Link] = {}
    for link in used:
        for row in (link.left, link.right):
            known = best.get(row)
            if known is None or (not known.by and link.evidence > known.evidence):
                best[row] = link
    return best


def _notes(n_general: int, n_absent: int, n_unlisted: int) -> tuple[str, ...]:
    said = []
    if n_general:
        said.append(
            f"{n_general:,} records have no title or one too general to compare "
            "(Introduction, Editorial); only identifiers join them."
        )
    if n_absent:
        said.append(f"{n_absent:,} decisions name records that are not here.")
    if n_unlisted:
        said.append(f"{n_unlisted:,} near misses, less close than those listed, are not listed.")
    return tuple(said)
