"""The one alias for a lazy table, wherever it lives."""

from __future__ import annotations

from ibis.expr.types import Table

__all__ = ["Table"]
