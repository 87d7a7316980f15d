"""Lists of rising terms, and the backtest that says how far to trust them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from armillary.analyses.topics.backtest.bootstrap import SEED
from armillary.analyses.topics.backtest.cases import Case
from armillary.analyses.topics.backtest.forecast import (
    Forecast,
    Sample,
    climatology,
    logistic,
    one_feature,
    sum_of,
)
from armillary.analyses.topics.backtest.history import HISTORY, growth_seen
from armillary.analyses.topics.backtest.metrics import order_of
from armillary.analyses.topics.backtest.outcomes import CERTIFIED, DOUBLED, USUAL
from armillary.analyses.topics.backtest.run import Plan, backtest, sample_of
from armillary.analyses.topics.backtest.units import Frame, known_by, origins
from armillary.analyses.topics.terms.at_origin import TermsAt, term_features, terms_at
from armillary.analyses.topics.terms.candidates import Tiers
from armillary.errors import TopicError
from armillary.model.columns import table_of
from armillary.model.progress import silent

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from armillary.analyses.topics.backtest.forecast import Scorer
    from armillary.analyses.topics.backtest.units import Design, Units
    from armillary.analyses.topics.growth import Growth
    from armillary.analyses.topics.terms.candidates import Tier
    from armillary.analyses.topics.terms.use import TermUse
    from armillary.model.progress import Progress

LISTS: Mapping[Tier, str] = {"established": "rising terms", "young": "young terms"}
TARGETS: Mapping[Tier, str] = {"established": CERTIFIED, "young": DOUBLED}
DEFAULT = "trend_z"
# Chosen for precision at 40 on the earlier half of the origins of three corpora.
CONTEXT_WEIGHTS = {"trend_z": 1.0, "context_momentum": 0.6, "use": -0.15, "half_year_z": 0.4}
LEARNED = ("trend_z", "context_momentum", "use")
_FEWEST_CANDIDATES = 30


class TermRecipe(msgspec.Struct, frozen=True, kw_only=True):
    """Every choice that makes the lists of terms.

    Args:
        length: Entries of each list.
        score: `trend_z`, `trend_and_context` (the trend, that of the terms used with it and,
            where works are dated to the month, growth within the last year) or `logistic`.
        frame: Windows around an origin.
        tiers: What makes a candidate.
        first_origins: First origin of the backtest by corpus; where none is given, the first
            with 30 candidates.
        worlds: Simulated worlds per origin and control.
        seed: Seed of every draw.
    """

    length: int = 40
    score: str = DEFAULT
    frame: Frame = Frame()
    tiers: Tiers = Tiers()
    first_origins: Mapping[str, int] = msgspec.field(default_factory=dict)
    worlds: int = 3
    seed: int = SEED


def scorers() -> dict[str, Scorer]:
    """Return the scores terms are ordered by, the default first, and the baselines.

    No method of its own: see `forecast`.
    """
    simple = {name: one_feature(name) for name in (DEFAULT, *HISTORY)}
    return simple | {
        "trend_and_context": sum_of(CONTEXT_WEIGHTS),
        "logistic": logistic(LEARNED, least_origins=6),
    }


def rising_terms(
    use: TermUse, *, recipe: TermRecipe | None = None, origin: int | None = None
) -> dict[str, pa.Table]:
    """List the terms that rise: established ones, and young ones apart.

    Entries are ordered by the score of the recipe. Their probability is what the split
    backtest found for terms of their place at earlier origins; where too few origins are
    known, none is given. An entry whose interval of growth covers 1 cannot be told from noise
    and is marked `unsure`.
    Source: see `growth`, `backtest` and `candidates` for each method.

    Args:
        use: Terms of a corpus, from `term_use`.
        recipe: Every choice of method.
        origin: Last year counted; None for the last complete year.

    Returns:
        `topic_list` (lists `rising terms` and `young terms`), `term` (every candidate) and
        `term_year` (counts of the listed).

    Raises:
        TopicError: The corpus has too few complete years for a trend.
    """
    recipe = recipe or TermRecipe()
    last = _origin(use, origin, recipe)
    listed: list[dict[str, object]] = []
    terms: list[dict[str, object]] = []
    shown: set[int] = set()
    for tier, name in LISTS.items():
        found = _at(use, last, tier, "ordinary", recipe)
        if not found.units.n_units:
            continue
        earlier = _known(use, tier, recipe, by=last)
        forecast = scorers()[recipe.score](_unknown(found.units), earlier)
        growth = growth_seen(found.units)
        rows = [
            _term_row(use, found, growth, forecast, at, tier=tier)
            for at in range(found.units.n_units)
        ]
        terms += rows
        order = order_of(forecast.score, tie=np.argsort(np.argsort(found.units.names)))
        best = order[: recipe.length].tolist()
        base_rate = climatology(earlier)
        listed += [
            _list_row(rows[at], forecast, growth, at, rank=rank, name=name, base_rate=base_rate)
            for rank, at in enumerate(best, 1)
        ]
        shown |= {int(found.terms[at]) for at in best}
    return {
        "topic_list": table_of("topic_list", listed),
        "term": table_of("term", _first_of_each(terms)),
        "term_year": table_of("term_year", _year_rows(use, sorted(shown), last)),
    }


def backtest_terms(
    uses: Sequence[TermUse],
    *,
    tier: Tier = "established",
    design: Design = "split",
    recipe: TermRecipe | None = None,
    cases: Sequence[tuple[str, int, str]] = (),
    progress: Progress = silent,
) -> dict[str, pa.Table]:
    """Backtest a list of terms in one corpus or several.

    Source: see `backtest.run.backtest`.

    Args:
        uses: Terms of each corpus.
        tier: Established or young.
        design: Split (no shared counts) or ordinary.
        recipe: Every choice of method.
        cases: Terms to follow: corpus, origin and term.
        progress: Told after each origin.

    Returns:
        The five tables of a backtest.
    """
    recipe = recipe or TermRecipe()
    units: list[Units] = []
    followed: list[Case] = []
    for use in uses:
        for found in _series(use, tier, design, recipe):
            units.append(found.units)
            followed += [
                case_of(use, found, item=item)
                for corpus, year, item in cases
                if (corpus, year) == (use.corpus, found.units.origin)
            ]
    plan = Plan(
        list=LISTS[tier],
        scorers=scorers(),
        target=TARGETS[tier],
        outcomes=(*USUAL, DOUBLED if tier == "established" else CERTIFIED),
        against=("growth_ratio", "size", DEFAULT),
        gated=DEFAULT,
        gated_metric="auc" if tier == "established" else "auc_within_size",
        worlds=recipe.worlds,
        seed=recipe.seed,
    )
    return backtest(units, plan=plan, features=term_features, cases=followed, progress=progress)


def case_of(use: TermUse, found: TermsAt, *, item: str) -> Case:
    """Find a term among the candidates of an origin, or say why it is not there.

    No method of its own.

    Args:
        use: Terms of the corpus.
        found: Candidates of the origin.
        item: Term as readers write it.
    """
    units = found.units
    known = {name.lower(): n for n, name in enumerate(use.names)}
    number = known.get(item.lower())
    unit, note = None, None
    if number is None:
        note = "no term of the corpus"
    else:
        place = {int(t): at for at, t in enumerate(found.terms)}
        heads = {m: at for at, family in enumerate(found.family) for m in family}
        at = place.get(number, heads.get(number))
        past = use.complete <= units.origin
        recent = past & (use.complete > units.origin - 2)
        n = [int(sum(c[number][years].sum() for c in use.counts)) for years in (recent, past)]
        note = f"{n[0]} works in the recent years, {n[1]} up to the origin"
        if at is not None:
            unit = units.names[at]
            if unit.lower() != item.lower():
                note += f"; listed under {unit}"
    return Case(corpus=use.corpus, origin=units.origin, item=item, unit=unit, note=note)


def _origin(use: TermUse, origin: int | None, recipe: TermRecipe) -> int:
    last = int(use.complete[-1]) if origin is None else origin
    past = use.complete[use.complete <= last]
    if past.size < recipe.frame.least_past or past[-1] != last:
        raise TopicError(
            f"The works of {use.corpus!r} cover {past.size} complete years up to {last}, too few "
            "for a trend.",
            where=f"topics.{use.corpus}, list of rising terms",
            fix=f"take a last year that is complete and has {recipe.frame.least_past - 1} "
            "complete years before it.",
        )
    return last


def _at(use: TermUse, origin: int, tier: Tier, design: Design, recipe: TermRecipe) -> TermsAt:
    return terms_at(
        use, origin=origin, tier=tier, design=design, frame=recipe.frame, tiers=recipe.tiers
    )


def _series(
    use: TermUse, tier: Tier, design: Design, recipe: TermRecipe, *, until: int | None = None
) -> list[TermsAt]:
    """Return the terms at all origins from the first with enough candidates for a list."""
    found: list[TermsAt] = []
    for origin in origins(use.complete, frame=recipe.frame):
        wanted = origin >= recipe.first_origins.get(use.corpus, origin)
        if wanted and (until is None or origin + recipe.frame.horizon <= until):
            terms = _at(use, origin, tier, design, recipe)
            if found or terms.units.n_units >= _FEWEST_CANDIDATES:
                found.append(terms)
    return found


def _known(use: TermUse, tier: Tier, recipe: TermRecipe, *, by: int) -> list[Sample]:
    """Return what probabilities are learned from: the split design up to a year."""
    try:
        found = [t.units for t in _series(use, tier, "split", recipe, until=by)]
    except TopicError:  # too few years for any backtest: no probability is given
        return []
    return [
        sample_of(u, features=term_features, target=TARGETS[tier])
        for u in known_by(by, among=found)
    ]


def _unknown(units: Units) -> Sample:
    """Return units as a sample whose outcome nobody knows yet."""
    return Sample(
        units=units,
        features=term_features(units),
        hit=np.zeros(units.n_units, dtype=np.bool_),
        tie=np.zeros(units.n_units, dtype=np.int64),
    )


def _term_row(
    use: TermUse, found: TermsAt, growth: Growth, forecast: Forecast, at: int, *, tier: Tier
) -> dict[str, object]:
    units, number = found.units, int(found.terms[at])
    used = use.complete[(use.counts[0][number] + use.counts[1][number]) > 0]
    names = [n for m in (number, *found.family[at]) for n in (use.names[m], *use.forms[m])]
    return {
        "corpus": use.corpus,
        "term": use.names[number],
        "tier": tier,
        "origin": units.origin,
        "first_year": int(used[0]),
        "n_window": int(units.seen[at, units.years > units.origin - 5].sum()),
        "n_recent": int(growth.n_recent[at]),
        "n_before": int(growth.n_before[at]),
        "growth": float(growth.growth[at]),
        "growth_low": float(growth.low[at]),
        "growth_high": float(growth.high[at]),
        "trend_z": float(growth.trend_z[at]),
        "context_momentum": float(units.signal("context_momentum")[at]),
        "probability": None if forecast.probability is None else float(forecast.probability[at]),
        "family": names[1:],
    }


def _list_row(
    term: Mapping[str, object],
    forecast: Forecast,
    growth: Growth,
    at: int,
    *,
    rank: int,
    name: str,
    base_rate: float,
) -> dict[str, object]:
    ratio = float(np.log(growth.ratio[at]))
    kept = float(np.log(growth.growth[at])) / ratio if abs(ratio) > 1e-9 else None
    grows = growth.low[at] > 1 and growth.trend_z[at] > 0
    verdict = "grows" if grows else "shrinks" if growth.high[at] < 1 else "unsure"
    return {
        "corpus": term["corpus"],
        "list": name,
        "rank": rank,
        "kind": "term",
        "item": term["term"],
        "label": term["term"],
        "score": float(forecast.score[at]),
        "n_works": term["n_recent"],
        "growth": term["growth"],
        "growth_low": term["growth_low"],
        "growth_high": term["growth_high"],
        "probability": term["probability"],
        "base_rate": None if np.isnan(base_rate) else base_rate,
        "reliability": kept,
        "verdict": verdict,
        "family": term["family"],
        "note": "cannot be told from noise" if verdict == "unsure" else None,
    }


def _first_of_each(rows: Sequence[Mapping[str, object]]) -> list[Mapping[str, object]]:
    """Keep one row per term: a term may be young and often used; it is then young."""
    by_term = {row["term"]: row for row in rows}  # young ones come last and stay
    return [by_term[name] for name in sorted(by_term, key=str)]


def _year_rows(use: TermUse, terms: Sequence[int], last: int) -> list[dict[str, object]]:
    n_all = use.n_all[0] + use.n_all[1]
    return [
        {
            "corpus": use.corpus,
            "term": use.names[term],
            "year": int(year),
            "n_works": int(use.counts[0][term, at] + use.counts[1][term, at]),
            "n_all": int(n_all[at]),
        }
        for term in terms
        for at, year in enumerate(use.complete)
        if year <= last
    ]
