"""Identifiers that say by themselves that two records are one work."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from armillary.sources.works import values
from armillary.sources.works.families import family_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pyarrow as pa

    from armillary.sources.works.merging.rules import MergeRules

# Ids that are recognised wherever they stand; a bare number may be anyone's row number, so
# one of PubMed counts only with its prefix.
_IDS = (
    ("wos", re.compile(r"^(WOS:[A-Z0-9]{6,})$", re.IGNORECASE)),
    ("scopus", re.compile(r"^(2-s2\.0-\d+)$", re.IGNORECASE)),
    ("openalex", re.compile(r"^(?:https?://openalex\.org/)?(W\d{5,})$", re.IGNORECASE)),
    ("pmid", re.compile(r"^(?:PMID|MEDLINE|pubmed)[:\s-]*(\d{1,9})$", re.IGNORECASE)),
    ("lens", re.compile(r"^(\d{3}-\d{3}-\d{3}-\d{3}-\d{2}[\dX])$", re.IGNORECASE)),
    ("dimensions", re.compile(r"^(pub\.\d+)$", re.IGNORECASE)),
    ("arxiv", re.compile(r"^arxiv:\s*(\d{4}\.\d{4,5}|[a-z.-]+/\d{7})(?:v\d+)?$", re.IGNORECASE)),
)


def doi_of(text: str | None) -> str | None:
    """Return a DOI as it is compared: what addresses write as %3c is a plain character.

    Examples:
        >>> doi_of("10.1002/(sici)1099%3C203::aid%3E3.0.co;2-c")
        '10.1002/(sici)1099<203::aid>3.0.co;2-c'
    """
    return values.doi(unquote(text)) if text else None


def same_doi(left: str, right: str) -> bool:
    """Tell whether two DOIs are one, or one that a journal took along to another publisher.

    Examples:
        >>> same_doi("10.1559/152304091783786781", "10.1080/152304091783786781")
        True
        >>> same_doi("10.1000/1", "10.1001/1")
        False
    """
    suffixes = {doi.partition("/")[2] for doi in (left, right)}
    return left == right or (len(suffixes) == 1 and len(min(suffixes)) >= 10)


def doi_keys(works: pa.Table) -> Iterator[tuple[int, str]]:
    """Give the DOI of each record: row and key."""
    for row, text in enumerate(works["doi"].to_pylist()):
        if found := doi_of(text):
            yield row, f"doi:{found}"


def database_keys(works: pa.Table) -> Iterator[tuple[int, str]]:
    """Give the ids of databases each record names, its own and those under `cited_as`."""
    natives = works["native_id"].to_pylist()
    others = works["cited_as"].to_pylist()
    for row, (native, also) in enumerate(zip(natives, others, strict=True)):
        for text in (native, *(also or ())):
            for name, pattern in _IDS:
                if found := pattern.match(text or ""):
                    yield row, f"{name}:{found.group(1).lower()}"
                    break


IDENTIFIERS: tuple[tuple[str, Callable[[pa.Table], Iterator[tuple[int, str]]]], ...] = (
    ("doi", doi_keys),
    ("id", database_keys),
    ("family", family_keys),
)


def kind_of_doi(doi: str, rules: MergeRules) -> str:
    """Say who gave a DOI; a work may have one of each kind.

    Args:
        doi: In lower case without a prefix.
        rules: How DOIs of each kind begin.

    Examples:
        >>> from armillary.sources.works.merging.rules import MergeRules
        >>> kind_of_doi("10.48550/arxiv.1", MergeRules()), kind_of_doi("10.1000/1", MergeRules())
        ('preprint', 'publisher')
    """
    if doi.startswith(rules.preprints):
        return "preprint"
    if doi.startswith(rules.repositories):
        return "repository"
    return "archive" if doi.startswith(rules.archives) else "publisher"
