"""Cells of a CSV file that a spreadsheet may open without harm."""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

LIST_SEPARATOR = "; "
# A spreadsheet takes a cell that begins so for a formula, even after a space, and some take
# the full-width signs of a Chinese keyboard as well.
_FORMULA = "^([\\s\\x00]*[=+\\-@＝＋－＠]|[\\x00-\\x1f\\x7f])"


def safe_cell(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula.

    Source: OWASP, CSV injection: a leading apostrophe before = + - @ and control characters.

    Examples:
        >>> safe_cell("=1+1"), safe_cell("plain")
        ("'=1+1", 'plain')
    """
    return f"'{text}" if re.match(_FORMULA, text) else text


def flat_type(kind: pa.DataType) -> pa.DataType:
    """Return the type a column has in CSV: lists become text."""
    return pa.string() if pa.types.is_list(kind) else kind


def flat(values: pa.Array) -> pa.Array:
    """Return a column as CSV holds it: lists joined, texts harmless, NaN missing.

    Args:
        values: One column of a table of the store, shape (rows,).
    """
    if pa.types.is_floating(values.type):
        return pc.if_else(pc.is_nan(values), pa.scalar(None, values.type), values)
    if pa.types.is_list(values.type):
        values = pc.binary_join(values, LIST_SEPARATOR)
    if not pa.types.is_string(values.type):
        return values
    risky = pc.match_substring_regex(values, _FORMULA)
    # NUL ends a text for some readers; a bare carriage return ends a row for others.
    for unwanted, instead in (("\x00", "\ufffd"), ("\r\n", "\n"), ("\r", "\n")):
        values = pc.replace_substring(values, unwanted, instead)
    return pc.if_else(risky, pc.binary_join_element_wise("'", values, ""), values)
