import gzip

import pytest

from armillary.errors import ManyProblems, SourceError

HEADER = (
    "InitiativeID|SurveyYear|NameEnglish|CountryLabel|CountryCode|NameOriginalLanguage|Acronym|"
    "StartDateYear|EndDateYear|ShortDescription|Objectives1|Objectives2|Background|"
    "NameResponsibleOrganisation|YearlyBudgetRange|YearlyBudgetLocalCurrency|Tags|"
    "HasBeenEvaluated|TH10|TH13|TG9|InstrumentID|InstrumentTypeCode|InstrumentTypeLabel|"
    "InstrumentName|InstrumentDescription|F1:V77"
)
LABELS = (
    "Policy Initiative URI|Year|English name|Country name|Country code|Name|Acronym|Start year|"
    "End year|Description|Objective #1|Objective #2|Background|Responsible organisation|Budget|"
    "Local|Tags|Evaluated ?|Open science|STI plan|Established researchers|URI|Code|Label|Name|"
    "Description|Units:Duration:Long"
)


def row(number, instrument, **changes):
    fields = {
        "InitiativeID": f"http://stip.example/2021/data/policyInitiatives/{number}",
        "SurveyYear": "2021", "NameEnglish": "OPEN R&amp;D", "CountryLabel": "Finland",
        "CountryCode": "FIN", "NameOriginalLanguage": "Avoin", "Acronym": "OPN",
        "StartDateYear": "2015", "EndDateYear": "2020", "ShortDescription": 'To ""open"" it<br/>',
        "Objectives1": "First aim.", "Objectives2": "", "Background": "Long ago.",
        "NameResponsibleOrganisation": "Academy (AF;Akatemia)¬Ministry (MIN;)",
        "YearlyBudgetRange": "1M-5M", "YearlyBudgetLocalCurrency": "500.5000000000",
        "Tags": "training¬Open data", "HasBeenEvaluated": "1", "TH10": "1", "TH13": "0",
        "TG9": "1", "InstrumentID": f"i{instrument}", "InstrumentTypeCode": f"PI00{instrument}",
        "InstrumentTypeLabel": f"Kind {instrument}", "InstrumentName": "", "F1:V77": "0",
        "InstrumentDescription": f"Pays {instrument}.", **changes,
    }  # fmt: skip
    return "|".join(fields[name] for name in HEADER.split("|"))


def export(*rows, end="\r\r\n"):
    return end.join([HEADER, LABELS, *rows]) + end


def test_rows_of_one_initiative_are_joined_and_nothing_is_lost(read, write):
    reading = read(write(export(row(7, 1), row(7, 2), row(7, 1), row(8, 1))))

    assert reading.format == "STIP Compass export"
    assert (reading.n_read, reading.n_kept, reading.n_empty) == (4, 2, 2)
    first = reading.tables["initiative"].to_pylist()[0]
    assert first == {
        "initiative": "s:7", "source": "s", "origin": "f", "locator": "line 3 line 4 line 5",
        "native_id": "7", "title_en": "OPEN R&D", "title_zh": None, "title_original": "Avoin",
        "issuer_en": "Academy (AF, Akatemia); Ministry (MIN)", "issuer_zh": None,
        "REF_AREA": "FIN", "area_name": "Finland", "date": "2015", "date_end": "2020",
        "date_note": None,
        "highlights_en": 'To "open" it\nFirst aim.\nLong ago.\nPays 1.\nPays 2.\n(OPN)',
        "highlights_zh": None, "document_number": None, "budget": "1M-5M; 500.5 in local currency",
        "evaluated": True, "address": "http://stip.example/2021/data/policyInitiatives/7",
        "n_rows": 3,
    }  # fmt: skip


def test_each_code_is_a_facet_once_named_by_the_second_line(read, write):
    facets = read(write(export(row(7, 1), row(7, 2), row(7, 1)))).tables["initiative_facet"]

    assert [(f["facet"], f["code"], f["name_en"]) for f in facets.to_pylist()] == [
        ("theme", "TH10", "Open science"),
        ("target_group", "TG9", "Established researchers"),
        ("instrument", "PI001", "Kind 1"),
        ("instrument", "PI002", "Kind 2"),
        ("tag", "training", "training"),
        ("tag", "open data", "Open data"),
    ]


