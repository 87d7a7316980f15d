"""A lens: named sets of search queries laid over works, such as one for each goal of a list.

A query is a tree of the structs below, whatever language it was written in. Words are compared
folded: without case, accents and width, so `fold` and `words_of` are the one rule for queries
and texts alike.
"""

from __future__ import annotations

import re
import unicodedata

import msgspec

HAN = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(f"[{HAN}]|(?:(?![{HAN}])[^\\W_])+")

TITLE, ABSTRACT, KEYWORDS = "title", "abstract", "keywords"
MOST_WORDS_BETWEEN = 255


class Words(msgspec.Struct, frozen=True):
    """Words one after another; `*` stands for any letters, `?` for one letter.

    Args:
        words: Folded words.
        either_number: Whether words without a wildcard also match their plural.
    """

    words: tuple[str, ...]
    either_number: bool = True


class Exactly(msgspec.Struct, frozen=True):
    """A text as written, marks included; case, accents and width do not matter.

    Args:
        text: Folded text.
        words: The words in it.
    """

    text: str
    words: tuple[str, ...]


class Near(msgspec.Struct, frozen=True):
    """Two things in one text with at most `between` words between them.

    Args:
        first: The one.
        second: The other.
        between: Most words between them.
        ordered: Whether `first` must come before `second`.
    """

    first: Query
    second: Query
    between: int
    ordered: bool


class Any(msgspec.Struct, frozen=True):
    """At least one of several."""

    parts: tuple[Query, ...]


class All(msgspec.Struct, frozen=True):
    """Every one of several."""

    parts: tuple[Query, ...]


class Without(msgspec.Struct, frozen=True):
    """What is found by the one and not by the other."""

    kept: Query
    refused: Query


class Within(msgspec.Struct, frozen=True):
    """What is found in some parts of a work: title, abstract, keywords."""

    fields: tuple[str, ...]
    query: Query


Query = Words | Exactly | Near | Any | All | Without | Within


class QueryLine(msgspec.Struct, frozen=True, kw_only=True):
    """One query of a goal.

    Args:
        goal: Goal it belongs to, such as "7".
        subquery: Part of the goal, such as "7.2".
        line: Number of the query within its goal, from 1.
        text: As written.
        query: What it asks.
        where: File and line, for messages.
    """

    goal: str
    subquery: str
    line: int
    text: str
    query: Query
    where: str = ""


class Goal(msgspec.Struct, frozen=True, kw_only=True):
    """A goal and the queries that find works about it.

    Args:
        goal: Its code.
        title: Its name.
        lines: Its queries.
        creator: Who wrote the queries.
        licence: Licence of the queries.
        address: Where the queries come from.
        year_from: First year the authors searched; None where they name none.
        year_to: Last year the authors searched.
    """

    goal: str
    title: str
    lines: tuple[QueryLine, ...]
    creator: str | None = None
    licence: str | None = None
    address: str | None = None
    year_from: int | None = None
    year_to: int | None = None


def fold(text: str) -> str:
    """Return a text as texts are compared: without case, accents, width; single blanks.

    Examples:
        >>> fold("Énergie  RENOUVELABLE")
        'energie renouvelable'
    """
    wide = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    if not wide.isascii():
        wide = "".join(c for c in wide if not unicodedata.combining(c))
        wide = unicodedata.normalize("NFC", wide)
    return " ".join(wide.split())


def words_of(folded: str) -> list[str]:
    """Return the words of a folded text: runs of letters and digits, single Chinese characters.

    Examples:
        >>> words_of(fold("Socio-economic R&D, 可再生"))
        ['socio', 'economic', 'r', 'd', '可', '再', '生']
    """
    return _WORD.findall(folded)


def word_places(folded: str) -> list[tuple[int, int]]:
    """Return where each word of a folded text begins and ends."""
    return [match.span() for match in _WORD.finditer(folded)]


def plurals_of(word: str) -> tuple[str, ...]:
    """Return the forms by which a word without a wildcard is also found.

    The regular plurals of English: `s`, `es` after a hiss, `ies` for `y`.

    Examples:
        >>> plurals_of("policy"), plurals_of("fish"), plurals_of("tax"), plurals_of("day")
        (('policies',), ('fishes',), ('taxes',), ('days',))
    """
    if len(word) < 3 or not word.isascii() or not word.isalpha():
        return ()
    if word[-1] == "y" and word[-2] not in "aeiou":
        return (word[:-1] + "ies",)
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return (word + "es",)
    return (word + "s",)
