"""The chapter on the audit of an index: what was audited and its data; then see beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armillary.publications.audit_facts import data_facts
from armillary.publications.audit_rows import Audit, read_audit
from armillary.publications.numbers import format_number, format_percent
from armillary.publications.report import (
    audit_coherence,
    audit_robustness,
    audit_summary,
    blocks,
)
from armillary.publications.report.audit_words import flags_counted, left_out
from armillary.publications.report.recipe_words import node_said, recipe_said, treatment_said

if TYPE_CHECKING:
    from armillary.evidence.store import Store
    from armillary.model.observatory import IndexDefinition
    from armillary.publications.report.blocks import Block
    from armillary.publications.report.words import Words

Row = dict[str, Any]

_MOST_ROWS = 40  # of a table of findings; the rest stands in the data pack
# The limits of the flags, for the note under the table; a test holds them to the analyses.
INDICATOR_LIMITS = {
    "available": 0.65,
    "nonzero": 0.5,
    "unique": 0.5,
    "skewness": 2.0,
    "kurtosis": 3.5,
}


def chapter(store: Store, definition: IndexDefinition, *, words: Words) -> list[Block]:
    """Return the chapter, or nothing where the store holds no audit of the index.

    Args:
        store: The store.
        definition: The index.
        words: Texts in the language of the report.
    """
    audit = read_audit(store, definition.id)
    if audit is None:
        return []
    title = definition.title.in_language(words.language)
    return [
        blocks.chapter(words("audit.title", title=title)),
        blocks.paragraph(words("audit.lead"), style="lead"),
        *_subject(audit, words=words),
        *_data(audit, words=words),
        *audit_coherence.section(audit, words=words),
        *audit_robustness.section(audit, words=words),
        *audit_summary.section(audit, words=words),
    ]


def _subject(audit: Audit, *, words: Words) -> list[Block]:
    facts = data_facts(audit)
    groups = sum(node["kind"] != "indicator" for node in audit.nodes.values())
    made = [
        blocks.section(words("audit.subject")),
        blocks.paragraph(
            words(
                "audit.subject_text",
                period=audit.period,
                units=facts.units,
                indicators=sum(node["kind"] == "indicator" for node in audit.nodes.values()),
                groups=groups,
            )
        ),
    ]
    if told := recipe_said(audit, words=words):
        made.append(
            blocks.table(
                words("audit.recipe_caption"),
                columns=[
                    blocks.column(words("audit.step"), align="left", width="130pt"),
                    blocks.column(words("audit.chosen"), align="left", width="1fr"),
                ],
                rows=[blocks.row(pair) for pair in told],
                notes=[words("audit.source", tables="recipe")],
            )
        )
    return made


# -- data ------------------------------------------------------------------------------------


def _data(audit: Audit, *, words: Words) -> list[Block]:
    facts, language = data_facts(audit), words.language
    if not audit.statistics:
        return []
    cells = format_number(facts.cells, language=language, decimals=0)
    if facts.available == facts.cells:
        text = words("audit.available_all", cells=cells)
    else:
        text = words(
            "audit.available",
            cells=cells,
            available=format_number(facts.available, language=language, decimals=0),
            share=format_percent(facts.available / facts.cells, language=language),
        )
    if facts.scarcest is not None:
        text += words(
            "audit.scarcest",
            indicator=node_said(audit, facts.scarcest["code"], words=words),
            n=facts.scarcest["available"],
            units=facts.scarcest["units"],
        )
    text += words.counted(
        "audit.flagged", facts.flagged, flags=flags_counted(facts.flags, words=words)
    )
    made = [blocks.section(words("audit.data")), blocks.paragraph(text)]
    if audit.treatments:
        told = words.counted(
            "audit.treated", facts.treated, points=facts.points, transformed=facts.transformed
        )
        made.append(blocks.paragraph(told + words.counted("audit.unmended", facts.unmended)))
    return made + _indicators(audit, words=words)


def _indicators(audit: Audit, *, words: Words) -> list[Block]:
    treatments = {row["code"]: row for row in audit.treatments}
    treated = {row["code"] for row in audit.treatments if row["method"] != "none"}
    told = [
        row
        for row in audit.statistics
        if row["flags"] or row["available"] < row["units"] or row["code"] in treated
    ]
    if not told:
        return []
    # those with a flag or a treatment before those that only lack values
    told.sort(key=lambda row: (not (row["flags"] or row["code"] in treated), row["available"]))
    made = []
    for row in told[:_MOST_ROWS]:
        held = treatments.get(row["code"])
        flags = [words(f"audit.flag.{flag}") for flag in row["flags"].split()]
        brought = f"{held['n_high']} / {held['n_low']}" if held else ""
        method = treatment_said(held["method"], words=words) if held else ""
        made.append(
            blocks.row(
                [
                    node_said(audit, row["code"], words=words),
                    str(row["available"]),
                    _change(row["skewness"], held, key="skewness_after", words=words),
                    _change(row["kurtosis"], held, key="kurtosis_after", words=words),
                    *([brought, method] if audit.treatments else []),
                    words.joined(flags),
                ]
            )
        )
    columns = [
        blocks.column(words("audit.indicator"), align="left", width="1fr"),
        blocks.column(words("audit.values")),
        blocks.column(words("audit.skewness")),
        blocks.column(words("audit.kurtosis")),
    ]
    if audit.treatments:
        columns += [
            blocks.column(words("audit.brought"), align="center"),
            blocks.column(words("audit.transform"), align="left"),
        ]
    columns.append(blocks.column(words("audit.flags"), align="left", width="84pt"))
    limits = {
        key: format_percent(value, language=words.language, decimals=0) if value < 1 else value
        for key, value in INDICATOR_LIMITS.items()
    }
    units = data_facts(audit).units
    tables = "audit_statistic, treatment" if audit.treatments else "audit_statistic"
    return [
        blocks.table(
            words("audit.indicators_caption"),
            columns=columns,
            rows=made,
            notes=[
                words("audit.indicators_note", units=units, **limits),
                *([words("audit.treated_note")] if audit.treatments else []),
                *left_out(len(told) - len(made), table="audit_statistic", words=words),
                words("audit.source", tables=tables),
            ],
            small=True,
        )
    ]


def _change(before: float | None, held: Row | None, *, key: str, words: Words) -> str:
    first = format_number(before, language=words.language, decimals=2)
    if held is None or held["method"] == "none" or held[key] is None:
        return first
    return f"{first} → {format_number(held[key], language=words.language, decimals=2)}"
