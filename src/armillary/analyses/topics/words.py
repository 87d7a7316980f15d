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
        at: Phrase that begins at each place, or -1, shape (places,).
        words: Words of each phrase, shape (phrases, length).
    """

    length: int
    at: NDArray[np.int32]
    words: NDArray[np.int32]

    def count(self, tokens: Tokens) -> sparse.csr_array:
        """Return how often each work uses each phrase, shape (works, phrases)."""
        here = np.flatnonzero(self.at >= 0)
        counts = sparse.coo_array(
            (np.ones(here.size, dtype=np.float32), (tokens.work[here], self.at[here])),
            shape=(tokens.n_works, len(self.words)),
        )
        return counts.tocsr()


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
    ends: list[int] = []
    for parts in texts:
        for part in parts:
            if part:
                clean = _TAG.sub(" ", part) if "<" in part else part
                stream.extend([forms[token] for token in _TOKEN.findall(clean)])
            stream.append(_BREAK)
        ends.append(len(stream))
    lower = tuple(form.lower() for form in forms)
    bare = (form.replace("’", "'").removesuffix("'s") for form in lower)
    return Written(
        form=np.array(stream, dtype=np.int32),
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
    counted = places >= 0 if known is None else (places >= 0) & known[work]
    counts = np.bincount(places[counted], minlength=len(written.forms))
    used = counts if known is None else np.bincount(places[places >= 0], minlength=counts.size)
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
    levels = [_enough(tokens, tokens.word, np.arange(len(tokens.names))[:, None], min_works)]
    for length in range(2, max(longest, longest_han) + 1):
        before = levels[-1]
        last = np.full(tokens.word.size, _BREAK, dtype=np.int32)
        last[: -(length - 1)] = tokens.word[length - 1 :]
        here = np.flatnonzero((before.at >= 0) & (last >= 0))
        first = before.words[before.at[here], 0]
        han = tokens.han[first]
        fits = (han == tokens.han[last[here]]) & (length <= np.where(han, longest_han, longest))
        here = here[fits]
        if here.size == 0:
            break
        keys = before.at[here].astype(np.int64) * len(tokens.names) + last[here]
        unique, inverse = np.unique(keys, return_inverse=True)
        at = np.full(tokens.word.size, _BREAK, dtype=np.int32)
        at[here] = inverse
        prefix, word = np.divmod(unique, len(tokens.names))
        words = np.column_stack([before.words[prefix], word]).astype(np.int32)
        levels.append(_enough(tokens, at, words, min_works))
    return levels


def _enough(
    tokens: Tokens, at: NDArray[np.int32], words: NDArray[np.integer], min_works: int
) -> Phrases:
    """Keep the phrases that at least `min_works` works use."""
    found = Phrases(length=words.shape[1], at=at, words=words.astype(np.int32))
    n_works = np.bincount(found.count(tokens).indices, minlength=len(words))
    kept = np.flatnonzero(n_works >= min_works)
    number = np.full(len(words) + 1, _BREAK, dtype=np.int32)  # the last answers for -1
    number[kept] = np.arange(kept.size)
    return Phrases(length=found.length, at=number[at], words=found.words[kept])
