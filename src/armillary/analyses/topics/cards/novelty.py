"""What is new in a topic: terms the corpus did not know, and combinations that are unusual."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from scipy import sparse

from armillary.analyses.topics.cards.measured import Measured, Precision, mean, share

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from armillary.analyses.topics.cards.facts import Facts

_VENUE = re.compile(r"^[^,]*, (?:1[89]|20)[0-9]{2}, ([^,]+)")  # Web of Science: its third part


class NoveltyRule(msgspec.Struct, frozen=True, kw_only=True):
    """What counts as new and as unusual.

    Args:
        new_years: Years, ending with the last, in which a new term was first used.
        known_years: Years the corpus must reach back before them to know what is old.
        least_uses: Works that must use a new term.
        pair_uses: Works that must use a venue or keyword for its pairs to be judged.
        tail: Part of a work's pairs, the most unusual, that is looked at.
        texts: New terms named for each topic.
    """

    new_years: int = 3
    known_years: int = 3
    least_uses: int = 5
    pair_uses: int = 5
    tail: float = 0.1
    texts: int = 10


def new_terms(facts: Facts, *, rule: NoveltyRule, precision: Precision) -> Iterator[Measured]:
    """Measure the share of recent works that use a term the corpus did not know before.

    No method of its own: first use within the corpus; the term may be older elsewhere.

    Args:
        facts: Works, clusters and terms.
        rule: What is new.
        precision: How the interval is made.
    """
    uses = facts.text.uses.tocsr()
    first = _first_years(uses, facts.years)
    begins = facts.last_year - rule.new_years + 1
    n_uses = np.bincount(uses.indices, minlength=uses.shape[1])
    new = np.flatnonzero((first >= begins) & (n_uses >= rule.least_uses))
    recent_uses = uses[:, new].tocsr()
    n_new = np.diff(recent_uses.indptr)
    has_text = np.diff(facts.text.words.tocsr().indptr) > 0
    reaches_back = facts.years.size > 0 and facts.years.min() <= begins - rule.known_years
    for cluster in range(len(facts.clusters)):
        base = np.flatnonzero(
            (facts.label == cluster) & (facts.years >= begins) & has_text & reaches_back
        )
        counted = base[n_new[base] > 0]
        in_cluster = np.bincount(recent_uses[counted].indices, minlength=new.size)
        order = sorted(
            np.flatnonzero(in_cluster).tolist(),
            key=lambda n: (-in_cluster[n], facts.text.terms[new[n]]),
        )
        yield share(
            "new_term_share",
            cluster,
            base=base,
            counted=counted,
            weight=n_new[counted].astype(np.float64),
            precision=precision,
            unknown="no_recent_text" if reaches_back else "corpus_too_short",
            texts=tuple(facts.text.terms[new[n]] for n in order[: rule.texts]),
        )


def atypical_combinations(
    facts: Facts, *, rule: NoveltyRule, precision: Precision
) -> Iterator[Measured]:
    """Measure the share of recent works that combine what is seldom combined.

    Each pair of venues that a work cites together (of author keywords, where references name
    no venue) has a z-score: works with both against what chance would give. A work is atypical
    where the score at the lower tail of its pairs is below 0. Chance is the hypergeometric
    distribution given how many works use either, not the shuffled references of the source:
    closed, exact and repeatable, but blind to how long reference lists are. Pairs are judged
    within the corpus, which is far more alike than all science.
    Source: Uzzi, Mukherjee, Stringer & Jones (2013), doi:10.1126/science.1240474, for pairs,
    z-scores and the lower tail.

    Args:
        facts: Works, clusters, references and keywords.
        rule: What is unusual.
        precision: How the interval is made.
    """
    items, kind = _items(facts)
    tails, pairs = tail_scores(items, least=rule.pair_uses, tail=rule.tail)
    judged = ~np.isnan(tails)
    for cluster in range(len(facts.clusters)):
        base = np.flatnonzero((facts.label == cluster) & facts.recent & judged)
        counted = base[tails[base] < 0]
        texts = dict.fromkeys(
            pairs[int(work)] for work in counted[np.lexsort((counted, tails[counted]))]
        )
        found = share(
            "atypical_share",
            cluster,
            base=base,
            counted=counted,
            weight=-tails[counted],
            precision=precision,
            unknown="no_pairs",
            texts=tuple(texts)[: rule.texts],
        )
        yield msgspec.structs.replace(found, note=found.note or f"pairs_of_{kind}")


def tail_scores(
    items: list[set[str]], *, least: int, tail: float
) -> tuple[NDArray[np.float64], dict[int, str]]:
    """Return the score of each work at the lower tail of its pairs of items.

    Source: Uzzi et al. (2013), doi:10.1126/science.1240474, with a closed form for chance.

    Args:
        items: Items of each work.
        least: Works that must use an item.
        tail: Part of the pairs at whose end the score is taken, 0.1 for the 10th percentile.

    Returns:
        Scores, NaN for works without a pair, shape (works,); and the most unusual pair of each
        work that has one.
    """
    names = sorted(set().union(*items)) if items else []
    number = {name: n for n, name in enumerate(names)}
    rows = np.repeat(np.arange(len(items)), [len(held) for held in items])
    columns = np.array([number[name] for held in items for name in sorted(held)], dtype=np.int64)
    matrix = sparse.csr_array(
        (np.ones(rows.size), (rows, columns)), shape=(len(items), max(len(names), 1))
    )
    used_by = np.bincount(columns, minlength=matrix.shape[1])
    kept = np.flatnonzero(used_by >= least)
    matrix = matrix[:, kept].tocsr()
    matrix.sort_indices()
    n = used_by[kept].astype(np.float64)
    total = float(sum(1 for held in items if held))
    together = (matrix.T @ matrix).tocsr()
    scores = np.full(len(items), np.nan)
    pairs: dict[int, str] = {}
    for work in range(len(items)):
        mine = matrix.indices[matrix.indptr[work] : matrix.indptr[work + 1]]
        if mine.size < 2:
            continue
        a, b = np.triu_indices(mine.size, 1)
        i, j = mine[a], mine[b]
        both = np.asarray(together[i, j]).ravel()
        z = _z(both, n[i], n[j], total=total)
        scores[work] = np.quantile(z, tail)
        worst = int(np.argmin(z))
        pairs[work] = f"{names[kept[i[worst]]]} + {names[kept[j[worst]]]}"
    return scores, pairs


def _z(
    both: NDArray[np.float64],
    n_first: NDArray[np.float64],
    n_second: NDArray[np.float64],
    *,
    total: float,
) -> NDArray[np.float64]:
    """Return works with both in standard deviations from what chance gives (hypergeometric)."""
    expected = n_first * n_second / total
    variance = expected * (total - n_first) * (total - n_second) / (total * max(total - 1, 1.0))
    return np.asarray(
        np.where(variance > 0, (both - expected) / np.sqrt(np.maximum(variance, 1e-300)), 0.0)
    )


def _items(facts: Facts) -> tuple[list[set[str]], str]:
    venues = [
        {match[1].strip().upper() for text in held or () if (match := _VENUE.match(text))}
        for held in facts.references
    ]
    if any(len(held) > 1 for held in venues):
        return venues, "venues"
    return [set(held or ()) for held in facts.keywords], "keywords"


def _first_years(uses: sparse.csr_array, years: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the year each term was first used, shape (terms,); the far future for none."""
    first = np.full(uses.shape[1], np.iinfo(np.int64).max)
    of_use = np.repeat(years, np.diff(uses.indptr))
    np.minimum.at(first, uses.indices, of_use)
    return first


def youth(facts: Facts, *, precision: Precision) -> Iterator[Measured]:
    """Measure the mean year of the works of each topic.

    No method of its own.

    Args:
        facts: Works and clusters.
        precision: How the interval is made.
    """
    for cluster in range(len(facts.clusters)):
        base = facts.of_cluster(cluster)
        yield mean(
            "mean_year",
            cluster,
            base=base,
            values=facts.years[base].astype(np.float64),
            unit="year",
            precision=precision,
            unknown="no_works",
        )
