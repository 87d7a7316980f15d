"""The web site: the same pages for the server and for the static export.

How to add a section, e.g. `topics`:

1. Write `pages/topics.py` and name it in `REGISTRY` of `pages/__init__.py`::

       def pages(site: Site) -> Iterable[Page]:
           for topics in site.observatory.topics.values():
               yield Page(
                   path=f"topics/{slug(topics.id)}/index.html",
                   title=topics.title,                      # Text, or the key of a text
                   template="topics.html",                  # below templates/
                   context=lambda words, one=topics: _context(site, one, words),
                   section="topics", entry=True,            # one entry per section
                   above=None,                              # path of the page above it
                   sources=topics.works,                    # banner where one is simulated
               )

       def headlines(site: Site) -> Iterable[Headline]: ... # what the home page says of it

   A section that is not defined gives no page, and so no place in the navigation. A page's
   path is `kind/id/index.html` for a result (`index`, `statistics`, `topics`, `policies`),
   since the source pages link there; its last part has no other dot. Use `slug` for ids.

2. `context(words)` returns the names its template needs. `words` is one language:
   `words("key", n=3)` a text of the catalogue (whole numbers are grouped; pass years as
   text), `words.number(x, 1)`, `.percent(share)`, `.interval(low, high)`, `.raw(x)`,
   `.date(iso)`, `.bytes(n)`, `.multiple(exponent)`, `.plain(Text)` for drawings and
   attributes, `.text(Text)` for HTML (marks the language where it falls back), `.join(list)`.
   Read the store with `site.rows(table, column=value)` or
   `site.store.rows(expression)`; keep what several pages need with `site.keep(key, make)`;
   name codes with `site.name("CL_AREA", code) -> Text` and statuses with
   `site.status(code, words)`.

3. Write `templates/topics.html`: `{% extends "base.html" %}`, `{% block main %}` with one
   `<h1>{{ title }}</h1>`. Every template has: `t` and `w` (the words), `text`, `number`,
   `raw`, `percent`, `interval`, `date`, `link("index/x/index.html")` (relative, same
   language), `root` (relative top of the site, for `assets/`), `csv(name, rows, columns)` and
   `offer(name, content)` (write a file beside the page, return its address), `marks`
   (`rank_interval`, `bar`, `spark`: small inline SVG), `site`, `observatory`, `page`,
   `title`, `lang`, `is_simulated`. `{% from "macros.html" import figure, figures, flags,
   data_table with context %}`: `figure(chart)` for an `armillary.publications.charts.Chart`
   (build one with Altair: `spec=charts.spec(altair_chart)`), `figures([(value, label)])`,
   `flags("A E")`. Blocks: `head`, `banner`, `main`. No inline script, no style attribute: the
   policy of the page forbids both. Wrap a wide table in
   `<div class="scroll" tabindex="0" role="group" aria-label="...">`; `data-sortable` on a
   table with `data-sort="number|text"` on its header cells and `data-value` on cells makes it
   sortable. Classes: `lead`, `note`, `tag`, `tag warn`, `figures`, `cards`, `facts`, `n`
   (numbers), `quiet`, `small`, `mono`, `unseen`.
   An external address is shown as `<a rel="external noreferrer" href="...">`, http(s) alone.

4. Put its texts into `locale/topics.toml`: `"topics.lead" = { en = "...", zh = "..." }`.
   A key that lacks a language, or other placeholders per language, fails.

Scripts and styles of a section go into `assets/` and `export.ASSETS`. A page with
`searched=True` goes into the search index; one with `searches=True` may run its script.
"""

from __future__ import annotations

from armillary.publications.site.core import Headline, Page, Rendered, Site, slug
from armillary.publications.site.export import SiteSummary, export_site

__all__ = ["Headline", "Page", "Rendered", "Site", "SiteSummary", "export_site", "slug"]
