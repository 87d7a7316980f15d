"""Checks a written site: every link leads somewhere, and nothing loads from elsewhere."""

from __future__ import annotations

import posixpath
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from lxml import etree

from armillary.errors import PublicationError, raise_all

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from armillary.errors import ArmillaryError

# Whatever a browser follows or loads; links marked as external are citations if they are http(s).
_LOADED = etree.XPath(
    "//@href | //@src | //@srcset | //@action | //@data | //@poster | //@*[name() = 'xlink:href']",
    smart_strings=False,  # a smart one would keep its page in memory
)
_CITED = etree.XPath(
    "//a[contains(concat(' ', normalize-space(@rel), ' '), ' external ')]/@href",
    smart_strings=False,
)
_FIX = "mend the template or the page module, then build again"


class Links:
    """Every link of a site, met page by page and checked when all pages are known."""

    def __init__(self) -> None:
        self._wanted: dict[str, str] = {}
        self._faults: list[ArmillaryError] = []

    def meet(self, path: str, text: str) -> None:
        """Note the links of one page.

        Args:
            path: Path of the page below the site.
            text: Its HTML.
        """
        folder = posixpath.dirname(path)
        for address in _addresses(text):
            target = _target(folder, address)
            if target is None:
                self._faults.append(
                    PublicationError(f"{address!r} loads from elsewhere.", where=path, fix=_FIX)
                )
            elif target:
                self._wanted.setdefault(target, path)

    def check(self, known: Collection[str]) -> None:
        """Refuse a site with a broken link.

        Args:
            known: Paths of all files of the site.

        Raises:
            ArmillaryError: All faults at once.
        """
        broken = [
            PublicationError(f"No file {target!r}, but a page links to it.", where=page, fix=_FIX)
            for target, page in self._wanted.items()
            if target not in known
        ]
        raise_all([*self._faults, *broken])


def check_links(out: Path) -> None:
    """Check every HTML file of a folder.

    Args:
        out: Folder of a site.

    Raises:
        ArmillaryError: A link is broken, or a page loads something from elsewhere.
    """
    links = Links()
    known = {file.relative_to(out).as_posix() for file in out.rglob("*") if file.is_file()}
    for path in sorted(name for name in known if name.endswith(".html")):
        links.meet(path, (out / path).read_text(encoding="utf-8"))
    links.check(known)


@lru_cache(maxsize=65_536)
def _target(folder: str, address: str) -> str | None:
    """Return the file an address leads to; empty within a page, None outside the site."""
    at = urlsplit(address)
    if at.scheme == "data" and at.path.startswith("image/"):
        return ""
    if at.scheme or at.netloc:
        return None
    return posixpath.normpath(posixpath.join(folder, unquote(at.path))) if at.path else ""


def _addresses(text: str) -> Iterable[str]:
    """Give each address once that is loaded or followed, all but plain citations."""
    root = etree.fromstring(text.encode(), etree.HTMLParser(encoding="utf-8"))
    every = set(_LOADED(root))
    cited = {one for one in every if one.startswith(("https://", "http://"))}
    if cited:
        loaded = [one for one in _LOADED(root) if one in cited]
        links = _CITED(root)
        cited = {one for one in cited if loaded.count(one) == links.count(one)}
    return every - cited
