"""What the report says of the backtest of a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Row = dict[str, Any]
SPLIT = "split"
_OWN = {
    "rising topics": ("outlook", "certified"),
    "rising terms": ("trend_z", "certified"),
    "young terms": ("trend_z", "doubled"),
}
_METRIC = "precision_10"


class ListTest(msgspec.Struct, frozen=True, kw_only=True):
    """The backtest of one list, in the design that shares no counts where there is one.

    Args:
        name: Name of the list.
        design: Split or ordinary.
        score: Score the list is ordered by.
        outcome: What was to be foretold.
        rows: Rows of `backtest` of the outcome.
        origins: Rows of `backtest_origin` of the score and outcome.
        cases: Rows of `backtest_case` of the score.
        controls: Rows of `backtest_control`.
        bins: Rows of `backtest_bin` of the score.
    """

    name: str
    design: str
    score: str
    outcome: str
    rows: list[Row]
    origins: list[Row]
    cases: list[Row]
    controls: list[Row]
    bins: list[Row]

    def value(self, metric: str, *, score: str = "", against: str = "none") -> Row | None:
        """Return the row of one metric of the list's own score unless another is asked for."""
        wanted = score or self.score
        for row in self.rows:
            if (row["metric"], row["score"], row["against"]) == (metric, wanted, against):
                return row
        return None

    @property
    def scores(self) -> list[str]:
        """The list's own score, then the others."""
        named = dict.fromkeys(row["score"] for row in self.rows if row["against"] == "none")
        return sorted(named, key=lambda name: (name != self.score, name))

    @property
    def baselines(self) -> list[str]:
        """Scores the own one is compared with."""
        return sorted({row["against"] for row in self.rows} - {"none"})

    @property
    def years(self) -> tuple[int, int] | None:
        """First and last origin."""
        years = [row["origin"] for row in self.origins]
        return (min(years), max(years)) if years else None

    @property
    def failed(self) -> list[Row]:
        """Controls that did not pass."""
        return [row for row in self.controls if row["passes"] is False]

    @property
    def gated(self) -> list[Row]:
        """Controls that decide."""
        return [row for row in self.controls if row["passes"] is not None]


def list_tests(tables: Mapping[str, Sequence[Row]]) -> dict[str, ListTest]:
    """Gather the backtest of each list of one corpus.

    Args:
        tables: Rows of the five tables of a backtest, of one corpus.
    """
    found = {}
    for name in sorted({row["list"] for row in tables["backtest"]}):
        test = _test_of(name, tables)
        if test is not None:
            found[name] = test
    return found


def _test_of(name: str, tables: Mapping[str, Sequence[Row]]) -> ListTest | None:
    held = {key: [row for row in rows if row["list"] == name] for key, rows in tables.items()}
    designs = {row["design"] for row in held["backtest"]}
    design = SPLIT if SPLIT in designs else min(designs)
    held = {key: [row for row in rows if row["design"] == design] for key, rows in held.items()}
    alone = [row for row in held["backtest"] if row["against"] == "none"]
    if not alone:
        return None
    score, outcome = _OWN.get(name, ("", ""))
    if not any((row["score"], row["outcome"]) == (score, outcome) for row in alone):
        first = min(alone, key=lambda r: (r["metric"] != _METRIC, r["outcome"], r["score"]))
        score, outcome = first["score"], first["outcome"]

    def own(key: str, *columns: str) -> list[Row]:
        wanted = {"score": score, "outcome": outcome}
        return [row for row in held[key] if all(row[c] == wanted[c] for c in columns)]

    return ListTest(
        name=name,
        design=design,
        score=score,
        outcome=outcome,
        rows=own("backtest", "outcome"),
        origins=own("backtest_origin", "score", "outcome"),
        cases=own("backtest_case", "score"),
        controls=held["backtest_control"],
        bins=sorted(own("backtest_bin", "score", "outcome"), key=lambda row: row["bin"]),
    )
