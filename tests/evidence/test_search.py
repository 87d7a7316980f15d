import sqlite3
import threading

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from armillary.errors import PolicyError
from armillary.evidence.search import Document, Search, SearchResult, build_search, documents
from armillary.evidence.search_marks import Segment
from armillary.evidence.search_text import fold, phrases
from armillary.model.columns import table_of

CORPUS = [
    Document(
        id="s:talent", registers=("own",), title_en="Plan for young talent",
        title_zh="青年科技人才计划", issuer_en="Ministère de la Recherche", issuer_zh="科技部",
        highlights_en="At least half of the leaders are under 40.",
        highlights_zh="40岁以下的至少占一半；发展5G技术。", document_number="国发〔2023〕7号",
        date="2023-08", facets={"theme": ["talent", "ethics"], "area": ["CHN"]},
    ),
    Document(
        id="s:ethics", registers=("own", "all"), title_en="Opinions on ethics",
        title_zh="科技伦理意见", highlights_en="Review of talent; artificial intelligence.",
        highlights_zh="公开、公平", date="2022", facets={"theme": ["ethics"], "area": ["CHN"]},
    ),
    Document(
        id="t:ai", registers=("all",), title_en="ARTIFICIAL INTELLIGENCE STRATEGY",
        title_original="Tekoäly", highlights_en="Data-driven R&D", date="2021-05-31",
        facets={"theme": ["ai"], "area": ["FIN"]},
    ),
    Document(id="t:undated", registers=("all",), title_zh="第十五条规定"),
]  # fmt: skip


@pytest.fixture(scope="module")
def search(tmp_path_factory):
    path = tmp_path_factory.mktemp("search") / "search.sqlite"
    build_search(path, CORPUS)
    opened = Search(path)
    yield opened
    opened.close()


def ids(result: SearchResult) -> list[str]:
    return [hit.id for hit in result.hits]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("talent", ["s:talent", "s:ethics"]),  # the title weighs more
        ("TALENT young", ["s:talent"]),
        ("tale", []),
        ("tale*", ["s:talent", "s:ethics"]),
        ('"artificial intelligence"', ["t:ai", "s:ethics"]),
        ('"intelligence artificial"', []),
        ("intelligence artificial", ["t:ai", "s:ethics"]),
        ("ministere", ["s:talent"]),
        ("Ministe\u0300re", ["s:talent"]),
        ("tekoäly", ["t:ai"]),
        ("data-driven", ["t:ai"]),
        ("R&D", ["t:ai"]),
        ("ＡＲＴＩＦＩＣＩＡＬ", ["t:ai", "s:ethics"]),
        ("科技", ["s:ethics", "s:talent"]),
        ("科技人才", ["s:talent"]),
        ("人才科技", []),
        ("科技 意见", ["s:ethics"]),
        ("公开、公平", ["s:ethics"]),
        ("公开公平", []),
        ("5G技术", ["s:talent"]),
        ("5Ｇ", ["s:talent"]),
        ("岁", ["s:talent"]),
        ("40岁", ["s:talent"]),
        ("0岁", []),
        ("国发〔2023〕7号", ["s:talent"]),
        ("五条", ["t:undated"]),
        ("条", ["t:undated"]),
        ("", ["s:talent", "s:ethics", "t:ai", "t:undated"]),
        ("  ", ["s:talent", "s:ethics", "t:ai", "t:undated"]),
        ("《》!?", []),
    ],
)
def test_queries_find_in_both_languages(search, query, found):
    result = search.find(query)

    assert sorted(ids(result)) == sorted(found)
    assert result.total == len(found)


def test_a_match_in_the_title_comes_first(search):
    assert ids(search.find("talent")) == ["s:talent", "s:ethics"]
    assert ids(search.find('"artificial intelligence"')) == ["t:ai", "s:ethics"]


