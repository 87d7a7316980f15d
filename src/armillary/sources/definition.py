"""observatory.toml and the files it names: read and held to what they may say."""

from __future__ import annotations

import glob
import re
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_args

import msgspec

from armillary.errors import (
    ArmillaryError,
    DefinitionError,
    ManyProblems,
    did_you_mean,
    raise_all,
)
from armillary.model.literature import TopicRecipe
from armillary.model.observatory import (
    LANGUAGES,
    IndexDefinition,
    IndicatorSimulation,
    LensDefinition,
    Observatory,
    PoliciesDefinition,
    Relatedness,
    ReportDefinition,
    Simulation,
    SourceDefinition,
    SourceKind,
    StatisticsDefinition,
    Text,
    TopicsDefinition,
)
from armillary.sources.frameworks import read_units
from armillary.sources.toml import Toml, read_toml, what_is_there

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_T = TypeVar("_T")

FILE = "observatory.toml"

_ID = re.compile(r"^[a-z][a-z0-9_-]*$")
_TOP = ("title", "languages", "about", "institute", "licence", "sources", "index", "statistics")
_TOP_KEYS = (*_TOP, "topics", "policies", "lenses", "report")
_READS: dict[str, SourceKind] = {
    "read": "statistics",
    "works": "works",
    "openalex": "works",
    "policies": "policies",
    "simulate": "simulated",
}
_TOPIC_NUMBERS = (
    "topics",
    "clusters",
    "areas",
    "hot",
    "growing",
    "recent_years",
    "last_year",
    "min_works",
    "seed",
    "resamplings",
)
_NAMED_FILES = ("framework", "units_file")
_DIMENSIONS = ("SECT_PERF", "SECT_FUND", "TYPE_RD")


def read_observatory(folder: Path) -> Observatory:
    """Read observatory.toml and check every definition in it.

    Args:
        folder: Folder that holds observatory.toml.

    Raises:
        ArmillaryError: Every problem of the file at once, each with its line and the mend.
    """
    file = folder / FILE
    if not file.is_file():
        raise DefinitionError(
            f"{folder} is not an observatory: it holds no {FILE}.",
            where=str(folder),
            fix="`armillary new DIR` makes one to edit, or name the folder that holds the file",
        )
    return _Reader(read_toml(file)).observatory()


