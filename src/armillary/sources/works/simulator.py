"""Simulate a corpus of works whose topics are known, to see whether they are found again.

Nothing in it describes anything real: identifiers begin with SIM, venues and institutes say
that they are simulated, there are no DOIs. How topics come and go is in `simulation.courses`,
who cites whom in `simulation.citations`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from armillary.errors import ArmillaryError, DefinitionError, raise_all
from armillary.model.columns import from_columns, schema
from armillary.model.provenance import Origin, Reading
from armillary.sources.works.simulation.citations import Citations, cite
from armillary.sources.works.simulation.courses import Drawn, Plan, draw_works, plan
from armillary.sources.works.simulation.people import COUNTRIES, People, populate
from armillary.sources.works.simulation.texts import Subjects, compose
from armillary.sources.works.simulation.vocabulary import (
    TopicWords,
    Vocabulary,
    choose_topics,
    vocabulary,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from armillary.model.observatory import Simulation

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

_BLOCK = 50_000
_FEWEST_WORKS = 200
_FEWEST_YEARS = 9
_HOME_LANGUAGE = 40.0
"""How much likelier a work led from China is in Chinese than another one."""
_TYPES = ("article", "proceedings", "review")
_VENUES = {
    "article": (
        ("Simulated Journal of {}", "模拟{}学报"),
        ("Simulated Letters in {}", "模拟{}快报"),
        ("Simulated Transactions on {}", "模拟{}汇刊"),
    ),
    "proceedings": (("Simulated Conference on {}", "模拟{}会议"),),
    "review": (("Simulated Reviews in {}", "模拟{}评论"),),
}


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
    citations = cite(simulation, planted, works, rng=rngs[2])
    people = populate(planted, works, areas=words.areas, rng=rngs[3])
    chinese = _choose_chinese(simulation, people, rngs[4])
    subjects = _subjects(simulation, works, rngs[4])
    width = max(6, len(str(simulation.works)))
    native = _numbered("SIM", simulation.works, width)
    ids = pc.binary_join_element_wise(source, native, ":")
    blocks = [
        _work_block(
            block, simulation, words, works, citations, people, chinese, subjects, native, ids,
            source=source, origin=origin,
        )
        for block in _blocks(simulation.works)
    ]
    names = _numbered("P", simulation.topics, max(3, len(str(simulation.topics))))
    planted_work = from_columns(
        "planted_work",
        {
            "source": _same(source, simulation.works),
            "work": ids,
            "topic": names.take(pa.array(works.topic, mask=works.topic < 0)),
        },
    )
    return Reading(
        format="simulated corpus",
        unit_read="records",
        n_read=simulation.works,
        n_kept=simulation.works,
        tables={
            "work": pa.concat_tables(blocks),
            "citation": _citation_table(citations, ids, source),
            "planted_topic": _topic_table(planted, topics, names, source),
            "planted_work": planted_work,
        },
    )


def _check(simulation: Simulation, source: str) -> None:
    shares = {
        name: getattr(simulation, name)
        for name in ("chinese", "noise", "mixed", "inside_topic", "inside_area")
    }
    wrong = [
        (simulation.works < _FEWEST_WORKS, f"works = {simulation.works}",
         f"ask for {_FEWEST_WORKS} works or more"),
        (simulation.last_year - simulation.first_year + 1 < _FEWEST_YEARS,
         f"years {simulation.first_year} to {simulation.last_year}",
         f"let the corpus span {_FEWEST_YEARS} years or more: courses need them"),
        (not 1000 <= simulation.first_year <= 9000, f"first_year = {simulation.first_year}",
         "give a year of four digits"),
        (simulation.topics < 1, f"topics = {simulation.topics}", "plant one topic or more"),
        (not 0 <= simulation.emerging <= simulation.topics, f"emerging = {simulation.emerging}",
         f"give a number from 0 to topics = {simulation.topics}"),
        (simulation.seed < 0, f"seed = {simulation.seed}", "give a seed of 0 or more"),
        (not -0.5 <= simulation.growth <= 1, f"growth = {simulation.growth}",
         "give a yearly growth from -0.5 to 1; 0.05 is 5 % a year"),
        (not 0 <= simulation.references <= 100, f"references = {simulation.references}",
         "give a mean from 0 to 100"),
        *((not 0 <= share <= 1, f"{name} = {share}", "give a share from 0 to 1")
          for name, share in shares.items()),
        (shares["inside_topic"] + shares["inside_area"] > 1,
         f"inside_topic + inside_area = {shares['inside_topic'] + shares['inside_area']:g}",
         "let them sum to 1 or less; what is left goes to other areas"),
        (shares["noise"] == 1, "noise = 1", "leave works for the topics"),
    ]
    problems: list[ArmillaryError] = [
        DefinitionError(
            f"A corpus cannot be simulated with {what}.",
            where=f"observatory.toml, [sources.{source}]",
            fix=fix,
        )
        for bad, what, fix in wrong
        if bad
    ]
    raise_all(problems)


def _blocks(n: int) -> Iterator[slice]:
    for begin in range(0, n, _BLOCK):
        yield slice(begin, min(n, begin + _BLOCK))


def _numbered(letters: str, n: int, width: int) -> pa.Array:
    digits = pc.utf8_lpad(pa.array(np.arange(1, n + 1)).cast(pa.string()), width, "0")
    return pc.binary_join_element_wise(letters, digits, "")


def _same(text: str, n: int) -> pa.Array:
    return pa.repeat(pa.scalar(text), n)


def _choose_chinese(
    simulation: Simulation, people: People, rng: np.random.Generator
) -> Bools:
    """Choose exactly the share asked for, works led from China first of all."""
    at_home = people.institute_country[people.lead] == COUNTRIES.index("CHN")
    key = rng.standard_exponential(simulation.works) / np.where(at_home, _HOME_LANGUAGE, 1.0)
    chosen = np.zeros(simulation.works, bool)
    wanted = round(simulation.chinese * simulation.works)
    chosen[np.argsort(key, kind="stable")[:wanted]] = True
    return chosen


def _subjects(simulation: Simulation, works: Drawn, rng: np.random.Generator) -> Subjects:
    """Find other topics a work may speak of: only such as earlier works already have."""
    n = simulation.works
    by_area = np.argsort(works.area, kind="stable")
    area_start = np.searchsorted(works.area[by_area], works.area)
    nth = np.empty(n, np.int64)
    nth[by_area] = np.arange(n)
    nth -= area_start
    near = works.topic[by_area[area_start + (rng.random(n) * (nth + 1)).astype(np.int64)]]
    far = works.topic[(rng.random(n) * (np.arange(n) + 1)).astype(np.int64)]
    draw = rng.random(n)
    second = np.where(rng.random(n) < 0.7, near, far)
    second = np.where((draw < simulation.mixed) & (works.topic >= 0), second, -1)
    return Subjects(works.topic, second, near, far, works.area)


def _work_block(
    block: slice,
    simulation: Simulation,
    words: Vocabulary,
    works: Drawn,
    citations: Citations,
    people: People,
    chinese: Bools,
    subjects: Subjects,
    native: pa.Array,
    ids: pa.Array,
    *,
    source: str,
    origin: Origin,
) -> pa.Table:
    begin, n = block.start, block.stop - block.start
    rng = np.random.default_rng([simulation.seed, 1, begin // _BLOCK])
    texts = compose(
        words, Subjects(*(column[block] for column in subjects)), chinese=chinese[block], rng=rng
    )
    kind = rng.choice(len(_TYPES), n, p=[0.72, 0.22, 0.06])
    references = native.take(
        pa.array(citations.cited[citations.start[begin] : citations.start[block.stop]])
    )
    authors = people.authors.take(
        pa.array(people.author[people.author_start[begin] : people.author_start[block.stop]])
    )
    lead, partner = people.lead[block], people.partner[block]
    country = people.institute_country
    home = country[lead]
    abroad = np.where(partner >= 0, country[partner], -1)
    area = works.area[block]
    classes = pa.array([f"Simulated: {name.en}" for name in words.areas])
    return from_columns(
        "work",
        {
            "work": ids[block],
            "source": _same(source, n),
            "origin": _same(origin.origin, n),
            "locator": _prefixed("record ", np.arange(begin + 1, block.stop + 1)),
            "native_id": native[block],
            "type": pa.array(_TYPES).take(pa.array(kind)),
            "title": texts.title,
            "abstract": texts.abstract,
            "language": pa.array(["en", "zh"]).take(pa.array(chinese[block].astype(np.int8))),
            "year": pa.array(works.year[block]),
            "date": _dates(works.time[block]),
            "venue": _venues(words, area, kind, chinese[block], rng),
            "keywords": texts.keywords,
            "authors": _lists(authors, citations_start(people.author_start, block)),
            "organisations": _pairs(people.institutes, lead, partner),
            "countries": _pairs(pa.array(COUNTRIES), home, np.where(abroad == home, -1, abroad)),
            "classes": _pairs(classes, area, np.full(n, -1)),
            "references": _lists(references, citations_start(citations.start, block)),
            "cited_by_count": pa.array(citations.cited_by[block]),
        },
    )


def citations_start(start: Ints, block: slice) -> Ints:
    """Return the offsets of one block, counted from its own beginning."""
    offsets: Ints = start[block.start : block.stop + 1] - start[block.start]
    return offsets


def _prefixed(prefix: str, numbers: Ints) -> pa.Array:
    return pc.binary_join_element_wise(prefix, pa.array(numbers).cast(pa.string()), "")


def _lists(values: pa.Array, offsets: Ints) -> pa.ListArray:
    return pa.ListArray.from_arrays(pa.array(offsets, type=pa.int32()), values)


def _pairs(names: pa.Array, first: Ints, second: Ints) -> pa.ListArray:
    """Make lists of one name, or of two where `second` is not -1."""
    both = np.stack([first, second], axis=1)
    keep = both >= 0
    offsets = np.concatenate([[0], np.cumsum(keep.sum(axis=1))])
    return _lists(names.take(pa.array(both[keep])), offsets)


def _dates(time: Floats) -> pa.Array:
    year = np.floor(time).astype(np.int64)
    day = ((time - year) * 365).astype(np.int64)
    january = (year - 1970).astype("datetime64[Y]").astype("datetime64[D]")
    return pa.array(january + day).cast(pa.string())


def _venues(
    words: Vocabulary, area: Ints, kind: Ints, chinese: Bools, rng: np.random.Generator
) -> pa.Array:
    names: list[str] = []
    starts = np.zeros((2, len(_TYPES), len(words.areas)), np.int64)
    counts = np.array([len(_VENUES[name]) for name in _TYPES])
    for language in (0, 1):
        for place, name in enumerate(_TYPES):
            for number, field in enumerate(words.areas):
                starts[language, place, number] = len(names)
                title = field.zh if language else field.en.title()
                names += [venue[language].format(title) for venue in _VENUES[name]]
    nth = (rng.random(len(area)) * counts[kind]).astype(np.int64)
    return pa.array(names).take(pa.array(starts[chinese.astype(np.int64), kind, area] + nth))


def _citation_table(citations: Citations, ids: pa.Array, source: str) -> pa.Table:
    parts = [
        from_columns(
            "citation",
            {
                "source": _same(source, len(citing)),
                "citing": ids.take(pa.array(citing)),
                "cited": ids.take(pa.array(cited)),
            },
        )
        for begin in range(0, len(citations.citing), 20 * _BLOCK)
        for citing, cited in [
            (
                citations.citing[begin : begin + 20 * _BLOCK],
                citations.cited[begin : begin + 20 * _BLOCK],
            )
        ]
    ]
    return pa.concat_tables(parts) if parts else schema("citation").empty_table()


def _topic_table(
    planted: Plan, topics: list[TopicWords], names: pa.Array, source: str
) -> pa.Table:
    return from_columns(
        "planted_topic",
        {
            "source": _same(source, len(topics)),
            "topic": names,
            "label_en": [topic.phrases[0].en for topic in topics],
            "label_zh": [topic.phrases[0].zh for topic in topics],
            "course": planted.course,
            "birth": planted.birth,
            "emerging": planted.emerging,
        },
    )
