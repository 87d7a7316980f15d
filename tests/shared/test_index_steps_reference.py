"""Every step on one indicator against numbers of COINr 1.1.14 (Becker, MIT)."""

from __future__ import annotations

import csv
import os
import re
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from armillary.analyses.index.missing import impute
from armillary.analyses.index.scores import normalise, positions, standards, trends
from armillary.analyses.index.treatment import moments, transforms, treat
from armillary.errors import IndexMethodError
from armillary.model.indicators import Direction

pytestmark = pytest.mark.shared

SHARED = Path(os.environ.get("ARMILLARY_SHARED", Path(__file__).parents[2].parent / "shared"))
HOME = SHARED / "reference" / "coinr-asem"
UP, DOWN = Direction.HIGHER_IS_BETTER, Direction.LOWER_IS_BETTER

# Left out, because the reference is wrong there:
DEFECTS = {
    "log_GII": "1.1.14 returns the values untransformed",
    "n_fracmax, lower is better": "x / min gives the worst unit the most, and infinity for a "
    "minimum of 0",
}


@pytest.fixture(autouse=True)
def _reference():
    if not HOME.exists():
        pytest.skip(f"{HOME} is absent; set ARMILLARY_SHARED")


def read(name):
    with (HOME / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def column(rows, name):
    return np.array([float(row[name]) if row[name] not in ("", "NA") else np.nan for row in rows])


def indicators():
    """Direction and target by indicator code, in the order of the data."""
    found = {row["iCode"]: row for row in read("asem/iMeta.csv") if row["Type"] == "Indicator"}
    return {
        code: (Direction(int(row["Direction"])), float(row["Target"]))
        for code, row in found.items()
    }


def units_of(rows):
    return [row["uCode"] for row in rows]


def same(found, expected):
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-10)


def one_each(given, reference, *, step, codes=None):
    """Hold `step(values, code)` to every column of a reference table."""
    rows, wanted = read(given), read(reference)
    codes = codes or list(indicators())
    assert units_of(rows) == units_of(wanted)
    for code in codes:
        same(step(column(rows, code), code), column(wanted, code))
    assert len(codes) >= 35


# --- small vectors


def parsed(arguments):
    """Read "a=1 b=(0,100) c=TRUE" into a dict of numbers, tuples and booleans."""
    given = {}
    for name, value in re.findall(r"(\S+?)=(\([^)]*\)|\S+)", arguments):
        if value.startswith("("):
            given[name] = tuple(float(part) for part in value[1:-1].split(","))
        elif value in ("TRUE", "FALSE"):
            given[name] = value == "TRUE"
        else:
            given[name] = float(value) if re.fullmatch(r"[-\d.]+", value) else value
    return given


def limits(a):
    return {"skewness_limit": a["skew_thresh"], "kurtosis_limit": a["kurt_thresh"]}


def direction(a):
    return {"direction": Direction(int(a["direction"]))}


def winsorised(x, a):
    if a.get("force_win"):
        return treat.winsorise(x, force=int(a["winmax"])).values
    return treat.winsorise(x, maximum=int(a["winmax"]), **limits(a)).values


def ties(a):
    return {"ties": a["ties.method"], "indicator": "x"}


VECTOR_FUNCTIONS = {
    "n_minmax": lambda x, a: normalise.minmax(x, indicator="x", bounds=a["l_u"]),
    "n_scaled": lambda x, a: normalise.scaled(
        x, indicator="x", low=a["npara"][0], high=a["npara"][1], factor=a["scale_factor"]
    ),
    "n_zscore": lambda x, a: normalise.zscore(
        x, indicator="x", mean=a["m_sd"][0], deviation=a["m_sd"][1]
    ),
    "n_dist2max": lambda x, a: normalise.distance_to_maximum(x, indicator="x"),
    "n_dist2ref": lambda x, a: normalise.distance_to_reference(
        x, indicator="x", reference=x[int(a["iref"]) - 1], cap=a["cap_max"]
    ),
    "n_dist2targ": lambda x, a: normalise.distance_to_target(
        x, indicator="x", target=a["targ"], cap=a["cap_max"], **direction(a)
    ),
    "n_fracmax": lambda x, a: standards.share_of_maximum(x, indicator="x") / 100,
    "n_rank": lambda x, a: positions.rank_points(x, **ties(a)),
    "n_borda": lambda x, a: positions.borda(x, **ties(a)),
    "n_prank": lambda x, a: positions.percentile_rank(x, **ties(a)),
    "n_goalposts": lambda x, a: standards.goalposts(
        x,
        indicator="x",
        low=a["gposts"][0],
        high=a["gposts"][1],
        bounds=(0.0, a["gposts"][2]),
        cap=a["trunc2posts"],
        **direction(a),
    ),
    "winsorise": winsorised,
    "log_CT": lambda x, a: transforms.log_coin_tool(x),
    "log_CT_orig": lambda x, a: transforms.log_shifted(x),
    "log_CT_plus": lambda x, a: transforms.log_two_sided(x),
    "boxcox": lambda x, a: transforms.box_cox(x, power=a["lambda"]),
    "skew": lambda x, a: moments.skewness(x),
    "kurt": lambda x, a: moments.kurtosis(x),
    "check_SkewKurt.Pass": lambda x, a: float(moments.within_limits(x, **limits(a))),
    "i_mean": lambda x, a: impute.mean(x).values,
    "i_median": lambda x, a: impute.median(x).values,
    "i_mean_grp": lambda x, a: impute.mean(x, groups=a["f"].split(",")).values,
    "i_median_grp": lambda x, a: impute.median(x, groups=a["f"].split(",")).values,
}


