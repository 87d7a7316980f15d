"""Step 3 of the Handbook: several plausible values for each missing one, so that doubt is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from armillary.analyses.index.missing import em, normal_scores
from armillary.analyses.index.missing.threads import on_one_thread
from armillary.errors import IndexMethodError

if TYPE_CHECKING:
    from numpy.random import Generator

Model = Literal["normal", "matching"]
Transform = Literal["normal_scores", "none"]
MODELS = ("normal", "matching")
TRANSFORMS = ("normal_scores", "none")

_ATTEMPTS = 100  # bootstraps in a row that leave some indicator without two distinct values


class Pooled(msgspec.Struct, frozen=True):
    """One estimate from several completed data sets, each of shape (estimates,).

    Args:
        estimate: Mean over the draws.
        variance: Total variance: within + (1 + 1 / draws) between.
        within: Mean of the variances of the draws.
        between: Variance of the estimates between draws.
        degrees_of_freedom: Of the t distribution that belongs to the estimate; infinite where
            the draws agree.
        missing_information: Share of the variance due to what is missing, 0 to 1.
    """

    estimate: NDArray[np.float64]
    variance: NDArray[np.float64]
    within: NDArray[np.float64]
    between: NDArray[np.float64]
    degrees_of_freedom: NDArray[np.float64]
    missing_information: NDArray[np.float64]


@on_one_thread
def draws(
    values: NDArray[np.float64],
    *,
    number: int,
    seed: int,
    model: Model = "normal",
    transform: Transform = "normal_scores",
    previous: NDArray[np.float64] | None = None,
    parameter_draws: int | None = None,
    donors: int = 5,
    ridge: float | None = None,
    tolerance: float = 1e-3,
) -> NDArray[np.float64]:
    """Complete the values several times, parameters and missing values both drawn.

    Parameters are drawn by fitting EM to a bootstrap of the units, missing values from the
    normal distribution they give each unit ("normal"). "matching" instead takes the value of a
    unit drawn among the `donors` whose predictions come nearest: every value drawn has been
    observed, but values missing in one unit are drawn each on its own.
    With normal scores the dependence is that of a Gaussian copula, and values drawn lie within
    the range known of their indicator; without, they may leave it.
    Source: Rubin (1987), Multiple Imputation for Nonresponse in Surveys; bootstrap as in
    Honaker, King & Blackwell (2011), doi:10.18637/jss.v045.i07; matching as in Little (1988),
    Missing-data adjustments in large surveys.

    Args:
        values: Shape (leaves, units), each leaf in its own unit; NaN = missing.
        number: How often to complete the values.
        seed: Same seed, same draws.
        model: How missing values are drawn.
        transform: Scale on which the indicators are modelled.
        previous: Values of an earlier period, shape (leaves, units), which inform the model as
            further variables; NaN = missing. A leaf without two distinct values informs nothing.
        parameter_draws: How many parameters are drawn; each serves number / parameter_draws
            draws. None draws parameters anew for every draw.
        donors: How many units "matching" draws from.
        ridge: As for `em.fit`.
        tolerance: As for `em.fit`.

    Returns:
        Shape (number, leaves, units); what is known is the same in all.

    Raises:
        IndexMethodError: What `em.fit` refuses, shapes that differ, or indicators so sparse that
            bootstraps lose them.
    """
    check_choice(model, MODELS, what="model")
    if number < 1 or donors < 1:
        raise ValueError(f"number and donors must be at least 1, not {number} and {donors}")
    leaves = len(values)
    z = on_scale(values, transform=transform, previous=previous)
    prior = em.empirical_ridge(z) if ridge is None else ridge
    base = em.fit(z, ridge=prior, tolerance=tolerance)
    gone = np.isnan(values)
    if not gone.any():
        return np.repeat(values[None], number, axis=0)
    generator = np.random.default_rng(seed)
    grouped = em.patterns(z)
    found = np.empty((number, *values.shape))
    predicted = _predicted_without_itself(z, base)[:leaves] if model == "matching" else values
    fits = min(parameter_draws or number, number)
    for turn in np.array_split(np.arange(number), fits):
        drawn = em.fit(
            z,
            ridge=prior,
            tolerance=tolerance,
            weights=_bootstrap(z, generator),
            start=(base.mean, base.covariance),
        )
        for d in turn:
            if model == "normal":
                found[d] = _normal(z, drawn, grouped, generator)[:leaves]
            else:
                found[d] = _matched(values, predicted, drawn, donors, generator)
    if model == "normal" and transform == "normal_scores":
        found = normal_scores.back(found, known=values)
    return np.where(gone, found, values)


def pooled(estimates: NDArray[np.float64], variances: NDArray[np.float64]) -> Pooled:
    """Combine what each completed data set gave.

    Source: Rubin (1987), Multiple Imputation for Nonresponse in Surveys, chapter 3.

    Args:
        estimates: Shape (draws, estimates), at least two draws.
        variances: Sampling variances of the estimates, same shape, not below 0.

    Raises:
        IndexMethodError: Fewer than two draws.

    Examples:
        >>> found = pooled(np.array([[1.0], [3.0]]), np.array([[1.0], [1.0]]))
        >>> found.estimate, found.variance
        (array([2.]), array([4.]))
    """
    number = len(estimates)
    if number < 2:
        raise IndexMethodError(
            "One draw says nothing of the variance between draws.",
            where="multiple_imputation.pooled",
            fix="draw at least 2 times, better 20",
        )
    within, between = variances.mean(axis=0), estimates.var(axis=0, ddof=1)
    added = (1 + 1 / number) * between
    variance = within + added
    with np.errstate(divide="ignore", invalid="ignore"):
        freedom = np.where(added > 0, (number - 1) * (variance / added) ** 2, np.inf)
        share = np.where(variance > 0, added / variance, 0.0)
    return Pooled(
        estimate=estimates.mean(axis=0),
        variance=variance,
        within=within,
        between=between,
        degrees_of_freedom=freedom,
        missing_information=share,
    )


def on_scale(
    values: NDArray[np.float64],
    *,
    transform: Transform,
    previous: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Put values on the scale they are modelled on, those of an earlier period beneath them.

    No method of its own.

    Args:
        values: Shape (leaves, units); NaN = missing.
        transform: As for `draws`.
        previous: As for `draws`.

    Returns:
        Shape (leaves + informing leaves of `previous`, units).

    Raises:
        IndexMethodError: As for `draws`.
    """
    check_choice(transform, TRANSFORMS, what="transform")
    em.check(values, where="imputation")
    if previous is not None:
        if previous.shape != values.shape:
            raise IndexMethodError(
                f"Values of the earlier period have the shape {previous.shape}, "
                f"those of this one {values.shape}.",
                where="imputation, previous",
                fix="give the same indicators and units in the same order",
            )
        spread = [np.unique(row[~np.isnan(row)]).size > 1 for row in previous]
        values = np.vstack([values, previous[np.array(spread)]])
        em.check(values, where="imputation, previous")
    return normal_scores.forward(values) if transform == "normal_scores" else values


