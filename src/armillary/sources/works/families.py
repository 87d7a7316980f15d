"""Publications of one invention, joined into patent families, reversibly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from armillary.sources.works.patents.numbers import normalise

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LAST = "9999"
_RULES = ("family", "number", "priority", "kept")


def patent_families(patents: pa.Table) -> pa.Table:
    """Join publications of one family, whatever databases they came from.

    Three rules join two records: `family`, the same family id of the same kind (DWPI
    accession, INPADOC, DOCDB, Lens, Google); `number`, the same publication number, or one
    that the other lists among its family members; `priority`, the same earliest priority
    number on the same date. Joining is transitive: a family that one database cuts in two
    and another joins is one. Nothing is deleted: each member stays with the rule and the
    evidence that joined it, so that any joining can be undone.

    The record kept is the one with the earliest priority date, then the earliest publication,
    then the lowest id: the family is dated by its earliest priority.

    Source: definition of the simple and the extended family in WIPO (2013), Handbook on
    Industrial Property Information, glossary; the rules are ours.

    Args:
        patents: Table `patent`, of any sources.

    Returns:
        One row per record: `work` (the one kept), `member`, `rule` (`kept` for the one kept
        itself), `evidence`, `priority_date` (the earliest of the family), in order of `work`
        and `member`. Same input in any order, same rows.
    """
    rows = sorted(patents.to_pylist(), key=_order)
    keys: dict[tuple[str, str], list[int]] = {}
    for at, row in enumerate(rows):
        for key in _keys(row):
            keys.setdefault(key, []).append(at)
    groups = _components(len(rows), [members for members in keys.values() if len(members) > 1])
    kept: dict[int, int] = {}
    for at, group in enumerate(groups):
        kept.setdefault(group, at)
    evidence = _evidence(keys, set(kept.values()))
    found = []
    for at, row in enumerate(rows):
        first = rows[kept[groups[at]]]
        rule, said = evidence.get(at, ("kept", ""))
        if at == kept[groups[at]]:
            rule, said = "kept", ""
        found.append((first["work"], row["work"], rule, said, first["priority_date"]))
    found.sort(key=lambda row: row[:2])
    names = ("work", "member", "rule", "evidence", "priority_date")
    columns = zip(*found, strict=True) if found else [()] * len(names)
    return pa.table(
        {n: pa.array(list(c), pa.string()) for n, c in zip(names, columns, strict=True)}
    )


def family_keys(works: pa.Table) -> Iterator[tuple[int, str]]:
    """Give every publication number of each patent, as keys by which records are the same.

    Two records share a key where both are, or list among their family, one publication. This
    is the part of `patent_families` that the table `work` alone can tell.

    Args:
        works: Columns `type`, `native_id`, `cited_as`.

    Yields:
        Row (from 0) and key.
    """
    columns = (works[name].to_pylist() for name in ("type", "native_id", "cited_as"))
    for row, (kind, native, also) in enumerate(zip(*columns, strict=True)):
        if kind != "patent":
            continue
        found = (normalise(text) for text in (native, *(also or ())))
        for full in dict.fromkeys(number.full for number in found if number is not None):
            yield row, f"publication:{full}"


def _order(row: dict[str, str | None]) -> tuple[str, str, str]:
    return (
        row["priority_date"] or _LAST,
        row["publication_date"] or _LAST,
        row["work"] or "",
    )


def _keys(row: dict[str, object]) -> list[tuple[str, str]]:
    """Return rule and evidence of everything that could join a record to another one."""
    found = []
    if row["family"]:
        found.append(("family", f"{row['family_kind']} {row['family']}"))
    members = row["family_members"] if isinstance(row["family_members"], list) else []
    for text in (row["publication_number"], *members):
        number = normalise(str(text)) if text else None
        if number is not None:
            found.append(("number", number.full))
    priority = "".join(str(row["priority_number"] or "").upper().split())
    # A bare serial without its date is no identity: offices begin anew each year.
    if priority and row["priority_date"]:
        found.append(("priority", f"{priority} {row['priority_date']}"))
    return list(dict.fromkeys(found))


def _components(n: int, groups: Sequence[Sequence[int]]) -> list[int]:
    """Return the component of each record; a key links its first record to the others."""
    starts = np.array([g[0] for g in groups for _ in g], dtype=np.int64)
    ends = np.array([member for g in groups for member in g], dtype=np.int64)
    links = sparse.coo_array((np.ones(starts.size, dtype=np.int8), (starts, ends)), shape=(n, n))
    _, labels = connected_components(links.tocsr(), directed=False)
    return [int(label) for label in labels]


def _evidence(keys: dict[tuple[str, str], list[int]], kept: set[int]) -> dict[int, tuple[str, str]]:
    """Choose what to say for each record: what it shares with the one kept, else with any."""
    best: dict[int, tuple[tuple[int, int, str], tuple[str, str]]] = {}
    for (rule, said), members in keys.items():
        if len(members) < 2:
            continue
        indirect = 0 if kept & set(members) else 1
        rank = (indirect, _RULES.index(rule), said)
        for member in members:
            if member not in best or rank < best[member][0]:
                best[member] = (rank, (rule, said))
    return {member: said for member, (_, said) in best.items()}
