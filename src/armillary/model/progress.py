"""How long work tells how far it is."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """A listener to long work: the command line draws a bar, a notebook may stay silent."""

    def __call__(self, what: str, done: int, total: int) -> None:
        """Hear that `done` of `total` parts of `what` are finished."""


def silent(what: str, done: int, total: int) -> None:
    """Hear and say nothing."""
