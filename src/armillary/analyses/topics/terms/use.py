"""Which works use which terms: built once per corpus, then only counted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy import sparse

from armillary.analyses.topics.backtest.units import complete_years, halves
from armillary.analyses.topics.terms.debris import names_a_term
from armillary.analyses.topics.words import phrases, tokenise
from armillary.errors import TopicError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import pyarrow as pa

    from armillary.analyses.topics.words import Tokens
    from armillary.model.table import Table

_ABSTRACTS_NEEDED = 0.8
_LONGEST_HAN = 6
_BRITISH = (
    ("isation", "ization"),
    ("ising", "izing"),
    ("ise", "ize"),
    ("yse", "yze"),
    ("ysing", "yzing"),
    ("our", "or"),
    ("elling", "eling"),
    ("elled", "eled"),
    ("tre", "ter"),
)
_MARKS = re.compile(r"[-'’ ]")


class TermUse(msgspec.Struct, frozen=True, kw_only=True):
    """Terms of a corpus and the works that use them.

    Written forms that differ by plural, hyphen, space or British and American spelling are one
    term, named by the form most works use.

    Args:
        corpus: Where the works are from.
        ids: Work ids, ascending, shape (works,).
        years: Year of each work, shape (works,).
        months: Months since the year 0, -1 where the date is not known to the month.
        half_a: Half of each work (see `backtest.halves`), shape (works,).
        complete: Complete years, ascending.
        names: Terms, shape (terms,).
        forms: Further written forms of each term, shape (terms,).
        n_words: Words of each term, shape (terms,); Chinese terms count as one.
        part_of: Terms each two-word term consists of, -1 where they are none, (terms, 2).
        uses: 1 where a work uses a term, shape (works, terms).
        in_title: 1 where its title does, shape (works, terms).
        counts: Works by term and year in half A and in half B, each (terms, complete years).
        n_all: All works by year in half A and in half B, each (complete years,).
        text: Parts of the works that were read.
    """

    corpus: str
    ids: tuple[str, ...]
    years: NDArray[np.int64]
    months: NDArray[np.int64]
    half_a: NDArray[np.bool_]
    complete: NDArray[np.int64]
    names: tuple[str, ...]
    forms: tuple[tuple[str, ...], ...]
    n_words: NDArray[np.int64]
    part_of: NDArray[np.int64]
    uses: sparse.csc_array
    in_title: sparse.csc_array
    counts: tuple[NDArray[np.int64], NDArray[np.int64]]
    n_all: tuple[NDArray[np.int64], NDArray[np.int64]]
    text: str


def term_use(
    works: Table,
    *,
    corpus: str,
    leave_out: Collection[int] = (),
    least_works: int = 3,
    seed: int = 1,
) -> TermUse:
    """Find the terms of a corpus, single words and pairs of words, and count their works.

    Abstracts and keywords are read where at least four fifths of the works of every complete
    year have an abstract; else titles alone, since a term must not seem to rise when a source
    begins to hold abstracts.
    No method of its own beyond `words`.

    Args:
        works: One row per work; columns `work`, `title`, `abstract`, `keywords`, `year`,
            `date`.
        corpus: Where the works are from.
        leave_out: Years known to be incomplete.
        least_works: Works that must use a term; rarer ones can be no candidate.
        seed: Seed of the halves.

    Raises:
        TopicError: No work has a year.
    """
    wanted = ("work", "title", "abstract", "keywords", "year", "date")
    rows = works.select(*wanted).to_pyarrow()
    rows = rows.filter(pc.is_valid(rows["year"])).sort_by("work")
    if rows.num_rows == 0:
        raise TopicError(
            f"No work of {corpus!r} has a year, so no term can be said to rise.",
            where=f"topics.{corpus}",
            fix="read a source whose records hold the year of publication.",
        )
    years = rows["year"].to_numpy().astype(np.int64)
    ids = rows["work"].to_pylist()
    complete = complete_years(years, leave_out=leave_out)
    whole = _abstracts_throughout(rows, years, complete)
    half_a = halves(ids, seed=seed)
    titles = rows["title"].to_pylist()
    none = [None] * len(titles)
    abstracts = rows["abstract"].to_pylist() if whole else none
    keywords = rows["keywords"].to_pylist() if whole else none
    tokens = tokenise(
        part
        for title, abstract, words in zip(titles, abstracts, keywords, strict=True)
        for part in ((title,), (abstract, *(words or ())))
    )  # even texts are titles, so that one vocabulary serves both
    names, words, blocks = _found(tokens, least_works)
    forms = _joined_forms(names, words, blocks)
    in_title = _binary(blocks[::2] @ forms.member)
    uses = _binary((blocks[::2] + blocks[1::2]) @ forms.member)
    counts, n_all = zip(
        *(_by_year(uses, years, complete, of=half) for half in (half_a, ~half_a)),
        strict=True,
    )
    return TermUse(
        corpus=corpus,
        ids=tuple(ids),
        years=years,
        months=_months(rows["date"].to_pylist()),
        half_a=half_a,
        complete=complete,
        names=forms.names,
        forms=forms.others,
        n_words=forms.n_words,
        part_of=forms.part_of,
        uses=uses,
        in_title=in_title,
        counts=(counts[0], counts[1]),
        n_all=(n_all[0], n_all[1]),
        text="titles, abstracts and keywords" if whole else "titles",
    )


def _abstracts_throughout(
    rows: pa.Table, years: NDArray[np.int64], complete: NDArray[np.int64]
) -> bool:
    has = pc.greater(pc.fill_null(pc.utf8_length(rows["abstract"]), 0), 0).to_numpy()
    return all(has[years == year].mean() >= _ABSTRACTS_NEEDED for year in complete)


def _found(
    tokens: Tokens, least_works: int
) -> tuple[list[str], list[tuple[str, ...]], sparse.csr_array]:
    """List the phrases that may be terms, and which texts use them."""
    names: list[str] = []
    words: list[tuple[str, ...]] = []
    blocks = []
    for level in phrases(tokens, longest=2, longest_han=_LONGEST_HAN, min_works=least_works):
        kept = []
        for n, numbers in enumerate(level.words.tolist()):
            own = tuple(tokens.names[w] for w in numbers)
            han = bool(tokens.han[numbers[0]])
            if names_a_term(own, han=han):
                kept.append(n)
                names.append(("" if han else " ").join(own))
                words.append(("".join(own),) if han else own)
        blocks.append(level.count(tokens)[:, kept])
    return names, words, sparse.hstack(blocks, format="csr")


class _Forms(msgspec.Struct, frozen=True, kw_only=True):
    names: tuple[str, ...]
    others: tuple[tuple[str, ...], ...]
    n_words: NDArray[np.int64]
    part_of: NDArray[np.int64]
    member: sparse.csr_array


def key_of(term: str) -> str:
    """Return what written forms of one term have in common.

    No method of its own.

    Examples:
        >>> key_of("Multi-robot") == key_of("multi robot") == key_of("multirobot")
        True
        >>> key_of("optimisation") == key_of("optimization")
        True
    """
    key = _MARKS.sub("", term.lower())
    for british, american in _BRITISH:
        key = key.replace(british, american)
    return key


def _joined_forms(
    names: Sequence[str], words: Sequence[tuple[str, ...]], blocks: sparse.csr_array
) -> _Forms:
    """Join written forms of one term, the most used one first; terms in order of key."""
    n_works = np.bincount(blocks.indices, minlength=len(names))
    by_key: dict[str, list[int]] = {}
    for n, name in enumerate(names):
        by_key.setdefault(key_of(name), []).append(n)
    keys = sorted(by_key)
    groups = [sorted(by_key[key], key=lambda n: (-n_works[n], names[n])) for key in keys]
    place = {key: at for at, key in enumerate(keys)}
    heads = [group[0] for group in groups]
    part_of = np.full((len(groups), 2), -1, dtype=np.int64)
    for at, head in enumerate(heads):
        if len(words[head]) == 2:
            part_of[at] = [place.get(key_of(w), -1) for w in words[head]]
    return _Forms(
        names=tuple(names[head] for head in heads),
        others=tuple(tuple(names[n] for n in group[1:]) for group in groups),
        n_words=np.array([len(words[head]) for head in heads], dtype=np.int64),
        part_of=part_of,
        member=sparse.csr_array(
            (
                np.ones(len(names), dtype=np.float32),
                (
                    np.concatenate([np.array(g) for g in groups])
                    if groups
                    else np.zeros(0, dtype=np.int64),
                    np.repeat(np.arange(len(groups)), [len(g) for g in groups]),
                ),
            ),
            shape=(len(names), len(groups)),
        ),
    )


def _binary(counts: sparse.csr_array) -> sparse.csc_array:
    found = sparse.csc_array(counts)
    found.sum_duplicates()
    found.data = np.ones(found.data.size, dtype=np.float32)
    return found


def _by_year(
    uses: sparse.csc_array,
    years: NDArray[np.int64],
    complete: NDArray[np.int64],
    *,
    of: NDArray[np.bool_],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Count works by term and complete year among some works, and all of these."""
    place = np.searchsorted(complete, years)
    place = np.minimum(place, complete.size - 1)
    kept = np.flatnonzero(of & (complete[place] == years))
    cells = sparse.csr_array(
        (np.ones(kept.size, dtype=np.float32), (place[kept], kept)),
        shape=(complete.size, years.size),
    )
    counts = (cells @ uses).toarray().T.astype(np.int64)
    return np.ascontiguousarray(counts), np.bincount(place[kept], minlength=complete.size)


def _months(dates: Sequence[str | None]) -> NDArray[np.int64]:
    """Return months since the year 0; -1 for dates that name no month."""
    return np.array(
        [int(d[:4]) * 12 + int(d[5:7]) - 1 if d and len(d) >= 7 else -1 for d in dates],
        dtype=np.int64,
    )
