"""Ids that come twice in one file: the first record of each stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from armillary.model.provenance import Rejection

if TYPE_CHECKING:
    from collections.abc import Mapping

_PLACE = ("work", "origin", "locator")


def settle(works: pa.Table) -> tuple[pa.Table, int, tuple[Rejection, ...]]:
    """Keep the first record of each id; join equal copies, refuse others.

    Args:
        works: Rows of the table `work`, in the order of the file.

    Returns:
        The rows kept in their order, the number of copies joined because they equal the
        first record in everything but its place, and one rejection for each copy that differs.
    """
    numbered = works.select(["work"]).append_column(
        "row", pa.array(range(works.num_rows), pa.int64())
    )
    firsts = numbered.group_by("work").aggregate([("row", "min")])
    if firsts.num_rows == works.num_rows:
        return works, 0, ()
    is_first = pc.is_in(numbered["row"], value_set=firsts["row_min"].combine_chunks())
    later = numbered.filter(pc.invert(is_first))
    first_of = dict(zip(firsts["work"].to_pylist(), firsts["row_min"].to_pylist(), strict=True))
    befores = [first_of[work] for work in later["work"].to_pylist()]
    copies = works.take(later["row"].combine_chunks()).to_pylist()
    originals = works.take(pa.array(befores, pa.int64())).to_pylist()
    judged = [_judge(copy, original) for copy, original in zip(copies, originals, strict=True)]
    refused = tuple(said for said in judged if said is not None)
    return works.filter(is_first), len(judged) - len(refused), refused


def _judge(copy: Mapping[str, object], original: Mapping[str, object]) -> Rejection | None:
    differs = [
        name for name, value in copy.items() if name not in _PLACE and value != original[name]
    ]
    if not differs:
        return None
    return Rejection(
        locator=str(copy["locator"]),
        text=f"{copy['native_id']} {copy['title']}"[:200],
        reason=f"its id already stands at {original['locator']}, where {', '.join(differs)} "
        "differ; the first is kept: delete the one you do not want",
    )
