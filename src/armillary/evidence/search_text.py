"""Words of a text and of a query: folded, Chinese in pairs of characters, others whole."""

from __future__ import annotations

import re
import unicodedata

import msgspec

# Scripts written without spaces between words: Thai to Khmer, kana, Han, Hangul.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005\u3007\u3041-\u3096\u30a1-\u30fa"
    "\u30fc\u3400-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff"
)
_RUN = re.compile(f"(?P<unspaced>[{_UNSPACED}]+)|(?P<word>(?:(?![{_UNSPACED}])[^\\W_])+)")
_BEFORE_WORD = f"(?:(?<![^\\W_])|(?<=[{_UNSPACED}]))"
_AFTER_WORD = f"(?:(?![^\\W_])|(?=[{_UNSPACED}]))"
_PIECE = re.compile(r'"(?P<quoted>[^"]*)"?|(?P<bare>[^\s"]+)')
_LONGEST_QUERY = 1_000
_MOST_PHRASES = 50


class _Fold(dict[int, str]):
    """Folds one character at a time, so that a match can be found again in the original."""

    def __missing__(self, code: int) -> str:
        """Fold width, case and accents of one character."""
        text = unicodedata.normalize("NFKC", chr(code)).casefold()
        bare = "".join(
            c for c in unicodedata.normalize("NFD", text) if not "\u0300" <= c <= "\u036f"
        )
        self[code] = unicodedata.normalize("NFC", bare)
        return self[code]


_FOLD = _Fold()


def fold(text: str) -> str:
    """Return `text` in one width and case, without accents.

    Examples:
        >>> fold("Ｒ＆Ｄ Ministère")
        'r&d ministere'
    """
    return text.translate(_FOLD)


def runs(folded: str) -> list[str]:
    """Return the words of a folded text, and its runs of characters written without spaces.

    Examples:
        >>> runs("5g技术、data-driven")
        ['5g', '技术', 'data', 'driven']
    """
    return [match.group() for match in _RUN.finditer(folded)]


def is_unspaced(run: str) -> bool:
    """Say whether a run is written without spaces between words."""
    match = _RUN.match(run)
    return match is not None and match["unspaced"] is not None


def tokens(found: list[str]) -> list[str]:
    """Return what the index holds of runs: words, and pairs of unspaced characters.

    Examples:
        >>> tokens(["5g", "新技术"])
        ['5g', '新技', '技术']
    """
    made: list[str] = []
    for run in found:
        if len(run) > 1 and is_unspaced(run):
            made += [run[n : n + 2] for n in range(len(run) - 1)]
        else:
            made.append(run)
    return made


def spelt(found: list[str]) -> str:
    """Return runs as one line in which a phrase is looked for character by character."""
    return f" {' '.join(found)} " if found else ""


class Phrase(msgspec.Struct, frozen=True):
    """Runs that must follow each other.

    Args:
        runs: Words and unspaced runs, folded.
        prefix: Whether the last word may go on.
    """

    runs: tuple[str, ...]
    prefix: bool = False

    def matches(self) -> list[str]:
        """Return FTS5 phrases that a hit must all hold; empty where the index cannot tell.

        A single unspaced character may stand inside a pair of the index, so the runs on
        either side of it are looked for apart.
        """
        groups: list[list[str]] = [[]]
        for run in self.runs:
            if len(run) == 1 and is_unspaced(run):
                groups.append([])
            else:
                groups[-1].append(run)
        held = [group for group in groups if group]
        made = ['"' + " ".join(tokens(group)) + '"' for group in held]
        if made and self.prefix and not is_unspaced(self.runs[-1]):
            made[-1] += " *"
        return made

    def literal(self) -> str | None:
        """Return the text a hit must hold besides, where `matches` alone says too little."""
        if not any(len(run) == 1 and is_unspaced(run) for run in self.runs):
            return None
        before = "" if is_unspaced(self.runs[0]) else " "
        after = "" if self.prefix or is_unspaced(self.runs[-1]) else " "
        return before + " ".join(self.runs) + after

    def pattern(self) -> str:
        """Return a regular expression for the phrase in a folded text."""
        parts = []
        for n, run in enumerate(self.runs):
            last = n == len(self.runs) - 1
            if is_unspaced(run):
                parts.append(re.escape(run))
            else:
                end = "" if last and self.prefix else _AFTER_WORD
                parts.append(_BEFORE_WORD + re.escape(run) + end)
        return r"[\W_]*".join(parts)


def phrases(query: str, *, prefix: bool = False) -> list[Phrase]:
    """Return the phrases a query asks for; all of them must be found.

    Spaces separate phrases, quotation marks hold them together, `*` after a word lets it go
    on. What is no letter or digit only separates; no query is an error. The first 1,000
    characters and 50 phrases count.

    Args:
        query: What a reader typed.
        prefix: Let the last word go on, as while typing.

    Examples:
        >>> [p.runs for p in phrases('AI “research ethics” 科技伦理 inno*')]
        [('ai',), ('research', 'ethics'), ('科技伦理',), ('inno',)]
    """
    plain = re.sub("[“”„«»＂]", '"', query[:_LONGEST_QUERY])
    found: dict[Phrase, None] = {}
    pieces = list(_PIECE.finditer(plain))
    for n, piece in enumerate(pieces):
        text = piece["quoted"] if piece["bare"] is None else piece["bare"]
        words = tuple(runs(fold(text)))
        if words:
            open_ended = piece["bare"] is not None and (
                text.endswith("*") or (prefix and n == len(pieces) - 1)
            )
            found[Phrase(words, open_ended and not is_unspaced(words[-1]))] = None
    return list(found)[:_MOST_PHRASES]
