"""The site: pages over one evidence store, rendered alike for the server and the export."""

from __future__ import annotations

import hashlib
import posixpath
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from armillary import __version__
from armillary.model.observatory import Observatory, Text
from armillary.publications import charts
from armillary.publications.site.words import Words
from armillary.publications.tables import csv_text

if TYPE_CHECKING:
    from pathlib import Path

    from armillary.evidence.store import Store
    from armillary.publications.changes import Changes

Made = TypeVar("Made")
_LONGEST_NAME = 128
_SIMULATED = ("simulated", "simulated_indicators")
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'{wasm}; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'"
)


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One page, in every language.

    Args:
        path: Path below the folder of the language, e.g. "index/regional/index.html". The last
            part holds no other dot, since downloads are named after it.
        title: Title in both languages, or the key of a text.
        template: File below `templates/`.
        context: Gives the names the template uses, in one language.
        section: Section it belongs to; its entry is marked in the navigation.
        entry: Whether it is the entry of its section in the navigation.
        above: Path of the page above it, for the breadcrumbs; None is the home page.
        sources: Sources it shows, for the banner over simulated data.
        searched: Whether its `<main>` goes into the search index.
        searches: Whether it runs the search, whose script needs WebAssembly.
    """

    path: str
    title: Text | str
    template: str
    context: Callable[[Words], Mapping[str, Any]]
    section: str = ""
    entry: bool = False
    above: str | None = None
    sources: tuple[str, ...] = ()
    searched: bool = False
    searches: bool = False


class Headline(msgspec.Struct, frozen=True, kw_only=True):
    """What the home page says of one result.

    Args:
        section: Section it belongs to.
        path: Page it leads to.
        title: Title of the result.
        about: One or two sentences.
        figures: Gives (value, label) pairs in one language; two to four.
        chart: Gives a chart in one language; None where there is none.
        sources: Sources it shows, for the mark of simulated data.
    """

    section: str
    path: str
    title: Text
    about: Text = Text()
    figures: Callable[[Words], Sequence[tuple[str, str]]]
    chart: Callable[[Words], charts.Chart | None] | None = None
    sources: tuple[str, ...] = ()


class Rendered(msgspec.Struct, frozen=True):
    """A page in one language and the downloads beside it, by path below the site."""

    html: str
    files: dict[str, str | bytes]


class Site:
    """Everything the pages of one observatory are made from.

    Args:
        store: The evidence.
        observatory: What the user defined.
        changes: What changed since the last build; None where nobody compared.
        cache: Folder of rendered charts; None keeps none.
        search: Full-text index of the policies, for the served site; None has none.
    """

    def __init__(
        self,
        store: Store,
        observatory: Observatory,
        *,
        changes: Changes | None = None,
        cache: Path | None = None,
        search: Path | None = None,
    ) -> None:
        self.store = store
        self.search = search
        self.observatory = observatory
        self.changes = changes
        self.cache = cache
        self.languages = observatory.languages
        self._kept: dict[str, Any] = {}
        self._lock = threading.RLock()
        self._words = {language: Words(language) for language in self.languages}
        self._templates = _environment()

    def keep(self, key: str, make: Callable[[], Made]) -> Made:
        """Return what `make` gives, computed once for this site."""
        with self._lock:
            if key not in self._kept:
                self._kept[key] = make()
            made: Made = self._kept[key]
            return made

    def rows(self, table: str, **equal: object) -> list[dict[str, Any]]:
        """Return the rows of one table whose columns equal the given values, ordered by key."""
        from armillary.model.columns import columns_of

        found = self.store.table(table)
        for column, value in equal.items():
            found = found.filter(found[column] == value)
        keys = [c.column for c in columns_of(table) if c.key and c.type != "text list"]
        with self._lock:
            return self.store.rows(found.order_by(keys))

    def some(
        self, table: str, *, order: Sequence[str], limit: int, offset: int
    ) -> list[dict[str, Any]]:
        """Return some rows of one table.

        Args:
            table: Table of `columns.csv`.
            order: Columns to order by.
            limit: How many rows.
            offset: How many rows to pass over.
        """
        found = self.store.table(table).order_by(list(order)).limit(limit, offset=offset)
        with self._lock:
            return self.store.rows(found)

    def count(self, table: str) -> int:
        """Return how many rows a table holds."""

        def run() -> int:
            expression = self.store.table(table)
            rows = self.store.rows(expression.aggregate(n=expression.count()))
            return int(rows[0]["n"])

        return self.keep(f"count:{table}", run)

    def name(self, codelist: str, code: str | None) -> Text:
        """Return the name of a code, or the code itself where the codelist lacks it."""
        names = self.keep("codes", self._codes)
        return names.get((codelist, code or ""), Text(en=code or "", zh=code or ""))

    def _codes(self) -> dict[tuple[str, str], Text]:
        return {
            (row["codelist"], row["code"]): Text(en=row["name_en"], zh=row["name_zh"])
            for row in self.rows("code")
        }

    def status(self, code: str, words: Words) -> str:
        """Spell out one observation status code."""
        return words.plain(self.name("CL_OBS_STATUS", code))

    @cached_property
    def origins(self) -> dict[str, dict[str, Any]]:
        """The files as received, by origin."""
        return {row["origin"]: row for row in self.rows("origin")}

    @cached_property
    def simulated(self) -> frozenset[str]:
        """The sources that were simulated: they describe nothing real."""
        defined = (s.id for s in self.observatory.sources.values() if s.kind in _SIMULATED)
        read = (row["source"] for row in self.origins.values() if row["simulated"])
        return frozenset((*defined, *read))

    @cached_property
    def lineage(self) -> dict[tuple[str, str], dict[str, Any]]:
        """What each step wrote, by table and step."""
        return {(row["table"], row["part"]): row for row in self.rows("lineage")}

    @cached_property
    def fingerprint(self) -> str:
        """The first 12 hex digits of the checksum over all evidence."""
        parts = sorted(row["sha256"] for row in self.lineage.values())
        return hashlib.sha256("".join(parts).encode()).hexdigest()[:12]

    @cached_property
    def pages(self) -> dict[str, Page]:
        """Every page by path, in the order of the registry."""
        from armillary.publications.site.pages import REGISTRY

        found: dict[str, Page] = {}
        for module in REGISTRY:
            for page in module.pages(self):
                if page.path in found:
                    raise ValueError(f"two pages at {page.path}")
                found[page.path] = page
        return found

    @cached_property
    def headlines(self) -> list[Headline]:
        """What the home page says, in the order of the registry."""
        from armillary.publications.site.pages import REGISTRY

        return [
            headline
            for module in REGISTRY
            if hasattr(module, "headlines")
            for headline in module.headlines(self)
        ]

    @cached_property
    def _entries(self) -> list[Page]:
        return [page for page in self.pages.values() if page.entry]

    def words(self, language: str) -> Words:
        """Return the texts and formats of one language."""
        return self._words[language]

    def title(self, page: Page, words: Words) -> str:
        """Return the title of a page in one language, marked where it is in the other."""
        return words(page.title) if isinstance(page.title, str) else words.text(page.title)

    def render(
        self, page: Page, language: str, *, more: Mapping[str, Any] | None = None
    ) -> Rendered:
        """Render one page in one language.

        Args:
            page: The page.
            language: One of the languages of the observatory.
            more: Names that take the place of those of the page, for the answer to a query.

        Returns:
            The HTML, and the files it offers for download.
        """
        words = self._words[language]
        here = _Here(self, page, words)
        with self._lock:
            names, context = here.names(), dict(page.context(words))
            taken = sorted(names.keys() & context.keys())
            if taken:
                raise ValueError(f"{page.path} takes names of every page: {', '.join(taken)}")
            html = self._templates.get_template(page.template).render(
                names | context | dict(more or {})
            )
        return Rendered(html=html, files=here.files)

    def render_root(self) -> str:
        """Render the page that offers the languages."""
        return self._templates.get_template("root.html").render(
            site=self, policy=POLICY.format(wasm=""), words=self._words
        )

    def render_missing(self) -> str:
        """Render the page for an address that does not exist, in every language."""
        return self._templates.get_template("missing.html").render(
            site=self, policy=POLICY.format(wasm=""), words=self._words
        )


class _Here:
    """One page being rendered: links relative to it, and the files it offers."""

    def __init__(self, site: Site, page: Page, words: Words) -> None:
        self.site = site
        self.page = page
        self.words = words
        self.files: dict[str, str | bytes] = {}
        self._folder = posixpath.dirname(page.path)
        self._up = "../" * page.path.count("/")

    def link(self, path: str) -> str:
        """Return the relative address of another page or file of the same language."""
        return self._up + path

    def offer(self, name: str, content: str | bytes) -> str:
        """Put a file beside the page and return its relative address."""
        full = f"{self.page.path.removesuffix('.html')}.{name}"
        self.files[f"{self.words.language}/{full}"] = content
        return posixpath.basename(full)

    def csv(self, name: str, rows: Iterable[Mapping[str, object]], columns: Sequence[str]) -> str:
        """Offer rows as a CSV file and return its relative address."""
        return self.offer(f"{name}.csv", "\ufeff" + csv_text(rows, columns))

    def drawing(self, chart: charts.Chart) -> dict[str, Any]:
        """Draw a chart: what the macro `figure` needs."""
        key = f"{self.page.path.removesuffix('.html')}-{chart.id}".replace("/", "-")
        svg = charts.draw(chart, cache=self.site.cache)
        return {
            "id": key,
            "svg": Markup(charts.embedded(svg, chart, key=key)) if svg else "",  # noqa: S704 - our own drawing, texts escaped
            "csv": self.csv(chart.id, chart.rows, [c.key for c in chart.columns]),
            "file": self.offer(f"{chart.id}.svg", svg) if svg else "",
        }

    def trail(self) -> list[tuple[str, str]]:
        """Return the pages above this one, the home page first: address and title."""
        found: list[Page] = []
        at = self.page.above
        while at is not None and at in self.site.pages:
            found.append(self.site.pages[at])
            at = self.site.pages[at].above
        home = (self.link("index.html"), self.words("home.short"))
        above = [(self.link(p.path), self.site.title(p, self.words)) for p in reversed(found)]
        return [home, *above] if self.page.path != "index.html" else []

    def names(self) -> dict[str, Any]:
        """Return everything a template may use beside its own context."""
        site, words, page = self.site, self.words, self.page
        return {
            "site": site,
            "observatory": site.observatory,
            "page": page,
            "title": site.title(page, words),
            "plain_title": words(page.title)
            if isinstance(page.title, str)
            else words.plain(page.title),
            "language": words.language,
            "lang": words.lang,
            "w": words,
            "t": words,
            "text": words.text,
            "number": words.number,
            "raw": words.raw,
            "percent": words.percent,
            "interval": words.interval,
            "date": words.date,
            "link": self.link,
            "offer": self.offer,
            "csv": self.csv,
            "drawing": self.drawing,
            "root": self._up + "../",
            "trail": self.trail(),
            "entries": [
                (self.link(p.path), words(f"section.{p.section}"), p.section == page.section)
                for p in site._entries
            ],
            "others": [(o, site.words(o)) for o in site.languages if o != words.language],
            "version": __version__,
            "policy": POLICY.format(wasm=" 'wasm-unsafe-eval'" if page.searches else ""),
            "is_simulated": bool(site.simulated.intersection(page.sources)),
        }


def _environment() -> Environment:
    home = str(files("armillary.publications.site").joinpath("templates"))
    environment = Environment(
        loader=FileSystemLoader(home),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    from armillary.publications.site import marks

    environment.globals["marks"] = marks
    return environment


def slug(text: str) -> str:
    """Make a name that is safe in an address; different texts give different names.

    A long one is cut and ends in its checksum: file systems take 255 bytes at most.

    Examples:
        >>> slug("CN-BJ"), slug("a/b"), slug("..")
        ('CN-BJ', 'a_2f_b', '_2e__2e_')
        >>> len(slug("x" * 1_000))
        128
    """
    name = "".join(
        c if c.isascii() and (c.isalnum() or c == "-") else f"_{ord(c):x}_" for c in text
    )
    if len(name) <= _LONGEST_NAME:
        return name
    checksum = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"{name[: _LONGEST_NAME - 17]}_{checksum}"
