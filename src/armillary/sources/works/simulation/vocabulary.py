"""The words of simulated works: areas, topics and their phrases in English and Chinese.

The tables beside this module were written for the simulator. Topics beyond the written ones
are coined from syllables, so that any number of them has names and words of its own.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Ints = NDArray[np.int64]

_SYLLABLES = (
    "ba=巴; ka=卡; lo=洛; mi=米; na=纳; ri=里; so=索; ta=塔; vu=伏; ze=泽; du=杜; fe=费; "
    "ga=加; ho=霍; ke=克; li=利; mo=莫; ne=内; po=波; ru=鲁; si=西; to=托; wa=瓦; yo=约"
)
_MODIFIERS = (
    "adaptive=自适应; bio-inspired=仿生; low-temperature=低温; self-assembled=自组装; "
    "ultrathin=超薄; hybrid=混合; stimuli-responsive=刺激响应; recyclable=可回收; "
    "miniaturised=微型化; multifunctional=多功能; data-driven=数据驱动; gradient=梯度"
)
_SUBJECTS = (
    "membranes=膜; sensors=传感器; catalysts=催化剂; coatings=涂层; controllers=控制器; "
    "actuators=执行器; networks=网络; carriers=载体; reactors=反应器; arrays=阵列; "
    "composites=复合材料; filters=滤波器; probes=探针"
)
_ASPECTS = (
    "synthesis=合成; interfaces=界面; degradation=退化; transport=输运; calibration=标定; "
    "integration=集成; kinetics=动力学; doping=掺杂; ageing=老化; coupling=耦合; packaging=封装"
)
_LARGEST_NUMBER = 60
_AREA_WEIGHT = 2.5
"""How much likelier a method, property or object of the area is than a general one."""


class Phrase(NamedTuple):
    """One phrase in both languages."""

    en: str
    zh: str

    @property
    def title(self) -> str:
        """The English phrase with capitals, as in the name of a journal."""
        return self.en.title().replace(" And ", " and ")


class TopicWords(NamedTuple):
    """The words of one topic; the first phrase is its name."""

    area: int
    young: bool
    phrases: tuple[Phrase, ...]


class Vocabulary(NamedTuple):
    """Every phrase a corpus may use, by number.

    Args:
        areas: Names of the areas.
        words: Language to phrases, shape (2 x phrases,): as they stand, then the same with a
            capital letter. Number 0 is the empty phrase.
        core_start: First phrase of each topic, shape (topics,).
        core_count: Phrases of each topic, shape (topics,).
        shared: Role (object, method, property) to phrases of each area and the general ones,
            shape (areas, choices).
        shared_weight: Role to the weight of each choice, shape (choices,).
        number_start: Phrase that reads "1".
        n_phrases: Phrases, without the capitalised ones.
    """

    areas: tuple[Phrase, ...]
    words: dict[str, pa.Array]
    core_start: Ints
    core_count: Ints
    shared: dict[str, Ints]
    shared_weight: dict[str, NDArray[np.float64]]
    number_start: int
    n_phrases: int


def rows_of(file: str) -> list[dict[str, str]]:
    """Return the rows of one table beside this module."""
    text = files("armillary.sources.works.simulation").joinpath(file).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines(), delimiter="\t"))


@cache
def phrases_of(text: str) -> tuple[Phrase, ...]:
    """Read phrases written as `english=chinese; english=chinese`.

    Examples:
        >>> phrases_of("wind=风; water=水")
        (Phrase(en='wind', zh='风'), Phrase(en='water', zh='水'))
    """
    return tuple(Phrase(*pair.split("=")) for pair in text.split("; "))


@cache
def areas() -> tuple[str, ...]:
    """Return the keys of the areas, in the order of their table."""
    keys = dict.fromkeys(row["area"] for row in rows_of("vocabulary.tsv"))
    return tuple(key for key in keys if key != "general")


@cache
def written_topics() -> tuple[TopicWords, ...]:
    """Return the topics written by hand."""
    return tuple(
        TopicWords(
            area=areas().index(row["area"]),
            young=row["young"] == "yes",
            phrases=phrases_of(row["name"]) + phrases_of(row["phrases"]),
        )
        for row in rows_of("topics.tsv")
    )


def coin(number: int) -> Phrase:
    """Coin the word of one number; different numbers give different words.

    Examples:
        >>> coin(0), coin(30)
        (Phrase(en='bababa', zh='巴巴巴'), Phrase(en='sokaba', zh='索卡巴'))
    """
    syllables = phrases_of(_SYLLABLES)
    spoken: list[Phrase] = []
    while number or len(spoken) < 3:
        number, place = divmod(number, len(syllables))
        spoken.append(syllables[place])
    return Phrase("".join(s.en for s in spoken), "".join(s.zh for s in spoken))


def coined_topic(number: int, *, area: int) -> TopicWords:
    """Coin one topic: a name and words no other topic has, and words that several share.

    Args:
        number: Which of the coined topics, from 0.
        area: Its area.

    Examples:
        >>> coined_topic(0, area=0).phrases[0].en
        'adaptive vumovu membranes'
    """
    modifiers, subjects, aspects = map(phrases_of, (_MODIFIERS, _SUBJECTS, _ASPECTS))
    scattered = (number * 7_919 + 5_000) % 13_824 + number // 13_824 * 13_824
    word = coin(scattered)
    modifier = modifiers[number % len(modifiers)]
    subject = subjects[number % len(subjects)]
    own = [aspects[(number + step) % len(aspects)] for step in (0, 2, 5, 9)]
    second = modifiers[(number // len(modifiers) + 5 + number) % len(modifiers)]
    phrases = (
        Phrase(f"{modifier.en} {word.en} {subject.en}", modifier.zh + word.zh + subject.zh),
        *(Phrase(f"{word.en} {aspect.en}", word.zh + aspect.zh) for aspect in own),
        Phrase(f"{modifier.en} {subject.en}", modifier.zh + subject.zh),
        Phrase(f"{second.en} {subject.en}", second.zh + subject.zh),
        Phrase(f"{word.en} {subject.en}", word.zh + subject.zh),
        Phrase(f"{subject.en} {own[0].en}", subject.zh + own[0].zh),
    )
    return TopicWords(area=area, young=False, phrases=phrases)


def choose_topics(n_topics: int, *, n_emerging: int, rng: np.random.Generator) -> list[TopicWords]:
    """Choose topics so that young ones are there to emerge, ordered by area.

    Args:
        n_topics: Topics wanted; beyond the written ones they are coined.
        n_emerging: Young topics wanted; all there are, where there are fewer.
        rng: Source of the draw.
    """
    written = written_topics()
    n_areas = 1 + max(topic.area for topic in written)
    if n_topics >= len(written):
        n_coined = n_topics - len(written)
        coined = [coined_topic(number, area=number % n_areas) for number in range(n_coined)]
        return sorted([*written, *coined], key=lambda topic: topic.area)
    shuffled = [written[place] for place in rng.permutation(len(written))]
    young = [topic for topic in shuffled if topic.young][:n_emerging]
    rest = [topic for topic in shuffled if topic not in young]
    rest.sort(key=lambda topic: topic.young)
    return sorted([*young, *rest][:n_topics], key=lambda topic: topic.area)


def vocabulary(topics: list[TopicWords]) -> Vocabulary:
    """Number every phrase that works of these topics may use.

    Args:
        topics: The topics of the corpus, ordered by area.
    """
    rows = rows_of("vocabulary.tsv")
    listing: list[Phrase] = [Phrase("", "")]
    names: list[Phrase] = []
    by_role: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        phrases = phrases_of(row["phrases"])
        if row["role"] == "name":
            names += phrases if row["area"] != "general" else ()
            continue
        by_role[row["area"], row["role"]] = list(range(len(listing), len(listing) + len(phrases)))
        listing += phrases
    keys = areas()
    roles = ("object", "method", "property")
    shared = {
        role: np.array([by_role[key, role] + by_role["general", role] for key in keys])
        for role in roles
    }
    weight = {
        role: np.repeat(
            [_AREA_WEIGHT, 1.0], [len(by_role[keys[0], role]), len(by_role["general", role])]
        )
        for role in roles
    }
    number_start = len(listing)
    listing += [Phrase(str(n), str(n)) for n in range(1, _LARGEST_NUMBER + 1)]
    counts = np.array([len(topic.phrases) for topic in topics])
    starts = len(listing) + np.concatenate([[0], np.cumsum(counts)[:-1]])
    for topic in topics:
        listing += topic.phrases
    capitals = [phrase.en[:1].upper() + phrase.en[1:] for phrase in listing]
    return Vocabulary(
        areas=tuple(names),
        words={
            "en": pa.array([phrase.en for phrase in listing] + capitals),
            "zh": pa.array([phrase.zh for phrase in listing] * 2),
        },
        core_start=starts,
        core_count=counts,
        shared=shared,
        shared_weight=weight,
        number_start=number_start,
        n_phrases=len(listing),
    )
