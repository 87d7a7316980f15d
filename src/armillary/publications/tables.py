"""Tables as readers download them: comma-separated text that no spreadsheet will run."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

# What spreadsheets take for the start of a formula, full-width forms included.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def csv_text(rows: Iterable[Mapping[str, object]], columns: Sequence[str]) -> str:
    r"""Write rows as CSV; text that a spreadsheet would run as a formula is disarmed.

    Such text gets a leading apostrophe; numbers stay numbers, missing values stay empty.
    Source: OWASP, CSV Injection.

    Args:
        rows: One mapping per row.
        columns: Keys to write, in order; they are the header.

    Examples:
        >>> csv_text([{"a": "=1+1", "b": -1.5}, {"a": None, "b": True}], ["a", "b"])
        "a,b\r\n'=1+1,-1.5\r\n,true\r\n"
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([_cell(column) for column in columns])
    writer.writerows([_cell(row.get(column)) for column in columns] for row in rows)
    return out.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return "" if value != value else repr(value)  # noqa: PLR0124 - NaN is missing
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list | tuple):
        value = "; ".join(str(item) for item in value)
    text = str(value)
    return f"'{text}" if is_formula(text) else text


def is_formula(text: str) -> bool:
    """Say whether a spreadsheet may take a text for a formula.

    Examples:
        >>> is_formula(" =1+1"), is_formula("plain")
        (True, False)
    """
    return text.lstrip(" ").startswith(_FORMULA)
