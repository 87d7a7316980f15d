"""Names of applicants in one spelling, so that one firm counts once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ibis.expr.types import StringValue

# Words of legal form and their abbreviations, as they end the names of firms and bodies.
LEGAL_FORMS = (
    "AB", "AG", "AS", "ASA", "BV", "CO", "COMPANY", "CORP", "CORPORATION", "GMBH", "GMBH CO KG",
    "INC", "INCORPORATED", "KG", "KGAA", "KK", "LIMITED", "LLC", "LLP", "LP", "LTD", "NV", "OY",
    "OYJ", "PLC", "PTE", "PTY", "PVT", "SA", "SARL", "SAS", "SE", "SL", "SPA", "SRL",
    "KABUSHIKI KAISHA",
)  # fmt: skip
_CHINESE_FORMS = r"(股份有限公司|有限责任公司|有限公司|株式会社|株式會社|주식회사)"
# Words databases shorten, written one way.
_WORDS = (
    ("UNIVERSITY", "UNIV"),
    ("UNIVERSITE", "UNIV"),
    ("UNIVERSITAET", "UNIV"),
    ("INSTITUTE", "INST"),
    ("TECHNOLOGIES", "TECHNOLOGY"),
    ("TECHN", "TECHNOLOGY"),
    ("TECH", "TECHNOLOGY"),
    ("ELECTRONICS", "ELECTRONIC"),
    ("INTERNATIONAL", "INT"),
    ("LABORATORIES", "LAB"),
    ("LABS", "LAB"),
    ("INDUSTRIES", "IND"),
    ("INDUSTRY", "IND"),
)
_ACCENTS = "ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŠŽŁ"
_PLAIN = "AAAAAACEEEEIIIINOOOOOOUUUUYSZL"
_CODE = r"\s*\([A-Z0-9]{4}-[A-Za-z-]+\)"
_MARKS = r"[.,;:&/()'\"`’\-]+"
_FORM = r"(^| )(" + "|".join(sorted(LEGAL_FORMS, key=len, reverse=True)) + r")$"
_ROUNDS = 3


def applicant_key(name: StringValue) -> StringValue:
    """Write the names of applicants in one way, where the table lives.

    Capitals without accents and punctuation; the Derwent code in brackets goes, and up to three
    words of legal form at the end ("CO LTD"); words that databases shorten are shortened.
    Different firms are never told apart by legal form, and a firm under two trade names stays
    two: nothing is guessed.

    No method of its own.

    Args:
        name: Applicants as written.

    Returns:
        The name in its one spelling; the empty text where nothing is left.
    """
    bare = name.re_replace(_CODE, " ").upper().translate(_ACCENTS, _PLAIN)
    bare = bare.re_replace(_CHINESE_FORMS, " ")
    # Letters with points between them are one abbreviation: "S.A." is SA.
    bare = bare.replace(".", "").re_replace(_MARKS, " ").re_replace(r"\s+", " ").strip()
    for _ in range(_ROUNDS):
        shorter = bare.re_replace(_FORM, "").strip()
        bare = (shorter != "").ifelse(shorter, bare)
    padded = " " + bare + " "
    for word, short in _WORDS:
        padded = padded.replace(f" {word} ", f" {short} ")
    return padded.strip()


def plain_applicant(name: str) -> str:
    """Write one name as `applicant_key` writes a column of them.

    No method of its own.

    Examples:
        >>> plain_applicant("Soraa Laser Diode, Inc. (SORA-Non-standard)")
        'SORAA LASER DIODE'
        >>> plain_applicant("Université de Montréal"), plain_applicant("Siemens A.G.")
        ('UNIV DE MONTREAL', 'SIEMENS')
    """
    bare = re.sub(_CODE, " ", name).upper().translate(str.maketrans(_ACCENTS, _PLAIN))
    bare = re.sub(_CHINESE_FORMS, " ", bare).replace(".", "")
    bare = re.sub(r"\s+", " ", re.sub(_MARKS, " ", bare)).strip()
    for _ in range(_ROUNDS):
        bare = re.sub(_FORM, "", bare).strip() or bare
    padded = f" {bare} "
    for word, short in _WORDS:
        padded = padded.replace(f" {word} ", f" {short} ")
    return padded.strip()
