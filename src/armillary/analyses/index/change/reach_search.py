"""Search for the cheapest change of one unit that brings it level with a place in the ranking."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from armillary.errors import IndexMethodError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    Scores = Callable[[NDArray[np.float64]], NDArray[np.float64]]

_CLOSE = 1e-9  # of the way an indicator can go
_TURNS = 60
_CANDIDATES = 12  # levers tried in exchange for one in use
_PAIRED, _SCANNED, _SECTIONS = 5, 9, 10  # levers balanced in pairs, and how closely
_GOLDEN = 0.6180339887498949
_GAIN = 1e-5  # of the cost: what is worth another turn


class Search:
    """One unit's levers: each indicator goes a share 0..1 of the way to its best value.

    Args:
        scores_of: The whole index, from values (indicators, units) to scores (units,).
        values: Values as they are, shape (indicators, units).
        unit: Position of the unit.
        target: The rank it wants.
        way: What each indicator can change, in its own unit, shape (indicators,).
        cost: Cost of going all the way, shape (indicators,).
    """

    def __init__(
        self,
        scores_of: Scores,
        values: NDArray[np.float64],
        *,
        unit: int,
        target: int,
        way: NDArray[np.float64],
        cost: NDArray[np.float64],
    ) -> None:
        self._scores_of = scores_of
        self._values = values.copy()
        self._start = values[:, unit].copy()
        self._unit = unit
        self._target = target
        self._way = way
        self.cost = cost
        self.runs = 0
        self._limit = 0
        self.best_rank = values.shape[1]

    def moved(self, shares: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the unit's values when each indicator goes its share of the way."""
        return np.where(shares > 0, self._start + shares * self._way, self._start)

    def rank(self, shares: NDArray[np.float64]) -> int:
        """Run the index and rank the unit; ties share the better rank."""
        scores = self._run(shares)
        return 1 + int(np.sum(scores > scores[self._unit]))

    def lead(self, shares: NDArray[np.float64]) -> float:
        """Run the index: score points by which the unit reaches the target's place, or lacks it."""
        scores = self._run(shares)
        others = np.delete(scores, self._unit)
        others = -np.sort(-others[~np.isnan(others)])
        own = scores[self._unit]
        self.best_rank = min(self.best_rank, 1 + int(np.sum(others > own)))
        return float(own - others[self._target - 1]) if self._target <= others.size else np.inf

    def _run(self, shares: NDArray[np.float64]) -> NDArray[np.float64]:
        self.runs += 1
        self._values[:, self._unit] = self.moved(shares)
        scores = self._scores_of(self._values.copy())
        if scores.shape != (self._values.shape[1],) or not np.isfinite(scores[self._unit]):
            raise IndexMethodError(
                f"The index gives scores of shape {scores.shape}, or none for the unit.",
                where=f"reach, unit {self._unit}",
                fix="return one score for each unit, and choose a unit that is scored",
            )
        return scores

    def price(self, shares: NDArray[np.float64]) -> float:
        """Return what a change costs."""
        return float(self.cost @ shares)

    def cheapest(self, levers: NDArray[np.int64], *, budget: int) -> NDArray[np.float64] | None:
        """Find the cheapest shares of these levers that reach the target; None if none were found.

        Starts from several greedy fillings (each lever by its lead per cost, measured alone, all
        others in use, and afresh after each step), then trades levers in pairs until nothing
        is gained or the index has been run `budget` times.
        """
        self._limit = self.runs + budget
        full = np.zeros(self.cost.size)
        full[levers] = 1.0
        if self.lead(full) < 0:
            full = self._shed(full, levers)
            if self.lead(full) < 0:
                return None
            levers = levers[full[levers] > 0]
        none = np.zeros(self.cost.size)
        if self.lead(none) >= 0:
            return none
        starts = [self._fill(none, order) for order in self._orders(levers, full)]
        starts += [self._fill_afresh(levers), self._trim(full, levers)]
        reached = [start for start in starts if start is not None]
        distinct = {tuple(np.round(shares, 6)): shares for shares in reached}
        ordered = sorted(distinct.values(), key=self.price)
        return min((self._trade(shares, levers) for shares in ordered), key=self.price)

    def _orders(
        self, levers: NDArray[np.int64], full: NDArray[np.float64]
    ) -> Iterable[NDArray[np.int64]]:
        """Order levers by lead per cost: each used alone, and each missing from all."""
        none = np.zeros(self.cost.size)
        for base, share in ((none, 1.0), (full, 0.0)):
            level = self.lead(base)
            gains = [abs(self.lead(_with(base, lever, share)) - level) for lever in levers]
            yield levers[np.argsort(-np.array(gains) / self.cost[levers], kind="stable")]

    def _fill(
        self, shares: NDArray[np.float64], order: NDArray[np.int64]
    ) -> NDArray[np.float64] | None:
        """Use levers in this order, the last only as far as needed."""
        for lever in order.tolist():
            whole = _with(shares, lever, 1.0)
            if self.lead(whole) >= 0:
                return self._least(shares, lever)
            shares = whole
        return None

    def _fill_afresh(self, levers: NDArray[np.int64]) -> NDArray[np.float64] | None:
        """Use the lever with the most lead per cost from where the unit now stands, and repeat."""
        shares, left = np.zeros(self.cost.size), levers.tolist()
        level = self.lead(shares)
        while left:
            leads = {lever: self.lead(_with(shares, lever, 1.0)) for lever in left}
            worth = {lever: (min(leads[lever], 0.0) - level) / self.cost[lever] for lever in left}
            lever = max(left, key=worth.__getitem__)
            if leads[lever] >= 0:
                return self._least(shares, lever)
            shares, level = _with(shares, lever, 1.0), leads[lever]
            left.remove(lever)
        return None

    def _shed(self, shares: NDArray[np.float64], levers: NDArray[np.int64]) -> NDArray[np.float64]:
        """Drop levers whose use keeps the unit back, e.g. by making room for others."""
        level = self.lead(shares)
        while True:
            tried = {lever: self.lead(_with(shares, lever, 0.0)) for lever in levers.tolist()}
            lever = max(tried, key=tried.__getitem__)
            if tried[lever] <= level or level >= 0:
                return shares
            shares, level = _with(shares, lever, 0.0), tried[lever]

    def _least(self, shares: NDArray[np.float64], lever: int) -> NDArray[np.float64]:
        """Use one lever as little as reaches the target, given that its full use does.

        Regula falsi with the Illinois correction: exact at once where the lead is linear.
        """
        low, high = 0.0, max(float(shares[lever]), _CLOSE)
        below, above = self.lead(_with(shares, lever, low)), self.lead(_with(shares, lever, high))
        if above < 0:
            high = 1.0
            above = self.lead(_with(shares, lever, high))
        if below >= 0:
            return _with(shares, lever, 0.0)
        side = 0
        for _ in range(_TURNS):
            if high - low <= _CLOSE:
                break
            # Aim a little above the root, so that rounding leaves the unit level, not just below.
            middle = low + (high - low) * min(below / (below - above) + 1e-10, 1.0)
            middle = min(max(middle, low + _CLOSE / 4), high - _CLOSE / 4)
            lead = self.lead(_with(shares, lever, middle))
            if lead >= 0:
                high, above = middle, lead
                below, side = below / 2 if side > 0 else below, 1
                if lead <= _CLOSE:
                    break
            else:
                low, below = middle, lead
                above, side = above / 2 if side < 0 else above, -1
        return _with(shares, lever, high)

    def _trim(self, shares: NDArray[np.float64], levers: NDArray[np.int64]) -> NDArray[np.float64]:
        """Use each lever less, as far as the target allows, the one that costs most first."""
        for lever in sorted(levers.tolist(), key=lambda one: -self.cost[one] * shares[one]):
            if shares[lever] > 0:
                shares = self._least(shares, lever)
        return shares

    def _trade(self, shares: NDArray[np.float64], levers: NDArray[np.int64]) -> NDArray[np.float64]:
        """Use one lever less and another more, or the reverse, as long as that is cheaper."""
        shares = self._trim(shares, levers)
        while self.runs < self._limit:
            best = shares
            free = levers[shares[levers] < 1]
            level = self.lead(shares)
            gains = np.array([self.lead(_with(shares, lever, 1.0)) - level for lever in free])
            worth = -gains / (self.cost[free] * (1 - shares[free]))
            free = free[np.argsort(worth, kind="stable")[:_CANDIDATES]]
            for used in levers[shares[levers] > 0].tolist():
                for kept in (0.0, shares[used] / 2):
                    less = _with(shares, used, kept)
                    for other in free[free != used].tolist():
                        if (
                            self.runs < self._limit
                            and self.price(less) < self.price(best)
                            and self.lead(_with(less, other, 1.0)) >= 0
                        ):
                            best = min(best, self._least(less, other), key=self.price)
            for more in free.tolist():
                whole = _with(shares, more, 1.0)
                rest = levers[levers != more]
                if self.runs < self._limit and self.lead(whole) >= 0:
                    best = min(best, self._trim(whole, rest), key=self.price)
            if self.price(best) >= self.price(shares) * (1 - _GAIN):
                best = self._balance(shares, free, levers)
            if self.price(best) >= self.price(shares) * (1 - _GAIN):
                return shares
            shares = self._trim(best, levers)
        return shares

    def _balance(
        self, shares: NDArray[np.float64], free: NDArray[np.int64], levers: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Balance levers in pairs: the best use often ends where a rival is met or a bound moves.

        For each pair, one lever is scanned and then searched by golden section, the other used as
        little as then reaches the target.
        """
        best = shares
        used = levers[shares[levers] > 0]
        used = used[np.argsort(-self.cost[used] * shares[used], kind="stable")][:_PAIRED]
        for one in dict.fromkeys([*free[:_PAIRED].tolist(), *used.tolist()]):
            for other in used.tolist():
                if one == other or self.runs >= self._limit:
                    continue
                tried: dict[float, NDArray[np.float64]] = {}
                for share in np.linspace(0.0, 1.0, _SCANNED).tolist():
                    self._try(best, one, share=share, other=other, tried=tried)
                if not tried:
                    continue
                at = min(tried, key=lambda share: self.price(tried[share]))
                low, high = max(at - 1 / (_SCANNED - 1), 0.0), min(at + 1 / (_SCANNED - 1), 1.0)
                for _ in range(_SECTIONS):
                    inner = low + (1 - _GOLDEN) * (high - low), low + _GOLDEN * (high - low)
                    prices = [
                        self._try(best, one, share=share, other=other, tried=tried)
                        for share in inner
                    ]
                    low, high = (low, inner[1]) if prices[0] <= prices[1] else (inner[0], high)
                best = min([best, *tried.values()], key=self.price)
        return best

    def _try(
        self,
        shares: NDArray[np.float64],
        one: int,
        *,
        share: float,
        other: int,
        tried: dict[float, NDArray[np.float64]],
    ) -> float:
        """Use one lever so far and the other as little as then reaches the target; the price."""
        base = _with(_with(shares, one, share), other, 0.0)
        if self.price(base) >= self.price(shares) or self.lead(_with(base, other, 1.0)) < 0:
            return np.inf
        tried[share] = self._least(_with(base, other, 1.0), other)
        return self.price(tried[share])


def _with(shares: NDArray[np.float64], lever: int, share: float) -> NDArray[np.float64]:
    """Copy shares with one lever changed."""
    changed = shares.copy()
    changed[lever] = share
    return changed