def check_choice(given: str, known: tuple[str, ...], *, what: str) -> None:
    """Refuse a name that is not among the known ones.

    No method of its own.

    Args:
        given: What the user asks for.
        known: What there is.
        what: Name of the parameter.

    Raises:
        IndexMethodError: It is not known.
    """
    if given not in known:
        raise IndexMethodError(
            f"There is no {what} {given!r} of imputation.",
            where="imputation",
            fix=f"choose one of {', '.join(known)}",
        )


def _bootstrap(z: NDArray[np.float64], generator: Generator) -> NDArray[np.float64]:
    """Draw units with replacement until every leaf keeps two distinct values."""
    units = z.shape[1]
    low, high = np.where(np.isnan(z), np.inf, z), np.where(np.isnan(z), -np.inf, z)
    for _ in range(_ATTEMPTS):
        counts = np.bincount(generator.integers(units, size=units), minlength=units)
        held = counts > 0
        if (low[:, held].min(axis=1) < high[:, held].max(axis=1)).all():
            return counts.astype(np.float64)
    fewest = int((~np.isnan(z)).sum(axis=1).argmin())
    raise IndexMethodError(
        f"Indicator {fewest + 1} is known for too few units to draw parameters.",
        where=f"multiple_imputation.draws, {int((~np.isnan(z[fewest])).sum())} known values",
        fix="drop the indicator, or give values of an earlier period for it",
    )


def _normal(
    z: NDArray[np.float64], drawn: em.Fit, grouped: em.Patterns, generator: Generator
) -> NDArray[np.float64]:
    from armillary.analyses.index.missing import em_kernels

    filled = drawn.filled.copy()
    precision = np.linalg.inv(drawn.covariance)
    noise = generator.standard_normal(z.shape)
    em_kernels.draw(
        precision,
        grouped.missing,
        grouped.ends,
        grouped.units,
        grouped.lasts,
        noise,
        filled,
    )
    return filled


def _matched(
    values: NDArray[np.float64],
    predicted: NDArray[np.float64],
    drawn: em.Fit,
    donors: int,
    generator: Generator,
) -> NDArray[np.float64]:
    """Take values of units that the base fit predicts as the drawn fit predicts the gap."""
    found = values.copy()
    for i, row in enumerate(values):
        gone = np.flatnonzero(np.isnan(row))
        known = np.flatnonzero(~np.isnan(row))
        if not gone.size:
            continue
        distance = np.abs(drawn.filled[i, gone][:, None] - predicted[i, known][None, :])
        nearest = np.argsort(distance, axis=1, kind="stable")[:, :donors]
        chosen = generator.integers(nearest.shape[1], size=gone.size)
        found[i, gone] = row[known[nearest[np.arange(gone.size), chosen]]]
    return found


def _predicted_without_itself(z: NDArray[np.float64], base: em.Fit) -> NDArray[np.float64]:
    """Predict every known value from the other known values of its unit."""
    precision = np.linalg.inv(base.covariance)
    pull = precision @ (base.filled - base.mean[:, None])
    predicted = base.filled.copy()
    for u in range(z.shape[1]):
        gone = np.isnan(z[:, u])
        own = np.diag(precision)[~gone].copy()
        if gone.any():
            cross = precision[np.ix_(gone, ~gone)]
            own -= (cross * np.linalg.solve(precision[np.ix_(gone, gone)], cross)).sum(axis=0)
        predicted[~gone, u] -= pull[~gone, u] / own
    return predicted
