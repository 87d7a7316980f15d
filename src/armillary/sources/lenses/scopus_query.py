"""The query language of Scopus, parsed: what is bound to what, and where it is wrong.

Grammar, from what binds least to what binds most (the order of Scopus: OR, then W/n and PRE/n,
then AND, then AND NOT):

    query   = all { "AND NOT" all }
    all     = near { ["AND"] near }          two things side by side mean AND
    near    = any { ("W/n" | "PRE/n") any }  from left to right
    any     = one { "OR" one }
    one     = "(" query ")" | FIELD "(" query ")" | "loose phrase" | {exact phrase} | word
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NoReturn

import msgspec

from armillary.errors import DefinitionError, did_you_mean
from armillary.model.lens import (
    ABSTRACT,
    HAN,
    KEYWORDS,
    MOST_WORDS_BETWEEN,
    TITLE,
    All,
    Any,
    Exactly,
    Near,
    Query,
    Within,
    Without,
    Words,
    fold,
    words_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

FIELDS = {
    "TITLE-ABS-KEY": (TITLE, ABSTRACT, KEYWORDS),
    "TITLE-ABS": (TITLE, ABSTRACT),
    "TITLE": (TITLE,),
    "ABS": (ABSTRACT,),
    "KEY": (KEYWORDS,),
    "AUTHKEY": (KEYWORDS,),
}
_EXAMPLE = 'TITLE-ABS-KEY("solar" W/3 ("cell*" OR "panel*"))'
_MARKS = str.maketrans({"\u201c": '"', "\u201d": '"', "\u201f": '"', "\u00a0": " "})
_LEXEMES = re.compile(
    r"""(?P<blank>\s+)|(?P<open>\()|(?P<close>\))|"(?P<loose>[^"]*)"|\{(?P<exact>[^{}]*)\}"""
    r"""|(?P<word>[^\s(){}"]+)"""
)
_NEAR = re.compile(r"(W|PRE)/([0-9]+)\Z", re.IGNORECASE)
_PATTERN = re.compile(f"[{HAN}]|(?:(?![{HAN}])(?:[^\\W_]|[*?]))+")
_DEPTH = 100


class _Lexeme(msgspec.Struct, frozen=True):
    kind: str
    text: str
    at: int


def parse_query(text: str, *, where: str, fields: Sequence[str] = ()) -> Query:
    """Parse one query in the language of Scopus.

    Source: Scopus search help, on the order of operators and on proximity operators.

    Args:
        text: The query.
        where: File and line, for errors.
        fields: Parts of a work the whole query looks into, unless it names them itself.

    Raises:
        DefinitionError: The query cannot be understood; the error shows the place.
    """
    parser = _Parser(_lexemes(text, where), where=where, length=len(text))
    query = parser.query()
    if (left := parser.next) is not None:
        parser.fail(f"{left.text!r} closes nothing", "remove it, or add the opening parenthesis")
    return Within(tuple(fields), query) if fields else query


def _lexemes(text: str, where: str) -> list[_Lexeme]:
    found = []
    at = 0
    clean = text.translate(_MARKS)
    while at < len(clean):
        match = _LEXEMES.match(clean, at)
        if match is None:
            mark = clean[at]
            other = '"' if mark == '"' else "}" if mark == "{" else "{"
            raise DefinitionError(
                f"The query has a {mark} without its {other} at character {at + 1}: "
                f"{clean[at : at + 40].strip()}",
                where=where,
                fix=f"add the {other}, or remove the {mark}",
            )
        kind = str(match.lastgroup)
        if kind != "blank":
            found.append(_Lexeme(kind, match[kind], at))
        at = match.end()
    return found


