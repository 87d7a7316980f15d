"""The reviewer's summary of an audit: sentences whose figures come from `audit_facts` alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from armillary.publications.audit_facts import (
    WIDE,
    coherence_facts,
    data_facts,
    robustness_facts,
)
from armillary.publications.numbers import format_number, format_percent
from armillary.publications.report import blocks
from armillary.publications.report.audit_words import flags_counted, share_said
from armillary.publications.report.recipe_words import node_said, path_said

if TYPE_CHECKING:
    from armillary.publications.audit_rows import Audit
    from armillary.publications.report.blocks import Block
    from armillary.publications.report.words import Words

_ALPHA = 0.7  # a rule of thumb [M]


class _Said:
    """Sentences by what they are: good, bad or to keep in mind."""

    def __init__(self) -> None:
        self.good: list[str] = []
        self.bad: list[str] = []
        self.note: list[str] = []


def section(audit: Audit, *, words: Words) -> list[Block]:
    """Return the summary, or nothing where there is nothing to say.

    A sentence is left out where the table behind it is empty: what was not looked at is neither
    a strength nor a weakness.

    Args:
        audit: The audit.
        words: Texts in the language of the report.
    """
    said = _Said()
    _data(audit, said, words=words)
    _coherence(audit, said, words=words)
    _importance(audit, said, words=words)
    _robustness(audit, said, words=words)
    _doubts(audit, said, words=words)
    titled = (
        ("audit.strengths", said.good),
        ("audit.look_at", said.bad),
        ("audit.neutral", said.note),
    )
    entries = [(words(key), texts) for key, texts in titled if texts]
    return [blocks.section(words("audit.summary")), blocks.points(entries)] if entries else []


def _whole(n: int, *, words: Words) -> str:
    return format_number(n, language=words.language, decimals=0)


def _data(audit: Audit, said: _Said, *, words: Words) -> None:
    facts = data_facts(audit)
    if audit.statistics:
        missing = facts.cells - facts.available
        if missing:
            said.bad.append(
                words.counted(
                    "audit.bad.available",
                    missing,
                    cells=_whole(facts.cells, words=words),
                    missing=_whole(missing, words=words),
                    share=share_said(missing, facts.cells, words=words),
                )
            )
        else:
            said.good.append(
                words("audit.good.available", units=facts.units, indicators=facts.indicators)
            )
        if facts.flagged:
            said.bad.append(
                words.counted(
                    "audit.bad.flags",
                    facts.flagged,
                    indicators=facts.indicators,
                    flags=flags_counted(facts.flags, words=words),
                )
            )
        else:
            said.good.append(words("audit.good.flags"))
    if facts.unmended:
        said.bad.append(words.counted("audit.bad.unmended", facts.unmended))


def _coherence(audit: Audit, said: _Said, *, words: Words) -> None:
    facts = coherence_facts(audit, alpha=_ALPHA)
    pairs = _whole(audit.n_siblings, words=words)
    if audit.n_siblings:
        if n := facts.flags.get("conflict", 0):
            said.bad.append(words.counted("audit.bad.conflict", n, pairs=pairs))
        else:
            said.good.append(words("audit.good.conflict", pairs=pairs))
        if n := facts.flags.get("redundancy", 0):
            said.bad.append(words.counted("audit.bad.redundancy", n, pairs=pairs))
    if n := facts.flags.get("weak", 0):
        said.bad.append(words.counted("audit.bad.weak", n))
    if facts.unreliable:
        lowest = facts.unreliable[0]
        said.bad.append(
            words.counted(
                "audit.bad.alpha",
                len(facts.unreliable),
                limit=f"{_ALPHA:g}",
                groups=facts.groups,
                lowest=node_said(audit, lowest["code"], words=words),
                alpha=format_number(lowest["alpha"], language=words.language, decimals=2),
            )
        )
    elif facts.groups:
        said.good.append(words.counted("audit.good.alpha", facts.groups, limit=f"{_ALPHA:g}"))
    if facts.several:
        said.bad.append(
            words.counted("audit.bad.dimensions", facts.several, groups=facts.decomposed)
        )
    elif facts.decomposed:
        said.good.append(words.counted("audit.good.dimensions", facts.decomposed))


def _importance(audit: Audit, said: _Said, *, words: Words) -> None:
    facts = coherence_facts(audit)
    if facts.out_of_line:
        row = facts.out_of_line[0]
        more = row["importance"] > row["weight"]
        said.bad.append(
            words.counted(
                "audit.bad.importance_more" if more else "audit.bad.importance_less",
                len(facts.out_of_line),
                parts=facts.judged,
                part=node_said(audit, row["code"], words=words),
                group=node_said(audit, row["parent"], words=words),
                importance=format_percent(row["importance"], language=words.language, decimals=0),
                weight=format_percent(row["weight"], language=words.language, decimals=0),
            )
        )
    elif facts.judged:
        said.good.append(words.counted("audit.good.importance", facts.judged))
    heaviest = facts.heaviest
    if heaviest is not None and heaviest["largest_shift"] is not None:
        said.note.append(
            words(
                "audit.note.removal",
                part=node_said(audit, heaviest["code"], words=words),
                mean=format_number(heaviest["mean_shift"], language=words.language),
                largest=heaviest["largest_shift"],
            )
        )


def _robustness(audit: Audit, said: _Said, *, words: Words) -> None:
    facts = robustness_facts(audit)
    if facts.widest is not None:
        if facts.outside:
            said.bad.append(
                words.counted(
                    "audit.bad.outside",
                    len(facts.outside),
                    units=facts.judged,
                    share=share_said(len(facts.outside), facts.judged, words=words),
                    unit=words.name("area", facts.outside[0]["unit"]),
                )
            )
        else:
            said.good.append(words.counted("audit.good.outside", facts.judged))
        if facts.wide:
            said.bad.append(
                words.counted(
                    "audit.bad.wide",
                    facts.wide,
                    units=facts.judged,
                    share=share_said(facts.wide, facts.judged, words=words),
                    limit=WIDE,
                    widest=words.name("area", facts.widest["unit"]),
                    low=facts.widest["rank_low"],
                    high=facts.widest["rank_high"],
                )
            )
        else:
            said.good.append(words("audit.good.wide", limit=WIDE))
    if facts.pairs:
        pairs = _whole(facts.pairs, words=words)
        if facts.undecided:
            share = share_said(facts.undecided, facts.pairs, words=words)
            said.bad.append(
                words.counted("audit.bad.pairs", facts.undecided, pairs=pairs, share=share)
            )
        else:
            said.good.append(words("audit.good.pairs", pairs=pairs))


def _doubts(audit: Audit, said: _Said, *, words: Words) -> None:
    facts = robustness_facts(audit)
    if facts.missing_wide:
        said.bad.append(
            words.counted(
                "audit.bad.missing", facts.missing_wide, units=facts.with_missing, limit=WIDE
            )
        )
    elif facts.with_missing:
        said.good.append(words("audit.good.missing", units=facts.with_missing, limit=WIDE))
    if (row := facts.most_influential) is not None:
        name = path_said(audit, row["path"], words=words)
        said.note.append(
            words(
                "audit.note.sensitivity",
                choice=f"“{name}”" if words.language == "zh" else name[:1].lower() + name[1:],
                total=format_percent(row["total_order"], language=words.language, decimals=0),
            )
        )
    if facts.certified:
        said.note.append(
            words(
                "audit.note.certified",
                n=_whole(facts.certified, words=words),
                fixed=_whole(facts.certified_fixed, words=words),
            )
        )
