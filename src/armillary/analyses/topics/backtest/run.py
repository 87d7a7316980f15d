"""Run a backtest: score units at past origins, set forecasts beside what came, in tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from armillary.analyses.topics.backtest.cases import Case, case_rows
from armillary.analyses.topics.backtest.controls import (
    HELD_OUT,
    NO_GROWTH,
    SHUFFLED,
    false_growth,
    no_growth,
    shuffled_years,
)
from armillary.analyses.topics.backtest.forecast import Forecast, Sample, Scorer, climatology
from armillary.analyses.topics.backtest.history import history_scores
from armillary.analyses.topics.backtest.metrics import list_metrics, probability_metrics
from armillary.analyses.topics.backtest.outcomes import CERTIFIED, USUAL, outcome
from armillary.analyses.topics.backtest.summary import bin_rows, summary_rows
from armillary.analyses.topics.backtest.units import known_by
from armillary.model.columns import table_of
from armillary.model.progress import silent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from armillary.analyses.topics.backtest.units import Units
    from armillary.model.progress import Progress

    Features = Callable[[Units], Mapping[str, NDArray[np.float64]]]

TABLES = (
    "backtest",
    "backtest_origin",
    "backtest_case",
    "backtest_control",
    "backtest_bin",
)
_AUC_WITHIN = 0.05
_MORE_THAN_NOMINAL = 0.02
_CONTROL_METRICS = ("auc", "auc_within_size", "precision_10", "base")


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What is backtested and how.

    Args:
        list: Name of the list, as in `topic_list`.
        scorers: Scores compared, by name.
        target: Outcome to be foretold; models learn it and probabilities are of it.
        outcomes: Further outcomes the rankings are held to.
        against: Scores every other one is compared with, origin by origin.
        gated: Score the controls decide on; None for the first.
        gated_metric: `auc`, or `auc_within_size` for an outcome that asks for a number of
            works, which large units reach more easily even where nothing grows.
        pooled: Whether models learn from earlier origins of all corpora, or of the own alone.
        worlds: Simulated worlds per origin and control.
        confidence: Of certified growth; 1 less it is the nominal rate of the controls.
        seed: Seed of every draw.
    """

    list: str
    scorers: Mapping[str, Scorer]
    target: str = CERTIFIED
    outcomes: tuple[str, ...] = USUAL
    against: tuple[str, ...] = ("growth_ratio", "size")
    gated: str | None = None
    gated_metric: str = "auc"
    pooled: bool = False
    worlds: int = 5
    confidence: float = 0.9
    seed: int = 1


class Scored(msgspec.Struct, frozen=True, kw_only=True):
    """One origin, scored.

    Args:
        sample: Units, features and outcome.
        forecasts: Forecast of each score.
        base_rate: Share of units that grew at earlier origins; NaN if none is known.
        values: Value of each metric, by outcome and score.
    """

    sample: Sample
    forecasts: Mapping[str, Forecast]
    base_rate: float
    values: Mapping[tuple[str, str], Mapping[str, float]]


def sample_of(units: Units, *, features: Features = history_scores, target: str) -> Sample:
    """Compute the features of units and look up what came of them.

    No method of its own.

    Args:
        units: Units at an origin.
        features: Numbers from the units; those of `history` unless given.
        target: Outcome.
    """
    tie = np.empty(units.n_units, dtype=np.int64)
    tie[np.argsort(np.array(units.names), kind="stable")] = np.arange(units.n_units)
    return Sample(
        units=units,
        features=dict(features(units)),
        hit=outcome(units, target),
        tie=tie,
    )


def backtest(
    units: Sequence[Units],
    *,
    plan: Plan,
    features: Features = history_scores,
    cases: Sequence[Case] = (),
    progress: Progress = silent,
) -> dict[str, pa.Table]:
    """Score units at past origins and measure how good the scores were.

    Each score sees what was known by its origin, and models and probabilities are learned
    from origins whose horizon had ended by then. Intervals of means over origins, and of
    paired differences, come from a circular block bootstrap. Three controls show what the
    same scores achieve where nothing can be foretold.
    Source: see `outcomes`, `metrics`, `bootstrap` and `controls` for each method.

    Args:
        units: Units of one corpus or several, one design, one per origin.
        plan: What is compared.
        features: Numbers from units that scores may use.
        cases: Units whose fate is reported by name.
        progress: Told after each origin.

    Returns:
        Tables `backtest`, `backtest_origin`, `backtest_case`, `backtest_control` and
        `backtest_bin`; corpus `all` is the mean over corpora where there are several.
    """
    ordered = sorted(units, key=lambda u: (u.corpus, u.origin))
    by_corpus: dict[str, list[Scored]] = {}
    controls: list[dict[str, object]] = []
    samples = {
        (u.corpus, u.origin): sample_of(u, features=features, target=plan.target) for u in ordered
    }
    worlds: dict[str, list[dict[tuple[str, str, str, str], list[float]]]] = {}
    for n, own in enumerate(ordered, 1):
        among = [u for u in ordered if plan.pooled or u.corpus == own.corpus]
        earlier = [samples[u.corpus, u.origin] for u in known_by(own.origin, among=among)]
        scored = score_origin(samples[own.corpus, own.origin], earlier, plan=plan)
        by_corpus.setdefault(own.corpus, []).append(scored)
        worlds.setdefault(own.corpus, []).append(
            _null_values(own, earlier, plan=plan, features=features)
        )
        progress(f"backtest {plan.list}", n, len(ordered))
    for corpus, scored_origins in by_corpus.items():
        controls += _control_rows(corpus, scored_origins, worlds[corpus], plan=plan)
    design = ordered[0].design if ordered else "split"
    head = {"list": plan.list, "design": design}
    return {
        "backtest": table_of(
            "backtest",
            [head | {"seed": plan.seed} | r for r in summary_rows(by_corpus, plan=plan)],
        ),
        "backtest_origin": table_of("backtest_origin", [head | r for r in _origin_rows(by_corpus)]),
        "backtest_case": table_of(
            "backtest_case", [head | r for r in case_rows(by_corpus, cases=cases, plan=plan)]
        ),
        "backtest_control": table_of("backtest_control", [head | r for r in controls]),
        "backtest_bin": table_of(
            "backtest_bin", [head | r for r in bin_rows(by_corpus, plan=plan)]
        ),
    }


