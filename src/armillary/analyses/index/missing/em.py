"""Maximum likelihood for indicators that vary together, some of their values missing.

Units are observations of a multivariate normal distribution whose variables are the leaves.
What is missing is supposed to be missing at random given what is known (Rubin 1976).
"""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from armillary.analyses.index.missing.threads import on_one_thread
from armillary.errors import IndexMethodError, listed


class Patterns(msgspec.Struct, frozen=True):
    """Units grouped by which of their leaves are missing, laid out for compiled loops.

    Args:
        missing: Missing leaves of each pattern, one pattern after another.
        ends: For each pattern, where its part of `missing` ends.
        units: Units of each pattern, one pattern after another.
        lasts: For each pattern, where its part of `units` ends.
    """

    missing: NDArray[np.int64]
    ends: NDArray[np.int64]
    units: NDArray[np.int64]
    lasts: NDArray[np.int64]


class Fit(msgspec.Struct, frozen=True):
    """What the data say of the distribution of the indicators.

    Args:
        mean: Shape (leaves,), each in the unit of its indicator.
        covariance: Shape (leaves, leaves).
        filled: Values with conditional expectations where they were missing, (leaves, units).
        variance: Conditional variances; 0 where a value is known, (leaves, units).
        ridge: Units' worth of prior used.
        iterations: How often the parameters were improved.
        log_likelihood: Of the known values, natural logarithm, before each improvement and
            after the last, prior included where `ridge` is above 0; never falls.
        converged: Whether the last improvement moved no parameter by more than `tolerance`.
    """

    mean: NDArray[np.float64]
    covariance: NDArray[np.float64]
    filled: NDArray[np.float64]
    variance: NDArray[np.float64]
    ridge: float
    iterations: int
    log_likelihood: NDArray[np.float64]
    converged: bool


@on_one_thread
def fit(
    values: NDArray[np.float64],
    *,
    ridge: float | None = None,
    tolerance: float = 1e-6,
    maximum_iterations: int = 2_000,
    weights: NDArray[np.float64] | None = None,
    start: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None,
) -> Fit:
    """Estimate mean and covariance by EM, and fill what is missing with its expectation.

    The prior is that of `ridge` further units that have the known variances, and covariances
    of 0: the covariance becomes (scatter + ridge x variances) / (units + ridge), so it can be
    inverted however many leaves there are. With ridge 0 the estimate is maximum likelihood.
    Source: Dempster, Laird & Rubin (1977), doi:10.1111/j.2517-6161.1977.tb01600.x; ridge as
    the empirical prior of Honaker, King & Blackwell (2011), doi:10.18637/jss.v045.i07.

    Args:
        values: Shape (leaves, units), each leaf in its own unit; NaN = missing. A unit may
            lack every value.
        ridge: Weight of the prior in units, not below 0; None takes `empirical_ridge`.
        tolerance: Largest change of a parameter, in standard deviations of its leaf, at which
            the iterations end.
        maximum_iterations: Where the iterations end otherwise.
        weights: How often each unit counts, shape (units,), as in a bootstrap; None counts
            each once.
        start: Mean and covariance to begin with; None takes the known means and variances.

    Raises:
        IndexMethodError: Infinite values, a leaf without two distinct values, or a covariance
            that cannot be inverted without a ridge.

    Examples:
        >>> found = fit(np.array([[1.0, 2.0, 3.0, 4.0], [2.0, 4.2, 5.8, np.nan]]), ridge=0.0)
        >>> found.filled.round(2)
        array([[1. , 2. , 3. , 4. ],
               [2. , 4.2, 5.8, 7.8]])
    """
    check(values, where="em.fit")
    counts = np.ones(values.shape[1]) if weights is None else weights
    known = ~np.isnan(values)
    if np.any((known * (counts > 0)).sum(axis=1) < 1):
        raise ValueError("weights leave a leaf without a known value")
    prior = empirical_ridge(values) if ridge is None else ridge
    if prior < 0:
        raise ValueError(f"ridge must not be below 0, not {prior:g}")
    centre, scale = _standard(values, counts)
    z = (values - centre[:, None]) / scale[:, None]
    if start is None:
        mean, covariance = np.zeros(z.shape[0]), np.eye(z.shape[0])
    else:
        mean, covariance = (start[0] - centre) / scale, start[1] / np.outer(scale, scale)
    grouped = patterns(values)
    path, change, iterations = [], np.inf, 0
    while True:
        filled, variance, scatter, likelihood = _expect(z, mean, covariance, grouped, counts, prior)
        path.append(likelihood)
        if change <= tolerance or iterations == maximum_iterations:
            break
        improved = filled @ counts / counts.sum()
        d = filled - improved[:, None]
        cross = (d * counts) @ d.T + scatter + prior * np.eye(z.shape[0])
        cross /= counts.sum() + prior
        change = max(float(np.abs(improved - mean).max()), float(np.abs(cross - covariance).max()))
        mean, covariance, iterations = improved, cross, iterations + 1
    filled = np.where(known, values, filled * scale[:, None] + centre[:, None])
    jacobian = float((known * counts).sum(axis=1) @ np.log(scale)) + prior * np.log(scale).sum()
    return Fit(
        mean=mean * scale + centre,
        covariance=covariance * np.outer(scale, scale),
        filled=filled,
        variance=variance * scale[:, None] ** 2,
        ridge=prior,
        iterations=iterations,
        log_likelihood=np.array(path) - jacobian,
        converged=change <= tolerance,
    )