class _Parser:
    def __init__(self, lexemes: list[_Lexeme], *, where: str, length: int) -> None:
        self.lexemes = lexemes
        self.where = where
        self.length = length
        self.at = 0
        self.depth = 0

    @property
    def next(self) -> _Lexeme | None:
        return self.lexemes[self.at] if self.at < len(self.lexemes) else None

    def fail(self, problem: str, fix: str) -> NoReturn:
        place = self.next.at + 1 if self.next else self.length
        raise DefinitionError(
            f"The query cannot be read at character {place}: {problem}.",
            where=self.where,
            fix=fix,
        )

    def said(self, word: str, *, ahead: int = 0) -> bool:
        at = self.at + ahead
        if at >= len(self.lexemes):
            return False
        lexeme = self.lexemes[at]
        return lexeme.kind == "word" and lexeme.text.upper() == word

    def query(self) -> Query:
        found = self.all()
        while self.said("AND") and self.said("NOT", ahead=1):
            self.at += 2
            found = Without(found, self.all())
        return found

    def all(self) -> Query:
        parts = [self.near()]
        while True:
            if self.said("AND") and not self.said("NOT", ahead=1):
                self.at += 1
            elif self.next is None or self.next.kind == "close" or self.said("AND"):
                break
            parts.append(self.near())
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def near(self) -> Query:
        found = self.any()
        while self.next is not None and self.next.kind == "word":
            match = _NEAR.match(self.next.text)
            if match is None:
                break
            between = int(match[2])
            if between > MOST_WORDS_BETWEEN:
                self.fail(
                    f"{self.next.text} asks for more than {MOST_WORDS_BETWEEN} words between",
                    f"write {match[1]}/{MOST_WORDS_BETWEEN} or less, or AND",
                )
            self._may_be_near(found, self.next.text)
            operator = self.next.text
            self.at += 1
            second = self.any()
            self._may_be_near(second, operator)
            found = Near(found, second, between, match[1].upper() == "PRE")
        return found

    def any(self) -> Query:
        parts = [self.one()]
        while self.said("OR"):
            self.at += 1
            parts.append(self.one())
        return parts[0] if len(parts) == 1 else Any(tuple(parts))

    def one(self) -> Query:
        lexeme = self.next
        if lexeme is None:
            self.fail("it ends where something to search for is expected", f"see {_EXAMPLE}")
        if lexeme.kind == "open":
            return self._enclosed()
        if lexeme.kind == "close":
            self.fail("there is nothing before )", "remove the empty parentheses or operator")
        if lexeme.kind == "loose":
            return self._loose(lexeme)
        if lexeme.kind == "exact":
            words = tuple(words_of(fold(lexeme.text)))
            if not words:
                self.fail(f"{{{lexeme.text}}} holds no word", "write a word between the braces")
            self.at += 1
            return Exactly(fold(lexeme.text), words)
        return self._word(lexeme)

    def _enclosed(self) -> Query:
        self.depth += 1
        if self.depth > _DEPTH:
            self.fail(f"parentheses are nested more than {_DEPTH} deep", "write it more simply")
        opened = self.next
        self.at += 1
        found = self.query()
        if self.next is None:
            at = opened.at + 1 if opened else 1
            self.fail(f"the parenthesis opened at character {at} is not closed", "add )")
        self.at += 1
        self.depth -= 1
        return found

    def _loose(self, lexeme: _Lexeme) -> Query:
        words = tuple(_PATTERN.findall(fold(lexeme.text)))
        words = tuple(word for word in words if words_of(word) or set(word) <= {"*", "?"})
        if not words:
            self.fail(f'"{lexeme.text}" holds no word', "write a word between the quotes")
        for word in words:
            if not words_of(word):
                self.fail(f"{word!r} alone would match everything", "put a letter beside it")
        self.at += 1
        return Words(words)

    def _word(self, lexeme: _Lexeme) -> Query:
        name = lexeme.text.upper()
        following = self.lexemes[self.at + 1] if self.at + 1 < len(self.lexemes) else None
        if name in {"AND", "OR", "NOT"} or _NEAR.match(name):
            self.fail(
                f"{lexeme.text} has nothing before it, or follows another operator",
                "write what to search for between the operators, or put the word in quotes",
            )
        if following is not None and following.kind == "open" and lexeme.text.isupper():
            fields = FIELDS.get(name)
            if fields is None:
                self.fail(
                    f"{lexeme.text} is no field works are searched by",
                    did_you_mean(name, FIELDS, otherwise=f"use one of {', '.join(FIELDS)}"),
                )
            self.at += 1
            return Within(fields, self._enclosed())
        return self._loose(lexeme)

    def _may_be_near(self, query: Query, operator: str) -> None:
        """Refuse AND within a proximity expression, as Scopus does: it has no place."""
        if isinstance(query, All | Without | Within):
            self.fail(
                f"{operator} stands beside an expression with AND, AND NOT or a field, which "
                "has no place in the text",
                'write ("a" W/3 "c") AND ("b" W/3 "c") for ("a" AND "b") W/3 "c"',
            )
        if isinstance(query, Any):
            for part in query.parts:
                self._may_be_near(part, operator)
