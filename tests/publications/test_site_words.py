"""Every text of the site is used, and every text that is used exists, in both languages."""

import re
from importlib.resources import files

from armillary.model.observatory import LANGUAGES
from armillary.publications.site.words import catalogue, placeholders

SITE = files("armillary.publications.site")
CODE = "\n".join(
    file.read_text(encoding="utf-8")
    for folder in (SITE, SITE / "pages", SITE / "templates")
    for file in folder.iterdir()
    if file.name.endswith((".py", ".html"))
)
QUOTED = set(re.findall(r"""["']([a-z_]+(?:\.\w+)*)["']""", CODE))
# methods.html: paragraphs("methods", ["missing", "flags"]).
LISTED = {
    f"{start}.{name}"
    for start, names in re.findall(r'paragraphs\("([\w.]+)", \[(.*?)\]\)', CODE)
    for name in re.findall(r'"(\w+)"', names)
}
# A key may be put together: f"reason.{key}" in Python, "reason." ~ key in a template.
MADE = [
    re.compile(re.escape(start) + r"[\w.]+")
    for start in re.findall(r"""f"([a-z_]+\.[a-z_.]*)\{\w""", CODE)
    + re.findall(r"""["']([a-z_]+\.[a-z_.]*)["'] ~""", CODE)
]


def test_every_text_has_both_languages_and_the_same_places_to_fill():
    for texts in catalogue().values():
        assert set(texts) <= {*LANGUAGES, "en_one"}
        assert len({placeholders(texts[language]) for language in LANGUAGES}) == 1
        assert placeholders(texts.get("en_one", "")) <= placeholders(texts["en"])


def test_every_text_that_a_page_asks_for_exists():
    asked = set(re.findall(r"""\b(?:t|w|words|their)\(\s*"([a-z_]+(?:\.\w+)*)"[,)]""", CODE))

    assert len(asked) > 200
    assert sorted(asked - set(catalogue())) == ["key"]  # "key" stands in a docstring


def test_no_text_is_left_over():
    used = {
        key
        for key in catalogue()
        if key in QUOTED | LISTED or any(made.fullmatch(key) for made in MADE)
    }

    assert sorted(set(catalogue()) - used) == []
