"""Countries as databases write them, mapped to the codes of CL_AREA.

`area_spellings.csv` beside this file lists the spellings of Web of Science, of addresses and
of patent offices that CL_AREA itself does not hold. Offices of several countries (EP, WO) and
countries that have become several have no code: whose a work is cannot be told from them.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

from armillary.model.codelists import codelist, folded, resolve_area


@cache
def area_of(name: str) -> str | None:
    """Return the code of the country that a database means by a name, or None.

    England, Scotland, Wales and Northern Ireland are the United Kingdom, provinces of China
    are China.

    Args:
        name: As the source writes it: a name, an ISO code, the code of a patent office.

    Examples:
        >>> [area_of(name) for name in ("Peoples R China", "England", "US", "WO")]
        ['CHN', 'GBR', 'USA', None]
    """
    spelt = _spellings()
    key = folded(name.strip(" .,;"))
    code = spelt[key] if key in spelt else resolve_area(name)
    while code is not None and "-" in code:
        code = _parents().get(code)
    return code


@cache
def _spellings() -> dict[str, str | None]:
    text = files("armillary.model").joinpath("area_spellings.csv").read_text(encoding="utf-8")
    return {
        folded(row["spelling"].strip(" .,;")): row["code"] or None
        for row in csv.DictReader(text.splitlines())
    }


@cache
def _parents() -> dict[str, str | None]:
    return {code.code: code.parent or None for code in codelist("CL_AREA")}
