"""The list of rising topics, and the backtest that says how far to trust it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pyarrow as pa

from armillary.analyses.topics.backtest.cases import Case
from armillary.analyses.topics.backtest.forecast import (
    Sample,
    climatology,
)
from armillary.analyses.topics.backtest.history import growth_seen
from armillary.analyses.topics.backtest.metrics import order_of
from armillary.analyses.topics.backtest.outcomes import CERTIFIED, USUAL
from armillary.analyses.topics.backtest.run import Plan, backtest, sample_of
from armillary.analyses.topics.backtest.units import Units, known_by, origins
from armillary.analyses.topics.labels import characteristic_terms, label_of
from armillary.analyses.topics.rising.at_origin import RisingRecipe, TopicsAt, topics_at
from armillary.analyses.topics.rising.scores import features, scorers
from armillary.analyses.topics.rising.subjects import host_of
from armillary.analyses.topics.teamwork import side_by_side
from armillary.analyses.topics.words import fold, phrases
from armillary.errors import TopicError
from armillary.model.columns import table_of
from armillary.model.progress import silent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from armillary.analyses.topics.backtest.forecast import Forecast
    from armillary.analyses.topics.backtest.units import Design
    from armillary.analyses.topics.growth import Growth
    from armillary.analyses.topics.rising.dated import DatedWorks
    from armillary.analyses.topics.rising.subjects import Subject
    from armillary.model.progress import Progress

LIST = "rising topics"


class TopicLists(msgspec.Struct, frozen=True, kw_only=True):
    """What `rising_topics` gives.

    Args:
        topic_list: Rows of `topic_list`.
        topics: Topics the list was drawn from.
        notes: What a reader must know.
    """

    topic_list: pa.Table
    topics: TopicsAt
    notes: tuple[str, ...]

    def members(self, works: DatedWorks) -> dict[str, pa.Array]:
        """Return the ids of the works of each listed topic, by item.

        Args:
            works: Works of the corpus the list was made of.
        """
        frozen, units = self.topics.frozen, self.topics.units
        known = frozen.works[: frozen.n_known]
        labels = self.topics.labels[: known.size]
        cluster = dict(zip(units.names, self.topics.clusters.tolist(), strict=True))
        return {
            item: pa.array(works.ids[known[labels == cluster[item]]], type=pa.string())
            for item in self.topic_list["item"].to_pylist()
        }


class PastTopics(msgspec.Struct, frozen=True, kw_only=True):
    """Topics of a corpus at past origins.

    Args:
        units: The topics of each origin, in order of year.
        cases: Subjects followed by name.
    """

    units: tuple[Units, ...]
    cases: tuple[Case, ...] = ()


def backtest_topics(
    corpora: Sequence[DatedWorks],
    *,
    design: Design = "split",
    recipe: RisingRecipe | None = None,
    subjects: Sequence[Subject] = (),
    signals: bool = False,
    progress: Progress = silent,
) -> dict[str, pa.Table]:
    """Backtest the list of rising topics in one corpus or several.

    At every origin a map is made from what was there; topics are listed, and later works show
    which of them grew.
    Source: see `backtest.run.backtest`.

    Args:
        corpora: Works of each corpus.
        design: Split (signals and outcome share no counts) or ordinary.
        recipe: Every choice of method.
        subjects: Subjects to follow by name.
        signals: Whether each signal is shown on its own as well.
        progress: Told after each origin, of maps and of scores.

    Returns:
        The five tables of a backtest.
    """
    recipe = recipe or RisingRecipe()
    past = [
        past_topics(works, design=design, recipe=recipe, subjects=subjects, progress=progress)
        for works in corpora
    ]
    return backtest_past(past, recipe=recipe, signals=signals, progress=progress)


def past_topics(
    works: DatedWorks,
    *,
    design: Design = "split",
    recipe: RisingRecipe | None = None,
    subjects: Sequence[Subject] = (),
    checked: bool = True,
    progress: Progress = silent,
) -> PastTopics:
    """Map a corpus at every origin: what its list learns from, and what its backtest tests.

    No method of its own: see `topics_at`.

    Args:
        works: Works of the corpus.
        design: As in `backtest_topics`; lists learn from the split one.
        recipe: Every choice of method.
        subjects: Subjects to follow by name.
        checked: Whether works are kept out of a second map, as a control; for a backtest.
        progress: Told after each map.

    Raises:
        TopicError: There is no origin with enough works before and years after it.
    """
    recipe = recipe or RisingRecipe()
    years = _origins(works, recipe)

    def at(origin: int) -> tuple[Units, list[Case]]:
        found = topics_at(works, origin=origin, design=design, recipe=recipe, checked=checked)
        cases = [
            host_of(works, found, subject=subject)
            for subject in subjects
            if (subject.corpus, subject.origin) == (works.corpus, origin)
        ]
        return found.units, cases

    found = side_by_side(
        [partial(at, year) for year in years],
        told=lambda n: progress(f"maps of {works.corpus}", n, len(years)),
    )
    return PastTopics(
        units=tuple(units for units, _ in found),
        cases=tuple(case for _, cases in found for case in cases),
    )


def backtest_past(
    past: Sequence[PastTopics],
    *,
    recipe: RisingRecipe | None = None,
    signals: bool = False,
    progress: Progress = silent,
) -> dict[str, pa.Table]:
    """Backtest the list of rising topics on maps already made.

    Source: see `backtest.run.backtest`.

    Args:
        past: Topics at past origins of each corpus.
        recipe: What they were made by.
        signals: As in `backtest_topics`.
        progress: Told after each origin.

    Returns:
        The five tables of a backtest.
    """
    recipe = recipe or RisingRecipe()
    plan = Plan(
        list=LIST,
        scorers=scorers(signals=signals),
        outcomes=USUAL,
        gated="outlook",
        worlds=recipe.worlds,
        seed=recipe.seed,
    )
    return backtest(
        [units for one in past for units in one.units],
        plan=plan,
        features=features,
        cases=[case for one in past for case in one.cases],
        progress=progress,
    )


def rising_topics(
    works: DatedWorks,
    *,
    recipe: RisingRecipe | None = None,
    origin: int | None = None,
    past: PastTopics | None = None,
    progress: Progress = silent,
) -> TopicLists:
    """List the topics that are likely to grow.

    Topics are ordered by the score of the recipe. Their probability of certified growth is what
    the split backtest found for topics of their place at earlier origins; where too few are
    known, none is given. All whose growth so far can be told from noise are listed, at least
    ten, no more than forty; others say that it cannot.
    Source: see `backtest`, `signals` and `granularity` for each method.

    Args:
        works: Works of the corpus.
        recipe: Every choice of method.
        origin: Last year counted; None for the last complete year.
        past: Topics at earlier origins, of the split design, to learn probabilities from; None
            makes them.
        progress: Told after each map.

    Raises:
        TopicError: The corpus has too few complete years or works for a trend.
    """
    recipe = recipe or RisingRecipe()
    last = _last(works, origin, recipe)
    today = topics_at(works, origin=last, design="ordinary", recipe=recipe, judged=False)
    years = [y for y in _origins(works, recipe, known=True) if y + recipe.frame.horizon <= last]
    if past is None:
        earlier = _earlier(works, years, recipe, progress)
    else:
        earlier = [units for units in past.units if units.origin in years]
    samples = [
        sample_of(u, features=features, target=CERTIFIED) for u in known_by(last, among=earlier)
    ]
    forecast = scorers()[recipe.score](_unknown(today.units), samples)
    rows = _list_rows(works, today, forecast, base_rate=climatology(samples), recipe=recipe)
    return TopicLists(
        topic_list=table_of("topic_list", rows),
        topics=today,
        notes=_notes(works, today, forecast, samples),
    )


def _earlier(
    works: DatedWorks, years: Sequence[int], recipe: RisingRecipe, progress: Progress
) -> list[Units]:
    def at(year: int) -> Units:
        return topics_at(works, origin=year, design="split", recipe=recipe).units

    return side_by_side(
        [partial(at, year) for year in years],
        told=lambda n: progress(f"earlier maps of {works.corpus}", n, len(years)),
    )


def _origins(works: DatedWorks, recipe: RisingRecipe, *, known: bool = False) -> list[int]:
    """Return the origins with enough works; none instead of an error where `known` asks so."""
    try:
        years = origins(works.complete, frame=recipe.frame)
    except TopicError:
        if known:
            return []
        raise
    found = [
        year
        for year in years
        if (recipe.first_origin is None or year >= recipe.first_origin)
        and int(((works.years > year - recipe.frame.window) & (works.years <= year)).sum())
        >= recipe.least_works
    ]
    if not found and not known:
        raise TopicError(
            f"At no origin does {works.corpus!r} have {recipe.least_works:,} works, so no list "
            "can be backtested.",
            where=f"topics.{works.corpus}, backtest of rising topics, {works.ids.size:,} works",
            fix="set a smaller least_works, and fewer topics; expect wide intervals.",
        )
    return found


def _last(works: DatedWorks, origin: int | None, recipe: RisingRecipe) -> int:
    last = int(works.complete[-1]) if origin is None else origin
    past = works.complete[works.complete <= last]
    if past.size < recipe.frame.least_past or past[-1] != last:
        raise TopicError(
            f"The works of {works.corpus!r} cover {past.size} complete years up to {last}, too "
            "few for a trend.",
            where=f"topics.{works.corpus}, list of rising topics",
            fix=f"take a last year that is complete and has {recipe.frame.least_past - 1} "
            "complete years before it.",
        )
    n = int(((works.years > last - recipe.frame.window) & (works.years <= last)).sum())
    if n < 2 * recipe.min_works:
        raise TopicError(
            f"{n} works of {works.corpus!r} up to {last} are too few for topics of "
            f"{recipe.min_works} works.",
            where=f"topics.{works.corpus}, list of rising topics",
            fix="read more works, or lower min_works.",
        )
    return last


def _unknown(units: Units) -> Sample:
    """Return units as a sample whose outcome nobody knows yet."""
    return Sample(
        units=units,
        features=dict(features(units)),
        hit=np.zeros(units.n_units, dtype=np.bool_),
        tie=np.arange(units.n_units),
    )


def _list_rows(
    works: DatedWorks,
    today: TopicsAt,
    forecast: Forecast,
    *,
    base_rate: float,
    recipe: RisingRecipe,
) -> list[dict[str, object]]:
    units, growth = today.units, growth_seen(today.units)
    verdict = _verdicts(growth)
    order = order_of(forecast.score, tie=np.arange(units.n_units))
    grows = order[verdict[order] == "grows"][: recipe.length]
    chosen = np.union1d(grows, order[: recipe.shown])
    listed = [int(at) for at in order if at in set(chosen.tolist())][: recipe.length]
    terms = _terms(works, today)
    rows: list[dict[str, object]] = []
    for rank, at in enumerate(listed, 1):
        probability = None if forecast.probability is None else float(forecast.probability[at])
        own = terms[int(today.clusters[at])]
        rows.append(
            {
                "corpus": works.corpus,
                "list": LIST,
                "rank": rank,
                "kind": "cluster",
                "item": units.names[at],
                "label": label_of(own) if own else units.names[at],
                "score": float(forecast.score[at]),
                "n_works": int(growth.n_recent[at]),
                "growth": float(growth.growth[at]),
                "growth_low": float(growth.low[at]),
                "growth_high": float(growth.high[at]),
                "probability": probability,
                "base_rate": None if np.isnan(base_rate) else base_rate,
                "reliability": float(today.reliability[at]),
                "verdict": str(verdict[at]),
                "family": own,
                "note": _note(str(verdict[at]), float(today.stability[at])),
            }
        )
    return rows


def _verdicts(growth: Growth) -> NDArray[np.str_]:
    grows = (growth.low > 1) & (growth.trend_z > 0)
    return np.select([grows, growth.high < 1], ["grows", "shrinks"], "unsure")


def _note(verdict: str, stability: float) -> str | None:
    parts = ["cannot be told from noise"] if verdict == "unsure" else []
    if not np.isnan(stability):
        parts.append(f"{stability:.0%} found again on maps by other seeds")
    return "; ".join(parts) or None


def _terms(works: DatedWorks, today: TopicsAt) -> list[list[str]]:
    known = today.frozen.works[: today.frozen.n_known]
    tokens = fold(works.written.of(known))
    levels = phrases(tokens, longest=3, longest_han=10, min_works=2)
    labels = today.labels[: known.size]
    return characteristic_terms(tokens, levels, labels=labels, n_terms=8).terms


def _notes(
    works: DatedWorks, today: TopicsAt, forecast: Forecast, samples: Sequence[Sample]
) -> tuple[str, ...]:
    notes = [f"Maps are made from {works.parts}."]
    if today.tried:
        tried = ", ".join(f"{n}: {r:.2f}" for n, r in sorted(today.tried.items()))
        notes.append(f"Reliability of growth by number of topics tried: {tried}.")
    if forecast.probability is None:
        notes.append(
            f"No probability is given: {len(samples)} earlier origins are too few to learn from."
        )
    else:
        expected = float(np.sort(forecast.probability)[::-1][:10].sum())
        notes.append(
            f"Probabilities are of certified growth (8 % a year or more) and come from "
            f"{len(samples)} earlier origins; of the first ten about {expected:.1f} are expected "
            "to grow so."
        )
    return tuple(notes)
