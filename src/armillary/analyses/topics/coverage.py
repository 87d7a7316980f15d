"""Which methods a corpus allows: how many of its works hold the references they need."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import msgspec
from ibis import _

from armillary.errors import TopicError

if TYPE_CHECKING:
    from armillary.model.table import Table

DIRECT_CITATION = "direct citation"
COUPLING = "bibliographic coupling"
COCITATION = "co-citation"
MAIN_PATH = "main path"
TEXT = "text"
ALL_METHODS = (DIRECT_CITATION, COUPLING, COCITATION, MAIN_PATH, TEXT)

_EXPORT = (
    "export the records again with cited references: Web of Science as tagged text, full record "
    "and cited references; Scopus as CSV with 'References' ticked; OpenAlex with "
    "referenced_works; or relate the works by text"
)
_WIDER = (
    "fetch a wider corpus, so that the works cited are in it, relate the works by "
    "bibliographic coupling, or by text"
)


class Method(msgspec.Struct, frozen=True, kw_only=True):
    """Whether one method is possible.

    Args:
        name: One of `ALL_METHODS`.
        possible: Whether the corpus holds enough for it.
        said: The numbers behind that, one sentence.
        fix: What to export instead; empty where it is possible.
    """

    name: str
    possible: bool
    said: str
    fix: str = ""


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """How far a corpus carries methods that need references or text.

    Args:
        n_works: Works of the corpus.
        n_with_references: Works with at least one cited reference.
        n_references: Cited references of all works.
        n_citations: References matched to another work of the corpus.
        n_linked: Works that cite, or are cited by, another work of the corpus.
        n_with_text: Works with a title or an abstract.
        least: Share of works a method needs.
        methods: Each method, possible or not.
    """

    n_works: int
    n_with_references: int
    n_references: int
    n_citations: int
    n_linked: int
    n_with_text: int
    least: float
    methods: tuple[Method, ...] = ()

    @property
    def linked_share(self) -> float:
        """Return the share of works that cite or are cited within the corpus."""
        return self.n_linked / self.n_works if self.n_works else 0.0

    @property
    def reference_share(self) -> float:
        """Return the share of works with cited references."""
        return self.n_with_references / self.n_works if self.n_works else 0.0

    def allows(self, method: str) -> bool:
        """Tell whether a method is possible."""
        return next(one.possible for one in self.methods if one.name == method)

    def require(self, method: str, *, where: str) -> None:
        """Refuse a method the corpus does not carry.

        Args:
            method: One of `ALL_METHODS`.
            where: Who asks, for the error.

        Raises:
            TopicError: The works hold too few references; says how many, and what to export.
        """
        one = next(one for one in self.methods if one.name == method)
        if not one.possible:
            raise TopicError(
                f"The works do not allow {method}: {one.said}", where=where, fix=one.fix
            )


def citation_coverage(works: Table, citations: Table, *, least: float = 0.6) -> Coverage:
    """Say which methods a corpus allows, from what its works cite and what of it is inside.

    Direct citation and main paths need works that cite each other within the corpus;
    bibliographic coupling and co-citation need reference lists, wherever the cited works are.
    Each needs at least the share `least` of the works.

    No method of its own: a rule of our own, one for every method, with a threshold the user can
    change (60 % by experience with maps of works, unverified).

    Args:
        works: Table `work`, the works that are to be mapped.
        citations: Table `citation`; ends outside `works` do not count.
        least: Share of works a method needs; 0 allows everything that has one link at all.
    """
    if "references" not in works.columns:  # a table made for a map alone
        works = works.mutate(references=ibis.null("array<string>"))
    text = (_.title.length().fill_null(0) + _.abstract.length().fill_null(0)) > 0
    counted = works.mutate(
        n_cited=_.references.length().fill_null(0).cast("int64"), n_text=text.cast("int64")
    ).agg(
        n_works=_.count(),
        n_with_references=(_.n_cited > 0).cast("int64").sum(),
        n_references=_.n_cited.sum(),
        n_with_text=_.n_text.sum(),
    )
    inside = works.select("work")
    linked = citations.filter(_.citing != _.cited).select("citing", "cited").distinct()
    for end in ("citing", "cited"):
        linked = linked.semi_join(inside, [(end, "work")])
    ends = linked.select(work="citing").union(linked.select(work="cited")).distinct()
    (row,) = counted.to_pyarrow().to_pylist()
    held = {name: int(value or 0) for name, value in row.items()}
    n_citations = int(linked.count().to_pyarrow().as_py())
    n_linked = int(ends.count().to_pyarrow().as_py())
    coverage = Coverage(
        n_works=held["n_works"],
        n_with_references=held["n_with_references"],
        n_references=held["n_references"],
        n_citations=n_citations,
        n_linked=n_linked,
        n_with_text=held["n_with_text"],
        least=least,
    )
    return msgspec.structs.replace(coverage, methods=_methods(coverage))


def _methods(held: Coverage) -> tuple[Method, ...]:
    linked = (
        f"{held.n_linked:,} of {held.n_works:,} works ({held.linked_share:.0%}) cite or are cited "
        f"within the corpus; {held.least:.0%} are needed."
    )
    listed = (
        f"{held.n_with_references:,} of {held.n_works:,} works ({held.reference_share:.0%}) hold "
        f"cited references; {held.least:.0%} are needed."
    )
    enough = held.n_with_references > 0 and held.reference_share >= held.least
    inside = held.n_linked > 0 and held.linked_share >= held.least
    texts = f"{held.n_with_text:,} of {held.n_works:,} works have a title or an abstract."
    lack = _WIDER if enough else _EXPORT
    return (
        *(
            Method(name=name, possible=inside, said=linked, fix="" if inside else lack)
            for name in (DIRECT_CITATION, MAIN_PATH)
        ),
        *(
            Method(name=name, possible=enough, said=listed, fix="" if enough else _EXPORT)
            for name in (COUPLING, COCITATION)
        ),
        Method(
            name=TEXT,
            possible=held.n_with_text > 0,
            said=texts,
            fix="" if held.n_with_text else "export the records again with titles and abstracts",
        ),
    )
