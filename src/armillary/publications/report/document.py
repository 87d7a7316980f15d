"""Puts the chapters together and has them set as a tagged PDF."""

from __future__ import annotations

import calendar
import hashlib
import json
import re
from collections import Counter
from importlib.metadata import version
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from armillary.errors import PublicationError
from armillary.model.observatory import LANGUAGES
from armillary.publications.fonts import FAMILIES, font_paths, uncovered
from armillary.publications.report import (
    audit,
    characters,
    indexes,
    overview,
    policies,
    statistics,
    topics,
)
from armillary.publications.report.words import Words

if TYPE_CHECKING:
    from collections.abc import Callable

    from armillary.evidence.store import Store
    from armillary.model.observatory import Observatory, Text

_EPOCH = 946_684_800  # 2000-01-01: the date of a report whose data has none
_STANDARD: Final = "ua-1"
_PAGES = re.compile(rb"/Type\s*/Pages\s*/Count (\d+)")


class ReportSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What was written.

    Args:
        file: The PDF.
        n_pages: Its pages.
        bytes: Its size.
        replaced: Characters of the data that no font draws, and how often each was written as
            its code point.
        system_fonts: Whether a font of this computer drew what the vendored ones cannot; the
            bytes then depend on that font.
    """

    file: Path
    n_pages: int
    bytes: int
    replaced: dict[str, int]
    system_fonts: bool


def write_report(
    store: Store,
    observatory: Observatory,
    *,
    out: Path,
    language: str | None = None,
    cache: Path | None = None,
) -> ReportSummary:
    """Write the report in one language as a PDF: A4, tagged (PDF/UA-1).

    One document for each language reads better than one with both: line breaking, contents
    and the reading order of assistive software follow one language. The same store gives the
    same bytes: the date is that of the data and the fonts are ours.

    Characters the vendored fonts lack are drawn with a font of this computer where one has
    them. Where none has, a text of the definition (a title, a paragraph) is refused, since its
    author can mend it; a text of the data, such as a policy title in Korean, cannot be mended,
    so its characters are written as code points, `[U+AC00]`, and counted in the summary.

    Args:
        store: The store.
        observatory: Its definition.
        out: File to write; its folder is made if absent.
        language: Language of the report; None takes the first of the observatory.
        cache: Folder that keeps each PDF under the checksum of all that went into it.

    Raises:
        PublicationError: A definition holds a character no font draws, an unknown language was
            asked for, or the typesetter failed.
    """
    language = language or observatory.languages[0]
    date, stamp = date_of(store)
    return set_document(
        lambda: _document(store, observatory, language=language, date=date),
        observatory,
        stamp=stamp,
        language=language,
        out=out,
        cache=cache,
    )


def set_document(
    make: Callable[[], dict[str, Any]],
    observatory: Observatory,
    *,
    stamp: int,
    language: str,
    out: Path,
    cache: Path | None,
) -> ReportSummary:
    """Have a document set as a PDF and written.

    Args:
        make: Gives the document, as `template.typ` takes it.
        observatory: Its texts must be drawable.
        stamp: Seconds since 1970: the date of the document.
        language: Language of the document.
        out: File to write; its folder is made if absent.
        cache: Folder that keeps each PDF under the checksum of all that went into it.

    Raises:
        PublicationError: As `write_report`.
    """
    if language not in LANGUAGES:
        raise PublicationError(
            f"The report cannot be written in {language!r}.",
            where="write_report, language",
            fix=f"use one of {', '.join(LANGUAGES)}",
        )
    characters.require_drawable(_definition_texts(observatory), drawable=drawable)
    seen: set[str] = set()
    document = characters.cleaned(make(), seen=seen)
    missing = uncovered("".join(seen))
    drawn = drawable(missing)
    counts = Counter[str]()
    document = characters.shown(document, replaced=missing - drawn, counts=counts)
    pdf = _typeset(document, name=out.name, stamp=stamp, system_fonts=bool(drawn), cache=cache)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(pdf)
    return ReportSummary(
        file=out,
        n_pages=max((int(n) for n in _PAGES.findall(pdf)), default=0),
        bytes=len(pdf),
        replaced=dict(sorted(counts.items())),
        system_fonts=bool(drawn),
    )


def _document(
    store: Store, observatory: Observatory, *, language: str, date: str
) -> dict[str, Any]:
    words = Words(language, store=store)
    title = observatory.report.title.in_language(language) or observatory.title.in_language(
        language
    )
    chapters = overview.summary(store, observatory, words=words)
    for index in observatory.indexes.values():
        chapters += indexes.chapter(store, index, words=words)
        chapters += audit.chapter(store, index, words=words)
    for table in observatory.statistics.values():
        chapters += statistics.chapter(store, table, words=words)
    for topic_map in observatory.topics.values():
        chapters += topics.chapter(store, topic_map, words=words)
    for register in observatory.policies.values():
        chapters += policies.chapter(store, register, words=words)
    chapters += overview.sources_and_methods(store, observatory, words=words)
    own = observatory.title.in_language(language)
    return framed(
        chapters,
        observatory,
        title=title,
        subtitle=own if own != title else "",
        about=observatory.about.in_language(language),
        date=date,
        words=words,
    )


def framed(
    chapters: list[dict[str, Any]],
    observatory: Observatory,
    *,
    title: str,
    subtitle: str,
    about: str,
    date: str,
    words: Words,
) -> dict[str, Any]:
    """Put chapters between a title page and all else that `template.typ` asks for.

    Args:
        chapters: Blocks.
        observatory: Names institute and licence.
        title: Title of the document.
        subtitle: Line below it; empty for none.
        about: Description for readers of its metadata.
        date: Date of the latest data; empty where unknown.
        words: Texts in the language of the document.
    """
    imprint = [words("imprint.data", date=date)] if date else []
    imprint.append(words("imprint.made"))
    if observatory.licence:
        imprint.append(words("imprint.licence", licence=observatory.licence))
    return {
        "lang": words.language,
        "title": title,
        "short": title,
        "subtitle": subtitle,
        "institute": observatory.institute.in_language(words.language),
        "about": about,
        "imprint": imprint,
        "labels": {key: words(f"label.{key}") for key in ("contents", "table", "figure")},
        "blocks": chapters,
    }


def _definition_texts(observatory: Observatory) -> dict[str, str]:
    named: dict[str, Text] = {
        "title": observatory.title,
        "about": observatory.about,
        "institute": observatory.institute,
        "report.title": observatory.report.title,
    }
    for kind in ("sources", "indexes", "statistics", "topics", "policies"):
        for key, definition in getattr(observatory, kind).items():
            named[f"{kind}.{key}.title"] = definition.title
            named[f"{kind}.{key}.about"] = getattr(definition, "about", definition.title)
    texts = {f"observatory.toml, {where}": text.en + text.zh for where, text in named.items()}
    return texts | {"observatory.toml, licence": observatory.licence}


def date_of(store: Store) -> tuple[str, int]:
    """Return the date of the latest data as text, empty where unknown, and in seconds."""
    origins = store.table("origin")
    dates = [
        row["date_published"]
        for row in store.rows(origins.filter(origins["date_published"].notnull()))
    ]
    last, stamp = "", _EPOCH
    for date in dates:
        try:
            parts = [int(part) for part in date[:10].split("-")]
            year, month, day = (*parts, 1, 1)[:3]
            seconds = calendar.timegm((year, month, day, 0, 0, 0))
        except ValueError:
            continue
        if 1980 <= year <= 9999 and seconds > stamp:
            last, stamp = date[:10], seconds
    return last, stamp


def drawable(missing: set[str]) -> set[str]:
    """Return which of some characters a font of this computer, or of typst itself, draws.

    The typesetter is asked, since it refuses to write PDF/UA with a character it cannot draw.

    Args:
        missing: Characters the vendored fonts lack.
    """
    if not missing:
        return set()
    import typst

    compiler = typst.Compiler(
        font_paths=[str(path) for path in font_paths()], ignore_system_fonts=False
    )

    def draws(some: list[str]) -> bool:
        try:
            compiler.compile(
                b'#set document(title: "probe")\n#sys.inputs.text',
                format="pdf",
                pdf_standards=[_STANDARD],
                sys_inputs={"text": " ".join(some)},
            )
        except typst.TypstError as error:
            if "could not be displayed" not in str(error):
                raise
            return False
        return True

    def among(some: list[str]) -> set[str]:
        if draws(some):
            return set(some)
        if len(some) == 1:
            return set()
        half = len(some) // 2
        return among(some[:half]) | among(some[half:])

    return among(sorted(missing))


def _typeset(
    document: dict[str, Any], *, name: str, stamp: int, system_fonts: bool, cache: Path | None
) -> bytes:
    import typst

    resource = files("armillary.publications.report").joinpath("template.typ")
    data = json.dumps(document, ensure_ascii=False, sort_keys=True)
    kept = None
    if cache is not None and not system_fonts:
        what = (version("typst"), resource.read_text("utf-8"), data, str(stamp), *FAMILIES)
        key = hashlib.sha256("\0".join(what).encode()).hexdigest()
        kept = cache / f"report-{key[:24]}.pdf"
        if kept.exists():
            return kept.read_bytes()
    with as_file(resource) as template:
        try:
            pdf: bytes = typst.compile(
                str(template),
                font_paths=[str(path) for path in font_paths()],
                ignore_system_fonts=not system_fonts,
                sys_inputs={"report": data},
                pdf_standards=[_STANDARD],
                timestamp=stamp,
            )
        except typst.TypstError as error:
            raise PublicationError(
                f"The report cannot be typeset: {str(error).splitlines()[0]}",
                where=name,
                fix="look for the text the message names; `armillary check` may find its source",
            ) from error
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        draft = kept.with_suffix(".draft")
        draft.write_bytes(pdf)
        draft.replace(kept)
    return pdf
