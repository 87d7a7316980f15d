"""The report of a topic map: hot topics and emerging technologies, as an institute prints it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armillary.errors import PublicationError
from armillary.publications.report import (
    topic_backtest,
    topic_lists,
    topic_methods,
    topic_open_lists,
    topic_profiles,
    topic_summary,
    topic_technologies,
)
from armillary.publications.report.document import (
    ReportSummary,
    date_of,
    framed,
    set_document,
)
from armillary.publications.report.topic_facts import topic_facts
from armillary.publications.report.words import Words

if TYPE_CHECKING:
    from pathlib import Path

    from armillary.evidence.store import Store
    from armillary.model.observatory import Observatory, TopicsDefinition
    from armillary.publications.report.blocks import Block


def write_topic_report(
    store: Store,
    observatory: Observatory,
    *,
    topics: str,
    out: Path,
    language: str | None = None,
    cache: Path | None = None,
) -> ReportSummary:
    """Write the report of one topic map in one language as a PDF: A4, tagged (PDF/UA-1).

    It says what was found and how sure it is: the map, hot topics, what rises with what its
    backtest says beside it, the technologies experts chose with their evidence, other lists,
    one page on each technology, the backtests, methods and limits, and all topics in an annex.
    What the store does not hold is said to be absent. The same store gives the same bytes.

    Args:
        store: The store.
        observatory: Its definition.
        topics: Topic map, as in `[topics.ID]`.
        out: File to write; its folder is made if absent.
        language: Language of the report; None takes the first of the observatory.
        cache: Folder that keeps each PDF under the checksum of all that went into it.

    Raises:
        PublicationError: No such topic map; else as `write_report`.
    """
    language = language or observatory.languages[0]
    definition = observatory.topics.get(topics)
    if definition is None:
        raise PublicationError(
            f"There is no topic map {topics!r}.",
            where="write_topic_report, topics",
            fix=f"the maps are {', '.join(observatory.topics) or 'none'}",
        )
    date, stamp = date_of(store)
    return set_document(
        lambda: _document(store, observatory, definition, language=language, date=date),
        observatory,
        stamp=stamp,
        language=language,
        out=out,
        cache=cache,
    )


def _document(
    store: Store,
    observatory: Observatory,
    definition: TopicsDefinition,
    *,
    language: str,
    date: str,
) -> dict[str, Any]:
    words = Words(language, store=store)
    facts = topic_facts(store, definition)
    chapters: list[Block] = topic_summary.summary(facts, words=words)
    chapters += topic_summary.corpus(facts, observatory, words=words)
    if facts.clusters:
        chapters += topic_summary.the_map(facts, words=words)
        chapters += topic_lists.hot(facts, words=words)
    chapters += topic_lists.rising(facts, words=words)
    chapters += topic_technologies.technologies(facts, words=words)
    chapters += topic_open_lists.open_lists(facts, words=words)
    chapters += topic_profiles.profiles(facts, words=words)
    chapters += topic_backtest.backtest(facts, words=words)
    chapters += topic_methods.methods(facts, words=words)
    if facts.clusters:
        chapters += topic_methods.annex(facts, words=words)
    own = observatory.title.in_language(language)
    title = definition.title.in_language(language)
    return framed(
        chapters,
        observatory,
        title=words("tr.title"),
        subtitle=words("tr.subtitle", title=title, observatory=own) if own else title,
        about=definition.about.in_language(language) or title,
        date=date,
        words=words,
    )
