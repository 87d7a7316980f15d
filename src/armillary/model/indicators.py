"""What an index is made of: the tree of indicators."""

from __future__ import annotations

import math
from collections import Counter
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from armillary.errors import DefinitionError, did_you_mean, listed, raise_all

if TYPE_CHECKING:
    from collections.abc import Sequence


class Direction(IntEnum):
    """Whether more of an indicator is better."""

    HIGHER_IS_BETTER = 1
    LOWER_IS_BETTER = -1


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """One node of the framework: a group, or an indicator (a leaf) that reads observations.

    A leaf takes the observations of its INDICATOR whose dimensions are as named; a dimension
    it does not name must be `_T` (all) or `_Z` (not applicable). DATAFLOW, UNIT_MEASURE and
    PRICE_BASE may be named among the dimensions.

    Args:
        code: Code of the node, unique in the framework.
        parent: Node one level up; None for the root.
        weight: Weight among siblings; only ratios matter.
        direction: Of an indicator, or of a group: LOWER_IS_BETTER turns all beneath it round.
        unit_measure: Unit of the raw value after `denominator` and `scale`; None takes the
            unit of the observations.
        indicator: INDICATOR code of the observations; None takes `code`.
        dimensions: Codes by dimension, e.g. {"SECT_FUND": "BES"}.
        dataflow: DATAFLOW of the observations; None takes any.
        denominator: INDICATOR code to divide by, same area and period.
        denominator_dimensions: Codes by dimension of the denominator.
        scale: Factor of the raw value: 100 makes a ratio a percentage.
        target: Value to be reached, or fixed standard; in the unit of the indicator.
        low: Lower goalpost, in the unit of the indicator.
        high: Upper goalpost.
    """

    code: str
    name_en: str
    name_zh: str = ""
    parent: str | None = None
    weight: float = 1.0
    direction: Direction = Direction.HIGHER_IS_BETTER
    unit_measure: str | None = None
    indicator: str | None = None
    dimensions: dict[str, str] = {}
    dataflow: str | None = None
    denominator: str | None = None
    denominator_dimensions: dict[str, str] = {}
    scale: float = 1.0
    target: float | None = None
    low: float | None = None
    high: float | None = None


class Fault(msgspec.Struct, frozen=True):
    """One thing wrong with a list of nodes: where in the list, what, and the mend."""

    position: int
    problem: str
    fix: str


def faults(nodes: Sequence[Node]) -> list[Fault]:
    """Find everything that keeps `nodes` from being a framework, in the order listed."""
    found = [*_tree_faults(nodes), *_node_faults(nodes)]
    return sorted(found, key=lambda fault: fault.position)


def _tree_faults(nodes: Sequence[Node]) -> list[Fault]:
    if not nodes:
        return [Fault(0, "The framework has no node.", "list the index itself, then its parts")]
    found: list[Fault] = []
    seen: set[str] = set()
    codes = [node.code for node in nodes]
    parents = {node.code: node.parent for node in nodes}
    for position, node in enumerate(nodes):
        if node.code in seen:
            found.append(
                Fault(position, f"Code {node.code!r} is listed twice.", "give each node one code")
            )
        seen.add(node.code)
        if node.parent is not None and node.parent not in parents:
            mend = did_you_mean(node.parent, codes, otherwise=f"list {node.parent!r} as a node")
            found.append(
                Fault(position, f"Parent {node.parent!r} of {node.code!r} is not a node.", mend)
            )
        elif _goes_round(node.code, parents):
            found.append(
                Fault(
                    position,
                    f"Node {node.code!r} is its own ancestor.",
                    "let its parents lead to the root",
                )
            )
    roots = [i for i, node in enumerate(nodes) if node.parent is None]
    if not roots:
        found.append(Fault(0, "No node is the root.", "leave the parent of the index itself empty"))
    elif len(roots) > 1:
        named = listed([nodes[i].code for i in roots])
        found.append(
            Fault(roots[1], f"Several nodes have no parent: {named}.", "keep one root, the index")
        )
    if len(nodes) == 1:
        found.append(Fault(0, "The framework has no indicator.", "list the parts of the index"))
    return found


def _goes_round(code: str, parents: dict[str, str | None]) -> bool:
    at = parents[code]
    for _ in range(len(parents)):
        if at is None or at == code:
            break
        at = parents.get(at)
    return at == code


