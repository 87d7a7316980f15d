"""The second half of an audit in the report: how far the ranks may be trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armillary.publications.audit_facts import (
    VERY_WIDE,
    WIDE,
    RobustnessFacts,
    is_outside,
    robustness_facts,
)
from armillary.publications.numbers import (
    MISSING,
    format_interval,
    format_number,
    format_percent,
)
from armillary.publications.report import blocks, charts
from armillary.publications.report.audit_words import share_said
from armillary.publications.report.recipe_words import choice_said, path_said, varied_said

if TYPE_CHECKING:
    from armillary.publications.audit_rows import Audit
    from armillary.publications.report.blocks import Block
    from armillary.publications.report.words import Words

Row = dict[str, Any]

_LONGEST_NAME = {"en": 17, "zh": 8}  # characters of a name under the chart; else codes
_MOST_NAMES = 45


def section(audit: Audit, *, words: Words) -> list[Block]:
    """Return the section on robustness, or nothing where no unit has a rank.

    Args:
        audit: The audit.
        words: Texts in the language of the report.
    """
    if not audit.units:
        return []
    facts = robustness_facts(audit)
    made = [blocks.section(words("audit.robustness"))]
    made += _intervals(audit, facts, words=words)
    made.append(_units(audit, facts, words=words))
    made += _variants(audit, words=words) + _sensitivity(audit, words=words)
    return made


def _intervals(audit: Audit, facts: RobustnessFacts, *, words: Words) -> list[Block]:
    made = []
    if not facts.judged:
        made.append(blocks.paragraph(words("audit.no_interval")))
    else:
        text = words.counted(
            "audit.replicates", facts.replicates, varied=varied_said(audit, words=words)
        )
        outside = len(facts.outside)
        text += words.counted(
            "audit.outside",
            outside,
            units=facts.judged,
            share=share_said(outside, facts.judged, words=words),
        )
        made += [blocks.paragraph(text + _widths(facts, words=words))]
    told = ""
    if facts.pairs:
        told += words.counted(
            "audit.pairs",
            facts.undecided,
            pairs=format_number(facts.pairs, language=words.language, decimals=0),
            share=share_said(facts.undecided, facts.pairs, words=words),
        )
    if facts.frontier is not None:
        told += words(
            "audit.frontier_text",
            correlation=format_number(facts.frontier, language=words.language, decimals=2),
        )
    if told:
        made.append(blocks.paragraph(told))
    if facts.missing_widest is not None:
        row = facts.missing_widest
        made.append(
            blocks.paragraph(
                words.counted(
                    "audit.missing_text",
                    facts.with_missing,
                    widest=words.name("area", row["unit"]),
                    low=row["missing_low"],
                    high=row["missing_high"],
                )
            )
        )
    if facts.judged:
        made.append(_chart(audit, facts, words=words))
    return made


def _widths(facts: RobustnessFacts, *, words: Words) -> str:
    row = facts.widest
    if row is None or facts.fixed == facts.judged:
        return words("audit.widths_none")
    return words(
        "audit.widths",
        wide_limit=WIDE,
        wide=facts.wide,
        wide_share=share_said(facts.wide, facts.judged, words=words),
        very_wide_limit=VERY_WIDE,
        very_wide=facts.very_wide,
        very_wide_share=share_said(facts.very_wide, facts.judged, words=words),
        median=f"{facts.median_width:g}",
        widest=words.name("area", row["unit"]),
        low=row["rank_low"],
        high=row["rank_high"],
    )


def _chart(audit: Audit, facts: RobustnessFacts, *, words: Words) -> Block:
    names = [words.name("area", row["unit"]) for row in audit.units]
    longest = max(map(len, names), default=0)
    if len(names) > _MOST_NAMES or longest > _LONGEST_NAME[words.language]:
        names = [row["unit"] for row in audit.units]
    points = [
        {
            "text": name,
            "rank": float(row["rank"]),
            "median": row.get("rank_median"),
            "low": row.get("rank_low"),
            "high": row.get("rank_high"),
            "best": row["rank_best"],
            "worst": row["rank_worst"],
            "strong": row.get("rank_low") is not None and is_outside(row),
        }
        for row, name in zip(audit.units, names, strict=True)
    ]
    ends = ("rank", "high", "worst")
    last = max(int(p[key]) for p in points for key in ends if p[key] is not None)
    tones = ["rank", "outside", "median", "interval"]
    if not facts.outside:
        tones.remove("outside")
    if facts.certified:
        tones.append("certified")
    widest: Row = facts.widest or {}
    return charts.ranks(
        words("audit.ranks_caption", period=audit.period),
        alternative=words(
            "audit.ranks_alternative",
            n=len(points),
            outside=len(facts.outside),
            widest=words.name("area", widest["unit"]),
            low=widest["rank_low"],
            high=widest["rank_high"],
        ),
        points=points,
        last=last,
        legend=[(tone, words(f"audit.key.{tone}")) for tone in tones],
        notes=[
            words(
                "audit.ranks_source",
                tables="rank_interval, audit_rank",
                replicates=format_number(facts.replicates, language=words.language, decimals=0),
                seed=facts.seed,
            )
        ],
    )


def _units(audit: Audit, facts: RobustnessFacts, *, words: Words) -> Block:
    language = words.language
    known = {
        "certified": facts.certified > 0,
        "missing": any(row["missing"] for row in audit.units),
        "missing_interval": any(row["missing_low"] is not None for row in audit.units),
        "frontier": any(row["frontier_rank"] is not None for row in audit.units),
    }
    shown = [key for key, held in known.items() if held]

    def cell(row: Row, key: str) -> str:
        if key == "certified":
            return format_interval(row["rank_best"], row["rank_worst"], language=language)
        if key == "missing":
            return str(row["missing"])
        if key == "missing_interval":
            ends = row["missing_low"], row["missing_high"]
            return format_interval(*ends, language=language) if row["missing"] else ""
        rank = row["frontier_rank"]
        return MISSING if rank is None else str(rank)

    outside = {row["unit"] for row in facts.outside}
    made = [
        blocks.row(
            [
                blocks.marked(str(row["rank"]), mark="*" if row["unit"] in outside else ""),
                words.name("area", row["unit"]),
                format_number(row.get("rank_median"), language=language, decimals=1),
                format_interval(row.get("rank_low"), row.get("rank_high"), language=language),
                *(cell(row, key) for key in shown),
            ]
        )
        for row in audit.units
    ]
    columns = [
        blocks.column(words("audit.rank"), strong=True),
        blocks.column(words("audit.unit"), align="left", width="1.6fr"),
        blocks.column(words("audit.median"), width="0.7fr"),
        blocks.column(words("audit.interval"), align="center", width="0.9fr"),
    ]
    for key in shown:
        align = "center" if key in ("certified", "missing_interval") else "right"
        width = {"missing": "auto", "frontier": "0.8fr"}.get(key, "1fr")
        columns.append(blocks.column(words(f"audit.{key}"), align=align, width=width))
    notes = [words("audit.outside_note")] if outside else []
    notes += [words(f"audit.{key}_note") for key in ("missing", "frontier") if known[key]]
    if facts.certified:
        sets = sorted({row["certified_set"] for row in audit.units if row["certified_set"]})
        notes.append(words("audit.certified_note", set="; ".join(sets)))
    else:
        notes.append(words("audit.not_certified"))
    return blocks.table(
        words("audit.units_caption"),
        columns=columns,
        rows=made,
        notes=[*notes, words("audit.source", tables="rank_interval, audit_rank")],
        small=True,
    )


def _variants(audit: Audit, *, words: Words) -> list[Block]:
    if not audit.variants:
        return []
    language = words.language
    made = [
        blocks.row(
            [
                path_said(audit, row["path"], words=words),
                choice_said(row["path"], row["choice"], words=words),
                format_number(row["spearman"], language=language, decimals=3),
                format_number(row["mean_shift"], language=language),
                str(row["largest_shift"]),
                format_percent(row["share_five"], language=language, decimals=0),
            ]
        )
        for row in audit.variants
    ]
    return [
        blocks.table(
            words("audit.variants_caption"),
            columns=[
                blocks.column(words("audit.choice"), align="left", width="1fr"),
                blocks.column(words("audit.instead"), align="left", width="1fr"),
                blocks.column(words("audit.spearman")),
                blocks.column(words("audit.mean_shift")),
                blocks.column(words("audit.largest_shift")),
                blocks.column(words("audit.share_five")),
            ],
            rows=made,
            notes=[words("audit.variants_note"), words("audit.source", tables="audit_variant")],
        )
    ]


def _sensitivity(audit: Audit, *, words: Words) -> list[Block]:
    if not audit.sensitivity:
        return [blocks.paragraph(words("audit.no_sensitivity"))]
    made = [
        blocks.row(
            [
                path_said(audit, row["path"], words=words),
                _with_error(row, "first_order", words=words),
                _with_error(row, "total_order", words=words),
                format_percent(row["shapley"], language=words.language),
                str(audit.decisive.get(row["path"], 0)),
            ]
        )
        for row in sorted(audit.sensitivity, key=lambda row: -(row["total_order"] or 0.0))
    ]
    return [
        blocks.table(
            words("audit.sensitivity_caption"),
            columns=[
                blocks.column(words("audit.choice"), align="left", width="1fr"),
                blocks.column(words("audit.first_order")),
                blocks.column(words("audit.total_order")),
                blocks.column(words("audit.shapley")),
                blocks.column(words("audit.decisive")),
            ],
            rows=made,
            notes=[
                words("audit.sensitivity_note"),
                words("audit.source", tables="audit_sensitivity"),
            ],
        )
    ]


def _with_error(row: Row, key: str, *, words: Words) -> str:
    share, error = row[key], row[f"{key}_error"]
    told = format_percent(share, language=words.language)
    if share is None or error is None:
        return told
    return f"{told} ± {format_number(100 * error, language=words.language)}"
