"""Selects the observations of one indicator broken down by one dimension."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from armillary.errors import StatisticsError, did_you_mean, listed

if TYPE_CHECKING:
    from armillary.model.table import Table

TOTAL = "_T"
DIMENSIONS = ("SECT_PERF", "SECT_FUND", "TYPE_RD", "FORD", "SEX")
_ONLY_TOTALS = "^[^=;]+=_[TZ](;[^=;]+=_[TZ])*$"
_SAME = 1e-9


def breakdown(observations: Table, *, indicator: str, dimension: str, analysis: str) -> Table:
    """Select one observation for each area, year and code of the dimension.

    All other dimensions are totals (`_T`) or do not apply (`_Z`). Only files that break the
    indicator down by the dimension count, so that a total is taken from beside its parts. Of
    several vintages of a dataflow the latest that holds a value is taken. The same number in
    two files is one observation; two different numbers are refused.
    No method of its own: it selects, and computes nothing.

    Args:
        observations: Table `observation`.
        indicator: INDICATOR code.
        dimension: SECT_PERF, SECT_FUND, TYPE_RD, FORD or SEX.
        analysis: Name in observatory.toml, for errors.

    Returns:
        Rows of `observations` with `code` (of the dimension), `year` (integer) and `multiplied`
        (value x 10^UNIT_MULT) added; evaluated where the table lives.

    Raises:
        StatisticsError: No such indicator or breakdown, or two numbers for one cell.
    """
    where = f"statistics {analysis}"
    if dimension not in DIMENSIONS:
        raise StatisticsError(
            f"{dimension!r} is no dimension that can be broken down.",
            where=where,
            fix=f"choose one of {', '.join(DIMENSIONS)}",
        )
    plain = observations.filter(indicator == observations.INDICATOR)
    plain = plain.filter(plain.TIME_PERIOD.re_search("^[0-9]{4}$"))
    for other in DIMENSIONS:
        if other != dimension:
            plain = plain.filter(plain[other].isin([TOTAL, "_Z"]))
    plain = plain.filter((plain.DIMENSIONS == "") | plain.DIMENSIONS.re_search(_ONLY_TOTALS))
    plain = plain.filter(plain[dimension] != "_Z")
    plain = plain.mutate(
        code=plain[dimension],
        year=plain.TIME_PERIOD.cast("int64"),
        multiplied=plain.OBS_VALUE * ibis.literal(10.0).pow(plain.UNIT_MULT.cast("float64")),
    )
    parted = plain.filter(plain.code != TOTAL).select("source", "origin", "DATAFLOW").distinct()
    held = plain.semi_join(parted, ["source", "origin", "DATAFLOW"])
    if held.count().to_pyarrow().as_py() == 0:
        raise _no_breakdown(observations, indicator, dimension, where)
    chosen = _one_each(held)
    _refuse_clashes(held, indicator, dimension, where)
    return chosen


def _ranked(held: Table) -> Table:
    """Number the candidates of each cell: values before gaps, late vintages before early."""
    order = [
        held.OBS_VALUE.isnull(),
        ibis.desc(held.VINTAGE),
        held.DATAFLOW,
        held.source,
        held.origin,
        held.locator,
    ]
    cell = ibis.window(group_by=["REF_AREA", "year", "code"], order_by=order)
    return held.mutate(place=ibis.row_number().over(cell))


def _one_each(held: Table) -> Table:
    ranked = _ranked(held)
    return ranked.filter(ranked.place == 0).drop("place")


def _refuse_clashes(held: Table, indicator: str, dimension: str, where: str) -> None:
    """Refuse two different numbers for one cell in the latest vintages of their dataflows."""
    known = held.filter(held.OBS_VALUE.notnull())
    flow = ibis.window(group_by=["REF_AREA", "year", "code", "DATAFLOW"])
    dated = known.mutate(latest=known.VINTAGE.max().over(flow))
    dated = dated.filter(dated.latest == dated.VINTAGE)
    cells = dated.group_by("REF_AREA", "year", "code").aggregate(
        low=dated.multiplied.min(),
        high=dated.multiplied.max(),
        units=dated.UNIT_MEASURE.nunique(),
        bases=dated.PRICE_BASE.nunique(),
    )
    apart = cells.high - cells.low > _SAME * cells.high.abs()
    clashes = cells.filter(apart | (cells.units > 1) | (cells.bases > 1))
    found = clashes.order_by("REF_AREA", "year", "code").limit(1).to_pyarrow().to_pylist()
    if not found:
        return
    cell = found[0]
    pair = dated.filter(
        (cell["REF_AREA"] == dated.REF_AREA)
        & (dated.year == cell["year"])
        & (dated.code == cell["code"])
    ).order_by("multiplied", "UNIT_MEASURE", "PRICE_BASE", "DATAFLOW", "origin")
    rows = pair.to_pyarrow().to_pylist()
    first, last = (
        f"{row['OBS_VALUE']:.12g} x 10^{row['UNIT_MULT']} {row['UNIT_MEASURE']} "
        f"({row['DATAFLOW']}, file {row['origin']}, {row['locator']})"
        for row in (rows[0], rows[-1])
    )
    raise StatisticsError(
        f"{indicator} of {cell['REF_AREA']} {cell['year']}, {dimension} {cell['code']}, is two "
        f"numbers: {first} and {last}.",
        where=where,
        fix="name the one source that is meant in `sources` of this statistics table",
    )


def _no_breakdown(
    observations: Table, indicator: str, dimension: str, where: str
) -> StatisticsError:
    held = observations.select("INDICATOR").distinct().to_pyarrow()["INDICATOR"].to_pylist()
    if indicator not in held:
        fix = did_you_mean(indicator, held, otherwise=f"there is {listed(sorted(held))}")
        return StatisticsError(
            f"No observation has the INDICATOR {indicator!r}.", where=where, fix=fix
        )
    own = observations.filter(indicator == observations.INDICATOR)
    parted = [
        other
        for other in DIMENSIONS
        if own.filter(~own[other].isin([TOTAL, "_Z"])).count().to_pyarrow().as_py()
    ]
    return StatisticsError(
        f"{indicator} has no parts by {dimension}.",
        where=where,
        fix=f"choose `dimension` from {', '.join(parted)}" if parted else "add a source that has",
    )
