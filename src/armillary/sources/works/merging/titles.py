"""Titles as they can be compared: without mark-up, marks, case and spaces."""

from __future__ import annotations

import html
import re
import unicodedata

import msgspec

_TAG = re.compile(r"</?[A-Za-z][^<>]{0,80}>")
_ACCENT = re.compile(r"\\[\"'`^~=.cuvHk]\s*\{?\s*\\?([A-Za-z])\s*\}?")
_COMMAND = re.compile(r"\\(?:text|math|emph|bf|it|rm|sf|tt|ce|mbox|operatorname)[a-z]*\b|[\\{}$]")
_LABEL = re.compile(
    r"^\s*(?:\[(?:book|citation|pdf|html|doc|b|c)\]\s*|\((?:1[5-9]|20)\d\d\)[.,:]\s+)",
    re.IGNORECASE,
)
_CUT = re.compile(r"(?:…|\.\.\.)\s*$")
_BRACKET_TAIL = re.compile(r"\s*[\[(（【][^\[\]()（）【】]*[\])）】]\s*\.?$")
_BREAK = re.compile(r"\s*(?:：|——|—|[:;?!](?=\s)|\.\s+(?=\S)|\s[-–/]\s)\s*")
_LETTERS = {
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h",
    "&": " and ",
}  # fmt: skip
_SPECIAL = re.compile("[" + "".join(_LETTERS) + "]")
_GREEK = re.compile(r"[α-ω]")
_ARTICLES = frozenset(("a", "an", "the"))
_COUNTED = {
    word: str(n)
    for n, word in enumerate(
        ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), start=2
    )
}
_MARKS = re.compile(r"[\u0300-\u036f]")
_WORD = re.compile(r"[^\W_]+")
_HAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_HAN_RUN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
_NUMBER = re.compile(r"\d+")
_ROMAN = re.compile(r"(?<![^\W_])(?:i{1,3}|iv|vi{0,3}|ix|x{1,2}i{0,3})(?![^\W_])")
_PART = re.compile(r"\b(?:part|volume|paper|chapter)\s+(one|two|three|four|five|[a-h])\b")
_HAN_PART = re.compile(
    r"[（(]\s*([一二三四五六七八九十上中下])\s*[)）]|之([一二三四五六七八九十])|"
    r"第([一二三四五六七八九十]+)[部篇章卷期]|([上中下])篇"
)
_ABOUT = re.compile(
    r"^(?:an? |the )?(?:erratum|errata|corrigend\w+|correction|retraction|retracted|withdrawn|"
    r"reply|response|comments?|discussion|rejoinder|addendum|author response|review of|"
    r"book review|review)\b(?: ?(?:to|on|for|of|by|article)\b| ?[:.\-–(\[])|"
    r"^(?:勘误|更正|撤稿|回应|答复|评论|书评|补充说明)|(?:勘误|更正)[)）]?$|"
    r"\((?:vol|volume) \d[^)]*pg?\.? [^)]*\)|"
    r"[:.\-–(\[] ?(?:an? |the )?(?:reply|rejoinder|comment|response|erratum|correction|"
    r"corrigendum)\b"
)


class Title(msgspec.Struct, frozen=True):
    """A title made comparable.

    Args:
        key: Letters and digits of the whole title, as they are compared.
        main: The same of what stands before a subtitle or a bracket; all of it where none does.
        words: Words in order; of Chinese every pair of neighbouring characters.
        numbers: What tells parts of a series apart: numbers, numerals, parts.
        about: Whether it speaks about another work: an erratum, a reply, a review of it.
        cut: Whether it ends in dots, as a database cuts it.
        han: Whether it is written in Chinese or Japanese.
    """

    key: str
    main: str
    words: tuple[str, ...]
    numbers: tuple[str, ...]
    about: bool
    cut: bool
    han: bool


def plain(text: str) -> str:
    r"""Return a text without mark-up, diacritics and case.

    Examples:
        >>> plain("<i>Gr\u00f6\u00dfe</i> &amp; $\\alpha$ of {\\'e}tudes H<sub>2</sub>O")
        'grosse and alpha of etudes h2o'
    """
    if "&" in text:
        text = html.unescape(html.unescape(text))
    if "<" in text:
        text = _TAG.sub("", text)
    if "\\" in text or "$" in text or "{" in text:
        text = _COMMAND.sub("", _ACCENT.sub(r"\1", text))
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
        text = unicodedata.normalize("NFC", _MARKS.sub("", text))
    text = text.casefold()
    if not text.isascii():
        text = _GREEK.sub(lambda m: unicodedata.name(m[0]).rpartition(" ")[2].lower(), text)
    text = _SPECIAL.sub(lambda m: _LETTERS[m[0]], text)
    return " ".join(text.split())


