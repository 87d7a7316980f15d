"""Levels, shares and growth of an indicator by one dimension; refused where they would be false."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis

from armillary.analyses.statistics.series import TOTAL, breakdown
from armillary.model.columns import columns_of

if TYPE_CHECKING:
    from armillary.model.table import Table

_CARRIED = (
    "multiplied", "OBS_STATUS", "UNIT_MEASURE", "PRICE_BASE", "VINTAGE", "DATAFLOW", "origin",
    "locator",
)  # fmt: skip


def structure(observations: Table, *, analysis: str, indicator: str, dimension: str) -> Table:
    """Derive levels, shares of the total and year-on-year growth.

    A share needs the total of the same year, from the same dataflow and in the same unit and
    price base; a total that is absent is not made up from the parts. Growth needs the year
    before, and is refused across a break (status B in the later year), a change of
    definition (status D in one year alone), of unit, of price base or of dataflow. What is
    refused is a row without value that says why. Status codes of all values used are kept.
    Runs where the table lives; collects only what shows that the selection is unambiguous.
    Source: OECD (2015), Frascati Manual, doi:10.1787/9789264239012-en, ch. 4; breaks as in
    SDMX CL_OBS_STATUS 2.2.

    Args:
        observations: Table `observation`, of the sources of the analysis.
        analysis: Name in observatory.toml.
        indicator: INDICATOR code, e.g. GERD.
        dimension: SECT_PERF, SECT_FUND, TYPE_RD, FORD or SEX.

    Returns:
        Table `derived_observation`: for each area, year and code (`_T` the total) one row with
        operation level, share and growth.

    Raises:
        StatisticsError: The indicator has no such breakdown, or two numbers for one cell.
    """
    own = breakdown(observations, indicator=indicator, dimension=dimension, analysis=analysis)
    level = own.mutate(
        operation=ibis.literal("level"),
        reason=own.OBS_VALUE.isnull().ifelse(_missing_in(own.TIME_PERIOD), ibis.null(str)),
    )
    parts = [_finished(t, analysis, dimension) for t in (level, _share(own), _growth(own))]
    return ibis.union(*parts).order_by("operation", "INDICATOR", "REF_AREA", "TIME_PERIOD", "code")


def _share(own: Table) -> Table:
    totals = own.filter(own.code == TOTAL).select("REF_AREA", "year", *_CARRIED)
    totals = totals.rename({f"{name}_whole": name for name in _CARRIED})
    pair = own.left_join(totals, ["REF_AREA", "year"]).drop("REF_AREA_right", "year_right")
    reason = ibis.cases(
        (pair.multiplied.isnull(), _missing_in(pair.TIME_PERIOD)),
        (pair.OBS_STATUS_whole.isnull(), ibis.literal("no total for ") + pair.TIME_PERIOD),
        (pair.multiplied_whole.isnull(), ibis.literal("total missing in ") + pair.TIME_PERIOD),
        (pair.UNIT_MEASURE_whole != pair.UNIT_MEASURE, "total in another unit of measure"),
        (pair.PRICE_BASE_whole != pair.PRICE_BASE, "total in another price base"),
        (pair.DATAFLOW_whole != pair.DATAFLOW, "total from another dataflow"),
        (pair.multiplied_whole == 0, "total is zero"),
        else_=ibis.null(str),
    )
    return _percent(pair, "whole", operation="share", reason=reason, ratio=_over(pair, "whole"))


def _growth(own: Table) -> Table:
    before = own.mutate(year=own.year + 1).select("REF_AREA", "code", "year", *_CARRIED)
    before = before.rename({f"{name}_before": name for name in _CARRIED})
    pair = own.left_join(before, ["REF_AREA", "code", "year"])
    pair = pair.drop("REF_AREA_right", "code_right", "year_right")
    earlier = (pair.year - 1).cast("string")
    later = pair.TIME_PERIOD
    redefined = _has(pair.OBS_STATUS, "D") != _has(pair.OBS_STATUS_before, "D")
    reason = ibis.cases(
        (pair.multiplied.isnull(), _missing_in(later)),
        (pair.OBS_STATUS_before.isnull(), ibis.literal("no value for ") + earlier),
        (pair.multiplied_before.isnull(), _missing_in(earlier)),
        (_has(pair.OBS_STATUS, "B"), ibis.literal("break in series in ") + later),
        (redefined, ibis.literal("definition differs between ") + earlier + " and " + later),
        (pair.UNIT_MEASURE_before != pair.UNIT_MEASURE, "unit of measure changed"),
        (pair.PRICE_BASE_before != pair.PRICE_BASE, "price base changed"),
        (pair.DATAFLOW_before != pair.DATAFLOW, "the two years are of different dataflows"),
        (pair.multiplied_before <= 0, ibis.literal("value of ") + earlier + " is not above zero"),
        else_=ibis.null(str),
    )
    return _percent(
        pair, "before", operation="growth", reason=reason, ratio=_over(pair, "before") - 1
    )


def _over(pair: Table, other: str) -> Any:
    return pair.multiplied / pair[f"multiplied_{other}"].nullif(0)


def _percent(pair: Table, other: str, *, operation: str, reason: Any, ratio: Any) -> Table:
    """Give the ratio as a percentage, with what belongs to both values it was made of."""
    pair = pair.mutate(reason=reason, ratio=ratio * 100)
    return pair.mutate(
        operation=ibis.literal(operation),
        OBS_VALUE=pair.reason.isnull().ifelse(pair.ratio, ibis.null("float64")),
        OBS_STATUS=_codes(pair.OBS_STATUS, pair[f"OBS_STATUS_{other}"]),
        UNIT_MEASURE=ibis.literal("PERCENT"),
        UNIT_MULT=ibis.literal(0, "int64"),
        PRICE_BASE=pair.PRICE_BASE if operation == "growth" else ibis.literal("_Z"),
        VINTAGE=_joined(pair.VINTAGE, pair[f"VINTAGE_{other}"], separator=" | "),
        origin=_joined(pair.origin, pair[f"origin_{other}"], separator=" "),
        locator=_joined(pair.locator, pair[f"locator_{other}"], separator=" | "),
    )


def _codes(one: Any, other: Any) -> Any:
    """Join two texts of status codes, each code once, sorted; null counts as no code."""
    both = one + " " + ibis.coalesce(other, one)
    return both.split(" ").unique().sort().join(" ")


def _joined(one: Any, other: Any, *, separator: str) -> Any:
    """Join two texts, or give the one where they are equal or the other is null."""
    return ibis.array([one, ibis.coalesce(other, one)]).unique().sort().join(separator)


def _has(status: Any, code: str) -> Any:
    return (ibis.literal(" ") + status + " ").contains(f" {code} ")


def _missing_in(period: Any) -> Any:
    return ibis.literal("missing in ") + period


def _finished(rows: Table, analysis: str, dimension: str) -> Table:
    rows = rows.mutate(analysis=ibis.literal(analysis), dimension=ibis.literal(dimension))
    names = [column.column for column in columns_of("derived_observation")]
    return rows.mutate(UNIT_MULT=rows.UNIT_MULT.cast("int64")).select(*names)
