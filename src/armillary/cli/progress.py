"""Bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from types import TracebackType

    from rich.progress import TaskID


class Bars:
    """Shows a build as it goes; use as a context manager.

    Args:
        quiet: Show nothing but errors.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._console = Console(stderr=True, highlight=False)
        self._bars = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[said]}"),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            disable=quiet or not self._console.is_terminal,
        )
        self._task: TaskID | None = None
        self._says = ""

    def __enter__(self) -> Bars:
        """Start drawing."""
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop drawing, whatever happened."""
        self._bars.stop()

    def begin(self, step: str, says: str) -> None:
        """Show that a step starts."""
        self._clear()
        self._says = says
        self._task = self._bars.add_task(says, total=None, said="")

    def progress(self, what: str, done: int, total: int) -> None:
        """Show how far the running step is."""
        if self._task is not None:
            self._bars.update(self._task, completed=done, total=total or None, said=what)

    def end(self, step: str, *, fresh: bool, seconds: float, rows: int) -> None:
        """Say what a step took, once it is finished."""
        self._clear()
        if not fresh and not self._quiet:
            size = f", {rows:,} rows" if rows else ""
            line = f"  {self._says} ({seconds:.1f} s{size})"
            if self._console.is_terminal:
                self._bars.console.print(line, markup=False)
            else:
                click.echo(line, err=True)

    def _clear(self) -> None:
        if self._task is not None:
            self._bars.remove_task(self._task)
            self._task = None
