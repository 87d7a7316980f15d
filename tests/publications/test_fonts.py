"""The vendored fonts draw what a bilingual statistical report needs."""

from __future__ import annotations

import pytest
from fontTools.ttLib import TTFont

from armillary.publications.fonts import FAMILIES, font_paths, uncovered

FOLDER = font_paths()[0]
HAN = ["ArmillaryHanSC-Regular.otf", "ArmillaryHanSC-Bold.otf"]
LATIN = ["ArmillaryLatin-Regular.ttf", "ArmillaryLatin-Bold.ttf", "ArmillaryLatin-Italic.ttf"]
GB2312 = "".join(
    bytes([row, cell]).decode("gb2312", errors="ignore")
    for row in range(0xA1, 0xF8)
    for cell in range(0xA1, 0xFF)
)


def test_every_character_of_gb2312_is_covered():
    assert len(GB2312) == 7445
    assert uncovered(GB2312) == set()


@pytest.mark.parametrize(
    "text",
    [
        "".join(map(chr, range(0x20, 0x7F))),
        "".join(map(chr, range(0xA1, 0x180))),
        "ΑΒΓΔΩαβγδωάέ Москва Łódź Việt Nam Türkiye",
        "†‡≥≤×–—…‰²³¹№℃“”‘’•·±−≈→←↑↓∞½¼₂⁻€£¥◆●○■□★《》（），。、；：？！",
    ],
)
def test_letters_and_signs_of_statistics_are_covered(text):
    assert uncovered(text) == set()


def test_what_no_font_draws_is_named():
    assert uncovered("R&D 한 国") == {"한"}


def test_coverage_says_what_every_weight_draws():
    han = set.intersection(*(set(TTFont(FOLDER / name).getBestCmap()) for name in HAN))
    latin = set.intersection(*(set(TTFont(FOLDER / name).getBestCmap()) for name in LATIN))

    listed = {chr(point) for point in range(0x20000) if not uncovered(chr(point))}

    assert listed == {chr(point) for point in han | latin}


@pytest.mark.parametrize("name", HAN + LATIN)
def test_fonts_bear_their_own_name_and_keep_the_licence(name):
    names = TTFont(FOLDER / name)["name"]

    assert names.getDebugName(1) in FAMILIES
    assert not names.getDebugName(4).startswith("Noto")
    assert "SIL Open Font License" in names.getDebugName(13)
    assert "©" in names.getDebugName(0) or "Copyright" in names.getDebugName(0)


def test_the_licence_lies_beside_the_fonts():
    text = (FOLDER / "OFL.txt").read_text(encoding="utf-8")

    assert "SIL OPEN FONT LICENSE Version 1.1" in text
    assert "Adobe" in text
    assert "Google" in text
