from __future__ import annotations

import io

import pytest
import xlsxwriter

from armillary.errors import SourceError

DISCLAIMER = '"About the data: Exported on May 1, 2026. Criteria: ""x"", see https://d.ai"'
FULL = {
    "Rank": "1",
    "Publication ID": "pub.1001234567",
    "DOI": "10.1000/A",
    "PMID": "39033822",
    "Title": "=HYPERLINK(1) and <b>rest</b>",
    "Abstract": "About",
    "Source title": "Journal of X",
    "Anthology title": "",
    "MeSH terms": "Humans; Male",
    "Publication date": "2024-07",
    "PubYear": "2024",
    "Publication Type": "Article",
    "Authors": "Sheen, Jack Z; Bo, Ann",
    "Authors (Raw Affiliation)": "Sheen, Jack Z (Univ T, Toronto, Canada. Electronic address: "
    "j@x.com.); Bo, Ann (Univ T, Toronto, Canada; Lab (MIT), Cambridge, MA, USA.)",
    "Authors Affiliations": "Sheen, Jack Z (University T); Bo, Ann (University T; MIT)",
    "Times cited": "5",
    "Fields of Research (ANZSRC 2020)": "32 Biomedical; 3202 Clinical",
}
MAPPING = {
    "Publication ID": "pub.1002",
    "Title": "Mapping",
    "PubYear": "2020",
    "Authors": "Bo, Ann",
    "Country of Research organization": "Canada; United States",
    "Research Organizations - standardized": "University T; MIT",
    "Times cited": "0",
    "Cited references": "[Li, A; Bo, C||T [1]; sub|J X|2001|1|pub.1001234567|10.1000/q|7];"
    "[Ng, D||U|J Y|2002|2|pub.1007||1]",
}


def table(*rows, before=""):
    lines = [",".join(rows[0])]
    lines += [",".join('"' + c.replace('"', '""') + '"' for c in row.values()) for row in rows]
    return before + "\n".join(lines) + "\n"


def workbook(*rows, before=""):
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        sheet.write_string(0, 0, before)
        for number, name in enumerate(rows[0]):
            sheet.write_string(1, number, name)
        for line, row in enumerate(rows, start=2):
            for number, cell in enumerate(row.values()):
                sheet.write_string(line, number, cell)
    return stream.getvalue()


def test_a_row_gives_every_field(read):
    reading = read(table(FULL))

    assert (reading.format, reading.unit_read) == ("Dimensions CSV", "rows")
    (work,) = reading.tables["work"].to_pylist()
    assert (work["native_id"], work["locator"]) == ("pub.1001234567", "line 2")
    assert work["title"] == "=HYPERLINK(1) and <b>rest</b>"
    assert (work["year"], work["date"], work["type"]) == (2024, "2024-07", "article")
    assert (work["doi"], work["venue"]) == ("10.1000/a", "Journal of X")
    assert work["authors"] == ["Sheen, Jack Z", "Bo, Ann"]
    assert work["organisations"] == ["University T", "MIT"]
    assert work["countries"] == ["Canada", "USA"]
    assert work["classes"] == ["32 Biomedical", "3202 Clinical"]
    assert (work["cited_as"], work["cited_by_count"]) == (["PMID 39033822"], 5)
    assert (work["references"], work["language"], work["keywords"]) == (None, None, None)


def test_the_disclaimer_above_the_header_changes_only_the_line(read):
    (work,) = read(table(FULL, before=DISCLAIMER + "\n")).tables["work"].to_pylist()

    assert (work["native_id"], work["locator"]) == ("pub.1001234567", "line 3")


def test_packed_references_come_apart_at_their_brackets(read):
    (work,) = read(table(MAPPING)).tables["work"].to_pylist()

    assert work["references"] == [
        "[Li, A; Bo, C||T [1]; sub|J X|2001|1|pub.1001234567|10.1000/q|7]",
        "[Ng, D||U|J Y|2002|2|pub.1007||1]",
    ]
    assert work["countries"] == ["Canada", "United States"]
    assert work["organisations"] == ["University T", "MIT"]


def test_a_workbook_gives_the_same_works_as_the_csv(read):
    from_csv = read(table(FULL, before=DISCLAIMER + "\n"))
    from_workbook = read(workbook(FULL, before="About the data: ..."))

    assert from_workbook.format == "Dimensions CSV (workbook)"
    assert from_workbook.tables["work"].equals(from_csv.tables["work"])


@pytest.mark.parametrize("cut", [200, 2000])
def test_a_damaged_workbook_is_refused(read, cut):
    with pytest.raises(SourceError, match="damaged, encrypted or cut short"):
        read(workbook(FULL)[:-cut])


def test_a_zip_archive_that_is_no_workbook_is_refused(read):
    import zipfile

    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("export.csv", table(FULL))

    with pytest.raises(SourceError, match="ZIP archive that holds no workbook"):
        read(stream.getvalue())


def test_a_sheet_with_far_cells_is_refused(read):
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        sheet = book.add_worksheet()
        sheet.write_string(0, 0, "Publication ID")
        sheet.write_string(1_048_575, 16_383, "far")

    with pytest.raises(SourceError, match="claims 1,048,576 rows and 16,384 columns"):
        read(stream.getvalue())
