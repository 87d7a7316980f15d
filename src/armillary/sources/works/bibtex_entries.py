"""BibTeX entries: nested braces, macros, comments; a damaged entry takes no other with it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_FIX = "mend or export it again"

# An entry begins at the start of a line; one of a usual kind with a key also within a line, for
# a lost line end must not hide it.
_USUAL = (
    "article|book|booklet|collection|conference|dataset|electronic|inbook|incollection|"
    "inproceedings|manual|mastersthesis|misc|online|patent|phdthesis|proceedings|report|"
    "review|techreport|thesis|unpublished"
)
_START = re.compile(
    rf"^[ \t]*@(?P<line>[A-Za-z]+)\s*[{{(]|@(?P<within>{_USUAL})\s*[{{(](?=[^{{}}=\"\n]{{1,200}},)",
    re.MULTILINE | re.IGNORECASE,
)
_KEY = re.compile(r"\s*([^,{}=\"]{0,300}?)\s{0,60}(?:,|(?=[)}]))")
_NAME = re.compile(r"[\s,]*([^\s={},\"#%()][^={},\"#%()\n]{0,100}?)\s{0,60}=\s*")
_WORD = re.compile(r"[^\s,{}\"#=()]+")
_BRACE = re.compile(r"[{}]")
_QUOTE = re.compile(r"[{}\"]")
_SPACE = re.compile(r"\s*")
_FIELD_LINE = re.compile(
    r"^[ \t]*([A-Za-z][\w \xa0/-]{0,60}?)[ \t]{0,60}=[ \t]*(?=[{\"\d\w])", re.MULTILINE
)
_FIELD_LIKE = re.compile(r"[{}]|=\s*\"")

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry.

    Args:
        line: Line it begins on, counted from 1.
        kind: Its kind in lower case, e.g. "article".
        key: Its key, may be empty.
        fields: Values by field name in lower case, as written between the outermost marks.
    """

    line: int
    kind: str
    key: str
    fields: dict[str, list[str]]


class _DamageError(Exception):
    """Where an entry cannot be read on: offset and what is wrong."""

    def __init__(self, at: int, why: str) -> None:
        super().__init__(why)
        self.at, self.why = at, why


def is_bibtex(text: str) -> bool:
    """Tell whether a text begins as BibTeX, perhaps after a heading of some lines."""
    found = _START.search(text[:20_000])
    return found is not None and text.count("\n", 0, found.start()) <= 20


def parse(text: str, *, refuse: Callable[[int, str, str], None]) -> Iterator[Entry]:
    """Yield the whole entries of a BibTeX file.

    Text outside entries is comment, as BibTeX has it, unless it holds braces: then it is an
    entry whose beginning is damaged, and refused. An entry whose braces do not match ends
    where the next begins; it is read line by line where each line is sound, else refused.

    Source: the grammar of BibTeX 0.99d as its documentation gives it.

    Args:
        text: The file; every line ends with a line feed.
        refuse: Hears line, text and reason of whatever is no whole entry.
    """
    macros = {month: month for month in _MONTHS}
    starts = list(_START.finditer(text))
    begins = [found.start() for found in starts]
    line, counted = 1, 0
    _outside(text[: begins[0]] if begins else text, 1, refuse)
    for found, end in zip(starts, [*begins, len(text)][1:], strict=True):
        at = found.start() + len(found.group()) - len(found.group().lstrip())
        line += text.count("\n", counted, at)
        counted = at
        kind = (found["line"] or found["within"]).lower()
        chunk = text[at:end]
        inside = found.end() - at
        if kind == "comment":
            continue
        try:
            key, fields, closed = _entry(chunk, inside, macros, keyless=kind in _KEYLESS)
        except _DamageError as damage:
            salvaged = None if kind in _KEYLESS else _by_line(chunk, inside)
            if salvaged is None:
                place = line + chunk.count("\n", 0, damage.at)
                where = f"at line {place}" if place != line else "in this line"
                refuse(line, chunk, f"the entry is damaged: {damage.why} {where}; {_FIX}")
                continue
            key, fields, closed = *salvaged, len(chunk)
        if kind == "string":
            macros.update({name: held[0] for name, held in fields.items()})
        elif kind != "preamble":
            yield Entry(line=line, kind=kind, key=key, fields=fields)
        _outside(chunk[closed:], line + chunk.count("\n", 0, closed), refuse)


