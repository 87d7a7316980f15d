"""The road of one observatory: its steps in order, each with what it reads."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Any

import msgspec
import pyarrow as pa

from armillary.model.columns import table_of
from armillary.workflow.lenses import lens_steps
from armillary.workflow.read import read_source
from armillary.workflow.step import Result, Step, Work
from armillary.workflow.topics import decisions_step, topic_steps

if TYPE_CHECKING:
    from pathlib import Path

    from armillary.evidence.store import Store
    from armillary.model.observatory import (
        IndexDefinition,
        Observatory,
        PoliciesDefinition,
        SourceDefinition,
        StatisticsDefinition,
    )
    from armillary.model.table import Table

_CODE = {
    "statistics": ("sources/statistics",),
    "works": ("sources/works",),
    "simulated": ("sources/works",),
    "simulated_indicators": ("sources/statistics", "sources/frameworks"),
    "policies": ("sources/policies",),
}


def steps(observatory: Observatory) -> list[Step]:
    """Return every step from sources to results, each after the steps it reads.

    Args:
        observatory: What the user defined.
    """
    road = [_codelists()]
    for source in observatory.sources.values():
        road.append(_source(source, observatory))
        if source.kind in {"works", "simulated"}:
            road.append(_references(source))
    road += [_statistic(one, observatory) for one in observatory.statistics.values()]
    for one in observatory.indexes.values():
        road += [_index(one, observatory), _audit(one, observatory)]
    road += decisions_step(observatory)
    for topics in observatory.topics.values():
        road += topic_steps(topics, observatory)
    for lens in observatory.lenses.values():
        road += lens_steps(lens, observatory)
    road += [_register(one, observatory) for one in observatory.policies.values()]
    if observatory.policies:
        road.append(_search(observatory.policies))
    return road


def _codelists() -> Step:
    def run(work: Work) -> Result:
        from armillary.model.codelists import code_rows

        return Result(tables={"code": code_rows()})

    return Step(name="codelists", says="Codelists", run=run)


def _source(definition: SourceDefinition, observatory: Observatory) -> Step:
    def run(work: Work) -> Result:
        return read_source(definition, observatory=observatory, progress=work.progress)

    drawn = definition.indicators
    simulated = (drawn.framework, drawn.units_file) if drawn is not None else ()
    beside = (definition.mapping, definition.areas, definition.codebook, *simulated)
    return Step(
        name=f"source:{definition.id}",
        says=f"Reading {definition.title.in_language('en')}",
        run=run,
        files=(*definition.files, *(file for file in beside if file is not None)),
        parameters=_plain(definition, observatory),
        code=(*_CODE[definition.kind], "sources/snapshot", "workflow/read"),
    )


def _references(definition: SourceDefinition) -> Step:
    """Citations inside a corpus and its completeness, over all files of the source."""

    def run(work: Work) -> Result:
        from armillary.sources.works.citations import reference_keys, resolve_citations
        from armillary.sources.works.completeness import completeness

        works = _of(work.store.table("work"), (definition.id,))
        tables = {}
        citations = _of(work.store.table("citation"), (definition.id,))
        if definition.kind == "works":  # the simulator knows its citations already
            tables["citation"] = work.store.arrow(resolve_citations(works))
            cited = work.store.lend("found_citation", tables["citation"])
            tables["reference"] = work.store.arrow(reference_keys(works, cited))
            citations = cited
        tables["completeness"] = work.store.arrow(completeness(works, citations))
        return Result(tables=tables)

    return Step(
        name=f"references:{definition.id}",
        says=f"References of {definition.title.in_language('en')}",
        run=run,
        after=(f"source:{definition.id}",),
        code=("sources/works",),
    )


def _index(definition: IndexDefinition, observatory: Observatory) -> Step:
    def run(work: Work) -> Result:
        from armillary.analyses.index import compute
        from armillary.sources.frameworks import read_framework, read_units
        from armillary.sources.recipes import read_recipe

        framework = read_framework(definition.framework)
        groups = read_units(definition.units) if definition.units else None
        tables = compute(
            _of(work.store.table("observation"), definition.sources),
            index=definition.id,
            framework=framework,
            recipe=read_recipe(definition.recipe, framework),
            groups=groups,
            progress=work.progress,
        )
        rows = [
            {"index": definition.id, "unit": unit, "grouping": grouping, "label": label}
            for grouping, labels in (groups or {}).items()
            for unit, label in labels.items()
        ]
        return Result(tables=tables | {"unit_group": table_of("unit_group", rows)})

    return Step(
        name=f"index:{definition.id}",
        says=definition.title.in_language("en"),
        run=run,
        files=_index_files(definition),
        after=_sources(definition.sources),
        parameters=_plain(definition, observatory),
        code=("analyses/index", "sources/frameworks", "sources/recipes"),
    )


def _audit(definition: IndexDefinition, observatory: Observatory) -> Step:
    def run(work: Work) -> Result:
        from armillary.analyses.index import audit, inputs_of, raw_values
        from armillary.sources.frameworks import read_framework, read_units
        from armillary.sources.recipes import read_recipe

        framework = read_framework(definition.framework)
        recipe = read_recipe(definition.recipe, framework)
        raw = raw_values(
            _of(work.store.table("observation"), definition.sources),
            framework=framework,
            recipe=recipe,
            where=f"index {definition.id}",
        )
        groups = read_units(definition.units) if definition.units else None
        tables, notes = audit(
            inputs_of(raw, framework, groups=groups),
            recipe,
            index=definition.id,
            progress=work.progress,
        )
        noted = [
            {"index": definition.id, "position": position, "note": note}
            for position, note in enumerate(notes, 1)
        ]
        return Result(tables=tables | {"audit_note": table_of("audit_note", noted)}, notes=notes)

    return Step(
        name=f"audit:{definition.id}",
        says=f"Audit of {definition.title.in_language('en')}",
        run=run,
        files=_index_files(definition),
        after=(*_sources(definition.sources), f"index:{definition.id}"),
        parameters=_plain(definition, observatory),
        code=("analyses/index", "sources/frameworks", "sources/recipes"),
    )


def _index_files(definition: IndexDefinition) -> tuple[Path, ...]:
    files = (definition.framework, definition.recipe, definition.units)
    return tuple(file for file in files if file is not None)


def _statistic(definition: StatisticsDefinition, observatory: Observatory) -> Step:
    def run(work: Work) -> Result:
        from armillary.analyses.statistics import additivity, area_additivity, structure

        asked = {
            "analysis": definition.id,
            "indicator": definition.indicator,
            "dimension": definition.dimension,
        }
        observations = _of(work.store.table("observation"), definition.sources)
        store = work.store
        found = [additivity(observations, **asked, relative_tolerance=definition.tolerance)]
        if provinces := _parts_of(definition.area, observations, store):
            found.append(
                area_additivity(
                    observations,
                    **asked,
                    whole=str(definition.area),
                    areas=provinces,
                    relative_tolerance=definition.tolerance,
                )
            )
        return Result(
            tables={
                "derived_observation": store.arrow(structure(observations, **asked)),
                "finding": pa.concat_tables([store.arrow(one) for one in found]),
            }
        )

    return Step(
        name=f"statistics:{definition.id}",
        says=definition.title.in_language("en"),
        run=run,
        after=_sources(definition.sources),
        parameters=_plain(definition, observatory),
        code=("analyses/statistics",),
    )


def _parts_of(area: str | None, observations: Table, store: Store) -> list[str]:
    """Return the areas of the data that lie directly within `area`, e.g. provinces of a nation."""
    codes = store.table("code")
    within = codes.filter((codes["codelist"] == "CL_AREA") & (codes["parent"] == (area or "")))
    held = observations.select("REF_AREA").distinct()
    return [
        row["REF_AREA"]
        for row in store.rows(held.order_by("REF_AREA"))
        if row["REF_AREA"] in {one["code"] for one in store.rows(within)}
    ]


_FACETS = ("theme", "instrument", "target_group", "tag")


def _register(definition: PoliciesDefinition, observatory: Observatory) -> Step:
    def run(work: Work) -> Result:
        import ibis

        from armillary.analyses.policy import by_facet_and_year, by_year

        initiatives = _of(work.store.table("initiative"), definition.sources)
        facets = _of(work.store.table("initiative_facet"), definition.sources)
        every = by_year(initiatives).mutate(code=ibis.literal("_T"), name_en=ibis.literal("All"))
        counted = {"all": every.mutate(name_zh=ibis.literal("全部"))}
        counted |= {one: by_facet_and_year(initiatives, facets, facet=one) for one in _FACETS}
        rows = [
            {"register": definition.id, "facet": facet, **row}
            for facet, table in counted.items()
            for row in work.store.rows(table)
        ]
        return Result(tables={"initiative_count": table_of("initiative_count", rows)})

    return Step(
        name=f"policies:{definition.id}",
        says=definition.title.in_language("en"),
        run=run,
        after=_sources(definition.sources),
        parameters=_plain(definition, observatory),
        code=("analyses/policy",),
    )


def _search(registers: dict[str, PoliciesDefinition]) -> Step:
    """The full-text index over all registers; one initiative may be shown by several."""
    shown: dict[str, list[str]] = {}
    for register in registers.values():
        for source in register.sources:
            shown.setdefault(source, []).append(register.id)

    def run(work: Work) -> Result:
        from armillary.evidence.search import build_search, documents

        found = documents(
            work.store.arrow(work.store.table("initiative")),
            work.store.arrow(work.store.table("initiative_facet")),
            registers=shown,
        )
        digest = hashlib.sha256(msgspec.json.encode(found)).hexdigest()
        path = work.scratch / f"search-{digest[:16]}.sqlite"
        build_search(path, found, progress=work.progress)
        return Result(artefacts={"search": path})

    return Step(
        name="search",
        says="Full-text search of policies",
        run=run,
        after=_sources(tuple(shown)),
        parameters={"registers": shown},
        code=("evidence/search", "evidence/search_text"),
    )


def _of(table: Table, sources: tuple[str, ...]) -> Table:
    return table.filter(table["source"].isin(list(sources)))


def _sources(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"source:{name}" for name in names)


def _plain(definition: Any, observatory: Observatory) -> dict[str, Any]:
    """Return what a definition asks for as JSON can hold it, paths relative to the observatory."""
    plain = msgspec.to_builtins(
        definition, enc_hook=lambda path: os.path.relpath(path, observatory.root)
    )
    return dict(plain)
