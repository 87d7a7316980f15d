from importlib.resources import as_file, files

import pytest

from armillary.errors import ArmillaryError, ManyProblems, SourceError

HEADER = (
    "id,theme_en,theme_zh,title_en,title_zh,issuer_en,issuer_zh,date,date_end,"
    "highlights_en,highlights_zh,document_number,area,address\n"
)
ONE = (
    "t1,Talent; Ethics,人才；伦理,Plan for talent,人才计划,Ministry,部,2022.10,2025,"
    '"Half, or more",一半以上,部发〔2022〕1号,FIN,https://example.org/1\n'
)


def test_a_register_gives_its_policies_in_both_languages(read, write):
    reading = read(write(HEADER + ONE))

    assert (reading.format, reading.n_read, reading.n_kept) == ("policy register", 1, 1)
    (policy,) = reading.tables["initiative"].to_pylist()
    assert policy == {
        "initiative": "s:t1", "source": "s", "origin": "f", "locator": "line 2",
        "native_id": "t1", "title_en": "Plan for talent", "title_zh": "人才计划",
        "title_original": None, "issuer_en": "Ministry", "issuer_zh": "部", "REF_AREA": "FIN",
        "area_name": None, "date": "2022-10", "date_end": "2025", "date_note": None,
        "highlights_en": "Half, or more", "highlights_zh": "一半以上",
        "document_number": "部发〔2022〕1号", "budget": None, "evaluated": None,
        "address": "https://example.org/1", "n_rows": 1,
    }  # fmt: skip
    assert [(f["code"], f["name_en"], f["name_zh"])
            for f in reading.tables["initiative_facet"].to_pylist()] == [
        ("talent", "Talent", "人才"), ("ethics", "Ethics", "伦理"),
    ]  # fmt: skip


def test_a_plain_table_of_four_columns_is_a_register(read, write):
    text = (
        "theme,policy,time,policy_highlights\n"
        'Talent,Plan A,2023.8,"One; two"\n'
        "人才,计划乙,2023.10,三\n"
    )

    policies = read(write(text)).tables["initiative"].to_pylist()

    assert [(p["title_en"], p["title_zh"], p["date"]) for p in policies] == [
        ("Plan A", None, "2023-08"), (None, "计划乙", "2023-10"),
    ]  # fmt: skip
    assert [p["highlights_en"] or p["highlights_zh"] for p in policies] == ["One; two", "三"]


def test_a_policy_without_id_keeps_its_identifier_when_rows_are_put_before_it(read, write):
    before = read(write("policy,time\nB,2023.8\n")).tables["initiative"]["initiative"]
    after = read(write("policy,time\nA,2020\nB,2023.8\n")).tables["initiative"]["initiative"]

    assert before[0] == after[1]


def test_chinese_headers_and_other_separators_are_read(read, write):
    policies = read(write("政策\t发文机关\t时间\n计划\t部\t2023年8月\n")).tables["initiative"]

    assert policies.select(["title_zh", "issuer_zh", "date"]).to_pylist() == [
        {"title_zh": "计划", "issuer_zh": "部", "date": "2023-08"}
    ]


def test_a_workbook_is_a_register_and_an_ambiguous_month_is_noted(read, workbook):
    file = workbook({"Policies": [["title_en", "date"], ["A", 2022.1], ["B", 2022.8]]})

    policies = read(file).tables["initiative"].to_pylist()

    assert [(p["date"], p["locator"]) for p in policies] == [
        ("2022", "Policies row 2"), ("2022-08", "Policies row 3"),
    ]  # fmt: skip
    assert "2022.1 means January" in policies[0]["date_note"]


def test_an_end_before_the_start_is_not_believed(read, write):
    (policy,) = (
        read(write("title_en,date,date_end\nA,2023-05,2021\n")).tables["initiative"].to_pylist()
    )

    assert (policy["date"], policy["date_end"]) == ("2023-05", None)
    assert "2021 lies before 2023-05" in policy["date_note"]


def test_all_problems_of_a_register_are_told_at_once(read, write):
    text = (
        "id,title_en,theme_en,theme_zh\n"
        "a,First,Talent;Ethics,人才\n"
        "a,Second,Talent,人才\n"
        ",Third,Talent,天才\n"
        "d,,,\n"
    )

    with pytest.raises(ManyProblems) as caught:
        read(write(text))

    said = str(caught.value)
    assert len(caught.value.problems) == 5
    assert "2 names in theme_en and 1 in theme_zh" in said
    assert "Two policies have the id 'a'.\n  where: register.csv, line 2 and line 3" in said
    assert "A policy has no id.\n  where: register.csv, line 4" in said
    assert "is '人才' in one row and '天才' in another" in said
    assert "A policy has no title.\n  where: register.csv, line 5" in said


