"""By which relation a map is made: the one asked for, or the best its references allow."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from armillary.analyses.topics.citation_relatedness import (
    HEAVIEST,
    bibliographic_coupling,
    cocitation,
    extended_direct_citation,
    heavy_references,
)
from armillary.analyses.topics.coverage import (
    COCITATION,
    COUPLING,
    EXTENDED,
    TEXT,
    allowed,
)
from armillary.analyses.topics.coverage import DIRECT_CITATION as DIRECT
from armillary.analyses.topics.relatedness import (
    numbered_relations,
    related_by_citation,
    text_likeness,
    together,
)
from armillary.errors import TopicError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from armillary.analyses.topics.words import Phrases, Tokens
    from armillary.model.literature import TopicRecipe
    from armillary.model.table import Table

COMBINED, AUTO = "combined", "auto"
_STRONGEST = 50  # relations kept of each work: as accurate as all, and a quarter of them


class Related(msgspec.Struct, frozen=True, kw_only=True):
    """The relations a map is made from.

    Args:
        relations: Columns as `relatedness.direct_citation` returns them.
        name: Relation, as a reader is told.
        lack: What a work that has no relation lacks.
    """

    relations: pa.Table
    name: str
    lack: str


def relate_works(
    works: Table,
    citations: Table,
    *,
    references: Table | None,
    ids: list[str],
    tokens: Tokens,
    found: list[Phrases],
    recipe: TopicRecipe,
    corpus: str,
    notes: list[str],
) -> Related:
    """Relate works as the recipe asks, or by citation and text where citations reach far enough.

    The gate is `coverage.allowed`: a citation relation is used where it relates at least
    `citation_share` of the works. Where the recipe leaves the choice, works are related by
    extended direct citation (by direct citation where the references are not known) and text
    together, else by text; where it asks for a relation by name, it is that or an error.
    Source: see `relatedness` and `citation_relatedness` for each relation.

    Args:
        works: Works on the map; column `work`.
        citations: Columns `citing`, `cited`; may be empty.
        references: Columns `citing`, `key`, `cited`; None where nobody named them.
        ids: Works on the map in order of `tokens`.
        tokens: Words of the works.
        found: Phrases by length.
        recipe: Every choice of method.
        corpus: Topic map, for errors.
        notes: What a reader must know is added here.

    Raises:
        TopicError: The relation asked for is not in the records, or reaches too few works; or
            the works have neither text in common nor citations.
    """
    asked = recipe.relatedness
    has_text = bool((tokens.word >= 0).any())
    if asked == TEXT:
        return _by_text(ids, tokens, found, recipe=recipe, notes=notes, why="as asked for")
    form = (EXTENDED if references is not None else DIRECT) if asked in {AUTO, COMBINED} else asked
    where = f"topics.{corpus}, relatedness = {asked!r}"
    rule = partial(allowed, form, n_works=len(ids), least=recipe.citation_share)
    if references is None and form in {EXTENDED, COUPLING}:
        unknown = rule(n_reached=0, n_with_references=0, what="hold cited references")
        unknown.require(where=where)
    cited = _by_citation(form, works, citations, references, ids=ids, notes=notes)
    n_cited = _n_related(cited)
    share = n_cited / len(ids)
    reach = f"{form} relates {n_cited:,} of {len(ids):,} works ({share:.0%})"
    n_listed = _n_listed(works, citations if references is None else references)
    gate = rule(n_reached=n_cited, n_with_references=n_listed)
    if asked != AUTO:
        gate.require(where=where)
    enough = gate.possible
    if not (enough or (n_cited and not has_text)):
        return _by_text(ids, tokens, found, recipe=recipe, notes=notes, why=reach)
    notes.append(
        f"Works are related by {form}: it relates {n_cited:,} of {len(ids):,} ({share:.0%})."
    )
    if asked not in {AUTO, COMBINED} or not has_text or recipe.text_share == 0:
        return Related(relations=cited, name=form, lack="are related to no other by citation")
    alike = text_likeness(ids, tokens, levels=found, neighbours=recipe.neighbours)
    notes.append(f"Their text counts for {recipe.text_share:.0%} of the relatedness.")
    return Related(
        relations=together(cited, alike, text_share=recipe.text_share),
        name=f"{form} and text",
        lack="are neither related to another by citation nor share a word with one",
    )


def _n_listed(works: Table, references: Table) -> int:
    """Count the works on the map that are known to cite anything."""
    citing = references.select(work="citing").distinct()
    return int(citing.semi_join(works.select("work"), "work").count().to_pyarrow().as_py())


def _by_text(
    ids: list[str],
    tokens: Tokens,
    found: list[Phrases],
    *,
    recipe: TopicRecipe,
    notes: list[str],
    why: str,
) -> Related:
    relations = text_likeness(ids, tokens, levels=found, neighbours=recipe.neighbours)
    if relations.num_rows == 0:
        raise TopicError(
            "The works have neither text in common nor citations among themselves.",
            where=f"topics.relatedness, {len(ids):,} works",
            fix="export the records again with abstracts, or with cited references.",
        )
    if why != "as asked for":
        why += f", fewer than {recipe.citation_share:.0%}"
    notes.append(f"Works are related by text: {why}.")
    return Related(relations=relations, name=TEXT, lack="share no word with another")


def _by_citation(
    form: str,
    works: Table,
    citations: Table,
    references: Table | None,
    *,
    ids: list[str],
    notes: list[str],
) -> pa.Table:
    """Relate the works on the map by one form of citation; later works count for nothing."""
    inside = works.select("work")
    linked = citations.select("citing", "cited")
    for end in ("citing", "cited"):
        linked = linked.semi_join(inside, [(end, "work")])
    if form == DIRECT:
        citing, cited = _numbered(linked, ("citing", "cited"), ids=ids)
        return related_by_citation(ids, citing=citing, cited=cited)
    if form == COCITATION:
        return _relations(cocitation(linked, neighbours=_STRONGEST), ids)
    if references is None:
        raise ValueError(f"{form} needs references")
    listed = references.select("citing", "key", "cited").semi_join(inside, [("citing", "work")])
    heavy = heavy_references(listed)
    if heavy.n_references:
        notes.append(
            f"{heavy.n_references:,} references that more than {HEAVIEST:,} works cite relate "
            f"none of them ({heavy.n_citations / max(heavy.n_all, 1):.1%} of all references)."
        )
    if form == COUPLING:
        return _relations(bibliographic_coupling(listed, neighbours=_STRONGEST), ids)
    # A work left off the map can still be what two works on it both cite.
    on_map = inside.select(on_map="work")
    joined = listed.left_join(on_map, listed.cited == on_map.on_map)
    listed = joined.select("citing", "key", cited=joined.on_map)
    return _relations(extended_direct_citation(listed, neighbours=_STRONGEST), ids)


def _relations(found: Table, ids: list[str]) -> pa.Table:
    """Collect relations, works by number."""
    rows, columns, weight = _numbered(found, ("work", "neighbour", "weight"), ids=ids)
    return numbered_relations(ids, rows=rows, columns=columns, weight=weight)


def _numbered(found: Table, names: tuple[str, ...], *, ids: list[str]) -> list[NDArray[Any]]:
    """Collect columns, work ids as their number among the works; floats stay."""
    works = pa.array(ids, type=pa.string())
    table = found.select(*names).to_pyarrow()
    columns: list[NDArray[Any]] = []
    for name in names:
        column = table[name]
        if not pa.types.is_floating(column.type):
            column = pc.index_in(column.cast(pa.string()), works)  # all at once: one look-up table
        columns.append(column.to_numpy())
        table = table.drop_columns([name])  # of texts no more is held than needed
    return columns


def _n_related(relations: pa.Table) -> int:
    """Count the works that have a relation."""
    return len(pc.unique(relations["work"].combine_chunks().indices))
