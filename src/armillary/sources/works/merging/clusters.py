"""Records joined pair by pair become works; a work that contradicts itself is cut."""

from __future__ import annotations

import collections
from typing import TYPE_CHECKING

import msgspec

from armillary.errors import DefinitionError
from armillary.sources.works.merging.identifiers import kind_of_doi, same_doi

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from armillary.sources.works.merging.decisions import MergeDecision
    from armillary.sources.works.merging.rules import MergeRules


class Link(msgspec.Struct, frozen=True):
    """Two records a rule or an expert says are one work.

    Args:
        left: Row of one record, the lower one.
        right: Row of the other.
        rule: doi, id, family, title, title_alike, subtitle or decision.
        evidence: From 0 to 1.
        text: What agrees.
        by: Who decided; empty for a rule.
    """

    left: int
    right: int
    rule: str
    evidence: float
    text: str
    by: str = ""


class Clusters:
    """Records joined so far, with what each group may not be joined with.

    Args:
        n: Number of records.
        dois: DOI of each record, None where it has none.
        rules: How DOIs of each kind begin.
    """

    def __init__(self, n: int, dois: Sequence[str | None], rules: MergeRules) -> None:
        self._parent = list(range(n))
        self._rules = rules
        self._dois = dois
        self._rows: dict[int, list[int]] = {}
        self._apart: dict[int, set[int]] = collections.defaultdict(set)

    def find(self, row: int) -> int:
        """Return the row that stands for the group of a row."""
        while self._parent[row] != row:
            self._parent[row] = self._parent[self._parent[row]]
            row = self._parent[row]
        return row

    def rows(self, row: int) -> list[int]:
        """Return the rows of the group of a row."""
        root = self.find(row)
        return self._rows.get(root, [root])

    def keep_apart(self, left: int, right: int) -> None:
        """Forbid that two records ever come into one group."""
        self._apart[left].add(right)
        self._apart[right].add(left)

    def join(self, left: int, right: int) -> None:
        """Join the groups of two records."""
        one, other = sorted((self.find(left), self.find(right)))
        if one != other:
            held = self.rows(one) + self.rows(other)
            self._parent[other] = one
            self._rows.pop(other, None)
            self._rows[one] = held

    def conflict(self, roots: Iterable[int]) -> str | None:
        """Say what in several groups contradicts that they are one work."""
        groups = [self.rows(root) for root in sorted(set(roots))]
        held = [self._held(rows) for rows in groups]
        for i, ours in enumerate(held):
            for theirs in held[:i]:
                for kind in sorted(ours.keys() & theirs.keys()):
                    left, right = theirs[kind] - ours[kind], ours[kind] - theirs[kind]
                    if left and right and not same_doi(min(left), min(right)):
                        return f"one work would have two DOIs, {min(left)} and {min(right)}"
        of = {row: i for i, rows in enumerate(groups) for row in rows}
        for row, i in of.items():
            if any(of.get(other, i) != i for other in self._apart.get(row, ())):
                return "it would join records that must be kept apart"
        return None

    def _held(self, rows: list[int]) -> dict[str, set[str]]:
        """Return the DOIs of a group by kind."""
        held: dict[str, set[str]] = {}
        for row in rows:
            if doi := self._dois[row]:
                held.setdefault(kind_of_doi(doi, self._rules), set()).add(doi)
        return held

    def groups(self) -> list[list[int]]:
        """Return every group of two or more records, rows in order."""
        return sorted(sorted(rows) for rows in self._rows.values())


def cluster(
    clusters: Clusters, links: Sequence[Link], *, decided: Sequence[Link] = ()
) -> tuple[list[Link], list[tuple[Link, str]]]:
    """Join what links say, the surest first, and cut what would contradict itself.

    Links of equal evidence are taken together, so that their order does not decide: where all
    they would join contains a conflict, a link is used only if everything its two ends are
    linked to is free of it.

    Args:
        clusters: The records, with what must be kept apart.
        links: What the rules say.
        decided: What experts say; used first, whatever contradicts it.

    Returns:
        The links used, and those cut, each with the reason.
    """
    used: list[Link] = []
    cut: list[tuple[Link, str]] = []
    for link in decided:
        clusters.join(link.left, link.right)
        used.append(link)
    levels: dict[float, list[Link]] = collections.defaultdict(list)
    for link in links:
        levels[round(link.evidence, 3)].append(link)
    for level in sorted(levels, reverse=True):
        _level(clusters, levels[level], used, cut)
    return used, cut


def _level(
    clusters: Clusters, links: list[Link], used: list[Link], cut: list[tuple[Link, str]]
) -> None:
    around: dict[int, set[int]] = collections.defaultdict(set)
    ends = [(clusters.find(link.left), clusters.find(link.right)) for link in links]
    for one, other in ends:
        around[one].add(other)
        around[other].add(one)
    part: dict[int, int] = {}
    parts: list[list[int]] = []
    for root in sorted(around):
        if root in part:
            continue
        held, waiting = [], [root]
        part[root] = len(parts)
        while waiting:
            held.append(one := waiting.pop())
            for other in around[one]:
                if other not in part:
                    part[other] = len(parts)
                    waiting.append(other)
        parts.append(held)
    conflicts = [clusters.conflict(held) for held in parts]
    # Decided before anything is joined, so that no order of links matters.
    verdicts: list[str | None] = []
    for one, other in ends:
        said = conflicts[part[one]] if one != other else None
        if said is not None:
            said = clusters.conflict({one, other, *around[one], *around[other]})
        verdicts.append(said)
    for link, verdict in sorted(zip(links, verdicts, strict=True), key=_place):
        said = verdict
        if said is None:  # far ends of a chain may still contradict each other
            roots = {clusters.find(link.left), clusters.find(link.right)}
            said = clusters.conflict(roots) if len(roots) == 2 else None
        if said is None:
            clusters.join(link.left, link.right)
            used.append(link)
        else:
            cut.append((link, said))


def _place(one: tuple[Link, str | None]) -> tuple[int, int]:
    return one[0].left, one[0].right


def require_agreement(
    clusters: Clusters, decisions: Sequence[tuple[MergeDecision, Sequence[tuple[int, int]]]]
) -> None:
    """Refuse decisions that, taken together, join what one of them keeps apart.

    Args:
        clusters: The records after joining what was decided.
        decisions: Each decision with the pairs of rows it is about.

    Raises:
        DefinitionError: A pair to be kept apart is in one group.
    """
    for decision, pairs in decisions:
        for left, right in pairs:
            if decision.decision != "join" and clusters.find(left) == clusters.find(right):
                raise DefinitionError(
                    f"{decision.a} and {decision.b} are to be kept apart, but other decisions "
                    "join them by way of further records.",
                    where=decision.where,
                    fix="delete this row, or one of the rows that join them",
                )
