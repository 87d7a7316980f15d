"""The two charts of a statistics page: shares as stacked bars, levels as broken lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armillary.publications import charts
from armillary.publications.charts import Chart, ChartColumn
from armillary.publications.site.breakdown import TOTAL, Breakdown, name_of, unit

if TYPE_CHECKING:
    from armillary.publications.site.core import Site
    from armillary.publications.site.words import Words

_INK = "#1a1f26"


def share_chart(site: Site, one: Breakdown, *, words: Words) -> Chart | None:
    """Draw the shares of the total by code, one bar for each year; a year without is empty."""
    import altair as alt

    names = {code: words.plain(name_of(site, one.definition, code=code)) for code in one.parts}
    rows = [
        {"year": str(year), "code": code, "name": names[code], "share": one.share(year, code),
         "OBS_STATUS": one.rows.get(("share", year, code), {}).get("OBS_STATUS")}
        for year in one.years
        for code in one.parts
    ]  # fmt: skip
    known = [row for row in rows if row["share"] is not None]
    if not known:
        return None
    colours = _colours(one, names)
    drawn = [{**row, "order": one.parts.index(str(row["code"]))} for row in known]
    picture = (
        alt.Chart(alt.Data(values=drawn))
        .mark_bar(stroke="white", strokeWidth=0.5)
        .encode(
            x=alt.X("year:O", title=None, axis=alt.Axis(labelAngle=0),
                    scale=alt.Scale(domain=[str(year) for year in one.years])),
            y=alt.Y("share:Q", title=words("statistics.share_axis"), stack="zero",
                    axis=alt.Axis(format="%", tickCount=5), scale=alt.Scale(domain=[0, 1])),
            color=alt.Color("name:N", scale=colours, sort=list(names.values()),
                            legend=alt.Legend(**charts.legend(list(names.values())))),
            order=alt.Order("order:Q"),
        )
        .properties(width=charts.WIDTH, height=300)
    )  # fmt: skip
    return Chart(
        id="shares",
        title=words("statistics.shares_of", what=_what(site, one, words)),
        description=_said(one, names, words),
        columns=(
            ChartColumn(key="year", label=words("statistics.year")),
            ChartColumn(key="name", label=words(f"statistics.by.{one.definition.dimension}")),
            ChartColumn(key="percent", label=words("statistics.share_percent"), decimals=1),
        ),
        rows=[
            {**row, "percent": None if row["share"] is None else row["share"] * 100} for row in rows
        ],
        spec=charts.spec(picture),
        source=source(site, one, words=words),
    )


def level_chart(site: Site, one: Breakdown, *, words: Words) -> Chart | None:
    """Draw the levels by code; no line runs across a missing year or a break."""
    import altair as alt

    names = {code: words.plain(name_of(site, one.definition, code=code)) for code in one.codes}
    levels = [row for (operation, _, _), row in one.rows.items() if operation == "level"]
    said = unit(site, levels, exponent=one.exponent[words.language], words=words)
    rows = [
        {"year": str(year), "code": code, "name": names[code],
         "level": one.level(year, code, words.language), "segment": one.segment(year, code),
         "OBS_STATUS": one.rows.get(("level", year, code), {}).get("OBS_STATUS")}
        for year in one.years
        for code in one.codes
    ]  # fmt: skip
    known = [row for row in rows if row["level"] is not None]
    if not known:
        return None
    base = alt.Chart(alt.Data(values=known)).encode(
        x=alt.X("year:O", title=None, axis=alt.Axis(labelAngle=0),
                scale=alt.Scale(domain=[str(year) for year in one.years])),
        y=alt.Y("level:Q", title=said, axis=alt.Axis(tickCount=6), scale=alt.Scale(zero=True)),
        color=alt.Color("name:N", scale=_colours(one, names), sort=list(names.values()),
                        legend=alt.Legend(**charts.legend(list(names.values())))),
    )  # fmt: skip
    picture = alt.layer(base.mark_line().encode(detail="segment:N"), base.mark_point(opacity=1))
    note = [words("statistics.no_bridge")]
    if one.breaks:
        note.append(words("statistics.breaks_in", years=words.join(one.breaks)))
    return Chart(
        id="levels",
        title=words("statistics.levels_of", what=_what(site, one, words)),
        description=words(
            "statistics.levels_said",
            first=str(one.years[0]),
            last=str(one.last),
            value=words.number(one.level(one.last, TOTAL, words.language)),
            unit=said,
        ),
        columns=(
            ChartColumn(key="year", label=words("statistics.year")),
            ChartColumn(key="name", label=words(f"statistics.by.{one.definition.dimension}")),
            ChartColumn(key="level", label=said, decimals=2),
        ),
        rows=[{k: v for k, v in row.items() if k != "segment"} for row in rows],
        spec=charts.spec(picture.properties(width=charts.WIDTH, height=320)),
        source=source(site, one, words=words),
        note=" ".join(note),
    )


def _colours(one: Breakdown, names: dict[str, str]) -> Any:
    import altair as alt

    hues = {code: charts.PALETTE[n % len(charts.PALETTE)] for n, code in enumerate(one.parts)}
    return alt.Scale(domain=list(names.values()), range=[hues.get(code, _INK) for code in names])


def _what(site: Site, one: Breakdown, words: Words) -> str:
    return words(
        "statistics.of",
        indicator=words.plain(site.name("CL_INDICATOR", one.definition.indicator)),
        area=words.plain(site.name("CL_AREA", one.area)),
    )


def _said(one: Breakdown, names: dict[str, str], words: Words) -> str:
    shares = [
        f"{names[code]} {words.percent(one.share(one.last, code))}"
        for code in one.parts
        if one.share(one.last, code) is not None
    ]
    return words("statistics.shares_said", year=str(one.last), shares=words.join(shares))


def source(site: Site, one: Breakdown, *, words: Words) -> str:
    """Name the sources of a statistics table."""
    titles = [site.observatory.sources[name].title for name in one.definition.sources
              if name in site.observatory.sources]  # fmt: skip
    return ("；" if words.language == "zh" else "; ").join(words.plain(title) for title in titles)
