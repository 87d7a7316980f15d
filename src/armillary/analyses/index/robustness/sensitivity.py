"""Which choice the doubt comes from: Sobol' indices and Shapley effects, for each unit too."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from armillary.analyses.index.rank import rank
from armillary.analyses.index.robustness import shapley, sobol
from armillary.analyses.index.robustness.uncertainty import mean_shift
from armillary.model.progress import Progress, silent

if TYPE_CHECKING:
    from armillary.analyses.index.robustness.experiment import Experiment

Array = NDArray[np.float64]

BATCHES = 8  # independent scrambles behind the standard errors
MOST_SHAPLEY = 6  # factors for which all subsets are run: 2^6 runs a row


class Sensitivity(msgspec.Struct, frozen=True, kw_only=True):
    """Shares of the variance of ranks; output 0 is the mean shift, then the units in order.

    Args:
        factors: Paths of what is varied.
        units: Numbers of the units that have a rank in every run.
        indices: Sobol' indices, outputs as said.
        shapley: Shapley effects, shape (factors, outputs); NaN where an output does not vary
            or there are more than six factors.
        runs: How often the index was computed.
    """

    factors: tuple[str, ...]
    units: tuple[int, ...]
    indices: sobol.SobolIndices
    shapley: Array
    runs: int


def sensitivity(
    experiment: Experiment,
    *,
    rows: int,
    seed: int,
    what: str = "sensitivity",
    progress: Progress = silent,
) -> Sensitivity:
    """Find what share of the variance of ranks each varied choice accounts for.

    Up to six factors, every subset of them is run, so that the closed indices of all subsets
    give the Shapley effects; beyond, each factor alone. Units without a rank in some run are
    left out, as their variance is not defined.
    Source: Saltelli et al. (2010), Variance based sensitivity analysis of model output; Song,
    Nelson & Staum (2016), Shapley effects for global sensitivity analysis: theory and
    computation.

    Args:
        experiment: The index and what is varied.
        rows: Rows of the design, in all eight scrambles; rounded up to a power of two for each.
        seed: Same seed, same design.
        what: Name of the work, for `progress`.
        progress: Hears how many runs are done.
    """
    factors = experiment.factors
    n = len(factors)
    sizes = [f.columns.stop - f.columns.start for f in factors]
    per_batch = 2 ** max(1, int(np.ceil(np.log2(rows / BATCHES))))
    subsets = _subsets(n)
    published = rank(experiment.published())
    units = tuple(int(u) for u in np.flatnonzero(experiment.always_ranked()))
    held = sobol.Accumulator(factors=len(subsets), outputs=1 + len(units))
    runs = BATCHES * per_batch * (2 + len(subsets))

    def outputs(design: Array) -> Array:
        ranks = rank(experiment.scores(design))
        shift = mean_shift(ranks, published)
        return np.column_stack([shift, ranks[:, units].astype(np.float64)])

    for batch in range(BATCHES):
        a, b = sobol.design(sizes, rows=per_batch, seed=seed, batch=batch)
        mixed = [_mixed(a, b, [factors[i].columns for i in subset]) for subset in subsets]
        found = outputs(np.vstack([a, b, *mixed])).reshape(2 + len(subsets), per_batch, -1)
        held.add(found[0], found[1], y_ab=found[2:], batch=batch)
        progress(what, (batch + 1) * runs // BATCHES, runs)
    every = held.indices()
    alone = [subsets.index((i,)) for i in range(n)]
    indices = msgspec.structs.replace(
        every,
        first=every.first[alone],
        total=every.total[alone],
        first_error=every.first_error[alone],
        total_error=every.total_error[alone],
    )
    effects = np.full(indices.first.shape, np.nan)
    if n <= MOST_SHAPLEY:
        effects = _effects(every.first, subsets, n)
        effects[:, every.undefined] = np.nan
    return Sensitivity(
        factors=experiment.names, units=units, indices=indices, shapley=effects, runs=runs
    )


def _subsets(n: int) -> list[tuple[int, ...]]:
    """Return the sets of factors that are taken from the other sample."""
    sizes = range(1, n) if n <= MOST_SHAPLEY else (1,)
    found = [subset for size in sizes for subset in itertools.combinations(range(n), size)]
    return found or [(0,)]


def _mixed(a: Array, b: Array, columns: list[slice]) -> Array:
    mixed = a.copy()
    for one in columns:
        mixed[:, one] = b[:, one]
    return mixed


def _effects(closed: Array, subsets: list[tuple[int, ...]], n: int) -> Array:
    """Share the variance out over the factors from the closed indices of all their subsets."""
    values = np.zeros((2**n, closed.shape[1]))
    for subset, value in zip(subsets, closed, strict=True):
        values[sum(1 << i for i in subset)] = value
    values[-1] = 1.0
    return shapley.allocate(values)
