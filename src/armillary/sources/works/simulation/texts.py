"""The titles, abstracts and keywords of simulated works, composed from sentence frames.

A frame such as `Effects of {t} on {t}` has slots: {t} takes a phrase of the work's topic, or
of its area or another topic, so that vocabularies overlap; {m} a method; {q} a property;
{n} a number. Everything is done for a block of works at once.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from armillary.sources.works.simulation.vocabulary import rows_of

if TYPE_CHECKING:
    from armillary.sources.works.simulation.vocabulary import Vocabulary

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_SLOTS = 4
_LANGUAGES = ("en", "zh")
_ZIPF_EXPONENT = 0.8
_FROM_AREA = 0.25
_FROM_NEIGHBOUR = 0.08
_FROM_ELSEWHERE = 0.04
# A work of no topic speaks of its area at large, and a little of this topic and that.
_NOISE_FROM_AREA = 0.45
_NOISE_FROM_NEIGHBOUR = 0.35
_N_T, _N_M, _N_Q, _N_N = 6, 3, 3, 2
_COLUMN = {"t": 1, "m": 1 + _N_T, "q": 1 + _N_T + _N_M, "n": 1 + _N_T + _N_M + _N_Q}
# Which of a work's phrases the slots of each part take, in turn: the title's come back later.
_PARTS: dict[str, dict[str, tuple[int, ...]]] = {
    "title": {"t": (0, 1), "m": (0,), "q": (0,), "n": ()},
    "background": {"t": (0, 2), "m": (), "q": (1,), "n": ()},
    "aim": {"t": (1, 3), "m": (), "q": (0,), "n": ()},
    "method": {"t": (0, 4), "m": (0, 1, 2), "q": (), "n": (0,)},
    "result": {"t": (2, 5), "m": (), "q": (0, 2), "n": (1,)},
    "outlook": {"t": (1, 3), "m": (), "q": (1,), "n": ()},
}
_OFTEN_LEFT_OUT = {"background": 0.15, "outlook": 0.35}


class Texts(NamedTuple):
    """Texts of a block of works; each array has one entry per work."""

    title: pa.Array
    abstract: pa.Array
    keywords: pa.ListArray


class Subjects(NamedTuple):
    """What a block of works is about; shapes (works,); -1 is no topic.

    Args:
        topic: Own topic.
        second: Topic that gives half the words of a mixed work.
        neighbour: Topic of an earlier work of the area.
        elsewhere: Topic of any earlier work.
        area: Area.
    """

    topic: Ints
    second: Ints
    neighbour: Ints
    elsewhere: Ints
    area: Ints


class _Frames(NamedTuple):
    """Frames of one part in one language.

    Args:
        pieces: Text before each slot and after the last, each of shape (frames,).
        column: Column of the work's phrases each slot takes, shape (frames, 4).
        opens: Whether the frame opens with a slot, shape (frames,).
    """

    pieces: tuple[pa.Array, ...]
    column: Ints
    opens: NDArray[np.bool_]


@cache
def _frames(language: str, part: str) -> _Frames:
    texts = [
        row["frame"]
        for row in rows_of("frames.tsv")
        if (row["language"], row["part"]) == (language, part)
    ]
    texts.append("")
    pieces: list[list[str]] = []
    columns = np.zeros((len(texts), _SLOTS), np.int64)
    for place, text in enumerate(texts):
        cut = re.split(r"\{([tmqn])\}", text)
        seen = dict.fromkeys("tmqn", 0)
        for slot, kind in enumerate(cut[1::2]):
            turns = _PARTS[part][kind]
            columns[place, slot] = _COLUMN[kind] + turns[seen[kind] % len(turns)]
            seen[kind] += 1
        held = cut[::2] + [""] * (_SLOTS + 1 - len(cut[::2]))
        if language == "en" and text and part not in {"title"}:
            held[0] = " " + held[0]
        pieces.append(held)
    return _Frames(
        pieces=tuple(pa.array(column) for column in zip(*pieces, strict=True)),
        column=columns,
        opens=np.array([text.startswith("{") for text in texts]),
    )


def compose(
    vocabulary: Vocabulary,
    subjects: Subjects,
    *,
    chinese: NDArray[np.bool_],
    rng: np.random.Generator,
) -> Texts:
    """Compose the texts of a block of works.

    Args:
        vocabulary: Every phrase by number.
        subjects: What the works are about.
        chinese: Whether each work is in Chinese, shape (works,).
        rng: Source of the draws.
    """
    phrases = _choose_phrases(vocabulary, subjects, rng)
    n_keywords = rng.integers(3, 6, len(chinese))
    choice = rng.random((len(chinese), 2 * len(_PARTS)))
    made: list[Texts] = []
    for language, rows in zip(
        _LANGUAGES, (np.flatnonzero(~chinese), np.flatnonzero(chinese)), strict=True
    ):
        words = vocabulary.words[language]
        sentences = [
            _sentence(
                _frames(language, part),
                words,
                phrases[rows],
                choice[rows][:, 2 * nth :],
                left_out=_OFTEN_LEFT_OUT.get(part, 0.0),
                n_phrases=vocabulary.n_phrases,
            )
            for nth, part in enumerate(_PARTS)
        ]
        abstract = pc.binary_join_element_wise(*sentences[1:], "")
        keywords = _keywords(words, phrases[rows], n_keywords[rows])
        made.append(Texts(sentences[0], pc.utf8_trim_whitespace(abstract), keywords))
    back = np.argsort(np.concatenate([np.flatnonzero(~chinese), np.flatnonzero(chinese)]))
    english, other = made
    return Texts(
        *(
            pa.concat_arrays([first, second]).take(pa.array(back))
            for first, second in zip(english, other, strict=True)
        )
    )


def _ordered(weight: Floats, n: int, take: int, rng: np.random.Generator) -> Ints:
    """Draw `take` of the choices for each of n works, none twice, heavier ones sooner.

    Source: Efraimidis & Spirakis (2006), doi:10.1016/j.ipl.2005.11.003.
    """
    keys = rng.standard_exponential((n, weight.shape[-1]), dtype=np.float32)
    with np.errstate(divide="ignore"):
        keys /= weight.astype(np.float32)
    return np.argsort(keys, axis=1, kind="stable")[:, :take]


def _core(vocabulary: Vocabulary, topic: Ints, rng: np.random.Generator) -> Ints:
    """Draw phrases of each work's topic, shape (works, 6); the topic must be known."""
    most = int(vocabulary.core_count.max())
    rank = np.arange(most)
    weight = np.where(
        rank < vocabulary.core_count[topic][:, None], (1.0 + rank) ** -_ZIPF_EXPONENT, 0.0
    )
    return vocabulary.core_start[topic][:, None] + _ordered(weight, len(topic), _N_T, rng)


