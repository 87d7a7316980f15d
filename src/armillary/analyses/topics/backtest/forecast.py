"""From scores to probabilities, learned only from what was known by the origin."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtri

from armillary.analyses.topics.backtest.metrics import mean_ranks
from armillary.analyses.topics.backtest.units import Units

LEAST_ORIGINS = 6
LEAST_TO_CALIBRATE = 3
_PENALTY = 1.0


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """Units with everything a score may use, and what came of them.

    Args:
        units: Units at an origin.
        features: Numbers known by the origin, by name, each of shape (units,).
        hit: The outcome to be foretold, shape (units,). A score may look at it only in
            samples whose future was known by the origin it scores.
        tie: Place of each unit's name in the alphabet, shape (units,).
    """

    units: Units
    features: dict[str, NDArray[np.float64]]
    hit: NDArray[np.bool_]
    tie: NDArray[np.int64]


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """What a score says at an origin.

    Args:
        score: Higher is likelier, shape (units,).
        probability: Of the outcome, shape (units,), or None where too little was known.
    """

    score: NDArray[np.float64]
    probability: NDArray[np.float64] | None = None


Scorer: TypeAlias = Callable[[Sample, Sequence[Sample]], Forecast]


class Logistic(msgspec.Struct, frozen=True, kw_only=True):
    """A fitted logistic regression.

    Args:
        intercept: Log odds where all features are 0.
        weights: Change of log odds per unit of each feature, shape (features,).
    """

    intercept: float
    weights: NDArray[np.float64]

    def log_odds(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the log odds of rows of features, shape (rows,)."""
        return np.asarray(self.intercept + features @ self.weights)


