"""Countries in affiliations of free text."""

from __future__ import annotations

import re
from functools import cache

from armillary.model.codelists import resolve_area

# An affiliation may go on after the country: an e-mail address, a note on the address.
_EMAIL = re.compile(
    r"(?:(?:electronic address|e-?mail):?\s*)?[^\s@]{1,64}@[^\s;,]{1,255}", re.IGNORECASE
)
_POSTCODE = re.compile(r"^[\d\s-]+|[\d\s-]+$")
_MARKS = " .,;:*()[]"

# What affiliations write that is no name of an area in CL_AREA.
_ALSO = {
    "usa", "u.s.a", "us", "u.s", "uk", "u.k", "uae", "u.a.e", "england", "scotland", "wales",
    "northern ireland", "hong kong", "hong kong sar", "macau", "macao", "taiwan", "taiwan roc",
    "peoples r china", "p.r. china", "pr china", "p. r. china", "p.r.china", "people's republic "
    "of china", "the people's republic of china", "north ireland", "the netherlands", "holland",
    "czech republic", "slovak republic", "republic of ireland", "kingdom of saudi arabia",
    "republic of singapore", "brasil", "deutschland", "méxico", "españa", "italia", "cote ivoire",
    "u arab emirates", "united states of america", "the united states", "united kingdom",
}  # fmt: skip


def country_named(affiliation: str) -> str | None:
    """Return the country an affiliation of free text ends in, as written; None where it is none.

    Databases that keep affiliations as the authors wrote them end many in a city, a state, a
    postcode or an e-mail address; only what is known to be an area counts. Codes of two or
    three letters do not: "MA" is Massachusetts more often than Morocco.

    Source: a rule of our own; names of areas from CL_AREA.

    Examples:
        >>> country_named("Univ Press, Chongqing, China. Electronic address: a@b.cn.")
        'China'
        >>> country_named("MIT, Cambridge, MA") is None
        True
    """
    plain = without_email(affiliation).rstrip(_MARKS)
    for sentence in (plain, plain.rpartition(". ")[0]):
        last = re.split(r"[,;]", sentence.rstrip(_MARKS))[-1].strip(_MARKS)
        last = _POSTCODE.sub("", last).strip(_MARKS)
        if last.endswith(" USA"):
            return "USA"
        if _is_area(last, sentence):
            return last
    return None


def without_email(affiliation: str) -> str:
    """Return an affiliation without the e-mail address of a person.

    Source: a rule of our own; a personal address tells nothing about an organisation.

    Examples:
        >>> without_email("MIT, Cambridge, MA, USA. Electronic address: a@mit.edu.")
        'MIT, Cambridge, MA, USA.'
    """
    if "@" not in affiliation:
        return affiliation
    return _EMAIL.sub("", affiliation).rstrip(" ;,:").replace(". .", ".").replace(" .", ".")


def _is_area(name: str, sentence: str) -> bool:
    if name.casefold() == "georgia":
        return "tbilisi" in sentence.casefold()  # else the state around Atlanta
    return _known(name)


@cache
def _known(name: str) -> bool:
    low = name.casefold()
    return low in _ALSO or (
        (len(name) > 3 or not name.isascii()) and resolve_area(name) is not None
    )
