"""Simulate the observations of an index whose true levels are known, to see what it finds.

Nothing in it describes anything real, even where the units bear the codes of real areas: their
levels are drawn, and every page that shows them says so.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from armillary.errors import ArmillaryError, DefinitionError, listed, raise_all
from armillary.model.columns import from_columns
from armillary.model.provenance import Origin, Reading
from armillary.sources.frameworks import read_framework

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa
    from numpy.typing import NDArray

    from armillary.model.indicators import Framework, Node
    from armillary.model.observatory import IndicatorSimulation

    Array = NDArray[np.float64]

_DIGITS = 4  # significant digits of a value
_SPREAD = 0.4  # log-spread of an indicator that has a fixed standard
_DISTANCE = 1.25  # how far above the middle level the standard lies
_MEDIANS = (0.0, 3.0)  # powers of ten between which medians lie
_OUTLIER = 4.0  # how many times its value an outlier is
_LEAST_KNOWN = 3  # units of an indicator that always have a value


class _Truth(msgspec.Struct, frozen=True):
    """Planted levels: by code of the node, shape (units, years), higher is better."""

    years: tuple[int, ...]
    levels: dict[str, Array]


def simulate_indicators(simulation: IndicatorSimulation, *, source: str, origin: Origin) -> Reading:
    """Draw observations for every indicator of a framework; the same definition, the same rows.

    Each unit has a level, which drifts over the years. The level of a group is made up of that
    of the group above and of a part of its own; so is that of an indicator, with noise each
    year. Values follow from levels by a curve of the indicator's own: shares lie between 0 and
    100, other values are symmetric in logarithms, many of them skewed, a few outliers. Values go
    missing at random, more often where the level of the unit is low.

    Args:
        simulation: Framework, units, years and seed.
        source: Source in observatory.toml.
        origin: What the rows name as the file they came from.

    Returns:
        Tables `observation` and `planted_score`.

    Raises:
        DefinitionError: The definition asks for something impossible; every reason is named.
    """
    framework = read_framework(simulation.framework)
    _check(simulation, framework, source)
    rngs = np.random.default_rng(simulation.seed).spawn(3)
    truth = _plant(simulation, framework, rngs[0])
    drawn = [_values(simulation, leaf, framework, truth, rngs[1]) for leaf in framework.leaves]
    values = np.stack(drawn)  # (leaves, units, years)
    missing = _missing(simulation, values.shape, truth.levels[framework.root.code], rngs[2])
    units, n = list(simulation.units), len(simulation.units)
    if simulation.whole is not None:
        values = np.concatenate([values, values.mean(axis=1, keepdims=True)], axis=1)
        missing = np.concatenate([missing, np.zeros_like(missing[:, :1])], axis=1)
        units.append(simulation.whole)
    values = np.where(missing, np.nan, _rounded(values))
    rows = _observations(framework, units, truth.years, values, source=source, origin=origin)
    planted = _planted(framework, units, truth, source=source, n_ranked=n)
    return Reading(
        format="simulated indicators",
        unit_read="observations",
        n_read=rows.num_rows,
        n_kept=rows.num_rows,
        tables={"observation": rows, "planted_score": planted},
    )


def _check(simulation: IndicatorSimulation, framework: Framework, source: str) -> None:
    derived = [
        leaf.code
        for leaf in framework.leaves
        if leaf.indicator or leaf.dimensions or leaf.dataflow or leaf.denominator or leaf.scale != 1
    ]
    again = [unit for unit in set(simulation.units) if simulation.units.count(unit) > 1]
    shares = ("agreement", "skewed", "outliers", "missing")
    wrong = [name for name in shares if not 0 <= getattr(simulation, name) <= 1]
    rules = [
        (
            bool(derived),
            f"{listed(derived)} derive their values from other observations.",
            "simulate each indicator under its own code: leave indicator, dimensions, dataflow, "
            "denominator and scale of the framework empty",
        ),
        (
            not simulation.units,
            "There is no unit to simulate.",
            'name units: ["CHN"], or a CSV file with a column `unit`',
        ),
        (bool(again), f"{listed(sorted(again))} stand there twice.", "name each unit once"),
        (
            simulation.whole in simulation.units,
            f"The whole {simulation.whole!r} is one of its own units.",
            "take it out of the units",
        ),
        (
            not 1000 <= simulation.first_year <= simulation.last_year <= 9999,
            f"The years {simulation.first_year} to {simulation.last_year} are none.",
            "give years of four digits, the first one first",
        ),
        (bool(wrong), f"{listed(wrong)} must be shares.", "give numbers from 0 to 1"),
        (simulation.noise < 0, f"noise = {simulation.noise:g}.", "give 0 or more"),
        (simulation.seed < 0, f"seed = {simulation.seed}.", "give a seed of 0 or more"),
    ]
    problems: list[ArmillaryError] = [
        DefinitionError(problem, where=f"source {source!r}, simulate", fix=fix)
        for broken, problem, fix in rules
        if broken
    ]
    raise_all(problems)


def _plant(
    simulation: IndicatorSimulation, framework: Framework, rng: np.random.Generator
) -> _Truth:
    """Draw the level of every unit at every node, from the root down."""
    years = tuple(range(simulation.first_year, simulation.last_year + 1))
    n, since = len(simulation.units), np.arange(len(years), dtype=np.float64)
    pace = simulation.trend * (1 + 0.5 * rng.standard_normal(n))
    levels = {framework.root.code: rng.standard_normal(n)[:, None] + pace[:, None] * since}
    for code, parts in sorted(
        framework.children.items(), key=lambda pair: framework.level[pair[0]]
    ):
        for part in parts:
            own = rng.standard_normal(n)[:, None]
            shared = math.sqrt(simulation.agreement)
            levels[part.code] = shared * levels[code] + math.sqrt(1 - shared**2) * own
    return _Truth(years, levels)


def _values(
    simulation: IndicatorSimulation,
    leaf: Node,
    framework: Framework,
    truth: _Truth,
    rng: np.random.Generator,
) -> Array:
    """Turn the level at one indicator into values, shape (units, years)."""
    level = truth.levels[leaf.code]
    seen = level + simulation.noise * rng.standard_normal(level.shape)
    sign = int(framework.direction[leaf.code])
    skewed, median, middle = rng.random(), 10 ** rng.uniform(*_MEDIANS), rng.uniform(-2.0, 0.0)
    outlier = np.less(rng.random(level.shape[0]), simulation.outliers)
    if leaf.target is not None:
        values = leaf.target * np.exp(sign * _SPREAD * (seen - _DISTANCE))
        return np.minimum(values, 100.0) if leaf.unit_measure == "PERCENT" else values
    if leaf.low is not None and leaf.high is not None:
        return np.asarray(leaf.low + (leaf.high - leaf.low) * _logistic(sign * seen))
    if leaf.unit_measure == "PERCENT":
        return np.asarray(100 * _logistic(middle + 0.7 * sign * seen))
    spread = 1.0 if skewed < simulation.skewed else 0.3
    values = median * np.exp(spread * sign * seen)
    return np.where(outlier[:, None], _OUTLIER * values, values)


def _logistic(values: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-values)))


def _rounded(values: Array) -> Array:
    digits = np.floor(np.log10(values)) - (_DIGITS - 1)
    factor = 10.0**-digits
    return np.asarray(np.round(values * factor) / factor)


def _missing(
    simulation: IndicatorSimulation,
    shape: tuple[int, ...],
    level: Array,
    rng: np.random.Generator,
) -> NDArray[np.bool_]:
    """Choose what is missing: half of it whole series, half single years."""
    leaves, units, years = shape
    rate = _logistic(-2 * level[:, 0] - 1)  # three times as many at the bottom as on average
    chance = np.minimum(1.0, simulation.missing * rate / rate.mean())[None, :]
    whole = np.asarray(rng.random((leaves, units)) < chance / 2)
    single = rng.random((leaves, units, years)) < chance[..., None] / 2
    missing: NDArray[np.bool_] = np.logical_or(whole[..., None], single)
    for leaf in range(leaves):
        if (~missing[leaf]).sum(axis=0).min() < min(_LEAST_KNOWN, units):
            missing[leaf, rng.permutation(units)[:_LEAST_KNOWN]] = False
    return missing


def _observations(
    framework: Framework,
    units: list[str],
    years: tuple[int, ...],
    values: Array,
    *,
    source: str,
    origin: Origin,
) -> pa.Table:
    cells = [
        (leaf, unit, year, float(values[i, j, t]))
        for i, leaf in enumerate(framework.leaves)
        for j, unit in enumerate(units)
        for t, year in enumerate(years)
    ]
    n = len(cells)
    unknown = [math.isnan(value) for *_, value in cells]
    apart = ("SECT_PERF", "SECT_FUND", "TYPE_RD", "FORD", "SEX")
    return from_columns(
        "observation",
        {
            "source": [source] * n,
            "origin": [origin.origin] * n,
            "locator": [f"{leaf.code} {unit} {year}" for leaf, unit, year, _ in cells],
            "DATAFLOW": ["SIMULATED"] * n,
            "INDICATOR": [leaf.code for leaf, *_ in cells],
            "REF_AREA": [unit for _, unit, *_ in cells],
            "TIME_PERIOD": [str(year) for *_, year, _ in cells],
            **{dimension: ["_Z"] * n for dimension in apart},
            "DIMENSIONS": [""] * n,
            "OBS_VALUE": [
                None if gone else cell[3] for gone, cell in zip(unknown, cells, strict=True)
            ],
            "OBS_STATUS": ["M" if gone else "A" for gone in unknown],
            "UNIT_MEASURE": [leaf.unit_measure or "INDEX" for leaf, *_ in cells],
            "UNIT_MULT": [0] * n,
            "PRICE_BASE": ["_Z"] * n,
            "VINTAGE": [""] * n,
        },
    )


def _planted(
    framework: Framework, units: list[str], truth: _Truth, *, source: str, n_ranked: int
) -> pa.Table:
    rows = list(_planted_rows(framework, units, truth, n_ranked))
    names = ("code", "unit", "TIME_PERIOD", "level", "rank")
    columns = dict(zip(names, zip(*rows, strict=True), strict=True))
    return from_columns("planted_score", {"source": [source] * len(rows), **columns})


def _planted_rows(
    framework: Framework, units: list[str], truth: _Truth, n_ranked: int
) -> Iterator[tuple[str, str, str, float, int | None]]:
    for group in framework.nodes:
        if group.code not in framework.children:
            continue
        for t, year in enumerate(truth.years):
            levels = truth.levels[group.code][:, t]
            for j, unit in enumerate(units):
                if j < n_ranked:
                    place = 1 + int((levels > levels[j]).sum())
                    yield group.code, unit, str(year), float(levels[j]), place
                else:
                    yield group.code, unit, str(year), float(levels.mean()), None