class _Reader:
    """Walks one observatory.toml and gathers problems instead of stopping at the first."""

    def __init__(self, toml: Toml) -> None:
        self.toml = toml
        self.root = toml.path.parent.resolve()
        self.problems: list[ArmillaryError] = []

    def observatory(self) -> Observatory:
        data = self.toml.data
        self.problems += self.toml.unknown_keys(data, _TOP_KEYS)
        sources = self.each("sources", self.source)
        self.source_kinds = {name: source.kind for name, source in sources.items()}
        made = Observatory(
            root=self.root,
            title=self.text(data, "title", required=True),
            languages=self.languages(data),
            about=self.text(data, "about"),
            institute=self.text(data, "institute"),
            licence=self.string(data, "licence") or "",
            sources=sources,
            indexes=self.each("index", self.index),
            statistics=self.each("statistics", self.statistic),
            topics=self.each("topics", self.topic),
            policies=self.each("policies", self.register),
            lenses=self.each("lenses", self.lens),
            report=self.report(data),
        )
        raise_all(self.problems)
        return made

    # -- what stands in the file -------------------------------------------------------------

    def problem(self, text: str, *keys: str, fix: str) -> None:
        self.problems.append(DefinitionError(text, where=self.toml.where(*keys), fix=fix))

    def each(self, section: str, make: Callable[[str, dict[str, Any]], _T | None]) -> dict[str, _T]:
        tables = self.toml.data.get(section, {})
        if not isinstance(tables, dict):
            self.problem(f"{section!r} is not a table.", section, fix=f"write [{section}.NAME]")
            return {}
        made: dict[str, _T] = {}
        for name, table in tables.items():
            if not _ID.match(name):
                self.problem(
                    f"{name!r} cannot name a part of the observatory.",
                    section,
                    name,
                    fix="use lower-case letters, digits, - and _; it becomes part of addresses",
                )
            elif not isinstance(table, dict):
                self.problem(
                    f"{section}.{name} is not a table.",
                    section,
                    name,
                    fix=f"write [{section}.{name}] and its keys below",
                )
            elif (one := make(name, table)) is not None:
                made[name] = one
        return made

    def text(self, table: Mapping[str, Any], key: str, *keys: str, required: bool = False) -> Text:
        value = table.get(key)
        if value is None:
            if required:
                self.problem(
                    f"{key!r} is missing{' in [' + '.'.join(keys) + ']' if keys else ''}.",
                    *keys,
                    fix=f'add {key} = {{ en = "...", zh = "..." }}',
                )
            return Text()
        if isinstance(value, str) and value.strip():
            return Text(en=value.strip())
        known = isinstance(value, dict) and bool(value) and set(value) <= set(LANGUAGES)
        if known and all(isinstance(part, str) and part.strip() for part in value.values()):
            return Text(**{language: part.strip() for language, part in value.items()})
        self.problem(
            f"{key!r} is neither a text nor a text in English and Chinese.",
            *keys,
            key,
            fix=f'write {key} = "..." or {key} = {{ en = "...", zh = "..." }}',
        )
        return Text()

    def string(self, table: Mapping[str, Any], key: str, *keys: str) -> str | None:
        value = table.get(key)
        if value is None or isinstance(value, str):
            return value or None
        if key in {"published", "vintage"}:  # TOML reads 2024 and 2024-05-01 as number and date
            return str(value)
        self.problem(f"{key!r} is not a text: {value!r}.", *keys, key, fix="put it in quotes")
        return None

    def languages(self, data: Mapping[str, Any]) -> tuple[str, ...]:
        value = data.get("languages", list(LANGUAGES))
        good = isinstance(value, list) and value and set(map(str, value)) <= set(LANGUAGES)
        if not good or len(set(value)) != len(value):
            self.problem(
                f"'languages' is {value!r}.",
                "languages",
                fix='write languages = ["en", "zh"], the default language first',
            )
            return LANGUAGES
        return tuple(value)

    def file(self, table: Mapping[str, Any], key: str, *keys: str, required: bool) -> Path | None:
        name = self.string(table, key, *keys)
        if name is None:
            if required and key not in table:
                self.problem(
                    f"{key!r} is missing in [{'.'.join(keys)}].", *keys, fix=f'add {key} = "FILE"'
                )
            return None
        path = self.root / name
        if path.is_file():
            return path
        others = path.parent.iterdir() if path.parent.is_dir() else ()
        there = [other.name for other in others if other.is_file()]
        self.problem(
            f"{key} = {name!r}: there is no such file.",
            *keys,
            key,
            fix=did_you_mean(
                path.name, there, otherwise=f"put the file at {path}, or mend the path"
            ),
        )
        return None

    # -- sources -----------------------------------------------------------------------------

    def source(self, name: str, table: dict[str, Any]) -> SourceDefinition | None:
        at = ("sources", name)
        own = ("mapping", "areas", "codebook", "producer", "address", "licence", "cite")
        self.problems += self.toml.unknown_keys(
            table, (*_READS, "title", *own, "published", "vintage"), *at
        )
        said = [key for key in _READS if key in table]
        if len(said) != 1:
            self.problem(
                f"Source {name!r} says {' and '.join(said) or 'nothing'} of what to read.",
                *at,
                fix="give one of read (statistics), works, openalex, policies or simulate",
            )
            return None
        kind = _READS[said[0]]
        wanted = table.get("simulate")
        drawn = None
        if isinstance(wanted, dict) and "indicators" in wanted:
            kind, drawn = "simulated_indicators", self.indicators(wanted, *at)
        if said[0] == "openalex":
            return self.openalex(name, table)
        return SourceDefinition(
            id=name,
            kind=kind,
            title=self.text(table, "title", *at, required=True),
            files=() if said[0] == "simulate" else self.files(table, said[0], *at),
            simulation=self.simulation(table, *at) if kind == "simulated" else None,
            indicators=drawn,
            mapping=self.file(table, "mapping", *at, required=False),
            areas=self.file(table, "areas", *at, required=False),
            codebook=self.file(table, "codebook", *at, required=False),
            producer=self.string(table, "producer", *at),
            address=self.string(table, "address", *at),
            licence=self.string(table, "licence", *at),
            cite=self.string(table, "cite", *at),
            date_published=self.string(table, "published", *at),
            vintage=self.string(table, "vintage", *at),
        )

    def openalex(self, name: str, table: dict[str, Any]) -> SourceDefinition | None:
        from armillary.sources.works.openalex_definition import openalex_source, snapshot_files
        from armillary.sources.works.openalex_fetch import ADDRESS

        at = ("sources", name)
        where = self.toml.where(*at, "openalex")
        try:
            one = openalex_source(table["openalex"], root=self.root, source=name, where=where)
        except DefinitionError as error:
            self.problems.append(error)
            return None
        files = snapshot_files(one)
        return SourceDefinition(
            id=name,
            kind="works",
            title=self.text(table, "title", *at, required=True),
            files=files,
            openalex=one,
            producer=self.string(table, "producer", *at) or "OpenAlex",
            address=self.string(table, "address", *at) or ADDRESS,
            licence=self.string(table, "licence", *at) or "CC0-1.0",
            cite=self.string(table, "cite", *at),
            date_published=self.string(table, "published", *at),
            vintage=self.string(table, "vintage", *at) or (files[0].parent.name if files else None),
        )

    def files(self, table: Mapping[str, Any], key: str, *keys: str) -> tuple[Path, ...]:
        value = table[key]
        patterns = [value] if isinstance(value, str) else value
        if not (
            isinstance(patterns, list) and patterns and all(isinstance(p, str) for p in patterns)
        ):
            self.problem(
                f"{key!r} is neither a file nor a list of files: {value!r}.",
                *keys,
                key,
                fix=f'write {key} = "data/FILE" or a list; * stands for any name',
            )
            return ()
        found: dict[Path, None] = {}
        for pattern in patterns:
            matches = sorted(glob.glob(str(self.root / pattern)))  # noqa: PTH207 - the pattern may be absolute
            files = [Path(match).resolve() for match in matches if Path(match).is_file()]
            if key == "works":  # a folder stands for the parts of a bulk download in it
                inside = [sorted(Path(m).rglob("*.gz")) for m in matches if Path(m).is_dir()]
                files += [part.resolve() for parts in inside for part in parts]
            if not files:
                self.problem(
                    f"{key} = {pattern!r} finds no file.",
                    *keys,
                    key,
                    fix=what_is_there(self.root / pattern),
                )
            found.update(dict.fromkeys(files))
        return tuple(found)

    def simulation(self, table: Mapping[str, Any], *keys: str) -> Simulation | None:
        value = table["simulate"]
        if not isinstance(value, dict):
            self.problem(
                "'simulate' is not a table.",
                *keys,
                "simulate",
                fix='write simulate = { works = 6000 }, or { indicators = "indexes/FILE.csv", '
                "units = [...] }",
            )
            return None
        self.problems += self.toml.unknown_keys(value, Simulation.__struct_fields__, *keys)
        try:
            made = msgspec.convert(
                {k: v for k, v in value.items() if k in Simulation.__struct_fields__}, Simulation
            )
        except msgspec.ValidationError as error:
            self.problem(f"'simulate': {error}", *keys, "simulate", fix="mend that value")
            return None
        if made.works < 1 or made.topics < 1 or made.last_year <= made.first_year:
            self.problem(
                "'simulate' asks for no works, no topics or no years.",
                *keys,
                "simulate",
                fix="works and topics are at least 1, last_year is after first_year",
            )
        return made

    def indicators(self, value: dict[str, Any], *keys: str) -> IndicatorSimulation | None:
        own = [f for f in IndicatorSimulation.__struct_fields__ if f not in _NAMED_FILES]
        self.problems += self.toml.unknown_keys(value, ("indicators", *own), *keys)
        framework = self.file(value, "indicators", *keys, required=True)
        units_file, units = None, value.get("units")
        if isinstance(units, str):
            units_file = self.file(value, "units", *keys, required=True)
            units = self.units(units_file) if units_file is not None else None
        elif units is None:
            self.problem(
                "'simulate' names no units.",
                *keys,
                "simulate",
                fix='add units = ["CHN", ...], or units = "indexes/units.csv"',
            )
        if framework is None or units is None:
            return None
        numbers = {key: one for key, one in value.items() if key in own and key != "units"}
        try:
            return msgspec.convert(
                {**numbers, "framework": framework, "units": units, "units_file": units_file},
                IndicatorSimulation,
            )
        except msgspec.ValidationError as error:
            self.problem(f"'simulate': {error}", *keys, "simulate", fix="mend that value")
            return None

    def units(self, file: Path) -> list[str] | None:
        try:
            labels = read_units(file)
        except ManyProblems as many:
            self.problems += many.problems
            return None
        except ArmillaryError as error:
            self.problems.append(error)
            return None
        return list(dict.fromkeys(unit for column in labels.values() for unit in column))

    # -- analyses ----------------------------------------------------------------------------

    def used(
        self, table: Mapping[str, Any], key: str, kinds: tuple[str, ...], *keys: str
    ) -> tuple[str, ...]:
        fitting = [name for name, kind in self.source_kinds.items() if kind in kinds]
        value = table.get(key, fitting)
        names = [value] if isinstance(value, str) else value
        if not isinstance(names, list) or not names:
            self.problem(
                f"[{'.'.join(keys)}] has no source to work on.",
                *keys,
                key,
                fix=f"define a source of {' or '.join(kinds)} and name it in {key}",
            )
            return ()
        for name in names:
            if name not in self.source_kinds:
                declared = self.toml.data.get("sources", {})
                if isinstance(declared, dict) and name in declared:
                    continue  # it has a problem of its own, which is told already
                self.problem(
                    f"{key} names the source {name!r}, which is not defined.",
                    *keys,
                    key,
                    fix=did_you_mean(
                        str(name), self.source_kinds, otherwise=f"add [sources.{name}]"
                    ),
                )
            elif name not in fitting:
                self.problem(
                    f"{key} names {name!r}, a source of {self.source_kinds[name]}.",
                    *keys,
                    key,
                    fix=f"it needs a source of {' or '.join(kinds)}",
                )
        return tuple(names)

    def index(self, name: str, table: dict[str, Any]) -> IndexDefinition | None:
        at = ("index", name)
        known = ("title", "framework", "recipe", "sources", "units", "about")
        self.problems += self.toml.unknown_keys(table, known, *at)
        units = self.file(table, "units", *at, required=False)
        framework = self.file(table, "framework", *at, required=True)
        recipe = self.file(table, "recipe", *at, required=True)
        title = self.text(table, "title", *at, required=True)
        sources = self.used(table, "sources", ("statistics", "simulated_indicators"), *at)
        if framework is None or recipe is None:
            return None
        return IndexDefinition(
            id=name,
            title=title,
            framework=framework,
            recipe=recipe,
            sources=sources,
            about=self.text(table, "about", *at),
            units=units,
        )

    def statistic(self, name: str, table: dict[str, Any]) -> StatisticsDefinition | None:
        at = ("statistics", name)
        known = ("title", "sources", "indicator", "dimension", "area", "tolerance", "about")
        self.problems += self.toml.unknown_keys(table, known, *at)
        dimension = table.get("dimension", "SECT_PERF")
        if dimension not in _DIMENSIONS:
            self.problem(
                f"dimension = {dimension!r} is not one R&D is broken down by.",
                *at,
                "dimension",
                fix=did_you_mean(
                    str(dimension), _DIMENSIONS, otherwise=f"use {', '.join(_DIMENSIONS)}"
                ),
            )
            return None
        tolerance = table.get("tolerance", 0.0)
        if not isinstance(tolerance, int | float) or not 0 <= tolerance < 1:
            self.problem(
                f"tolerance = {tolerance!r} is not a share from 0 to 1.",
                *at,
                "tolerance",
                fix="write tolerance = 0.001 for a tenth of a percent",
            )
            return None
        if "indicator" not in table:
            self.problem("'indicator' is missing.", *at, fix='add indicator = "GERD"')
        return StatisticsDefinition(
            id=name,
            title=self.text(table, "title", *at, required=True),
            sources=self.used(table, "sources", ("statistics",), *at),
            indicator=self.string(table, "indicator", *at) or "",
            dimension=dimension,
            area=self.string(table, "area", *at),
            tolerance=float(tolerance),
            about=self.text(table, "about", *at),
        )

    def topic(self, name: str, table: dict[str, Any]) -> TopicsDefinition | None:
        at = ("topics", name)
        self.problems += self.toml.unknown_keys(
            table,
            ("title", "works", "about", "relatedness", "incomplete", "backtest", *_TOPIC_NUMBERS),
            *at,
        )
        numbers: dict[str, int] = {}
        for key in _TOPIC_NUMBERS:
            value = table.get(key)
            if value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, int) or value < 0:
                self.problem(f"{key} = {value!r} is not a whole number.", *at, key, fix="mend it")
            elif key in {"topics", "recent_years", "min_works"} and value < 1:
                self.problem(f"{key} = {value} is too small.", *at, key, fix="use 1 or more")
            else:
                numbers[key] = value
        levels = [key for key in ("areas", "clusters") if numbers.get(key)]
        levels.append("topics")
        wanted = {"topics": TopicRecipe().topics, **numbers}
        for coarse, fine in pairwise(levels):
            if wanted[coarse] > wanted[fine]:
                self.problem(
                    f"{coarse} = {wanted[coarse]} is more than {fine} = {wanted[fine]}.",
                    *at,
                    coarse,
                    fix=f"ask for {wanted[fine]} {coarse} or fewer",
                )
        if numbers.get("areas") and not numbers.get("clusters"):
            self.problem("areas are made of clusters.", *at, "areas", fix="set clusters too")
        relatedness = self.string(table, "relatedness", *at) or "auto"
        if relatedness not in get_args(Relatedness):
            self.problem(
                f"relatedness = {relatedness!r} is not known.",
                *at,
                "relatedness",
                fix=f"use one of: {', '.join(get_args(Relatedness))}",
            )
        incomplete = table.get("incomplete", [])
        if not (
            isinstance(incomplete, list)
            and all(type(year) is int and 1000 <= year <= 2999 for year in incomplete)
        ):
            self.problem(
                f"incomplete = {incomplete!r} is no list of years.",
                *at,
                "incomplete",
                fix="write incomplete = [2016]",
            )
            incomplete = []
        backtest = table.get("backtest", True)
        if not isinstance(backtest, bool):
            self.problem(
                f"backtest = {backtest!r} is neither true nor false.",
                *at,
                "backtest",
                fix="write backtest = false to leave it out",
            )
            backtest = True
        return TopicsDefinition(
            incomplete=tuple(incomplete),
            backtest=backtest,
            relatedness=relatedness,  # type: ignore[arg-type]
            id=name,
            title=self.text(table, "title", *at, required=True),
            works=self.used(table, "works", ("works", "simulated"), *at),
            about=self.text(table, "about", *at),
            **numbers,
        )

    def register(self, name: str, table: dict[str, Any]) -> PoliciesDefinition | None:
        at = ("policies", name)
        self.problems += self.toml.unknown_keys(table, ("title", "sources", "about"), *at)
        return PoliciesDefinition(
            id=name,
            title=self.text(table, "title", *at, required=True),
            sources=self.used(table, "sources", ("policies",), *at),
            about=self.text(table, "about", *at),
        )

    def lens(self, name: str, table: dict[str, Any]) -> LensDefinition | None:
        at = ("lenses", name)
        known = ("title", "queries", "works", "within_years")
        self.problems += self.toml.unknown_keys(table, known, *at)
        within_years = table.get("within_years", False)
        if not isinstance(within_years, bool):
            self.problem(
                f"within_years = {within_years!r} is neither true nor false.",
                *at,
                "within_years",
                fix="write within_years = true, or remove it",
            )
        if "queries" not in table:
            self.problem(
                f"The lens {name!r} names no queries.",
                *at,
                fix='write queries = "data/aurora/*.xml"',
            )
            return None
        return LensDefinition(
            id=name,
            title=self.text(table, "title", *at, required=True),
            queries=self.files(table, "queries", *at),
            sources=self.used(table, "works", ("works", "simulated"), *at),
            within_years=within_years is True,
        )

    def report(self, data: Mapping[str, Any]) -> ReportDefinition:
        table = data.get("report", {})
        if not isinstance(table, dict):
            self.problem("'report' is not a table.", "report", fix="write [report]")
            return ReportDefinition()
        self.problems += self.toml.unknown_keys(table, ("title",), "report")
        return ReportDefinition(title=self.text(table, "title", "report"))
