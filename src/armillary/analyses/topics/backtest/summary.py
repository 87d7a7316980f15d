"""Means over origins with intervals, paired differences, and calibration bins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from armillary.analyses.topics.backtest.bootstrap import drawn_means, interval
from armillary.analyses.topics.backtest.metrics import calibration_error, reliability_bins

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from armillary.analyses.topics.backtest.run import Plan, Scored

ALL = "all"
NOTHING = "none"


def summary_rows(
    by_corpus: Mapping[str, Sequence[Scored]], *, plan: Plan
) -> list[dict[str, object]]:
    """Average each metric over origins, alone and against the baselines.

    No method of its own: see `bootstrap`. Corpora weigh the same in the rows of `all`.

    Args:
        by_corpus: Scored origins of each corpus, in order of year.
        plan: What is compared.

    Returns:
        Rows of `backtest` without list and design.
    """
    rows: list[dict[str, object]] = []
    for name in (plan.target, *plan.outcomes):
        for scorer in plan.scorers:
            for against in (NOTHING, *(a for a in plan.against if a in plan.scorers)):
                if against != scorer:
                    rows += _rows_of(by_corpus, name, scorer, against=against, seed=plan.seed)
    for scorer in plan.scorers:
        rows += _error_rows(by_corpus, scorer, target=plan.target)
    return rows


def _rows_of(
    by_corpus: Mapping[str, Sequence[Scored]],
    name: str,
    scorer: str,
    *,
    against: str,
    seed: int,
) -> list[dict[str, object]]:
    metrics = dict.fromkeys(
        metric
        for origins in by_corpus.values()
        for scored in origins
        for metric in scored.values[name, scorer]
    )
    rows = []
    for metric in metrics:
        if against != NOTHING and metric == "base":
            continue
        means, draws, counts = [], [], []
        for number, (corpus, origins) in enumerate(by_corpus.items()):
            values = _values(origins, name, scorer, metric)
            if against != NOTHING:
                values = values - _values(origins, name, against, metric)
            n = int((~np.isnan(values)).sum())
            if n == 0:
                continue
            drawn = drawn_means(values, seed=seed + number)  # corpora are independent
            means.append(float(np.nanmean(values)))
            draws.append(drawn)
            counts.append(n)
            rows.append(_row(corpus, name, scorer, metric, against) | _told(means[-1], drawn, n))
        if len(means) > 1:
            together = np.mean(draws, axis=0)
            rows.append(
                _row(ALL, name, scorer, metric, against)
                | _told(float(np.mean(means)), together, sum(counts))
            )
    return rows


def _values(origins: Sequence[Scored], name: str, scorer: str, metric: str) -> NDArray[np.float64]:
    return np.array([s.values[name, scorer].get(metric, np.nan) for s in origins])


def _row(corpus: str, name: str, scorer: str, metric: str, against: str) -> dict[str, object]:
    return {
        "corpus": corpus,
        "outcome": name,
        "score": scorer,
        "metric": metric,
        "against": against,
    }


def _told(value: float, draws: NDArray[np.float64], n: int) -> dict[str, object]:
    low, high = interval(draws)
    return {
        "value": value,
        "low": None if np.isnan(low) else low,
        "high": None if np.isnan(high) else high,
        "n_origins": n,
    }


def _said(origins: Sequence[Scored], scorer: str) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return all probabilities of a score and what came, origins one after another."""
    pairs = [
        (p, s.sample.hit) for s in origins if (p := s.forecasts[scorer].probability) is not None
    ]
    if not pairs:
        return np.zeros(0), np.zeros(0, dtype=np.bool_)
    return np.concatenate([p for p, _ in pairs]), np.concatenate([h for _, h in pairs])


def _error_rows(
    by_corpus: Mapping[str, Sequence[Scored]], scorer: str, *, target: str
) -> list[dict[str, object]]:
    """Give the calibration error of each corpus, over the units of all its origins."""
    rows, errors, n_all = [], [], 0
    for corpus, origins in by_corpus.items():
        said, came = _said(origins, scorer)
        if said.size == 0:
            continue
        n = sum(s.forecasts[scorer].probability is not None for s in origins)
        errors.append(calibration_error(reliability_bins(said, came)))
        n_all += n
        row = _row(corpus, target, scorer, "calibration_error", NOTHING)
        rows.append(row | {"value": errors[-1], "n_origins": n})
    if len(errors) > 1:
        row = _row(ALL, target, scorer, "calibration_error", NOTHING)
        rows.append(row | {"value": float(np.mean(errors)), "n_origins": n_all})
    return rows


def bin_rows(by_corpus: Mapping[str, Sequence[Scored]], *, plan: Plan) -> list[dict[str, object]]:
    """Set what was said beside what came, in ten bins of equally many units per corpus.

    No method of its own: see `metrics.reliability_bins`.

    Args:
        by_corpus: Scored origins of each corpus.
        plan: What is compared.

    Returns:
        Rows of `backtest_bin` without list and design.
    """
    return [
        {
            "corpus": corpus,
            "outcome": plan.target,
            "score": scorer,
            "bin": at,
            "n_units": n,
            "said": said,
            "came": came,
        }
        for corpus, origins in by_corpus.items()
        for scorer in plan.scorers
        for at, (n, said, came) in enumerate(reliability_bins(*_said(origins, scorer)), 1)
    ]