def score_origin(sample: Sample, earlier: Sequence[Sample], *, plan: Plan) -> Scored:
    """Score one origin with every score of the plan.

    No method of its own.

    Args:
        sample: The origin.
        earlier: Origins whose horizon had ended by then.
        plan: What is compared.
    """
    own = [s for s in earlier if s.units.corpus == sample.units.corpus]
    base_rate = climatology(own)
    forecasts = {name: scorer(sample, earlier) for name, scorer in plan.scorers.items()}
    values: dict[tuple[str, str], dict[str, float]] = {}
    for name in (plan.target, *plan.outcomes):
        hit = sample.hit if name == plan.target else outcome(sample.units, name)
        for scorer, forecast in forecasts.items():
            found = list_metrics(forecast.score, hit, tie=sample.tie, size=sample.units.size)
            if name == plan.target and forecast.probability is not None and own:
                found |= probability_metrics(forecast.probability, hit, climatology=base_rate)
            values[name, scorer] = found
    return Scored(sample=sample, forecasts=forecasts, base_rate=base_rate, values=values)


def _null_values(
    units: Units, earlier: Sequence[Sample], *, plan: Plan, features: Features
) -> dict[tuple[str, str, str, str], list[float]]:
    """Score the worlds without growth: values by control, outcome, score and metric."""
    found: dict[tuple[str, str, str, str], list[float]] = {}
    for number, (control, world) in enumerate(((SHUFFLED, shuffled_years), (NO_GROWTH, no_growth))):
        rng = np.random.default_rng([plan.seed, number, units.origin])
        for _ in range(plan.worlds):
            sample = sample_of(world(units, rng), features=features, target=plan.target)
            scores = {name: s(sample, earlier).score for name, s in plan.scorers.items()}
            if "growth_ratio" in scores:
                scores["growth_ratio, inverse"] = -scores["growth_ratio"]
            for name in (plan.target, *plan.outcomes):
                hit = sample.hit if name == plan.target else outcome(sample.units, name)
                for scorer, score in scores.items():
                    values = list_metrics(score, hit, tie=sample.tie, size=sample.units.size)
                    for metric in _CONTROL_METRICS:
                        found.setdefault((control, name, scorer, metric), []).append(values[metric])
    return found


def _control_rows(
    corpus: str,
    origins: Sequence[Scored],
    worlds: Sequence[Mapping[tuple[str, str, str, str], Sequence[float]]],
    *,
    plan: Plan,
) -> list[dict[str, object]]:
    """Judge the controls of one corpus: what is gated passes or fails, the rest is shown."""
    gated = plan.gated or next(iter(plan.scorers))
    nominal = 1 - plan.confidence
    rows: list[dict[str, object]] = []
    for key in worlds[0]:
        control, name, scorer, metric = key
        per_origin = [_mean(world[key]) for world in worlds]
        low = high = None
        if name == plan.target and scorer == gated:
            if control == NO_GROWTH and metric == plan.gated_metric:
                low, high = 0.5 - _AUC_WITHIN, 0.5 + _AUC_WITHIN
            if control == SHUFFLED and metric == "base":
                low, high = 0.0, nominal + _MORE_THAN_NOMINAL
        row = {"corpus": corpus, "control": control, "outcome": name, "score": scorer}
        value = _mean(per_origin)
        rows.append(_judged(row | {"metric": metric}, value, allowed=(low, high)))
    counted = [false_growth(s.sample.units, confidence=plan.confidence) for s in origins]
    told = sum(n for _, n in counted)
    if told:
        row = {"corpus": corpus, "control": HELD_OUT, "outcome": plan.target, "score": "none"}
        value = sum(n for n, _ in counted) / told
        allowed = (0.0, nominal + _MORE_THAN_NOMINAL)
        rows.append(_judged(row | {"metric": "false growth"}, value, allowed=allowed))
    return rows


def _judged(
    row: Mapping[str, object], value: float, *, allowed: tuple[float | None, float | None]
) -> dict[str, object]:
    low, high = allowed
    passes = None if low is None or high is None else bool(low <= value <= high)
    return {
        **row,
        "value": None if np.isnan(value) else value,
        "allowed_low": low,
        "allowed_high": high,
        "passes": passes,
    }


def _mean(values: Sequence[float]) -> float:
    known = [v for v in values if not np.isnan(v)]
    return float(np.mean(known)) if known else float("nan")


def _origin_rows(by_corpus: Mapping[str, Sequence[Scored]]) -> list[dict[str, object]]:
    return [
        {
            "corpus": corpus,
            "outcome": name,
            "score": scorer,
            "metric": metric,
            "origin": scored.sample.units.origin,
            "value": value,
            "n_units": scored.sample.units.n_units,
        }
        for corpus, origins in by_corpus.items()
        for scored in origins
        for (name, scorer), values in scored.values.items()
        for metric, value in values.items()
        if not np.isnan(value)
    ]
