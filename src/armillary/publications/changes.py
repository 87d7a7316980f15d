"""What changed between two builds, as the home page tells it."""

from __future__ import annotations

import msgspec


class TableChange(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of one table that were added, removed or changed, by its key columns."""

    table: str
    added: int
    removed: int
    changed: int


class RankMove(msgspec.Struct, frozen=True, kw_only=True):
    """One unit whose rank in an index is another than in the last build."""

    index: str
    period: str
    unit: str
    rank_before: int
    rank: int


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What changed since the last published build.

    Args:
        first: True where there is nothing to compare with.
        tables: Each table with a difference.
        moves: Moves in rank, the largest first.
    """

    first: bool
    tables: tuple[TableChange, ...] = ()
    moves: tuple[RankMove, ...] = ()