def test_every_function_of_the_reference_is_covered_or_named_as_wrong():
    functions = {row["fun"] for row in read("functions/results_vector_functions.csv")}

    assert functions - VECTOR_FUNCTIONS.keys() == {"log_GII"} <= DEFECTS.keys()


@pytest.mark.parametrize("function", VECTOR_FUNCTIONS)
def test_functions_of_small_vectors_are_those_of_coinr(function):
    inputs = read("functions/inputs.csv")
    cases = {}
    for row in read("functions/results_vector_functions.csv"):
        if row["fun"] == function:
            cases.setdefault((row["args"], row["col"]), []).append(row)

    assert len(cases) >= 6
    for (arguments, name), wanted in cases.items():
        found = VECTOR_FUNCTIONS[function](column(inputs, name), parsed(arguments))
        np.testing.assert_allclose(
            np.atleast_1d(found), column(wanted, "value"), rtol=1e-12, atol=1e-13
        )


def test_the_logarithm_of_the_gii_in_the_reference_is_still_the_input():
    inputs = read("functions/inputs.csv")
    rows = [
        row for row in read("functions/results_vector_functions.csv")
        if row["fun"] == "log_GII" and row["col"] == "x_outhi"
    ]  # fmt: skip

    same(column(rows, "value"), column(inputs, "x_outhi"))


# --- imputing


def groups(rows, name):
    label = {row["uCode"]: row[name] for row in read("asem/iData.csv")}
    return [label[code] for code in units_of(rows)]


@pytest.mark.parametrize(
    ("reference", "method", "group"),
    [
        ("dset_imputed", impute.mean, "EurAsia_group"),
        ("variant_imputed_i_mean", impute.mean, None),
        ("variant_imputed_i_median", impute.median, None),
        ("variant_imputed_i_mean_grp_EurAsia", impute.mean, "EurAsia_group"),
        ("variant_imputed_i_mean_grp_GDPpc", impute.mean, "GDPpc_group"),
        ("variant_imputed_i_median_grp_EurAsia", impute.median, "EurAsia_group"),
        ("variant_imputed_i_median_grp_Pop", impute.median, "Pop_group"),
    ],
)
def test_imputed_data_are_those_of_coinr(reference, method, group):
    rows = read("asem/dset_denominated.csv")
    labels = groups(rows, group) if group else None
    filled = []

    def step(values, code):
        found = method(values, groups=labels, indicator=code)
        assert (found.filled == np.isnan(values)).all()
        filled.append(int(found.filled.sum()))
        return found.values

    one_each("asem/dset_denominated.csv", f"asem/{reference}.csv", step=step)
    assert sum(filled) == 65


def test_data_imputed_by_row_within_pillars_are_those_of_coinr():
    given = read("asem/dset_denominated.csv")
    wanted = read("asem/variant_imputed_row_i_mean_within_pillar.csv")
    codes = list(indicators())
    pillars = {}
    for row in read("asem/lineage.csv"):
        pillars.setdefault(row["Pillar"], []).append(codes.index(row["Indicator"]))

    found = impute.row_mean(
        np.array([column(given, code) for code in codes]),
        parts=list(pillars.values()),
        directions=[indicators()[code][0] for code in codes],
        indicators=codes,
    )

    assert int(found.filled.sum()) == 65
    assert units_of(given) == units_of(wanted)
    for code, values in zip(codes, found.values, strict=True):
        same(values, column(wanted, code))