def compact(text: str) -> str:
    """Return the letters and digits of a plain text.

    Examples:
        >>> compact(plain("Geo-graphical Analysis: I"))
        'geographicalanalysisi'
    """
    return "".join(_WORD.findall(text))


def title_key(text: str) -> str:
    """Return the whole title as it is compared: some databases drop articles and spell numbers.

    Examples:
        >>> title_key("[BOOK] A First Course in Three Parts")
        'firstcoursein3parts'
    """
    return key_of(plain(_LABEL.sub("", text)))


def key_of(text: str) -> str:
    """Return the letters and digits of a plain title without articles.

    Examples:
        >>> key_of("the map of a world"), key_of("a")
        ('mapofworld', 'a')
    """
    words = _WORD.findall(text)
    held = [_COUNTED.get(word, word) for word in words if word not in _ARTICLES]
    return "".join(held or words)


def words_of(text: str) -> list[str]:
    """Return the words of a plain text; of Chinese every pair of neighbouring characters.

    Examples:
        >>> words_of("map of 北京市")
        ['map', 'of', '北京', '京市']
    """
    if not _HAN.search(text):
        return _WORD.findall(text)
    found = []
    for word in _WORD.findall(text):
        at = 0
        for run in _HAN_RUN.finditer(word):
            if run.start() > at:
                found.append(word[at : run.start()])
            held = run.group()
            found += [held[i : i + 2] for i in range(max(len(held) - 1, 1))]
            at = run.end()
        if at < len(word):
            found.append(word[at:])
    return found


def title_of(text: str) -> Title:
    """Make a title comparable.

    Examples:
        >>> t = title_of("Movies: a second course, Part II")
        >>> t.main, t.numbers, t.about
        ('movies', ('ii',), False)
        >>> title_of("Reply to Smith").about, title_of("Maps of the …").cut
        (True, True)
    """
    held = plain(_LABEL.sub("", text))
    key = key_of(held)
    bare = _BRACKET_TAIL.sub("", held)
    first = _BREAK.split(bare, maxsplit=1)[0]
    numbers = _NUMBER.findall(key) + _ROMAN.findall(held) + _PART.findall(held)
    numbers += ["".join(found) for found in _HAN_PART.findall(held)]
    return Title(
        key=key,
        main=key_of(first) or key,
        words=tuple(words_of(held)),
        numbers=tuple(sorted(numbers)),
        about=_ABOUT.search(held) is not None,
        cut=_CUT.search(text) is not None,
        han=_HAN.search(held) is not None,
    )


def distance(left: str, right: str, *, most: int | None = None) -> int:
    """Return the edit distance of two texts; any number above `most` where it is larger.

    Source: Myers (1999), doi:10.1145/316542.316550, as one addition per character over the
    bits of a whole number; Hyyrö (2003) for the distance of whole texts.

    Examples:
        >>> distance("kitten", "sitting"), distance("", "abc")
        (3, 3)
    """
    start, end = 0, min(len(left), len(right))
    while start < end and left[start] == right[start]:
        start += 1
    left, right = left[start:], right[start:]
    back, end = 0, min(len(left), len(right))
    while back < end and left[-1 - back] == right[-1 - back]:
        back += 1
    left, right = left[: len(left) - back], right[: len(right) - back]
    if not left or not right:
        return len(left) + len(right)
    limit = len(left) + len(right) if most is None else most
    at: dict[str, int] = {}
    for i, letter in enumerate(left):
        at[letter] = at.get(letter, 0) | 1 << i
    full = (1 << len(left)) - 1
    last = 1 << (len(left) - 1)
    up, down, score = full, 0, len(left)
    for column, letter in enumerate(right, start=1):
        if score - (len(right) - column) - 1 > limit:
            return limit + 1
        match = at.get(letter, 0)
        zero = ((((match & up) + up) ^ up) | match | down) & full
        plus = (down | ~(zero | up)) & full
        minus = up & zero
        score += bool(plus & last) - bool(minus & last)
        plus = (plus << 1 | 1) & full
        minus = (minus << 1) & full
        up = (minus | ~(zero | plus)) & full
        down = plus & zero
    return score


def likeness(left: str, right: str, *, least: float = 0.0) -> float:
    """Return the share of characters two texts have in common, by edit distance.

    Where it is below `least`, any number below it may come back, sooner.

    Examples:
        >>> likeness("abcd", "abcx"), likeness("", "")
        (0.75, 1.0)
    """
    longest = max(len(left), len(right))
    most = int((1 - least) * longest) + 1
    return max(1 - distance(left, right, most=most) / longest, 0.0) if longest else 1.0
