"""The first half of an audit in the report: do the parts of the index hang together?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armillary.publications.audit_facts import coherence_facts, importance_error
from armillary.publications.numbers import MISSING, format_number, format_percent
from armillary.publications.report import blocks, charts
from armillary.publications.report.audit_words import left_out, p_said
from armillary.publications.report.recipe_words import node_said

if TYPE_CHECKING:
    from armillary.publications.audit_rows import Audit
    from armillary.publications.report.blocks import Block
    from armillary.publications.report.words import Words

Row = dict[str, Any]

_MOST_ROWS = 40  # of the flagged pairs; the rest stands in the data pack
_MOST_PARTS = 45  # of the table of importance
# The limits of the flags, for the note under the table; a test holds them to the analyses.
PAIR_LIMITS = {"conflict": 0.0, "significance": 0.05, "redundancy": 0.92, "weak": 0.3}


def section(audit: Audit, *, words: Words) -> list[Block]:
    """Return the section on coherence, or nothing where nothing was looked at.

    Args:
        audit: The audit.
        words: Texts in the language of the report.
    """
    made: list[Block] = [blocks.section(words("audit.coherence"))]
    if audit.n_siblings + audit.n_ancestors:
        kinds = ("conflict", "redundancy", "weak")
        flags = coherence_facts(audit).flags
        made.append(
            blocks.paragraph(
                words(
                    "audit.correlated",
                    siblings=format_number(audit.n_siblings, language=words.language, decimals=0),
                    ancestors=format_number(audit.n_ancestors, language=words.language, decimals=0),
                    **{kind: flags.get(kind, 0) for kind in kinds},
                )
            )
        )
    made += _flagged(audit, words=words) + _groups(audit, words=words)
    made += _importance(audit, words=words)
    if audit.added:
        parts = [
            words(
                "audit.added_part",
                part=node_said(audit, row["code"], words=words),
                n=row["differing"],
                units=row["units"],
                share=format_percent(row["share"], language=words.language, decimals=0),
            )
            for row in audit.added
        ]
        listed = ("；" if words.language == "zh" else "; ").join(parts)
        made.append(blocks.paragraph(words("audit.added", parts=listed)))
    return made if len(made) > 1 else []


def _flagged(audit: Audit, *, words: Words) -> list[Block]:
    if not audit.flagged:
        return []
    shown = audit.flagged[:_MOST_ROWS]
    made = [
        blocks.row(
            [
                words(f"audit.kind.{row['flag']}"),
                node_said(audit, row["code"], words=words),
                node_said(audit, row["other"], words=words),
                format_number(row["correlation"], language=words.language, decimals=2),
                p_said(row["p_value"], words=words),
                str(row["units"]),
            ]
        )
        for row in shown
    ]
    return [
        blocks.table(
            words("audit.flagged_caption"),
            columns=[
                blocks.column(words("audit.kind"), align="left"),
                blocks.column(words("audit.part"), align="left", width="1fr"),
                blocks.column(words("audit.with"), align="left", width="1fr"),
                blocks.column(words("audit.correlation")),
                blocks.column(words("audit.p")),
                blocks.column(words("audit.units")),
            ],
            rows=made,
            notes=[
                words("audit.flagged_note", **{k: f"{v:g}" for k, v in PAIR_LIMITS.items()}),
                *left_out(len(audit.flagged) - len(shown), table="audit_correlation", words=words),
                words("audit.source", tables="audit_correlation"),
            ],
            small=True,
        )
    ]


def _groups(audit: Audit, *, words: Words) -> list[Block]:
    if not audit.groups:
        return []
    language = words.language
    made = [
        blocks.row(
            [
                node_said(audit, row["code"], words=words),
                str(row["items"]),
                MISSING if row["units"] is None else str(row["units"]),
                format_number(row["average_correlation"], language=language, decimals=2),
                format_number(row["alpha"], language=language, decimals=2),
                format_percent(row["first_share"], language=language, decimals=0),
                MISSING if row["above_one"] is None else str(row["above_one"]),
            ],
            level=audit.nodes.get(row["code"], {}).get("level", 0),
        )
        for row in audit.groups
    ]
    return [
        blocks.table(
            words("audit.groups_caption"),
            columns=[
                blocks.column(words("audit.group"), align="left", width="1fr"),
                blocks.column(words("audit.items")),
                blocks.column(words("audit.units")),
                blocks.column(words("audit.average")),
                blocks.column(words("audit.alpha")),
                blocks.column(words("audit.first_share")),
                blocks.column(words("audit.above_one")),
            ],
            rows=made,
            notes=[words("audit.groups_note"), words("audit.source", tables="audit_group")],
            small=True,
        )
    ]


def _shown_parts(audit: Audit) -> list[Row]:
    """Take all groups with siblings, and of the indicators those furthest from their weight."""
    rows = [row for row in audit.importances if row["weight"] < 1]  # others have no sibling
    if len(rows) <= _MOST_PARTS:
        return rows
    groups = {c for c, node in audit.nodes.items() if node["kind"] != "indicator"}
    spare = max(10, _MOST_PARTS - sum(row["code"] in groups for row in rows))
    furthest = sorted(
        (row for row in rows if row["code"] not in groups and row["importance"] is not None),
        key=lambda row: -abs(row["importance"] - row["weight"]),
    )
    taken = {row["code"] for row in furthest[:spare]} | groups
    return [row for row in rows if row["code"] in taken]


def _importance(audit: Audit, *, words: Words) -> list[Block]:
    shown = _shown_parts(audit)
    if not shown:
        return []
    language = words.language
    ends = [
        row["importance"] + 2 * (importance_error(row) or 0.0)
        for row in shown
        if row["importance"] is not None
    ]
    top = max([*ends, *(row["weight"] for row in shown)])
    scale = (0.0, 1.08 * min(1.0, top))
    step = 0.1 if scale[1] <= 0.5 else 0.25
    ticks = [
        (n * step, format_percent(n * step, language=language, decimals=0).replace("\u00a0", ""))
        for n in range(int(scale[1] / 1.08 / step + 1e-9) + 1)
    ]
    made = []
    for row in shown:
        error, at = importance_error(row), row["importance"]
        low, high = (None, None) if error is None else (at - 2 * error, at + 2 * error)
        apart = low is not None and not low <= row["weight"] <= high
        removal = audit.removals.get(row["code"])
        ratio = format_number(row["correlation_ratio"], language=language, decimals=2)
        spread = format_number(row["correlation_ratio_error"], language=language, decimals=2)
        made.append(
            blocks.row(
                [
                    node_said(audit, row["code"], words=words),
                    charts.interval(
                        at, low=low, high=high, scale=scale, strong=apart, beside=row["weight"]
                    ),
                    format_percent(row["weight"], language=language, decimals=0),
                    format_percent(at, language=language, decimals=0),
                    ratio if ratio == MISSING else f"{ratio} ± {spread}",
                    _shift(removal, words=words),
                ],
                level=max(0, audit.nodes.get(row["code"], {}).get("level", 1) - 1),
            )
        )
    n_more = sum(row["weight"] < 1 for row in audit.importances) - len(shown)
    notes = [words("audit.importance_note")]
    if n_more:
        notes.append(words("audit.importance_shown", n=n_more))
    return [
        blocks.paragraph(words("audit.importance_text")),
        blocks.table(
            words("audit.importance_caption"),
            columns=[
                blocks.column(words("audit.part"), align="left", width="1fr"),
                blocks.column(
                    charts.axis(ticks, scale=scale, label=words("audit.importance_axis")),
                    align="left",
                ),
                blocks.column(words("audit.weight")),
                blocks.column(words("audit.importance")),
                blocks.column(words("audit.ratio")),
                blocks.column(words("audit.without")),
            ],
            rows=made,
            notes=[*notes, words("audit.source", tables="audit_importance, audit_removal")],
            small=True,
        ),
    ]


def _shift(removal: Row | None, *, words: Words) -> str:
    if removal is None:
        return MISSING
    mean = format_number(removal["mean_shift"], language=words.language)
    if removal["largest_shift"] is None:
        return mean
    return f"{mean} ({removal['largest_shift']})"