_KEYLESS = ("string", "preamble")


def _outside(text: str, line: int, refuse: Callable[[int, str, str], None]) -> None:
    """Refuse what stands between entries and looks like a part of one."""
    if _FIELD_LIKE.search(text):
        begun = len(text) - len(text.lstrip())
        refuse(
            line + text.count("\n", 0, begun),
            text.strip(),
            f"the text stands outside any entry; the beginning of one may be damaged: {_FIX}",
        )


def _entry(
    chunk: str, at: int, macros: dict[str, str], *, keyless: bool
) -> tuple[str, dict[str, list[str]], int]:
    """Return key, fields and the offset behind the entry that begins a chunk."""
    close = ")" if chunk[at - 1] == "(" else "}"
    key = ""
    fields: dict[str, list[str]] = {}
    if not keyless:
        found = _KEY.match(chunk, at)
        if found is None:
            raise _DamageError(at, "it has no key")
        key, at = found.group(1), found.end()
    while True:
        while chunk[at : at + 1] in tuple(" \t\n,"):
            at += 1
        if chunk[at : at + 1] == close:
            return key, fields, at + 1
        named = _NAME.match(chunk, at)
        if named is None:
            if keyless and not fields and chunk[at : at + 1] in ('"', "{"):
                _, at = _value(chunk, at, macros)  # a preamble
                continue
            raise _DamageError(
                at, "it ends too early" if at >= len(chunk) else "a field has no name"
            )
        value, at = _value(chunk, named.end(), macros)
        fields.setdefault(named.group(1).lower(), []).append(value)


def _value(chunk: str, at: int, macros: dict[str, str]) -> tuple[str, int]:
    """Return a value and the offset behind it; `#` joins its parts."""
    parts = []
    while True:
        first = chunk[at : at + 1]
        if first == "{":
            end = _closing(chunk, at)
            parts.append(chunk[at + 1 : end - 1])
        elif first == '"':
            end = _quoted(chunk, at)
            parts.append(chunk[at + 1 : end - 1])
        else:
            word = _WORD.match(chunk, at)
            if word is None:
                raise _DamageError(at, "a field has no value")
            parts.append(macros.get(word.group().lower(), word.group()))
            end = word.end()
        at = _behind_space(chunk, end)
        if chunk[at : at + 1] != "#":
            return "".join(parts), end
        at = _behind_space(chunk, at + 1)


def _behind_space(chunk: str, at: int) -> int:
    found = _SPACE.match(chunk, at)
    return found.end() if found else at


def _closing(chunk: str, at: int) -> int:
    depth = 0
    for found in _BRACE.finditer(chunk, at):
        depth += 1 if found.group() == "{" else -1
        if not depth:
            return found.end()
    raise _DamageError(at, "a brace is never closed that opens")


def _quoted(chunk: str, at: int) -> int:
    depth = 0
    for found in _QUOTE.finditer(chunk, at + 1):
        if found.group() == '"':
            if not depth and chunk[found.start() - 1] != "\\":
                return found.end()
        else:
            depth += 1 if found.group() == "{" else -1
    raise _DamageError(at, "a quotation mark is never closed that opens")


def _by_line(chunk: str, at: int) -> tuple[str, dict[str, list[str]]] | None:
    """Read an entry whose braces do not match by its lines; None where a line is unsound.

    Databases export abstracts with a single brace in them. Each field begins a line and each
    value ends with the mark it began with, so only the inside is taken as it is.
    """
    found = _KEY.match(chunk, at)
    starts = list(_FIELD_LINE.finditer(chunk, found.end() - 1)) if found else []
    if found is None or not starts:
        return None
    fields: dict[str, list[str]] = {}
    ends = [*(one.start() for one in starts[1:]), len(chunk)]
    for position, (one, end) in enumerate(zip(starts, ends, strict=True)):
        value = chunk[one.end() : end].strip()
        if position == len(starts) - 1:
            if not value.endswith("}"):
                return None
            value = value[:-1].rstrip()
        value = value.removesuffix(",").rstrip()
        if value.startswith("{") and value.endswith("}") and len(value) > 1:
            value = value[1:-1]
        elif not value.isalnum():
            return None
        fields.setdefault(one.group(1).lower(), []).append(value)
    return found.group(1), fields