def normal_scores(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Replace values by the normal quantiles of their ranks, so that origins can be compared.

    Source: Blom (1958), Statistical Estimates and Transformed Beta-Variables.

    Examples:
        >>> normal_scores(np.array([5.0, 900.0, 7.0])).round(2)
        array([-0.87,  0.87,  0.  ])
    """
    return np.asarray(ndtri((mean_ranks(values) - 0.375) / (values.size + 0.25)))


def fit_logistic(
    features: NDArray[np.float64],
    hit: NDArray[np.bool_],
    *,
    weight: NDArray[np.float64] | None = None,
    penalty: float = _PENALTY,
) -> Logistic:
    """Fit a logistic regression whose weights are held near 0; the intercept is free.

    Newton's method on the penalised likelihood.
    Source: le Cessie & van Houwelingen (1992), doi:10.2307/2347628.

    Args:
        features: Shape (rows, features).
        hit: Shape (rows,).
        weight: Weight of each row, 1 unless given.
        penalty: Half of it times the squared weights is taken from the log likelihood.
    """
    rows = np.column_stack([np.ones(hit.size), features])
    w = np.ones(hit.size) if weight is None else weight
    rate = (float(w @ hit) + 0.5) / (float(w.sum()) + 1.0)
    beta = np.zeros(rows.shape[1])
    beta[0] = logit(rate)
    held = np.full(beta.size, penalty)
    held[0] = 1e-9
    for _ in range(50):
        said = expit(rows @ beta)
        slope = rows.T @ (w * (hit - said)) - held * beta
        slope[0] += held[0] * beta[0]
        curve = (rows * (w * said * (1 - said))[:, None]).T @ rows + np.diag(held)
        step = np.clip(np.linalg.solve(curve, slope), -2.0, 2.0)
        beta = beta + step
        if np.abs(step).max() < 1e-10:
            break
    return Logistic(intercept=float(beta[0]), weights=beta[1:])


def shift_to(log_odds: NDArray[np.float64], hit: NDArray[np.bool_]) -> float:
    """Return what must be added to log odds so that their mean probability is the share hit.

    Half a hit and half a miss are added, so that a share of 0 or 1 moves nothing to infinity.
    No method of its own: recalibration in the large, by Newton's method.
    """
    wanted = (float(hit.sum()) + 0.5) / (hit.size + 1.0)
    shift = 0.0
    for _ in range(50):
        said = expit(log_odds + shift)
        step = (wanted - said.mean()) / max(float((said * (1 - said)).mean()), 1e-12)
        shift += float(np.clip(step, -2.0, 2.0))
        if abs(step) < 1e-10:
            break
    return shift


def climatology(earlier: Sequence[Sample]) -> float:
    """Return the base rate known by the origin, origins weighted equally; NaN if none is.

    No method of its own.
    """
    rates = [float(s.hit.mean()) for s in earlier if s.hit.size]
    return float(np.mean(rates)) if rates else float("nan")


def one_feature(name: str) -> Scorer:
    """Score by one feature as it is, with a probability once enough origins are known.

    Source: see `calibrated`.

    Args:
        name: Feature.
    """

    def score_of(sample: Sample) -> NDArray[np.float64]:
        return sample.features[name]

    return calibrated(score_of)


def sum_of(weights: Mapping[str, float]) -> Scorer:
    """Score by a sum of normal scores with weights set beforehand; nothing is learned.

    No method of its own.

    Args:
        weights: Weight of each feature; one the corpus does not have (it is not dated to the
            month, say) is left out.
    """

    def score_of(sample: Sample) -> NDArray[np.float64]:
        known = sample.features
        parts = [w * normal_scores(known[n]) for n, w in weights.items() if n in known]
        return np.asarray(np.sum(parts, axis=0))

    return calibrated(score_of)


def calibrated(score_of: Callable[[Sample], NDArray[np.float64]]) -> Scorer:
    """Give a score a probability: a logistic function of the place in the list.

    It is fitted to the normal scores at earlier origins of the same corpus, three or more.
    Source: Platt (1999), in Smola et al. (eds), Advances in Large Margin Classifiers, 61-74.

    Args:
        score_of: Score of the units of a sample.
    """

    def scorer(sample: Sample, earlier: Sequence[Sample]) -> Forecast:
        own = [s for s in earlier if s.units.corpus == sample.units.corpus and s.hit.size]
        score = score_of(sample)
        if len(own) < LEAST_TO_CALIBRATE or not any(s.hit.any() for s in own):
            return Forecast(score=score)
        model = fit_logistic(
            np.concatenate([normal_scores(score_of(s)) for s in own])[:, None],
            np.concatenate([s.hit for s in own]),
            weight=_weights(own),
            penalty=1e-3,
        )
        said = expit(model.log_odds(normal_scores(score)[:, None]))
        return Forecast(score=score, probability=said)

    return scorer


def logistic(
    features: Sequence[str],
    *,
    penalty: float = _PENALTY,
    least_origins: int = LEAST_ORIGINS,
    fallback: str = "trend_z",
) -> Scorer:
    """Score by a regularised logistic regression on earlier origins.

    Features become normal scores within each origin; origins weigh the same; where earlier
    origins of the own corpus are known, the intercept is moved to its base rate. With fewer
    than `least_origins` known, the fallback scores.
    Source: see `fit_logistic` and `normal_scores`.

    Args:
        features: Names of the features.
        penalty: See `fit_logistic`; per origin of weight 1,000.
        least_origins: Labelled origins the model needs.
        fallback: Feature that scores until then.
    """
    simple = one_feature(fallback)

    def scorer(sample: Sample, earlier: Sequence[Sample]) -> Forecast:
        usable = [s for s in earlier if s.hit.any()]
        if len(usable) < least_origins:
            return simple(sample, earlier)
        model = _fit(usable, features, penalty=penalty)
        score = model.log_odds(_rows(sample, features))
        own = [s for s in usable if s.units.corpus == sample.units.corpus]
        if len(own) < LEAST_TO_CALIBRATE:
            return Forecast(score=score)
        said = np.concatenate([model.log_odds(_rows(s, features)) for s in own])
        shift = shift_to(said, np.concatenate([s.hit for s in own]))
        return Forecast(score=score, probability=expit(score + shift))

    return scorer


def _rows(sample: Sample, features: Sequence[str]) -> NDArray[np.float64]:
    return np.column_stack([normal_scores(sample.features[name]) for name in features])


def _fit(samples: Sequence[Sample], features: Sequence[str], *, penalty: float) -> Logistic:
    return fit_logistic(
        np.concatenate([_rows(s, features) for s in samples]),
        np.concatenate([s.hit for s in samples]),
        weight=_weights(samples),
        penalty=penalty,
    )


def _weights(samples: Sequence[Sample]) -> NDArray[np.float64]:
    """Let origins weigh the same however many units they have."""
    return np.concatenate([np.full(s.hit.size, 1_000.0 / max(s.hit.size, 1)) for s in samples])
