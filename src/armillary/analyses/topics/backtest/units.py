"""What can be forecast: units at an origin, what was known of them by then and what came.

A unit is a term or a cluster; nothing here asks which. All that the backtest computes starts
from `Units`.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from armillary.analyses.topics.growth import last_complete_year, thin_years
from armillary.errors import TopicError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

Design = Literal["split", "ordinary"]
_JUMP = 3  # a year with so many times the works of the year before: the source begins there
_JUMP_FROM = 50


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """Windows around an origin, in years.

    Args:
        window: Years of the past that count, the origin included.
        recent: Last years of the past from which growth is measured.
        horizon: Years after the origin in which growth shows.
        least_past: Complete years an origin needs, itself included.
        least_future: Complete years of the horizon an origin needs.
    """

    window: int = 10
    recent: int = 2
    horizon: int = 3
    least_past: int = 4
    least_future: int = 2


class Units(msgspec.Struct, frozen=True, kw_only=True):
    """Units at an origin; counts are of works, shares are of all works of the same cell.

    In the split design signals see half of the past and the base of an outcome comes from the
    other half, so that the two share no noise. In the ordinary design both are the whole past.

    Args:
        corpus: Where the works are from.
        origin: Last year known.
        design: Split or ordinary.
        names: Unit names, all different, shape (units,).
        years: Complete years of the past window, ascending, shape (years,).
        future_years: Complete years of the horizon, shape (horizon,).
        recent: Which of `years` are recent, shape (years,).
        seen: Works of each unit and year that signals may see, shape (units, years).
        base: Works from which outcomes take the base of growth, shape (units, years).
        future: Works of the horizon, shape (units, horizon).
        all_seen: All works `seen` is a part of, shape (years,).
        all_base: All works `base` is a part of, shape (years,).
        all_future: All works `future` is a part of, shape (horizon,).
        signals: Further signals, computed from what was seen alone, shape (units, signals).
        signal_names: Their names.
        held: Works of each unit among those of the recent years that made the units, and among
            those of the same years that were kept out, shape (units, 2). True growth is 0.
        all_held: All works of either kind, shape (2,).
    """

    corpus: str
    origin: int
    design: Design
    names: tuple[str, ...]
    years: NDArray[np.int64]
    future_years: NDArray[np.int64]
    recent: NDArray[np.bool_]
    seen: NDArray[np.int64]
    base: NDArray[np.int64]
    future: NDArray[np.int64]
    all_seen: NDArray[np.int64]
    all_base: NDArray[np.int64]
    all_future: NDArray[np.int64]
    signals: NDArray[np.float64]
    signal_names: tuple[str, ...]
    held: NDArray[np.int64] | None = None
    all_held: NDArray[np.int64] | None = None

    @property
    def n_units(self) -> int:
        """Number of units."""
        return len(self.names)

    @property
    def distance(self) -> float:
        """Years between the middle of the recent window and the middle of the horizon."""
        return float(self.future_years.mean() - self.years[self.recent].mean())

    @property
    def size(self) -> NDArray[np.int64]:
        """Works seen in the recent years, shape (units,)."""
        return np.asarray(self.seen[:, self.recent].sum(axis=1))

    def signal(self, name: str) -> NDArray[np.float64]:
        """Return one further signal, shape (units,)."""
        return np.asarray(self.signals[:, self.signal_names.index(name)])


def halves(ids: Sequence[str], *, seed: int = 1) -> NDArray[np.bool_]:
    """Put works into two halves at random, the same work always into the same one.

    A work's half depends on its id and the seed alone, so neither order nor later additions
    move it.
    No method of its own: a hash stands for a coin.

    Args:
        ids: Work ids.
        seed: Another seed, other halves.

    Returns:
        True for half A (which signals see), shape (works,).

    Examples:
        >>> halves(["a", "b", "c", "d"]).tolist()
        [True, True, True, False]
    """
    key = f"armillary halves {seed}".encode()
    digests = (hashlib.blake2b(i.encode(), key=key, digest_size=1).digest()[0] for i in ids)
    return np.fromiter(digests, dtype=np.uint8, count=len(ids)) < 128


def complete_years(
    years: NDArray[np.int64], *, leave_out: Collection[int] = ()
) -> NDArray[np.int64]:
    """List the years whose works the source holds, as far as counts can tell.

    Left out are years thinner than their neighbours, years after the last complete one, and
    all years before the source suddenly holds three times as many works.
    No method of its own.

    Args:
        years: Year of each work, shape (works,).
        leave_out: Years known to be incomplete.

    Examples:
        >>> complete_years(np.repeat([2003, 2004, 2005, 2006, 2007], [60, 61, 300, 90, 280]))
        array([2005, 2007])
    """
    known, counts = np.unique(years, return_counts=True)
    jumps = (counts[1:] >= _JUMP * counts[:-1]) & (counts[:-1] >= _JUMP_FROM)
    thin = thin_years(years)
    kept = ~np.isin(known, [*thin, *leave_out]) & (known <= last_complete_year(years))
    for at in np.flatnonzero(jumps) + 1:
        if known[at - 1] not in thin or counts[: at - 1].max(initial=0) < counts[at] / 2:
            kept[:at] = False
    return np.asarray(known[kept])


def origins(complete: NDArray[np.int64], *, frame: Frame) -> list[int]:
    """List the years from which a forecast can be made and judged.

    No method of its own.

    Args:
        complete: Complete years, ascending.
        frame: Windows around an origin.

    Raises:
        TopicError: There is no such year.
    """
    found = []
    for year in complete.tolist():
        past = complete[(complete <= year) & (complete > year - frame.window)]
        before = past[(past <= year - frame.recent) & (past > year - 2 * frame.recent)]
        future = complete[(complete > year) & (complete <= year + frame.horizon)]
        enough = past.size >= frame.least_past and future.size >= frame.least_future
        if enough and before.size and year + frame.horizon <= complete[-1]:
            found.append(year)
    if not found:
        raise TopicError(
            f"The corpus has {complete.size} complete years, too few for a backtest.",
            where="topics.backtest",
            fix=f"use a corpus of {frame.least_past + frame.horizon} complete years or more.",
        )
    return found


def units_at(
    origin: int,
    *,
    corpus: str,
    design: Design,
    frame: Frame,
    names: Sequence[str],
    years: NDArray[np.int64],
    counts: tuple[NDArray[np.int64], NDArray[np.int64]],
    n_all: tuple[NDArray[np.int64], NDArray[np.int64]],
    signals: dict[str, NDArray[np.float64]],
    held: tuple[NDArray[np.int64], NDArray[np.int64]] | None = None,
) -> Units:
    """Cut counts at an origin.

    No method of its own.

    Args:
        origin: Last year known.
        corpus: Where the works are from.
        design: Split or ordinary.
        frame: Windows around an origin.
        names: Unit names.
        years: Complete years, past and future, shape (years,).
        counts: Works of each unit and year in half A and in half B, each (units, years).
        n_all: All works by year in half A and in half B, each (years,).
        signals: Further signals by name, each (units,).
        held: `Units.held` and `Units.all_held`.
    """
    past = (years <= origin) & (years > origin - frame.window)
    later = (years > origin) & (years <= origin + frame.horizon)
    a, b = counts
    all_a, all_b = n_all
    seen, base = (a, b) if design == "split" else (a + b, a + b)
    all_seen, all_base = (all_a, all_b) if design == "split" else (all_a + all_b, all_a + all_b)
    return Units(
        corpus=corpus,
        origin=origin,
        design=design,
        names=tuple(names),
        years=years[past],
        future_years=years[later],
        recent=years[past] > origin - frame.recent,
        seen=seen[:, past].astype(np.int64),
        base=base[:, past].astype(np.int64),
        future=(a + b)[:, later].astype(np.int64),
        all_seen=all_seen[past].astype(np.int64),
        all_base=all_base[past].astype(np.int64),
        all_future=(all_a + all_b)[later].astype(np.int64),
        signals=np.column_stack(list(signals.values())) if signals else np.zeros((len(names), 0)),
        signal_names=tuple(signals),
        held=None if held is None else held[0],
        all_held=None if held is None else held[1],
    )


def known_by(origin: int, *, among: Sequence[Units]) -> list[Units]:
    """Return the units of earlier origins whose future was known by `origin`.

    No method of its own: whoever trains on others looks ahead.
    """
    return [u for u in among if int(u.future_years.max()) <= origin]
