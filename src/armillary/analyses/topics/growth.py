"""Whether clusters grow: shares of all works, shrunken, with intervals that say what is noise."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma, polygamma

from armillary.errors import TopicError

_NORMAL_95 = 1.6448536269514722  # 90 % interval: 5 % on either side
_SMALLEST_SPREAD = 0.05  # of true log growth; keeps intervals from closing on 1 altogether


class Windows(msgspec.Struct, frozen=True, kw_only=True):
    """The two windows compared, first and last year of each."""

    recent_from: int
    recent_to: int
    before_from: int
    before_to: int


class Growth(msgspec.Struct, frozen=True, kw_only=True):
    """Growth of each cluster; arrays of shape (clusters,).

    Args:
        n_recent: Works in the recent window.
        n_before: Works in the window before.
        share_recent: Share of all works in the recent window.
        share_before: Share of all works in the window before.
        growth: Shrunken ratio of the two shares.
        low: Lower end of its 90 % interval.
        high: Upper end of its 90 % interval.
        trend_z: Shrunken trend over its standard error.
        ratio: Ratio of the two shares before it is shrunken.
        ratio_low: Lower end of its own 90 % interval.
        spread: Variance of true log growth among the clusters, as far as counts can tell; one
            number.
    """

    n_recent: NDArray[np.int64]
    n_before: NDArray[np.int64]
    share_recent: NDArray[np.float64]
    share_before: NDArray[np.float64]
    growth: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    trend_z: NDArray[np.float64]
    ratio: NDArray[np.float64]
    ratio_low: NDArray[np.float64]
    spread: float


def last_complete_year(years: NDArray[np.int64]) -> int:
    """Return the last year with at least half the works of the year before it.

    The year before is the last earlier one that has any work.
    No method of its own.

    Args:
        years: Year of each work, shape (works,), not empty.

    Examples:
        >>> last_complete_year(np.array([2021] * 9 + [2022] * 10 + [2023] * 4))
        2022
    """
    known, counts = np.unique(years, return_counts=True)
    for at in range(known.size - 1, 0, -1):
        if 2 * counts[at] >= counts[at - 1]:
            return int(known[at])
    return int(known[0])


def thin_years(years: NDArray[np.int64]) -> list[int]:
    """List years with less than half the works of the years before and after them, on average.

    No method of its own.

    Args:
        years: Year of each work, shape (works,).

    Examples:
        >>> thin_years(np.array([2015] * 9 + [2016] * 4 + [2017] * 11))
        [2016]
    """
    known, counts = np.unique(years, return_counts=True)
    around = (counts[:-2] + counts[2:]) / 2
    return [int(year) for year in known[1:-1][2 * counts[1:-1] < around]]


def windows(years: NDArray[np.int64], *, last_year: int, recent_years: int) -> Windows:
    """Place the recent window and the one before it.

    No method of its own.

    Args:
        years: Year of each work, shape (works,).
        last_year: Last year of the recent window.
        recent_years: Years in each window.

    Raises:
        TopicError: One of the windows holds no work.
    """
    found = Windows(
        recent_from=last_year - recent_years + 1,
        recent_to=last_year,
        before_from=last_year - 2 * recent_years + 1,
        before_to=last_year - recent_years,
    )
    for first, last in (
        (found.recent_from, found.recent_to),
        (found.before_from, found.before_to),
    ):
        if not ((years >= first) & (years <= last)).any():
            raise TopicError(
                f"No work is from {first}-{last}, so growth cannot be measured.",
                where=f"topics.growth, {years.size:,} works of {years.min()}-{years.max()}",
                fix="set `last_year` or a smaller `recent_years` so that both windows hold works.",
            )
    return found


def growth(
    counts: NDArray[np.int64],
    n_all: NDArray[np.int64],
    *,
    years: NDArray[np.int64],
    window: Windows,
    trend_years: int = 6,
) -> Growth:
    """Measure how the share of each cluster changed.

    Shares, not counts, are compared, so a year of which the source holds few works misleads
    nobody. Counts are Poisson; their rates have gamma posteriors (Jeffreys prior), whose log
    means and variances give the log ratio of shares. True log ratios are taken as normal
    around no change; their spread is estimated from all clusters (empirical Bayes, Paule and
    Mandel), and each ratio is shrunk accordingly. Where yearly counts scatter more than
    Poisson, variances grow by the median scatter of all clusters.
    Source: Paule & Mandel (1982), doi:10.6028/jres.087.022; Efron & Morris (1975),
    doi:10.2307/2285814.

    Args:
        counts: Works of each cluster in each year, shape (clusters, years).
        n_all: Works of the whole map in each year, shape (years,).
        years: The years, ascending, shape (years,).
        window: The two windows.
        trend_years: Years of the trend, ending with the recent window.
    """
    trend = (years > window.recent_to - trend_years) & (years <= window.recent_to)
    scatter, z = _trend(counts[:, trend], n_all[trend], years[trend])
    recent = (years >= window.recent_from) & (years <= window.recent_to)
    before = (years >= window.before_from) & (years <= window.before_to)
    n_recent, n_before = counts[:, recent].sum(axis=1), counts[:, before].sum(axis=1)
    all_recent, all_before = n_all[recent].sum(), n_all[before].sum()
    log_ratio = digamma(n_recent + 0.5) - digamma(n_before + 0.5) - np.log(all_recent / all_before)
    variance = scatter * (polygamma(1, n_recent + 0.5) + polygamma(1, n_before + 0.5))
    spread = max(_spread(log_ratio, variance), _SMALLEST_SPREAD**2)
    kept = spread / (spread + variance)
    centre, half = kept * log_ratio, _NORMAL_95 * np.sqrt(kept * variance)
    return Growth(
        n_recent=n_recent,
        n_before=n_before,
        share_recent=n_recent / all_recent,
        share_before=n_before / all_before,
        growth=np.exp(centre),
        low=np.exp(centre - half),
        high=np.exp(centre + half),
        trend_z=z,
        ratio=np.exp(log_ratio),
        ratio_low=np.exp(log_ratio - _NORMAL_95 * np.sqrt(variance)),
        spread=spread,
    )


def _spread(estimates: NDArray[np.float64], variances: NDArray[np.float64]) -> float:
    """Estimate the variance of true values around 0 (Paule and Mandel), 0 if noise explains all."""
    low, high = 0.0, float((estimates**2).max(initial=0.0)) + 1.0
    if (estimates**2 / variances).sum() <= estimates.size:
        return 0.0
    for _ in range(60):
        middle = (low + high) / 2
        if (estimates**2 / (variances + middle)).sum() > estimates.size:
            low = middle
        else:
            high = middle
    return high


def _trend(
    counts: NDArray[np.int64], n_all: NDArray[np.int64], years: NDArray[np.int64]
) -> tuple[float, NDArray[np.float64]]:
    """Fit a log-linear Poisson trend of shares to each cluster.

    Args:
        counts: Works, shape (clusters, years).
        n_all: Works of all clusters, shape (years,).
        years: The years, shape (years,).

    Returns:
        Scatter of counts around their trends in units of Poisson variance, at least 1; and the
        shrunken slope over its standard error, shape (clusters,).
    """
    used = n_all > 0
    counts, n_all = counts[:, used], n_all[used]
    time = years[used] - years[used].mean() if used.any() else np.zeros(0)
    total = counts.sum(axis=1)
    if used.sum() < 2:
        return 1.0, np.zeros(total.size)
    raw, information = _slopes(counts, n_all, time, precision=1e-2)
    scatter = 1.0
    if used.sum() > 2:
        expected = total[:, None] * _profile(raw, n_all, time)
        chi2 = ((counts - expected) ** 2 / np.maximum(expected, 1e-9)).sum(axis=1)
        seen = total >= 5 * used.sum()
        if seen.any():
            scatter = max(1.0, float(np.median(chi2[seen] / (used.sum() - 2))))
    known = information > 1e-6
    spread = _spread(raw[known], scatter / information[known]) if known.any() else 0.0
    precision = 1 / max(spread, (_SMALLEST_SPREAD / 3) ** 2)
    slope, information = _slopes(counts, n_all, time, precision=precision * scatter)
    return scatter, slope * np.sqrt((information + precision * scatter) / scatter)


def _profile(
    slopes: NDArray[np.float64], n_all: NDArray[np.int64], time: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the share of each cluster's works that falls in each year under a slope."""
    weight = n_all * np.exp(slopes[:, None] * time)
    return np.asarray(weight / weight.sum(axis=1, keepdims=True))


