"""A build killed at any moment leaves the last good publications, and the next one completes."""

import hashlib
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

KILLS = 10


def digest(folder: Path) -> str:
    """One hash over names and bytes of every file of a folder."""
    whole = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            whole.update(str(file.relative_to(folder)).encode())
            whole.update(file.read_bytes())
    return whole.hexdigest()


def start(folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "armillary", "build", str(folder), "--quiet"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def finish(folder: Path) -> str:
    out, err = start(folder).communicate(timeout=300)
    assert not err, err.decode()
    return out.decode()


@pytest.mark.xdist_group("heavy")
def test_ten_kills_at_random_moments_leave_a_whole_public_folder(small_observatory):
    folder = small_observatory
    public = folder / "public"
    began = time.perf_counter()
    finish(folder)
    takes = time.perf_counter() - began
    toml = folder / "observatory.toml"
    text = toml.read_text(encoding="utf-8")
    states = {digest(public)}
    moments = random.Random(20)  # noqa: S311 - when to kill, not a secret

    for n in range(KILLS):
        toml.write_text(text.replace("seed = 1", f"seed = {n + 2}"), encoding="utf-8")
        build = start(folder)
        try:
            build.wait(timeout=moments.uniform(0.3, takes))
        except subprocess.TimeoutExpired:
            build.send_signal(signal.SIGKILL)
        build.communicate()
        found = digest(public)
        if found not in states:  # it finished before the kill: a new good state, and whole
            assert "Nothing has changed" in finish(folder)
            states.add(found)

    finish(folder)

    assert "Nothing has changed" in finish(folder)
    assert not list((folder / ".armillary/drafts").iterdir())
