"""Where every word stands in every text: the positional index that queries are asked of."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from armillary.model.lens import (
    ABSTRACT,
    KEYWORDS,
    MOST_WORDS_BETWEEN,
    TITLE,
    fold,
    word_places,
    words_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PARTS = (TITLE, ABSTRACT, KEYWORDS)
# Between two parts of a text lie more places than any query may ask for, so that nothing
# stretches over both.
_GAP = MOST_WORDS_BETWEEN + 2


class Places(msgspec.Struct, frozen=True, kw_only=True):
    """A positional index of many texts.

    A place is a number; the words of one part follow one another, and a gap wider than any
    query allows parts one part from the next.

    Args:
        vocabulary: All words, sorted.
        starts: Places of word n are at[starts[n]:starts[n + 1]].
        at: Places, ascending within each word.
        part_from: First place of each part, ascending.
        part_work: Work of each part.
        part_field: Number in PARTS of each part.
        texts: Folded text of each part.
        n_works: Works indexed.
    """

    vocabulary: tuple[str, ...]
    starts: NDArray[np.int64]
    at: NDArray[np.int64]
    part_from: NDArray[np.int64]
    part_work: NDArray[np.int32]
    part_field: NDArray[np.int8]
    texts: tuple[str, ...]
    n_works: int

    def part_of(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the part each place lies in."""
        return np.searchsorted(self.part_from, places, side="right") - 1

    def of_word(self, pattern: str, *, also: Sequence[str] = ()) -> NDArray[np.int64]:
        """Return the places of all words a pattern fits, ascending.

        Args:
            pattern: A folded word; `*` stands for any letters, `?` for one.
            also: Further words.
        """
        numbers = self._fitting(pattern)
        numbers += [n for word in also for n in self._fitting(word)]
        if not numbers:
            return np.empty(0, dtype=np.int64)
        found = [self.at[self.starts[n] : self.starts[n + 1]] for n in sorted(set(numbers))]
        return found[0] if len(found) == 1 else np.sort(np.concatenate(found))

    def _fitting(self, pattern: str) -> list[int]:
        prefix = re.split(r"[*?]", pattern, maxsplit=1)[0]
        first = bisect_left(self.vocabulary, prefix)
        if prefix == pattern:
            known = first < len(self.vocabulary) and self.vocabulary[first] == pattern
            return [first] if known else []
        last = bisect_left(self.vocabulary, prefix + "\U0010ffff", lo=first)
        if pattern == prefix + "*":
            return list(range(first, last))
        fits = re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")).fullmatch
        return [n for n in range(first, last) if fits(self.vocabulary[n])]

    def says(self, place: int, text: str) -> bool:
        """Tell whether an exact text stands where its first word is at a place."""
        part = int(self.part_of(np.array([place]))[0])
        folded = self.texts[part]
        begins = word_places(folded)[place - int(self.part_from[part])][0]
        before = word_places(text)[0][0]
        return begins >= before and folded[begins - before :].startswith(text)


def index_places(
    texts: Iterable[tuple[str | None, str | None, Sequence[str] | None]],
) -> Places:
    """Index the words of works by place.

    No method of its own: a positional inverted index.

    Args:
        texts: Title, abstract and keywords of each work; every keyword is a part of its own.
    """
    numbers: defaultdict[str, int] = defaultdict()
    numbers.default_factory = numbers.__len__
    stream: list[int] = []
    lengths: list[int] = []
    works: list[int] = []
    fields: list[int] = []
    kept: list[str] = []
    n_works = 0
    for work, (title, abstract, keywords) in enumerate(texts):
        n_works = work + 1
        parts = [(0, title), (1, abstract), *((2, keyword) for keyword in keywords or ())]
        for field, text in parts:
            if not text:
                continue
            folded = fold(text)
            words = words_of(folded)
            stream.extend([numbers[word] for word in words])
            lengths.append(len(words))
            works.append(work)
            fields.append(field)
            kept.append(folded)
    names = list(numbers)
    order = sorted(range(len(names)), key=names.__getitem__)
    rank = np.empty(len(names), dtype=np.int64)
    rank[order] = np.arange(len(names))
    word = rank[np.array(stream, dtype=np.int64)] if stream else np.empty(0, dtype=np.int64)
    size = np.array(lengths, dtype=np.int64)
    begins = np.cumsum(size + _GAP) - (size + _GAP)
    within = np.arange(word.size) - np.repeat(np.cumsum(size) - size, size)
    place = np.repeat(begins, size) + within
    by_word = np.argsort(word, kind="stable")
    counts = np.bincount(word, minlength=len(names)) if names else np.empty(0, dtype=np.int64)
    return Places(
        vocabulary=tuple(names[n] for n in order),
        starts=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        at=place[by_word].astype(np.int64),
        part_from=begins.astype(np.int64),
        part_work=np.array(works, dtype=np.int32),
        part_field=np.array(fields, dtype=np.int8),
        texts=tuple(kept),
        n_works=n_works,
    )
