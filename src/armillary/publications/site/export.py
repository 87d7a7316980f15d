"""Writes the whole site into a folder: pages, assets and downloads, checked."""

from __future__ import annotations

import subprocess
from importlib.resources import files
from typing import TYPE_CHECKING

import msgspec

from armillary.errors import PublicationError
from armillary.model.progress import Progress, silent
from armillary.publications.site.core import Site
from armillary.publications.site.linkcheck import Links

if TYPE_CHECKING:
    from pathlib import Path

    from armillary.evidence.store import Store
    from armillary.model.observatory import Observatory
    from armillary.publications.changes import Changes

ASSETS = (
    "style.css",
    "site.js",
    "mark.svg",
    "sections.css",
    "indexes.css",
    "search.js",
    "compare.js",
    "weights.js",
    "map.js",
    "map.css",
    "topics.css",
)
_TOLD_EVERY = 25
# Pages of initiatives, whose ids hold a colon: reading the others too would take twice as long.
_SEARCHED = "*/policies/*/*_3a_*.html"


class SiteSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What was written.

    Args:
        n_pages: HTML pages, all languages and the page that offers them.
        bytes: Size of all files.
    """

    n_pages: int
    bytes: int


def export_site(
    store: Store,
    observatory: Observatory,
    *,
    out: Path,
    changes: Changes | None,
    cache: Path | None = None,
    progress: Progress = silent,
) -> SiteSummary:
    """Write every page in every language, with assets and downloads, and check all links.

    The folder needs no server: it may be opened from a disk.

    Args:
        store: The evidence.
        observatory: What the user defined.
        out: Folder to write; made where it is absent.
        changes: What changed since the last build; None where nobody compared.
        cache: Folder of rendered charts, so that a rebuild draws only new ones.
        progress: Hears how many pages are done.

    Returns:
        Pages and bytes written.

    Raises:
        ArmillaryError: A link is broken, or a page would load something from elsewhere.
    """
    site = Site(store, observatory, changes=changes, cache=cache)
    writer = _Writer(out)
    for name in ASSETS:
        writer.write(f"assets/{name}", asset(name))
    total = len(site.pages) * len(site.languages)
    done = 0
    for language in site.languages:
        for page in site.pages.values():
            made = site.render(page, language)
            writer.page(f"{language}/{page.path}", made.html)
            for path, content in made.files.items():
                writer.write(path, content if isinstance(content, bytes) else content.encode())
            done += 1
            if done % _TOLD_EVERY == 0 or done == total:
                progress("pages", done, total)
    writer.page("index.html", site.render_root())
    writer.links.check(writer.known)
    if any(page.searched for page in site.pages.values()):
        progress("search index", 0, 1)
        _index(out)
    return SiteSummary(n_pages=writer.n_pages, bytes=writer.bytes)


def _index(out: Path) -> None:
    """Index the pages that are searched, for a site without a server of its own."""
    from pagefind.service import get_executable

    command = [str(get_executable()), "--site", str(out), "--quiet", "--glob", _SEARCHED]
    made = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if made.returncode:
        raise PublicationError(
            f"The search index could not be written: {made.stderr.strip()[-300:]}",
            where="site/pagefind",
            fix="pip install --force-reinstall 'pagefind[extended]'",
        )


def asset(name: str) -> bytes:
    """Return one of the site's own files: style, script, icon."""
    return files("armillary.publications.site").joinpath("assets", name).read_bytes()


class _Writer:
    """Writes files below a folder and counts them."""

    def __init__(self, out: Path) -> None:
        self.known: set[str] = set()
        self.links = Links()
        self.n_pages = 0
        self.bytes = 0
        self._out = out
        self._folders: set[Path] = set()

    def page(self, path: str, html: str) -> None:
        self.n_pages += 1
        self.links.meet(path, html)
        self.write(path, html.encode())

    def write(self, path: str, content: bytes) -> None:
        target = self._out / path
        if target.parent not in self._folders:
            target.parent.mkdir(parents=True, exist_ok=True)
            self._folders.add(target.parent)
        target.write_bytes(content)
        self.known.add(path)
        self.bytes += len(content)
