from __future__ import annotations

import io

import xlsxwriter

COLUMNS = {
    "Publication Type": "J",
    "Authors": "Kepler, J; Brahe, T",
    "Author Full Names": "Kepler, Johannes; Brahe, Tycho",
    "Article Title": "Orbits\nof planets",
    "Source Title": "ASTRONOMIA NOVA",
    "Addresses": "[Kepler, J] Univ Graz, Graz, Austria; [Brahe, T] Uraniborg, Denmark",
    "Times Cited, WoS Core": 7,
    "Publication Year": 2009,
    "UT (Unique WOS ID)": "WOS:1",
}


def test_the_workbook_of_web_of_science_is_read_by_its_words(read):
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        sheet = book.add_worksheet("savedrecs")
        sheet.write_row(0, 0, COLUMNS)
        sheet.write_row(1, 0, COLUMNS.values())

    reading = read(stream.getvalue())

    (work,) = reading.tables["work"].to_pylist()
    assert reading.format == "Web of Science tab-delimited (workbook)"
    assert (work["title"], work["year"], work["cited_by_count"]) == ("Orbits of planets", 2009, 7)
    assert work["authors"] == ["Kepler, Johannes", "Brahe, Tycho"]
    assert work["countries"] == ["Austria", "Denmark"]
    assert (work["native_id"], work["locator"]) == ("WOS:1", "line 2")


def test_web_of_science_rows_saved_again_as_csv_are_read(read):
    reading = read('PT,AU,TI,SO,UT\nJ,"Kepler, J","Orbits, two",NOVA,WOS:1\n')

    (work,) = reading.tables["work"].to_pylist()
    assert (work["title"], work["authors"]) == ("Orbits, two", ["Kepler, J"])
