"""The row several records of one work make together, and what each of them gives to it."""

from __future__ import annotations

import collections
from typing import TYPE_CHECKING, Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from armillary.model.columns import schema, table_of
from armillary.sources.works.merging.identifiers import kind_of_doi
from armillary.sources.works.merging.titles import title_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from armillary.sources.works.merging.clusters import Link
    from armillary.sources.works.merging.rules import MergeRules

_UNIONS = ("keywords", "countries", "classes", "cited_as")
_LONGEST = ("authors", "organisations", "references")
_DOI_ORDER = ("publisher", "archive", "preprint", "repository")
_KEPT = ("work", "source", "origin", "locator", "native_id")

Row = "Mapping[str, Any]"


class Made(msgspec.Struct, frozen=True):
    """One merged row.

    Args:
        fields: Columns of `work`.
        members: Positions of the records, the one whose id stands first.
        gives: For each of these, the columns it gives.
    """

    fields: dict[str, Any]
    members: tuple[int, ...]
    gives: tuple[tuple[str, ...], ...]


def merged_row(records: Sequence[Mapping[str, Any]], *, source: str, rules: MergeRules) -> Made:
    """Make one row of several records of the same work.

    Each field is the most complete of the records: of texts the longest, of lists of authors,
    organisations and references the longest, of keywords, countries, classes and forms of being
    cited all of them; the year most records give, the later one of two equally often given (of
    patents the earliest, for a family is as old as its first priority, and the date of its first
    publication); the DOI of the publisher before that of an archive, a preprint or a copy; the
    highest number of citations. Where records are equally complete, the one that holds most
    fields gives.

    Args:
        records: Rows of the table `work`, in any order.
        source: Source of the merged row.
        rules: How DOIs of each kind begin.
    """
    by = sorted(range(len(records)), key=lambda i: (-_filled(records[i]), records[i]["work"]))
    ordered = [records[i] for i in by]
    first = ordered[0]
    fields: dict[str, Any] = {name: first[name] for name in _KEPT}
    fields |= {"source": source, "work": f"{source}:{first['work']}"}
    gives: list[list[str]] = [[] for _ in ordered]

    def take(name: str, at: int | None) -> None:
        fields[name] = None if at is None else ordered[at][name]
        if at is not None:
            gives[at].append(name)

    take("title", _best(ordered, "title", _title_rank))
    fields["title"] = fields["title"] or ""
    take("type", _voted([one["type"] if one["type"] != "other" else None for one in ordered]))
    fields["type"] = fields["type"] or first["type"]
    take("abstract", _best(ordered, "abstract", len))
    take("language", _voted([one["language"] for one in ordered]))
    years = [one["year"] for one in ordered]
    dates = [one["date"] for one in ordered]
    if fields["type"] == "patent":
        take("year", _earliest(years))
        take("date", _earliest(dates))
    else:
        take("year", _voted(years, later=True))
        fitting = [d if d and str(d)[:4] == str(fields["year"]) else None for d in dates]
        take("date", _longest(fitting))
    take("venue", _best(ordered, "venue", _venue_rank))
    take("doi", _best(ordered, "doi", lambda doi: -_DOI_ORDER.index(kind_of_doi(doi, rules))))
    for name in _LONGEST:
        take(name, _longest([one[name] for one in ordered]))
    counts = [one["cited_by_count"] for one in ordered]
    known = [count for count in counts if count is not None]
    take("cited_by_count", counts.index(max(known)) if known else None)
    for name in _UNIONS:
        fields[name] = _union(ordered, name, gives)
    return Made(fields, tuple(by), tuple(tuple(sorted(one)) for one in gives))


