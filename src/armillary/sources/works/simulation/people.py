"""The people of simulated works: groups that persist, their institutes and countries.

Names are coined and numbered, so that nobody can take them for real ones. How works spread over
countries is an arbitrary Zipf law over the list below; it describes no real country.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from armillary.sources.works.simulation.vocabulary import coin

if TYPE_CHECKING:
    from armillary.sources.works.simulation.courses import Drawn, Plan
    from armillary.sources.works.simulation.vocabulary import Phrase

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# fmt: off
COUNTRIES = (
    "CHN", "USA", "DEU", "JPN", "GBR", "KOR", "FRA", "IND", "ITA", "CAN", "AUS", "ESP", "NLD",
    "BRA", "SGP", "CHE", "SWE", "TUR", "ZAF", "EGY", "KEN", "THA", "VNM", "PAK", "IDN",
)
# fmt: on
_SPECIALISATION = 0.7
_SECOND_GROUP = 0.3
_FROM_PARENT = 0.3
_MEMBERS = (4, 16)
_GROUPS_AN_INSTITUTE = 3


class People(NamedTuple):
    """Who wrote what: two lists per work, flat, with the start of each work's part.

    Args:
        authors: Names, shape (authors,).
        author: Author of each authorship, in order, shape (authorships,).
        author_start: First authorship of each work and the end, shape (works + 1,).
        institutes: Names, shape (institutes,).
        institute_country: Country of each institute, shape (institutes,).
        lead: Institute of the first author, shape (works,).
        partner: Institute of the second group, -1 where there is none, shape (works,).
    """

    authors: pa.Array
    author: Ints
    author_start: Ints
    institutes: pa.Array
    institute_country: Ints
    lead: Ints
    partner: Ints


def zipf(count: Ints, rng: np.random.Generator) -> Ints:
    """Draw ranks 0..count-1 with probability near 1 / (rank + 1), one for each count."""
    drawn = np.exp(rng.random(len(count)) * np.log(count + 1.0)).astype(np.int64) - 1
    ranks: Ints = np.minimum(drawn, count - 1)
    return ranks


def populate(
    plan: Plan, works: Drawn, *, areas: tuple[Phrase, ...], rng: np.random.Generator
) -> People:
    """Form groups for every topic and let each work be written by one or two of them."""
    n_topics = len(plan.course)
    home = np.where(works.topic < 0, n_topics + works.area, works.topic)
    home_area = np.concatenate([plan.area, np.arange(len(areas))])
    size = np.bincount(home, minlength=len(home_area))
    n_groups = np.maximum(2, np.round(size**0.6)).astype(np.int64)
    first_group = np.concatenate([[0], np.cumsum(n_groups)[:-1]])
    group_home = np.repeat(np.arange(len(home_area)), n_groups)
    members = rng.integers(*_MEMBERS, size=len(group_home))
    first_member = np.concatenate([[0], np.cumsum(members)[:-1]])
    institute, names, country = _institutes(home_area[group_home], group_home, areas, rng)

    parent = np.concatenate([plan.parent, n_topics + np.arange(len(areas))])
    moved = rng.random(len(home)) < _FROM_PARENT
    from_home = np.where(moved, parent[home], home)
    lead = first_group[from_home] + zipf(n_groups[from_home], rng)
    partner = first_group[home] + zipf(n_groups[home], rng)
    together = (rng.random(len(home)) < _SECOND_GROUP) & (partner != lead)
    n_lead = np.minimum(1 + rng.poisson(2.0, len(home)), members[lead])
    n_partner = np.where(together, np.minimum(1 + rng.poisson(0.8, len(home)), members[partner]), 0)
    seat_lead = zipf(members[lead], rng)
    seat_partner = zipf(members[partner], rng)

    start = np.concatenate([[0], np.cumsum(n_lead + n_partner)])
    work = np.repeat(np.arange(len(home)), n_lead + n_partner)
    nth = np.arange(start[-1]) - start[work]
    by_lead = nth < n_lead[work]
    group = np.where(by_lead, lead[work], partner[work])
    seat = np.where(by_lead, seat_lead[work] + nth, seat_partner[work] + nth - n_lead[work])
    lead_institute = institute[lead]
    other = np.where(together, institute[partner], -1)
    return People(
        authors=pa.array([_name(number) for number in range(int(members.sum()))]),
        author=first_member[group] + seat % members[group],
        author_start=start,
        institutes=names,
        institute_country=country,
        lead=lead_institute,
        partner=np.where(other == lead_institute, -1, other),
    )


def _institutes(
    area: Ints, home: Ints, areas: tuple[Phrase, ...], rng: np.random.Generator
) -> tuple[Ints, pa.Array, Ints]:
    """Give every group an institute of its area and of a country its topic leans to."""
    base = 1.0 / (1.0 + np.arange(len(COUNTRIES)))
    lean = base * rng.lognormal(0, _SPECIALISATION, (home.max() + 1, len(COUNTRIES)))
    upper = np.cumsum(lean / lean.sum(axis=1, keepdims=True), axis=1)
    draw = rng.random(len(home))
    country = np.empty(len(home), np.int64)
    for begin in range(0, len(home), 100_000):
        part = slice(begin, begin + 100_000)
        country[part] = (draw[part, None] > upper[home[part]]).sum(axis=1)
    country = np.minimum(country, len(COUNTRIES) - 1)
    cell = area * len(COUNTRIES) + country
    per_cell = np.bincount(cell, minlength=len(areas) * len(COUNTRIES))
    most = np.maximum(1, per_cell // _GROUPS_AN_INSTITUTE)
    number = zipf(most[cell], rng)
    distinct, institute = np.unique(np.stack([cell, number]), axis=1, return_inverse=True)
    names = [
        f"Simulated Institute {n + 1} of {areas[c // len(COUNTRIES)].title}, "
        f"{COUNTRIES[c % len(COUNTRIES)]}"
        for c, n in distinct.T.tolist()
    ]
    return institute.reshape(-1), pa.array(names), distinct[0] % len(COUNTRIES)


def _name(number: int) -> str:
    return f"{coin(number * 5_003 % 13_824).en.capitalize()} S{number + 1:04d}"
