"""Lists of government documents: address, title, dates; document numbers in a file beside."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from armillary.errors import SourceError
from armillary.model.columns import table_of
from armillary.model.provenance import Reading, Rejection
from armillary.sources.policies.dates import read_date
from armillary.sources.policies.language import by_language, clean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from armillary.model.provenance import Origin
    from armillary.sources.policies.content import Sheet

_ADDRESS = ("url", "link", "address", "网址", "链接")
_TITLE = ("title", "标题")
_ISSUED = ("iss", "date", "issue_date", "成文日期", "印发日期")
_PUBLISHED = ("pub", "publishing date", "publication_date", "发布日期")
_NUMBER = ("doc_number", "document_number", "document_number_parsed", "文号", "发文字号")
_ISSUER = ("main_issuer", "issuer", "发文机关", "发布机构")
_BODY = ("body", "text", "正文")
# A document may be put on a website before its formal date, but not years before.
_DAYS_BEFORE_ISSUE = 366


def is_list(sheet: Sheet) -> bool:
    """Say whether a table lists documents by address, title and date."""
    held = [_find(sheet, names) for names in (_ADDRESS, _TITLE, _PUBLISHED)]
    return all(position >= 0 for position in held)


def is_numbers(sheet: Sheet) -> bool:
    """Say whether a table gives document numbers by address, and nothing more."""
    return _find(sheet, _ADDRESS) >= 0 and _find(sheet, _NUMBER) >= 0 and _find(sheet, _TITLE) < 0


def addresses(sheet: Sheet) -> set[str]:
    """Return the addresses a list or a file of numbers holds."""
    position = _find(sheet, _ADDRESS)
    return {clean(row[position]) for row in sheet.rows} - {""}


def document_numbers(sheet: Sheet) -> dict[str, str]:
    """Return document numbers by address.

    Raises:
        SourceError: One address has two numbers.
    """
    at, number = _find(sheet, _ADDRESS), _find(sheet, _NUMBER)
    found: dict[str, str] = {}
    for row, locator in zip(sheet.rows, sheet.locators, strict=True):
        address, said = clean(row[at]), clean(row[number])
        if not address or not said:
            continue
        if found.setdefault(address, said) != said:
            raise SourceError(
                f"{address} has two document numbers: {found[address]} and {said}.",
                where=f"{sheet.file}, {locator}",
                fix="keep the right one",
            )
    return found


def read_list(
    sheet: Sheet,
    *,
    source: str,
    origin: Origin,
    numbers: Mapping[str, str],
    today: datetime.date,
) -> Reading:
    """Read a list of documents.

    A document without a date of issue takes its date of publication, and says so in
    `date_note`; a date of issue after `today`, or more than a year after publication, is
    not believed.

    Args:
        sheet: The list.
        source: Source in observatory.toml.
        origin: The file.
        numbers: Document numbers by address.
        today: Last day a document can have been issued on.
    """
    at, title = _find(sheet, _ADDRESS), _find(sheet, _TITLE)
    initiatives: list[dict[str, Any]] = []
    rejections: list[Rejection] = []
    first: dict[str, str] = {}
    for row, locator in zip(sheet.rows, sheet.locators, strict=True):
        address, named = clean(row[at]), clean(row[title])
        native = native_id(address)
        if not native or not named or native in first:
            why = f"the same address stands at {first[native]}" if native in first else ""
            rejections.append(
                Rejection(
                    locator=locator,
                    text=address or named,
                    reason=why or f"it has no {'title' if native else 'address'}; give it one",
                )
            )
            continue
        first[native] = locator
        date, note = _believed(sheet, row, today=today)
        initiatives.append(
            {
                "initiative": f"{source}:{native}",
                "source": source,
                "origin": origin.origin,
                "locator": locator,
                "native_id": native,
                **by_language("title", named),
                **by_language("issuer", clean(_cell(sheet, row, _ISSUER))),
                **by_language("highlights", clean(_cell(sheet, row, _BODY))),
                "date": date,
                "date_note": note,
                "document_number": numbers.get(address)
                or clean(_cell(sheet, row, _NUMBER))
                or None,
                "address": address,
                "n_rows": 1,
            }
        )
    return Reading(
        format="list of documents",
        unit_read="rows",
        n_read=len(sheet.rows),
        n_kept=len(initiatives),
        tables={
            "initiative": table_of("initiative", initiatives),
            "initiative_facet": table_of("initiative_facet", []),
        },
        rejections=tuple(rejections),
    )


def read_numbers(sheet: Sheet, *, listed_addresses: Sequence[set[str]]) -> Reading:
    """Account for a file of document numbers: its rows are joined into the lists beside it.

    Args:
        sheet: Document numbers by address.
        listed_addresses: Addresses of each list of documents of the same source.

    Raises:
        SourceError: No list of documents stands beside it.
    """
    if not listed_addresses:
        raise SourceError(
            f"{sheet.file} holds document numbers, but its source has no list of documents.",
            where=sheet.file,
            fix="name the file that lists the documents (url, title, iss, pub) in the same source",
        )
    known = set().union(*listed_addresses)
    at, number = _find(sheet, _ADDRESS), _find(sheet, _NUMBER)
    rejections = tuple(
        Rejection(
            locator=locator,
            text=f"{clean(row[at])} {clean(row[number])}",
            reason="no list of documents of this source has this address; add the document",
        )
        for row, locator in zip(sheet.rows, sheet.locators, strict=True)
        if clean(row[number]) and clean(row[at]) not in known
    )
    return Reading(
        format="document numbers",
        unit_read="rows",
        n_read=len(sheet.rows),
        n_kept=0,
        n_empty=len(sheet.rows) - len(rejections),
        tables={
            "initiative": table_of("initiative", []),
            "initiative_facet": table_of("initiative_facet", []),
        },
        rejections=rejections,
    )


def native_id(address: str) -> str:
    """Make an identifier of a document from its address, whatever the scheme.

    Examples:
        >>> native_id("https://www.gov.cn/zhengce/202309/content_69.htm")
        'www.gov.cn-zhengce-202309-content_69'
    """
    try:
        parts = urlsplit(address)
    except ValueError:
        parts = urlsplit("")
    whole = parts.netloc + re.sub(r"\.s?html?$", "", parts.path) if parts.netloc else address
    query = f"-{parts.query}" if parts.netloc and parts.query else ""
    return re.sub(r"[^\w.-]+", "-", whole + query).strip("-")


def _believed(
    sheet: Sheet, row: Sequence[Any], *, today: datetime.date
) -> tuple[str | None, str | None]:
    issued, issue_note = read_date(_cell(sheet, row, _ISSUED))
    published, publication_note = read_date(_cell(sheet, row, _PUBLISHED))
    note = "; ".join(n for n in (issue_note, publication_note) if n) or None
    if issued is None:
        if published is None:
            return None, note
        said = "the source gives no date of issue; this is the date of publication"
        return _past(published, said if note is None else f"{note}; {said}", today)
    if published is not None and len(published) == len(issued) == 10:
        late = datetime.date.fromisoformat(issued) - datetime.date.fromisoformat(published)
        if late.days > _DAYS_BEFORE_ISSUE:
            return None, f"issued {issued}, but published {published}: impossible"
        if late.days > 0 and note is None:
            note = f"published {published}, before it was issued"
    return _past(issued, note, today)


def _past(date: str, note: str | None, today: datetime.date) -> tuple[str | None, str | None]:
    if date > today.isoformat()[: len(date)]:
        return None, f"{date} lies in the future: impossible"
    return date, note


def _find(sheet: Sheet, names: Sequence[str]) -> int:
    lowered = [name.lower() for name in sheet.header]
    return next((lowered.index(name) for name in names if name in lowered), -1)


def _cell(sheet: Sheet, row: Sequence[Any], names: Sequence[str]) -> Any:
    position = _find(sheet, names)
    return row[position] if position >= 0 else ""
