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

    from armillary.model.table import Table

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
_LIKELY = r"^\s*[A-Za-z]{2}[-\s/.,A-Za-z]*[0-9]"
_NONE = ibis.null("string")
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


def keys_as_cited(table: Table) -> Table:
    """Give the keys under which a reference looks for the patent it names.

    A reference with a kind fits the same number with that kind, and the same number of a
    record that has none; a reference without a kind fits any kind.

    Args:
        table: Column `text`, references as written, and others that are kept.

    Returns:
        One row per key, with `text` and `key`; what is no publication number has no row.
    """
    held = taken_apart(table)
    has_kind = held.kind != ""
    number = held.office + held.serial
    keys = [
        ibis.ifelse(has_kind, ibis.literal("patent:") + number + held.kind, _NONE),
        ibis.ifelse(has_kind, ibis.literal("patent-without-kind:") + number, _NONE),
        ibis.ifelse(has_kind, _NONE, ibis.literal("patent-of-any-kind:") + number),
    ]
    return _unfolded(held, table, keys)


def keys_as_named(table: Table) -> Table:
    """Give the keys under which a patent is found; see `keys_as_cited`."""
    held = taken_apart(table)
    has_kind = held.kind != ""
    number = held.office + held.serial
    keys = [
        ibis.ifelse(has_kind, ibis.literal("patent:") + number + held.kind, _NONE),
        ibis.ifelse(has_kind, _NONE, ibis.literal("patent-without-kind:") + number),
        ibis.literal("patent-of-any-kind:") + number,
    ]
    return _unfolded(held, table, keys)


def _unfolded(held: Table, table: Table, keys: list[StringValue]) -> Table:
    found = held.select(*table.columns, key=ibis.array(keys).unnest())
    return found.filter(found.key.notnull())


def taken_apart(table: Table) -> Table:
    """Do what `normalise` does to a column of texts, where the table lives.

    Each stage ends in `distinct`, so that the engine works out its columns once: written as
    one expression the same rules repeat each other a thousand times.

    Args:
        table: Column `text`, and others that are kept.

    Returns:
        The distinct rows that hold a publication number, with `office`, `serial` and `kind`.
    """
    held = table.filter(~table.text.contains(_PROSE) & table.text.re_search(_LIKELY))
    held = held.mutate(bare=held.text.upper().re_replace(_MARKS, "")).distinct()
    held = held.filter(held.bare.re_search(_WHOLE))
    held = held.mutate(
        office=held.bare.re_extract(_WHOLE, 1),
        letters=held.bare.re_extract(_WHOLE, 2),
        digits=held.bare.re_extract(_WHOLE, 3),
        kind=held.bare.re_extract(_WHOLE, 4),
    ).distinct()
    held = held.mutate(
        year=held.digits.substr(0, held.digits.length() - _SERIAL).try_cast("int64"),
        tail=held.digits.substr(held.digits.length() - _SERIAL),
        two=held.digits.substr(0, 2).try_cast("int64"),
        plain=held.letters
        + ibis.ifelse(held.digits.re_search(r"^0+$"), "0", held.digits.re_replace(r"^0+", "")),
    ).distinct()
    application = (held.letters == "") & held.kind.startswith("A")
    held = held.mutate(
        era=ibis.cases(
            *((held.letters == letter, before) for letter, before in _ERAS.items()),
            (application & held.year.between(1, _LAST_HEISEI), _ERAS["H"]),
            (application & held.year.between(_FIRST_SHOWA, 63), _ERAS["S"]),
            else_=ibis.null("int64"),
        ),
    ).distinct()
    return held.select(*table.columns, "office", "kind", serial=_serials(held)).distinct()


def _serials(held: Table) -> StringValue:
    century = ibis.ifelse(held.two >= _FIRST_WO_YEAR, 1900, 2000)
    no_letters = held.letters == ""
    return ibis.cases(
        (
            (held.office == "US") & no_letters & held.digits.re_search(_LONG_US),
            held.digits.substr(0, 4) + held.digits.substr(5),
        ),
        (
            (held.office == "WO") & no_letters & held.digits.re_search(_SHORT_WO),
            (century + held.two).cast("string") + held.digits.substr(2).lpad(_SERIAL, "0"),
        ),
        (
            (held.office == "JP") & held.digits.re_search(_IMPERIAL) & held.era.notnull(),
            (held.era + held.year).cast("string") + held.tail,
        ),
        else_=held.plain,
    )
