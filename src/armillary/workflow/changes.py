"""What changed in the evidence since the last build that was published."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from armillary.evidence.duckdb import DuckDBStore
from armillary.model.columns import columns_of, tables
from armillary.publications.changes import Changes, RankMove, TableChange

if TYPE_CHECKING:
    from armillary.model.table import Table
    from armillary.workflow.state import Home, State

_OWN = ("lineage", "reading", "rejection")  # about the build itself, not about the evidence


def changes_between(last: State, now: State, *, home: Home) -> Changes:
    """Compare two states of the evidence, table by table, by the key columns of each.

    Args:
        last: The state last published; empty on the first build.
        now: The state about to be published.
        home: Where the parts of both still lie.

    Returns:
        Rows added, removed and changed of each table that differs, and moves in rank.
    """
    if not last.steps:
        return Changes(first=True)
    differing = [
        name for name in tables() if name not in _OWN and _files(last, name) != _files(now, name)
    ]
    old, new = home.parts(last), home.parts(now)
    missing = [file for name in differing for file in old.get(name, ()) if not file.is_file()]
    if missing:  # the derived folder was partly deleted; there is nothing to compare with
        return Changes(first=True)
    both = {name: old.get(name, ()) for name in differing}
    before, after = DuckDBStore(both), DuckDBStore({name: new.get(name, ()) for name in differing})
    try:
        found = [_table_change(name, before, after) for name in differing]
        moves = _moves(before, after) if "score" in differing else ()
    finally:
        before.close()
        after.close()
    return Changes(first=False, tables=tuple(change for change in found if change), moves=moves)


def _files(state: State, table: str) -> list[str]:
    return [done.parts[table].sha256 for done in state.steps.values() if table in done.parts]


def _table_change(name: str, before: DuckDBStore, after: DuckDBStore) -> TableChange | None:
    keys = [column.column for column in columns_of(name) if column.key]
    new = _hashed(after.table(name), name, keys)
    old = after.lend("before_rows", before.arrow(_hashed(before.table(name), name, keys)))
    joined = new.outer_join(old, [new[key].identical_to(old[key]) for key in keys])
    added, removed = old["content"].isnull(), new["content"].isnull()
    differs = ~added & ~removed & (new["content"] != old["content"])
    counts = joined.aggregate(
        added=added.cast("int64").sum().fill_null(0),
        removed=removed.cast("int64").sum().fill_null(0),
        changed=differs.cast("int64").sum().fill_null(0),
    )
    row = after.rows(counts)[0]
    if not any(row.values()):
        return None
    return TableChange(table=name, **{key: int(value) for key, value in row.items()})


def _hashed(table: Table, name: str, keys: list[str]) -> Table:
    """Return the keys and one hash of all other columns that say something of the content."""
    said = [c.column for c in columns_of(name) if c.column not in keys]
    text = [ibis.coalesce(table[c].cast("string"), ibis.literal("∅")) for c in said]
    content = ibis.literal("|").join(text) if text else ibis.literal("")
    return table.select(*keys, content=content.hash())


def _moves(before: DuckDBStore, after: DuckDBStore) -> tuple[RankMove, ...]:
    """Return the units whose rank in an index differs, the largest moves first."""

    def roots(store: DuckDBStore) -> dict[tuple[str, str, str], int]:
        score = store.table("score")
        framework = store.table("framework")
        root = framework.filter(framework["parent"].isnull()).select("index", "code")
        rows = store.rows(score.semi_join(root, ["index", "code"]).filter(score["rank"].notnull()))
        return {(r["index"], r["TIME_PERIOD"], r["unit"]): r["rank"] for r in rows}

    old, new = roots(before), roots(after)
    moves = [
        RankMove(index=key[0], period=key[1], unit=key[2], rank_before=old[key], rank=new[key])
        for key in new
        if key in old and old[key] != new[key]
    ]
    return tuple(sorted(moves, key=lambda m: (-abs(m.rank - m.rank_before), m.index, m.unit)))
