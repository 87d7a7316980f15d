from __future__ import annotations

import gzip
import io
import re
import zipfile
from pathlib import Path

import pytest

from armillary.errors import SourceError
from armillary.sources.works import content, detect_format, formats


def _zipped(members):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return packed.getvalue()


def test_the_formats_have_names():
    assert set(formats()) >= {
        "Web of Science tagged",
        "Web of Science tab-delimited",
        "Web of Science BibTeX",
        "Scopus CSV",
        "Scopus BibTeX",
        "BibTeX",
        "RIS",
        "PubMed tagged",
        "PubMed XML",
        "Dimensions CSV",
        "Lens scholarly CSV",
        "Lens scholarly JSON",
        "OpenAlex JSON",
        "Crossref JSON",
        "arXiv archive TSV",
        "arXiv metadata JSON",
        "CNKI E-Study",
        "EndNote text",
        "RefWorks text",
        "NoteExpress text",
        "Publish or Perish CSV",
        "Derwent tagged",
        "CSV table",
        "Lens patent CSV",
        "Lens patent JSON",
        "Google Patents CSV",
        "Google Patents BigQuery JSON",
        "WIPO Patentscope CSV",
        "WIPO patent landscape CSV",
        "Derwent Innovation CSV",
        "Derwent Innovation workbook",
        "PatentsView TSV",
        "Parquet table",
    }


def test_every_format_stands_in_the_reference():
    folder = Path(__file__).parents[3] / "docs/reference"
    works = (folder / "formats.md").read_text(encoding="utf-8")
    patents = (folder / "patent-formats.md").read_text(encoding="utf-8")

    assert [
        name
        for name in formats()
        if f"\n### {name}\n" not in works and f"| {name} |" not in patents
    ] == []


def test_an_archive_or_workbook_that_is_damaged_is_refused(read):
    with pytest.raises(SourceError, match="damaged"):
        read(_zipped({"notes.txt": b"x"})[:-4])
    with pytest.raises(SourceError, match="damaged or of an unknown kind"):
        read(b"\xd0\xcf\x11\xe0...")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("FN Clarivate\nVR 1.0\nPT J\nTI x\nUT WOS:1\nER\n", "Web of Science tagged"),
        ("PT J\nTI x\nER\n", "Web of Science tagged"),
        ("FN Thomson\nVR 1.0\nPT P\nPN US1-A\nTI x\nER\n", "Derwent tagged"),
        ("PT\tAU\tTI\tSO\nJ\tA\tx\tS\n", "Web of Science tab-delimited"),
        ("Authors,Title,Year,EID\n", "Scopus CSV"),
        ('{"id": "https://openalex.org/W1"}', "OpenAlex JSON"),
        ("作者,文献标题,年份,来源出版物名称,EID\n", "Scopus CSV"),
        ("Authors,Titles,Year,Source title\n", "Scopus CSV"),
        ("TY  - JOUR\nTI  - x\nER  - \n", "RIS"),
        ("Provider: X\nDatabase: Y\n\nTY  - JOUR\nTI  - x\nER  - \n", "RIS"),
        ("% Encoding: UTF-8\n\n@article{key,\n title={x}}", "BibTeX"),
        ("@article{k,\n title={x},\n source={Scopus}}", "Scopus BibTeX"),
        ("@article{ WOS:1,\n Title={{x}}}", "Web of Science BibTeX"),
        ("\nPMID- 1\nTI  - x\n", "PubMed tagged"),
        ('<?xml version="1.0"?>\n<PubmedArticleSet></PubmedArticleSet>', "PubMed XML"),
        ("Rank,Publication ID,DOI,Title,PubYear\n", "Dimensions CSV"),
        ('"About the data: x"\nPublication ID,Title,Times cited\n', "Dimensions CSV"),
        ("Lens ID,Title,Publication Year,Source Title\n", "Lens scholarly CSV"),
        ('[{"lens_id": "1", "title": "x"}]', "Lens scholarly JSON"),
        ('{"message-type": "work", "message": {"DOI": "10.1/x"}}', "Crossref JSON"),
        ("\tabstract\tarxiv_id\ttitle\n", "arXiv archive TSV"),
        ('{"id": "0704.0001", "authors_parsed": []}', "arXiv metadata JSON"),
        ("DataType: 1\nTitle-题名: x\n", "CNKI E-Study"),
        ("%0 Journal Article\n%T x\n", "EndNote text"),
        ("RT Journal Article\nT1 x\n", "RefWorks text"),
        ("{Reference Type}: Journal Article\n{Title}: x\n", "NoteExpress text"),
        ("Cites,Authors,Title,Year,GSRank\n", "Publish or Perish CSV"),
        ("id,title,year\n", "CSV table"),
        ("id,title,abstract\n1,x,an <html> page\n", "CSV table"),
    ],
)
def test_content_tells_the_format_whatever_the_name(tmp_path, text, name):
    file = tmp_path / "report.pdf"
    file.write_text(text)

    assert detect_format(file) == name