def test_a_code_book_names_codes_and_finds_areas(read, write, workbook):
    book = workbook(
        {
            "Countries": [["Code", "Label"], ["FIN", "Finland"]],
            "Themes": [["ID", "Label"], ["TH10", "Research|Openness"], ["", ""]],
            "TargetGroups": [["ID", "Label"], ["TG9", "People|Researchers"]],
            "PolicyInstruments": [["Id", "Label"], ["PI001", "Money|Grants"]],
        }
    )

    reading = read(
        write(export(row(7, 1, CountryCode=""), row(7, 2, CountryCode=""))), codebook=book
    )

    assert reading.tables["initiative"]["REF_AREA"].to_pylist() == ["FIN"]
    names = {f["code"]: f["name_en"] for f in reading.tables["initiative_facet"].to_pylist()}
    assert names["TH10"] == "Openness"
    assert names["TG9"] == "Researchers"
    assert (names["PI001"], names["PI002"]) == ("Grants", "Kind 2")


def test_a_wrong_code_book_is_refused(read, write, workbook):
    book = workbook({"Theme": [["a"]], "Countries": [["Code", "Label"]]})

    with pytest.raises(ManyProblems) as caught:
        read(write(export(row(7, 1))), codebook=book)

    assert "no sheet 'Themes'" in str(caught.value)
    assert "rename the sheet 'Theme'" in str(caught.value)


def test_gzip_is_unpacked_and_a_cut_file_is_told(read, tmp_path):
    whole = gzip.compress(export(row(7, 1)).encode())
    (tmp_path / "whole.csv.gz").write_bytes(whole)
    (tmp_path / "cut.csv.gz").write_bytes(whole[:-20])

    assert read(tmp_path / "whole.csv.gz").n_kept == 1
    with pytest.raises(SourceError, match="truncated"):
        read(tmp_path / "cut.csv.gz")


def test_a_last_row_cut_short_is_told(read, write):
    with pytest.raises(SourceError, match="1 of its rows do not") as caught:
        read(write(export(row(7, 1), row(8, 1)[:60])))

    assert "line 4" in caught.value.where
    assert "truncated" in caught.value.fix


def test_missing_columns_bad_marks_and_rows_that_disagree_are_told(read, write):
    text = export(row(7, 1), row(7, 2, NameEnglish="OTHER"), row(8, 1, TH10="yes"))

    with pytest.raises(ManyProblems) as caught:
        read(write(text))
    with pytest.raises(SourceError) as renamed:
        read(write(export(row(7, 1)).replace("NameEnglish", "NameEnglisch")))

    assert "Two rows of initiative 7 disagree about NameEnglish" in str(caught.value)
    assert "line 3 and line 4" in str(caught.value)
    assert "line 5 ('yes')" in str(caught.value)
    assert renamed.value.fix == "rename the column 'NameEnglisch'"


def test_a_row_without_an_identifier_is_listed_with_its_text(read, write):
    reading = read(write(export(row(7, 1), row(8, 1, InitiativeID=""))))

    (rejection,) = reading.rejections
    assert rejection.locator == "line 4"
    assert "OPEN R&D" in rejection.text


def test_an_initiative_without_instrument_has_no_instrument(read, write):
    bare = row(7, 1, InstrumentID="NONE", InstrumentTypeCode="", InstrumentTypeLabel="")

    facets = read(write(export(bare))).tables["initiative_facet"]

    assert "instrument" not in facets["facet"].to_pylist()


def test_an_end_before_the_start_is_not_believed(read, write):
    (found,) = read(write(export(row(7, 1, EndDateYear="1900")))).tables["initiative"].to_pylist()

    assert found["date_end"] is None
    assert found["date_note"] == "end 1900 lies before start 2015: impossible"
