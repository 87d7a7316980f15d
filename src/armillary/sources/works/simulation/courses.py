"""The courses of planted topics: how many works each has in each year.

The intensity f of a topic in year t, at most about 1, where s(x) = 1 / (1 + exp(-x)), A is the
first and Z the last year of the corpus and B the birth of the topic; f = 0 before B:

- stable: f = 1, B = A.
- rise: f = 2 s((t - Z) / w), w = (Z - A) / 2.2, B = A: about five times from A to Z.
- plateau: f = s((t - B - 2.5) / 0.8): born inside the corpus, level after five years.
- fade: f = s((c - t) / w), B = A, with c near the middle.
- wave: f = exp(-((t - c) / w)^2 / 2), B = c - 2.5 w; over before Z.
- emerging: f = 2 s((t - Z) / w), w = (Z - B) / 2.5, B in Z - 4 .. Z - 2: a logistic birth whose
  steepest year is the last. Its course is called `rise`.

Works of a topic in a year are in proportion to size x f(t) x (1 + growth)^(t - A). Sizes fall
as a power of rank. Counts are Poisson given their total, that is multinomial.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from armillary.model.observatory import Simulation
    from armillary.sources.works.simulation.vocabulary import TopicWords

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

COURSES = ("stable", "rise", "plateau", "fade", "wave")
_TURNS = ("stable", "rise", "wave", "plateau", "fade", "stable", "plateau", "rise", "wave", "fade")
_YOUNG_YEARS = (2, 4)
_SIZE_EXPONENT = 0.3
_YOUNG_SIZE = 2.0  # an emerging topic is on its way to more than the typical size
_STEEPEST = 1.8


class Plan(NamedTuple):
    """The planted truth: one entry per topic.

    Args:
        course: Course of each topic.
        birth: First year, shape (topics,).
        emerging: Young and rising at the end, shape (topics,).
        centre: Year at which the course turns, shape (topics,).
        width: Years it takes, shape (topics,).
        size: Works in a year of full intensity, relative, shape (topics,).
        area: Area of each topic, shape (topics,), ascending.
        parent: Topic a young one grows from, its own number where it has none, shape (topics,).
    """

    course: tuple[str, ...]
    birth: Ints
    emerging: NDArray[np.bool_]
    centre: Floats
    width: Floats
    size: Floats
    area: Ints
    parent: Ints


class Drawn(NamedTuple):
    """The works in order of time.

    Args:
        topic: Topic of each work, -1 for noise, shape (works,).
        area: Area of each work, shape (works,).
        year: Year, shape (works,).
        time: Year and the part of it that has passed, ascending, shape (works,).
    """

    topic: Ints
    area: Ints
    year: Ints
    time: Floats


def plan(simulation: Simulation, topics: list[TopicWords], *, rng: np.random.Generator) -> Plan:
    """Give every topic a course, a birth, a size and, where it is born late, a parent."""
    n = len(topics)
    first, last = simulation.first_year, simulation.last_year
    order = rng.permutation(n)
    young_first = order[np.argsort([not topics[t].young for t in order], kind="stable")]
    emerging = np.zeros(n, bool)
    emerging[young_first[: simulation.emerging]] = True
    course = np.full(n, "rise", dtype="<U8")
    others = rng.permutation(np.flatnonzero(~emerging))
    course[others] = [_TURNS[place % len(_TURNS)] for place in range(len(others))]
    birth, centre, width = _shapes(course, emerging, first=first, last=last, rng=rng)
    size = (1.0 + np.arange(n)) ** -_SIZE_EXPONENT * rng.lognormal(0, 0.15, n)
    size = rng.permutation(size)
    typical = float(np.median(size[~emerging])) if len(others) else 1.0
    size[emerging] = _YOUNG_SIZE * typical * rng.lognormal(0, 0.25, int(emerging.sum()))
    area = np.array([topic.area for topic in topics])
    parent = _parents(area, birth, first, rng)
    return Plan(tuple(course.tolist()), birth, emerging, centre, width, size, area, parent)


def _shapes(
    course: NDArray[np.str_],
    emerging: NDArray[np.bool_],
    *,
    first: int,
    last: int,
    rng: np.random.Generator,
) -> tuple[Ints, Floats, Floats]:
    n, span = len(course), last - first
    birth = np.full(n, first)
    centre = np.full(n, float(last))
    width = np.full(n, span / 2.2)
    share = rng.random((3, n))
    for place in range(n):
        a, b, c = share[:, place]
        if emerging[place]:
            birth[place] = last - _YOUNG_YEARS[0] - int(a * (_YOUNG_YEARS[1] - 1))
            width[place] = (last - birth[place]) / 2.5
        elif course[place] == "plateau":
            birth[place] = first + round(span * (0.15 + 0.35 * a))
            centre[place], width[place] = birth[place] + 2.5, 0.8
        elif course[place] == "fade":
            centre[place], width[place] = first + span * (0.35 + 0.25 * a), 1.0 + b
        elif course[place] == "wave":
            width[place] = span * (0.07 + 0.05 * b)
            lowest, highest = first + 0.3 * span, last - 2.2 * width[place] - 0.5
            centre[place] = lowest + c * (highest - lowest)
            birth[place] = max(first, int(np.ceil(centre[place] - 2.5 * width[place])))
    return birth, centre, width


def _parents(area: Ints, birth: Ints, first: int, rng: np.random.Generator) -> Ints:
    parent = np.arange(len(area))
    grown = np.flatnonzero(birth == first)
    for topic in np.flatnonzero(birth > first):
        near = grown[area[grown] == area[topic]]
        choices = near if near.size else grown
        if choices.size:
            parent[topic] = rng.choice(choices)
    return parent


def intensity(plan: Plan, years: Floats) -> Floats:
    """Return the intensity of every topic, as the module documents it.

    Args:
        plan: The planted truth.
        years: Years, shape (years,).

    Returns:
        Intensity, shape (topics, years), 0 before birth.
    """
    t, centre, width = years[None, :], plan.centre[:, None], plan.width[:, None]
    course = np.array(plan.course)[:, None]
    steps = np.clip((t - centre) / width, -50, 50)
    logistic = 1 / (1 + np.exp(-steps))
    shape = np.select(
        [course == "stable", course == "rise", course == "plateau", course == "fade"],
        [np.ones_like(logistic), 2 * logistic, logistic, 1 - logistic],
        np.exp(-(steps**2) / 2),
    )
    return np.where(t < plan.birth[:, None], 0.0, shape)


def expected_counts(simulation: Simulation, plan: Plan) -> Floats:
    """Return the expected works, shape (topics + 1, years); the last row is noise."""
    years = np.arange(simulation.first_year, simulation.last_year + 1, dtype=float)
    trend = (1 + simulation.growth) ** (years - years[0])
    topical = intensity(plan, years) * plan.size[:, None] * trend
    topical *= (1 - simulation.noise) / topical.sum()
    noise = simulation.noise * trend / trend.sum()
    return simulation.works * np.vstack([topical, noise])


def draw_works(
    simulation: Simulation, plan: Plan, *, n_areas: int, rng: np.random.Generator
) -> Drawn:
    """Draw topic, area and time of every work.

    Within a year, works lean to its end where the topic grows and to its start where it shrinks.
    """
    expected = expected_counts(simulation, plan)
    n_years = expected.shape[1]
    counts = rng.multinomial(simulation.works, (expected / simulation.works).ravel())
    cell = np.repeat(np.arange(counts.size), counts)
    topic, step = np.divmod(cell, n_years)
    tilt = _tilt(simulation, plan)[topic, step]
    v = rng.random(len(cell))
    root = np.sqrt((1 - tilt / 2) ** 2 + 2 * tilt * v)
    level = np.abs(tilt) < 1e-6
    part = np.where(level, v, (root - (1 - tilt / 2)) / np.where(level, 1, tilt))
    part = np.clip(part, 0, 1 - 1e-9)
    time = simulation.first_year + step + part
    order = np.argsort(time, kind="stable")
    topic, time = topic[order], time[order]
    year = (simulation.first_year + step[order]).astype(np.int64)
    noise = topic == len(plan.course)
    area = np.append(plan.area, 0)[topic]
    area[noise] = rng.integers(0, n_areas, int(noise.sum()))
    return Drawn(np.where(noise, -1, topic), area, year, time)


def _tilt(simulation: Simulation, plan: Plan) -> Floats:
    """Return the slope of the density within each year, shape (topics + 1, years)."""
    years = np.arange(simulation.first_year - 1, simulation.last_year + 2, dtype=float)
    shape = intensity(plan, years)
    shape[:, 0] = np.where(plan.birth == simulation.first_year, shape[:, 1], 0)
    slope = (shape[:, 2:] - shape[:, :-2]) / np.maximum(2 * shape[:, 1:-1], 1e-12)
    slope = np.clip(np.where(shape[:, 1:-1] > 0, slope, 0), -_STEEPEST, _STEEPEST)
    return np.vstack([slope, np.zeros((1, slope.shape[1]))])
