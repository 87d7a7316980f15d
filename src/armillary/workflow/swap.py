"""Replaces a folder by another in one move, so that readers see the old one or the new one."""

from __future__ import annotations

import ctypes
import os
import sys
from typing import TYPE_CHECKING

from armillary.workflow.state import remove

if TYPE_CHECKING:
    from pathlib import Path

_AT_FDCWD = -100
_EXCHANGE = 2  # RENAME_EXCHANGE on Linux, RENAME_SWAP on macOS


def replace_folder(new: Path, old: Path) -> None:
    """Put the folder `new` in the place of `old`; both on one file system.

    Where the system can exchange two names in one step (Linux, macOS), no moment exists
    without a whole folder. Elsewhere the old one is set aside first, and `recover` puts it
    back if the process dies between the two renames.

    Args:
        new: Finished folder; gone afterwards.
        old: Folder to replace; may not exist yet.
    """
    aside = _aside(old)
    if not old.exists():
        new.rename(old)
    elif _exchange(new, old):
        remove(new)  # it holds what `old` held
    else:
        remove(aside)
        old.rename(aside)
        new.rename(old)
    remove(aside)


def recover(old: Path) -> None:
    """Put back a folder that a crash left set aside."""
    aside = _aside(old)
    if aside.exists() and not old.exists():
        aside.rename(old)


def _aside(old: Path) -> Path:
    return old.with_name(f".{old.name}.last")


def _exchange(one: Path, other: Path) -> bool:
    if sys.platform == "win32":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    paths = os.fsencode(one), os.fsencode(other)
    if sys.platform == "darwin":
        call = getattr(libc, "renamex_np", None)
        return call is not None and call(*paths, _EXCHANGE) == 0
    call = getattr(libc, "renameat2", None)
    if call is None:
        return False
    return bool(call(_AT_FDCWD, paths[0], _AT_FDCWD, paths[1], _EXCHANGE) == 0)
