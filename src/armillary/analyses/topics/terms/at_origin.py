"""Terms as units of a backtest: candidates, counts and signals at an origin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from armillary.analyses.topics.backtest.history import TREND_YEARS, growth_seen, history_scores
from armillary.analyses.topics.backtest.units import Frame, Units, units_at
from armillary.analyses.topics.terms.candidates import Tiers, candidates
from armillary.analyses.topics.terms.signals import term_signals

if TYPE_CHECKING:
    from armillary.analyses.topics.backtest.units import Design
    from armillary.analyses.topics.terms.candidates import Tier
    from armillary.analyses.topics.terms.use import TermUse

_CONTEXT_WORKS = 10


class TermsAt(msgspec.Struct, frozen=True, kw_only=True):
    """Terms at an origin.

    Args:
        units: The terms as units.
        terms: Number of each in the `TermUse`, shape (units,).
        family: Numbers of the terms each stands for besides itself, shape (units,).
    """

    units: Units
    terms: NDArray[np.int64]
    family: tuple[tuple[int, ...], ...]


def terms_at(
    use: TermUse,
    *,
    origin: int,
    tier: Tier,
    design: Design,
    frame: Frame,
    tiers: Tiers,
) -> TermsAt:
    """Choose the terms at an origin and gather what was known of them, and what came.

    In the split design candidates, signals and families come from half A; thresholds are
    halved with it.
    No method of its own: see `candidates`, `signals` and `backtest.units_at`.

    Args:
        use: Terms of the corpus.
        origin: Last year known.
        tier: Established or young.
        design: Split or ordinary.
        frame: Windows around an origin.
        tiers: What makes a candidate.
    """
    split = design == "split"
    a, b = use.counts
    all_a, all_b = use.n_all
    counts = a if split else a + b
    n_all = all_a if split else all_a + all_b
    part = 0.5 if split else 1.0
    seen = use.half_a if split else np.ones(use.years.size, dtype=np.bool_)
    found = candidates(
        use, counts, n_all=n_all, origin=origin, tier=tier, tiers=tiers, seen=seen, part=part
    )
    terms = found.terms
    context, momentum = _context(use, counts, n_all, origin=origin, part=part, frame=frame)
    signals = term_signals(
        use,
        terms,
        seen=seen,
        origin=origin,
        context=context,
        momentum=momentum,
    )
    recent = (use.complete <= origin) & (use.complete > origin - frame.recent)
    held = np.column_stack([half[terms][:, recent].sum(axis=1) for half in (a, b)])
    all_held = np.array([all_a[recent].sum(), all_b[recent].sum()])
    units = units_at(
        origin,
        corpus=use.corpus,
        design=design,
        frame=frame,
        names=[use.names[t] for t in terms],
        years=use.complete,
        counts=(a[terms], b[terms]),
        n_all=use.n_all,
        signals=signals,
        held=(held, all_held) if split else None,
    )
    return TermsAt(units=units, terms=terms, family=found.family)


def _context(
    use: TermUse,
    counts: NDArray[np.int64],
    n_all: NDArray[np.int64],
    *,
    origin: int,
    part: float,
    frame: Frame,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the terms used often enough to have a trend, and their trends."""
    window = (use.complete <= origin) & (use.complete > origin - TREND_YEARS)
    context = np.flatnonzero(counts[:, window].sum(axis=1) >= _CONTEXT_WORKS * part)
    own = counts[context]
    units = units_at(
        origin,
        corpus=use.corpus,
        design="ordinary",
        frame=frame,
        names=[""] * context.size,
        years=use.complete,
        counts=(own, np.zeros_like(own)),
        n_all=(n_all, np.zeros_like(n_all)),
        signals={},
    )
    return context, growth_seen(units).trend_z


def term_features(units: Units) -> dict[str, NDArray[np.float64]]:
    """Return all numbers a score of terms may use.

    No method of its own: those of `history_scores`, the signals, and the logarithm of all
    works of the window (`use`).
    """
    signals = {name: units.signals[:, n] for n, name in enumerate(units.signal_names)}
    use = np.log(units.seen.sum(axis=1) + 0.5)
    return history_scores(units) | signals | {"use": use}
