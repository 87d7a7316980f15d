"""Policy pages and the served search, from a register full of what might break a page."""

import asyncio
import csv
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from lxml import html

from armillary.publications.site.core import slug
from armillary.publications.site.linkcheck import check_links
from armillary.publications.site.policy_search import asked
from armillary.workflow import build
from armillary.workflow.serve import application

SCRIPT = "<script>alert(1)</script>"
IMAGE = '"><img src=x onerror=alert(1)>'
WORD = "x" * 400
REGISTER = [
    {"id": "a", "theme_en": SCRIPT, "title_en": f"Tax {SCRIPT}", "date": "2021-03",
     "issuer_en": IMAGE, "highlights_en": f"Tax relief {IMAGE}", "area": "CHN",
     "address": "javascript:alert(1)"},
    {"id": "b", "theme_en": WORD, "title_en": WORD, "date": "2022",
     "highlights_en": "{{ 7 * 7 }} {% raw %} </p></main>", "area": "DEU",
     "address": 'https://example.org/"onmouseover="alert(1)'},
    {"id": "c", "theme_zh": "科技伦理", "title_zh": "关于\u202e税收\u202c的意见",
     "date": "2022-05-01", "highlights_zh": "税收优惠；<b>粗体</b>", "area": "CHN",
     "address": "data:text/html,x"},
    {"id": "d'--", "theme_en": "=1+1;@SUM(A1)", "title_en": "=HYPERLINK(A1)", "date": "2019"},
    {"id": "../../e", "theme_en": "-2; Tax", "title_en": "Tax credit & more", "date": ""},
    *({"id": f"n{n}", "theme_en": "Tax", "title_en": f"Tax {n}", "date": "2018", "area": "FRA"}
      for n in range(60)),
]  # fmt: skip
TOML = """
title = { en = "Policies", zh = "政策" }
languages = ["en", "zh"]
[sources.register]
title = { en = "Register", zh = "政策库" }
policies = "register.csv"
[policies.register]
title = { en = "Register", zh = "政策库" }
sources = ["register"]
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("policies")
    (folder / "observatory.toml").write_text(TOML, encoding="utf-8")
    names = list(dict.fromkeys(name for row in REGISTER for name in row))
    with (folder / "register.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(REGISTER)
    build(folder, only=["site"])
    return folder


@pytest.fixture(scope="module")
def site(built) -> Path:
    return built / "public/site"


@pytest.fixture(scope="module")
def client(built):
    return application(built)


def ask(app, path: str) -> httpx.Response:
    async def get() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as one:
            return await one.get(path)

    return asyncio.run(get())


def search(client, query: str, language: str = "en"):
    answer = ask(client, f"/{language}/policies/register/search.html{query}")
    assert answer.status_code == 200
    return html.fromstring(answer.content)


def titles(page) -> list[str]:
    return [a.text_content().strip() for a in page.xpath("//ol[contains(@class,'hits')]/li/a")]


def counts(page, facet: str) -> dict[str, str]:
    return {
        box.get("value"): box.getparent().xpath("string(span[@data-count])")
        for box in page.xpath(f"//input[@name='{facet}']")
    }


def test_nothing_of_a_register_is_run_or_left_unescaped(site):
    for file in site.rglob("*.html"):
        page = html.fromstring(file.read_bytes())

        assert not page.xpath("//img | //script[not(@src)] | //b[.='粗体']"), file
        assert not page.xpath("//@*[starts-with(name(), 'on')]"), file
        assert not [
            a for a in page.xpath("//@href") if a.lower().startswith(("javascript:", "data:"))
        ], file


def test_hostile_texts_are_shown_as_they_are(site):
    page = html.fromstring((site / "en/policies/register/register_3a_a.html").read_bytes())
    other = (site / "en/policies/register/register_3a_b.html").read_text(encoding="utf-8")

    assert page.xpath("string(//h1)") == f"Tax {SCRIPT}"
    assert IMAGE in page.xpath("string(//dl)")
    assert "javascript:alert(1)" in page.xpath("string(//dl)")
    assert "{{ 7 * 7 }} {% raw %}" in other


def test_a_name_of_any_length_or_kind_gives_a_file(site):
    names = {file.name for file in (site / "en/policies/register").iterdir()}

    assert max(len(name) for name in names) < 200
    assert f"{slug('register:../../e')}.html" in names
    assert not (site.parent / "e.html").exists()
    check_links(site)


def test_a_list_comes_in_parts_of_fifty(site):
    folder = site / "en/policies/register"
    first = html.fromstring((folder / "theme-tax.html").read_bytes())
    second = html.fromstring((folder / "theme-tax_p2.html").read_bytes())

    entries = "//ul[@class='entries']/li"
    assert len(first.xpath(entries)) == 50
    assert len(second.xpath(entries)) == 11
    assert second.xpath("//nav[@class='parts']//a/@href") == ["theme-tax.html", "theme-tax_p2.html"]


def test_downloads_are_no_formulas_and_numbers_stay_numbers(site):
    text = (site / "en/policies/register/theme.values.csv").read_text(encoding="utf-8-sig")
    rows = {row["name_en"]: row for row in csv.DictReader(text.splitlines())}

    assert {"'=1+1", "'@SUM(A1)", "'-2"} <= set(rows)
    assert rows["Tax"]["n_initiatives"] == "61"


def test_a_title_in_the_other_language_is_marked(site):
    page = html.fromstring((site / "en/policies/register/year-2022.html").read_bytes())

    marked = page.xpath("//span[@lang='zh-Hans']/text()")
    assert any("税收" in text for text in marked)
    assert page.xpath("//span[@class='tag'][.='Chinese']")


def test_an_address_without_a_question_lists_all_the_latest_first(client):
    page = search(client, "")

    assert titles(page)[:2] == ["关于\u202e税收\u202c的意见", WORD]
    assert "65 found" in page.xpath("string(//p[@role='status'])")


def test_filters_combine_and_count_what_is_left(client):
    page = search(client, "?q=tax&area=CHN&from=2020")

    assert titles(page) == [f"Tax {SCRIPT}"]
    assert counts(page, "area") == {"CHN": "1"}
    assert page.xpath("//input[@name='area'][@checked]/@value") == ["CHN"]
    assert page.xpath("string(//input[@name='from']/@value)") == "2020"


def test_a_choice_does_not_hide_what_another_would_give(client):
    page = search(client, "?q=tax&area=CHN")

    assert counts(page, "area") == {"CHN": "1", "FRA": "60"}


def test_any_of_the_values_of_a_facet_applies(client):
    page = search(client, "?area=CHN&area=DEU")

    assert len(titles(page)) == 3


def test_a_filter_is_let_go_by_its_own_link(client):
    page = search(client, "?q=tax&area=CHN&area=FRA&sort=date")

    links = page.xpath("//ul[contains(@class,'chosen')]//a/@href")
    assert links[0] == "?q=tax&area=FRA&sort=date"
    assert links[-1] == "?q=tax&sort=date"


def test_paging_keeps_the_question(client):
    page = search(client, "?q=tax&area=FRA&offset=20")

    (before,) = page.xpath("//a[@rel='prev']/@href")
    (after,) = page.xpath("//a[@rel='next']/@href")
    assert (before, after) == ("?q=tax&area=FRA", "?q=tax&area=FRA&offset=40")


def test_hits_are_marked(client):
    page = search(client, "?q=税收", "zh")

    assert "税收" in page.xpath("//mark/text()")


def test_order_by_date_puts_the_latest_first(client):
    page = search(client, "?q=tax&sort=date")

    assert titles(page)[0] == f"Tax {SCRIPT}"


@pytest.mark.parametrize(
    "query",
    [
        '"', '""', '"tax', "NEAR(", "NEAR(tax, 2)", "*", "^tax", "tax AND", "OR", "NOT",
        "title_en:x", "{title_en}:tax", "-", "()", "'; DROP TABLE document; --", "!!!", "。，",
        "\x00", "%", "a" * 10_000, "税" * 6_000, '" ' * 5_000,
    ],
)  # fmt: skip
def test_no_query_breaks_the_search(client, query):
    asked_for = urlencode({"q": query, "theme": query[:200]})

    answer = ask(client, f"/en/policies/register/search.html?{asked_for}")

    assert answer.status_code == 200
    assert search(client, "?q=tax+relief").xpath("//mark")


def test_half_a_character_breaks_nothing(client):
    assert ask(client, "/en/policies/register/search.html?q=%ED%A0%80&area=%FF").status_code == 200


def test_a_question_that_makes_no_sense_is_passed_over():
    one = asked([("from", "-1"), ("to", "x"), ("offset", "9" * 40), ("sort", "?"), ("evil", "1")])

    assert one == asked([])


def test_facets_asked_for_are_bounded():
    one = asked([("theme", f"{n}" * 600) for n in range(2_000)])

    assert len(one.facets["theme"]) == 50
    assert max(map(len, one.facets["theme"])) == 500