@pytest.mark.parametrize(
    ("reference", "method"),
    [
        ("panel/impute_panel_latest.csv", impute.panel_latest),
        ("panel/impute_panel_linear.csv", impute.panel_linear),
    ],
)
def test_panels_imputed_over_time_are_those_of_coinr(reference, method):
    holes = {"LPI": [("AUT", 2022)], "Goods": [("BEL", 2020), ("BEL", 2021)]}
    given, wanted = read("panel/iData_p.csv"), read(reference)
    units = sorted(set(units_of(given)))
    years = np.arange(2018, 2023)

    for name, holed in holes.items():
        series = panel(given, name, units)
        for unit, year in holed:
            series[year - 2018, units.index(unit)] = np.nan
        found = method(series, years=years)

        same(found.values, panel(wanted, name, units))
        assert int(found.filled.sum()) == len(holed)


def panel(rows, name, units):
    """One indicator, shape (5 years, units)."""
    by = {(row["uCode"], int(row["Time"])): float(row[name]) for row in rows}
    assert len(by) == 255
    return np.array([[by[unit, year] for unit in units] for year in range(2018, 2023)])


# --- treating

TREATMENTS = {
    "dset_treated": {},
    "variant_treated_win5_logCT_default": {},
    "variant_treated_win5_logCTplus": {"second": "log_two_sided"},
    "variant_treated_win5_logCTorig": {"second": "log_shifted"},
    "variant_treated_win5_logGII": {"second": "log_gii"},
    "variant_treated_win0_logCT": {"maximum": 0},
    "variant_treated_win2_skew2_kurt3p5_boxcox05": {"maximum": 2, "second": "box_cox"},
    "variant_treated_win3_skew1p5": {"maximum": 3, "limits": (1.5, 3.0)},
    "variant_treated_win5_logCT_combined": {"combine": True},
}
# treated_details.csv tells of dset_treated; the combined variant comes without details
DETAILS = {
    name: "treated_details" if name == "dset_treated" else f"{name}_details"
    for name in TREATMENTS
    if name != "variant_treated_win5_logCT_combined"
}


def treated(values, *, maximum=5, second="log_coin_tool", limits=(2.0, 3.5), combine=False):
    arguments = {"log_gii": {"factor": 1.0}, "box_cox": {"power": 0.5}}.get(second, {})
    bounds = {"skewness_limit": limits[0], "kurtosis_limit": limits[1]}
    passes = partial(moments.within_limits, **bounds)
    return treat.two_stage(
        values,
        first=partial(treat.winsorise, maximum=maximum, **bounds),
        second=partial(
            treat.transformed,
            transform=partial(getattr(transforms, second), **arguments),
            method=second,
            passes=passes,
        ),
        passes=passes,
        combine=combine,
    )


@pytest.mark.parametrize("reference", TREATMENTS)
def test_treated_data_are_those_of_coinr(reference):
    one_each(
        "asem/dset_screened.csv",
        f"asem/{reference}.csv",
        step=lambda values, _: treated(values, **TREATMENTS[reference]).values,
    )


@pytest.mark.parametrize("reference", DETAILS)
def test_what_is_told_of_each_treatment_is_what_coinr_tells(reference):
    rows = read("asem/dset_screened.csv")
    details = read(f"asem/{DETAILS[reference]}.csv")

    assert [row["iCode"] for row in details] == list(indicators())
    for row in details:
        found = treated(column(rows, row["iCode"]), **TREATMENTS[reference])
        first = found.first or found
        skipped = row["check_SkewKurt0.Pass"] == "TRUE"

        same([found.skewness_before, found.kurtosis_before], shape(row, 0))
        assert (found.method == "none") == skipped
        if not skipped:
            assert first.n_high + first.n_low == int(row["winsorise.nwin"])
            assert first.passed == (row["check_SkewKurt1.Pass"] == "TRUE")
            same([first.skewness_after, first.kurtosis_after], shape(row, 1))
        if found.first is not None:
            assert found.passed == (row["check_SkewKurt2.Pass"] == "TRUE")
            same([found.skewness_after, found.kurtosis_after], shape(row, 2))
        else:
            assert not row.get("check_SkewKurt2.Pass")


def shape(row, stage):
    return [float(row[f"check_SkewKurt{stage}.{name}"]) for name in ("Skew", "Kurt")]


def test_the_points_touched_are_those_of_coinr():
    rows, points = read("asem/dset_screened.csv"), read("asem/treated_points.csv")
    marks = 0

    assert units_of(rows) == units_of(points)
    for code in indicators():
        values = column(rows, code)
        found = treated(values)
        told = np.where(found.touched, np.where(found.values < values, "winhi", "winlo"), "")
        assert told.tolist() == [row[code] for row in points]
        marks += int(found.touched.sum())
    assert marks == 35


def test_data_with_gaps_are_treated_as_by_coinr():
    one_each(
        "asem/dset_denominated.csv",
        "asem/variant_noimpute_treated.csv",
        step=lambda values, _: treated(values).values,
    )


