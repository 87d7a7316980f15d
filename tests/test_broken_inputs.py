"""Broken inputs, each told plainly: what, where, the mend; no traceback, no silent loss."""

import io
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

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


def append(folder: Path, name: str, data: bytes) -> None:
    with (folder / name).open("ab") as file:
        file.write(data)


def loop(folder: Path, name: str) -> None:
    (folder / name).unlink()
    (folder / name).symlink_to(folder / name)


def folder(root: Path, name: str) -> None:
    (root / name).unlink()
    (root / name).mkdir()


def works(folder: Path, data: bytes) -> None:
    write(folder, "data/works.dat", data)
    append(folder, TOML, b'[sources.papers]\ntitle = "Papers"\nworks = "data/works.dat"\n')


def protected() -> bytes:
    """An office file with a password: a compound file that holds an encrypted package."""
    names = "EncryptionInfo".encode("utf-16-le") + "EncryptedPackage".encode("utf-16-le")
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + names + bytes(2000)


def formulas() -> bytes:
    """A workbook whose program wrote formulas and never computed them."""
    held = io.BytesIO()
    book = xlsxwriter.Workbook(held, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["title_en", "date"])
    sheet.write_formula(1, 0, '=CONCATENATE("Law on ","science")', None, "")
    sheet.write(1, 1, "2020")
    book.close()
    return held.getvalue()


TABLE = "data/rd_performers.csv"
REGISTER = "policies/register.csv"
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
    "a key given twice": lambda f: edit(f, TOML, "languages =", 'languages = ["en"]\nlanguages ='),
    "a source defined twice": lambda f: edit(
        f, TOML, "[sources.intensity]", "[sources.expenditure]"
    ),
    "brackets without end": lambda f: write(f, TOML, b"title = " + b"[" * 5000),
    "a tree that is a circle": lambda f: edit(
        f, "indexes/regional.csv", "省域创新,,1", "省域创新,INPUT,1"
    ),
    "a node listed twice": lambda f: edit(f, "indexes/regional.csv", "\nOUTPUT,", "\nINPUT,"),
    "zeros amid the text": lambda f: append(f, TABLE, b"CHN,2022,other,1\x00,,x\n"),
    "a zero far down": lambda f: append(f, TABLE, b"\n" * 70_000 + b"CHN,2022,other,\x001,,x\n"),
    "a line that never ends": lambda f: append(f, TABLE, b"CHN," + b"9" * 2_000_000),
    "a quote that never closes": lambda f: append(f, TABLE, b'CHN,2022,"other,1,,x\n'),
    "no text in any encoding": lambda f: append(f, TABLE, b"CHN,2022,\xff\xfe\xfa,1,,x\n"),
    "a file far outside that is no table": lambda f: edit(
        f, TOML, 'read = "data/rd_performers.csv"', 'read = "../../../../../../etc/passwd"'
    ),
    "a link that leads to itself": lambda f: loop(f, TABLE),
    "a mapping that links to itself": lambda f: loop(f, "mappings/patents.toml"),
    "a folder where a file belongs": lambda f: folder(f, TABLE),
    "a Parquet file cut off": lambda f: works(f, b"PAR1" + bytes(200)),
    "works that are a login page": lambda f: works(f, b"<!DOCTYPE html><html>Log in</html>"),
    "works in an empty file": lambda f: works(f, b""),
    "works of no known format": lambda f: works(f, b"name,age\nx,1\n"),
    "a register that is a login page": lambda f: write(
        f, REGISTER, b"<!DOCTYPE html><html><body>Log in</body></html>"
    ),
    "a register in an empty file": lambda f: write(f, REGISTER, b""),
    "a register in a protected workbook": lambda f: write(f, REGISTER, protected()),
    "a register in a damaged old workbook": lambda f: write(
        f, REGISTER, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(3000)
    ),
    "a register of formulas never computed": lambda f: write(f, REGISTER, formulas()),
    "a framework in an empty file": lambda f: write(f, "indexes/regional.csv", b""),
    "a framework that is a login page": lambda f: write(
        f, "indexes/regional.csv", b"<!DOCTYPE html><html><body>Log in</body></html>"
    ),
    "a framework that is a workbook": lambda f: write(f, "indexes/regional.csv", formulas()),
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


def test_a_file_too_large_is_refused_before_it_is_read(small_observatory, monkeypatch):
    monkeypatch.setattr("armillary.sources.statistics.content._MAX_FILE", 1000)
    append(small_observatory, TABLE, b"CHN," + b"9" * 2000)

    with pytest.raises(ArmillaryError, match="at most 1,000 are read"):
        check(small_observatory)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_a_table_with_a_byte_order_mark_is_read_like_any_other(small_observatory, encoding):
    before = check(small_observatory).rows
    text = (small_observatory / TABLE).read_text(encoding="utf-8")

    write(small_observatory, TABLE, text.encode(encoding))

    assert check(small_observatory).rows == before


def test_a_file_may_stand_outside_the_observatory(small_observatory):
    before = check(small_observatory).rows
    (small_observatory / TABLE).rename(small_observatory.parent / "elsewhere.csv")

    edit(small_observatory, TOML, f'"{TABLE}"', '"../elsewhere.csv"')

    assert check(small_observatory).rows == before
