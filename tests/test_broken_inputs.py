"""Broken inputs, each told plainly: what, where, the mend; no traceback, no silent loss."""

import io
import zipfile
from pathlib import Path

import pytest

from armillary.errors import ArmillaryError
from armillary.workflow import check


def edit(folder: Path, name: str, old: str, new: str) -> None:
    file = folder / name
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def write(folder: Path, name: str, data: bytes) -> None:
    (folder / name).write_bytes(data)


def bomb() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 1_200_000_000)
    return held.getvalue()


TABLE = "data/rd_performers.csv"
TOML = "observatory.toml"
BROKEN = {
    "no observatory.toml": lambda f: (f / TOML).unlink(),
    "not TOML": lambda f: write(f, TOML, b'title = "open'),
    "a misspelt key": lambda f: edit(f, TOML, "indicator =", "indicater ="),
    "a source without its file": lambda f: (f / TABLE).unlink(),
    "a mapping that is not there": lambda f: (f / "mappings/patents.toml").unlink(),
    "an unknown source in an index": lambda f: edit(f, TOML, '"personnel", ', '"persons", '),
    "an empty file": lambda f: write(f, TABLE, b""),
    "a PDF": lambda f: write(f, TABLE, b"%PDF-1.7\n1 0 obj\n"),
    "a picture": lambda f: write(f, TABLE, b"\x89PNG\r\n\x1a\n\x00\x00"),
    "a login page": lambda f: write(f, TABLE, b"<!DOCTYPE html><html><body>Log in</body></html>"),
    "a damaged workbook": lambda f: write(f, TABLE, b"PK\x03\x04\x14\x00\x00\x00"),
    "a protected workbook": lambda f: write(
        f, TABLE, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    ),
    "a zip bomb": lambda f: write(f, TABLE, bomb()),
    "a column that is missing": lambda f: edit(f, TABLE, "performing sector", "performer"),
    "a code of no codelist": lambda f: edit(
        f, "mappings/rd_performers.toml", '"enterprises" = "BES"', '"enterprises" = "BESS"'
    ),
    "a parent that is no node": lambda f: edit(f, "indexes/regional.csv", ",INPUT,1", ",INPTU,1"),
    "a weight that is no number": lambda f: edit(
        f, "indexes/regional.csv", "创新投入,REGIONAL,1", "创新投入,REGIONAL,one"
    ),
    "a geometric mean of zeros": lambda f: edit(
        f, "indexes/regional.toml", "range = [1, 100]", "range = [0, 100]"
    ),
    "an unknown choice of the recipe": lambda f: edit(
        f, "indexes/regional.toml", "minimum_coverage", "minimal_coverage"
    ),
    "an indicator nobody measured": lambda f: edit(
        f, "indexes/regional.csv", "INVENTION_GRANTS", "INVENTION_GRANTZ"
    ),
    "a register without titles": lambda f: write(
        f, "policies/register.csv", b"theme,time\nScience,2023\n"
    ),
    "a statistic nobody measured": lambda f: edit(
        f, TOML, 'indicator = "GERD"', 'indicator = "GRED"'
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_input_is_told_plainly(small_observatory, name):
    BROKEN[name](small_observatory)

    with pytest.raises(ArmillaryError) as caught:
        check(small_observatory)

    for problem in getattr(caught.value, "problems", [caught.value]):
        assert problem.problem
        assert problem.where
        assert problem.fix


def test_all_problems_of_all_files_come_at_once(small_observatory):
    for name in ("a PDF", "a parent that is no node", "a register without titles"):
        BROKEN[name](small_observatory)

    with pytest.raises(ArmillaryError) as caught:
        check(small_observatory)

    text = str(caught.value)
    assert "3 problems" in text
    assert "rd_performers.csv" in text
    assert "INPTU" in text
    assert "register.csv" in text


def test_a_cell_that_is_no_number_is_listed_and_the_rest_kept(small_observatory):
    edit(small_observatory, TABLE, "16921.8", "1692l.8")

    summary = check(small_observatory)

    assert summary.rows["rejection"] == 1
    assert any("1 rows rejected" in note for note in summary.notes["source:performers"])
