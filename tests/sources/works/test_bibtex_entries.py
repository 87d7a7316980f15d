from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from armillary.sources.works.bibtex_entries import is_bibtex, parse


def parsed(text):
    refused = []
    entries = list(parse(text, refuse=lambda *said: refused.append(said)))
    return [(e.line, e.kind, e.key, e.fields) for e in entries], refused


def test_braces_quotes_words_and_macros_make_values():
    entries, refused = parsed(
        '@string{jx = "Journal of "}\n'
        "@Article{ key:1,\n"
        "  title = {A {Nested {Title}}},\n"
        '  author = "Li, A. and {Big, Corp}",\n'
        "  year = 2001, month = mar,\n"
        "  journal = jx # {X},\n"
        "}\n"
    )

    assert refused == []
    assert entries == [
        (
            2,
            "article",
            "key:1",
            {
                "title": ["A {Nested {Title}}"],
                "author": ["Li, A. and {Big, Corp}"],
                "year": ["2001"],
                "month": ["mar"],
                "journal": ["Journal of X"],
            },
        )
    ]


def test_comments_preambles_and_text_outside_are_no_entries():
    entries, refused = parsed(
        "Scopus\nEXPORT DATE: 1 May\n@comment{title = {no}}\n@preamble{ {x} # {y} }\n"
        "@book(k, title={T})\nfree text\n"
    )

    assert [(kind, fields) for _, kind, _, fields in entries] == [("book", {"title": ["T"]})]
    assert refused == []


def test_names_with_blanks_and_repeated_fields_are_kept():
    entries, _ = parsed("@misc{k,\nfunding_text 1={a},\nnote={one},\nnote={two},\n}\n")

    assert entries[0][3] == {"funding_text 1": ["a"], "note": ["one", "two"]}


def test_a_damaged_entry_is_refused_and_the_next_is_read():
    entries, refused = parsed(
        "@article{a,\ntitle={One},\n}\n"
        "@article{b,\ntitle={Two never closed,\nyear=2001\n"
        "@article{c,\ntitle={Three},\n}\n"
    )

    assert [entry[2] for entry in entries] == ["a", "c"]
    ((line, text, reason),) = refused
    assert (line, "Two never closed" in text) == (4, True)
    assert "a brace is never closed that opens at line 5" in reason


def test_a_single_brace_in_an_abstract_loses_no_entry():
    entries, refused = parsed(
        "@article{a,\ntitle={One},\nabstract={Where } and { and { fail.},\nyear={2001},\n}\n"
        "@article{b,\ntitle={Two}\n}\n"
    )

    assert refused == []
    assert entries[0][3]["abstract"] == ["Where } and { and { fail."]
    assert entries[0][3]["year"] == ["2001"]
    assert entries[1][2] == "b"


def test_the_rest_of_an_entry_without_its_beginning_is_refused():
    _, refused = parsed("@book{a, title={One}}\n\nrticle{b,\ntitle={Two},\n}\n")

    ((line, _, reason),) = refused
    assert line == 3
    assert "outside any entry" in reason


def test_a_lost_line_end_hides_no_entry():
    entries, refused = parsed("@article{a,\ntitle={One},\n}@article{b,\ntitle={Two},\n}")

    assert [entry[2] for entry in entries] == ["a", "b"]
    assert refused == []


def test_mail_addresses_and_at_signs_begin_no_entry():
    entries, refused = parsed("@misc{a,\nnote={write to x@article.org or @home},\n}\n")

    assert (len(entries), refused) == (1, [])
    assert not is_bibtex("Dear x@y{z\n")


words = st.text(st.characters(codec="utf-8", exclude_characters="{}\\@", exclude_categories=["C"]))


@given(st.lists(st.dictionaries(st.sampled_from(["title", "abstract", "note"]), words)))
def test_what_is_written_is_read_back(entries):
    text = "".join(
        f"@article{{k{n},\n" + "".join(f"{k} = {{{{{v}}}}},\n" for k, v in e.items()) + "}\n\n"
        for n, e in enumerate(entries)
    )

    found, refused = parsed(text)

    assert [e[3] for e in found] == [{k: [f"{{{v}}}"] for k, v in e.items()} for e in entries]
    assert refused == []
