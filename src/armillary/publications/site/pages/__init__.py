"""The pages of the site, one module per section, in the order of the navigation.

A module has `pages(site) -> Iterable[Page]` and may have `headlines(site)`, what the home
page says of its results. A section the observatory does not define gives no page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from armillary.publications.site.pages import (
    home,
    indexes,
    methods,
    policies,
    sources,
    statistics,
    topics,
)

if TYPE_CHECKING:
    from types import ModuleType

REGISTRY: tuple[ModuleType, ...] = (
    home,
    indexes,
    statistics,
    topics,
    policies,
    sources,
    methods,
)
