"""Marks what a query found in the texts a reader sees."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from armillary.evidence.search_text import fold, is_unspaced, runs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from armillary.evidence.search_text import Phrase

_LENGTH = {"en": 240, "zh": 100}
_BEFORE = {"en": 60, "zh": 24}
_WORD_LENGTH = 20


class Segment(msgspec.Struct, frozen=True):
    """A stretch of plain text; `match` where the query found it."""

    text: str
    match: bool = False


def pattern_of(asked: Sequence[Phrase]) -> re.Pattern[str] | None:
    """Return one expression for everything asked, longest first; None where nothing is."""
    found = sorted({phrase.pattern() for phrase in asked}, key=lambda p: (-len(p), p))
    return re.compile("|".join(f"(?:{p})" for p in found)) if found else None


def marked(text: str, pattern: re.Pattern[str] | None) -> tuple[Segment, ...]:
    """Split a text into segments; joined, they are the text."""
    return _segments(text, _spans(text, pattern), 0, len(text)) if text else ()


def snippet(text: str, pattern: re.Pattern[str] | None, *, language: str) -> tuple[Segment, ...]:
    """Return the part of a text around its first match, or its beginning.

    Args:
        text: The whole text.
        pattern: What the query asked for.
        language: "en" or "zh": how much is shown.
    """
    if not text:
        return ()
    spans = _spans(text, pattern)
    start = max(0, spans[0][0] - _BEFORE[language]) if spans else 0
    end = min(len(text), max(start + _LENGTH[language], spans[0][1] if spans else 0))
    start, end = _whole_word(text, start, -1), _whole_word(text, end, 1)
    found = list(_segments(text, spans, start, end))
    if start > 0:
        found.insert(0, Segment("…"))
    if end < len(text):
        found.append(Segment("…"))
    return tuple(found)


def _spans(text: str, pattern: re.Pattern[str] | None) -> list[tuple[int, int]]:
    """Return where the original text matches, although folding may change its length."""
    if pattern is None:
        return []
    folded = fold(text)
    found = [m.span() for m in pattern.finditer(folded) if m.end() > m.start()]
    if not found or all(len(fold(c)) == 1 for c in set(text)):
        return found
    places = [n for n, c in enumerate(text) for _ in fold(c)]
    return [(places[start], places[end - 1] + 1) for start, end in found]


def _segments(
    text: str, spans: Sequence[tuple[int, int]], start: int, end: int
) -> tuple[Segment, ...]:
    made: list[Segment] = []
    at = start
    for first, last in spans:
        first, last = max(first, at), min(last, end)  # noqa: PLW2901 - cut to the window
        if first >= last:
            continue
        if first > at:
            made.append(Segment(text[at:first]))
        made.append(Segment(text[first:last], match=True))
        at = last
    if at < end:
        made.append(Segment(text[at:end]))
    return tuple(made)


def _whole_word(text: str, at: int, step: int) -> int:
    """Move a cut out of a word, at most a few characters."""
    for moved in range(_WORD_LENGTH):
        place = at + moved * step
        if place <= 0 or place >= len(text):
            return min(max(place, 0), len(text))
        pair = runs(fold(text[place - 1 : place + 1]))
        if len(pair) != 1 or is_unspaced(pair[0]) or len(pair[0]) < 2:
            return place
    return at
