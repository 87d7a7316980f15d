"""What every test of statistical sources needs: files made here, and one call to read them."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import xlsxwriter

from armillary.model.provenance import Origin, Reading
from armillary.sources.statistics import read_mapping, read_statistics

ORIGIN = Origin(
    origin="0123456789abcdef",
    source="rd",
    file="data/rd.csv",
    title="R&D",
    sha256="0" * 64,
    bytes=1,
    vintage="2024",
)


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Reading]:
    """Write a file and its mapping, and read it."""

    def run(
        content: str | bytes, mapping: str | None = None, *, areas: dict[str, str] | None = None
    ) -> Reading:
        file, toml = tmp_path / "table.dat", tmp_path / "mapping.toml"
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        if mapping is not None:
            toml.write_text(mapping, encoding="utf-8")
        reading = read_statistics(
            file,
            source="rd",
            origin=ORIGIN,
            mapping=read_mapping(toml) if mapping is not None else None,
            areas=areas,
        )
        assert reading.n_read == reading.n_kept + reading.n_empty + len(reading.rejections)
        return reading

    return run


@pytest.fixture
def workbook() -> Callable[..., bytes]:
    """Make an .xlsx of the given rows; `merge` holds (first row, column, last row, column)."""

    def build(
        rows: Sequence[Sequence[object]], *, merge: Sequence[tuple[int, int, int, int, str]] = ()
    ) -> bytes:
        held = io.BytesIO()
        book = xlsxwriter.Workbook(held, {"in_memory": True})
        sheet = book.add_worksheet("Sheet1")
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if cell != "":
                    sheet.write(number, column, cell)
        for top, left, bottom, right, text in merge:
            sheet.merge_range(top, left, bottom, right, text)
        book.close()
        return held.getvalue()

    return build


@pytest.fixture
def rows_of() -> Callable[..., list[tuple[object, ...]]]:
    """Return some columns of the observations of a reading, as tuples."""

    def pick(reading: Reading, *columns: str) -> list[tuple[object, ...]]:
        table = reading.tables["observation"]
        return list(zip(*(table[column].to_pylist() for column in columns), strict=True))

    return pick
