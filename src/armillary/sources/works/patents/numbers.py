"""Publication numbers of patents, written one way whatever database they come from.

The same document is US 2007/0093945 A1, US20070093945A1 and US2007093945-A1; WO 95/27654 and
WO1995027654; JP H10-507077 A and JP1998507077A. `normalise` does one number, `keys_as_cited`
and `keys_as_named` do columns of them where the table lives.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import ibis
import msgspec

if TYPE_CHECKING:
    from ibis.expr.types import StringValue

# Patterns are written so that Python, DuckDB (RE2) and Spark (Java) read them alike.
_MARKS = r"[-\s/.,]"
# Office, letters of a series, number (Indian ones name a branch and the year: 496MUM2008), kind;
# a date behind the kind, as some lists add it, is no part of the number.
_WHOLE = (
    r"^([A-Z][A-Z])([A-Z]{0,2})([0-9]+(?:[A-Z]{2,4}[0-9]{4})?)"
    r"(?:([A-Z][0-9]?)(?:(?:19|20)[0-9]{6})?)?$"
)
# "Li S, 2005" is an author and a year.
_PROSE = ", "
_LONG_US = r"^(19|20)[0-9]{2}0[0-9]{6}$"
_SHORT_WO = r"^[0-9]{7}$|^(7[89]|[89][0-9]|[0-2][0-9])[0-9]{6}$"
_IMPERIAL = r"^[0-9]{7,8}$"
_FIRST_WO_YEAR = 78
_ERAS = {"S": 1925, "H": 1988, "R": 2018}
"""Years before the first of Showa, Heisei and Reiwa."""
_FIRST_SHOWA = 46
"""Japan has published applications (kind A) since 1971, the 46th year of Showa."""
_LAST_HEISEI = 12
"""From 2000 (Heisei 12) on Japan numbers by the years of our era."""
_SERIAL = 6
_OFFICE = 2


class PublicationNumber(msgspec.Struct, frozen=True, kw_only=True):
    """A publication number taken apart.

    Args:
        office: Code of the office, two letters (WIPO standard ST.3).
        serial: The number in its one form: no separators, no leading zeros, full years.
        kind: Kind code such as A1 or B2 (WIPO standard ST.16); empty where not given.
    """

    office: str
    serial: str
    kind: str = ""

    @property
    def number(self) -> str:
        """Office and serial, without the kind."""
        return self.office + self.serial

    @property
    def full(self) -> str:
        """Office, serial and kind."""
        return self.office + self.serial + self.kind


def normalise(text: str | None) -> PublicationNumber | None:
    """Take a publication number apart; None where the text is none.

    - A United States application has the year and six digits: the zero some databases add
      before them goes (US20070093945 is US2007093945).
    - A WO number gets a full year and six digits (WO9527654 is WO1995027654).
    - A Japanese application (kind A) named by the year of an emperor, with or without the
      letter of the era, gets the year of our era (JPH10507077A and JP10507077A are
      JP1998507077A).
    - Leading zeros of other numbers go (EP0784692 is EP784692).

    Examples:
        >>> normalise("US 2011/0185700 A1").full, normalise("WO 95/27654").full
        ('US2011185700A1', 'WO1995027654')
        >>> normalise("Smith, 2005") is None
        True
    """
    said = (text or "").upper()
    found = re.match(_WHOLE, re.sub(_MARKS, "", said))
    if found is None or _PROSE in said:
        return None
    office, letters, digits, kind = (part or "" for part in found.groups())
    return PublicationNumber(
        office=office, serial=_serial(office, letters, digits, kind), kind=kind
    )


def _serial(office: str, letters: str, digits: str, kind: str) -> str:
    if office == "US" and not letters and re.match(_LONG_US, digits):
        return digits[:4] + digits[5:]
    if office == "WO" and not letters and re.match(_SHORT_WO, digits):
        century = 1900 if int(digits[:2]) >= _FIRST_WO_YEAR else 2000
        return f"{century + int(digits[:2])}{digits[2:].zfill(_SERIAL)}"
    if office == "JP" and re.match(_IMPERIAL, digits):
        era = _era(letters, digits, kind)
        if era is not None:
            return f"{era + int(digits[:-_SERIAL])}{digits[-_SERIAL:]}"
    return letters + (digits.lstrip("0") or "0")


def _era(letters: str, digits: str, kind: str) -> int | None:
    if letters in _ERAS:
        return _ERAS[letters]
    if letters or kind[:1] != "A":
        return None
    year = int(digits[:-_SERIAL])
    if 1 <= year <= _LAST_HEISEI:
        return _ERAS["H"]
    return _ERAS["S"] if _FIRST_SHOWA <= year <= 63 else None


def office(text: str | None) -> str | None:
    """Return the office of a publication number; None where there is none.

    Examples:
        >>> office("kr1020070093945"), office("")
        ('KR', None)
    """
    code = (text or "").strip()[:_OFFICE].upper()
    return code if re.match(r"^[A-Z][A-Z]$", code) else None


def keys_as_cited(text: StringValue) -> list[StringValue]:
    """Return the keys under which a reference looks for the patent it names.

    A reference with a kind fits the same number with that kind, and the same number of a
    record that has none; a reference without a kind fits any kind.

    Args:
        text: References as written; null keys come from those that are no publication number.
    """
    office, serial, kind = _parts(text)
    whole, number = office + serial + kind, office + serial
    has_kind = kind != ""
    return [
        _key("patent:", whole, has_kind),
        _key("patent-without-kind:", number, has_kind),
        _key("patent-of-any-kind:", number, ~has_kind),
    ]


def keys_as_named(text: StringValue) -> list[StringValue]:
    """Return the keys under which a patent is found; see `keys_as_cited`."""
    office, serial, kind = _parts(text)
    whole, number = office + serial + kind, office + serial
    has_kind = kind != ""
    return [
        _key("patent:", whole, has_kind),
        _key("patent-without-kind:", number, ~has_kind),
        _key("patent-of-any-kind:", number, kind == kind),  # noqa: PLR0124
    ]


def column(text: StringValue) -> StringValue:
    """Normalise a column of publication numbers, without kinds; null where it is none."""
    office, serial, _ = _parts(text)
    number = office + serial
    return ibis.ifelse(number != "", number, ibis.null("string"))


def _key(prefix: str, name: StringValue, holds: ibis.expr.types.BooleanValue) -> StringValue:
    return ibis.ifelse(holds & (name != ""), ibis.literal(prefix) + name, ibis.null("string"))


def _parts(text: StringValue) -> tuple[StringValue, StringValue, StringValue]:
    """Do what `normalise` does, as expressions; all three are empty where it gives None."""
    bare = ibis.ifelse(text.contains(_PROSE), "", text.upper().re_replace(_MARKS, ""))
    office, letters, digits, kind = (bare.re_extract(_WHOLE, n) for n in (1, 2, 3, 4))
    lead = digits.substr(0, digits.length() - _SERIAL)
    tail = digits.substr(digits.length() - _SERIAL)
    year = lead.try_cast("int64")
    plain = letters + ibis.ifelse(digits.re_search(r"^0+$"), "0", digits.re_replace(r"^0+", ""))
    no_letters = letters == ""
    era = ibis.cases(
        *((letters == letter, before) for letter, before in _ERAS.items()),
        (no_letters & kind.startswith("A") & year.between(1, _LAST_HEISEI), _ERAS["H"]),
        (no_letters & kind.startswith("A") & year.between(_FIRST_SHOWA, 63), _ERAS["S"]),
        else_=ibis.null("int64"),
    )
    two = digits.substr(0, 2).try_cast("int64")
    century = ibis.ifelse(two >= _FIRST_WO_YEAR, 1900, 2000)
    serial = ibis.cases(
        (
            (office == "US") & no_letters & digits.re_search(_LONG_US),
            digits.substr(0, 4) + digits.substr(5),
        ),
        (
            (office == "WO") & no_letters & digits.re_search(_SHORT_WO),
            (century + two).cast("string") + digits.substr(2).lpad(_SERIAL, "0"),
        ),
        (
            (office == "JP") & digits.re_search(_IMPERIAL) & era.notnull(),
            (era + year).cast("string") + tail,
        ),
        else_=plain,
    )
    return office, ibis.ifelse(office == "", "", serial), kind
