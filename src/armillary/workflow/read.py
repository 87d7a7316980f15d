"""The first part of the road: files as received become rows of the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from armillary.errors import ArmillaryError, DefinitionError, raise_all
from armillary.model.columns import columns_of, schema, table_of
from armillary.model.provenance import Origin, Reading, Rejection
from armillary.sources.snapshot import origin_of, origin_of_simulation
from armillary.workflow.step import Result

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from armillary.model.observatory import Observatory, SourceDefinition
    from armillary.model.progress import Progress

_ONE_ROW_EACH = ("work", "initiative")


def read_source(
    definition: SourceDefinition, *, observatory: Observatory, progress: Progress
) -> Result:
    """Read every file of one source.

    A record that two files of the source hold is kept once; the second is listed as rejected.

    Args:
        definition: The source.
        observatory: Whose folder the file names are shown relative to.
        progress: Told after each file.

    Raises:
        ArmillaryError: The problems of all files at once.
    """
    if definition.simulation is not None:
        from armillary.sources.works.simulator import simulate

        origin = origin_of_simulation(
            definition.simulation, definition=definition, root=observatory.root
        )
        reading = simulate(definition.simulation, source=definition.id, origin=origin)
        return _joined(definition.id, [(origin, reading)])
    if definition.indicators is not None:
        from armillary.sources.statistics.simulator import simulate_indicators

        origin = origin_of_simulation(
            definition.indicators, definition=definition, root=observatory.root
        )
        reading = simulate_indicators(definition.indicators, source=definition.id, origin=origin)
        return _joined(definition.id, [(origin, reading)])
    if definition.openalex is not None:
        from armillary.sources.works.openalex_definition import require_fetched

        require_fetched(definition)
    read = _reader(definition)
    readings: list[tuple[Origin, Reading]] = []
    problems: list[ArmillaryError] = []
    for done, file in enumerate(definition.files):
        progress(f"reading {file.name}", done, len(definition.files))
        try:
            origin = origin_of(file, definition=definition, root=observatory.root)
            readings.append((origin, read(file, origin)))
        except ArmillaryError as error:
            problems.append(error)
    problems += _repeated_files([origin for origin, _ in readings])
    raise_all(problems)
    return _joined(definition.id, readings)


def _reader(definition: SourceDefinition) -> Callable[[Path, Origin], Reading]:
    source = definition.id
    if definition.kind == "statistics":
        from armillary.sources.statistics import read_areas, read_mapping, read_statistics

        mapping = read_mapping(definition.mapping) if definition.mapping else None
        areas = read_areas(definition.areas) if definition.areas else None
        return lambda file, origin: read_statistics(
            file, source=source, origin=origin, mapping=mapping, areas=areas
        )
    if definition.kind == "works":
        from armillary.sources.works import read_works

        return lambda file, origin: read_works(
            file,
            source=source,
            origin=origin,
            companions=[other for other in definition.files if other != file],
        )
    from armillary.sources.policies import read_policies

    return lambda file, origin: read_policies(
        file,
        source=source,
        origin=origin,
        codebook=definition.codebook,
        companions=[other for other in definition.files if other != file],
    )


def _repeated_files(origins: Sequence[Origin]) -> list[ArmillaryError]:
    first: dict[str, Origin] = {}
    problems: list[ArmillaryError] = []
    for origin in origins:
        if earlier := first.get(origin.sha256):
            problems.append(
                DefinitionError(
                    f"{origin.file} and {earlier.file} hold the same bytes.",
                    where=f"source {origin.source!r}",
                    fix="remove one of the two files",
                )
            )
        first.setdefault(origin.sha256, origin)
    return problems


def _joined(source: str, readings: Sequence[tuple[Origin, Reading]]) -> Result:
    seen: dict[str, dict[str, str]] = {name: {} for name in _ONE_ROW_EACH}
    tables: dict[str, list[pa.Table]] = {}
    counts, refused, notes = [], [], []
    for origin, reading in readings:
        rejections = list(reading.rejections)
        n_kept = reading.n_kept
        held = dict(reading.tables)
        for name in _ONE_ROW_EACH:
            if name in held:
                held[name], again = _once(held[name], name, seen[name], origin.file)
                rejections += again
                n_kept -= len(again)
                held = _without(held, name, {r.text for r in again})
        for name, table in held.items():
            tables.setdefault(name, []).append(table)
        counts.append(
            {
                "source": source,
                "origin": origin.origin,
                "format": reading.format,
                "unit_read": reading.unit_read,
                "n_read": reading.n_read,
                "n_kept": n_kept,
                "n_empty": reading.n_empty,
                "n_rejected": len(rejections),
            }
        )
        refused += [
            {
                "source": source,
                "origin": origin.origin,
                "locator": rejection.locator,
                "text": rejection.text[:200],
                "reason": rejection.reason,
            }
            for rejection in rejections
        ]
        if rejections:
            notes.append(f"{origin.file}: {len(rejections):,} {reading.unit_read} rejected")
    origins = [msgspec.structs.asdict(origin) for origin, _ in readings]
    return Result(
        tables={
            **{name: pa.concat_tables(parts) for name, parts in tables.items()},
            "origin": table_of("origin", origins),
            "reading": table_of("reading", counts),
            "rejection": table_of("rejection", refused),
        },
        notes=tuple(notes),
    )


def _once(
    table: pa.Table, name: str, seen: dict[str, str], file: str
) -> tuple[pa.Table, list[Rejection]]:
    """Keep the rows whose id no earlier file of the source holds."""
    ids = table[name].to_pylist()
    if not seen.keys() & set(ids):
        seen.update(dict.fromkeys(ids, file))
        return table, []
    keep = [identifier not in seen for identifier in ids]
    locators = table["locator"].to_pylist()
    again = [
        Rejection(
            locator=locator,
            text=identifier,
            reason=f"the same record stands in {seen[identifier]}; it is kept once",
        )
        for identifier, locator, new in zip(ids, locators, keep, strict=True)
        if not new
    ]
    for identifier in ids:
        seen.setdefault(identifier, file)
    return table.filter(pa.array(keep)), again


def _without(held: dict[str, pa.Table], name: str, ids: set[str]) -> dict[str, pa.Table]:
    """Drop the rows of companion tables that belong to records kept from an earlier file."""
    if not ids:
        return held
    mask = pa.array(sorted(ids))
    kept = {}
    for table_name, table in held.items():
        keys = [c.column for c in columns_of(table_name) if c.key]
        if table_name != name and name in keys and name in schema(table_name).names:
            table = table.filter(pc.invert(pc.is_in(table[name], value_set=mask)))  # noqa: PLW2901
        kept[table_name] = table
    return kept
