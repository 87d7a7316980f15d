from __future__ import annotations

HEADER = "Cites,Authors,Title,Year,Source,Publisher,CitesURL,GSRank,Type,DOI,Abstract,RelatedURL"


def test_a_result_gives_what_google_scholar_knows(read):
    reading = read(
        f"\ufeff{HEADER}\n"
        '369,"W Tobler, A Lee, ...","Three maps",1993,"J. Maps","P",'
        '"https://scholar.google.com/scholar?cites=932&as_sdt=2005",8,"BOOK","","Five of …",""\n'
        '0,"W Tobler","Untitled",0,"","","",9,"CITATION","","",'
        '"https://scholar.google.com/scholar?q=related:lRrzNP9daoEJ:scholar.google.com/"\n'
        '0,"W Tobler","Alone",2001,"","","",10,"","","",""\n'
    )

    works = reading.tables["work"].to_pylist()
    assert (reading.format, reading.n_kept) == ("Publish or Perish CSV", 3)
    assert works[0]["native_id"] == "cluster-932"
    assert works[0]["authors"] == ["W Tobler", "A Lee"]
    assert (works[0]["type"], works[0]["cited_by_count"]) == ("book", 369)
    assert (works[1]["native_id"], works[1]["year"]) == ("related-lRrzNP9daoEJ", None)
    assert works[2]["native_id"].startswith("made-")
    assert works[2]["references"] is None