def _slopes(
    counts: NDArray[np.int64],
    n_all: NDArray[np.int64],
    time: NDArray[np.float64],
    *,
    precision: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Maximise the likelihood of the years given the total, slopes held near 0 by `precision`.

    Returns:
        Slopes and their Fisher information without the prior, shape (clusters,).
    """
    total = counts.sum(axis=1)
    slope = np.zeros(total.size)
    information = np.zeros(total.size)
    for _ in range(50):
        profile = _profile(slope, n_all, time)
        mean = profile @ time
        information = total * np.maximum(profile @ time**2 - mean**2, 0.0)
        score = counts @ time - total * mean - precision * slope
        step = np.clip(score / (information + precision), -1.0, 1.0)
        slope = np.clip(slope + step, -5.0, 5.0)
        if np.abs(step).max(initial=0.0) < 1e-10:
            break
    return slope, information


def verdicts(grown: Growth, leading: Growth, *, named: NDArray[np.bool_]) -> NDArray[np.str_]:
    """Say of each cluster whether it has grown; the one rule of the list, the map and the counts.

    A cluster `grows` if the interval of its growth lies above 1, its trend rises, and its
    subject has grown as well. Since the words of a subject change, a cluster can gather its
    recent works and gain only what an older cluster of the same subject loses; so the use of
    its leading term among all works must have grown by at least half as much (of the
    logarithm) and by more than its own interval. Where the interval lies above 1 and the rest
    does not hold, growth is in `doubt`. A cluster `shrinks` if the interval lies below 1; of
    any other the change is `unsure`, that is, not to be told from noise. Ratios of clusters
    are shrunken together, which guards against picking the luckiest of many; those of terms
    are not, since they only confirm.
    No method of its own beyond `growth`: a rule over its intervals.

    Args:
        grown: Growth of the clusters.
        leading: Growth of the use of each cluster's leading term on the whole map.
        named: Whether the cluster has a leading term; without one only `grown` is asked.

    Returns:
        grows, doubt, unsure or shrinks, shape (clusters,).
    """
    spoken_of = (leading.ratio_low > 1.0) & (2 * np.log(leading.ratio) >= np.log(grown.growth))
    above = grown.low > 1.0
    grows = above & (grown.trend_z > 0.0) & (spoken_of | ~named)
    return np.select([grows, above, grown.high < 1.0], ["grows", "doubt", "shrinks"], "unsure")


def hot_scores(
    labels: NDArray[np.int32],
    years: NDArray[np.int64],
    *,
    cited_by: NDArray[np.float64],
    window: Windows,
) -> NDArray[np.float64]:
    """Score how hot clusters are: recent works, each counted by how much it is cited.

    A work counts by its citation percentile among all works of its year (ties share their
    mean; 1/2 where the source counts no citations), so that older works of the window have no
    advantage. The score is therefore recent works times their mean percentile.
    No method of its own.

    Args:
        labels: Cluster of each work; -1 for none; shape (works,).
        years: Year of each work, shape (works,).
        cited_by: Citations, NaN where not counted, shape (works,).
        window: The recent window is used.

    Returns:
        Scores, shape (clusters,).
    """
    from scipy.stats import rankdata

    score = np.zeros(int(labels.max(initial=-1)) + 1)
    for year in range(window.recent_from, window.recent_to + 1):
        works = np.flatnonzero((years == year) & (labels >= 0))
        percentile = np.full(works.size, 0.5)
        counted = np.flatnonzero(~np.isnan(cited_by[works]))
        if counted.size:
            ranks = rankdata(cited_by[works[counted]])
            percentile[counted] = (ranks - 0.5) / counted.size
        np.add.at(score, labels[works], percentile)
    return score