@pytest.mark.parametrize(
    ("data", "seems"),
    [
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "a web page, perhaps a login page"),
        (b"\n <HTML><head></head></HTML>", "a web page"),
        (b"%PDF-1.7 ...", "a PDF document"),
        (_zipped({"notes.txt": b"x"}), "a ZIP archive that holds no workbook"),
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
        (b'<?xml version="1.0"?>\n<records/>', "some XML"),
        (b"search URL:,https://patents.google.com\nid,title\n", "text of no export we know"),
        (b"Lens ID,Title,Publication Year\n", "text of no export we know"),
        (b'{"a": 1}', "JSON of no database we know"),
        (b'{"id": "https://openalex.org/T1"}', "OpenAlex JSON, but not of works"),
        (b"REF_AREA,TIME_PERIOD,OBS_VALUE\n", "text of no export we know"),
        (b'id,year,"title', "text of no export we know"),
    ],
)
def test_what_is_no_export_is_named(read, data, seems):
    with pytest.raises(SourceError, match=re.escape(seems)) as caught:
        read(data)

    assert "Web of Science tagged" in caught.value.fix


@pytest.mark.parametrize("data", [b"", b"\n\n", gzip.compress(b"", mtime=0)])
def test_an_empty_file_is_said_to_be_empty(read, data):
    with pytest.raises(SourceError, match="is empty"):
        read(data)


@pytest.mark.parametrize("text", ["Authors,Title,EID\n", "id,title,year\n", "PT\tAU\tTI\tSO\n"])
def test_a_file_without_a_record_says_so(read, text):
    with pytest.raises(SourceError, match="without a single record"):
        read(text)


def test_a_missing_file_is_an_error_a_user_can_act_on(tmp_path):
    with pytest.raises(SourceError, match="cannot be opened"):
        detect_format(tmp_path / "absent.txt")


@pytest.mark.parametrize(
    "text",
    [
        "Cites,Authors,Title,GSRank\n{},A Li,Maps,1\n",
        "Lens ID,Title,Source Title,Citing Works Count\n1,Maps,J,{}\n",
        '[{{"DOI": "10.1000/x", "title": ["Maps"], "is-referenced-by-count": {}}}]',
        "TY  - JOUR\nTI  - Maps\nTC  - {}\nER  - \n",
        "@article{{k,\n title={{Maps}},\n source={{Scopus}},\n note={{Cited by: {}}}\n}}",
    ],
)
def test_a_count_of_thirty_digits_is_no_count(read, text):
    works = read(text.format("9" * 30)).tables["work"]

    assert works.select(["title", "cited_by_count"]).to_pylist() == [
        {"title": "Maps", "cited_by_count": None}
    ]


@pytest.mark.parametrize(
    "text",
    [
        "@article{k,\n title={" + "{" * 100_000,
        "@article{k" + " " * 100_000 + "\n title" + " " * 100_000 + "={x}}",
        "@article{k,\ntitle={" + "\\'{" * 100_000 + "}}",
        "TY  - JOUR\nTI  - x\nAD  - " + "a" * 100_000 + "@" + "b" * 100_000 + "\nER  - \n",
        "<PubmedArticleSet>" + "<PubmedArticle>" * 10_000,
        "<PubmedArticleSet><PubmedArticle>" + "<a>" * 100_000 + "</PubmedArticle>",
        "Publication ID,Title,PubYear,Authors (Raw Affiliation)\n1,t,2001,"
        + "(" * 100_000
        + "a;" * 100_000
        + "\n",
        '[{"DOI": "10.1000/x", "reference-count": 0, "abstract": "'
        + "<jats:title>" * 10_000
        + '"}]',
    ],
)
def test_hostile_repetition_ends_in_a_balanced_reading(read, text):
    reading = read(text)

    assert reading.n_read == reading.n_kept + len(reading.rejections) > 0


def test_binary_content_is_refused(read):
    with pytest.raises(SourceError, match="not text"):
        read(bytes(range(256)) * 40)


def test_a_gzip_bomb_is_refused_while_it_is_unpacked(read, monkeypatch):
    monkeypatch.setattr(content, "MAX_BYTES", 1_000_000)

    with pytest.raises(SourceError, match="more than 1,000,000 bytes when unpacked"):
        read(gzip.compress(b" " * 50_000_000))


def test_a_cut_gzip_file_is_refused(read):
    whole = gzip.compress(b"PT J\nTI x\nER\n" * 1000)

    with pytest.raises(SourceError, match="damaged or cut short"):
        read(whole[:-20])
