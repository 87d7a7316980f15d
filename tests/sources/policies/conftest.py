"""Files of policies in the published layouts, written by us."""

from collections.abc import Callable
from pathlib import Path

import pytest

from armillary.evidence.conformance import conform
from armillary.model.provenance import Origin, Reading
from armillary.sources.policies import read_policies


@pytest.fixture
def read() -> Callable[..., Reading]:
    """Read a file, hold its tables to columns.csv and its counts to each other."""

    def reading(file: Path, **options) -> Reading:
        origin = Origin(origin="f", source="s", file=file.name, title="t", sha256="0", bytes=1)
        found = read_policies(file, source="s", origin=origin, **options)
        assert found.n_read == found.n_kept + found.n_empty + len(found.rejections)
        for name, table in found.tables.items():
            conform(name, table, where=file.name)
        return found

    return reading


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a text file (UTF-8 unless told otherwise)."""

    def writing(text: str, *, name: str = "register.csv", encoding: str = "utf-8") -> Path:
        file = tmp_path / name
        file.write_bytes(text.encode(encoding))
        return file

    return writing


@pytest.fixture
def workbook(tmp_path: Path) -> Callable[..., Path]:
    """Write a workbook of one or more sheets of rows."""

    def writing(sheets: dict[str, list[list[object]]], *, name: str = "book.xlsx") -> Path:
        import xlsxwriter

        file = tmp_path / name
        with xlsxwriter.Workbook(file, {"default_date_format": "yyyy-mm-dd"}) as book:
            for title, rows in sheets.items():
                sheet = book.add_worksheet(title)
                for n, row in enumerate(rows):
                    sheet.write_row(n, 0, row)
        return file

    return writing
