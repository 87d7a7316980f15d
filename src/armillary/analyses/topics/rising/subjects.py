"""Subjects a reader knows, and the topics that held them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from armillary.analyses.topics.backtest.cases import Case

if TYPE_CHECKING:
    from armillary.analyses.topics.rising.at_origin import TopicsAt
    from armillary.analyses.topics.rising.dated import DatedWorks


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """A subject a reader knows, to see which topic held it and where that topic was listed.

    Args:
        corpus: Where the works are from.
        origin: Last year known.
        item: What it is called.
        pattern: Regular expression found in the works on it, in lower case.
    """

    corpus: str
    origin: int
    item: str
    pattern: str


def host_of(works: DatedWorks, found: TopicsAt, *, subject: Subject) -> Case:
    """Find the topic that took in most of the later works on a subject.

    No method of its own.

    Args:
        works: Works of the corpus.
        found: Topics at the origin.
        subject: Subject looked for.
    """
    speaks = re.compile(subject.pattern)
    on_it = np.array(
        [speaks.search(works.texts[w]) is not None for w in found.frozen.works.tolist()]
    )
    known = np.arange(on_it.size) < found.frozen.n_known
    placed = found.labels[on_it & ~known & (found.labels >= 0)]
    n_known = int((on_it & known).sum())
    if placed.size == 0:
        unit, share = None, 0.0
    else:
        taken = np.bincount(placed)
        host = int(taken.argmax())
        share = float(taken[host] / placed.size)
        unit = f"T{host + 1:04d}"
    note = f"{n_known} works up to the origin; the topic took in {share:.0%} of the later ones"
    return Case(corpus=works.corpus, origin=subject.origin, item=subject.item, unit=unit, note=note)
