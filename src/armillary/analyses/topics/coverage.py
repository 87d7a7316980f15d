"""Which methods a corpus allows: the one rule for whether its citations suffice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis
import msgspec
from ibis import _

from armillary.errors import TopicError

if TYPE_CHECKING:
    from armillary.model.table import Table

DIRECT_CITATION = "direct citation"
EXTENDED = "extended direct citation"
COUPLING = "bibliographic coupling"
COCITATION = "co-citation"
MAIN_PATH = "main path"
TEXT = "text"
ALL_METHODS = (DIRECT_CITATION, EXTENDED, COUPLING, COCITATION, MAIN_PATH, TEXT)

_BY_TEXT = 'or relate the works by text (relatedness = "text")'
_EXPORT = (
    "export the records again with cited references: Web of Science as tagged text, full record "
    "and cited references; Scopus as CSV with 'References' ticked; OpenAlex with "
    f"referenced_works; {_BY_TEXT}"
)
_WIDER = (
    "fetch a wider corpus, so that the works cited are in it, or relate the works by "
    'bibliographic coupling or by text (relatedness = "text")'
)
_ALIKE = f"fetch a wider corpus, so that more works cite the same, {_BY_TEXT}"
_BY_LISTS = (COUPLING, EXTENDED)


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

    def require(self, *, where: str) -> None:
        """Refuse the method where it is not possible.

        Args:
            where: Who asks, for the error.

        Raises:
            TopicError: Says how many works lack what it needs, and what to export.
        """
        if not self.possible:
            raise TopicError(
                f"The works do not allow {self.name}: {self.said}", where=where, fix=self.fix
            )


def allowed(
    method: str,
    *,
    n_reached: int,
    n_works: int,
    least: float,
    n_with_references: int,
    what: str = "are related by it",
) -> Method:
    """Say whether a method by citations is possible: it must reach enough of the works.

    No method of its own: a rule of our own, one for every method, with a threshold the user can
    change.

    Args:
        method: One of `ALL_METHODS`.
        n_reached: Works the method relates; before that is worked out, those that hold what it
            needs, which are as many or more.
        n_works: All works.
        least: Share of works it must reach, and one at least.
        n_with_references: Works with cited references; decides what is to be exported.
        what: What is true of the works reached.
    """
    share = n_reached / n_works if n_works else 0.0
    possible = n_reached > 0 and share >= least
    listed = n_with_references > 0 and n_with_references >= least * n_works
    lack = _ALIKE if method in _BY_LISTS else _WIDER
    said = f"{n_reached:,} of {n_works:,} works ({share:.0%}) {what}; {least:.0%} are needed."
    fix = "" if possible else lack if listed else _EXPORT
    return Method(name=method, possible=possible, said=said, fix=fix)


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """How far a corpus carries methods that need references or text.

    Args:
        n_works: Works of the corpus.
        n_with_references: Works with at least one cited reference.
        n_references: Cited references of all works.
        n_citations: References matched to another work of the corpus.
        n_linked: Works that cite, or are cited by, another work of the corpus.
        n_cited: Works that another work of the corpus cites.
        n_extended: Works with references, or cited by another work of the corpus.
        n_with_text: Works with a title or an abstract.
        least: Share of works a method needs.
        methods: Each method, possible or not.
    """

    n_works: int
    n_with_references: int
    n_references: int
    n_citations: int
    n_linked: int
    n_cited: int
    n_extended: int
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
        next(one for one in self.methods if one.name == method).require(where=where)


def citation_coverage(works: Table, citations: Table, *, least: float = 0.6) -> Coverage:
    """Say which methods a corpus allows, from what its works cite and what of it is inside.

    Direct citation and main paths need works that cite each other within the corpus, co-citation
    works that are cited within it; bibliographic coupling needs reference lists, wherever the
    cited works are. Each needs at least the share `least` of the works. What a map finds
    related in the end may be less, for lists that share nothing relate nothing.

    No method of its own: see `allowed` (60 % by experience with maps of works, unverified).

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
    cited = linked.select(work="cited").distinct()
    ends = linked.select(work="citing").union(cited).distinct()
    listing = works.filter(_.references.length() > 0).select("work")
    (row,) = _rows(counted)
    held = {name: int(value or 0) for name, value in row.items()}
    n_citations = int(linked.count().to_pyarrow().as_py())
    kinds = {"linked": ends, "cited": cited, "extended": listing.union(ends).distinct()}
    each = ibis.union(*(t.select("work", kind=ibis.literal(kind)) for kind, t in kinds.items()))
    n_ends = {row["kind"]: row["n"] for row in _rows(each.group_by("kind").agg(n=_.count()))}
    coverage = Coverage(
        n_works=held["n_works"],
        n_with_references=held["n_with_references"],
        n_references=held["n_references"],
        n_citations=n_citations,
        n_linked=int(n_ends.get("linked", 0)),
        n_cited=int(n_ends.get("cited", 0)),
        n_extended=int(n_ends.get("extended", 0)),
        n_with_text=held["n_with_text"],
        least=least,
    )
    return msgspec.structs.replace(coverage, methods=_methods(coverage))


def _rows(table: Table) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = table.to_pyarrow().to_pylist()
    return found


def _methods(held: Coverage) -> tuple[Method, ...]:
    inside = "cite or are cited within the corpus"
    needs = {
        DIRECT_CITATION: (held.n_linked, inside),
        EXTENDED: (held.n_extended, "hold cited references or are cited within the corpus"),
        COUPLING: (held.n_with_references, "hold cited references"),
        COCITATION: (held.n_cited, "are cited within the corpus"),
        MAIN_PATH: (held.n_linked, inside),
    }
    texts = f"{held.n_with_text:,} of {held.n_works:,} works have a title or an abstract."
    return (
        *(
            allowed(
                name,
                n_reached=n,
                n_works=held.n_works,
                least=held.least,
                n_with_references=held.n_with_references,
                what=what,
            )
            for name, (n, what) in needs.items()
        ),
        Method(
            name=TEXT,
            possible=held.n_with_text > 0,
            said=texts,
            fix="" if held.n_with_text else "export the records again with titles and abstracts",
        ),
    )
