"""A table held by columns, whose rows are made for one key at a time.

A map of thousands of topics has millions of rows of evidence; as mappings they would not fit.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa


class Sliced:
    """Rows by key.

    Args:
        table: The rows, ordered by `column`.
        column: What they are looked up by.
    """

    def __init__(self, table: pa.Table, column: str) -> None:
        self._table = table
        keys = np.array(table[column].to_pylist(), dtype=object)
        first = np.ones(keys.size, dtype=np.bool_)
        first[1:] = keys[1:] != keys[:-1]
        bounds = [*np.flatnonzero(first).tolist(), keys.size]
        self._at = {keys[start]: (start, end - start) for start, end in itertools.pairwise(bounds)}

    def get(self, key: str, default: Sequence[dict[str, Any]] = ()) -> list[dict[str, Any]]:
        """Return the rows of one key, `default` where there is none.

        Args:
            key: The key.
            default: What stands for no rows.
        """
        if key not in self._at:
            return list(default)
        rows: list[dict[str, Any]] = self._table.slice(*self._at[key]).to_pylist()
        return rows