def test_one_policy_written_twice_names_both_lines(read, write):
    with pytest.raises(SourceError, match="stands twice") as caught:
        read(write('policy,time,policy_highlights\nA,2023.8,"x\ny"\nA,2023.8,z\n'))

    assert caught.value.where == "register.csv, line 2 and line 4"


def test_an_unknown_column_offers_the_nearest_name(read, write):
    with pytest.raises(SourceError) as caught:
        read(write("title_en,highlight_en\nA,B\n"))

    assert "no column 'highlight_en'" in caught.value.problem
    assert "did you mean 'highlights_en'" in caught.value.fix


def test_columns_for_the_institute_alone_are_left_out(read, write):
    assert read(write("title_en,source,_checked by\nA,B,C\n")).n_kept == 1


def test_a_table_of_something_else_is_told_apart(read, write):
    with pytest.raises(SourceError, match="no policy register") as caught:
        read(write("year,value\n2020,1\n"))

    assert "year, value" in caught.value.where


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"  \n \n", "is empty"),
        ("policy,time\n计划,2023\n".encode("gb18030"), "GB18030"),
        (b"policy,time\nA,2023\n\xff,2024\n", "line 3"),
        (b'policy,time\nA,2023\n"B,2024\n', "begins on line 3"),
        (b"policy,time\nA,2023\nB", "truncated"),
        (b"policy,time\nA,B,2023\nC,D,2024\n", "line 2 (3), line 3 (3)"),
        (b"policy,policy\nA,B\n", "names the column 'policy' twice"),
        (b"%PDF-1.7 ...", "a PDF document"),
        (b"<html><body>policy,time</body></html>", "a web page"),
        (b"\x1f\x8b\x08\x00broken", "gzip"),
        (b"PK\x03\x04broken", "truncated or damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1broken", "not a workbook, or is damaged"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "protected by a password",
        ),
        (b"policy\x00,time\n\x00", "a binary file"),
    ],
)
def test_a_file_that_cannot_be_read_says_what_where_and_how_to_mend_it(
    read, tmp_path, content, said
):
    file = tmp_path / "register.csv"
    file.write_bytes(content)

    with pytest.raises(ArmillaryError) as caught:
        read(file)

    assert said in str(caught.value)
    assert caught.value.fix


def test_an_absent_file_is_told(read, tmp_path):
    with pytest.raises(SourceError, match="cannot be read"):
        read(tmp_path / "absent.csv")


def write_far(file, *, rows, columns):
    import xlsxwriter

    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "title_en")
        sheet.write(rows, columns, "x")


def test_a_workbook_with_a_cell_far_away_is_refused_before_it_fills_the_memory(read, tmp_path):
    file = tmp_path / "sparse.xlsx"
    write_far(file, rows=1_000_000, columns=16_000)

    with pytest.raises(SourceError, match="spans 1,000,001 rows by 16,001 columns"):
        read(file)


def test_a_far_cell_is_found_however_the_sheet_writes_it(read, tmp_path):
    import zipfile

    plain = tmp_path / "plain.xlsx"
    write_far(plain, rows=3, columns=2)
    hostile = tmp_path / "hostile.xlsx"
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(hostile, "w") as new:
        for entry in old.infolist():
            text = old.read(entry)
            if entry.filename.endswith("sheet1.xml"):
                text = text.replace(b'<row r="4"', b"<row r='1048576'").replace(
                    b'<c r="C4"', b"<c r='XFD1048576'"
                )
            new.writestr(entry, text)

    with pytest.raises(SourceError, match="spans 1,048,576 rows by 16,384 columns"):
        read(hostile)


def test_another_archive_is_told_apart(read, tmp_path):
    import zipfile

    with zipfile.ZipFile(tmp_path / "text.xlsx", "w") as archive:
        archive.writestr("word/document.xml", "<a/>")

    with pytest.raises(SourceError, match="no XLSX workbook"):
        read(tmp_path / "text.xlsx")


def test_utf_16_and_a_byte_order_mark_are_read(read, write):
    assert read(write("policy\nA\n", encoding="utf-16")).n_kept == 1
    assert read(write("\ufeffpolicy\nA\n")).n_kept == 1


def test_the_demo_register_is_whole_in_both_languages(read):
    with as_file(files("armillary") / "demo/policies/register.csv") as file:
        policies = read(file).tables["initiative"]

    assert policies.num_rows == 4
    assert all(
        policies[name].null_count == 0
        for name in ("title_en", "title_zh", "highlights_en", "highlights_zh")
    )
    assert policies["date"].to_pylist() == ["2023-08", "2022-03", "2023-01", "2023-10"]
