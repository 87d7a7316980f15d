"""Reads any file of policies, told by its content."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from armillary.errors import ArmillaryError, SourceError, raise_all
from armillary.sources.policies import documents, register, stip
from armillary.sources.policies.codebook import read_codebook
from armillary.sources.policies.content import open_sheet

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from armillary.model.provenance import Origin, Reading
    from armillary.sources.policies.content import Sheet


def read_policies(
    file: Path,
    *,
    source: str,
    origin: Origin,
    codebook: Path | None = None,
    companions: Sequence[Path] = (),
    today: datetime.date | None = None,
) -> Reading:
    """Read a policy register, a STIP Compass export or a list of documents.

    Args:
        file: CSV (also gzipped) or workbook, as received.
        source: Source in observatory.toml.
        origin: The file.
        codebook: Workbook of codes of a STIP Compass export.
        companions: The other files of the source; document numbers are taken from them.
        today: Last day on which a listed document can have been issued; None is today.

    Returns:
        Tables `initiative` and `initiative_facet`. Rows that several instruments share, and
        document numbers joined into a list, are counted in `n_empty`.

    Raises:
        ArmillaryError: Every problem of the file, all at once.
    """
    sheet = open_sheet(file)
    if stip.is_export(sheet):
        codes = read_codebook(codebook) if codebook is not None else None
        return stip.read_export(sheet, source=source, origin=origin, codebook=codes)
    if documents.is_numbers(sheet):
        lists = [documents.addresses(s) for s in _opened(companions) if documents.is_list(s)]
        return documents.read_numbers(sheet, listed_addresses=lists)
    if documents.is_list(sheet):
        return documents.read_list(
            sheet,
            source=source,
            origin=origin,
            numbers=_numbers(companions),
            today=today or datetime.datetime.now(tz=datetime.UTC).date(),
        )
    return register.read_register(sheet, source=source, origin=origin)


def _opened(companions: Sequence[Path]) -> list[Sheet]:
    sheets = []
    for companion in companions:
        try:
            sheets.append(open_sheet(companion))
        except ArmillaryError:
            continue  # it is a file of the source itself, so its own reading tells what is wrong
    return sheets


def _numbers(companions: Sequence[Path]) -> dict[str, str]:
    found: dict[str, str] = {}
    problems: list[ArmillaryError] = []
    for sheet in _opened(companions):
        if not documents.is_numbers(sheet):
            continue
        for address, number in documents.document_numbers(sheet).items():
            if found.setdefault(address, number) != number:
                problems.append(
                    SourceError(
                        f"{address} has two document numbers: {found[address]} and {number}.",
                        where=sheet.file,
                        fix="keep the right one",
                    )
                )
    raise_all(problems)
    return found
