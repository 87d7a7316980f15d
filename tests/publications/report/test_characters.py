"""Texts of the data reach the page as they stand, without hidden characters."""

from __future__ import annotations

from collections import Counter

from armillary.publications.report import characters


def test_hidden_characters_go_and_white_space_is_one_space():
    assert characters.plain("a\r\n  b\u202e\u0000\u200bc\u00a0%") == "a bc\u00a0%"


def test_letters_are_composed():
    assert characters.plain("e\u0301") == "\u00e9"


def test_replacing_counts_and_leaves_the_rest():
    counts = Counter()

    tree = characters.shown(
        {"cells": ["한국 R&D", {"text": "한"}], "level": 1}, replaced={"한"}, counts=counts
    )

    assert tree == {"cells": ["[U+D55C]국 R&D", {"text": "[U+D55C]"}], "level": 1}
    assert counts == {"한": 2}


def test_cleaning_notes_every_character_shown():
    seen = set()

    characters.cleaned({"a": ["xy", {"b": "z"}], "n": 3}, seen=seen)

    assert seen == {"x", "y", "z"}
