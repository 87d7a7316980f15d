"""First chapters of the report of a topic map: the summary, the corpus and the map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armillary.publications.numbers import format_number, format_percent
from armillary.publications.report import blocks, charts
from armillary.publications.report.topic_facts import (
    FORECASTS,
    RISING_TERMS,
    RISING_TOPICS,
    YOUNG_TERMS,
    entry_label,
    label_of,
    plain,
)
from armillary.publications.report.topic_lists import (
    backtest_sentence,
    format_chance,
    format_years,
)

if TYPE_CHECKING:
    from armillary.model.observatory import Observatory
    from armillary.publications.report.blocks import Block
    from armillary.publications.report.topic_facts import TopicFacts
    from armillary.publications.report.words import Words

Row = dict[str, Any]
_NAMED = 5
_FIELDS = ("title", "abstract", "keywords", "references", "resolved", "countries", "authors", "doi")


def summary(facts: TopicFacts, *, words: Words) -> list[Block]:
    """Return the chapter that says what was found and how sure it is.

    Args:
        facts: The topic map.
        words: Texts in the language of the report.
    """
    made = [blocks.chapter(words("tr.summary"))]
    if about := facts.definition.about.in_language(words.language):
        made.append(blocks.paragraph(about, style="lead"))
    if facts.simulated:
        made.append(blocks.paragraph(words("topics.simulated"), style="notice"))
    made += [
        blocks.facts(_counts(facts, words=words)),
        blocks.section(words("tr.found")),
        blocks.points([(title, texts) for title, texts in _found(facts, words=words) if texts]),
        blocks.section(words("tr.sure")),
        blocks.points([("", _sure(facts, words=words))]),
        blocks.section(words("tr.reading")),
        blocks.points([("", [words(f"tr.reading_{key}") for key in _READING])]),
    ]
    return made


_READING = ("lists", "growth", "probability", "share", "names")


def _counts(facts: TopicFacts, *, words: Words) -> list[tuple[str, str]]:
    counts = [
        (facts.n_works, words("tr.n_works")),
        (len(facts.clusters), _in_levels(facts, words=words)),
        (len(facts.hot), words("tr.n_hot")),
        (len(facts.chosen), words("tr.n_chosen")),
        (len(facts.lists.get(RISING_TOPICS, ())), words("tr.n_rising")),
        (len(facts.lists.get(RISING_TERMS, ())), words("tr.n_terms")),
        (len(facts.lists.get(YOUNG_TERMS, ())), words("tr.n_young")),
    ]
    return [
        (format_number(n, language=words.language, decimals=0), label) for n, label in counts if n
    ]


def _in_levels(facts: TopicFacts, *, words: Words) -> str:
    areas, clusters = (len(facts.of_level(level)) for level in ("area", "cluster"))
    if areas:
        return words("tr.n_topics_areas", clusters=clusters, areas=areas)
    return words("tr.n_topics_clusters", clusters=clusters) if clusters else words("tr.n_topics")


def _found(facts: TopicFacts, *, words: Words) -> list[tuple[str, list[str]]]:
    language = words.language
    hot = [plain(label_of(row, words)) for row in facts.hot[:_NAMED]]
    found = [(words("topics.hot"), [words.listed(hot)] if hot else [])]
    for name in FORECASTS:
        entries = facts.lists.get(name, [])[:_NAMED]
        said = []
        for entry in entries:
            label = entry_label(facts, entry, words=words)
            if entry["probability"] is None:
                said.append(label)
            else:
                share = format_chance(entry["probability"], language=language)
                said.append(words("tr.named_probability", label=label, share=share))
        found.append((words(f"tr.list.{name}"), [words.listed(said)] if said else []))
    if not facts.lists.get(RISING_TOPICS):
        grown = [plain(label_of(row, words)) for row in facts.growing[:_NAMED]]
        found.append((words("topics.growing"), [words.listed(grown)] if grown else []))
    chosen = [plain(words.told(one.row["name_en"], one.row["name_zh"])) for one in facts.chosen]
    text = words.listed(chosen) if chosen else words("tr.none_chosen")
    found.append((words("tr.technologies"), [text]))
    return found


def _sure(facts: TopicFacts, *, words: Words) -> list[str]:
    language = words.language
    said = []
    for name in FORECASTS:
        if facts.lists.get(name):
            sentence = backtest_sentence(facts.tests.get(name), words=words)
            said.append(words("tr.of_list", list=words(f"tr.list.{name}"), text=sentence))
    rising = facts.lists.get(RISING_TOPICS, [])
    if rising:
        grown = sum(entry["verdict"] == "grows" for entry in rising)
        said.append(words("tr.sure_growth", n=len(rising), grown=grown))
    known = [row for row in facts.clusters.values() if row["unstable"] is not None]
    if known:
        unstable = sum(row["unstable"] for row in known)
        said.append(words("tr.sure_stability", n=len(known), unstable=unstable))
    else:
        said.append(words("tr.no_stability"))
    total = sum(row["n_works"] for row in facts.completeness)
    if total:
        shares = {
            key: format_percent(
                sum(row[f"n_{key}"] for row in facts.completeness) / total,
                language=language,
                decimals=0,
            )
            for key in ("abstract", "references")
        }
        said.append(words("tr.sure_records", **shares))
    said.append(words("tr.sure_corpus"))
    return said


def corpus(facts: TopicFacts, observatory: Observatory, *, words: Words) -> list[Block]:
    """Return the chapter on what was read and how complete it is.

    Args:
        facts: The topic map.
        observatory: Names the sources.
        words: Texts in the language of the report.
    """
    language = words.language
    made = [blocks.chapter(words("tr.corpus")), blocks.paragraph(words("tr.corpus_text"))]

    def number(n: int) -> str:
        return format_number(n, language=language, decimals=0)

    if facts.sources:
        rows = []
        for row in facts.sources:
            known = observatory.sources.get(row["source"])
            title = known.title.in_language(language) if known else row["source"]
            counts = [number(row[key]) for key in ("files", "n_read", "n_kept", "n_rejected")]
            rows.append(blocks.row([title or row["source"], *counts]))
        heads = ("files", "read", "kept", "rejected")
        made.append(
            blocks.table(
                words("tr.sources_caption"),
                columns=[
                    blocks.column(words("summary.source"), align="left", width="1fr"),
                    *(blocks.column(words(f"summary.{key}")) for key in heads),
                ],
                rows=rows,
                notes=[words("tr.sources_note")],
            )
        )
    if facts.completeness:
        made += _completeness(facts, observatory, words=words)
    made += _left_out(facts, words=words)
    return made + _by_year(facts, words=words)


def _completeness(facts: TopicFacts, observatory: Observatory, *, words: Words) -> list[Block]:
    language = words.language
    by_source: dict[str, list[Row]] = {}
    for row in facts.completeness:
        by_source.setdefault(row["source"], []).append(row)
    rows = []
    for source, held in sorted(by_source.items()):
        total = sum(row["n_works"] for row in held)
        known = observatory.sources.get(source)
        title = known.title.in_language(language) if known else ""
        cells = []
        for field in _FIELDS:
            key = f"n_{field}"
            if field == "title" or total == 0:
                continue
            counts = [row[key] for row in held]
            share = None if None in counts else sum(counts) / total
            cells.append(format_percent(share, language=language, decimals=0))
        if total:
            count = format_number(total, language=language, decimals=0)
            rows.append(blocks.row([title or words("tr.merged"), count, *cells]))
    return [
        blocks.section(words("tr.completeness")),
        blocks.paragraph(words("tr.completeness_text")),
        blocks.table(
            words("tr.completeness_caption"),
            columns=[
                blocks.column(words("summary.source"), align="left", width="1fr"),
                blocks.column(words("topics.works")),
                *(blocks.column(words(f"tr.field.{f}")) for f in _FIELDS if f != "title"),
            ],
            rows=rows,
            notes=[words("tr.completeness_note"), words("missing")],
            small=True,
        ),
    ]


def _left_out(facts: TopicFacts, *, words: Words) -> list[Block]:
    if not facts.completeness or not facts.clusters:
        return []
    last = max(row["recent_to"] for row in facts.clusters.values())
    read = sum(row["n_works"] for row in facts.completeness)
    undated = sum(row["n_works"] for row in facts.completeness if row["year"] is None)
    later = sum(row["n_works"] for row in facts.completeness if (row["year"] or 0) > last)
    unrelated = max(read - undated - later - facts.n_works, 0)

    def number(n: int) -> str:
        return format_number(n, language=words.language, decimals=0)

    return [
        blocks.paragraph(
            words(
                "tr.left_out",
                read=number(read),
                on_map=number(facts.n_works),
                undated=number(undated),
                later=number(later),
                last=last,
                unrelated=number(unrelated),
            )
        )
    ]


def _by_year(facts: TopicFacts, *, words: Words) -> list[Block]:
    years: dict[int, int] = {}
    for rows in facts.years.values():
        for row in rows:
            years[row["year"]] = row["n_all"]
    if not years:
        return []
    ordered = sorted(years)
    most = max(ordered, key=lambda year: years[year])
    return [
        charts.bars(
            words("tr.by_year"),
            alternative=words(
                "tr.by_year_alternative",
                first=ordered[0],
                last=ordered[-1],
                most=most,
                n=format_number(years[most], language=words.language, decimals=0),
            ),
            labels=[str(year) for year in ordered],
            values=[years[year] for year in ordered],
        )
    ]


def the_map(facts: TopicFacts, *, words: Words) -> list[Block]:
    """Return the chapter on areas and clusters, with the map.

    Args:
        facts: The topic map.
        words: Texts in the language of the report.
    """
    first = next(iter(facts.clusters.values()))
    relation = words.known(f"topics.{first['relatedness'].replace(' ', '_')}", first["relatedness"])
    made = [
        blocks.chapter(words("tr.map")),
        blocks.paragraph(
            words(
                "topics.introduction",
                clusters=len(facts.clusters),
                works=format_number(facts.n_works, language=words.language, decimals=0),
                relation=relation,
                recent=format_years(first["recent_from"], first["recent_to"]),
                before=format_years(first["before_from"], first["before_to"]),
            )
        ),
        topic_figure(facts, words=words),
        blocks.paragraph(words("tr.map_note"), style="note"),
    ]
    if facts.groups:
        made += _groups(facts, words=words)
    return made


def topic_figure(facts: TopicFacts, *, words: Words) -> Block:
    """Draw the map; numbers are places in the list of rising topics, or of growing ones.

    Args:
        facts: The topic map.
        words: Texts in the language of the report.
    """
    places: dict[str, int] = {}
    for entry in facts.lists.get(RISING_TOPICS, []):
        cluster = facts.cluster_of(entry)
        if cluster:
            places.setdefault(cluster["cluster"], entry["rank"])
    tone = "rising" if places else "growing"
    if not places:
        places = {row["cluster"]: row["growing_rank"] for row in facts.growing}
    points = []
    for key, row in facts.clusters.items():
        place = places.get(key)
        plainly = "hot" if row["hot_rank"] is not None else "plain"
        points.append(
            {
                "x": row["x"],
                "y": row["y"],
                "n_works": row["n_works"],
                "tone": "growing" if place is not None else plainly,
                "text": str(place) if place is not None else "",
            }
        )
    largest = [plain(label_of(row, words)) for row in list(facts.clusters.values())[:_NAMED]]
    return charts.topic_map(
        words("topics.map", title=facts.definition.title.in_language(words.language)),
        alternative=words(
            "topics.map_alternative", n=len(facts.clusters), largest=words.joined(largest)
        ),
        points=points,
        legend=[
            ("growing", words(f"topics.tone_{tone}")),
            ("hot", words("topics.tone_hot")),
            ("plain", words("topics.tone_plain")),
        ],
    )


def _groups(facts: TopicFacts, *, words: Words) -> list[Block]:
    language = words.language

    def number(n: int) -> str:
        return format_number(n, language=language, decimals=0)

    rising = {
        cluster["cluster"]
        for entry in facts.lists.get(RISING_TOPICS, [])
        if (cluster := facts.cluster_of(entry))
    } or {row["cluster"] for row in facts.growing}
    inside: dict[str | None, list[Row]] = {}
    for row in facts.clusters.values():
        inside.setdefault(row["group"], []).append(row)
    rows = []
    clusters = facts.of_level("cluster")
    areas: list[Row | None] = [*facts.of_level("area")]
    for area in areas or [None]:
        if area is not None:
            count = words("tr.area_counts", works=number(area["n_works"]), n=area["n_topics"])
            rows.append(blocks.row([words.beside(label_of(area, words), count)], group=True))
        for group in clusters:
            if area is None or group["parent"] == area["group"]:
                own = inside.get(group["group"], [])
                named = [plain(label_of(row, words)) for row in own[:3]]
                rows.append(
                    blocks.row(
                        [
                            group["group"],
                            label_of(group, words),
                            words.listed(named),
                            number(group["n_topics"]),
                            number(group["n_works"]),
                            str(sum(row["hot_rank"] is not None for row in own)),
                            str(sum(row["cluster"] in rising for row in own)),
                        ]
                    )
                )
    return [
        blocks.section(words("tr.groups")),
        blocks.paragraph(words("tr.groups_text")),
        blocks.table(
            words("tr.groups_caption"),
            columns=[
                blocks.column("", align="left"),
                blocks.column(words("tr.cluster"), align="left", width="1fr"),
                blocks.column(words("tr.largest"), align="left", width="1.5fr"),
                blocks.column(words("tr.topics")),
                blocks.column(words("topics.works")),
                blocks.column(words("tr.hot_short")),
                blocks.column(words("tr.rising_short")),
            ],
            rows=rows,
            small=True,
        ),
    ]
