"""`datapackage.json`: what the files of a pack are, for Frictionless and other tools."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

from armillary import __version__
from armillary.model.columns import Column, columns_of
from armillary.publications.pack.cells import LIST_SEPARATOR

if TYPE_CHECKING:
    from pathlib import Path

    from armillary.evidence.store import Store
    from armillary.model.observatory import Observatory

_TYPES = {"text": "string", "int": "integer", "float": "number", "bool": "boolean"}


def csv_resource(table: str, file: Path) -> dict[str, Any]:
    """Describe a CSV file: fields with units and meanings, keys, size and checksum.

    Args:
        table: Table of `columns.csv`.
        file: The file written.
    """
    keys = [column for column in columns_of(table) if column.key]
    described: dict[str, Any] = {
        "fields": [_field(column) for column in columns_of(table)],
        "missingValues": [""],
    }
    if keys and all(key.required for key in keys):
        described["primaryKey"] = [key.column for key in keys]
    return {
        "name": table.replace("_", "-"),
        "path": file.name,
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"', "header": True},
        "schema": described,
        "bytes": file.stat().st_size,
        "hash": digest(file),
    }


def parquet_resource(table: str, file: Path) -> dict[str, Any]:
    """Describe the same table as Parquet: lists are lists, texts are as received."""
    return {
        "name": f"{table.replace('_', '-')}-parquet",
        "path": file.name,
        "type": "file",
        "profile": "data-resource",
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "bytes": file.stat().st_size,
        "hash": digest(file),
    }


def _field(column: Column) -> dict[str, Any]:
    joined = f" (joined by '{LIST_SEPARATOR}')" if column.type == "text list" else ""
    field: dict[str, Any] = {
        "name": column.column,
        "type": _TYPES.get(column.type, "string"),
        "description": column.meaning + joined,
    }
    if column.unit:
        field["unit"] = column.unit
    if column.reference:
        field["reference"] = column.reference
    # CSV writes an empty text and a missing one alike, so only numbers can be held to be there.
    if column.required and column.type in {"int", "float", "bool"}:
        field["constraints"] = {"required": True}
    if column.type == "bool":
        field |= {"trueValues": ["true"], "falseValues": ["false"]}
    return field


def digest(file: Path) -> str:
    """Return the SHA-256 of a file, as Frictionless writes it."""
    with file.open("rb") as content:
        return f"sha256:{hashlib.file_digest(content, 'sha256').hexdigest()}"


def write_descriptor(
    store: Store, observatory: Observatory, *, resources: list[dict[str, Any]], out: Path
) -> None:
    """Write `datapackage.json` with the sources, their licences and checksums.

    Args:
        store: The store.
        observatory: Its definition.
        resources: The files of the pack.
        out: Folder of the pack.
    """
    origins = store.rows(store.table("origin").order_by(["source", "file", "origin"]))
    title = observatory.title.in_language("en")
    described: dict[str, Any] = {
        "profile": "data-package",
        "name": re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "observatory",
        "title": title,
        "title_zh": observatory.title.in_language("zh"),
        "description": observatory.about.in_language("en") or title,
        "program": f"Armillary {__version__}",
    }
    if licence := re.sub(r"[^A-Za-z0-9._-]+", "-", observatory.licence).strip("-"):
        described["licenses"] = [{"name": licence, "title": observatory.licence}]
    if origins:
        described["sources"] = [_source(row) for row in origins]
    described["resources"] = resources
    (out / "datapackage.json").write_text(
        json.dumps(described, ensure_ascii=False, indent=2) + "\n", encoding="utf-8", newline="\n"
    )


def _source(row: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"title": row["title"], "source": row["source"]}
    address = row["address"]
    if address and re.fullmatch(r"https?://\S+", address):
        told["path"] = address
    for key in ("producer", "licence", "citation", "date_published", "vintage"):
        if row[key]:
            told[key] = row[key]
    return told | {"file": row["file"], "sha256": row["sha256"], "simulated": row["simulated"]}
