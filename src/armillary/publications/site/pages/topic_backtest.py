"""The page of backtests: how they were made, what they found, and where they fail."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from armillary.publications.site.backtest_charts import every_chart, score_name
from armillary.publications.site.backtest_facts import BASELINES, Backtest, backtests
from armillary.publications.site.core import Page, Site
from armillary.publications.site.topic_facts import topic_facts
from armillary.publications.site.topic_lists import list_name, lists_of
from armillary.publications.site.topic_places import address, tour

if TYPE_CHECKING:
    from collections.abc import Iterable

    from armillary.model.observatory import TopicsDefinition
    from armillary.publications.site.words import Words

Row = dict[str, Any]
# Metric, and whether it is written as a percentage.
_METRICS = (
    ("precision_10", True), ("precision_40", True), ("precision_100", True), ("lift_10", False),
    ("precision_tenth", True), ("recall_tenth", True), ("auc", False),
    ("auc_within_size", False), ("brier_skill", False), ("bias", True),
    ("calibration_error", True),
)  # fmt: skip
_SHOWN = ("precision_10", "precision_40", "precision_100", "lift_10", "auc", "auc_within_size")
_COMPARED = ("precision_10", "precision_40", "auc", "auc_within_size")
_COLUMNS = (
    "corpus", "list", "design", "outcome", "score", "metric", "against", "value", "low", "high",
    "n_origins",
)  # fmt: skip
_CASES = (
    "origin", "item", "score", "outcome", "rank", "n_units", "rank_after", "n_recent",
    "growth_after", "grew", "probability", "verdict", "note", "design",
)  # fmt: skip


def pages(site: Site, definition: TopicsDefinition) -> Iterable[Page]:
    """Give the page of backtests, where one was made.

    Args:
        site: The site.
        definition: The topic map.
    """
    if backtests(site, definition):
        yield Page(
            path=address(definition, "backtest"),
            title="backtest.title",
            template="topics_backtest.html",
            context=partial(_context, site, definition),
            section="topics",
            above=address(definition),
            sources=definition.works,
        )


def _context(site: Site, definition: TopicsDefinition, words: Words) -> dict[str, Any]:
    facts = topic_facts(site, definition)
    held = lists_of(site, definition)
    return {
        "definition": definition,
        "tour": tour(site, definition, facts=facts),
        "parts": [
            _part(one, held[name].key if name in held else name, words)
            for name, one in backtests(site, definition).items()
        ],
        "columns": _COLUMNS,
        "case_columns": _CASES,
        "percents": {metric for metric, percent in _METRICS if percent},
        "score_name": lambda score: score_name(score, words),
        "lists_page": address(definition, "lists") if held else None,
    }


def _part(one: Backtest, key: str, words: Words) -> Row:
    name = list_name(one.name, words)
    return {
        "one": one,
        "key": key,
        "name": name,
        "first": next(
            (
                (m.rpartition("_")[2], row)
                for m in ("precision_10", "precision_40")
                if (row := one.row(m))
            ),
            None,
        ),
        "base": one.row("base"),
        "lift": one.row("lift_10"),
        "metrics": _SHOWN,
        "scores": [
            (score, [one.row(m, score=score) for m in _SHOWN])
            for score in one.scores
            if any(one.row(m, score=score) for m in _SHOWN)
        ],
        "probabilities": [
            (m, row) for m in ("brier_skill", "bias", "calibration_error") if (row := one.row(m))
        ],
        "differences": [
            (metric, baseline, row)
            for baseline in BASELINES
            for metric in _COMPARED
            if (row := one.row(metric, against=baseline))
        ],
        "outcomes": [
            (outcome, row, base)
            for outcome in one.outcomes
            if (row := one.row("precision_10", outcome=outcome))
            and (base := one.row("base", outcome=outcome))
        ],
        "ordinary": [
            (m, one.row(m), row)
            for m in ("precision_10", "precision_40", "auc", "auc_within_size")
            if (row := one.row(m, design="ordinary"))
        ],
        "controls": [(c.control.replace(" ", "_").replace("-", "_"), c) for c in one.controls],
        "charts": every_chart(one, words, key=key, name=name),
        "cases": _cases(one),
        "rows": list(one.values.values()),
    }


def _cases(one: Backtest) -> list[Row]:
    """Return what became of named subjects: the split design, else the ordinary one."""
    split = [row for row in one.cases if row["design"] == "split"]
    rows = split or one.cases
    return sorted(
        ({**row, "fate": _fate(row)} for row in rows), key=lambda r: (r["origin"], r["item"])
    )


def _fate(row: Row) -> str:
    """Say what a list made of a subject: hit, miss, false alarm, rightly left out, absent."""
    if row["verdict"] == "absent" or row["grew"] is None:
        return "absent"
    if row["verdict"] == "listed":
        return "hit" if row["grew"] else "false_alarm"
    return "miss" if row["grew"] else "left_out"
