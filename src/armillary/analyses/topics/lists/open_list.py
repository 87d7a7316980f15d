"""What every list is: its rule in words, its parameters, and its entries or why it has none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec
import pyarrow as pa

from armillary.model.columns import table_of

if TYPE_CHECKING:
    from collections.abc import Iterable


class OpenList(msgspec.Struct, frozen=True, kw_only=True):
    """One list.

    Args:
        name: Name of the list, such as "prominence".
        rule: The rule in words, by language, its parameters filled in.
        parameters: Every parameter of the rule.
        entries: Rows of `topic_list`, best first.
        why_not: Why the list could not be made, by language; empty where it was made.
        tables: Further tables the list rests on.
    """

    name: str
    rule: Mapping[str, str]
    parameters: Mapping[str, object]
    entries: Sequence[Mapping[str, object]] = ()
    why_not: Mapping[str, str] = {}
    tables: Mapping[str, pa.Table] = {}


def list_tables(lists: Iterable[OpenList], *, corpus: str) -> dict[str, pa.Table]:
    """Write down lists.

    No method of its own.

    Args:
        lists: The lists, in the order they are shown.
        corpus: Topic map.

    Returns:
        `topic_list`, `topic_list_rule`, and the tables the lists rest on.
    """
    entries: list[dict[str, object]] = []
    rules: list[dict[str, object]] = []
    further: dict[str, list[pa.Table]] = {}
    for position, one in enumerate(lists, 1):
        rules.append(
            {
                "corpus": corpus,
                "list": one.name,
                "position": position,
                "rule_en": one.rule["en"],
                "rule_zh": one.rule["zh"],
                "parameters": msgspec.json.encode(dict(one.parameters)).decode(),
                "n_entries": len(one.entries),
                "why_not_en": one.why_not.get("en"),
                "why_not_zh": one.why_not.get("zh"),
            }
        )
        entries += [
            {"corpus": corpus, "list": one.name, "rank": rank, **entry}
            for rank, entry in enumerate(one.entries, 1)
        ]
        for name, table in one.tables.items():
            further.setdefault(name, []).append(table)
    return {
        "topic_list": table_of("topic_list", entries),
        "topic_list_rule": table_of("topic_list_rule", rules),
        **{name: pa.concat_tables(parts) for name, parts in further.items()},
    }
