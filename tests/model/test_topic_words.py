"""Every indicator, attribute, word, note and list has its name in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import armillary.analyses.topics.cards as cards_package
from armillary.analyses.topics.cards.card import ATTRIBUTES, NONE, SOME, STRONG, UNTOLD, CardRule
from armillary.model.topic_words import topic_words

WORDS = topic_words()
CODE = "\n".join(
    path.read_text(encoding="utf-8") for path in Path(cards_package.__file__).parent.glob("*.py")
)


def test_every_text_is_in_both_languages():
    assert not [key for key, text in WORDS.items() if not (text.get("en") and text.get("zh"))]


def test_every_attribute_and_word_and_indicator_of_a_card_has_a_name():
    wanted = {f"cards.attribute.{name}" for name in ATTRIBUTES}
    wanted |= {f"cards.word.{word}" for word in (STRONG, SOME, NONE, UNTOLD)}
    wanted |= {f"cards.indicator.{name}" for held in ATTRIBUTES.values() for name in held}
    wanted |= {f"cards.reason.not_sure:{name}" for name in CardRule().sure}

    assert wanted <= WORDS.keys()


def test_every_note_in_the_code_has_its_text():
    notes = set(re.findall(r'"((?:no|too_few|corpus|citations)_[a-z_]+)"', CODE))
    known = {key.rpartition(".")[2] for key in WORDS if ".note." in key or ".reason." in key}
    indicators = {key.rpartition(".")[2] for key in WORDS if ".indicator." in key}

    assert notes - indicators <= known
