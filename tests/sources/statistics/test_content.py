import io
import struct
import zipfile
import zlib

import pytest

from armillary.errors import SourceError
from armillary.sources.statistics import read_areas
from armillary.sources.statistics.content import check_workbook

MAPPING = """\
layout = "tidy"
dataflow = "D"
[columns]
REF_AREA = "a"
TIME_PERIOD = "y"
OBS_VALUE = "v"
[constants]
INDICATOR = "GERD"
UNIT_MEASURE = "CNY"
"""
ROWS = [["a", "y", "v"], ["CHN", 2020, 1]]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "empty"),
        (b"  \n ", "empty"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"\x89PNG\r\n\x1a\n", "a PNG image"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"a,y,v\nCHN,2020,\x001\n", "is zero"),
        (b"<!DOCTYPE html><html><title>503</title></html>", "is a web page"),
        (b"PK\x03\x04 and then nothing", "cut off or damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "damaged or of an unknown kind"),
        (b'a,y,v\nCHN,2020,"1\n', "broken: unexpected end of data"),
        (b"a,y,v\n\xff\xfe\xfa,2020,1\n", "at offset 6"),
    ],
)
def test_a_file_of_another_kind_is_refused_in_plain_words(read, content, problem):
    with pytest.raises(SourceError, match=problem) as caught:
        read(content, MAPPING)

    assert caught.value.fix


def test_a_truncated_workbook_is_refused(read, workbook):
    book = workbook(ROWS)

    for size in (40, len(book) // 2, len(book) - 30):
        with pytest.raises(SourceError, match="cut off or damaged"):
            read(book[:size], MAPPING)


def test_a_sheet_the_workbook_lacks_is_named(read, workbook):
    with pytest.raises(SourceError, match="no sheet 'Data'") as caught:
        read(workbook(ROWS), 'sheet = "Data"\n' + MAPPING)

    assert "Sheet1" in caught.value.fix


def test_another_archive_is_no_workbook(read):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("readme.txt", "hello")

    with pytest.raises(SourceError, match=r"no \.xlsx workbook"):
        read(held.getvalue(), MAPPING)


def packed(members):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return held.getvalue()


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("armillary.sources.statistics.content._MAX_UNPACKED", 2**20)
    bomb = packed({"xl/workbook.xml": "<x/>", "xl/worksheets/sheet1.xml": b" " * 2**22})

    with pytest.raises(SourceError, match="unpacks to more than"):
        check_workbook(bomb, tmp_path / "bomb.xlsx")


def test_a_workbook_that_lies_about_its_sizes_is_refused_too(tmp_path, monkeypatch):
    monkeypatch.setattr("armillary.sources.statistics.content._MAX_UNPACKED", 2**20)
    content = b" " * 2**22
    bomb = bytearray(packed({"xl/worksheets/sheet1.xml": content, "xl/workbook.xml": "<x/>"}))
    entry = bomb.index(b"PK\x01\x02")
    bomb[entry + 16 : entry + 20] = struct.pack("<I", zlib.crc32(content[:100]))
    bomb[entry + 24 : entry + 28] = struct.pack("<I", 100)

    with pytest.raises(SourceError, match="unpacks to more than"):
        check_workbook(bytes(bomb), tmp_path / "bomb.xlsx")


def test_two_far_cells_do_not_make_a_sheet_of_all_cells_between(read, workbook):
    book = workbook(ROWS)
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    sheet = members["xl/worksheets/sheet1.xml"]
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    members["xl/worksheets/sheet1.xml"] = sheet.replace(b"</sheetData>", far)

    with pytest.raises(SourceError, match="row 1,048,576, column 16,384"):
        read(packed(members), MAPPING)


def test_areas_are_read_and_every_mistake_is_named(tmp_path):
    path = tmp_path / "areas.csv"
    path.write_text("name,REF_AREA\n江两,CN-JX\n,\n", encoding="utf-8")
    assert read_areas(path) == {"江两": "CN-JX"}

    path.write_text("name,REF_AREA\n江两,CN-XX\n甲,CN-BJ\n甲,CN-SH\n乙,北京\n", encoding="utf-8")
    with pytest.raises(Exception, match="3 problems") as caught:
        read_areas(path)
    said = str(caught.value)
    assert "line 2" in said
    assert "both CN-BJ and CN-SH" in said
    assert "did you mean 'CN-BJ'?" in said

    path.write_text("name;code\n", encoding="utf-8")
    with pytest.raises(SourceError, match="has the columns name, code"):
        read_areas(path)