def test_the_latest_may_come_first(search):
    assert ids(search.find("talent ethics", latest_first=True)) == ["s:ethics"]
    assert ids(search.find("意见 伦理", latest_first=True)) == ["s:ethics"]
    assert ids(search.find("intelligence", latest_first=True)) == ["s:ethics", "t:ai"]
    assert ids(search.find("", latest_first=True))[-1] == "t:undated"


def test_a_word_may_go_on_while_a_reader_types(search):
    assert ids(search.find("young tal", prefix=True)) == ["s:talent"]


def test_an_empty_query_lists_the_latest_first(search):
    assert ids(search.find("")) == ["s:talent", "s:ethics", "t:ai", "t:undated"]


def test_registers_years_and_facets_narrow(search):
    assert ids(search.find("", register="own")) == ["s:talent", "s:ethics"]
    assert ids(search.find("", register="none")) == []
    assert ids(search.find("", year_from=2022)) == ["s:talent", "s:ethics"]
    assert ids(search.find("", year_from=2021, year_to=2022)) == ["s:ethics", "t:ai"]
    assert ids(search.find("", facets={"theme": ["talent", "ai"]})) == ["s:talent", "t:ai"]
    assert ids(search.find("", facets={"theme": ["ethics"], "area": ["FIN"]})) == []
    assert ids(search.find("talent", facets={"theme": ["talent"]}, year_from=2023)) == ["s:talent"]


def test_pages_are_parts_of_one_order(search):
    result = search.find("", limit=2, offset=1)

    assert result.total == 4
    assert ids(result) == ["s:ethics", "t:ai"]
    assert ids(search.find("", limit=-1, offset=-1)) == []


def test_counts_tell_what_another_choice_would_give(search):
    result = search.find("", facets={"theme": ["ai"]})

    assert result.facets["theme"] == {"ethics": 2, "ai": 1, "talent": 1}
    assert result.facets["area"] == {"FIN": 1}
    assert result.years == {2021: 1}
    assert search.find("", year_from=2023).years == {2021: 1, 2022: 1, 2023: 1}


def test_matches_are_marked_as_segments_of_the_original_text(search):
    (hit,) = search.find("ministere 5g技术").hits
    (zh,) = search.find("科技人才").hits

    assert Segment("5G技术", match=True) in hit.snippet_zh
    assert zh.title_zh == (Segment("青年"), Segment("科技人才", match=True), Segment("计划"))
    assert "".join(s.text for s in hit.title_en) == "Plan for young talent"


def test_a_long_text_is_cut_around_its_first_match(tmp_path):
    text = "word " * 200 + "Straße <b>needle</b> " + "tail " * 200
    build_search(tmp_path / "s", [Document(id="a", highlights_en=text)])

    (hit,) = Search(tmp_path / "s").find("strasse needle").hits

    shown = "".join(s.text for s in hit.snippet_en)
    assert [s.text for s in hit.snippet_en if s.match] == ["Straße", "needle"]
    assert "<b>" in shown  # plain text: a page escapes it
    assert shown.startswith("…word")
    assert shown.endswith("…")
    assert len(shown) < 300


HOSTILE = [
    '"', '""', '"a', "a\"b", "* ", "a*b", "AND", "a AND", "NOT a", "a OR b", "NEAR(a b)", "NEAR",
    "title_en:talent", "{title_en}: a", "-a", "+a", "^a", "a:b", "(", ")", "'; DROP TABLE words;--",
    "' OR 1=1 --", "%", "_", "\\", "\x00", "a\x00b", "\ud800", "<script>", "国*", '"国', "🙂", "ﷺ",
    "a" * 5_000, "国" * 5_000, "a " * 5_000, "国 " * 5_000, '" ' * 999, "\u0301", "İ", "ß",
]  # fmt: skip


