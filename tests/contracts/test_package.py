"""The package holds itself to its own rules."""

import ast
import importlib
import inspect
import pkgutil
from pathlib import Path

import pytest

import armillary
from armillary.model.columns import columns, tables

SOURCE = Path(armillary.__file__).parent
MODULES = [m.name for m in pkgutil.walk_packages(armillary.__path__, "armillary.")]
FILES = sorted(SOURCE.rglob("*.py"))
POSITIONAL = 2


def public_functions():
    for name in MODULES:
        if name == "armillary.model.progress":  # listeners are called in one breath
            continue
        if ".demo" in name or any(part.startswith("_") for part in name.split(".")):
            continue
        module = importlib.import_module(name)
        for label, one in inspect.getmembers(module, inspect.isfunction):
            if one.__module__ == name and not label.startswith("_"):
                yield pytest.param(one, id=f"{name}.{label}")


def name_of(function):
    return f"{function.__module__}.{function.__name__}"


FUNCTIONS = list(public_functions())
METHODS = [p for p in FUNCTIONS if p.values[0].__module__.startswith("armillary.analyses.")]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_public_function_takes_few_positional_arguments(function):
    parameters = inspect.signature(function).parameters.values()
    positional = [p for p in parameters if p.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD]

    assert inspect.getdoc(function)
    assert not [p.name for p in positional if p.annotation in ("bool", "bool | None", bool)]
    assert len(positional) <= POSITIONAL


@pytest.mark.parametrize("function", METHODS)
def test_an_analysis_cites_its_source_or_says_why_it_has_none(function):
    said = inspect.getdoc(function) or ""

    cites = "Source:" in said or "No method of its own" in said
    assert cites


@pytest.mark.parametrize("column", columns(), ids=lambda c: f"{c.table}.{c.column}")
def test_every_column_says_what_it_means(column):
    assert column.meaning


def test_columns_are_named_once():
    names = [(c.table, c.column) for c in columns()]

    assert len(names) == len(set(names))
    assert len(tables()) == len(set(tables()))


@pytest.mark.parametrize(
    "file", sorted(SOURCE.rglob("*.py")), ids=lambda p: str(p.relative_to(SOURCE))
)
def test_a_module_is_small_enough_to_read_in_one_sitting(file):
    lines = file.read_text(encoding="utf-8").count("\n")

    assert lines <= 600, "split it: one subject a module"


def test_only_the_command_line_prints():
    printing = [
        str(file.relative_to(SOURCE))
        for file in SOURCE.rglob("*.py")
        if "cli" not in file.relative_to(SOURCE).parts
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print"
    ]

    assert not printing


def test_importing_the_package_loads_nothing_heavy():
    import subprocess
    import sys

    heavy = ("pandas", "duckdb", "numba", "ibis", "altair")
    code = f"import armillary.cli, sys; print([m for m in {heavy} if m in sys.modules])"
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=SOURCE.parent
    )

    assert said.stdout.strip() == "[]"
