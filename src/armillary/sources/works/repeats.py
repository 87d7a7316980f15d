"""Ids that come twice, in one file or in several files of a source."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from armillary.model.provenance import Reading, Rejection

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_PLACE = ("work", "origin", "locator")


def settle(works: pa.Table) -> tuple[pa.Table, int, tuple[Rejection, ...]]:
    """Keep the first record of each id; join equal copies, refuse others.

    Args:
        works: Rows of the table `work`, in the order of the file.

    Returns:
        The rows kept in their order, the number of copies joined because they equal the
        first record in everything but its place, and one rejection for each copy that differs.
    """
    kept, copies = _copies(works)
    refused = [rejection for _, rejection in copies if rejection is not None]
    return kept, len(copies) - len(refused), tuple(refused)


def settle_files(readings: Sequence[Reading]) -> list[Reading]:
    """Settle ids that come again in a later file of the same source.

    Exports overlap: databases give 500 records a file, and two searches find the same work.

    Args:
        readings: One per file of one source, in the order of the files.

    Returns:
        The readings with every id once among them; their counts still balance.
    """
    if not readings:
        return []
    sizes = [reading.tables["work"].num_rows for reading in readings]
    everything = pa.concat_tables([reading.tables["work"] for reading in readings])
    _, copies = _copies(everything)
    if not copies:
        return list(readings)
    settled = []
    start = 0
    for reading, size in zip(readings, sizes, strict=True):
        own = [(row - start, said) for row, said in copies if start <= row < start + size]
        start += size
        gone = {row for row, _ in own}
        refused = [said for _, said in own if said is not None]
        rows = pa.array([row for row in range(size) if row not in gone], pa.int64())
        work = reading.tables["work"].take(rows) if gone else reading.tables["work"]
        settled.append(
            msgspec.structs.replace(
                reading,
                n_kept=work.num_rows,
                n_empty=reading.n_empty + len(own) - len(refused),
                tables={**reading.tables, "work": work},
                rejections=(*reading.rejections, *refused),
            )
        )
    return settled


def _copies(works: pa.Table) -> tuple[pa.Table, list[tuple[int, Rejection | None]]]:
    """Return the first rows, and each later row with the reason it is refused, if it is."""
    numbered = works.select(["work"]).append_column(
        "row", pa.array(range(works.num_rows), pa.int64())
    )
    firsts = numbered.group_by("work").aggregate([("row", "min")])
    if firsts.num_rows == works.num_rows:
        return works, []
    first_rows = firsts["row_min"]
    is_first = pc.is_in(numbered["row"], value_set=first_rows.combine_chunks())
    later = numbered.filter(pc.invert(is_first))
    first_of = dict(zip(firsts["work"].to_pylist(), first_rows.to_pylist(), strict=True))
    later_rows = later["row"].to_pylist()
    befores = [first_of[work] for work in later["work"].to_pylist()]
    copies = works.take(pa.array(later_rows, pa.int64())).to_pylist()
    originals = works.take(pa.array(befores, pa.int64())).to_pylist()
    judged = [
        (row, _judge(copy, original))
        for row, copy, original in zip(later_rows, copies, originals, strict=True)
    ]
    return works.filter(is_first), judged


def _judge(copy: Mapping[str, object], original: Mapping[str, object]) -> Rejection | None:
    differs = [
        name for name, value in copy.items() if name not in _PLACE and value != original[name]
    ]
    if not differs:
        return None
    place = str(original["locator"])
    if copy["origin"] != original["origin"]:
        place = f"{place} of file {original['origin']}"
    return Rejection(
        locator=str(copy["locator"]),
        text=f"{copy['native_id']} {copy['title']}"[:200],
        reason=f"its id already stands at {place}, where {', '.join(differs)} differ; "
        "the first is kept: delete the one you do not want",
    )
