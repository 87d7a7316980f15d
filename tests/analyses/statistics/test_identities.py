"""Parts and totals that agree, and that do not, on both engines."""

from __future__ import annotations

import pytest

from armillary.analyses.statistics.identities import additivity, area_additivity
from armillary.model.columns import table_of


def cell(area, code, value, **changes):
    return {
        "source": "yearbook",
        "origin": "o1",
        "locator": f"{area} {code}",
        "DATAFLOW": "RD",
        "INDICATOR": "GERD",
        "REF_AREA": area,
        "TIME_PERIOD": "2021",
        "SECT_PERF": "_T",
        "SECT_FUND": "_T",
        "TYPE_RD": code,
        "FORD": "_Z",
        "SEX": "_Z",
        "DIMENSIONS": "",
        "OBS_VALUE": value,
        "OBS_STATUS": "A",
        "UNIT_MEASURE": "CNY",
        "UNIT_MULT": 4,
        "PRICE_BASE": "V",
        "VINTAGE": "2022",
    } | changes


def area(name, total, basic, applied, development):
    values = {"_T": total, "BASIC": basic, "APPLIED": applied, "EXPDEV": development}
    return [cell(name, code, value) for code, value in values.items()]


def check(frame, rows, cells, **options):
    table = additivity(
        frame(table_of("observation", cells)),
        analysis="types",
        indicator="GERD",
        dimension="TYPE_RD",
        **options,
    )
    return rows(table.select("REF_AREA", "expected", "found", "tolerance"))


def test_parts_that_add_up_within_rounding_are_no_finding(frame, rows):
    # whole numbers: four rounded values may be off by 4 x 0.5 together
    assert check(frame, rows, area("CN-BJ", 100.0, 20.0, 30.0, 52.0)) == []


def test_parts_that_do_not_add_up_are_found_in_plain_units(frame, rows):
    found = check(
        frame,
        rows,
        [*area("CN-BJ", 100.0, 20.0, 30.0, 50.0), *area("CN-SH", 100.0, 20.0, 30.0, 53.0)],
    )

    assert found == [("CN-SH", 1e6, 1.03e6, pytest.approx(2e4))]


def test_one_decimal_makes_the_bound_ten_times_narrower(frame, rows):
    found = check(frame, rows, area("CN-BJ", 100.0, 20.0, 30.5, 50.0))

    assert found == [("CN-BJ", 1e6, pytest.approx(1.005e6), pytest.approx(2e3))]


def test_a_gap_elsewhere_does_not_change_the_rounding_bound(frame, rows):
    cells = [*area("CN-BJ", 100.0, 20.0, 30.0, 52.0), *area("CN-XZ", 100.0, 20.0, None, 53.0)]

    assert check(frame, rows, cells) == []


def test_a_relative_tolerance_widens_the_bound(frame, rows):
    cells = area("CN-SH", 100_000.0, 20_000.0, 30_000.0, 50_050.0)

    assert len(check(frame, rows, cells)) == 1
    assert check(frame, rows, cells, relative_tolerance=1e-3) == []


@pytest.mark.parametrize(("development", "findings"), [(40.0, 0), (60.0, 1)])
def test_incomplete_parts_are_found_only_when_they_exceed_the_total(
    frame, rows, development, findings
):
    cells = [
        *area("CN-BJ", 100.0, 20.0, 30.0, 50.0),
        *area("CN-SH", 100.0, 50.0, None, development),
    ]

    assert len(check(frame, rows, cells)) == findings


def test_areas_that_do_not_add_up_to_the_nation_are_found(frame, rows):
    cells = [
        *area("CHN", 200.0, 40.0, 60.0, 110.0),
        *area("CN-BJ", 100.0, 20.0, 30.0, 50.0),
        *area("CN-SH", 100.0, 20.0, 30.0, 50.0),
    ]
    table = area_additivity(
        frame(table_of("observation", cells)),
        analysis="types",
        indicator="GERD",
        dimension="TYPE_RD",
        whole="CHN",
        areas=["CN-BJ", "CN-SH"],
    )

    assert rows(table.select("rule", "REF_AREA", "expected", "found", "message")) == [
        (
            "areas add up to CHN: TYPE_RD=EXPDEV",
            "CHN",
            1.1e6,
            1e6,
            "2 areas and CHN differ by -100000.0 (-9.091 %)",
        )
    ]
