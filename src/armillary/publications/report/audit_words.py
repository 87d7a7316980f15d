"""Small phrases that several sections of the audit chapter share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from armillary.publications.numbers import format_number, format_percent

if TYPE_CHECKING:
    from armillary.publications.report.words import Words


def share_said(part: float, whole: float, *, words: Words) -> str:
    """Return a share in whole per cent, finer where that would read as none or as all.

    Args:
        part: Number of things.
        whole: Number of things they are among; above 0.
        words: Texts in the language of the report.
    """
    for decimals in (0, 1, 2):
        told = format_percent(part / whole, language=words.language, decimals=decimals)
        shown = round(100 * part / whole, decimals)
        if (shown > 0 or part == 0) and (shown < 100 or part >= whole):
            return told
    return told


def p_said(p: float | None, *, words: Words) -> str:
    """Return a p-value to three decimals; a smaller one as such, since it is never zero."""
    if p is not None and p < 0.0005:
        return "< 0.001"
    return format_number(p, language=words.language, decimals=3)


def flags_counted(flags: dict[str, int], *, words: Words) -> str:
    """Return the flags of indicators with the number of each, the most frequent first."""
    ordered = sorted(flags.items(), key=lambda one: (-one[1], one[0]))
    return words.joined(
        [words("audit.flag_count", flag=words(f"audit.flag.{flag}"), n=n) for flag, n in ordered]
    )


def left_out(n: int, *, table: str, words: Words) -> list[str]:
    """Return the line on the rows a table leaves out, where it leaves any."""
    return [words.counted("audit.more", n, table=table)] if n > 0 else []
