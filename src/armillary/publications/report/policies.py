"""The chapter of one policy register: by year, by theme, and the latest policies."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from armillary.publications.numbers import MISSING, format_number
from armillary.publications.report import blocks, charts

if TYPE_CHECKING:
    from armillary.evidence.store import Store
    from armillary.model.observatory import PoliciesDefinition
    from armillary.publications.report.blocks import Block
    from armillary.publications.report.words import Words

Row = dict[str, Any]
_YEARS, _THEMES, _LATEST, _LONGEST = 30, 30, 12, 900
_TITLES = ["title_en", "title_zh", "title_original", "issuer_en", "issuer_zh"]


def chapter(store: Store, definition: PoliciesDefinition, *, words: Words) -> list[Block]:
    """Return the chapter, or nothing where the store holds no policy of the register.

    Args:
        store: The store.
        definition: The register.
        words: Texts in the language of the report.
    """
    table = store.table("initiative")
    mine = table.filter(table["source"].isin(list(definition.sources)))
    dates = store.rows(mine.select("initiative", "date", "REF_AREA").order_by("initiative"))
    if not dates:
        return []
    language = words.language
    years = {row["initiative"]: row["date"][:4] for row in dates if row["date"]}
    made = [blocks.chapter(definition.title.in_language(language))]
    if about := definition.about.in_language(language):
        made.append(blocks.paragraph(about, style="lead"))
    areas = {row["REF_AREA"] for row in dates if row["REF_AREA"]}
    made.append(
        blocks.paragraph(
            words(
                "policies.introduction",
                n=format_number(len(dates), language=language, decimals=0),
                areas=len(areas),
                dated=format_number(len(years), language=language, decimals=0),
                undated=format_number(len(dates) - len(years), language=language, decimals=0),
            )
        )
    )
    made += _by_year(years, words=words)
    made += _by_theme(store, definition, years, words=words)
    made += _latest(store, mine, words=words)
    return made


def _by_year(years: dict[str, str], *, words: Words) -> list[Block]:
    if not years:
        return []
    counts = Counter(years.values())
    last = int(max(counts))
    span = [str(year) for year in range(max(int(min(counts)), last - _YEARS + 1), last + 1)]
    earlier = sum(n for year, n in counts.items() if year < span[0])
    most = max(span, key=lambda year: (counts[year], year))
    made = [
        charts.bars(
            words("policies.by_year"),
            alternative=words(
                "policies.by_year_alternative",
                first=span[0],
                last=span[-1],
                most=most,
                n=counts[most],
            ),
            labels=span,
            values=[counts[year] for year in span],
        )
    ]
    if earlier:
        made.append(
            blocks.paragraph(words("policies.earlier", n=earlier, year=span[0]), style="note")
        )
    return made


def _by_theme(
    store: Store, definition: PoliciesDefinition, years: dict[str, str], *, words: Words
) -> list[Block]:
    facets = store.table("initiative_facet")
    themes = store.rows(
        facets.filter(
            (facets["facet"] == "theme") & facets["source"].isin(list(definition.sources))
        ).order_by(["code", "initiative"])
    )
    if not themes:
        return []
    names: dict[str, blocks.Cell] = {}
    held: dict[str, Counter[str]] = {}
    for row in themes:
        names.setdefault(row["code"], words.told(row["name_en"], row["name_zh"], row["code"]))
        held.setdefault(row["code"], Counter())[years.get(row["initiative"], "")] += 1
    span = sorted(set(years.values()))[-6:]
    ordered = sorted(held, key=lambda code: (-held[code].total(), code))
    language = words.language
    made = [
        blocks.row(
            [
                names[code],
                format_number(held[code].total(), language=language, decimals=0),
                *(str(held[code][year]) for year in span),
            ]
        )
        for code in ordered[:_THEMES]
    ]
    notes = [words("policies.theme_note")]
    if len(ordered) > _THEMES:
        notes.append(words("policies.theme_more", n=len(ordered) - _THEMES))
    return [
        blocks.section(words("policies.themes")),
        blocks.table(
            words("policies.themes_caption"),
            columns=[
                blocks.column(words("policies.theme"), align="left", width="1fr"),
                blocks.column(words("policies.all"), strong=True),
                *(blocks.column(year) for year in span),
            ],
            rows=made,
            notes=notes,
        ),
    ]


def _latest(store: Store, mine: Any, *, words: Words) -> list[Block]:
    dated = mine.filter(mine["date"].notnull())
    rows = store.rows(dated.order_by([dated["date"].desc(), dated["initiative"]]).limit(_LATEST))
    if not rows:
        return []
    return [
        blocks.section(words("policies.latest")),
        blocks.items([_entry(row, words=words) for row in rows]),
    ]


def _entry(row: Row, *, words: Words) -> dict[str, Any]:
    area = words.name("area", row["REF_AREA"]) if row["REF_AREA"] else row["area_name"] or ""
    issuer = words.told(row["issuer_en"], row["issuer_zh"])
    particulars = [
        row["date"],
        area,
        issuer if isinstance(issuer, str) else issuer["text"],
        row["document_number"] or "",
    ]
    highlights = words.told(row["highlights_en"], row["highlights_zh"])
    return blocks.entry(
        words.told(row["title_en"], row["title_zh"], row["title_original"]) or row["native_id"],
        particulars=" · ".join(part for part in particulars if part),
        texts=[shortened(highlights)] if highlights else [],
    )


def shortened(text: blocks.Cell) -> blocks.Cell:
    """Cut a long text where a sentence ends, and show that it was cut."""
    if isinstance(text, dict):
        return {**text, "text": shortened(text["text"])}
    if len(text) <= _LONGEST:
        return text
    cut = text[:_LONGEST]
    end = max(cut.rfind(". ") + 1, cut.rfind("。") + 1, cut.rfind("；") + 1)
    return f"{cut[: end or _LONGEST].rstrip()} [{MISSING}]"
