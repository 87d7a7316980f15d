"""The chapter that says how each list fared at earlier origins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armillary.publications.numbers import format_number, format_percent
from armillary.publications.report import blocks, charts
from armillary.publications.report.topic_facts import FORECASTS
from armillary.publications.report.topic_lists import backtest_sentence
from armillary.publications.report.topic_open_lists import list_name

if TYPE_CHECKING:
    from armillary.publications.report.backtest_facts import ListTest
    from armillary.publications.report.blocks import Block
    from armillary.publications.report.topic_facts import TopicFacts
    from armillary.publications.report.words import Words

Row = dict[str, Any]
_METRICS = ("precision_10", "precision_40", "lift_10", "auc_within_size", "auc")
_SHARES = ("precision_10", "precision_40", "precision_100", "precision_tenth", "base")
_CASES = 20


def backtest(facts: TopicFacts, *, words: Words) -> list[Block]:
    """Return the chapter of backtests.

    Args:
        facts: The topic map.
        words: Texts in the language of the report.
    """
    made = [blocks.chapter(words("tr.backtest"))]
    if not facts.tests:
        return [*made, blocks.paragraph(words("tr.no_backtest"), style="notice")]
    made += [
        blocks.paragraph(words("tr.backtest_how")),
        blocks.paragraph(words("tr.backtest_split")),
        blocks.paragraph(words("tr.backtest_outcome")),
        blocks.paragraph(words("tr.backtest_read")),
    ]
    order = [*FORECASTS, *sorted(facts.tests)]
    for name in dict.fromkeys(name for name in order if name in facts.tests):
        made += _of_list(facts.tests[name], words=words)
    return made


def _of_list(test: ListTest, *, words: Words) -> list[Block]:
    made = [
        blocks.section(list_name(test.name, words=words)),
        blocks.paragraph(backtest_sentence(test, words=words), style="notice"),
    ]
    if test.design != "split":
        made.append(blocks.paragraph(words("tr.ordinary"), style="notice"))
    made += [_scores(test, words=words), *_differences(test, words=words)]
    made += _calibration(test, words=words) + _controls(test, words=words)
    made += _origins(test, words=words)
    return made + _cases(test, words=words)


def _score(name: str, words: Words) -> str:
    return words.known(f"tr.score.{name}", name)


def _value(metric: str, row: Row | None, *, words: Words, signed: bool = False) -> str:
    """Write the value of a metric with its interval."""
    if row is None:
        return format_number(None, language=words.language)
    language = words.language
    if metric in _SHARES:
        numbers = [None if row[k] is None else 100 * row[k] for k in ("value", "low", "high")]
        decimals = 0
    else:
        numbers, decimals = [row[k] for k in ("value", "low", "high")], 2
    text = format_number(numbers[0], language=language, decimals=decimals, signed=signed)
    if numbers[1] is None or numbers[2] is None:
        return text
    low, high = (
        format_number(n, language=language, decimals=decimals, signed=signed) for n in numbers[1:]
    )
    joined = words("tr.from_to", low=low, high=high) if signed or "−" in low else f"{low}–{high}"
    return f"{text} ({joined})"


def _metrics(test: ListTest) -> list[str]:
    return [metric for metric in _METRICS if test.value(metric)]


def _scores(test: ListTest, *, words: Words) -> Block:
    metrics = _metrics(test)
    rows = []
    for name in test.scores:
        cells = [_value(m, test.value(m, score=name), words=words) for m in metrics]
        own = words("tr.own_score", name=_score(name, words)) if name == test.score else ""
        rows.append(blocks.row([own or _score(name, words), *cells]))
    base = test.value("base")
    share = format_percent(base["value"] if base else None, language=words.language, decimals=1)
    return blocks.table(
        words("tr.scores_caption", list=list_name(test.name, words=words)),
        columns=[
            blocks.column(words("tr.score"), align="left", width="1fr"),
            *(blocks.column(words.known(f"tr.metric.{m}", m)) for m in metrics),
        ],
        rows=rows,
        notes=[words("tr.scores_note", base=share), words("missing")],
        small=True,
    )


def _differences(test: ListTest, *, words: Words) -> list[Block]:
    """Set the own score against each baseline, origin by origin."""
    metrics = _metrics(test)
    rows = []
    for baseline in test.baselines:
        cells = [
            _value(m, test.value(m, against=baseline), words=words, signed=True) for m in metrics
        ]
        if any(test.value(m, against=baseline) for m in metrics):
            rows.append(blocks.row([_score(baseline, words), *cells]))
    if not rows:
        return []
    return [
        blocks.table(
            words("tr.against_caption", score=_score(test.score, words)),
            columns=[
                blocks.column(words("tr.baseline"), align="left", width="1fr"),
                *(blocks.column(words.known(f"tr.metric.{m}", m)) for m in metrics),
            ],
            rows=rows,
            notes=[words("tr.against_note")],
            small=True,
        )
    ]


def _calibration(test: ListTest, *, words: Words) -> list[Block]:
    if not test.bins:
        return [blocks.paragraph(words("tr.no_calibration"))]
    language = words.language
    error, skill = test.value("calibration_error"), test.value("brier_skill")

    def share(value: float) -> str:
        return format_percent(value, language=language, decimals=1)

    made = [
        charts.calibration(
            words("tr.calibration_caption", list=list_name(test.name, words=words)),
            alternative=words(
                "tr.calibration_alternative",
                bins=words.listed(
                    [
                        words("tr.said_came", said=share(row["said"]), came=share(row["came"]))
                        for row in test.bins
                    ]
                ),
            ),
            bins=[(row["said"], row["came"], row["n_units"]) for row in test.bins],
            axes=(words("tr.said"), words("tr.came")),
        )
    ]
    parts = []
    if error is not None:
        parts.append(words("tr.calibration_error", error=share(error["value"])))
    if skill is not None:
        parts.append(words("tr.brier_skill", skill=_value("brier_skill", skill, words=words)))
    if parts:
        made.append(blocks.paragraph(("" if language == "zh" else " ").join(parts)))
    return made


def _controls(test: ListTest, *, words: Words) -> list[Block]:
    if not test.gated:
        return [blocks.paragraph(words("tr.no_controls"))]
    language = words.language
    rows = []
    for row in test.gated:
        ends = [
            format_number(row[key], language=language, decimals=2)
            for key in ("allowed_low", "allowed_high")
            if row[key] is not None
        ]
        rows.append(
            blocks.row(
                [
                    words.known(f"tr.control.{row['control']}", row["control"]),
                    words.known(f"tr.metric.{row['metric']}", row["metric"]),
                    format_number(row["value"], language=language, decimals=2),
                    ("≤ " if len(ends) == 1 else "") + "–".join(ends),
                    words("tr.passes") if row["passes"] else words("tr.fails"),
                ]
            )
        )
    return [
        blocks.table(
            words("tr.controls_caption"),
            columns=[
                blocks.column(words("tr.control"), align="left", width="1fr"),
                blocks.column(words("tr.metric"), align="left"),
                blocks.column(words("stats.value")),
                blocks.column(words("tr.allowed")),
                blocks.column(words("tr.result"), align="left", strong=True),
            ],
            rows=rows,
            notes=[words("tr.controls_note")],
            small=True,
        )
    ]


def _origins(test: ListTest, *, words: Words) -> list[Block]:
    language = words.language
    held: dict[int, dict[str, Row]] = {}
    for row in test.origins:
        held.setdefault(row["origin"], {})[row["metric"]] = row
    wanted = [
        m for m in ("precision_10", "base", "auc_within_size") if any(m in r for r in held.values())
    ]
    if not wanted:
        return []
    rows = []
    for origin, metrics in sorted(held.items()):
        units = next(iter(metrics.values()))["n_units"]
        cells = []
        for metric in wanted:
            value = metrics[metric]["value"] if metric in metrics else None
            if metric in _SHARES:
                cells.append(format_percent(value, language=language, decimals=0))
            else:
                cells.append(format_number(value, language=language, decimals=2))
        rows.append(
            blocks.row([str(origin), format_number(units, language=language, decimals=0), *cells])
        )
    return [
        blocks.table(
            words("tr.origins_caption"),
            columns=[
                blocks.column(words("tr.origin"), align="left", width="1fr"),
                blocks.column(words("tr.candidates")),
                *(blocks.column(words.known(f"tr.metric.{m}", m)) for m in wanted),
            ],
            rows=rows,
            small=True,
        )
    ]


def _cases(test: ListTest, *, words: Words) -> list[Block]:
    """Set named subjects, those the list missed first."""
    if not test.cases:
        return [blocks.paragraph(words("tr.no_cases"))]
    language = words.language

    def missed(row: Row) -> bool:
        return row["verdict"] != "listed" and row["grew"] is not False

    ordered = sorted(test.cases, key=lambda r: (not missed(r), r["origin"], r["item"]))
    rows = []
    for row in ordered[:_CASES]:
        grew = row["grew"]
        came = "…" if grew is None else words("tr.grew") if grew else words("tr.did_not")
        rows.append(
            blocks.row(
                [
                    words.foreign(row["item"]),
                    str(row["origin"]),
                    "–" if row["rank"] is None else str(row["rank"]),
                    format_number(row["n_units"], language=language, decimals=0),
                    format_percent(row["probability"], language=language, decimals=0),
                    format_number(row["growth_after"], language=language, decimals=2),
                    came,
                    words.known(f"tr.case.{row['verdict']}", row["verdict"]),
                ]
            )
        )
    n_missed = sum(missed(row) for row in test.cases)
    return [
        blocks.table(
            words("tr.cases_caption", n=len(test.cases), missed=n_missed),
            columns=[
                blocks.column(words("tr.item"), align="left", width="1fr"),
                blocks.column(words("tr.origin")),
                blocks.column(words("tr.place")),
                blocks.column(words("tr.candidates")),
                blocks.column(words("tr.probability")),
                blocks.column(words("tr.growth_after")),
                blocks.column(words("tr.came_short"), align="left"),
                blocks.column(words("tr.verdict"), align="left"),
            ],
            rows=rows,
            notes=[words("tr.cases_note"), words("missing")],
            small=True,
        )
    ]
