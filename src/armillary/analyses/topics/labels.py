"""Labels of clusters: the terms that tell a cluster from the rest of the map."""

from __future__ import annotations

import re
from functools import cache
from itertools import zip_longest
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from armillary.analyses.topics.stopwords import (
    EDGE_VERBS,
    GENERAL_WORDS,
    HAN_ENDS,
    HAN_GENERAL,
    HAN_STARTS,
    HAN_VERBS,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from armillary.analyses.topics.words import Phrases, Tokens

_COVER = 0.35  # a phrase stands for its part where it makes up this share of the part's works
_HAN_COVER = 0.6
_GOES_ON = 0.8  # share of the uses of Chinese characters that are one longer phrase
_HAN_MIN_SHARE = 0.1  # runs of characters are many: more works must use one
_MIN_SHARE = 0.04  # share of the works of a cluster that must use a term
_MOST_COMMON = 0.25  # share of works beside the cluster beyond which a term tells nothing apart
_PHRASE_BONUS = 0.15  # for each further word (Chinese: character after two): phrases read better
_OWN = 0.25  # how much a term gains by being used in one cluster more than in all others
_CANDIDATES = 120
_SUFFIX = re.compile(
    "(?:ings?|ers?|ors?|ed|ions?|ical|ics?|al|ally|ments?|ity|ities|ery|eries|ance|ences?|able|e|s)$"
)


class Naming(msgspec.Struct, frozen=True, kw_only=True):
    """What clusters are called.

    Args:
        terms: Terms of each cluster, best first, in the language most of its works are in.
        terms_en: Terms in letters, from the works without Chinese characters.
        terms_zh: Terms in Chinese characters, from the works that use them.
        leading: Works of the whole map that use its best term, whatever cluster they are in;
            None for a cluster without terms.
    """

    terms: list[list[str]]
    terms_en: list[list[str]]
    terms_zh: list[list[str]]
    leading: list[NDArray[np.int32] | None]


class Term(msgspec.Struct, frozen=True):
    """A phrase as people read it and its words as numbers."""

    text: str
    words: tuple[int, ...]
    han: bool


class Candidates(msgspec.Struct, frozen=True, kw_only=True):
    """Phrases that may name a cluster.

    Args:
        terms: The phrases.
        uses: 1 where a work uses one, shape (works, terms).
    """

    terms: list[Term]
    uses: sparse.csr_array


def characteristic_terms(
    tokens: Tokens,
    levels: Sequence[Phrases],
    *,
    labels: NDArray[np.int32],
    n_terms: int = 10,
    candidates: Candidates | None = None,
) -> Naming:
    """Name the most characteristic terms of each cluster, best first, language by language.

    Terms are words and phrases up to three words (Chinese: two to ten characters), counted
    once for each work. They are ranked by the log-odds of use in the cluster against the
    rest, with the whole map as prior, over their standard error; a term used in one cluster
    alone comes before one of many. Works with Chinese characters are compared among
    themselves, and so are the others. A phrase takes the place of its parts where it nearly
    covers them, so "reinforcement learning" stands and "reinforcement" goes; no term repeats
    the words of a better one.
    Source: Monroe, Colaresi & Quinn (2008), doi:10.1093/pan/mpn018.

    Args:
        tokens: Words of the works.
        levels: Phrases by length.
        labels: Cluster of each work; -1 for none; shape (works,).
        n_terms: Most terms for a cluster.
        candidates: As `candidates_for` finds them for these clusters or for parts of them; None
            finds them.

    Returns:
        Terms of each cluster, fewer than `n_terms`, or none, where works say little; and the
        works that use its leading term.
    """
    n_clusters = int(labels.max(initial=-1)) + 1
    if candidates is None:
        candidates = candidates_for(tokens, levels, labels=labels)
    terms, uses = candidates.terms, candidates.uses
    if not terms:
        nothing: list[list[str]] = [[] for _ in range(n_clusters)]
        return Naming(
            terms=nothing, terms_en=nothing, terms_zh=nothing, leading=[None] * n_clusters
        )
    writes_han = _writes_han(tokens)
    in_han = np.array([term.han for term in terms])
    by_language = [
        _chosen(
            terms,
            uses,
            np.where(writes_han == han, labels, -1),
            n_clusters=n_clusters,
            allowed=in_han == han,
            n_terms=n_terms,
        )
        for han in (False, True)
    ]
    n_han = np.bincount(labels[(labels >= 0) & writes_han], minlength=n_clusters)
    n_works = np.bincount(labels[labels >= 0], minlength=n_clusters)
    chosen = [
        (zh or en) if 2 * han > n else (en or zh)
        for en, zh, han, n in zip(*by_language, n_han, n_works, strict=True)
    ]
    column = {term: n for n, term in enumerate(terms)}
    first = sorted({column[own[0]] for own in chosen if own})
    by_term = uses[:, first].tocsc()
    users = dict(zip(first, np.split(by_term.indices, by_term.indptr[1:-1]), strict=True))
    leading = [users[column[own[0]]] if own else None for own in chosen]
    said, english, chinese = (
        [[term.text for term in own] for own in lists] for lists in (chosen, *by_language)
    )
    return Naming(terms=said, terms_en=english, terms_zh=chinese, leading=leading)


def candidates_for(
    tokens: Tokens, levels: Sequence[Phrases], *, labels: NDArray[np.int32]
) -> Candidates:
    """List the phrases that may name one of some clusters, or of any made by joining them.

    Phrases that fewer works use than would name the smallest cluster are left out: they could
    name none.
    No method of its own.

    Args:
        tokens: Words of the works.
        levels: Phrases by length.
        labels: Cluster of each work; -1 for none; shape (works,).
    """
    on_map = labels >= 0
    han = _writes_han(tokens)
    n = int(labels.max(initial=-1)) + 1
    in_letters, in_han = (
        int(np.bincount(labels[on_map & own], minlength=n).min(initial=labels.size))
        for own in (~han, han)
    )
    least = max(2.0, _MIN_SHARE * in_letters), max(3.0, _HAN_MIN_SHARE * in_han)
    terms, uses = _candidates(tokens, levels, least=least)
    return Candidates(terms=terms, uses=uses)


def _writes_han(tokens: Tokens) -> NDArray[np.bool_]:
    """Say which works use Chinese characters, shape (works,)."""
    here = np.append(tokens.han, np.False_)[tokens.word]  # the last answers for -1
    writes = np.zeros(tokens.n_works, dtype=np.bool_)
    writes[tokens.work[here]] = True
    return writes


def _chosen(
    terms: Sequence[Term],
    uses: sparse.csr_array,
    labels: NDArray[np.int32],
    *,
    n_clusters: int,
    allowed: NDArray[np.bool_],
    n_terms: int,
) -> list[list[Term]]:
    """Choose the terms of each cluster among those allowed, from the works with a label."""
    works = np.flatnonzero(labels >= 0)
    member = sparse.csr_array(
        (np.ones(works.size), (labels[works], works)), shape=(n_clusters, labels.size)
    )
    in_cluster = (member @ uses).tocsr()
    in_all = np.asarray(in_cluster.sum(axis=0)).ravel()
    sizes = np.bincount(labels[works], minlength=n_clusters)
    bonus = np.array([1 + _PHRASE_BONUS * (len(t.words) - 1 - t.han) for t in terms])
    in_han = np.array([term.han for term in terms])
    chosen = []
    for c, size in enumerate(sizes):
        row = slice(in_cluster.indptr[c], in_cluster.indptr[c + 1])
        ids, counts = in_cluster.indices[row], in_cluster.data[row]
        z = _log_odds_z(counts, float(size), in_all[ids], float(works.size))
        z = z * bonus[ids] * (counts / in_all[ids]) ** _OWN
        common = in_all[ids] > _MOST_COMMON * works.size + size
        enough = counts >= np.where(
            in_han[ids], max(3.0, _HAN_MIN_SHARE * size), max(2.0, _MIN_SHARE * size)
        )
        fit = np.flatnonzero(enough & (z > 0) & ~common & allowed[ids])
        best = fit[np.lexsort((ids[fit], -z[fit]))][:_CANDIDATES]
        found = {terms[ids[i]]: (float(z[i]), float(counts[i])) for i in best}
        chosen.append(_without_repetition(found, n_terms))
    return chosen


def label_of(terms: Sequence[str], *, n_terms: int = 3) -> str:
    """Join the best terms into a label.

    No method of its own.

    Examples:
        >>> label_of(["reinforcement learning", "policy", "reward", "actor"])
        'reinforcement learning, policy, reward'
    """
    return ", ".join(terms[:n_terms])


def _log_odds_z(
    counts: NDArray[np.float64], size: float, in_all: NDArray[np.float64], n_works: float
) -> NDArray[np.float64]:
    """Return log-odds (cluster against rest) over its standard error; prior worth 50 works."""
    prior = 50.0 * in_all / n_works
    rest, rest_size = in_all - counts, n_works - size
    inside = (counts + prior) / (size + 50.0 - counts - prior + 1e-9)
    outside = (rest + prior) / (rest_size + 50.0 - rest - prior + 1e-9)
    error = np.sqrt(1 / (counts + prior) + 1 / (rest + prior))
    return np.asarray(np.log(inside / outside) / error)


def _candidates(
    tokens: Tokens, levels: Sequence[Phrases], *, least: tuple[float, float] = (0.0, 0.0)
) -> tuple[list[Term], sparse.csr_array]:
    """List the phrases that may name a topic, and which works use them.

    Args:
        tokens: Words of the works.
        levels: Phrases by length.
        least: Fewest works that use a phrase of words, and one of characters.
    """
    from armillary.analyses.topics.text_kernel import users

    terms: list[Term] = []
    blocks = []
    for level, longer in zip_longest(levels, levels[1:]):
        part = _cut_short(level, longer)
        kept = []
        enough = users(tokens.work, level.places, level.phrase, len(part)) >= np.where(
            tokens.han[level.words[:, 0]], least[1], least[0]
        )
        for n in np.flatnonzero(enough).tolist():
            words = level.words[n].tolist()
            names = [tokens.names[w] for w in words]
            han = bool(tokens.han[words[0]])
            if _names_a_topic(names, han=han) and not (han and part[n]):
                kept.append(n)
                terms.append(Term(("" if han else " ").join(names), tuple(words), han))
        counts = level.count(tokens, kept=np.array(kept, dtype=np.int64))
        counts.data[:] = 1.0
        blocks.append(counts)
    return terms, sparse.hstack(blocks, format="csr") if terms else sparse.csr_array((0, 0))


def _cut_short(level: Phrases, longer: Phrases | None) -> NDArray[np.bool_]:
    """Say which phrases nearly always go on in one way, on either side: parts of a word."""
    n = len(level.words)
    uses = np.bincount(level.phrase, minlength=n)
    most = np.zeros(n, dtype=np.int64)
    if longer is not None and longer.places.size:
        at = np.full(int(longer.places[-1]) + 2, -1, dtype=np.int32)
        inside = np.searchsorted(level.places, at.size)
        at[level.places[:inside]] = level.phrase[:inside]
        uses_longer = np.bincount(longer.phrase, minlength=len(longer.words))
        for step in (0, 1):
            # The part that begins where the longer phrase does, or one character later.
            part = np.full(len(longer.words), -1, dtype=np.int64)
            part[longer.phrase] = at[longer.places + step]
            known = part >= 0
            np.maximum.at(most, part[known], uses_longer[known])
    return most >= _GOES_ON * np.maximum(uses, 1)


def _names_a_topic(names: Sequence[str], *, han: bool) -> bool:
    if han:
        text = "".join(names)
        at_edge = names[0] in HAN_STARTS or names[-1] in HAN_ENDS
        told = any(verb in text for verb in HAN_VERBS)
        return len(names) > 1 and not at_edge and not told and text not in HAN_GENERAL
    lower = [name.lower() for name in names]
    if len(set(lower)) < len(lower) or lower[0].endswith("ly") or lower[-1].endswith("ly"):
        return False
    if lower[0] in EDGE_VERBS or lower[-1] in EDGE_VERBS:
        return False
    if len(names) == 1:
        return len(lower[0]) > 2 and lower[0] not in GENERAL_WORDS
    if lower[-1] in GENERAL_WORDS and names[-2].isupper():
        return False  # "SLAM system" says no more than "SLAM", of which it is but a part
    return not all(word in GENERAL_WORDS for word in lower)


def _without_repetition(found: dict[Term, tuple[float, float]], n_terms: int) -> list[Term]:
    """Take the best terms, longer ones for their parts, none that repeats another.

    Args:
        found: Term to (z, works of the cluster that use it), best first.
        n_terms: Most terms to take.
    """
    taken: list[Term] = []
    for term in found:
        whole = _whole(term, found)
        if not any(_repeats(whole, other) for other in taken):
            taken.append(whole)
        if len(taken) == n_terms:
            break
    return taken


def _whole(term: Term, found: dict[Term, tuple[float, float]]) -> Term:
    """Return the longest phrase that nearly covers a term in the cluster, or the term."""
    while True:
        cover = (_HAN_COVER if term.han else _COVER) * found[term][1]
        longer = [
            t
            for t, (_, n) in found.items()
            if len(t.words) == len(term.words) + 1 and n >= cover and _contains(t, term)
        ]
        if not longer:
            return term
        term = max(longer, key=lambda t: (found[t][1], t.text))


def _contains(longer: Term, shorter: Term) -> bool:
    n = len(shorter.words)
    return any(longer.words[i : i + n] == shorter.words for i in range(len(longer.words) - n + 1))


def _repeats(term: Term, taken: Term) -> bool:
    """Say whether two terms share so many words that a reader sees one thing twice."""
    if term.han != taken.han:
        return False
    if term.han:
        # Runs of characters overlap where one word was cut in two ways.
        return len(set(term.words) & set(taken.words)) > 1
    ours, theirs = ({_stem(word) for word in t.text.split(" ")} for t in (term, taken))
    return ours <= theirs or theirs <= ours or len(ours & theirs) >= 2


@cache
def _stem(word: str) -> str:
    """Strip endings so that words of one family are seen as one (only to avoid repetition).

    Examples:
        >>> _stem("planner") == _stem("planning") == _stem("plan")
        True
        >>> _stem("control") == _stem("contact")
        False
    """
    stem = word.lower()
    while (shorter := _SUFFIX.sub("", stem)) != stem and len(shorter) >= 3:
        stem = shorter
    return stem[:-1] if len(stem) > 3 and stem[-1] == stem[-2] else stem


def candidate_terms(
    tokens: Tokens, levels: Sequence[Phrases]
) -> tuple[list[str], sparse.csr_array]:
    """List the phrases that may name a topic, and which works use them.

    No method of its own: the candidates `characteristic_terms` chooses from.

    Args:
        tokens: Words of the works.
        levels: Phrases by length.

    Returns:
        The terms as people read them; and 1 where a work uses one, shape (works, terms).
    """
    terms, uses = _candidates(tokens, levels)
    return [term.text for term in terms], uses