@pytest.mark.parametrize("query", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_queries_are_only_words(search, query):
    search.find(query)
    search.find(query, prefix=True, facets={query: [query]}, register=query)

    assert search.find("talent").total == 2


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.one_of(st.text(), st.text(alphabet='国科技5g "*-()')), prefix=st.booleans())
@example(query='"国"* 5 科', prefix=True)
def test_no_query_is_an_error(search, query, prefix):
    result = search.find(query, prefix=prefix)

    assert len(result.hits) == result.total


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_piece_of_chinese_is_found_exactly_where_it_stands(tmp_path_factory, data):
    texts = data.draw(
        st.lists(st.text(alphabet="国科技术5g 、", max_size=12), min_size=1, max_size=6)
    )
    query = data.draw(st.text(alphabet="国科技术", min_size=1, max_size=4))
    path = tmp_path_factory.mktemp("piece") / "s"
    build_search(path, [Document(id=str(n), title_zh=text) for n, text in enumerate(texts)])
    opened = Search(path)

    found = set(ids(opened.find(query)))
    opened.close()

    assert found == {str(n) for n, text in enumerate(texts) if query in text}


@given(st.text())
def test_folding_again_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_phrases_hold_nothing_that_fts5_would_read_as_syntax(query):
    assert all(c.isalnum() or c > "\x7f" for p in phrases(query) for run in p.runs for c in run)


def test_documents_are_made_of_the_tables_of_the_store():
    row = {"initiative": "s:1", "source": "s", "origin": "o", "locator": "l", "native_id": "1",
           "n_rows": 1, "title_en": "A", "date": "2020", "area_name": "Atlantis"}  # fmt: skip
    other = {**row, "initiative": "x:1", "source": "x"}
    facet = {"initiative": "s:1", "source": "s", "facet": "theme", "code": "t", "name_en": "T"}

    (made,) = documents(
        table_of("initiative", [other, row]),
        table_of("initiative_facet", [facet]),
        registers={"s": ["r"]},
    )

    assert (made.id, made.registers, made.title_en) == ("s:1", ("r",), "A")
    assert made.facets == {"theme": ["t"], "area": ["Atlantis"], "language": ["en"]}


def test_readers_on_many_threads_agree(search):
    totals: list[int] = []

    def read() -> None:
        totals.extend(search.find("talent").total for _ in range(20))

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert totals == [2] * 160


def test_a_reader_keeps_its_index_while_a_new_one_is_written(tmp_path):
    path = tmp_path / "s"
    build_search(path, CORPUS)
    old = Search(path)

    build_search(path, CORPUS[:1])

    assert old.find("").total == 4
    assert Search(path).find("").total == 1
    assert [p.name for p in tmp_path.iterdir()] == ["s"]


def test_a_failed_build_leaves_the_old_index(tmp_path):
    path = tmp_path / "s"
    build_search(path, CORPUS)

    with pytest.raises(PolicyError, match="Two policies have the id 's:talent'"):
        build_search(path, [CORPUS[0], CORPUS[0]])

    assert Search(path).find("").total == 4
    assert [p.name for p in tmp_path.iterdir()] == ["s"]


def test_progress_is_told(tmp_path):
    heard = []

    build_search(
        tmp_path / "s",
        [Document(id=str(n)) for n in range(501)],
        progress=lambda what, done, total: heard.append((done, total)),
    )

    assert heard == [(500, 501), (501, 501)]


def test_an_absent_damaged_or_foreign_index_is_told(tmp_path):
    (tmp_path / "damaged").write_bytes(b"no database at all" * 99)
    with sqlite3.connect(tmp_path / "foreign") as connection:
        connection.execute("CREATE TABLE meta (key TEXT, value TEXT)")
        connection.execute("INSERT INTO meta VALUES ('format', '0')")
    connection.close()

    for name, said in [("absent", "no search"), ("damaged", "damaged"), ("foreign", "version")]:
        with pytest.raises(PolicyError, match=said) as caught:
            Search(tmp_path / name)
        assert "armillary build" in caught.value.fix
