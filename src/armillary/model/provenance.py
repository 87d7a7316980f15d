"""Where a row came from, and what became of a file that was read."""

from __future__ import annotations

import msgspec
import pyarrow as pa


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """One file as received; its checksum is its identity.

    Fields are the columns of the table `origin` in `columns.csv`.
    """

    origin: str
    source: str
    file: str
    title: str
    sha256: str
    bytes: int
    simulated: bool = False
    producer: str | None = None
    address: str | None = None
    licence: str | None = None
    citation: str | None = None
    date_published: str | None = None
    vintage: str | None = None


class Rejection(msgspec.Struct, frozen=True, kw_only=True):
    """One row or cell of a file that was refused, and why."""

    locator: str
    text: str
    reason: str


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What one file gave.

    Args:
        format: Format found in the content, e.g. "Web of Science tagged".
        unit_read: What `n_read` counts: "rows", "records", "observations" or "cells".
        n_read: Items met; always n_kept + n_empty + len(rejections).
        n_kept: Items that became rows.
        n_empty: Items without content by the file's own layout, and rows joined into another.
        tables: Rows by table name, columns as in `columns.csv`.
        rejections: Items refused; nothing is dropped without a line here.
    """

    format: str
    unit_read: str
    n_read: int
    n_kept: int
    n_empty: int = 0
    tables: dict[str, pa.Table]
    rejections: tuple[Rejection, ...] = ()
