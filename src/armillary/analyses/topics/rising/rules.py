"""What the lists of rising topics and terms do, in words, for readers of either language."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pyarrow.compute as pc

from armillary.analyses.topics.rising.at_origin import RisingRecipe
from armillary.analyses.topics.terms.rising import TermRecipe

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from armillary.errors import TopicError

_RULES = {
    "rising topics": (
        "Topics of a map made from recent works alone, as many as leave their growth reliable, "
        "ordered by the trend of their share of all works, that of the same works on maps of "
        "other fineness, and that of their terms.",
        "仅用近期文献绘制图谱，主题数目以增长数字仍可靠为限；按主题占全部文献比重的趋势、"
        "同一批文献在其他粗细图谱上的趋势及其词语的趋势综合排序。",
    ),
    "rising terms": (
        "Terms many works use, ordered by the trend of their share of all works over its "
        "standard error, shrunken towards no change.",
        "已有较多文献使用的词语，按其占全部文献比重的趋势与标准误之比排序，趋势向“无变化”收缩。",
    ),
    "young terms": (
        "A watch list: terms that were hardly used three years ago, in the same order. Most of "
        "them fade; a map of topics cannot show them yet.",
        "观察榜单：三年前几乎无人使用的词语，排序方法同上。其中多数会消退；主题图谱尚无法显示它们。",
    ),
}
_TOO_FEW = "完整年份或文献过少，无法编制该榜单。"


def rule_rows(
    listed: pa.Table, *, corpus: str, why_not: Mapping[str, TopicError]
) -> list[dict[str, object]]:
    """Return the rule of each list, and why it could not be made where that is so.

    No method of its own.

    Args:
        listed: Table `topic_list`.
        corpus: Topic map.
        why_not: What kept a list from being made, by its name.
    """
    parameters = {
        "rising topics": msgspec.to_builtins(RisingRecipe()),
        "rising terms": msgspec.to_builtins(TermRecipe()),
        "young terms": msgspec.to_builtins(TermRecipe()),
    }
    return [
        {
            "corpus": corpus,
            "list": name,
            "position": position - len(_RULES),
            "rule_en": english,
            "rule_zh": chinese,
            "parameters": msgspec.json.encode(parameters[name]).decode(),
            "n_entries": pc.sum(pc.equal(listed["list"], name)).as_py() or 0,
            "why_not_en": str(why_not[name].problem) if name in why_not else None,
            "why_not_zh": _TOO_FEW if name in why_not else None,
        }
        for position, (name, (english, chinese)) in enumerate(_RULES.items())
    ]