def _node_faults(nodes: Sequence[Node]) -> list[Fault]:
    found: list[Fault] = []
    groups = {node.parent for node in nodes}
    sums: Counter[str | None] = Counter()
    for position, node in enumerate(nodes):
        code = node.code
        if not math.isfinite(node.weight) or node.weight < 0:
            problem = f"Weight of {code!r} is {node.weight}, not a number from 0 up."
            found.append(Fault(position, problem, "give a weight of 0 or more; ratios count"))
        else:
            sums[node.parent] += node.weight  # type: ignore[assignment]
        if not math.isfinite(node.scale) or node.scale <= 0:
            problem = f"Scale of {code!r} is {node.scale}, not a number above 0."
            found.append(Fault(position, problem, "use direction -1 to turn an indicator round"))
        if code in groups:
            if node.indicator or node.dimensions or node.dataflow or node.denominator:
                problem = f"Group {code!r} names observations, but its score comes from its parts."
                found.append(
                    Fault(position, problem, "leave indicator, dimensions and denominator empty")
                )
            continue
        if node.denominator_dimensions and not node.denominator:
            problem = f"{code!r} has denominator_dimensions but no denominator."
            found.append(Fault(position, problem, "name the INDICATOR to divide by"))
        if (node.low is None) != (node.high is None):
            problem = f"{code!r} has one goalpost only."
            found.append(Fault(position, problem, "fill both low and high, or neither"))
        elif node.low is not None and node.high is not None and not node.low < node.high:
            problem = f"The goalposts of {code!r} are {node.low:g} and {node.high:g}."
            found.append(Fault(position, problem, "low must be below high, whatever the direction"))
    for position, node in enumerate(nodes):
        if node.code in groups and sums[node.code] == 0:
            problem = f"The weights of all parts of {node.code!r} are 0."
            found.append(Fault(position, problem, "give at least one part a weight above 0"))
    return found


class Framework(msgspec.Struct, frozen=True, dict=True):
    """The tree of an index, of any depth; branches may differ in depth.

    Source: OECD/JRC (2008), doi:10.1787/9789264043466-en, step 1.

    Args:
        nodes: All nodes, in the order they are shown.

    Raises:
        DefinitionError: The nodes are no tree; every fault is named at once.
    """

    nodes: tuple[Node, ...]

    def __post_init__(self) -> None:
        """Refuse what is no tree."""
        raise_all(
            [
                DefinitionError(
                    fault.problem, where=f"framework, node {fault.position + 1}", fix=fault.fix
                )
                for fault in faults(self.nodes)
            ]
        )

    @cached_property
    def root(self) -> Node:
        """Return the index itself."""
        return next(node for node in self.nodes if node.parent is None)

    @cached_property
    def children(self) -> dict[str, tuple[Node, ...]]:
        """Return the parts of each group, by its code, in the order listed."""
        parts: dict[str, list[Node]] = {}
        for node in self.nodes:
            if node.parent is not None:
                parts.setdefault(node.parent, []).append(node)
        return {code: tuple(nodes) for code, nodes in parts.items()}

    @cached_property
    def leaves(self) -> tuple[Node, ...]:
        """Return the indicators, in the order listed."""
        return tuple(node for node in self.nodes if node.code not in self.children)

    @cached_property
    def direction(self) -> dict[str, Direction]:
        """Return which way each node counts for the index: its own and all groups' above it."""
        parents = {node.code: node for node in self.nodes}
        found: dict[str, Direction] = {}
        for node in self.nodes:
            sign, at = 1, node
            while True:
                sign *= int(at.direction)
                if at.parent is None:
                    break
                at = parents[at.parent]
            found[node.code] = Direction(sign)
        return found

    @cached_property
    def level(self) -> dict[str, int]:
        """Return the depth of each node: 0 the root."""
        parents = {node.code: node.parent for node in self.nodes}
        levels: dict[str, int] = {}
        for code, parent in parents.items():
            depth, at = 0, parent
            while at is not None:
                depth, at = depth + 1, parents[at]
            levels[code] = depth
        return levels

    @cached_property
    def groups(self) -> tuple[Node, ...]:
        """Return the groups, every group after all its parts: the order of aggregation."""
        held = [node for node in self.nodes if node.code in self.children]
        return tuple(sorted(held, key=lambda node: -self.level[node.code]))
