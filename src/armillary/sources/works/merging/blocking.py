"""Which pairs of records are worth comparing: those that share a key, never all pairs."""

from __future__ import annotations

import collections
from typing import TYPE_CHECKING

import numpy as np

from armillary.sources.works.merging.names import block_names
from armillary.sources.works.merging.titles import compact, plain, title_key, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

# Records that share a key are compared with the next ones in order of their titles, not all
# with all: a key of a thousand records gives thousands of pairs, not a million.
_WINDOW = 24
_EDGE = 14
_HAN_EDGE = 5
_RARE = 3
_SIGNATURE = 4
_SHARED = 0.75
_INSIDE = 0.93
_CHUNK = 2_000_000


class Block:
    """What all records give for finding pairs.

    Args:
        keys: Title of each record as compared; empty for what is not compared by title.
        order: Rank of each record in order of its title.
        counts: How many records hold each word in their titles.
    """

    def __init__(self, titles: Sequence[str], compared: NDArray[np.bool_]) -> None:
        self.keys: list[str] = []
        self.counts: dict[str, int] = collections.defaultdict(int)
        for text, wanted in zip(titles, compared, strict=True):
            self.keys.append(title_key(text) if wanted else "")
        seen: set[str] = set()
        for text, key in zip(titles, self.keys, strict=True):
            if key and key not in seen:  # copies of a record make its words no more common
                seen.add(key)
                for word in set(words_of(plain(text))):
                    self.counts[word] += 1
        self.order = np.empty(len(self.keys), np.int64)
        by_title = sorted(range(len(self.keys)), key=lambda row: self.keys[row])
        self.order[by_title] = np.arange(len(self.keys))
        self._signatures = _signatures(self.keys)

    def pairs(
        self, titles: Sequence[str], authors: Sequence[Sequence[str] | None]
    ) -> NDArray[np.int64]:
        """Return the pairs of rows that share a key and could have like titles.

        Args:
            titles: Titles as written.
            authors: Authors as written.

        Returns:
            Shape (pairs, 2), each pair once, the lower row first, in order.
        """
        n = len(self.keys)
        found: list[NDArray[np.int64]] = []
        for rows, hashes in self._looked_up(titles, authors):
            found += self._near(rows, hashes)
        if not found:
            return np.empty((0, 2), np.int64)
        codes = np.unique(np.concatenate(found))
        return np.stack([codes // n, codes % n], axis=1)

    def _looked_up(
        self, titles: Sequence[str], authors: Sequence[Sequence[str] | None]
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """Give the keys of all records, one kind after the other, to bound the memory."""
        compared = [row for row, key in enumerate(self.keys) if key]
        rows = np.array(compared, np.int64)
        yield rows, _hashed(self.keys[row] for row in compared)
        for edge in (slice(None, _EDGE), slice(-_EDGE, None)):
            yield rows, _hashed(_edge(self.keys[row], edge) for row in compared)
        at: list[int] = []
        codes: list[int] = []
        for row in compared:
            rare = self._rare(titles[row])
            # An author is worth one word: two rare words, or an author and one rare word.
            for name in block_names(authors[row] or ()):
                codes += [hash((name, word)) for word in rare]
                at += [row] * len(rare)
            for i, word in enumerate(rare):
                codes += [hash((word, other)) for other in rare[i + 1 :]]
                at += [row] * (len(rare) - i - 1)
        yield np.array(at, np.int64), np.array(codes, np.int64)

    def _rare(self, title: str) -> list[str]:
        """Return the rarest words others have too, in order of the alphabet."""
        words = {word for word in words_of(plain(title)) if self.counts.get(word, 0) > 1}
        if not words:
            words = set(words_of(plain(title)))
        return sorted(sorted(words, key=lambda word: (self.counts.get(word, 0), word))[:_RARE])

    def _near(
        self, rows: NDArray[np.int64], hashes: NDArray[np.int64]
    ) -> Iterator[NDArray[np.int64]]:
        """Give coded pairs of rows that share a key, by their distance in order of titles."""
        n = len(self.keys)
        by = np.lexsort((self.order[rows], hashes))
        rows, hashes = rows[by], hashes[by]
        for step in range(1, _WINDOW + 1):
            if len(rows) <= step:
                return
            same = np.flatnonzero(hashes[step:] == hashes[:-step])
            if not len(same):
                return
            for start in range(0, len(same), _CHUNK):
                at = same[start : start + _CHUNK]
                left, right = rows[at], rows[at + step]
                likely = self._likely(left, right)
                left, right = left[likely], right[likely]
                yield np.unique(np.minimum(left, right) * n + np.maximum(left, right))

    def _likely(self, left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tell which titles share most pairs of letters, or nearly all of the shorter one."""
        ours, theirs = self._signatures[left], self._signatures[right]
        both = np.bitwise_count(ours & theirs).sum(axis=1, dtype=np.int64)
        n_ours = np.bitwise_count(ours).sum(axis=1, dtype=np.int64)
        n_theirs = np.bitwise_count(theirs).sum(axis=1, dtype=np.int64)
        # Two whole titles, or one that is the beginning of the other.
        whole = both >= _SHARED * np.maximum(n_ours, n_theirs)
        cut = both >= _INSIDE * np.minimum(n_ours, n_theirs)
        likely: NDArray[np.bool_] = (left != right) & (whole | cut)
        return likely


def too_general(titles: Sequence[str], generic: Sequence[str]) -> NDArray[np.bool_]:
    """Tell which titles are shared by many works, or are empty."""
    known = set(generic)
    held = (compact(plain(title)) for title in titles)
    return np.fromiter((not key or key in known or key.isdigit() for key in held), bool)


def _edge(key: str, edge: slice) -> str:
    """Return the beginning or end of a title; Chinese says more in fewer characters."""
    if not key.isascii() and any(letter > "\u2e80" for letter in key[:_HAN_EDGE]):
        return key[:_HAN_EDGE] if edge.start is None else key[-_HAN_EDGE:]
    return key[edge]


def _hashed(texts: Iterator[str]) -> NDArray[np.int64]:
    return np.fromiter(map(hash, texts), np.int64)


def _signatures(keys: Sequence[str]) -> NDArray[np.uint64]:
    """Return 256 bits for each title, one set by each pair of neighbouring letters."""
    made = np.zeros((len(keys), _SIGNATURE), np.uint64)
    bits: dict[str, int] = {}
    for row, key in enumerate(keys):
        held = 0
        for i in range(len(key) - 1):
            pair = key[i : i + 2]
            bit = bits.get(pair)
            if bit is None:
                bit = bits[pair] = 1 << (ord(pair[0]) * 31 + ord(pair[1]) * 7) % (64 * _SIGNATURE)
            held |= bit
        made[row] = [(held >> 64 * part) & 0xFFFFFFFFFFFFFFFF for part in range(_SIGNATURE)]
    return made
