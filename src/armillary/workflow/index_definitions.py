"""Finds an index by what a user types: an observatory, a COINr pair, a workbook, a wide table."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pyarrow as pa

from armillary.errors import DefinitionError, did_you_mean, listed, raise_all
from armillary.model.columns import schema
from armillary.model.feasibility import impossible
from armillary.model.indicators import Framework
from armillary.model.observatory import Text
from armillary.model.progress import Progress, silent
from armillary.model.recipe import IndexRecipe
from armillary.sources.snapshot import checksum

if TYPE_CHECKING:
    from armillary.sources.indexes import IndexData

_SAID = re.compile(r"(?P<path>.+?)(?:#(?P<index>[^#@]+))?(?:@(?P<year>[0-9]{4}))?")
_KINDS = (
    "give a folder with observatory.toml, with iData.csv and iMeta.csv, or with framework.csv, "
    "recipe.toml and data.csv; or a COIN Tool workbook"
)
_DIGITS = 16


class IndexSource(msgspec.Struct, frozen=True, kw_only=True):
    """One index with everything it is computed from.

    Args:
        id: Short name.
        title: Name for readers.
        framework: The tree.
        recipe: Every choice of method.
        observations: Table `observation` of its sources.
        groups: Columns of the table of units: label by unit, by column.
        names: Name of each unit.
        licence: Of the data.
        files: Files read, each with its checksum.
        notes: What a reader should know.
    """

    id: str
    title: Text
    framework: Framework
    recipe: IndexRecipe
    observations: pa.Table
    groups: dict[str, dict[str, str]] = {}
    names: dict[str, Text] = {}
    licence: str = ""
    files: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def find_index(said: str, *, index: str | None = None, progress: Progress = silent) -> IndexSource:
    """Find and read the index a user names.

    Args:
        said: A folder or a file; `#NAME` names the index of an observatory, `@YEAR` the
            edition, whatever the recipe says.
        index: Index of an observatory, where `said` does not name it.
        progress: Told after each file.

    Raises:
        ArmillaryError: There is no such index, or everything that is wrong with its files.
    """
    path, named, year = Path(said), index, None
    matched = _SAID.fullmatch(said)
    if not path.exists() and matched is not None:
        path, named = Path(matched["path"]), matched["index"] or index
        year = int(matched["year"]) if matched["year"] else None
    if not path.exists():
        raise DefinitionError(f"{said} does not exist.", where=str(path), fix=_KINDS)
    folder = path if path.is_dir() else path.parent
    if (path.is_dir() and (path / "observatory.toml").exists()) or path.name == "observatory.toml":
        return _of_observatory(folder, index=named, year=year, progress=progress)
    if named is not None:
        raise DefinitionError(
            f"{path} is no observatory, so it has no index {named!r}.",
            where=said,
            fix=f"leave out #{named}, or give the folder that holds observatory.toml",
        )
    return _of_files(path, folder, year=year, progress=progress)


def _of_observatory(
    folder: Path, *, index: str | None, year: int | None, progress: Progress
) -> IndexSource:
    from armillary.model.codelists import codelist
    from armillary.sources.definition import read_observatory
    from armillary.sources.frameworks import read_framework, read_units
    from armillary.sources.recipes import read_recipe
    from armillary.workflow.read import read_source

    observatory = read_observatory(folder)
    known = list(observatory.indexes)
    if index is None and len(known) == 1:
        index = known[0]
    if index not in observatory.indexes:
        said = f"There is no index {index!r}." if index else "The index is not named."
        otherwise = f"add #NAME; indexes are {listed(known) or 'none'}"
        raise DefinitionError(
            said,
            where=str(folder / "observatory.toml"),
            fix=did_you_mean(index, known, otherwise=otherwise) if index else otherwise,
        )
    definition = observatory.indexes[index]
    framework = read_framework(definition.framework)
    recipe = read_recipe(definition.recipe, framework)
    parts, files, licences = [schema("observation").empty_table()], [], []
    notes: list[str] = []
    for done, name in enumerate(definition.sources):
        source = observatory.sources[name]
        progress(f"reading {name}", done, len(definition.sources))
        result = read_source(source, observatory=observatory, progress=silent)
        parts.append(result.tables["observation"].select(schema("observation").names))
        files += list(source.files)
        licences += [source.licence] if source.licence else []
        notes += [f"{name}: {note}" for note in result.notes]
    files += [
        file
        for file in (definition.framework, definition.recipe, definition.units)
        if file is not None
    ]
    return IndexSource(
        id=definition.id,
        title=definition.title,
        framework=framework,
        recipe=_edition(recipe, framework, year),
        observations=pa.concat_tables(parts),
        groups=read_units(definition.units) if definition.units else {},
        names={one.code: Text(one.name_en, one.name_zh) for one in codelist("CL_AREA")},
        licence="; ".join(dict.fromkeys([*filter(None, [observatory.licence]), *licences])),
        files=tuple(_checked(file) for file in dict.fromkeys(files)),
        notes=tuple(notes),
    )


def _of_files(path: Path, folder: Path, *, year: int | None, progress: Progress) -> IndexSource:
    from armillary.sources.frameworks import read_framework, read_units
    from armillary.sources.indexes import is_coin_tool, read_coin_tool, read_coinr, read_wide
    from armillary.sources.recipes import read_recipe

    data, recipe_file = _data_file(path), folder / "recipe.toml"
    meta, framework_file = folder / "iMeta.csv", folder / "framework.csv"
    period = year if year is not None else _stated_period(recipe_file)
    progress(f"reading {data.name}", 0, 1)
    read: IndexData
    files = [data]
    if data.name.startswith("iData"):
        read = read_coinr(data, meta=meta, period=period)
        files.append(meta)
    elif is_coin_tool(data):
        read = read_coin_tool(data, period=period)
    elif framework_file.exists() and recipe_file.exists():
        read = read_wide(data, read_framework(framework_file), period=period)
        files.append(framework_file)
    else:
        raise DefinitionError(
            f"{data.name} is no COIN Tool workbook, and no framework.csv and recipe.toml stand "
            "beside it.",
            where=str(folder),
            fix=_KINDS,
        )
    framework, notes = read.framework, list(read.notes)
    recipe = IndexRecipe(period="latest", max_age_years=0)
    if recipe_file.exists():
        recipe = read_recipe(recipe_file, framework)
        files.append(recipe_file)
    else:
        notes.append(
            "No recipe.toml beside the data: minmax, arithmetic means, nothing imputed or treated."
        )
    units = folder / "units.csv"
    groups = read.groups
    if units.exists():
        groups = groups | read_units(units)
        files.append(units)
    root = framework.root
    return IndexSource(
        id=root.code,
        title=Text(root.name_en, root.name_zh),
        framework=framework,
        recipe=_edition(recipe, framework, year),
        observations=read.observations,
        groups=groups,
        names={unit: Text(name) for unit, name in read.names.items()},
        files=tuple(_checked(file) for file in files),
        notes=tuple(notes),
    )


def _data_file(path: Path) -> Path:
    if path.is_file():
        return path
    names = ("iData.csv", "data.csv", "data.xlsx")
    found = [path / name for name in names if (path / name).exists()]
    if len(found) != 1:
        said = "holds no data of an index" if not found else f"holds {listed(found)}"
        raise DefinitionError(
            f"{path} {said}.",
            where=str(path),
            fix=_KINDS if not found else "name one of these files",
        )
    return found[0]


def _stated_period(recipe_file: Path) -> int | None:
    """Return the year a recipe names, before it is read as a whole."""
    from armillary.sources.toml import read_toml

    said: Any = read_toml(recipe_file).data.get("period") if recipe_file.exists() else None
    return said if isinstance(said, int) else None


def _edition(recipe: IndexRecipe, framework: Framework, year: int | None) -> IndexRecipe:
    if year is None:
        return recipe
    changed = msgspec.structs.replace(recipe, period=year)
    raise_all(impossible(changed, framework, where=f"@{year}"))
    return changed


def _checked(file: Path) -> str:
    return f"{file.name} (SHA-256 {checksum(file)[:_DIGITS]}…)"
