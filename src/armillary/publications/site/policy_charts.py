"""The chart of a register: how many initiatives each year brought."""

from __future__ import annotations

from typing import TYPE_CHECKING

from armillary.publications import charts
from armillary.publications.charts import Chart, ChartColumn

if TYPE_CHECKING:
    from armillary.publications.site.core import Site
    from armillary.publications.site.policy_facts import Register
    from armillary.publications.site.words import Words

_NARROWEST, _WIDEST = 3, 40  # of a bar, in pixels


def year_chart(site: Site, words: Words, *, held: Register) -> Chart | None:
    """Draw the initiatives of a register by year; a year without any has no bar."""
    import altair as alt

    counts = {year: len(rows) for year, rows in held.years.items() if year is not None}
    if len(counts) < 2:
        return None
    first, last = min(counts), max(counts)
    rows = [{"year": year, "n_initiatives": counts.get(year, 0)} for year in range(first, last + 1)]
    size = min(max((charts.WIDTH - 80) / len(rows) * 0.8, _NARROWEST), _WIDEST)
    axis = words("policies.initiatives_axis")
    picture = (
        alt.Chart(alt.Data(values=[row for row in rows if row["n_initiatives"]]))
        .mark_bar(size=size)
        .encode(
            x=alt.X(
                "year:Q",
                title=None,
                axis=alt.Axis(format="d", tickMinStep=1, tickCount=min(len(rows), 12)),
                scale=alt.Scale(domain=[first - 0.6, last + 0.6], nice=False),
            ),
            y=alt.Y("n_initiatives:Q", title=axis, axis=alt.Axis(tickCount=4, tickMinStep=1)),
        )
        .properties(width=charts.WIDTH, height=200)
    )
    peak = max(counts, key=lambda year: (counts[year], year))
    undated = len(held.years.get(None, ()))
    return Chart(
        id="years",
        title=words("policies.years_title"),
        description=words(
            "policies.years_said",
            first=str(first),
            last=str(last),
            peak=str(peak),
            most=counts[peak],
        ),
        columns=(
            ChartColumn(key="year", label=words("policies.year")),
            ChartColumn(key="n_initiatives", label=axis, decimals=0),
        ),
        rows=rows,
        spec=charts.spec(picture),
        source=words.join_plain(
            words.plain(site.observatory.sources[source].title)
            for source in held.definition.sources
            if source in site.observatory.sources
        ),
        note=words("policies.undated", n=undated) if undated else "",
    )
