"""Armillary: the workbench of science, technology and innovation policy institutes.

What the commands do, a notebook does by the same functions; nothing is imported before it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "new": "workflow",
    "build": "workflow",
    "check": "workflow",
    "read_files": "workflow.works",
    "read_framework": "sources.frameworks",
    "read_units": "sources.frameworks",
    "read_recipe": "sources.recipes",
    "Framework": "model.indicators",
    "Node": "model.indicators",
    "IndexRecipe": "model.recipe",
    "changed": "model.recipe",
    "difference": "model.recipe",
    "Inputs": "analyses.index.pipeline",
    "run": "analyses.index.pipeline",
    "audit": "analyses.index",
    "map_topics": "analyses.topics",
}

__all__ = ["__version__", *_HOMES]  # noqa: PLE0604 - the keys are the names


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module 'armillary' has no attribute {name!r}")
    return getattr(import_module(f"armillary.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)
