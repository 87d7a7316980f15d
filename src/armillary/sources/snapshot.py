"""Files as received: never edited; the checksum is the identity."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

import msgspec

from armillary.errors import SourceError
from armillary.model.provenance import Origin

if TYPE_CHECKING:
    from pathlib import Path

    from armillary.model.observatory import (
        IndicatorSimulation,
        Simulation,
        SourceDefinition,
    )

_ID_DIGITS = 16


def unreadable(file: Path, error: OSError) -> SourceError:
    """Return the error that says why a file cannot be opened."""
    return SourceError(
        f"{file.name} cannot be read: {error.strerror}.",
        where=str(file),
        fix="check its path in observatory.toml, and its permissions",
    )


def checksum(file: Path) -> str:
    """Return the SHA-256 of a file's bytes as 64 hex digits.

    Raises:
        SourceError: The file is absent or may not be read.
    """
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise unreadable(file, error) from error


def origin_of(file: Path, *, definition: SourceDefinition, root: Path) -> Origin:
    """Describe one file of a source by its checksum and by what the user says of it.

    Args:
        file: The file as received.
        definition: The source that names it.
        root: Folder of the observatory; the path shown is relative to it.
    """
    digest = checksum(file)
    return Origin(
        origin=digest[:_ID_DIGITS],
        source=definition.id,
        file=os.path.relpath(file, root).replace(os.sep, "/"),
        title=definition.title.in_language("en"),
        sha256=digest,
        bytes=file.stat().st_size,
        producer=definition.producer,
        address=definition.address,
        licence=definition.licence,
        citation=definition.cite,
        date_published=definition.date_published,
        vintage=definition.vintage,
    )


def origin_of_simulation(
    simulation: Simulation | IndicatorSimulation, *, definition: SourceDefinition, root: Path
) -> Origin:
    """Describe simulated data by the checksum of their parameters and of the files these name.

    Args:
        simulation: What was simulated.
        definition: The source that asks for it.
        root: Folder of the observatory; paths shown are relative to it.
    """

    def named(file: Path) -> dict[str, str]:
        return {"file": os.path.relpath(file, root).replace(os.sep, "/"), "sha256": checksum(file)}

    if getattr(simulation, "units_file", None) is not None:  # the file says which units
        simulation = msgspec.structs.replace(simulation, units=())
    parameters = msgspec.json.encode(simulation, order="sorted", enc_hook=named)
    digest = hashlib.sha256(parameters).hexdigest()
    return Origin(
        origin=digest[:_ID_DIGITS],
        source=definition.id,
        file=f"simulator: {parameters.decode()}",
        title=definition.title.in_language("en"),
        sha256=digest,
        bytes=len(parameters),
        simulated=True,
        producer="Armillary's simulator",
        licence=definition.licence or "CC0-1.0",
        citation=definition.cite,
    )
