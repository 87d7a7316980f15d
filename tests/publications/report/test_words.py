"""Every text of the report exists in both languages, with the same gaps to fill."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from armillary.publications import report
from armillary.publications.fonts import uncovered
from armillary.publications.report.blocks import marked
from armillary.publications.report.words import Words, catalogue

FOLDER = Path(report.__file__).parent


def gaps(text: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(text) if field}


@pytest.mark.parametrize("key", sorted(catalogue()))
def test_a_text_has_both_languages_and_the_same_gaps(key):
    texts = catalogue()[key]

    assert set(texts) == {"en", "zh"}
    assert all(texts.values())
    assert gaps(texts["en"]) == gaps(texts["zh"])
    assert uncovered(texts["en"] + texts["zh"]) == set()


def test_every_key_the_code_asks_for_is_there():
    code = "".join(file.read_text(encoding="utf-8") for file in FOLDER.glob("*.py"))

    asked = set(re.findall(r'words\(\s*"([^"]+)"', code))

    assert len(asked) > 80
    assert asked - set(catalogue()) == set()


def test_names_come_from_the_store_then_the_catalogue_then_the_code(open_store, sample):
    words = Words("zh", store=open_store(sample))

    assert words.name("area", "AAA") == "甲国"
    assert words.name("unit", "CNY") == "元"
    assert words.name("area", "B") == "B"


def test_a_text_in_the_other_language_says_so(open_store):
    words = Words("en", store=open_store({}))

    assert words.told("Plan", "计划") == "Plan"
    assert words.told(None, "计划") == marked("计划", language="zh")
