"""Charts of a backtest: skill beside the baselines, each origin, and said beside came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armillary.publications import charts
from armillary.publications.charts import Chart, ChartColumn
from armillary.publications.site import drawing
from armillary.publications.site.backtest_facts import BASELINES

if TYPE_CHECKING:
    from armillary.publications.site.backtest_facts import Backtest
    from armillary.publications.site.words import Words

_MOST_SCORES = 10
_TOP = ("precision_10", "precision_40")


def every_chart(one: Backtest, words: Words, *, key: str, name: str) -> list[Chart]:
    """Return the charts of one backtest; one that has nothing to show is left out.

    Args:
        one: The backtest.
        words: The language.
        key: Start of the ids of the charts.
        name: Name of the list.
    """
    made = [
        skill_chart(one, words, key=key, name=name),
        origins_chart(one, words, key=key, name=name),
        calibration_chart(one, words, key=key, name=name),
    ]
    return [chart for chart in made if chart is not None]


def score_name(score: str, words: Words) -> str:
    """Return the name of a score; one without a text keeps its own.

    Args:
        score: Score of `backtest`.
        words: The language.
    """
    key = f"backtest.score.{score}"
    return words(key) if words.has(key) else score


def skill_chart(one: Backtest, words: Words, *, key: str, name: str) -> Chart | None:
    """Draw the precision of each score among the first entries, with its interval.

    Args:
        one: The backtest.
        words: The language.
        key: Start of the id.
        name: Name of the list.
    """
    metric = next((m for m in _TOP if one.row(m)), None)
    if metric is None:
        return None
    base = one.row("base")
    rows = []
    for score in one.scores[:_MOST_SCORES]:
        row = one.row(metric, score=score)
        if row:
            shown = score_name(score, words)
            rows.append({"score": score, "name": shown, **{k: row[k] for k in _NUMBERS}})
    chance = base["value"] if base else None
    top = max([0.1, *(r["high"] or r["value"] for r in rows)])
    first = metric.rpartition("_")[2]
    return Chart(
        id=f"{key}-skill",
        title=words("backtest.skill_title", list=name, first=first),
        description=words(
            "backtest.skill_said",
            first=first,
            score=rows[0]["name"],
            value=words.percent(rows[0]["value"], 0),
            base=words.percent(chance, 1),
        ),
        columns=(
            ChartColumn(key="score", label=words("backtest.score_code")),
            ChartColumn(key="name", label=words("backtest.score")),
            ChartColumn(key="value", label=words("backtest.precision"), decimals=3),
            ChartColumn(key="low", label=words("backtest.low"), decimals=3),
            ChartColumn(key="high", label=words("backtest.high"), decimals=3),
            ChartColumn(key="n_origins", label=words("backtest.n_origins"), decimals=0),
        ),
        rows=rows,
        svg=drawing.lines(
            [
                drawing.Line(
                    name=r["name"],
                    value=r["value"] * 100,
                    low=None if r["low"] is None else r["low"] * 100,
                    high=None if r["high"] is None else r["high"] * 100,
                    mark=None if chance is None else chance * 100,
                    text=words.percent(r["value"], 0),
                    link=r["score"] in BASELINES,
                )
                for r in rows
            ],
            low=0.0,
            high=min(top * 105, 100.0),
            axis=words("backtest.precision_axis", first=first),
        ),
        note=words("backtest.skill_note"),
    )


_NUMBERS = ("value", "low", "high", "n_origins")


def origins_chart(one: Backtest, words: Words, *, key: str, name: str) -> Chart | None:
    """Draw the precision at each origin: the list, the baselines and the base rate.

    Args:
        one: The backtest.
        words: The language.
        key: Start of the id.
        name: Name of the list.
    """
    import altair as alt

    metric = next((m for m in _TOP if any(r["metric"] == m for r in one.origins)), None)
    if metric is None or len(one.years) < 2:
        return None
    held = {(r["origin"], r["score"], r["metric"]): r["value"] for r in one.origins}
    wanted = [s for s in (one.score, *BASELINES) if s in one.scores]
    names = {s: score_name(s, words) for s in wanted} | {"base": words("backtest.base")}
    rows: list[dict[str, Any]] = []
    for year in one.years:
        row: dict[str, Any] = {"origin": year, "base": held.get((year, one.score, "base"))}
        row |= {s: held.get((year, s, metric)) for s in wanted}
        rows.append(row)
    order = list(names.values())
    values = [
        {"origin": str(row["origin"]), "name": names[s], "value": row[s]}
        for row in rows
        for s in names
        if row[s] is not None
    ]
    legend = alt.Legend(
        **charts.legend(order) | {"columns": 2},  # lines take more room than dots
        columnPadding=20,
        symbolType="stroke",
        symbolSize=500,
        symbolStrokeWidth=2.5,
    )
    colour = alt.Color(
        "name:N",
        sort=order,
        scale=alt.Scale(domain=order, range=[*charts.PALETTE[: len(wanted)], charts.QUIET]),
        legend=legend,
    )
    dash = alt.StrokeDash(
        "name:N",
        sort=order,
        legend=legend,
        scale=alt.Scale(domain=order, range=[[1, 0], [6, 3], [2, 3], [8, 4]][: len(order)]),
    )
    at = alt.Y(
        "value:Q",
        title=words("backtest.precision_short"),
        axis=alt.Axis(format="%", tickCount=5),
        scale=alt.Scale(domain=[0, max([0.1, *(v["value"] for v in values)])]),
    )
    base = alt.Chart(alt.Data(values=values)).encode(
        x=alt.X("origin:O", title=words("backtest.origin"), axis=alt.Axis(labelAngle=0)),
        y=at,
        color=colour,
    )
    picture = alt.layer(
        base.mark_line().encode(strokeDash=dash), base.mark_point(size=45)
    ).properties(width=charts.WIDTH, height=230)
    best = max(rows, key=lambda row: row[one.score] or 0.0)
    worst = min(rows, key=lambda row: row[one.score] or 0.0)
    return Chart(
        id=f"{key}-origins",
        title=words("backtest.origins_title", list=name),
        description=words(
            "backtest.origins_said",
            low=words.percent(worst[one.score], 0),
            high=words.percent(best[one.score], 0),
            worst=str(worst["origin"]),
            best=str(best["origin"]),
        ),
        columns=(
            ChartColumn(key="origin", label=words("backtest.origin")),
            *(ChartColumn(key=s, label=names[s], decimals=3) for s in names),
        ),
        rows=rows,
        spec=charts.spec(picture),
        note=words("backtest.origins_note"),
    )


def calibration_chart(one: Backtest, words: Words, *, key: str, name: str) -> Chart | None:
    """Draw what was said beside what came, in bins of equally many candidates.

    Args:
        one: The backtest.
        words: The language.
        key: Start of the id.
        name: Name of the list.
    """
    import altair as alt

    if len(one.bins) < 2:
        return None
    rows = [{k: row[k] for k in ("bin", "n_units", "said", "came")} for row in one.bins]
    top = max(max(r["said"], r["came"]) for r in rows) * 1.05 or 1.0
    scale = alt.Scale(domain=[0, top], nice=False)
    axis = alt.Axis(format=".0%" if top > 0.1 else ".1%", tickCount=5, grid=True)
    line = (
        alt.Chart(alt.Data(values=[{"said": 0, "came": 0}, {"said": top, "came": top}]))
        .mark_line(color=charts.QUIET, strokeDash=[5, 4], strokeWidth=1.5)
        .encode(x=alt.X("said:Q"), y=alt.Y("came:Q"))
    )
    points = (
        alt.Chart(alt.Data(values=rows))
        .mark_point(size=70)
        .encode(
            x=alt.X("said:Q", title=words("backtest.said"), scale=scale, axis=axis),
            y=alt.Y("came:Q", title=words("backtest.came"), scale=scale, axis=axis),
        )
    )
    error = one.row("calibration_error")
    return Chart(
        id=f"{key}-calibration",
        title=words("backtest.calibration_title", list=name),
        description=words(
            "backtest.calibration_said",
            n=len(rows),
            said=words.percent(rows[-1]["said"], 1),
            came=words.percent(rows[-1]["came"], 1),
            error=words.percent(error["value"] if error else None, 1),
        ),
        columns=(
            ChartColumn(key="bin", label=words("backtest.bin")),
            ChartColumn(key="n_units", label=words("backtest.candidates"), decimals=0),
            ChartColumn(key="said", label=words("backtest.said"), decimals=4),
            ChartColumn(key="came", label=words("backtest.came"), decimals=4),
        ),
        rows=rows,
        spec=charts.spec((line + points).properties(width=charts.WIDTH, height=300)),
        note=words("backtest.calibration_note"),
    )
