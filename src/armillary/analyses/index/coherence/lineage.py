"""Where a node stands in the framework, and the numbers of every node in one place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armillary.errors import IndexMethodError, listed

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from armillary.model.indicators import Framework

Row = dict[str, Any]  # one row of a table: column names to text, number, bool or None


def ancestors(framework: Framework, code: str) -> tuple[str, ...]:
    """Return the groups above a node, its parent first, the root last.

    No method of its own.

    Examples:
        >>> from armillary.model.indicators import Framework, Node
        >>> tree = [Node(code=c, name_en=c, parent=p) for c, p in
        ...         [("I", None), ("P", "I"), ("x", "P")]]
        >>> ancestors(Framework(tuple(tree)), "x")
        ('P', 'I')
    """
    parents = {node.code: node.parent for node in framework.nodes}
    above: list[str] = []
    at = parents[code]
    while at is not None:
        above.append(at)
        at = parents[at]
    return tuple(above)


def beneath(framework: Framework, code: str) -> tuple[str, ...]:
    """Return the indicators beneath a node, in the order of the framework; a leaf has itself.

    No method of its own.
    """
    return tuple(
        leaf.code
        for leaf in framework.leaves
        if code == leaf.code or code in ancestors(framework, leaf.code)
    )


def of_level(framework: Framework, level: int | None) -> tuple[str, ...]:
    """Return the nodes at a depth (1: the parts of the index); None takes the indicators.

    No method of its own.

    Raises:
        IndexMethodError: No node is at that level.
    """
    if level is None:
        return tuple(leaf.code for leaf in framework.leaves)
    found = tuple(node.code for node in framework.nodes if framework.level[node.code] == level)
    if not found:
        raise IndexMethodError(
            f"The framework has no node at level {level}.",
            where=f"level, framework {framework.root.code!r}",
            fix=f"levels go from 0, the root, to {max(framework.level.values())}",
        )
    return found


def by_code(
    framework: Framework,
    *,
    values: NDArray[np.float64],
    scores: Mapping[str, NDArray[np.float64]],
) -> dict[str, NDArray[np.float64]]:
    """Gather the numbers of all nodes, in the order of the framework.

    No method of its own.

    Args:
        framework: The tree.
        values: Of the indicators, shape (leaves, units); NaN = missing.
        scores: Of the groups, by code, shape (units,); NaN = no score.

    Raises:
        IndexMethodError: A group has no scores, or the shapes do not fit each other.
    """
    leaves = [leaf.code for leaf in framework.leaves]
    if values.ndim != 2 or values.shape[0] != len(leaves):
        raise IndexMethodError(
            f"Values of shape {values.shape} are given for {len(leaves)} indicators.",
            where=f"framework {framework.root.code!r}",
            fix="give one row for each leaf of the framework, one column for each unit",
        )
    absent = [group.code for group in framework.groups if group.code not in scores]
    if absent:
        raise IndexMethodError(
            f"No scores are given for {listed(absent)}.",
            where=f"framework {framework.root.code!r}",
            fix="compute the index first, and give the scores of every group",
        )
    units = values.shape[1]
    uneven = [g.code for g in framework.groups if scores[g.code].shape != (units,)]
    if uneven:
        raise IndexMethodError(
            f"Scores of {listed(uneven)} are not those of {units} units.",
            where=f"framework {framework.root.code!r}",
            fix="give values and scores of the same units, in the same order",
        )
    rows = dict(zip(leaves, values, strict=True))
    return {
        node.code: rows[node.code] if node.code in rows else scores[node.code]
        for node in framework.nodes
    }
