"""Correlations that speak against the framework: conflict, redundancy, parts hardly counting."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from armillary.analyses.index.coherence import correlation
from armillary.analyses.index.coherence.lineage import Row, ancestors, by_code, of_level
from armillary.errors import IndexMethodError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from armillary.model.indicators import Framework


def flags(
    framework: Framework,
    *,
    values: NDArray[np.float64],
    scores: Mapping[str, NDArray[np.float64]],
    method: correlation.Method = "pearson",
    conflict: float = 0.0,
    significance: float = 0.05,
    redundancy: float = 0.92,
    weak: float = 0.3,
    within: int | None = None,
) -> list[Row]:
    """Find the pairs of a group that pull apart or say the same, and the parts that hardly count.

    The limits are rules of thumb of the JRC's audits, not tests; set them where yours differ.
    Source: OECD/JRC (2008), doi:10.1787/9789264043466-en, step 4.

    Args:
        framework: The tree.
        values: Of the indicators, shape (leaves, units), turned so that higher is better;
            NaN = missing. Raw values of a turned indicator would show conflicts that are none.
        scores: Of the groups, by code, shape (units,).
        method: The coefficient.
        conflict: Two of a group conflict below this coefficient ...
        significance: ... where its p-value is below this.
        redundancy: Two of a group say the same above this coefficient.
        weak: A node hardly counts in its group below this coefficient.
        within: Compare all indicators, and all groups of one level, beneath the groups at this
            level (0: the whole framework); None compares the parts of each group.

    Returns:
        One row per finding, by kind, then in the order of the framework: `kind` (conflict,
        redundancy, weak), `code`, `other` (for weak: the group), `group` they are compared in,
        `level` of the node, `correlation`, `p_value`, `units`.

    Raises:
        IndexMethodError: A limit is no coefficient or probability, or as for `matrix`.
    """
    for name, limit in {"conflict": conflict, "redundancy": redundancy, "weak": weak}.items():
        if not -1 <= limit <= 1:
            raise _no_limit(name, limit, "-1 to 1")
    if not 0 < significance <= 1:
        raise _no_limit("significance", significance, "above 0 to 1")
    numbers = by_code(framework, values=values, scores=scores)
    at = {code: i for i, code in enumerate(numbers)}
    table = np.array(list(numbers.values()))
    coefficients = correlation.matrix(table, method=method)
    probabilities = correlation.p_values(table, method=method)
    units = correlation.units_in_common(table)

    def row(kind: str, code: str, other: str, group: str) -> Row:
        i, j = at[code], at[other]
        return {
            "kind": kind,
            "code": code,
            "other": other,
            "group": group,
            "level": framework.level[code],
            "correlation": float(coefficients[i, j]),
            "p_value": float(probabilities[i, j]),
            "units": int(units[i, j]),
        }

    found: dict[str, list[Row]] = {"conflict": [], "redundancy": [], "weak": []}
    for group, parts in _compared(framework, within):
        for first, code in enumerate(parts):
            for other in parts[first + 1 :]:
                r, p = coefficients[at[code], at[other]], probabilities[at[code], at[other]]
                if r < conflict and p < significance:
                    found["conflict"].append(row("conflict", code, other, group))
                if r > redundancy:
                    found["redundancy"].append(row("redundancy", code, other, group))
    for node in framework.nodes:
        if node.parent is not None and coefficients[at[node.code], at[node.parent]] < weak:
            found["weak"].append(row("weak", node.code, node.parent, node.parent))
    return [one for rows in found.values() for one in rows]


def denominator_correlations(
    values: NDArray[np.float64],
    *,
    codes: Sequence[str],
    denominators: Mapping[str, NDArray[np.float64]],
    threshold: float = 0.7,
    method: correlation.Method = "pearson",
) -> list[Row]:
    """Find raw indicators that grow with the size of a unit, and may need a denominator.

    Source: OECD/JRC (2008), doi:10.1787/9789264043466-en, step 5, on size.

    Args:
        values: Raw values before any division, shape (indicators, units); NaN = missing.
        codes: Codes of the indicators.
        denominators: Sizes (GDP, population ...) by code, shape (units,).
        threshold: Coefficients above this, either way, are listed.
        method: The coefficient.

    Returns:
        One row per pair, in the order given: `code`, `other` (the denominator),
        `correlation`, `p_value`, `units`.

    Raises:
        IndexMethodError: The threshold is no coefficient, or as for `matrix`.
    """
    if not 0 <= threshold <= 1:
        raise _no_limit("threshold", threshold, "0 to 1")
    if not denominators:
        return []
    sizes = np.array(list(denominators.values()))
    coefficients = correlation.matrix(values, sizes, method=method)
    probabilities = correlation.p_values(values, sizes, method=method)
    units = correlation.units_in_common(values, sizes)
    return [
        {
            "code": code,
            "other": name,
            "correlation": float(coefficients[i, j]),
            "p_value": float(probabilities[i, j]),
            "units": int(units[i, j]),
        }
        for i, code in enumerate(codes)
        for j, name in enumerate(denominators)
        if abs(coefficients[i, j]) > threshold
    ]


def _compared(framework: Framework, within: int | None) -> Iterator[tuple[str, list[str]]]:
    """Give each group with the nodes beneath it that are compared with each other."""
    if within is None:
        for node in framework.nodes:
            if node.code in framework.children:
                yield node.code, [part.code for part in framework.children[node.code]]
        return
    for group in of_level(framework, within):
        held = [n.code for n in framework.nodes if group in ancestors(framework, n.code)]
        yield group, [code for code in held if code not in framework.children]
        groups = [code for code in held if code in framework.children]
        for level in sorted({framework.level[code] for code in groups}):
            yield group, [code for code in groups if framework.level[code] == level]


def _no_limit(name: str, limit: float, span: str) -> IndexMethodError:
    return IndexMethodError(
        f"{name} = {limit:g} can limit nothing.", where="coherence.flags", fix=f"give {span}"
    )