def conditional(
    values: NDArray[np.float64], *, mean: NDArray[np.float64], covariance: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Say what the known values of one unit tell of its missing ones.

    Source: the conditional normal distribution, Anderson (2003), An Introduction to
    Multivariate Statistical Analysis, section 2.5.

    Args:
        values: Of one unit, shape (leaves,); NaN = missing.
        mean: Shape (leaves,).
        covariance: Shape (leaves, leaves).

    Returns:
        Expectation, shape (missing,), and covariance, shape (missing, missing), of the missing
        leaves in their order.

    Examples:
        >>> unit, square = np.array([2.0, np.nan]), np.array([[1.0, 0.5], [0.5, 1.0]])
        >>> conditional(unit, mean=np.zeros(2), covariance=square)
        (array([1.]), array([[0.75]]))
    """
    gone = np.isnan(values)
    if gone.all():
        return mean.copy(), covariance.copy()
    known = np.ix_(~gone, ~gone)
    slopes = np.linalg.solve(covariance[known], covariance[np.ix_(~gone, gone)]).T
    expectation = mean[gone] + slopes @ (values - mean)[~gone]
    left = covariance[np.ix_(gone, gone)] - slopes @ covariance[np.ix_(~gone, gone)]
    return expectation, left


def empirical_ridge(values: NDArray[np.float64]) -> float:
    """Choose how many units' worth of prior the covariance needs: as many as the data suggest.

    The ridge is the mode of an inverse Wishart prior's marginal likelihood (empirical Bayes),
    computed from standardised values with 0 where they are missing; the prior is given
    ridge + leaves + 1 degrees of freedom, so that the posterior mean is the estimate of `fit`.
    Looked for between 0.1 and 10 times the number of units.
    Source: the conjugate prior of the normal distribution, whose marginal likelihood has a closed
    form (Anderson 2003, An Introduction to Multivariate Statistical Analysis, section 7.7).

    Args:
        values: Shape (leaves, units); NaN = missing.
    """
    from scipy.optimize import minimize_scalar
    from scipy.special import multigammaln

    leaves, units = values.shape
    centre, scale = _standard(values, np.ones(units))
    z = np.nan_to_num((values - centre[:, None]) / scale[:, None])
    roots = np.maximum(np.linalg.eigvalsh(z @ z.T), 0.0)

    def unlikely(log_ridge: float) -> float:
        ridge = np.exp(log_ridge)
        freedom = ridge + leaves + 1
        evidence = (
            multigammaln((freedom + units) / 2, leaves)
            - multigammaln(freedom / 2, leaves)
            + freedom / 2 * leaves * log_ridge
            - (freedom + units) / 2 * np.log(ridge + roots).sum()
        )
        return -float(evidence)

    ends = (np.log(0.1), np.log(10.0 * units))
    return float(np.exp(minimize_scalar(unlikely, bounds=ends, method="bounded").x))


def patterns(values: NDArray[np.float64]) -> Patterns:
    """Group units by which of their leaves are missing.

    No method of its own: what the compiled loops need.

    Args:
        values: Shape (leaves, units); NaN = missing.
    """
    gone = np.isnan(values)
    rows, belongs = np.unique(gone.T, axis=0, return_inverse=True)
    order = np.argsort(belongs, kind="stable")
    lasts = np.cumsum(np.bincount(belongs, minlength=len(rows)))
    return Patterns(
        missing=np.nonzero(rows)[1], ends=np.cumsum(rows.sum(axis=1)), units=order, lasts=lasts
    )


def check(values: NDArray[np.float64], *, where: str) -> None:
    """Refuse values no distribution can be estimated from.

    No method of its own.

    Args:
        values: Shape (leaves, units); NaN = missing.
        where: Name of the method, for errors.

    Raises:
        IndexMethodError: Infinite values, or leaves without two distinct values.
    """
    if np.isinf(values).any():
        leaf, unit = np.argwhere(np.isinf(values))[0]
        raise IndexMethodError(
            f"{int(np.isinf(values).sum())} values are infinite.",
            where=f"{where}, first in indicator {leaf + 1}, unit {unit + 1}",
            fix="correct the values, or leave them missing",
        )
    least = np.where(np.isnan(values), np.inf, values).min(axis=1)
    most = np.where(np.isnan(values), -np.inf, values).max(axis=1)
    flat = (np.flatnonzero(~(least < most)) + 1).tolist()
    if flat:
        raise IndexMethodError(
            f"Indicators without two distinct values cannot be modelled: number {listed(flat)}.",
            where=f"{where}, {values.shape[0]} indicators of {values.shape[1]} units",
            fix="drop them from the framework, or widen max_age_years in the recipe",
        )


def _standard(
    values: NDArray[np.float64], counts: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Find known mean and standard deviation of each leaf, so that scales do not matter."""
    held = ~np.isnan(values) * counts
    centre = np.nansum(values * counts, axis=1) / held.sum(axis=1)
    scale = np.sqrt(np.nansum((values - centre[:, None]) ** 2 * counts, axis=1) / held.sum(axis=1))
    # A bootstrap may have drawn one value only; the scale is then a matter of numbers alone.
    plain = np.nanstd(values, axis=1)
    return centre, np.where(scale > 1e-6 * plain, scale, plain)


def _expect(  # noqa: PLR0917
    z: NDArray[np.float64],
    mean: NDArray[np.float64],
    covariance: NDArray[np.float64],
    grouped: Patterns,
    counts: NDArray[np.float64],
    prior: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], float]:
    """Take the E-step, and the log-likelihood at the parameters it was taken with.

    Returns:
        Values filled with expectations, their conditional variances, the sum of the conditional
        covariances, and the log-likelihood.
    """
    from armillary.analyses.index.missing import em_kernels

    precision, determinant = _inverted(covariance)
    known = ~np.isnan(z)
    d = np.where(known, z - mean[:, None], 0.0)
    pull = precision @ d
    form = np.einsum("lu,lu->u", d, pull)
    variance = np.zeros(z.shape)
    scatter = np.zeros(covariance.shape)
    gaps = em_kernels.expect(
        precision,
        pull,
        grouped.missing,
        grouped.ends,
        grouped.units,
        grouped.lasts,
        counts,
        d,
        variance,
        scatter,
    )
    observed = float((known * counts).sum())
    likelihood = -0.5 * (
        observed * np.log(2 * np.pi)
        + counts.sum() * determinant
        + float(counts @ form)
        + gaps
        + prior * (determinant + float(np.trace(precision)))
    )
    return d + mean[:, None], variance, scatter, likelihood


def _inverted(covariance: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Invert, or say what to do where there is no inverse."""
    from scipy.linalg import lapack

    factor, failed = lapack.dpotrf(covariance, lower=1)
    if failed or np.diag(factor).min() < 1e-9 * np.diag(factor).max():
        raise IndexMethodError(
            "The covariance of the indicators cannot be inverted.",
            where=f"em, {len(covariance)} indicators",
            fix="give a ridge above 0, or leave ridge out so that it is chosen from the data",
        )
    lower, _ = lapack.dpotri(factor, lower=1)
    precision = np.tril(lower) + np.tril(lower, -1).T
    return np.ascontiguousarray(precision), 2.0 * float(np.log(np.diag(factor)).sum())
