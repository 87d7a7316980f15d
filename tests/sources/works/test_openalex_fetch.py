"""Works come from recorded answers of the API, whole and once, whatever interrupts them."""

from __future__ import annotations

import contextlib
import datetime
import gzip
import json

import httpx
import pytest

from armillary.errors import DefinitionError, SourceError
from armillary.model.observatory import OpenAlexQuery
from armillary.model.provenance import Origin
from armillary.sources.http import Client
from armillary.sources.works import openalex_fetch, read_works
from armillary.sources.works.openalex_definition import openalex_source, snapshot_files
from armillary.sources.works.openalex_fetch import (
    fetch,
    fetched,
    manifest_of,
    parameters_of,
    snapshots,
)

QUERY = OpenAlexQuery(search="maps", filter="type:article", from_year=2015, per_page=2)
NOW = datetime.datetime(2026, 11, 25, 12, 0, tzinfo=datetime.UTC)


def work(number):
    """A work as the API gives it, in few fields."""
    return {
        "id": f"https://openalex.org/W{number}",
        "doi": f"https://doi.org/10.5555/{number}",
        "title": f"Work {number}",
        "publication_year": 2016,
        "abstract_inverted_index": {"Maps": [0], "again": [1]},
        "authorships": [{"author": {"display_name": "A. Author"}, "countries": ["FI"]}],
        "referenced_works": [f"https://openalex.org/W{number + 1}"],
        "cited_by_count": 3,
    }


class Api:
    """Pages through works by cursor, as the API documents it; may fail on the way."""

    def __init__(self, numbers, *, counts=None, fail=None):
        self.pages = [numbers[i : i + 2] for i in range(0, len(numbers), 2)]
        self.counts = counts or [len(numbers)] * (len(self.pages) + 1)
        self.fail = fail or {}
        self.asked = []

    def __call__(self, request):
        cursor = request.url.params["cursor"]
        at = 0 if cursor == "*" else int(cursor)
        self.asked.append(at)
        failure = self.fail.pop(at, None)
        if isinstance(failure, Exception):
            raise failure
        if failure is not None:
            return failure
        held = self.pages[at] if at < len(self.pages) else []
        following = str(at + 1) if held else None
        meta = {"count": self.counts[at], "per_page": 2, "next_cursor": following}
        return httpx.Response(200, json={"meta": meta, "results": [work(n) for n in held]})

    def fetch(self, home, query=QUERY, **choices):
        with Client(
            hosts=(openalex_fetch.HOST,),
            transport=httpx.MockTransport(self),
            sleep=lambda seconds: None,
            **choices,
        ) as client:
            return fetch(query, home=home, client=client, now=NOW)


def ids(snapshot):
    found = []
    for part in sorted(snapshot.glob("part_*.gz")):
        lines = gzip.decompress(part.read_bytes()).decode().splitlines()
        found += [json.loads(line)["id"].rpartition("/W")[2] for line in lines]
    return [int(one) for one in found]


def test_every_page_is_kept_as_received(tmp_path):
    snapshot = Api([1, 2, 3, 4, 5]).fetch(tmp_path)

    manifest = manifest_of(snapshot)
    assert snapshot.name == "2026-11-25"
    assert ids(snapshot) == [1, 2, 3, 4, 5]
    assert (manifest.n_works, manifest.n_repeated, manifest.warning) == (5, 0, "")
    assert len(manifest.sha256) == 64


def test_the_query_is_written_as_the_api_names_it():
    assert parameters_of(QUERY) == {
        "per_page": "2",
        "filter": "type:article,from_publication_date:2015-01-01",
        "search": "maps",
    }


def test_a_snapshot_is_read_like_any_export(tmp_path):
    snapshot = Api([1, 2, 3]).fetch(tmp_path)
    origin = Origin(origin="o", source="s", file="f", title="t", sha256="0", bytes=1)

    found = read_works(snapshot / "part_0001.gz", source="s", origin=origin)

    assert found.format == "OpenAlex JSON"
    assert found.tables["work"]["work"].to_pylist() == ["s:W1", "s:W2", "s:W3"]
    assert found.tables["work"]["abstract"].to_pylist() == ["Maps again"] * 3


def test_errors_that_pass_are_waited_out(tmp_path):
    api = Api(
        [1, 2, 3, 4],
        fail={
            0: httpx.Response(500),
            1: httpx.Response(429, headers={"Retry-After": "1"}),
            2: httpx.ReadError("the connection was cut"),
        },
    )

    assert ids(api.fetch(tmp_path)) == [1, 2, 3, 4]
    assert api.asked == [0, 0, 1, 1, 2, 2]


