"""How single values of a record are written in the table `work`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

DOI_PATTERN = r"(10\.[0-9]{4,9}/\S+)"

_DOI = re.compile(DOI_PATTERN)
_YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)")
_MONTHS = {
    "jan": 1,
    "feb": 2,
    "mar": 3,
    "apr": 4,
    "may": 5,
    "jun": 6,
    "jul": 7,
    "aug": 8,
    "sep": 9,
    "oct": 10,
    "nov": 11,
    "dec": 12,
}
_MONTH_DAY = re.compile(r"([A-Za-z]{3})[a-z]*\.?(?:\s+(\d{1,2})(?!\d))?")
_DAY_MONTH_YEAR = re.compile(r"(\d{1,2}) ([A-Za-z]{3}) (\d{4})")
_LANGUAGES = {
    "arabic": "ar",
    "chinese": "zh",
    "croatian": "hr",
    "czech": "cs",
    "danish": "da",
    "dutch": "nl",
    "english": "en",
    "finnish": "fi",
    "french": "fr",
    "german": "de",
    "hungarian": "hu",
    "italian": "it",
    "japanese": "ja",
    "korean": "ko",
    "lithuanian": "lt",
    "norwegian": "no",
    "persian": "fa",
    "polish": "pl",
    "portuguese": "pt",
    "romanian": "ro",
    "russian": "ru",
    "serbian": "sr",
    "slovak": "sk",
    "slovenian": "sl",
    "spanish": "es",
    "swedish": "sv",
    "turkish": "tr",
    "ukrainian": "uk",
}

_CODES = {
    "ara": "ar", "chi": "zh", "cze": "cs", "dan": "da", "dut": "nl", "eng": "en", "fin": "fi",
    "fre": "fr", "ger": "de", "hrv": "hr", "hun": "hu", "ita": "it", "jpn": "ja", "kor": "ko",
    "lit": "lt", "nor": "no", "per": "fa", "pol": "pl", "por": "pt", "rum": "ro", "rus": "ru",
    "slo": "sk", "slv": "sl", "spa": "es", "srp": "sr", "swe": "sv", "tur": "tr", "ukr": "uk",
    "zho": "zh", "fra": "fr", "deu": "de", "nld": "nl", "ces": "cs", "ron": "ro", "fas": "fa",
    "中文": "zh", "中文;": "zh", "英文": "en",
}  # fmt: skip
_HAN = re.compile(r"[\u3400-\u9fff]")
_KANA_HANGUL = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
_PARTS = re.compile(r"(\d{4})(?:\D(\d{1,2})(?!\d)(?:\D(\d{1,2})(?!\d))?)?")
_PMID = re.compile(r"(?<!\d)([1-9]\d{0,8})(?!\d)")

_STATE = re.compile(
    "(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|"
    "S[CD]|T[NX]|UT|V[AT]|W[AIVY])(?: [0-9]{5}(?:-[0-9]{4})?)?$"
)


def doi(text: str | None) -> str | None:
    """Return a DOI in lower case without a prefix; None where there is none.

    Examples:
        >>> doi("https://doi.org/10.1002/ASI.22748.")
        '10.1002/asi.22748'
    """
    found = _DOI.search(text or "")
    return found.group(1).rstrip(".,;").lower() if found else None


def year(text: str | None) -> int | None:
    """Return the first year (1500 to 2099) in a text; a year outside is no year.

    Examples:
        >>> year("2021 Nov-Dec"), year("0000")
        (2021, None)
    """
    found = _YEAR.search(text or "")
    return int(found.group(1)) if found else None


def count(text: str | None) -> int | None:
    """Return a whole number of at most 15 digits; None for anything else, never zero for it."""
    stripped = (text or "").strip()
    fits = stripped.isascii() and stripped.isdigit() and len(stripped) <= 15
    return int(stripped) if fits else None


def day(text: str | None, *, in_year: int | None) -> str | None:
    """Return an ISO date as exact as `text` ("DEC 15", "SEP") allows within `in_year`.

    Examples:
        >>> day("DEC 15", in_year=2021), day("JAN-FEB", in_year=2021)
        ('2021-12-15', '2021')
    """
    if in_year is None:
        return None
    found = _MONTH_DAY.match((text or "").strip())
    month = _MONTHS.get(found.group(1).lower()) if found else None
    if found is None or month is None or "-" in (text or ""):
        return str(in_year)
    exact = f"-{int(found.group(2)):02}" if found.group(2) else ""
    return f"{in_year}-{month:02}{exact}"


def dates(text: str) -> list[str]:
    """Return every date written like "13 Apr 2017", as ISO dates in ascending order."""
    return sorted(
        f"{found[2]}-{_MONTHS[found[1].lower()]:02}-{int(found[0]):02}"
        for found in _DAY_MONTH_YEAR.findall(text)
        if found[1].lower() in _MONTHS
    )


def language(name: str | None) -> str | None:
    """Return the BCP 47 code of a language named in English or by a code; None if unknown.

    Examples:
        >>> language("Chinese; English"), language("eng"), language("pt-BR")
        ('zh', 'en', 'pt')
    """
    said = (name or "").split(";")[0].strip().lower()
    found = _LANGUAGES.get(said) or _CODES.get(said)
    if found is None and said[2:3] in ("", "-", "_") and said[:2] in _LANGUAGES.values():
        return said[:2]
    return found


def language_of_title(title: str) -> str | None:
    """Return "zh" for a title in Chinese characters; other scripts tell no language.

    Examples:
        >>> language_of_title("乳腺癌 screening"), language_of_title("Screening") is None
        ('zh', True)
    """
    return "zh" if _HAN.search(title) and not _KANA_HANGUL.search(title) else None


def iso_date(text: str | None) -> str | None:
    """Return an ISO date for a year, month and day in figures, as exact as they go.

    Examples:
        >>> iso_date("2018/12/05/"), iso_date("2018-7"), iso_date("2018///"), iso_date("n.d.")
        ('2018-12-05', '2018-07', '2018', None)
    """
    found = _PARTS.search(text or "")
    if found is None or year(found.group(1)) is None:
        return None
    month, day_of_month = (int(part) if part else 0 for part in found.groups()[1:])
    if not 1 <= month <= 12:
        return found.group(1)
    exact = f"-{day_of_month:02}" if 1 <= day_of_month <= 31 else ""
    return f"{found.group(1)}-{month:02}{exact}"


def pmid(text: str | None) -> list[str]:
    """Return the form in which a PubMed number is cited, as a list of one or none.

    Examples:
        >>> pmid("https://pubmed.ncbi.nlm.nih.gov/33465792"), pmid("")
        (['PMID 33465792'], [])
    """
    found = _PMID.search(text or "")
    return [f"PMID {found.group(1)}"] if found else []


def work_type(text: str | None) -> str:
    """Return article, proceedings, review, book, patent or other for a database's own type.

    The first of several types decides, except that a chapter of a book counts as a book.

    Examples:
        >>> [work_type(t) for t in ("Article; Early Access", "Conference Paper", "Erratum")]
        ['article', 'proceedings', 'other']
    """
    said = (text or "").lower()
    first = said.split(";")[0].strip()
    if "patent" in first:
        return "patent"
    if "book" in said or first == "monograph":
        return "book"
    if "proceedings" in first or "conference" in first:
        return "proceedings"
    if first.startswith("review"):
        return "review"
    if "article" in first or first == "data paper":
        return "article"
    return "other"


def listing(text: str | None, *, separator: str = ";") -> list[str]:
    """Split a cell that holds a list; blank entries go."""
    return [part.strip() for part in (text or "").split(separator) if part.strip()]


def unique(items: Iterable[str]) -> list[str]:
    """Return the items without blanks and repeats, in their order."""
    return list(dict.fromkeys(item for item in items if item))


def country(address: str) -> str:
    """Return the country an address ends in, as the database spells it.

    A state and postcode before "USA" are dropped: "PA 15219 USA" is "USA". Old records of Web
    of Science end in the state alone; that is the USA too.

    Examples:
        >>> country("Duquesne Univ, Sch Pharm, Pittsburgh, PA 15219 USA.")
        'USA'
        >>> country("UNIV MICHIGAN,ANN ARBOR,MI 48104")
        'USA'
    """
    last = address.rstrip(" .;").rpartition(",")[2].strip()
    return "USA" if last.endswith(" USA") or _STATE.match(last) else last
