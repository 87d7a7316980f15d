"""One indicator of one topic, with the works it was measured from."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from armillary.analyses.intervals import bootstrap_mean, exact_interval

NO_WORKS = np.empty(0, dtype=np.int64)


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """One indicator of one topic.

    Args:
        indicator: Its name.
        cluster: Number of the cluster.
        unit: Unit of the value.
        value: The value; None where it cannot be told.
        low: Lower end of its interval, where there is one.
        high: Upper end of its interval.
        base: Works it was measured from.
        counted: Works counted, where it is a share of `base` or a count; else None.
        weight: What the evidence is ranked by, one number for each work counted (of `base`
            where none is counted); larger first.
        texts: Terms or other texts that stand behind it, best first.
        note: Key of the note that says why there is no value, or what to mind.
    """

    indicator: str
    cluster: int
    unit: str = "share"
    value: float | None = None
    low: float | None = None
    high: float | None = None
    base: NDArray[np.int64] = NO_WORKS
    counted: NDArray[np.int64] | None = None
    weight: NDArray[np.float64] | None = None
    texts: tuple[str, ...] = ()
    note: str | None = None


class Precision(msgspec.Struct, frozen=True, kw_only=True):
    """How intervals are made.

    Args:
        level: Level of every interval.
        draws: Draws of a bootstrap.
        seed: Seed of the draws.
        least: Fewest works an interval of a mean is made from.
    """

    level: float = 0.9
    draws: int = 1000
    seed: int = 1
    least: int = 3


def share(
    indicator: str,
    cluster: int,
    *,
    base: NDArray[np.int64],
    counted: NDArray[np.int64],
    precision: Precision,
    unknown: str,
    weight: NDArray[np.float64] | None = None,
    texts: tuple[str, ...] = (),
) -> Measured:
    """Measure a share of works with its exact interval; nothing to measure it from gives None.

    Source: Clopper & Pearson (1934), doi:10.1093/biomet/26.4.404.

    Args:
        indicator: Name of the indicator.
        cluster: Number of the cluster.
        base: Works it is measured from.
        counted: Those counted.
        precision: How the interval is made.
        unknown: Note where `base` is empty.
        weight: What the evidence is ranked by.
        texts: Texts behind it.
    """
    if base.size == 0:
        return Measured(indicator=indicator, cluster=cluster, note=unknown)
    low, high = exact_interval(
        np.array([counted.size]), np.array([base.size]), level=precision.level
    )
    return Measured(
        indicator=indicator,
        cluster=cluster,
        value=counted.size / base.size,
        low=float(low[0]),
        high=float(high[0]),
        base=base,
        counted=counted,
        weight=weight,
        texts=texts,
    )


def mean(
    indicator: str,
    cluster: int,
    *,
    base: NDArray[np.int64],
    values: NDArray[np.float64],
    unit: str,
    precision: Precision,
    unknown: str,
) -> Measured:
    """Measure a mean over works with its bootstrap interval.

    Source: Efron (1979), doi:10.1214/aos/1176344552.

    Args:
        indicator: Name of the indicator.
        cluster: Number of the cluster.
        base: Works it is measured from.
        values: One value for each of them; NaN is left out.
        unit: Unit of the values.
        precision: How the interval is made.
        unknown: Note where no value is known.
    """
    known = ~np.isnan(values)
    base, values = base[known], values[known]
    if base.size == 0:
        return Measured(indicator=indicator, cluster=cluster, unit=unit, note=unknown)
    low: float | None = None
    high: float | None = None
    if base.size >= precision.least:
        low, high = bootstrap_mean(
            values, level=precision.level, draws=precision.draws, seed=precision.seed
        )
    return Measured(
        indicator=indicator,
        cluster=cluster,
        unit=unit,
        value=float(np.sort(values).mean()),
        low=low,
        high=high,
        base=base,
        weight=values,
        note=None if low is not None else "too_few_for_interval",
    )
