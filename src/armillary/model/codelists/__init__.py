"""The codelists of the store: codes with their names in English and Chinese.

Each list is a CSV beside this file with the columns `code,name_en,name_zh,parent,aliases`.
The parent of an area is the area whose published totals include it: China's 31 provinces
have the parent CHN; Hong Kong, Macao and Taiwan have none, since China's national R&D
statistics leave them out.
"""

from __future__ import annotations

import csv
import difflib
import unicodedata
from functools import cache
from importlib.resources import files

import msgspec
import pyarrow as pa

from armillary.model.columns import table_of

CODELISTS = (
    "CL_AREA",
    "CL_FORD",
    "CL_INDICATOR",
    "CL_OBS_STATUS",
    "CL_OFFICE",
    "CL_SECTOR",
    "CL_SEX",
    "CL_TECH_FIELD",
    "CL_TYPE_RD",
    "CL_UNIT_MEASURE",
)


class Code(msgspec.Struct, frozen=True, kw_only=True):
    """One code of a codelist.

    Args:
        parent: Code one level up; empty for none.
        aliases: Other names sources write for it, in either language.
    """

    code: str
    name_en: str
    name_zh: str
    parent: str = ""
    aliases: tuple[str, ...] = ()


@cache
def codelist(name: str) -> tuple[Code, ...]:
    """Return the codes of one codelist, in the order of its file.

    Raises:
        KeyError: There is no such codelist.

    Examples:
        >>> [code.code for code in codelist("CL_SEX")][:3]
        ['_T', 'F', 'M']
    """
    if name not in CODELISTS:
        raise KeyError(f"no codelist {name!r}; there are {', '.join(CODELISTS)}")
    text = files("armillary.model.codelists").joinpath(f"{name}.csv").read_text(encoding="utf-8")
    return tuple(
        Code(
            code=row["code"],
            name_en=row["name_en"],
            name_zh=row["name_zh"],
            parent=row["parent"],
            aliases=tuple(alias for alias in row["aliases"].split("|") if alias),
        )
        for row in csv.DictReader(text.splitlines())
    )


@cache
def codes(name: str) -> frozenset[str]:
    """Return the codes of one codelist as a set, to test membership."""
    return frozenset(code.code for code in codelist(name))


def code_rows() -> pa.Table:
    """Return the table `code`: every code of every codelist."""
    return table_of(
        "code",
        (
            {
                "codelist": name,
                "code": code.code,
                "name_en": code.name_en,
                "name_zh": code.name_zh,
                "parent": code.parent or None,
            }
            for name in CODELISTS
            for code in codelist(name)
        ),
    )


@cache
def ipc_concordance() -> pa.Table:
    """Return the technology field of classes, subclasses and groups of the IPC.

    The longest entry a code begins with decides. Entries come from the concordance of WIPO
    (Schmoch 2008) as far as it could be verified; the file names the witness of each row.

    Returns:
        Columns `ipc`, `field` (CL_TECH_FIELD) and `sector` (its parent).
    """
    place = files("armillary.model.codelists").joinpath("ipc_technology_field.csv")
    rows = list(csv.DictReader(place.read_text(encoding="utf-8").splitlines()))
    parent = {code.code: code.parent for code in codelist("CL_TECH_FIELD")}
    columns = {
        "ipc": [row["ipc"] for row in rows],
        "field": [row["field"] for row in rows],
        "sector": [parent[row["field"]] for row in rows],
    }
    return pa.table(columns)


def folded(name: str) -> str:
    """Return `name` as names are compared: NFKC, without blanks and accents, case folded.

    Examples:
        >>> folded("内 蒙 古") == folded("内蒙古")
        True
        >>> folded("Côte d’Ivoire") == folded("Cote d'Ivoire")
        True
    """
    wide = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name))
    kept = "".join(c for c in wide if not unicodedata.combining(c) and not c.isspace())
    return kept.replace("\u2019", "'").replace("\u200b", "").casefold()


@cache
def names(name: str) -> dict[str, str]:
    """Return every code, name and alias of one codelist, folded, with the code it means.

    A code wins over a name, and a name over an alias.
    """
    known: dict[str, str] = {}
    for code in codelist(name):
        known.setdefault(folded(code.code), code.code)
    for code in codelist(name):
        for said in (code.name_en, code.name_zh):
            known.setdefault(folded(said), code.code)
    for code in codelist(name):
        for said in code.aliases:
            known.setdefault(folded(said), code.code)
    return known


def resolve_area(name: str) -> str | None:
    """Return the code of CL_AREA that `name` means, or None.

    Args:
        name: A code, a name in English or Chinese, or an alias; blanks and case do not matter.

    Examples:
        >>> resolve_area("内 蒙 古"), resolve_area("Bolivia (Plurinational State of)")
        ('CN-NM', 'BOL')
        >>> resolve_area("东部地区") is None
        True
    """
    return names("CL_AREA").get(folded(name)) if name.strip() else None


@cache
def _spellings() -> dict[str, str]:
    """Return every spelling of an area by its folded form."""
    return {
        folded(spelling): spelling
        for code in codelist("CL_AREA")
        for spelling in (*code.aliases, code.name_zh, code.name_en, code.code)
    }


@cache
def nearest_area(name: str) -> str | None:
    """Return the known area name that looks most like `name`, for the hint of an error.

    Examples:
        >>> nearest_area("Switzerlnd")
        'Switzerland'
    """
    wanted = folded(name)
    # One misread character is half of a Chinese name, but a small part of an English one.
    cutoff = 0.5 if len(wanted) <= 3 else 0.75
    close = difflib.get_close_matches(wanted, list(_spellings()), n=1, cutoff=cutoff)
    return _spellings()[close[0]] if close else None