def _choose_phrases(vocabulary: Vocabulary, subjects: Subjects, rng: np.random.Generator) -> Ints:
    """Choose the phrases each work uses: empty, then {t}, {m}, {q} and {n} ones in columns."""
    n = len(subjects.topic)
    shared = {
        role: np.take_along_axis(
            vocabulary.shared[role][subjects.area],
            _ordered(vocabulary.shared_weight[role], n, take, rng),
            axis=1,
        )
        for role, take in (("object", _N_T), ("method", _N_M), ("property", _N_Q))
    }
    about = shared["object"].copy()
    half = np.arange(_N_T) % 2 == 1
    draw = rng.random((n, _N_T))
    noise = (subjects.topic < 0)[:, None]
    area_to = np.where(noise, _NOISE_FROM_AREA, _FROM_AREA)
    near_to = area_to + np.where(noise, _NOISE_FROM_NEIGHBOUR, _FROM_NEIGHBOUR)
    far_to = np.where(noise, 1.0, near_to + _FROM_ELSEWHERE)
    near = (draw >= area_to) & (draw < near_to)
    far = (draw >= near_to) & (draw < far_to)
    own = draw >= far_to
    second = own & half & (subjects.second >= 0)[:, None]
    for topic, wanted in (
        (subjects.topic, own & ~second),
        (subjects.second, second),
        (subjects.neighbour, near),
        (subjects.elsewhere, far),
    ):
        drawn = _core(vocabulary, np.maximum(topic, 0), rng)
        about = np.where(wanted & (topic >= 0)[:, None], drawn, about)
    number = vocabulary.number_start + rng.integers(2, 60, (n, _N_N))
    empty = np.zeros((n, 1), np.int64)
    return np.concatenate([empty, about, shared["method"], shared["property"], number], axis=1)


def _sentence(
    frames: _Frames,
    words: pa.Array,
    phrases: Ints,
    choice: Floats,
    *,
    left_out: float,
    n_phrases: int,
) -> pa.Array:
    empty = len(frames.opens) - 1
    frame = (choice[:, 0] * empty).astype(np.int64)
    frame = np.where(choice[:, 1] < left_out, empty, frame)
    rows = np.arange(len(frame))
    parts = []
    for slot in range(_SLOTS):
        phrase = phrases[rows, frames.column[frame, slot]]
        if slot == 0:
            phrase = phrase + np.where(frames.opens[frame], n_phrases, 0)
        parts += [frames.pieces[slot].take(pa.array(frame)), words.take(pa.array(phrase))]
    parts.append(frames.pieces[_SLOTS].take(pa.array(frame)))
    return pc.binary_join_element_wise(*parts, "")


def _keywords(words: pa.Array, phrases: Ints, wanted: Ints) -> pa.ListArray:
    """Take the first {t} phrases and one {q} phrase, none twice."""
    first, last = _COLUMN["t"], _COLUMN["q"]
    chosen = np.concatenate([phrases[:, first : first + 4], phrases[:, last : last + 1]], axis=1)
    keep = np.arange(5)[None, :] < wanted[:, None]
    for column in range(1, 5):
        keep[:, column] &= (chosen[:, :column] != chosen[:, column : column + 1]).all(axis=1)
    offsets = np.concatenate([[0], np.cumsum(keep.sum(axis=1))]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), words.take(pa.array(chosen[keep])))
