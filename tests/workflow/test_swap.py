"""A folder is replaced in one move: readers see the old one or the new one."""

import threading
from pathlib import Path

import pytest

from armillary.workflow import swap
from armillary.workflow.swap import recover, replace_folder


def folder(path: Path, text: str) -> Path:
    path.mkdir()
    (path / "a.txt").write_text(text, encoding="utf-8")
    return path


def test_the_first_folder_takes_an_empty_place(tmp_path):
    replace_folder(folder(tmp_path / "new", "new"), tmp_path / "public")

    assert (tmp_path / "public/a.txt").read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["public"]


@pytest.mark.parametrize("exchange", [True, False])
def test_a_folder_replaces_another_and_nothing_is_left_over(tmp_path, monkeypatch, exchange):
    if not exchange:
        monkeypatch.setattr(swap, "_exchange", lambda one, other: False)
    public = folder(tmp_path / "public", "old")

    replace_folder(folder(tmp_path / "new", "new"), public)

    assert (public / "a.txt").read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["public"]


def test_a_crash_between_two_renames_is_mended(tmp_path):
    folder(tmp_path / ".public.last", "old")

    recover(tmp_path / "public")

    assert (tmp_path / "public/a.txt").read_text() == "old"


def test_a_reader_never_misses_the_folder_while_it_is_replaced(tmp_path):
    public = folder(tmp_path / "public", "0")
    stop, misses = threading.Event(), []

    def read() -> None:
        while not stop.is_set():
            if not (public / "a.txt").exists():
                misses.append(1)

    reader = threading.Thread(target=read)
    reader.start()
    for n in range(200):
        replace_folder(folder(tmp_path / f"new-{n}", str(n)), public)
    stop.set()
    reader.join()

    assert not misses
