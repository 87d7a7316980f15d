"""The pages of the site, one module per section, in the order of the navigation.

A module has `pages(site) -> Iterable[Page]` and may have `headlines(site)`, what the home
page says of its results. A section the observatory does not define gives no page.
"""

from __future__ import annotations

from types import ModuleType

from armillary.publications.site.pages import home, policies, sources, statistics, topics

REGISTRY: tuple[ModuleType, ...] = (home, statistics, topics, policies, sources)
