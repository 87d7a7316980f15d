"""Make the fonts of the report: subsets of Noto Sans CJK SC and Noto Sans, renamed.

Both originals are under the SIL Open Font License 1.1 and reserve no font name; the subsets
get names of their own all the same, so that nobody takes them for the originals and an
installed Noto is never mixed up with them. The same originals give the same bytes.

Run it with the folders of the Debian packages fonts-noto-cjk and fonts-noto-core:

    python scripts/make_fonts.py --han /usr/share/fonts/opentype/noto \
        --latin /usr/share/fonts/truetype/noto
"""

from __future__ import annotations

import argparse
from itertools import chain
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

FOLDER = Path(__file__).parents[1] / "src/armillary/publications/fonts"
HAN, LATIN = "Armillary Han SC", "Armillary Latin"
# Noto Sans CJK's third face is SC; 2026-01-01 in seconds since 1904, the epoch of OpenType.
SC_FACE, MADE = 2, 3_850_070_400
LETTERS = (
    (0x0020, 0x007E),  # ASCII
    (0x00A0, 0x024F),  # Latin-1, Latin Extended-A and -B
    (0x02B0, 0x036F),  # modifiers and combining marks
    (0x0370, 0x03FF),  # Greek
    (0x0400, 0x04FF),  # Cyrillic
    (0x1E00, 0x1EFF),  # Latin Extended Additional: Vietnamese
    (0x1F00, 0x1FFF),  # Greek Extended
)
SYMBOLS = (
    (0x2000, 0x206F),  # general punctuation
    (0x2070, 0x209F),  # superscripts and subscripts
    (0x20A0, 0x20BF),  # currencies
    (0x2100, 0x218F),  # letter-like symbols and number forms
    (0x2190, 0x22FF),  # arrows and mathematical operators
    (0x2460, 0x24FF),  # enclosed numbers
    (0x2500, 0x26FF),  # lines, shapes, symbols
    (0x2713, 0x2717),  # ticks and crosses
)
EAST_ASIAN = (
    (0x3000, 0x312F),  # CJK punctuation, kana, bopomofo
    (0x3200, 0x33FF),  # enclosed and squared characters
    (0xFE30, 0xFE4F),  # vertical forms
    (0xFF00, 0xFFEF),  # full width and half width forms
)
FACES = (
    ("ArmillaryHanSC-Regular.otf", "NotoSansCJK-Regular.ttc", HAN, "Regular"),
    ("ArmillaryHanSC-Bold.otf", "NotoSansCJK-Bold.ttc", HAN, "Bold"),
    ("ArmillaryLatin-Regular.ttf", "NotoSans-Regular.ttf", LATIN, "Regular"),
    ("ArmillaryLatin-Italic.ttf", "NotoSans-Italic.ttf", LATIN, "Italic"),
    ("ArmillaryLatin-Bold.ttf", "NotoSans-Bold.ttf", LATIN, "Bold"),
)


def gb2312() -> set[int]:
    """Return the code points of all 7,445 characters of GB/T 2312-1980."""
    points = set()
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                points.add(ord(bytes([row, cell]).decode("gb2312")))
            except UnicodeDecodeError:
                continue
    return points


def spanned(ranges: tuple[tuple[int, int], ...]) -> set[int]:
    """Return every code point of some ranges."""
    return set(chain.from_iterable(range(first, last + 1) for first, last in ranges))


def make(original: Path, *, family: str, style: str, target: Path) -> set[int]:
    """Write one subset and return the code points it draws."""
    han = family == HAN
    wanted = spanned(LETTERS + SYMBOLS)
    wanted |= (gb2312() | spanned(EAST_ASIAN)) if han else set()
    options = subset.Options(
        hinting=False,
        layout_features=["kern", "mark", "mkmk", "ccmp", "locl", "tnum", "lnum", "sups"],
        name_IDs=["*"],
        notdef_outline=True,
        desubroutinize=False,
        drop_tables=[*subset.Options._drop_tables_default, "vhea", "vmtx", "VORG", "BASE"],
    )
    font = TTFont(original, fontNumber=SC_FACE if han else -1, lazy=True, recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=wanted)
    subsetter.subset(font)
    rename(font, family=family, style=style)
    font["head"].created = font["head"].modified = MADE
    font.save(target, reorderTables=True)
    return set(font.getBestCmap())


def rename(font: TTFont, *, family: str, style: str) -> None:
    """Give a subset its own name; the copyright and licence records stay."""
    plain = family.replace(" ", "") + "-" + style
    full = family if style == "Regular" else f"{family} {style}"
    names = {1: family, 2: style, 3: f"Armillary;{plain}", 4: full, 6: plain}
    table = font["name"]
    table.names = [
        record
        for record in table.names
        if record.nameID in {0, 5, 8, 9, 10, 13, 14} and record.langID == 0x409
    ]
    for name_id, text in names.items():
        table.setName(text, name_id, 3, 1, 0x409)
    table.setName("Subset for Armillary, made by scripts/make_fonts.py", 10, 3, 1, 0x409)
    if "CFF " in font:
        top = font["CFF "].cff
        top.fontNames = [plain]
        top.topDictIndex[0].FamilyName = family
        top.topDictIndex[0].FullName = full


def ranges(points: set[int]) -> str:
    """Write code points as lines `first-last`, in hexadecimal."""
    lines: list[list[int]] = []
    for point in sorted(points):
        if lines and point == lines[-1][1] + 1:
            lines[-1][1] = point
        else:
            lines.append([point, point])
    return "".join(f"{first:04X}-{last:04X}\n" for first, last in lines)


def main() -> None:
    """Make every face and the list of characters that all weights can draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--han", type=Path, default=Path("/usr/share/fonts/opentype/noto"))
    parser.add_argument("--latin", type=Path, default=Path("/usr/share/fonts/truetype/noto"))
    parser.add_argument("--out", type=Path, default=FOLDER)
    given = parser.parse_args()
    covered: dict[str, set[int]] = {}
    for name, original, family, style in FACES:
        home = given.han if family == HAN else given.latin
        points = make(home / original, family=family, style=style, target=given.out / name)
        covered[family] = covered.get(family, points) & points
        size = (given.out / name).stat().st_size
        print(f"{name}: {len(points):,} characters, {size:,} bytes")
    everything = set.union(*covered.values())
    (given.out / "coverage.txt").write_text(ranges(everything), encoding="ascii")
    if lacking := gb2312() - everything:
        raise SystemExit(f"GB 2312 characters without a glyph: {sorted(lacking)}")


if __name__ == "__main__":
    main()
