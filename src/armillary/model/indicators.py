"""What an index is made of: the tree of indicators and every choice of its method, as data."""

from __future__ import annotations

import math
from collections import Counter
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import msgspec

from armillary.errors import DefinitionError, IndexMethodError, did_you_mean, listed, raise_all

if TYPE_CHECKING:
    from collections.abc import Sequence

Mean = Literal["arithmetic", "geometric"]
MEANS = ("arithmetic", "geometric")
NORMALISATIONS = ("minmax", "none")


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
        direction: Of an indicator; a group has none of its own.
        unit_measure: Unit of the raw value after `denominator` and `scale`; None takes the
            unit of the observations.
        indicator: INDICATOR code of the observations; None takes `code`.
        dimensions: Codes by dimension, e.g. {"SECT_FUND": "BES"}.
        dataflow: DATAFLOW of the observations; None takes any.
        denominator: INDICATOR code to divide by, same area and period.
        denominator_dimensions: Codes by dimension of the denominator.
        scale: Factor of the raw value: 100 makes a ratio a percentage.
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
            if node.direction is not Direction.HIGHER_IS_BETTER:
                problem = f"Group {code!r} has direction -1, which would change nothing."
                found.append(Fault(position, problem, "give the direction to its indicators"))
            if node.indicator or node.dimensions or node.dataflow or node.denominator:
                problem = f"Group {code!r} names observations, but its score comes from its parts."
                found.append(
                    Fault(position, problem, "leave indicator, dimensions and denominator empty")
                )
        elif node.denominator_dimensions and not node.denominator:
            problem = f"{code!r} has denominator_dimensions but no denominator."
            found.append(Fault(position, problem, "name the INDICATOR to divide by"))
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


class Normalise(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How raw values become scores.

    Args:
        method: minmax, or none where the values are scores already.
        range: Scores of the worst and the best unit (minmax only).
    """

    method: Literal["minmax", "none"] = "minmax"
    range: tuple[float, float] = (0.0, 100.0)


class Aggregate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the parts of a group become its score: a node decides before a level before the default.

    Args:
        level: Mean of the groups at a depth; 0 is the root.
        node: Mean of one group, by code.
    """

    default: Mean = "arithmetic"
    level: dict[int, Mean] = {}
    node: dict[str, Mean] = {}

    def of(self, code: str, *, level: int) -> Mean:
        """Return the mean of one group."""
        return self.node.get(code, self.level.get(level, self.default))


class Uncertainty(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far the weights are doubted.

    Args:
        replicates: Draws of all weights.
        spread: Each weight is drawn uniformly within this share of itself either way.
        seed: Seed of the draws.
    """

    replicates: int = 1_000
    spread: float = 0.25
    seed: int = 1


class IndexRecipe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every choice of method of one index, so that a rerun and an audit need nothing else.

    Args:
        period: Year scored, or "latest": the newest year any indicator has a value for.
        max_age_years: How much older than `period` a unit's value may be; the newest one
            within is taken. None is 0, and must be given for "latest".
        minimum_coverage: Share of the weight of its indicators a node needs for a score. The
            default is the JRC's rule of thumb of at least 65 % of the data.
        exclude: Areas that are not scored, e.g. the nation beside its provinces.
    """

    period: int | Literal["latest"]
    max_age_years: int | None = None
    normalise: Normalise = Normalise()
    aggregate: Aggregate = Aggregate()
    minimum_coverage: float = 0.65
    exclude: tuple[str, ...] = ()
    uncertainty: Uncertainty = Uncertainty()


def impossible(
    recipe: IndexRecipe, framework: Framework, *, where: str = "recipe"
) -> list[DefinitionError | IndexMethodError]:
    """Find what the recipe asks that cannot be done, before anything is computed.

    Args:
        recipe: The choices.
        framework: The tree they apply to.
        where: File or step, for the errors.

    Returns:
        One error for each problem: DefinitionError for values that mean nothing,
        IndexMethodError for choices that exclude each other.
    """
    found: list[DefinitionError | IndexMethodError] = []

    def refuse(key: str, problem: str, fix: str) -> None:
        found.append(DefinitionError(problem, where=f"{where}, {key}", fix=fix))

    if recipe.max_age_years is None and recipe.period == "latest":
        refuse(
            "period",
            '`period = "latest"` does not say how old a value may be.',
            "add `max_age_years = 3`, or name a year",
        )
    if recipe.max_age_years is not None and recipe.max_age_years < 0:
        refuse("max_age_years", f"{recipe.max_age_years} years is no age.", "give 0 or more")
    if isinstance(recipe.period, int) and not 1000 <= recipe.period <= 9999:
        refuse("period", f"{recipe.period} is no year.", "give four digits, e.g. 2023")
    if not 0 <= recipe.minimum_coverage <= 1:
        refuse("minimum_coverage", f"{recipe.minimum_coverage} is no share.", "give 0 to 1")
    doubt = recipe.uncertainty
    if not 0 <= doubt.spread < 1:
        refuse("uncertainty.spread", f"{doubt.spread} is no share below 1.", "give e.g. 0.25")
    if doubt.replicates < 1:
        refuse("uncertainty.replicates", f"{doubt.replicates} draws are none.", "give e.g. 1000")
    if doubt.seed < 0:
        refuse("uncertainty.seed", f"Seed {doubt.seed} is below 0.", "give 0 or more")
    low, high = recipe.normalise.range
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        refuse("normalise.range", f"[{low:g}, {high:g}] is no range.", "give e.g. [0, 100]")
    codes = [group.code for group in framework.groups]
    for code in recipe.aggregate.node:
        if code not in codes:
            refuse(
                f"aggregate.node.{code}",
                f"{code!r} is no group of the framework.",
                did_you_mean(code, codes, otherwise=f"groups are {listed(codes)}"),
            )
    levels = sorted({framework.level[code] for code in codes})
    for level in recipe.aggregate.level:
        if level not in levels:
            refuse(
                f"aggregate.level.{level}",
                f"No group is at level {level}.",
                f"groups are at levels {listed(levels)}; 0 is the root",
            )
    return [*found, *_contradictions(recipe, framework, where=where)]


def _contradictions(
    recipe: IndexRecipe, framework: Framework, *, where: str
) -> list[IndexMethodError]:
    found: list[IndexMethodError] = []
    geometric = [
        group.code
        for group in framework.groups
        if recipe.aggregate.of(group.code, level=framework.level[group.code]) == "geometric"
    ]
    low, high = recipe.normalise.range
    if geometric and recipe.normalise.method == "minmax" and low <= 0:
        found.append(
            IndexMethodError(
                f"The geometric mean of {listed(geometric)} needs scores above 0, but min-max "
                f"gives the worst unit {low:g}.",
                where=f"{where}, normalise.range with aggregate",
                fix=f'set `normalise = {{ method = "minmax", range = [1, {high:g}] }}`',
            )
        )
    turned = [n.code for n in framework.leaves if n.direction is Direction.LOWER_IS_BETTER]
    if turned and recipe.normalise.method == "none":
        found.append(
            IndexMethodError(
                f'{listed(turned)}: direction -1, but `normalise = "none"` takes values as '
                "scores and turns none round.",
                where=f"{where}, normalise with direction",
                fix="set direction 1 where the values are scores already, or use minmax",
            )
        )
    return found
