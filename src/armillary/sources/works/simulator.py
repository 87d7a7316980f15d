"""Simulate a corpus of works whose topics are known, to see whether they are found again.

Nothing in it describes anything real: identifiers begin with SIM, venues and institutes say
that they are simulated, and there are no DOIs. How topics come and go is written in
`simulation.courses`, who cites whom in `simulation.citations`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from armillary.errors import ArmillaryError, DefinitionError, raise_all
from armillary.model.columns import from_columns
from armillary.model.provenance import Origin, Reading
from armillary.sources.works.simulation.citations import cite
from armillary.sources.works.simulation.courses import Drawn, draw_works, plan
from armillary.sources.works.simulation.people import COUNTRIES, People, populate
from armillary.sources.works.simulation.records import Corpus, citation_table, work_table
from armillary.sources.works.simulation.texts import Subjects
from armillary.sources.works.simulation.vocabulary import choose_topics, vocabulary

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from armillary.model.observatory import Simulation

_FEWEST_WORKS = 200
_FEWEST_YEARS = 9
_SHARES = ("chinese", "noise", "mixed", "inside_topic", "inside_area")
_HOME_LANGUAGE = 40.0
"""How much likelier a work led from China is in Chinese than another one."""
_SECOND_IN_AREA = 0.7


def simulate(simulation: Simulation, *, source: str, origin: Origin) -> Reading:
    """Make a corpus with planted topics; the same definition gives the same bytes.

    Args:
        simulation: Size, years, topics and seed.
        source: Source in observatory.toml.
        origin: What the rows name as the file they came from.

    Returns:
        Tables `work`, in order of date; `citation`; `planted_topic`; `planted_work`.

    Raises:
        DefinitionError: The definition asks for something impossible; every reason is named.
    """
    _check(simulation, source)
    rngs = np.random.default_rng(simulation.seed).spawn(5)
    topics = choose_topics(simulation.topics, n_emerging=simulation.emerging, rng=rngs[0])
    words = vocabulary(topics)
    planted = plan(simulation, topics, rng=rngs[0])
    works = draw_works(simulation, planted, n_areas=len(words.areas), rng=rngs[1])
    citations = cite(simulation, planted, works=works, rng=rngs[2])
    people = populate(planted, works, areas=words.areas, rng=rngs[3])
    native = _numbered("SIM", simulation.works, width=6)
    ids = pc.binary_join_element_wise(source, native, ":")
    corpus = Corpus(
        seed=simulation.seed,
        source=source,
        origin=origin.origin,
        words=words,
        works=works,
        citations=citations,
        people=people,
        subjects=_subjects(simulation, works, rngs[4]),
        native=native,
        ids=ids,
        chinese=_choose_chinese(simulation, people, rngs[4]),
    )
    names = _numbered("P", simulation.topics, width=3)
    planted_topic = {
        "source": pa.repeat(source, len(topics)),
        "topic": names,
        "label_en": [topic.phrases[0].en for topic in topics],
        "label_zh": [topic.phrases[0].zh for topic in topics],
        "course": planted.course,
        "birth": planted.birth,
        "emerging": planted.emerging,
    }
    planted_work = {
        "source": pa.repeat(source, simulation.works),
        "work": ids,
        "topic": names.take(pa.array(works.topic, mask=works.topic < 0)),
    }
    return Reading(
        format="simulated corpus",
        unit_read="records",
        n_read=simulation.works,
        n_kept=simulation.works,
        tables={
            "work": work_table(corpus),
            "citation": citation_table(corpus),
            "planted_topic": from_columns("planted_topic", planted_topic),
            "planted_work": from_columns("planted_work", planted_work),
        },
    )


def _check(simulation: Simulation, source: str) -> None:
    n_years = simulation.last_year - simulation.first_year + 1
    inside = simulation.inside_topic + simulation.inside_area
    rules = [
        (
            simulation.works >= _FEWEST_WORKS,
            f"works = {simulation.works}",
            f"ask for {_FEWEST_WORKS} works or more",
        ),
        (
            n_years >= _FEWEST_YEARS,
            f"the years {simulation.first_year} to {simulation.last_year}",
            f"let the corpus span {_FEWEST_YEARS} years or more; the courses need them",
        ),
        (
            simulation.first_year >= 1000 and simulation.last_year <= 9999,
            f"the years {simulation.first_year} to {simulation.last_year}",
            "give years of four digits",
        ),
        (simulation.topics >= 1, f"topics = {simulation.topics}", "plant one topic or more"),
        (
            0 <= simulation.emerging <= simulation.topics,
            f"emerging = {simulation.emerging}",
            f"give a number from 0 to topics = {simulation.topics}",
        ),
        (simulation.seed >= 0, f"seed = {simulation.seed}", "give a seed of 0 or more"),
        (
            -0.5 <= simulation.growth <= 1,
            f"growth = {simulation.growth}",
            "give a yearly growth from -0.5 to 1; 0.05 is 5 % a year",
        ),
        (
            0 <= simulation.references <= 100,
            f"references = {simulation.references}",
            "give a mean from 0 to 100",
        ),
        *(
            (0 <= share <= 1, f"{name} = {share}", "give a share from 0 to 1")
            for name in _SHARES
            for share in [getattr(simulation, name)]
        ),
        (
            inside <= 1 + 1e-9,
            f"inside_topic + inside_area = {inside:g}",
            "let them sum to 1 or less; what is left goes to any area",
        ),
    ]
    problems: list[ArmillaryError] = [
        DefinitionError(
            f"A corpus cannot be simulated with {what}.",
            where=f"observatory.toml, [sources.{source}]",
            fix=fix,
        )
        for holds, what, fix in rules
        if not holds
    ]
    raise_all(problems)


def _numbered(letters: str, n: int, *, width: int) -> pa.Array:
    digits = pa.array(np.arange(1, n + 1)).cast(pa.string())
    padded = pc.utf8_lpad(digits, max(width, len(str(n))), "0")
    return pc.binary_join_element_wise(letters, padded, "")


def _choose_chinese(
    simulation: Simulation, people: People, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Choose exactly the share asked for, works led from China first of all."""
    at_home = people.institute_country[people.lead] == COUNTRIES.index("CHN")
    key = rng.standard_exponential(simulation.works) / np.where(at_home, _HOME_LANGUAGE, 1.0)
    chosen = np.zeros(simulation.works, bool)
    wanted = round(simulation.chinese * simulation.works)
    chosen[np.argsort(key, kind="stable")[:wanted]] = True
    return chosen


def _subjects(simulation: Simulation, works: Drawn, rng: np.random.Generator) -> Subjects:
    """Find other topics a work may speak of: only such as works up to it already have."""
    n = simulation.works
    by_area = np.argsort(works.area, kind="stable")
    area_start = np.searchsorted(works.area[by_area], works.area)
    nth = np.empty(n, np.int64)
    nth[by_area] = np.arange(n)
    nth -= area_start
    near = works.topic[by_area[area_start + (rng.random(n) * (nth + 1)).astype(np.int64)]]
    far = works.topic[(rng.random(n) * (np.arange(n) + 1)).astype(np.int64)]
    second = np.where(rng.random(n) < _SECOND_IN_AREA, near, far)
    mixed = (rng.random(n) < simulation.mixed) & (works.topic >= 0)
    return Subjects(works.topic, np.where(mixed, second, -1), near, far, works.area)
