"""OpenAlex works one a line are read in pieces, and as if they had been read at once."""

from __future__ import annotations

import gzip
import json

import pytest

from armillary.errors import SourceError
from armillary.model.provenance import Origin
from armillary.sources.definition import read_observatory
from armillary.sources.works import openalex_lines, read_works
from armillary.sources.works.openalex_lines import is_lines

ORIGIN = Origin(origin="o", source="s", file="f", title="t", sha256="0", bytes=1)


def work(number, **fields):
    return {
        "id": f"https://openalex.org/W{number}",
        "title": f"Work {number}",
        "publication_year": 2016,
        "referenced_works": ["https://openalex.org/W1"],
    } | fields


def packed(folder, works, name="part_000.gz"):
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(gzip.compress("".join(f"{json.dumps(w)}\n" for w in works).encode()))
    return file


def read(file):
    return read_works(file, source="s", origin=ORIGIN)


def test_pieces_give_what_the_whole_gives(tmp_path, monkeypatch):
    works = [work(n) for n in range(1, 12)] + [work(3), work(4, title="Changed")]
    file = packed(tmp_path, works)
    whole = read(file)

    monkeypatch.setattr(openalex_lines, "_BATCH", 4)
    pieces = read(file)

    assert pieces.tables["work"].combine_chunks().equals(whole.tables["work"].combine_chunks())
    assert (pieces.n_read, pieces.n_kept, pieces.n_empty) == (13, 11, 1)
    assert [one.locator for one in pieces.rejections] == ["line 13"]
    assert pieces.n_read == pieces.n_kept + pieces.n_empty + len(pieces.rejections)


def test_a_damaged_line_is_refused_and_a_file_cut_short_is_an_error(tmp_path):
    file = packed(tmp_path, [work(n) for n in range(1, 400)])
    file.write_bytes(file.read_bytes()[:-20])

    with pytest.raises(SourceError, match="damaged or cut short"):
        read(file)

    damaged = tmp_path / "works.jsonl"
    damaged.write_text(
        f"{json.dumps(work(1))}\n{json.dumps(work(2))[:50]}\n{json.dumps(work(3))}\n"
    )
    found = read(damaged)
    assert found.tables["work"]["native_id"].to_pylist() == ["W1", "W3"]
    assert "not whole JSON" in found.rejections[0].reason


def test_other_json_is_left_to_other_readers(tmp_path):
    page = tmp_path / "page.json"
    page.write_text(json.dumps({"meta": {}, "results": [work(1)]}, indent=1))
    authors = packed(
        tmp_path, [{"id": "https://openalex.org/A1"}, {"id": "https://openalex.org/A2"}]
    )

    assert not is_lines(page)
    assert not is_lines(authors)


def test_a_folder_stands_for_the_parts_of_a_bulk_download_in_it(tmp_path):
    for day in ("2026-01-02", "2026-01-01"):
        packed(tmp_path / "data/works", [work(1)], f"updated_date={day}/part_000.gz")
    (tmp_path / "observatory.toml").write_text(
        'title = "T"\n[sources.bulk]\ntitle = "Bulk"\nworks = "data/works"\n'
    )

    files = read_observatory(tmp_path).sources["bulk"].files

    assert [file.parent.name for file in files] == [
        "updated_date=2026-01-01", "updated_date=2026-01-02",
    ]  # fmt: skip