def test_an_interrupted_fetch_goes_on_where_it_ended(tmp_path):
    api = Api(list(range(1, 8)), fail={2: httpx.Response(200, html="<html>log in</html>")})
    with pytest.raises(SourceError, match="web page"):
        api.fetch(tmp_path)
    assert fetched(tmp_path) == (4, 7)
    assert snapshots(tmp_path) == []

    snapshot = api.fetch(tmp_path)

    assert ids(snapshot) == [1, 2, 3, 4, 5, 6, 7]
    assert api.asked == [0, 1, 2, 2, 3, 4]


class Killed(BaseException):
    """Stands for a process that is killed: nothing catches it."""


@pytest.mark.parametrize("step", range(24))
def test_a_kill_at_any_write_loses_and_doubles_nothing(tmp_path, monkeypatch, step):
    wanted = list(range(1, 8))
    monkeypatch.setattr(openalex_fetch, "_PAGES_A_PART", 2)
    left = [step]
    real = {name: getattr(openalex_fetch, name) for name in ("_append", "_write")}

    def dying(name):
        def write(file, data):
            left[0] -= 1
            if left[0] == 0:
                if name == "_append":  # half of it reaches the disk
                    with file.open("ab") as stream:
                        stream.write(data[: len(data) // 2])
                raise Killed
            return real[name](file, data)

        return write

    for name in real:
        monkeypatch.setattr(openalex_fetch, name, dying(name))
    with contextlib.suppress(Killed):
        Api(wanted).fetch(tmp_path)
    for name, function in real.items():
        monkeypatch.setattr(openalex_fetch, name, function)

    if not snapshots(tmp_path):
        Api(wanted).fetch(tmp_path)

    (snapshot,) = snapshots(tmp_path)
    assert ids(snapshot) == wanted
    assert manifest_of(snapshot).warning == ""


def test_drift_while_paging_is_told(tmp_path):
    snapshot = Api([1, 2, 2, 3], counts=[4, 5, 5]).fetch(tmp_path)

    assert manifest_of(snapshot).warning == (
        "3 works came, 5 were announced; the count went from 4 to 5 meanwhile; 1 works came twice"
    )


def test_another_query_does_not_go_on_with_an_interrupted_fetch(tmp_path):
    api = Api([1, 2, 3], fail={1: httpx.Response(403)})
    with pytest.raises(SourceError, match="403"):
        api.fetch(tmp_path)

    with pytest.raises(SourceError, match="asked for something else"):
        Api([1, 2, 3]).fetch(tmp_path, OpenAlexQuery(search="else"))


def test_an_api_that_gives_one_page_for_ever_is_left(tmp_path):
    def again(request):
        meta = {"count": 9, "next_cursor": "*"}
        return httpx.Response(200, json={"meta": meta, "results": [work(1)]})

    client = Client(hosts=(openalex_fetch.HOST,), transport=httpx.MockTransport(again))

    with client, pytest.raises(SourceError, match="same page"):
        fetch(QUERY, home=tmp_path, client=client, now=NOW)


def test_an_answer_that_is_no_page_is_refused(tmp_path):
    client = Client(
        hosts=(openalex_fetch.HOST,),
        transport=httpx.MockTransport(lambda request: httpx.Response(200, json={"results": 1})),
    )

    with client, pytest.raises(SourceError, match="not a page of works"):
        fetch(QUERY, home=tmp_path, client=client, now=NOW)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("solar", "not a table"),
        ({"from_year": 2015}, "every work there is"),
        ({"search": "x", "serach": "y"}, "serach"),
        ({"search": "x", "per_page": 200}, "<= 100"),
        ({"search": "x", "api_key": "k"}, "A key stands in"),
        ({"search": "x", "snapshot": "../.."}, "snapshot"),
        ({"search": "x", "contact": "no mail"}, "contact"),
    ],
)
def test_a_definition_that_cannot_be_asked_is_refused(tmp_path, value, says):
    with pytest.raises(DefinitionError, match=says):
        openalex_source(value, root=tmp_path, source="s", where="observatory.toml, line 3")


def test_the_latest_snapshot_is_read_unless_one_is_named(tmp_path):
    value = {"search": "maps"}
    one = openalex_source(value, root=tmp_path, source="s", where="w")
    first = Api([1]).fetch(one.home)
    second = Api([1, 2]).fetch(one.home)

    named = openalex_source({**value, "snapshot": first.name}, root=tmp_path, source="s", where="w")

    assert second.name == "2026-11-25.2"
    assert [file.parent for file in snapshot_files(one)] == [second]
    assert [file.parent for file in snapshot_files(named)] == [first]
