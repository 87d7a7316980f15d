"""Terms and topics in a burst: used far more often, for some years, than over all years."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from armillary.analyses.topics.lists.burst_states import Burst, burst_states, bursts
from armillary.analyses.topics.lists.open_list import OpenList
from armillary.analyses.topics.words import is_han
from armillary.model.columns import table_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from numpy.typing import NDArray
    from scipy import sparse


class BurstRule(msgspec.Struct, frozen=True, kw_only=True):
    """Parameters of Kleinberg's automaton and of the list.

    Args:
        scaling: How much more frequent a term is in a burst.
        gamma: How dear it is to begin a burst.
        length: Most entries.
        least_works: Fewest works over all years.
        least_years: Fewest years a list of bursts needs.
    """

    scaling: float = 2.0
    gamma: float = 1.0
    length: int = 20
    least_works: int = 10
    least_years: int = 5


_COVER = 0.5  # a phrase stands for its part where it makes up this share of the part's works
_DEFAULT = BurstRule()


def bursts_of_clusters(
    clusters: pa.Table, cluster_years: pa.Table, *, corpus: str, rule: BurstRule = _DEFAULT
) -> OpenList:
    """List the topics that are in a burst in the last year, strongest first.

    Source: Kleinberg (2003), doi:10.1023/A:1024940629314.

    Args:
        clusters: Table `cluster` of one map.
        cluster_years: Table `cluster_year` of the map.
        corpus: Topic map.
        rule: Parameters.
    """
    labels = dict(zip(clusters["cluster"].to_pylist(), clusters["label"].to_pylist(), strict=True))
    names = sorted(labels)
    rows = cluster_years.to_pylist()
    years = sorted({row["year"] for row in rows})
    counts = np.zeros((len(names), len(years)), dtype=np.int64)
    n_all = np.zeros(len(years), dtype=np.int64)
    place, column = ({one: n for n, one in enumerate(known)} for known in (names, years))
    for row in rows:
        counts[place[row["cluster"]], column[row["year"]]] = row["n_works"]
        n_all[column[row["year"]]] = row["n_all"]
    return _list(
        counts,
        n_all,
        years=years,
        items=[(name, labels[name]) for name in names],
        kind="cluster",
        corpus=corpus,
        rule=rule,
    )


def bursts_of_terms(
    terms: Sequence[str],
    uses: sparse.csr_array,
    *,
    years: NDArray[np.int64],
    corpus: str,
    rule: BurstRule = _DEFAULT,
) -> OpenList:
    """List the terms that are in a burst in the last year, strongest first.

    A phrase that covers half the works of a term stands for it; a term whose words are all in a
    stronger one, or the other way about, is not listed again.
    Source: Kleinberg (2003), doi:10.1023/A:1024940629314.

    Args:
        terms: The terms.
        uses: Whether a work uses a term, shape (works, terms).
        years: Year of each work, shape (works,).
        corpus: Topic map.
        rule: Parameters.
    """
    known = np.unique(years)
    of_year = np.searchsorted(known, years)
    counts = np.zeros((len(terms), known.size), dtype=np.int64)
    held = uses.tocsr()
    for year in range(known.size):
        chosen = held[np.flatnonzero(of_year == year)]
        counts[:, year] = np.bincount(chosen.indices, minlength=len(terms))
    enough = np.flatnonzero(counts.sum(axis=1) >= rule.least_works)
    order = sorted(enough.tolist(), key=lambda n: terms[n])
    return _list(
        counts[order],
        np.bincount(of_year, minlength=known.size),
        years=known.tolist(),
        items=[(terms[n], terms[n]) for n in order],
        kind="term",
        corpus=corpus,
        rule=rule,
    )


def _list(
    counts: NDArray[np.int64],
    n_all: NDArray[np.int64],
    *,
    years: list[int],
    items: list[tuple[str, str]],
    kind: str,
    corpus: str,
    rule: BurstRule,
) -> OpenList:
    name = f"bursts ({kind}s)"
    if len(years) < rule.least_years:
        return OpenList(
            name=name,
            rule=_in_words(kind, rule),
            parameters=msgspec.to_builtins(rule),
            why_not={
                "en": f"The works are of {len(years)} years; bursts need {rule.least_years}.",
                "zh": f"文献仅涵盖{len(years)}年，识别突现至少需要{rule.least_years}年。",
            },
        )
    states = burst_states(counts, n_all, scaling=rule.scaling, gamma=rule.gamma)
    found = bursts(states, counts, of=n_all, scaling=rule.scaling)
    totals = counts.sum(axis=1)
    found = [burst for burst in found if totals[burst.stream] >= rule.least_works]
    now = [burst for burst in found if burst.last == len(years) - 1]
    now.sort(key=lambda b: (-b.weight, items[b.stream][0]))
    if kind == "term":
        sizes = {
            burst.stream: int(counts[burst.stream, burst.first : burst.last + 1].sum())
            for burst in now
        }
        now = _without_repetition(now, items, sizes=sizes, length=rule.length)
    return OpenList(
        name=name,
        rule=_in_words(kind, rule),
        parameters=msgspec.to_builtins(rule),
        entries=[
            {
                "kind": kind,
                "item": items[burst.stream][0],
                "label": items[burst.stream][1],
                "score": burst.weight,
                "n_works": int(counts[burst.stream, burst.first : burst.last + 1].sum()),
                "note": f"{years[burst.first]}-{years[burst.last]}",
            }
            for burst in now[: rule.length]
        ],
        tables={
            "burst": table_of(
                "burst",
                [
                    {
                        "corpus": corpus,
                        "kind": kind,
                        "item": items[burst.stream][0],
                        "label": items[burst.stream][1],
                        "year_from": years[burst.first],
                        "year_to": years[burst.last],
                        "weight": burst.weight,
                        "now": burst.last == len(years) - 1,
                        "n_works": int(counts[burst.stream, burst.first : burst.last + 1].sum()),
                    }
                    for burst in found
                ],
            )
        },
    )


def _without_repetition(
    found: list[Burst], items: list[tuple[str, str]], *, sizes: dict[int, int], length: int
) -> list[Burst]:
    """Take the best bursts, whole phrases for their parts, none that repeats another's words.

    Args:
        found: Bursts of terms, best first.
        items: The terms.
        sizes: Works in the burst, by stream.
        length: Most bursts to take.
    """
    kept: list[Burst] = []
    taken: list[set[str]] = []
    words = {burst.stream: _words(items[burst.stream][0]) for burst in found}
    holding: dict[str, list[Burst]] = {}
    for burst in found:
        for word in set(words[burst.stream]):
            holding.setdefault(word, []).append(burst)
    for burst in found:
        whole = _whole(burst, words, holding=holding, sizes=sizes)
        mine = set(words[whole.stream])
        if any(mine <= other or other <= mine for other in taken):
            continue
        kept.append(whole)
        taken.append(mine)
        if len(kept) == length:
            break
    return sorted(kept, key=lambda b: (-b.weight, items[b.stream][0]))


def _whole(
    burst: Burst,
    words: dict[int, list[str]],
    *,
    holding: dict[str, list[Burst]],
    sizes: dict[int, int],
) -> Burst:
    """Return the longest phrase in a burst that covers half the works of a term, or the term."""
    part = words[burst.stream]
    longer = [
        other
        for other in holding[part[0]]
        if len(words[other.stream]) > len(part)
        and sizes[other.stream] >= _COVER * sizes[burst.stream]
        and _contains(words[other.stream], part)
    ]
    if not longer:
        return burst
    return max(longer, key=lambda b: (len(words[b.stream]), b.weight, words[b.stream]))


def _contains(longer: list[str], shorter: list[str]) -> bool:
    size = len(shorter)
    return any(longer[n : n + size] == shorter for n in range(len(longer) - size + 1))


def _words(term: str) -> list[str]:
    """Return the words of a term, its characters where it is Chinese."""
    return list(term) if is_han(term) else term.lower().split()


def _in_words(kind: str, rule: BurstRule) -> dict[str, str]:
    many = {"term": ("terms", "词语"), "cluster": ("topics", "主题")}[kind]
    return {
        "en": f"The {rule.length} {many[0]} in a burst in the last year, strongest first: "
        "Kleinberg's automaton of two states over yearly counts and all works of each year; a "
        f"burst is {rule.scaling:g} times as frequent, beginning one costs {rule.gamma:g} x "
        f"ln(years); at least {rule.least_works} works.",
        "zh": f"最后一年处于突现状态的前{rule.length}个{many[1]}，按强度排序：Kleinberg二态自动机，"
        f"以各年全部文献为分母；突现频率为平时的{rule.scaling:g}倍，进入突现的代价为"
        f"{rule.gamma:g}×ln(年数)；至少{rule.least_works}篇文献。",
    }
