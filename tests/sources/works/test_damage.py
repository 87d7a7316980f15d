"""No damage loses a record without a word: it is kept, or refused with a place and a reason.

Each file holds records marked by a number of their own. Damage falls on one stretch of bytes;
the records outside it must be kept or be named in a refusal, or the whole file refused.
"""

from __future__ import annotations

import json
import random
import re

import pytest

from armillary.errors import SourceError

MARKS = [f"MARK{n:02}" for n in range(1, 7)]


def _tagged(mark):
    return f"PT J\nAU Li, A\nTI Title of {mark}\nPY 2001\nUT WOS:{mark}\nER\n\n"


def _bibtex(mark):
    return (
        f"@article{{ WOS:{mark},\nTitle = {{{{Title of {mark} \\& {{N}}ested}}}},\n"
        f"Author = {{{{Li, A}}}},\nYear = {{{{2001}}}},\nUnique-ID = {{{{WOS:{mark}}}}},\n}}\n\n"
    )


def _ris(mark):
    return (
        f"TY  - JOUR\nAU  - Lï, A\nTI  - Title of {mark}\nPY  - 2001\nAN  - WOS:{mark}\nER  - \n\n"
    )


def _nbib(mark):
    number = mark.removeprefix("MARK")
    return f"PMID- 9{number}\nTI  - Title of {mark}\nDP  - 2001\nFAU - Li, A\nJT  - J\n\n"


def _xml(mark):
    number = mark.removeprefix("MARK")
    return (
        f"<PubmedArticle>\n<MedlineCitation><PMID>9{number}</PMID><Article>\n"
        f"<ArticleTitle>Title of {mark}</ArticleTitle></Article></MedlineCitation>\n"
        "</PubmedArticle>\n"
    )


def _estudy(mark):
    return (
        f"DataType: 1\nTitle-题名: 题名 Title of {mark}\nAuthor-作者: 张三;\nYear-年: 2001\n"
        f"Link-链接: https://x.cn/detail?FileName={mark}\n"
    )


def _endnote(mark):
    return f"%0 Journal Article\n%A 张三\n%T 题名 Title of {mark}\n%D 2001\n%J 刊\n\n"


def _refworks(mark):
    return f"RT Journal Article\nA1 Li\nT1 Title of {mark}\nYR 2001\nJF J\n\n"


def _noteexpress(mark):
    return f"{{Reference Type}}: Journal Article\n{{Title}}: Title of {mark}\n{{Year}}: 2001\n\n"


def _scopus(mark):
    return f'"Li A., Ng B.","Title of {mark}, é",2001,"J","2-s2.0-9{mark}"\n'


def _dimensions(mark):
    return f'"pub.{mark}","Title of {mark}","2001","Li, A","J"\n'


def _lens(mark):
    return f'{mark},"Title of {mark}",2001,"J X","A Li"\n'


def _perish(mark):
    return f'3,"A Li","Title of {mark}",2001,4\n'


def _arxiv(mark):
    return f"1\tabout\tcs/{mark}\tA Li\tcs.DL\t2001-02-03\tTitle of {mark}\n"


def _openalex(mark):
    return json.dumps({"id": f"https://openalex.org/W{mark}", "title": f"Title of {mark}"}) + "\n"


def _crossref(mark):
    return (
        json.dumps({"DOI": f"10.1000/{mark}", "title": [f"Title of {mark}"], "reference-count": 0})
        + "\n"
    )


FORMATS = {
    "tagged": ("FN Clarivate\nVR 1.0\n", _tagged, "EF"),
    "bibtex": ("\n", _bibtex, ""),
    "ris": ("", _ris, ""),
    "nbib": ("\n", _nbib, ""),
    "xml": ('<?xml version="1.0"?>\n<PubmedArticleSet>\n', _xml, "</PubmedArticleSet>\n"),
    "estudy": ("", _estudy, ""),
    "endnote": ("", _endnote, ""),
    "refworks": ("", _refworks, ""),
    "noteexpress": ("", _noteexpress, ""),
    "scopus": ("Authors,Title,Year,Source title,EID\n", _scopus, ""),
    "dimensions": ("Publication ID,Title,PubYear,Authors,Source title\n", _dimensions, ""),
    "lens": ("Lens ID,Title,Publication Year,Source Title,Author/s\n", _lens, ""),
    "perish": ("Cites,Authors,Title,Year,GSRank\n", _perish, ""),
    "arxiv": ("\tabstract\tarxiv_id\tauthor_text\tcategories\tcreated\ttitle\n", _arxiv, ""),
    "openalex": ("", _openalex, ""),
    "crossref": ("", _crossref, ""),
}


