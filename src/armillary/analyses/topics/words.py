"""Words and phrases of titles and abstracts, in English and Chinese, without a dictionary.

English is cut at spaces and marks; a phrase is a run of neighbouring words that crosses no
stop word. Chinese is taken character by character; a phrase is any run of two characters or
more, and counting decides later which runs are words.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from armillary.analyses.topics.stopwords import (
    ABSTRACT_WORDS,
    FUNCTION_WORDS,
    HAN_BREAKS,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


_HAN = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_FIRST_HAN = _HAN[0]
_LETTER = "0-9A-Za-z\u00aa\u00b5\u00ba\u00c0-\u1fff\uac00-\ud7af"
_TOKEN = re.compile(f"[{_LETTER}]+(?:[-'’][{_LETTER}]+)*|[{_HAN}]|[^\\s{_LETTER}{_HAN}-]+")
_TAG = re.compile(r"<[^<>]{1,40}>")
_STOP = FUNCTION_WORDS | ABSTRACT_WORDS
_BREAK = -1
_BLOCK = 1 << 20
_CELLS = 1 << 26  # of counters of combinations; what falls together by chance is told apart later


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """The written forms of many texts, one after another.

    Args:
        form: Form at each place, or -1 where a part of a text ends, shape (places,).
        ends: One past the last place of each text, shape (works,).
        forms: The forms as written, shape (forms,).
        lower: The same in lower case, shape (forms,).
        bare: Without a possessive 's; empty for stop words and marks, shape (forms,).
    """

    form: NDArray[np.int32]
    ends: NDArray[np.int64]
    forms: tuple[str, ...]
    lower: tuple[str, ...]
    bare: tuple[str, ...]

    def of(self, works: NDArray[np.integer]) -> Written:
        """Return the texts of some works, in the order given."""
        starts = np.append(0, self.ends)
        lengths = np.diff(starts)[works]
        ends = np.cumsum(lengths)
        place = np.arange(int(lengths.sum())) - np.repeat(ends - lengths, lengths)
        form = self.form[np.repeat(starts[works], lengths) + place]
        return msgspec.structs.replace(self, form=form, ends=ends)


class Tokens(msgspec.Struct, frozen=True, kw_only=True):
    """The words of many texts, one after another.

    Args:
        word: Word at each place, or -1 where a phrase must end, shape (places,).
        work: Text each place belongs to, shape (places,).
        names: Words as people write them, shape (words,).
        han: Whether the word is one Chinese character, shape (words,).
        n_works: Number of texts.
    """

    word: NDArray[np.int32]
    work: NDArray[np.int32]
    names: tuple[str, ...]
    han: NDArray[np.bool_]
    n_works: int


class Phrases(msgspec.Struct, frozen=True, kw_only=True):
    """Phrases of one length.

    Args:
        length: Words in each phrase.
        places: Places at which one begins, ascending, shape (uses,).
        phrase: Which one, shape (uses,).
        words: Words of each phrase, shape (phrases, length).
    """

    length: int
    places: NDArray[np.int32]
    phrase: NDArray[np.int32]
    words: NDArray[np.int32]

    def count(self, tokens: Tokens, *, kept: NDArray[np.integer] | None = None) -> sparse.csr_array:
        """Return how often each work uses each phrase, shape (works, phrases).

        Args:
            tokens: Words of the works.
            kept: Phrases to count, ascending, a column each; None counts all.
        """
        phrase, places, n = self.phrase, self.places, len(self.words)
        if kept is not None and len(kept) < n:
            number = np.full(n, _BREAK, dtype=np.int32)
            number[kept] = np.arange(len(kept), dtype=np.int32)
            phrase, n = number[phrase], len(kept)
            here = phrase >= 0
            phrase, places = phrase[here], places[here]
        # Places are in order of works, so rows need no sorting.
        starts = np.searchsorted(places, _starts(tokens).astype(np.int32)).astype(np.int64)
        counts = sparse.csr_array(
            (np.ones(phrase.size, dtype=np.float32), phrase.copy(), starts),
            shape=(tokens.n_works, n),
        )
        counts.sum_duplicates()
        return counts


def _starts(tokens: Tokens) -> NDArray[np.int64]:
    """Return the first place of each text and one past the last, shape (works + 1,)."""
    return np.searchsorted(tokens.work, np.arange(tokens.n_works + 1, dtype=np.int32))


def tokenise(texts: Iterable[Sequence[str | None]]) -> Tokens:
    """Cut texts into words and fold their written forms: `cut`, then `fold`.

    No method of its own.

    Args:
        texts: For each work its parts (title, abstract, keywords); no phrase crosses two parts.

    Returns:
        Words of all works in order.
    """
    return fold(cut(texts))


def cut(texts: Iterable[Sequence[str | None]]) -> Written:
    """Cut texts into written forms: words as they stand, and marks.

    No method of its own.

    Args:
        texts: For each work its parts (title, abstract, keywords); no phrase crosses two parts.
    """
    forms: defaultdict[str, int] = defaultdict()
    forms.default_factory = forms.__len__
    stream: list[int] = []
    blocks: list[NDArray[np.int32]] = []  # a number in a list takes twice the room
    ends: list[int] = []
    before = 0
    for parts in texts:
        for part in parts:
            if part:
                clean = _TAG.sub(" ", part) if "<" in part else part
                stream.extend([forms[token] for token in _TOKEN.findall(clean)])
            stream.append(_BREAK)
        ends.append(before + len(stream))
        if len(stream) >= _BLOCK:
            blocks.append(np.array(stream, dtype=np.int32))
            before += len(stream)
            stream.clear()
    lower = tuple(form.lower() for form in forms)
    bare = (form.replace("’", "'").removesuffix("'s") for form in lower)
    return Written(
        form=np.concatenate([*blocks, np.array(stream, dtype=np.int32)]),
        ends=np.array(ends, dtype=np.int64),
        forms=tuple(forms),
        lower=lower,
        bare=tuple("" if _is_stop(form) else form for form in bare),
    )


def fold(written: Written, *, known: NDArray[np.bool_] | None = None) -> Tokens:
    """Fold written forms into words.

    Plurals are folded into their singular where the texts know both; a word is shown in
    capitals where most texts write it so (SLAM, LiDAR).
    No method of its own.

    Args:
        written: Texts as cut.
        known: Works that may tell how words are written, shape (works,): those up to an origin,
            if nothing later is to be used. All, if left out.

    Returns:
        Words of all works in order.
    """
    starts = np.append(0, written.ends)
    work = np.repeat(np.arange(written.ends.size, dtype=np.int32), np.diff(starts))
    places = written.form
    counts = np.zeros(len(written.forms), dtype=np.int64)
    used = np.zeros(len(written.forms), dtype=np.bool_)
    for begin in range(0, places.size, _BLOCK):
        part = places[begin : begin + _BLOCK]
        counted = part >= 0
        used[part[counted]] = True
        if known is not None:
            counted &= known[work[begin : begin + _BLOCK]]
        counts += np.bincount(part[counted], minlength=counts.size)
    root, names = _roots(written, counts, used=np.flatnonzero(used))
    word = np.append(root, np.int32(_BREAK))[places]  # the last answers for -1
    return Tokens(
        word=word,
        work=work,
        names=tuple(names),
        han=np.array([is_han(name) for name in names], dtype=np.bool_),
        n_works=written.ends.size,
    )


def is_han(word: str) -> bool:
    """Say whether a word is written in Chinese characters.

    No method of its own.
    """
    return word[:1] >= _FIRST_HAN and re.match(f"[{_HAN}]", word) is not None


def _roots(
    texts: Written, counts: NDArray[np.int64], *, used: NDArray[np.int64]
) -> tuple[NDArray[np.int32], list[str]]:
    """Give every written form in use its word, -1 for stop words and marks; name the words."""
    total: defaultdict[str, int] = defaultdict(int)
    for n, count in zip(used.tolist(), counts[used].tolist(), strict=True):
        total[texts.lower[n]] += count
    written: defaultdict[str, int] = defaultdict(int)
    numbers: dict[str, int] = {}
    best: list[tuple[int, str]] = []
    root = np.full(len(texts.forms), _BREAK, dtype=np.int32)
    for n, count in zip(used.tolist(), counts[used].tolist(), strict=True):
        surface, lower = texts.forms[n], texts.bare[n]
        if not lower:
            continue
        singular = _singular(lower, total)
        if singular != lower and _is_stop(singular):
            continue
        number = numbers.setdefault(singular, len(numbers))
        root[n] = number
        if number == len(best):
            best.append((0, singular))
        if singular == lower or best[number][0] == 0:
            shown = surface if singular == lower and _in_capitals(surface) else singular
            written[shown] += count
            if written[shown] > best[number][0]:
                best[number] = (written[shown], shown)
    return root, [name for _, name in best]


def _is_stop(word: str) -> bool:
    """Say whether a written form, in lower case, ends a phrase."""
    if len(word) == 1:
        return not is_han(word) or word in HAN_BREAKS
    return word in _STOP or not any(c.isalpha() for c in word) or word.endswith("ly-")


def _in_capitals(surface: str) -> bool:
    return surface[1:] != surface[1:].lower() and any(c.isupper() for c in surface[1:])


def _singular(word: str, total: dict[str, int]) -> str:
    """Return the singular the texts use themselves, or the word.

    Examples:
        >>> _singular("policies", {"policy": 9, "policies": 5})
        'policy'
        >>> _singular("kinematics", {"kinematic": 9, "kinematics": 5})
        'kinematics'
    """
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is", "ics")):
        return word
    candidates = [word[:-1]]
    if word.endswith("ies"):
        candidates = [word[:-3] + "y"]
    elif word.endswith(("ches", "shes", "sses", "xes", "zes")):
        candidates.append(word[:-2])
    for candidate in candidates:
        if len(candidate) > 2 and total.get(candidate, 0) >= 0.1 * total[word]:
            return candidate
    return word


def phrases(tokens: Tokens, *, longest: int, min_works: int, longest_han: int) -> list[Phrases]:
    """Find all phrases used by enough works, up to a length.

    A phrase is only looked for where the phrase one word shorter was found, so that rare
    combinations never take memory.
    No method of its own.

    Args:
        tokens: Words of all works.
        longest: Most words in a phrase of words.
        min_works: Works that must use a phrase.
        longest_han: Most characters in a Chinese phrase.

    Returns:
        Phrases by length: 1, 2, ...; a single Chinese character is no phrase, yet listed.
    """
    from armillary.analyses.topics.text_kernel import used_often

    here = np.flatnonzero(tokens.word >= 0).astype(np.int32)
    single = np.arange(len(tokens.names), dtype=np.int32)[:, None]
    levels = [_enough(tokens, here, tokens.word[here], words=single, min_works=min_works)]
    for length in range(2, max(longest, longest_han) + 1):
        before = levels[-1]
        n = np.searchsorted(before.places, np.int32(tokens.word.size - length + 1))
        last = tokens.word[before.places[:n] + np.int32(length - 1)]
        han = tokens.han[before.words[:, 0]][before.phrase[:n]]
        fits = (last >= 0) & (han == tokens.han[last])
        fits &= length <= np.where(han, longest_han, longest)
        del han
        here, first, last = before.places[:n][fits], before.phrase[:n][fits], last[fits]
        if min_works > 1 and here.size:
            cells = min(_CELLS, 1 << max(int(4 * here.size).bit_length(), 10))
            fits = used_often(first, last, min(min_works, 255), np.zeros(cells, dtype=np.uint8))
            here, first, last = here[fits], first[fits], last[fits]
        if here.size == 0:
            break
        keys = first.astype(np.int64) * len(tokens.names) + last
        del first, last, fits
        unique = np.unique(keys)
        phrase = np.empty(keys.size, dtype=np.int32)
        for begin in range(0, keys.size, _BLOCK):  # asking for the inverse takes five times as much
            part = slice(begin, begin + _BLOCK)
            phrase[part] = np.searchsorted(unique, keys[part])
        del keys
        prefix, word = np.divmod(unique, len(tokens.names))
        words = np.column_stack([before.words[prefix], word]).astype(np.int32)
        levels.append(_enough(tokens, here, phrase, words=words, min_works=min_works))
    return levels


def _enough(
    tokens: Tokens,
    places: NDArray[np.int32],
    phrase: NDArray[np.int32],
    *,
    words: NDArray[np.int32],
    min_works: int,
) -> Phrases:
    """Keep the phrases that at least `min_works` works use."""
    from armillary.analyses.topics.text_kernel import users

    n_works = users(tokens.work, places, phrase, len(words))
    kept = np.flatnonzero(n_works >= min_works)
    number = np.full(len(words), _BREAK, dtype=np.int32)
    number[kept] = np.arange(kept.size)
    phrase = number[phrase]
    used = phrase >= 0
    return Phrases(
        length=words.shape[1], places=places[used], phrase=phrase[used], words=words[kept]
    )
