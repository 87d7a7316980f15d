"""Methods: how to read the numbers, what each analysis does, and where it ends."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from armillary.publications.site.core import Page, Site
from armillary.publications.site.index_facts import board, home, spelled
from armillary.publications.site.pages.sources import step_path, step_title

if TYPE_CHECKING:
    from collections.abc import Iterable

    from armillary.publications.site.words import Words

# What a method rests on: section it belongs to, work, address.
REFERENCES = (
    (
        "indexes",
        "OECD/JRC (2008). Handbook on Constructing Composite Indicators: Methodology and User "
        "Guide.",
        "https://doi.org/10.1787/9789264043466-en",
    ),
    (
        "indexes",
        "Saisana, M., Saltelli, A. & Tarantola, S. (2005). Uncertainty and sensitivity analysis "
        "techniques as tools for the quality assessment of composite indicators. Journal of the "
        "Royal Statistical Society A 168(2).",
        "https://doi.org/10.1111/j.1467-985X.2005.00350.x",
    ),
    (
        "statistics",
        "OECD (2015). Frascati Manual 2015: Guidelines for Collecting and Reporting Data on "
        "Research and Experimental Development.",
        "https://doi.org/10.1787/9789264239012-en",
    ),
    (
        "topics",
        "Waltman, L. & van Eck, N. J. (2012). A new methodology for constructing a "
        "publication-level classification system of science. JASIST 63(12).",
        "https://doi.org/10.1002/asi.22748",
    ),
    (
        "topics",
        "Traag, V. A., Waltman, L. & van Eck, N. J. (2019). From Louvain to Leiden: guaranteeing "
        "well-connected communities. Scientific Reports 9.",
        "https://doi.org/10.1038/s41598-019-41695-z",
    ),
)


def pages(site: Site) -> Iterable[Page]:
    """Give the page on methods."""
    yield Page(
        path="methods/index.html",
        title="section.methods",
        template="methods.html",
        context=lambda words: _context(site, words),
        section="methods",
        entry=True,
    )


def sections(site: Site) -> list[str]:
    """Return the kinds of analysis the observatory defines."""
    held = site.observatory
    kinds: dict[str, Any] = {
        "indexes": held.indexes,
        "statistics": held.statistics,
        "topics": held.topics,
        "policies": held.policies,
    }
    return [kind for kind, defined in kinds.items() if defined]


def _context(site: Site, words: Words) -> dict[str, Any]:
    kinds = sections(site)
    return {
        "kinds": kinds,
        "statuses": sorted(site.rows("code", codelist="CL_OBS_STATUS"), key=lambda c: c["code"]),
        "references": [(work, at) for kind, work, at in REFERENCES if kind in kinds],
        "steps": _steps(site),
        "made_by": [
            {
                "title": index.title,
                "path": home(index.id),
                "spelled": spelled(site, board(site, index.id), words=words),
            }
            for index in site.observatory.indexes.values()
        ],
    }


def _steps(site: Site) -> list[dict[str, Any]]:
    """Return every step of the lineage with what it was asked and what it wrote."""
    found: dict[str, dict[str, Any]] = {}
    for (table, part), row in site.lineage.items():
        step = found.setdefault(
            part,
            {
                "part": part,
                "title": step_title(site, part),
                "path": step_path(site, part),
                "inputs": row["inputs"],
                "parameters": _pretty(row["parameters"]),
                "wrote": [],
            },
        )
        step["wrote"].append((table, row["rows"], row["sha256"]))
    return list(found.values())


def _pretty(text: str) -> str:
    try:
        held = json.loads(text)
    except ValueError:
        return text
    return json.dumps(held, ensure_ascii=False, indent=2) if held else ""
