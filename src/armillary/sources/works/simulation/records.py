"""The rows of the table `work` of a simulated corpus, made a block at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from armillary.model.columns import from_columns
from armillary.sources.works.simulation.people import COUNTRIES
from armillary.sources.works.simulation.texts import Subjects, compose

if TYPE_CHECKING:
    from armillary.sources.works.simulation.citations import Citations
    from armillary.sources.works.simulation.courses import Drawn
    from armillary.sources.works.simulation.people import People
    from armillary.sources.works.simulation.vocabulary import Vocabulary

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_BLOCK = 50_000
_TYPES = ("article", "proceedings", "review")
_TYPE_SHARES = (0.72, 0.22, 0.06)
_VENUES = {
    "article": (
        ("Simulated Journal of {}", "模拟{}学报"),
        ("Simulated Letters in {}", "模拟{}快报"),
        ("Simulated Transactions on {}", "模拟{}汇刊"),
    ),
    "proceedings": (("Simulated Conference on {}", "模拟{}会议"),),
    "review": (("Simulated Reviews in {}", "模拟{}评论"),),
}


class Corpus(NamedTuple):
    """Everything drawn about the works of a corpus, in order of time.

    Args:
        seed: Seed of the draws that are made block by block.
        source: Source in observatory.toml.
        origin: Origin the rows name.
        native: Native id of each work, shape (works,).
        ids: Work id of each work, shape (works,).
        chinese: Whether each work is in Chinese, shape (works,).
    """

    seed: int
    source: str
    origin: str
    words: Vocabulary
    works: Drawn
    citations: Citations
    people: People
    subjects: Subjects
    native: pa.Array
    ids: pa.Array
    chinese: Bools


def work_table(corpus: Corpus) -> pa.Table:
    """Return the table `work`; a block of rows is composed at a time, to bound memory."""
    n = len(corpus.chinese)
    return pa.concat_tables(
        _rows(corpus, slice(begin, min(n, begin + _BLOCK))) for begin in range(0, n, _BLOCK)
    )


def citation_table(corpus: Corpus) -> pa.Table:
    """Return the table `citation`, ordered by citing and cited work."""
    citing, cited = corpus.citations.citing, corpus.citations.cited
    # One block more than needed gives a table even to a corpus without citations.
    return pa.concat_tables(
        from_columns(
            "citation",
            {
                "source": pa.repeat(corpus.source, len(citing[begin : begin + 20 * _BLOCK])),
                "citing": corpus.ids.take(pa.array(citing[begin : begin + 20 * _BLOCK])),
                "cited": corpus.ids.take(pa.array(cited[begin : begin + 20 * _BLOCK])),
            },
        )
        for begin in range(0, len(citing) + 1, 20 * _BLOCK)
    )


def _rows(corpus: Corpus, block: slice) -> pa.Table:
    begin, n = block.start, block.stop - block.start
    rng = np.random.default_rng([corpus.seed, 1, begin // _BLOCK])
    chinese, people = corpus.chinese[block], corpus.people
    about = Subjects(*(column[block] for column in corpus.subjects))
    texts = compose(corpus.words, about, chinese=chinese, rng=rng)
    kind = rng.choice(len(_TYPES), n, p=_TYPE_SHARES)
    lead, partner = people.lead[block], people.partner[block]
    home = people.institute_country[lead]
    abroad = np.where(partner >= 0, people.institute_country[partner], -1)
    area = corpus.works.area[block]
    fields = pa.array([f"Simulated: {name.en}" for name in corpus.words.areas])
    numbers = pa.array(np.arange(begin + 1, block.stop + 1)).cast(pa.string())
    return from_columns(
        "work",
        {
            "work": corpus.ids[block],
            "source": pa.repeat(corpus.source, n),
            "origin": pa.repeat(corpus.origin, n),
            "locator": pc.binary_join_element_wise("record ", numbers, ""),
            "native_id": corpus.native[block],
            "type": pa.array(_TYPES).take(pa.array(kind)),
            "title": texts.title,
            "abstract": texts.abstract,
            "language": pa.array(["en", "zh"]).take(pa.array(chinese.astype(np.int8))),
            "year": pa.array(corpus.works.year[block]),
            "date": _dates(corpus.works.time[block]),
            "venue": _venues(corpus.words, area, kind, chinese, rng),
            "keywords": texts.keywords,
            "authors": _lists(people.authors, people.author, people.author_start, block),
            "organisations": _pairs(people.institutes, lead, partner),
            "countries": _pairs(pa.array(COUNTRIES), home, np.where(abroad == home, -1, abroad)),
            "classes": _pairs(fields, area, np.full(n, -1)),
            "references": _lists(
                corpus.native, corpus.citations.cited, corpus.citations.start, block
            ),
            "cited_by_count": pa.array(corpus.citations.cited_by[block]),
        },
    )


def _lists(names: pa.Array, numbers: Ints, start: Ints, block: slice) -> pa.ListArray:
    """Make the list of each work of a block from flat numbers and where each work's begin."""
    offsets = start[block.start : block.stop + 1]
    values = names.take(pa.array(numbers[offsets[0] : offsets[-1]]))
    return pa.ListArray.from_arrays(pa.array(offsets - offsets[0], type=pa.int32()), values)


def _pairs(names: pa.Array, first: Ints, second: Ints) -> pa.ListArray:
    """Make lists of one name, or of two where `second` is not -1."""
    both = np.stack([first, second], axis=1)
    keep = both >= 0
    offsets = np.concatenate([[0], np.cumsum(keep.sum(axis=1))])
    values = names.take(pa.array(both[keep]))
    return pa.ListArray.from_arrays(pa.array(offsets, type=pa.int32()), values)


def _dates(time: Floats) -> pa.Array:
    year = np.floor(time).astype(np.int64)
    day = ((time - year) * 365).astype(np.int64)
    january = (year - 1970).astype("datetime64[Y]").astype("datetime64[D]")
    return pa.array(january + day).cast(pa.string())


def _venues(
    words: Vocabulary, area: Ints, kind: Ints, chinese: Bools, rng: np.random.Generator
) -> pa.Array:
    """Draw a venue of the work's area, type and language."""
    names: list[str] = []
    start = np.zeros((2, len(_TYPES), len(words.areas)), np.int64)
    for language in (0, 1):
        for place, name in enumerate(_TYPES):
            for number, field in enumerate(words.areas):
                start[language, place, number] = len(names)
                title = field.zh if language else field.title
                names += [venue[language].format(title) for venue in _VENUES[name]]
    count = np.array([len(_VENUES[name]) for name in _TYPES])[kind]
    nth = (rng.random(len(area)) * count).astype(np.int64)
    return pa.array(names).take(pa.array(start[chinese.astype(np.int64), kind, area] + nth))
