"""Reads small exports written in the test itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from armillary.model.provenance import Origin, Reading
from armillary.sources.works import read_works

ORIGIN = Origin(
    origin="0123456789abcdef", source="lab", file="export", title="Export", sha256="0", bytes=1
)


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Reading]:
    """Write bytes or text to a file and read it as an export."""

    def reading(content: str | bytes, *, encoding: str = "utf-8") -> Reading:
        file = tmp_path / "export"
        file.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        found = read_works(file, source="lab", origin=ORIGIN)
        assert found.n_read == found.n_kept + found.n_empty + len(found.rejections)
        assert found.n_kept == found.tables["work"].num_rows
        return found

    return reading
