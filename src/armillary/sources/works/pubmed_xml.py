"""PubMed: XML, read record by record."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

from armillary.errors import SourceError
from armillary.sources.works import values
from armillary.sources.works.places import country_named, without_email
from armillary.sources.works.pubmed import date, language, work_type
from armillary.sources.works.records import Records

if TYPE_CHECKING:
    from armillary.model.provenance import Origin, Reading
    from armillary.sources.works.content import Text

XML = "PubMed XML"

_START = re.compile(r"<(PubmedArticle|PubmedBookArticle)(?=[\s>])[^>]*>")
_AROUND = re.compile(
    r"<\?xml[^>]*>|<!DOCTYPE[^>]*>|</?PubmedArticleSet[^>]*>|<!--.{0,300}?-->"
    r"|<DeleteCitation>\s*(?:<PMID[^<]*</PMID>\s*)*</DeleteCitation>",
    re.DOTALL,
)
_BEGINS = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*(?:<!DOCTYPE[^>]*>\s*)?<Pubmed", re.DOTALL
)
_FIX = "download the file again"


def is_pubmed(text: str) -> bool:
    """Tell whether an XML text is a set of PubMed records."""
    head = text[:20_000]
    return bool(_BEGINS.match(head)) or "<!DOCTYPE PubmedArticleSet" in head


def read_xml(content: Text, *, source: str, origin: Origin) -> Reading:
    """Read a PubmedArticleSet; each record is parsed by itself, so a damaged one stands alone.

    Nothing is fetched and no entity is replaced but the five of XML itself and characters by
    number: a file that declares entities is refused, so that none can grow.

    Args:
        content: The decoded file.
        source: Source in observatory.toml.
        origin: The file.

    Raises:
        SourceError: The file declares entities.
    """
    text = content.text
    if "<!ENTITY" in text:
        raise SourceError(
            "The XML declares entities, which PubMed never does.", where=origin.file, fix=_FIX
        )
    records = Records(source=source, origin=origin)
    # References stand in a record only where PubMed Central holds the text.
    cites = "<ReferenceList" in text
    starts = list(_START.finditer(text))
    line, counted = 1, 0
    bounds = [*(found.start() for found in starts), len(text)]
    _outside(records, text[: bounds[0]], 1)
    for found, bound in zip(starts, bounds[1:], strict=True):
        line += text.count("\n", counted, found.start())
        counted = found.start()
        closing = f"</{found.group(1)}>"
        end = text.find(closing, found.end(), bound)
        if end < 0:
            records.refuse(
                f"line {line}",
                text=_shown(text[found.start() : bound]),
                reason=f"the record has no {closing}, so it was cut short; {_FIX}",
            )
            continue
        end += len(closing)
        _parse(records, text[found.start() : end], line, cites=cites)
        _outside(records, text[end:bound], line + text.count("\n", counted, end))
    cut = "" if "</PubmedArticleSet>" in text[-2000:] else "cut short: its last tag is missing"
    return records.reading(XML, notes=(content.encoding, cut))


def _outside(records: Records, text: str, line: int) -> None:
    """Refuse what stands between records and is not of the frame."""
    rest = _AROUND.sub("", text)
    if rest.strip():
        at = text.find(rest.strip()[:20])
        records.refuse(
            f"line {line + text.count(chr(10), 0, max(at, 0))}",
            text=_shown(rest),
            reason="the text stands outside any record; the beginning of one may be damaged: "
            + _FIX,
        )


def _shown(text: str) -> str:
    return " ".join(text.split())


def _parse(records: Records, chunk: str, line: int, *, cites: bool) -> None:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        record = etree.fromstring(chunk.encode(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        records.refuse(
            f"line {line}", text=_shown(chunk), reason=f"the record is damaged: {error}; {_FIX}"
        )
        return
    _keep(records, record, f"line {line}", cites=cites)


def _keep(records: Records, record: etree._Element, locator: str, *, cites: bool) -> None:
    is_book = record.tag == "PubmedBookArticle"
    top = record.find("BookDocument" if is_book else "MedlineCitation")
    top = record if top is None else top
    inside = top if is_book else top.find("Article")
    inside = top if inside is None else inside
    number = _text(top.find("PMID"))
    title = _text(inside.find("ArticleTitle")) or _text(inside.find("Book/BookTitle"))
    published = inside.find("Book/PubDate" if is_book else "Journal/JournalIssue/PubDate")
    said = _published(published)
    people = inside.find("AuthorList")
    places = [without_email(_text(a)) for a in _all(people, ".//Affiliation")]
    records.keep(
        locator,
        native_id=number,
        title=title,
        doi=_doi(record, inside),
        year=values.year(said),
        authors=[] if people is None else [n for a in people if (n := _name(a))],
        date=_date(published, said),
        type=work_type([_text(k) for k in inside.iterfind(".//PublicationType")], is_book=is_book),
        abstract=_abstract(inside.find("Abstract")),
        language=language([_text(one) for one in inside.iterfind("Language")], title),
        venue=_text(inside.find("Journal/Title")) or _text(inside.find("Book/BookTitle")),
        keywords=values.unique(_text(k) for k in top.iterfind("KeywordList/Keyword")),
        organisations=values.unique(places),
        countries=values.unique(country_named(place) or "" for place in places),
        classes=values.unique(
            _text(m) for m in top.iterfind("MeshHeadingList/MeshHeading/DescriptorName")
        ),
        references=[_reference(one) for one in record.iterfind(".//Reference")] if cites else None,
        cited_as=values.pmid(number),
    )


def _text(element: etree._Element | None) -> str:
    """Return the text of an element without the marks inside it."""
    return "" if element is None else " ".join("".join(element.itertext()).split())


def _all(element: etree._Element | None, path: str) -> list[etree._Element]:
    return [] if element is None else list(element.iterfind(path))


def _name(author: etree._Element) -> str:
    family, given = _text(author.find("LastName")), _text(author.find("ForeName"))
    given = given or _text(author.find("Initials"))
    if family:
        return f"{family}, {given}" if given else family
    return _text(author.find("CollectiveName"))


def _published(element: etree._Element | None) -> str:
    if element is None:
        return ""
    parts = (_text(element.find(name)) for name in ("Year", "Month", "Day"))
    return " ".join(part for part in parts if part) or _text(element.find("MedlineDate"))


def _date(element: etree._Element | None, said: str) -> str | None:
    month = "" if element is None else _text(element.find("Month"))
    return values.iso_date(said.replace(" ", "-")) if month.isdigit() else date(said)


def _doi(record: etree._Element, inside: etree._Element) -> str:
    for one in inside.iterfind("ELocationID"):
        if one.get("EIdType") == "doi":
            return _text(one)
    for one in record.iterfind("./*/ArticleIdList/ArticleId"):
        if one.get("IdType") == "doi":
            return _text(one)
    return ""


def _abstract(element: etree._Element | None) -> str | None:
    """Return the parts of an abstract, each after its label."""
    parts = []
    for part in _all(element, "AbstractText"):
        label, said = part.get("Label"), _text(part)
        if said:
            parts.append(f"{label}: {said}" if label else said)
    return " ".join(parts) or None


def _reference(element: etree._Element) -> str:
    """Return a citation with the ids of the cited work behind it."""
    parts = [_text(element.find("Citation"))]
    for one in element.iterfind("ArticleIdList/ArticleId"):
        name = {"pubmed": "PMID", "doi": "DOI"}.get(one.get("IdType") or "")
        if name:
            parts.append(f"{name} {_text(one)}")
    return ", ".join(part for part in parts if part)
