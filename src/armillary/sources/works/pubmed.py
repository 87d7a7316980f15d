"""PubMed: tagged text (nbib)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from armillary.sources.works import values
from armillary.sources.works.labelled import Labelled, Layout, parse
from armillary.sources.works.places import country_named, without_email
from armillary.sources.works.records import Records

if TYPE_CHECKING:
    from collections.abc import Sequence

    from armillary.model.provenance import Origin, Reading
    from armillary.sources.works.content import Text

NBIB = "PubMed tagged"

_LAYOUT = Layout(
    label=re.compile(r"([A-Z]{2,4}) {0,2}-(?: (.*)|)$"),
    begins="PMID",
    once=("PMID", "TI", "DP"),
    blank_ends=True,
)
_IS_DOI = re.compile(r"^(\S+)\s*\[doi\]$")
_TYPES = (
    ("review", ("review", "systematic review", "meta-analysis")),
    ("proceedings", ("congress", "congresses", "consensus development conference")),
    ("article", ("journal article", "classical article", "historical article")),
)


def read_nbib(content: Text, *, source: str, origin: Origin) -> Reading:
    """Read PubMed tagged text; it has no references.

    Args:
        content: The decoded file.
        source: Source in observatory.toml.
        origin: The file.
    """
    records = Records(source=source, origin=origin)
    for one in parse(content.text, layout=_LAYOUT, refuse=records.refuse_line):
        _keep(records, one)
    return records.reading(NBIB, notes=(content.encoding,))


def _keep(records: Records, one: Labelled) -> None:
    number, title = one.text("PMID"), one.text("TI", "BTI")
    published = one.text("DP")
    places = [without_email(place) for place in one.every("AD")]
    dois = [found.group(1) for said in one.every("LID", "AID") if (found := _IS_DOI.match(said))]
    records.keep(
        f"line {one.line}",
        native_id=number,
        title=title,
        doi=next(iter(dois), None),
        year=values.year(published),
        authors=[*(one.values("FAU") or one.values("AU")), *one.values("CN")],
        date=date(published),
        type=work_type(one.values("PT"), is_book=bool(one.values("BTI"))),
        abstract=one.text("AB"),
        language=language(one.values("LA"), title),
        venue=one.text("JT", "TA", "CTI", "BTI"),
        keywords=values.unique(word.lstrip("*") for word in one.values("OT")),
        organisations=values.unique(places),
        countries=values.unique(country_named(place) or "" for place in places),
        classes=values.unique(said.partition("/")[0].lstrip("*") for said in one.values("MH")),
        cited_as=values.pmid(number),
    )


def date(published: str) -> str | None:
    """Return an ISO date for "2021 Jan 19", "2021 Nov-Dec", "1998 Winter" or "2008-2009".

    Examples:
        >>> date("2021 Jan 19"), date("2021 Nov-Dec"), date("Winter 1998")
        ('2021-01-19', '2021', '1998')
    """
    year = values.year(published)
    said = published.partition(str(year))[2] if year else ""
    return values.day(said, in_year=year)


def work_type(kinds: Sequence[str], *, is_book: bool = False) -> str:
    """Return the type of a record of which PubMed says several kinds.

    Examples:
        >>> work_type(["Journal Article", "Review"]), work_type(["Editorial"])
        ('review', 'other')
    """
    if is_book:
        return "book"
    said = {kind.lower() for kind in kinds}
    return next((kind for kind, marks in _TYPES if said & set(marks)), "other")


def language(said: Sequence[str], title: str) -> str | None:
    """Return the language of the title: one in brackets was translated into English."""
    if title.startswith("["):
        return "en"
    return values.language(said[0]) if said else None
