"""OpenAlex works, one JSON object a line: a fetched snapshot or parts of the bulk download.

Read line by line and turned into columns every few thousand works, so that a part of a million
works needs the memory of its columns and no more.
"""

from __future__ import annotations

import gzip
import io
import re
import zlib
from typing import TYPE_CHECKING, Any

import msgspec
import pyarrow as pa

from armillary.errors import SourceError
from armillary.model.provenance import Reading
from armillary.sources.works import openalex
from armillary.sources.works.records import Records, named
from armillary.sources.works.repeats import settle

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

    from armillary.model.provenance import Origin, Rejection

_BATCH = 10_000
_LINE = 64 * 1024**2
_WORK = re.compile(rb'\{.{0,400}?"id"\s*:\s*"https?://openalex\.org/W\d', re.DOTALL)


def is_lines(file: Path) -> bool:
    """Tell whether a file holds OpenAlex works one a line, by its first two lines."""
    try:
        with _opened(file) as stream:
            first = stream.readline(_LINE)
            second = stream.readline(2)
    except (OSError, EOFError, zlib.error):
        return False
    if not first.endswith(b"\n") or not second.startswith(b"{"):
        return False
    return _WORK.match(first.lstrip()) is not None and _parsed(first) is not None


def read_lines(file: Path, *, source: str, origin: Origin) -> Reading:
    """Read OpenAlex works one a line, packed with gzip or not, in bounded memory.

    Args:
        file: The file.
        source: Source in observatory.toml.
        origin: The file's origin.

    Raises:
        SourceError: The file is damaged as a whole.
    """
    tables: list[pa.Table] = []
    rejections: list[Rejection] = []
    n_read = n_empty = n_damaged = 0
    for records in _batches(file, source=source, origin=origin):
        one = records.reading(openalex.JSON)
        tables.append(one.tables["work"])
        rejections += one.rejections
        n_read += one.n_read
        n_empty += one.n_empty
        n_damaged += records.n_damaged_dois
    works, n_joined, repeated = settle(pa.concat_tables(tables))
    return Reading(
        format=named(openalex.JSON, works, notes=(), n_damaged_dois=n_damaged),
        unit_read="records",
        n_read=n_read,
        n_kept=works.num_rows,
        n_empty=n_empty + n_joined,
        tables={"work": works},
        rejections=(*rejections, *repeated),
    )


def _batches(file: Path, *, source: str, origin: Origin) -> Iterator[Records]:
    records = Records(source=source, origin=origin)
    held = 0
    try:
        with _opened(file) as stream:
            number = 0
            while line := stream.readline(_LINE):
                number += 1
                if len(line) >= _LINE:
                    raise SourceError(
                        f"A line holds more than {_LINE:,} bytes.",
                        where=f"{file.name}, line {number:,}",
                        fix="download the file again",
                    )
                if not line.strip():
                    continue
                openalex.keep_line(records, line, locator=f"line {number}")
                held += 1
                if held == _BATCH:
                    yield records
                    records, held = Records(source=source, origin=origin), 0
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise SourceError(
            f"The gzip file is damaged or cut short: {error}.",
            where=file.name,
            fix="download the file again",
        ) from error
    except OSError as error:
        raise SourceError(
            f"The file cannot be read: {error.strerror or error}.",
            where=file.name,
            fix="check the path and the permissions",
        ) from error
    yield records


def _opened(file: Path) -> BinaryIO:
    with file.open("rb") as stream:
        packed = stream.read(2) == b"\x1f\x8b"
    if packed:
        return io.BufferedReader(gzip.open(file, "rb"), 1 << 20)
    return file.open("rb")


def _parsed(line: bytes) -> Any:
    try:
        return msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError):
        return None
