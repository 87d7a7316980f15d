"""Checks a written site: every link leads somewhere, and nothing loads from elsewhere."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from lxml import html

from armillary.errors import PublicationError, raise_all

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from armillary.errors import ArmillaryError

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
        for _, name, address in _addresses(text):
            at = urlsplit(address)
            if at.scheme == "data" and name == "src":
                continue
            if at.scheme or at.netloc:
                self._faults.append(
                    PublicationError(f"{address!r} loads from elsewhere.", where=path, fix=_FIX)
                )
            elif at.path:
                target = posixpath.normpath(
                    posixpath.join(posixpath.dirname(path), unquote(at.path))
                )
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


def _addresses(text: str) -> Iterable[tuple[str, str, str]]:
    """Give tag, attribute and address of all that is loaded, and of all but plain citations."""
    root = html.document_fromstring(text, parser=html.HTMLParser(encoding="utf-8"))
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        for name, value in element.attrib.items():
            if name not in {"href", "src", "srcset", "action", "data", "poster", "xlink:href"}:
                continue
            citation = element.tag == "a" and "external" in (element.get("rel") or "").split()
            if not (citation and str(value).startswith(("https://", "http://"))):
                yield element.tag, str(name), str(value)