def test_the_chain_from_denominated_to_treated_data_is_that_of_coinr():
    labels = groups(read("asem/dset_denominated.csv"), "EurAsia_group")

    one_each(
        "asem/dset_denominated.csv",
        "asem/dset_treated.csv",
        step=lambda values, _: treated(impute.mean(values, groups=labels).values).values,
    )


# --- normalising

TURNED = {
    "zscore_10_2": partial(normalise.zscore, mean=10.0, deviation=2.0),
    "minmax_1_100": partial(normalise.minmax, bounds=(1.0, 100.0)),
    "rank": positions.rank_points,
    "borda": positions.borda,
    "prank": positions.percentile_rank,
    "dist2max": normalise.distance_to_maximum,
}


@pytest.mark.parametrize("name", TURNED)
def test_normalised_data_are_those_of_coinr(name):
    one_each(
        "asem/dset_treated.csv",
        f"asem/variant_normalised_{name}.csv",
        step=lambda values, code: TURNED[name](
            values, indicator=code, direction=indicators()[code][0]
        ),
    )


def test_distances_to_a_reference_unit_are_those_of_coinr():
    one_each(
        "asem/dset_treated.csv",
        "asem/variant_normalised_dist2ref_5.csv",
        step=lambda values, code: normalise.distance_to_reference(
            values, indicator=code, reference=values[4], direction=indicators()[code][0]
        ),
    )


def test_values_scaled_by_fixed_numbers_are_those_of_coinr():
    # the reference turns the values round before it scales them
    one_each(
        "asem/dset_treated.csv",
        "asem/variant_normalised_scaled_0_100.csv",
        step=lambda values, code: normalise.scaled(
            values * float(indicators()[code][0]), indicator=code, low=0.0, high=100.0
        ),
    )


def test_distances_to_the_targets_are_those_of_coinr():
    one_each(
        "asem/dset_raw.csv",
        "asem/variant_normalised_raw_dist2targ_useiMeta.csv",
        step=lambda values, code: normalise.distance_to_target(
            values, indicator=code, target=indicators()[code][1], direction=indicators()[code][0]
        ),
    )


def test_shares_of_the_maximum_are_those_of_coinr_where_higher_is_better():
    higher = [code for code, (turned, _) in indicators().items() if turned is UP]

    one_each(
        "asem/dset_treated.csv",
        "asem/variant_normalised_fracmax.csv",
        codes=higher,
        step=lambda values, code: standards.share_of_maximum(values, indicator=code) / 100,
    )


def test_shares_of_the_maximum_in_the_reference_reward_the_worst_where_lower_is_better():
    given, wrong = read("asem/dset_treated.csv"), read("asem/variant_normalised_fracmax.csv")
    values, found = column(given, "CO2"), column(wrong, "CO2")

    assert np.argmax(found) == np.argmax(values)
    ours = standards.share_of_maximum(values, indicator="CO2", direction=DOWN)
    assert np.argmax(ours) == np.argmin(values)
    with pytest.raises(IndexMethodError, match="Tariff has"):
        standards.share_of_maximum(column(given, "Tariff"), indicator="Tariff", direction=DOWN)


def test_a_panel_treated_by_year_and_normalised_over_all_years_is_that_of_coinr():
    wanted = read("panel/purse_normalised_global.csv")
    years = np.array([row["Time"] for row in wanted])
    raw = {(row["uCode"], row["Time"]): row for row in read("panel/iData_p.csv")}
    rows = [raw[row["uCode"], row["Time"]] for row in wanted]
    methods = set()

    assert len(rows) == 230
    for code, (turned, _) in indicators().items():
        values = column(rows, code)
        for year in np.unique(years):
            found = treated(values[years == year])
            values[years == year] = found.values
            methods.add(found.method)
        scores = normalise.minmax(values, indicator=code, direction=turned)
        same(scores, column(wanted, code))
    assert methods == {"none", "winsorise"}


# --- trends


def test_trends_are_those_of_coinr():
    values, years = np.array([100.0, 110.0, 130.0, 150.0]), np.array([2018, 2019, 2021, 2022])
    wanted = {row["fun"]: float(row["value"]) for row in read("functions/trend_functions.csv")}

    assert trends.cagr(values, years=years) == pytest.approx(wanted["CAGR"], rel=1e-12)
    assert trends.change(values, years=years) == pytest.approx(wanted["prc_change"], rel=1e-12)


def test_growth_rates_of_the_panel_are_those_of_coinr():
    wanted = read("panel/trends_cagr.csv")
    given = read("panel/iData_p.csv")
    years = np.arange(2018, 2023)

    assert len(wanted) == 9
    for row in wanted:
        values = panel(given, row["iCode"], [row["uCode"]])[:, 0]
        found = trends.cagr(values, years=years)
        assert found == pytest.approx(float(row["CAGR"]), rel=1e-11)
