"""Sources are fetched by command alone: a build says what to type and touches no network."""

from __future__ import annotations

import datetime
import json

import httpx
import pytest

from armillary.errors import SourceError
from armillary.sources.definition import read_observatory
from armillary.sources.http import Client
from armillary.sources.works.openalex_fetch import HOST
from armillary.workflow.fetch import fetch_sources
from armillary.workflow.read import read_source

TOML = """
title = "Test"
[sources.maps]
title = "Maps"
openalex = { search = "maps" }
"""
NOW = datetime.datetime(2026, 11, 25, tzinfo=datetime.UTC)


def answer(request):
    last = request.url.params["cursor"] == "end"
    works = [] if last else [{"id": f"https://openalex.org/W{n}", "title": "T"} for n in (1, 2)]
    meta = {"count": 2, "next_cursor": None if last else "end"}
    return httpx.Response(200, content=json.dumps({"meta": meta, "results": works}))


def connect(one):
    return Client(hosts=(HOST,), transport=httpx.MockTransport(answer), rate=100)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "observatory.toml").write_text(TOML)
    return tmp_path


def read(folder):
    observatory = read_observatory(folder)
    return read_source(
        observatory.sources["maps"], observatory=observatory, progress=lambda *said: None
    )


def test_a_source_not_fetched_says_what_to_type(folder):
    with pytest.raises(SourceError) as said:
        read(folder)

    assert said.value.fix == "armillary source fetch maps"


def test_a_source_is_fetched_once_and_read_with_its_origin(folder):
    (done,) = fetch_sources(folder, connect=connect, now=NOW)
    (again,) = fetch_sources(folder, connect=connect, now=NOW)

    result = read(folder)

    assert (done.fresh, again.fresh) == (False, True)
    assert result.tables["work"]["work"].to_pylist() == ["maps:W1", "maps:W2"]
    (origin,) = result.tables["origin"].to_pylist()
    assert (origin["vintage"], origin["licence"]) == ("2026-11-25", "CC0-1.0")


def test_a_changed_query_asks_for_a_new_snapshot(folder):
    fetch_sources(folder, connect=connect, now=NOW)
    (folder / "observatory.toml").write_text(TOML.replace('"maps" }', '"charts" }'))

    with pytest.raises(SourceError, match="no longer the one") as said:
        read(folder)

    assert said.value.fix.startswith("armillary source refresh maps")


def test_refresh_makes_a_new_snapshot_and_keeps_the_old(folder):
    fetch_sources(folder, connect=connect, now=NOW)

    (done,) = fetch_sources(folder, name="maps", refresh=True, connect=connect, now=NOW)

    assert done.snapshot == "2026-11-25.2"
    assert (folder / "data/snapshots/maps/2026-11-25/manifest.json").is_file()
