import datetime

import pytest

from armillary.errors import SourceError

TODAY = datetime.date(2026, 1, 31)
HEADER = ["url", "title", "iss", "pub", "diff", "year"]


def document(name, issued="", published="", title="关于试验的通知"):
    return [f"https://www.example.cn/2023/{name}.htm", title, issued, published, "", ""]


def day(text):
    return datetime.date.fromisoformat(text)


@pytest.fixture
def listing(workbook):
    def build(*rows, name="dates.xlsx"):
        return workbook({"Sheet1": [HEADER, *rows]}, name=name)

    return build


@pytest.fixture
def numbers(workbook):
    def build(*rows):
        return workbook(
            {"Sheet1": [["", "url", "pub_date_parsed", "doc_number"], *rows]}, name="numbers.xlsx"
        )

    return build


def test_a_list_gives_documents_with_dates_and_no_themes(read, listing):
    file = listing(document("a", day("2023-09-15"), day("2023-09-20")))

    reading = read(file, today=TODAY)

    assert reading.format == "list of documents"
    (found,) = reading.tables["initiative"].to_pylist()
    assert found["initiative"] == "s:www.example.cn-2023-a"
    assert (found["title_zh"], found["title_en"]) == ("关于试验的通知", None)
    assert (found["date"], found["date_note"]) == ("2023-09-15", None)
    assert reading.tables["initiative_facet"].num_rows == 0


def test_document_numbers_are_joined_from_a_file_beside(read, listing, numbers):
    dates = listing(document("a"), document("b"))
    other = numbers(
        [0, "https://www.example.cn/2023/b.htm", "2023/09/20", "国函〔2023〕98号"],
        [1, "https://www.example.cn/2023/a.htm", "2023/09/20", ""],
        [2, "https://www.example.cn/2023/z.htm", "2023/09/20", "国函〔2023〕1号"],
    )

    listed = read(dates, companions=[other], today=TODAY)
    joined = read(other, companions=[dates], today=TODAY)

    assert listed.tables["initiative"]["document_number"].to_pylist() == [None, "国函〔2023〕98号"]
    assert (joined.n_read, joined.n_kept, joined.n_empty) == (3, 0, 2)
    assert [r.locator for r in joined.rejections] == ["Sheet1 row 4"]


def test_document_numbers_alone_are_refused(read, numbers):
    with pytest.raises(SourceError, match="no list of documents"):
        read(numbers([0, "https://www.example.cn/a.htm", "", "国函〔2023〕98号"]))


def test_two_numbers_for_one_address_are_refused(read, listing, numbers):
    address = "https://www.example.cn/2023/a.htm"

    with pytest.raises(SourceError, match="two document numbers: 甲1号 and 甲2号"):
        read(
            listing(document("a")),
            companions=[numbers([0, address, "", "甲1号"], [1, address, "", "甲2号"])],
            today=TODAY,
        )


def test_impossible_dates_are_kept_as_missing_with_a_note(read, listing):
    file = listing(
        document("future", day("2028-07-31"), ""),
        document("late", day("2020-10-11"), day("2016-11-16")),
        document("soon", day("2020-10-11"), day("2020-10-01")),
        document("none", "", day("2020-10-01")),
        document("word", "unknown", ""),
    )

    found = read(file, today=TODAY).tables["initiative"].to_pylist()

    assert [f["date"] for f in found] == [None, None, "2020-10-11", "2020-10-01", None]
    assert [f["date_note"] for f in found] == [
        "2028-07-31 lies in the future: impossible",
        "issued 2020-10-11, but published 2016-11-16: impossible",
        "published 2020-10-01, before it was issued",
        "the source gives no date of issue; this is the date of publication",
        "'unknown' is no date",
    ]


def test_a_document_listed_twice_is_kept_once_and_told(read, listing):
    again = ["http://www.example.cn/2023/a.htm", "关于试验的通知", "", "", "", ""]

    reading = read(listing(document("a"), again, document("b", title="")), today=TODAY)

    assert reading.n_kept == 1
    assert [r.reason for r in reading.rejections] == [
        "the same address stands at Sheet1 row 2",
        "it has no title; give it one",
    ]
