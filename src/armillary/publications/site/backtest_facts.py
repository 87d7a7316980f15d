"""What the pages say of the backtest of a list: its tables, read once and put in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from armillary.publications.site.topic_detail import by, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from armillary.model.observatory import TopicsDefinition
    from armillary.publications.site.core import Site

Row = dict[str, Any]
NONE, SPLIT = "none", "split"
CONTROLS = ("shuffled years", "no growth", "held-out works")
BASELINES = ("growth_ratio", "size")
TABLES = (
    "backtest", "backtest_origin", "backtest_case", "backtest_control", "backtest_bin",
)  # fmt: skip
_TARGETS = {"young terms": "doubled"}
_DEFAULTS = ("outlook", "trend_z")


class Control(msgspec.Struct, frozen=True, kw_only=True):
    """One world in which nothing can be foretold.

    Args:
        control: Its name.
        rows: What was measured there and gated, with the limits.
        passes: Whether all of them lie within; None where nothing was gated.
    """

    control: str
    rows: list[Row]
    passes: bool | None


class Backtest(msgspec.Struct, frozen=True, kw_only=True):
    """The backtest of one list of one corpus.

    Args:
        name: Name of the list.
        target: Outcome that was to be foretold.
        score: Score the published list is ordered by.
        values: Rows of `backtest` by design, outcome, score, metric and baseline.
        origins: Rows of `backtest_origin` of the split design and the target.
        cases: Rows of `backtest_case` of that score.
        controls: The controls of the split design.
        bins: Rows of `backtest_bin` of that score.
        scores: Scores compared, the one of the list first.
    """

    name: str
    target: str
    score: str
    values: dict[tuple[str, str, str, str, str], Row]
    origins: list[Row]
    cases: list[Row]
    controls: list[Control]
    bins: list[Row]
    scores: list[str]

    def row(
        self,
        metric: str,
        *,
        score: str | None = None,
        against: str = NONE,
        outcome: str | None = None,
        design: str = SPLIT,
    ) -> Row | None:
        """Return one number with its interval; None where it was not measured."""
        key = (design, outcome or self.target, score or self.score, metric, against)
        return self.values.get(key)

    @property
    def outcomes(self) -> list[str]:
        """Further outcomes the rankings were held to."""
        return list(dict.fromkeys(o for _d, o, *_rest in self.values if o != self.target))

    @property
    def passes(self) -> bool | None:
        """Whether every control that was gated passes; None where none was."""
        told = [control.passes for control in self.controls if control.passes is not None]
        return all(told) if told else None

    @property
    def years(self) -> list[int]:
        """The origins, in order."""
        return sorted({row["origin"] for row in self.origins})


def backtests(site: Site, definition: TopicsDefinition) -> dict[str, Backtest]:
    """Return the backtests of one topic map, by list.

    Args:
        site: The site.
        definition: The topic map.
    """
    return site.keep(f"backtests:{definition.id}", lambda: _read(site, definition.id))


def _read(site: Site, corpus: str) -> dict[str, Backtest]:
    held = {name: by(rows_of(site, name, corpus=corpus), "list") for name in TABLES}
    return {
        name: _backtest(name, {table: held[table].get(name, []) for table in TABLES})
        for name in sorted(held["backtest"], key=_order)
    }


def _order(name: str) -> tuple[int, str]:
    known = ("rising topics", "rising terms", "young terms")
    return (known.index(name) if name in known else len(known), name)


def _backtest(name: str, held: dict[str, list[Row]]) -> Backtest:
    controls = [r for r in held["backtest_control"] if r["design"] == SPLIT]
    score, target = _default(held["backtest"], controls, name)
    plain = [r["score"] for r in held["backtest"] if r["against"] == NONE]
    return Backtest(
        name=name,
        target=target,
        score=score,
        values={
            (r["design"], r["outcome"], r["score"], r["metric"], r["against"]): r
            for r in held["backtest"]
        },
        origins=[
            r for r in held["backtest_origin"] if r["design"] == SPLIT and r["outcome"] == target
        ],
        cases=[r for r in held["backtest_case"] if r["score"] == score],
        controls=[_control(c, [r for r in controls if r["control"] == c]) for c in CONTROLS],
        bins=[
            r
            for r in held["backtest_bin"]
            if r["design"] == SPLIT and r["score"] == score and r["outcome"] == target
        ],
        scores=sorted(dict.fromkeys(plain), key=lambda s: (s != score, s in BASELINES, s)),
    )


def _default(rows: Iterable[Row], controls: Iterable[Row], name: str) -> tuple[str, str]:
    """Find the score the controls decide on, and what it was to foretell."""
    target = _TARGETS.get(name, "certified")
    gated = [r for r in controls if r["passes"] is not None and r["metric"].startswith("auc")]
    if gated:
        return gated[0]["score"], gated[0]["outcome"]
    known = [r["score"] for r in rows]
    return next((s for s in _DEFAULTS if s in known), known[0] if known else ""), target


def _control(name: str, rows: list[Row]) -> Control:
    # One number may be there for every score though it is the same for all.
    gated = {
        (r["metric"], r["value"], r["allowed_low"], r["allowed_high"]): r
        for r in rows
        if r["passes"] is not None and r["value"] is not None
    }
    told = list(gated.values())
    return Control(control=name, rows=told, passes=all(r["passes"] for r in told) if told else None)