def tables_of(
    works: pa.Table,
    groups: Sequence[Sequence[int]],
    *,
    links: Mapping[int, Link],
    source: str,
    rules: MergeRules,
) -> dict[str, pa.Table]:
    """Return the tables `work` and `work_member` of merged records.

    Args:
        works: Rows of the table `work` before merging.
        groups: Positions of the records of each work with two or more.
        links: For each record of a group the surest link that holds it there.
        source: Source of the merged rows.
        rules: How DOIs of each kind begin.
    """
    inside = [row for rows in groups for row in rows]
    held = works.take(pa.array(inside, pa.int64())).to_pylist()
    at = 0
    made: list[dict[str, Any]] = []
    members: list[dict[str, Any]] = []
    for rows in groups:
        records = held[at : at + len(rows)]
        at += len(rows)
        one = merged_row(records, source=source, rules=rules)
        made.append(one.fields)
        for position, gives in zip(one.members, one.gives, strict=True):
            record, link = records[position], links[rows[position]]
            members.append(
                {
                    "work": one.fields["work"],
                    "member": record["work"],
                    "source": record["source"],
                    "origin": record["origin"],
                    "rule": link.rule,
                    "evidence": link.evidence,
                    "text": link.text,
                    "decided_by": link.by or None,
                    "gives": gives,
                }
            )
    alone = pa.array([True] * works.num_rows)
    if inside:
        numbers = pa.array(range(works.num_rows), pa.int64())
        alone = pc.invert(pc.is_in(numbers, value_set=pa.array(inside, pa.int64())))
    single = works.filter(alone)
    ids = pc.binary_join_element_wise(source, single["work"], ":")
    renamed = single.set_column(0, schema("work").field("work"), ids).set_column(
        single.schema.get_field_index("source"),
        schema("work").field("source"),
        pa.repeat(source, single.num_rows),
    )
    n = single.num_rows
    alone_members = pa.table(
        {
            "work": ids,
            "member": single["work"],
            "source": single["source"],
            "origin": single["origin"],
            "rule": pa.repeat("alone", n),
            "evidence": pa.nulls(n, pa.float64()),
            "text": pa.nulls(n, pa.string()),
            "decided_by": pa.nulls(n, pa.string()),
            "gives": pa.nulls(n, pa.list_(pa.string())),
        }
    ).cast(schema("work_member"))
    return {
        "work": pa.concat_tables([renamed, table_of("work", made)]).sort_by("work"),
        "work_member": pa.concat_tables([alone_members, table_of("work_member", members)]).sort_by(
            [("work", "ascending"), ("member", "ascending")]
        ),
    }


def _filled(record: Mapping[str, Any]) -> int:
    return sum(1 for name, value in record.items() if value and name not in _KEPT)


def _longest(values: Sequence[Any]) -> int | None:
    """Return the position of the longest list or text, the first of equals; by letters next."""
    ranked = [(-len(value), -sum(map(len, value)), i) for i, value in enumerate(values) if value]
    return min(ranked)[2] if ranked else None


def _earliest(values: Sequence[Any]) -> int | None:
    """Return the position of the lowest value, the first of equals."""
    known = [(value, i) for i, value in enumerate(values) if value is not None]
    return min(known)[1] if known else None


def _best(records: Sequence[Mapping[str, Any]], name: str, rank: Any) -> int | None:
    """Return the position of the value that ranks highest, the first of equals."""
    ranked = [(rank(one[name]), -i) for i, one in enumerate(records) if one[name]]
    return -max(ranked)[1] if ranked else None


def _title_rank(title: str) -> tuple[int, ...]:
    held = title_of(title)
    return not held.cut, "�" not in title, len(held.key), title != title.upper()


def _venue_rank(venue: str) -> tuple[int, ...]:
    cut = venue.endswith(("…", "..."))
    return not cut, len(venue), venue != venue.upper()


def _voted(values: Sequence[Any], *, later: bool = False) -> int | None:
    """Return the position of the value given most often."""
    counts = collections.Counter(value for value in values if value is not None)
    if not counts:
        return None
    most = max(counts.values())
    tied = [value for value in counts if counts[value] == most]
    chosen = max(tied) if later else next(value for value in values if value in tied)
    return list(values).index(chosen)


def _union(
    records: Sequence[Mapping[str, Any]], name: str, gives: list[list[str]]
) -> list[str] | None:
    """Join lists, each entry once whatever its case; null where every list is missing."""
    if all(one[name] is None for one in records):
        return None
    found: dict[str, str] = {}
    for one, given in zip(records, gives, strict=True):
        n = len(found)
        for entry in one[name] or ():
            found.setdefault(entry.casefold(), entry)
        if len(found) > n:
            given.append(name)
    return list(found.values())