def _file(name):
    head, write, tail = FORMATS[name]
    return [head.encode(), *(write(mark).encode() for mark in MARKS), tail.encode()]


def _truncated(data, rng):
    at = rng.randrange(len(data))
    return data[:at], (at, len(data))


def _wrong_encoding(data, rng):
    codec = rng.choice(["utf-16", "gb18030", "cp1252", "utf-8-sig"])
    return data.decode().encode(codec, errors="replace"), (0, 0)


def _mixed_line_ends(data, rng):
    ends = [b"\n", b"\r\n", b"\r"]
    parts = data.split(b"\n")
    return b"".join(part + rng.choice(ends) for part in parts[:-1]) + parts[-1], (0, 0)


def _inserted(data, rng):
    at = rng.randrange(len(data))
    garbage = rng.choice(
        [b'"', b"{", b"}", b"\n\n", b"\xff\xfe\xe9", b"\t", b"@", b"<", b"&", b"ER  - \n", b",,,",
         rng.randbytes(rng.randrange(1, 30)).replace(b"\0", b"")]
    )  # fmt: skip
    return data[:at] + garbage + data[at:], (at, at)


def _deleted(data, rng):
    at = rng.randrange(len(data))
    size = rng.choice([1, 2, 5, 20, 60])
    return data[:at] + data[at + size :], (at, at + size)


DAMAGES = [_truncated, _wrong_encoding, _mixed_line_ends, _inserted, _deleted]


def _untouched(parts, hit):
    """Marks of the records no byte of which was hit, nor the byte before or after."""
    start, marks = 0, []
    for mark, part in zip([None, *MARKS, None], parts, strict=True):
        end = start + len(part)
        if mark and (hit == (0, 0) or hit[1] < start or hit[0] > end):
            marks.append(mark)
        start = end
    return marks


@pytest.mark.parametrize("case", range(200))
def test_damage_loses_no_untouched_record_without_a_word(read, case):
    rng = random.Random(case)  # noqa: S311
    name = list(FORMATS)[case % len(FORMATS)]
    parts = _file(name)
    damaged, hit = DAMAGES[case // len(FORMATS) % len(DAMAGES)](b"".join(parts), rng)

    try:
        reading = read(damaged)
    except SourceError as refused:
        assert all((refused.problem, refused.where, refused.fix))  # noqa: PT017
        return

    titles = " ".join(reading.tables["work"]["title"].to_pylist())
    kept = set(re.findall(r"MARK\d\d", titles))
    said = [(r.locator, r.reason, r.text) for r in reading.rejections]
    lost = [mark for mark in _untouched(parts, hit) if mark not in kept]
    assert all(locator and reason for locator, reason, _ in said)
    assert len(lost) <= len(said), (lost, said)
    assert not lost or _named(lost, said, damaged), (lost, said)


def _named(lost, said, damaged):
    """Tell whether each lost record lies where a refusal begins, before the next kept one."""
    lines = damaged.decode("utf-8", errors="replace").replace("\r\n", "\n").replace("\r", "\n")
    lines = lines.split("\n")
    for mark in lost:
        at = next(n for n, line in enumerate(lines, start=1) if mark in line)
        begins = [int(re.search(r"\d+", locator).group()) for locator, _, _ in said]
        if not any(begin <= at for begin in begins):
            return False
    return True


@pytest.mark.parametrize("name", FORMATS)
def test_the_files_are_sound_before_they_are_damaged(read, name):
    reading = read(b"".join(_file(name)))

    assert reading.n_kept == len(MARKS)
    assert reading.rejections == ()
