"""Whether the works of a topic hang together: by their words, and by their relations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from armillary.analyses.topics.cards.measured import Measured, Precision, mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from scipy import sparse

    from armillary.analyses.topics.cards.facts import Facts

_LN2 = float(np.log(2.0))


class CoherenceRule(msgspec.Struct, frozen=True, kw_only=True):
    """How random sets of works are drawn, by which size is allowed for.

    Args:
        sizes: Sizes of random sets, from the smallest to the largest topic.
        draws: Random sets of each size.
        seed: Seed of the draws.
    """

    sizes: int = 12
    draws: int = 10
    seed: int = 1


def divergences(words: sparse.csr_array, works: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the Jensen-Shannon divergence of each work from the set it is in.

    The words of a work, as shares, are compared with the words of all works of the set
    together. 0 is the same words in the same shares, 1 (base 2) no word in common.
    Source: Lin (1991), doi:10.1109/18.61115; for sets of works Boyack et al. (2011),
    doi:10.1371/journal.pone.0018029.

    Args:
        words: How often each work uses each word; shape (works, words).
        works: Works of the set, each with at least one word.

    Returns:
        Divergences, shape (works,).
    """
    held = words[works]
    length = np.asarray(held.sum(axis=1)).ravel()
    rows = np.repeat(np.arange(works.size), np.diff(held.indptr))
    p = held.data / length[rows]
    pooled = np.bincount(held.indices, weights=held.data, minlength=words.shape[1])
    q = (pooled / pooled.sum())[held.indices]
    middle = (p + q) / 2
    from_work = np.bincount(rows, weights=p * np.log(p / middle), minlength=works.size)
    # A word the work does not use adds q ln 2.
    from_set = np.bincount(rows, weights=q * np.log(q / middle), minlength=works.size)
    unused = (1 - np.bincount(rows, weights=q, minlength=works.size)) * _LN2
    return np.asarray((from_work + from_set + unused) / 2 / _LN2)


def random_divergences(
    words: sparse.csr_array, sizes: NDArray[np.int64], *, rule: CoherenceRule
) -> NDArray[np.float64]:
    """Return the mean divergence within random sets of given sizes.

    Source: Boyack et al. (2011), doi:10.1371/journal.pone.0018029.

    Args:
        words: How often each work uses each word; works without a word are not drawn.
        sizes: Sizes, at most the works with a word.
        rule: Draws and seed.

    Returns:
        Mean over the draws, shape (sizes,).
    """
    pool = np.flatnonzero(np.diff(words.indptr) > 0)
    random = np.random.default_rng(rule.seed)
    return np.array(
        [
            np.mean(
                [
                    divergences(
                        words, np.sort(random.choice(pool, int(size), replace=False))
                    ).mean()
                    for _ in range(rule.draws)
                ]
            )
            for size in sizes
        ]
    )


def textual_coherence(
    facts: Facts, *, rule: CoherenceRule, precision: Precision
) -> Iterator[Measured]:
    """Measure how much more alike the words of a topic are than those of random works.

    The mean divergence within random sets of the same size (between the sizes drawn it is
    interpolated over the logarithm of size) less the mean divergence within the topic: 0 is no
    more alike than chance. Larger sets diverge more, so size must be allowed for.
    Source: Boyack et al. (2011), doi:10.1371/journal.pone.0018029.

    Args:
        facts: Works, clusters and words.
        rule: Random draws.
        precision: How the interval is made.
    """
    words = facts.text.words.tocsr()
    has_text = np.diff(words.indptr) > 0
    members = [np.flatnonzero((facts.label == n) & has_text) for n in range(len(facts.clusters))]
    held = [works.size for works in members if works.size > 1]
    if held:
        steps = np.geomspace(min(held), max(held), rule.sizes)
        sizes = np.unique(np.rint(steps).astype(np.int64))
        chance = random_divergences(words, sizes, rule=rule)
    for cluster, works in enumerate(members):
        if works.size < 2:
            yield Measured(
                indicator="textual_coherence", cluster=cluster, unit="bits", note="no_text"
            )
            continue
        expected = float(np.interp(np.log(works.size), np.log(sizes), chance))
        yield mean(
            "textual_coherence",
            cluster,
            base=works,
            values=expected - divergences(words, works),
            unit="bits",
            precision=precision,
            unknown="no_text",
        )


def internal_share(facts: Facts, *, precision: Precision) -> Iterator[Measured]:
    """Measure the share of relatedness that stays within a topic, a mean over its works.

    No method of its own: from the map.

    Args:
        facts: Works and clusters.
        precision: How the interval is made.
    """
    for cluster in range(len(facts.clusters)):
        base = facts.of_cluster(cluster)
        yield mean(
            "internal_share",
            cluster,
            base=base,
            values=facts.centrality[base],
            unit="share",
            precision=precision,
            unknown="no_works",
        )
