"""The network client asks few hosts, patiently, and is never led elsewhere."""

from __future__ import annotations

import gzip

import httpx
import pytest

from armillary.errors import SourceError
from armillary.sources.http import Client

ADDRESS = "https://api.example.org/works"


class Server:
    """Gives recorded answers in turn, and remembers what was asked and waited."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []
        self.waited = []

    def __call__(self, request):
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def client(self, **choices):
        time = iter(range(10_000))
        return Client(
            hosts=("api.example.org",),
            transport=httpx.MockTransport(self),
            sleep=self.waited.append,
            clock=lambda: float(next(time)),
            **choices,
        )


def good():
    return httpx.Response(200, json={"ok": True})


def test_an_answer_is_given_as_it_came():
    server = Server(httpx.Response(200, content=b'{"a":  1}'))

    with server.client(contact="who@example.org") as client:
        assert client.json(ADDRESS, parameters={"q": "x"}) == b'{"a":  1}'

    assert server.asked[0].url.params["q"] == "x"
    assert "mailto:who@example.org" in server.asked[0].headers["User-Agent"]


def test_busy_servers_are_asked_again_after_the_pause_they_ask_for():
    server = Server(httpx.Response(429, headers={"Retry-After": "17"}), httpx.Response(500), good())

    with server.client() as client:
        client.json(ADDRESS, parameters={})

    assert server.waited == [17.0, 2.0]


def test_a_connection_that_is_cut_is_made_again():
    server = Server(httpx.ReadError("cut"), httpx.ConnectTimeout("slow"), good())

    with server.client() as client:
        assert client.json(ADDRESS, parameters={}) == b'{"ok":true}'


def test_a_server_that_never_answers_ends_with_an_error_that_may_be_tried_later():
    server = Server(*[httpx.Response(503)] * 3)

    with server.client(retries=2) as client, pytest.raises(SourceError, match="3 attempts") as said:
        client.json(ADDRESS, parameters={})

    assert said.value.retry


def test_an_allowance_used_up_is_not_waited_for():
    server = Server(httpx.Response(429, headers={"Retry-After": "54000"}))

    with server.client() as client, pytest.raises(SourceError, match=r"15\.0 hours") as said:
        client.json(ADDRESS, parameters={})

    assert said.value.retry
    assert server.waited == []


@pytest.mark.parametrize(
    "address", ["http://api.example.org/works", "https://elsewhere.org/works", "file:///etc/passwd"]
)
def test_other_hosts_and_plain_connections_are_refused(address):
    server = Server()

    with server.client() as client, pytest.raises(SourceError, match="may not be asked"):
        client.json(address, parameters={})

    assert server.asked == []


def test_redirects_are_not_followed():
    server = Server(httpx.Response(302, headers={"Location": "https://evil.example/"}))

    with server.client() as client, pytest.raises(SourceError, match=r"evil\.example"):
        client.json(ADDRESS, parameters={})

    assert len(server.asked) == 1


def test_a_web_page_instead_of_json_is_named():
    server = Server(httpx.Response(200, html="<!doctype html><p>Log in"))

    with server.client() as client, pytest.raises(SourceError, match="a web page instead"):
        client.json(ADDRESS, parameters={})


def test_an_answer_that_unpacks_to_more_than_allowed_is_refused():
    bomb = gzip.compress(b"[" + b" " * 5_000_000)
    server = Server(httpx.Response(200, content=bomb, headers={"Content-Encoding": "gzip"}))

    with (
        server.client(max_bytes=1_000_000) as client,
        pytest.raises(SourceError, match="1,000,000"),
    ):
        client.json(ADDRESS, parameters={})


def test_a_key_is_sent_and_named_in_no_error():
    server = Server(httpx.Response(401, json={"message": "bad key s3cr3t"}))

    with server.client(secret={"api_key": "s3cr3t"}) as client, pytest.raises(SourceError) as said:
        client.json(ADDRESS, parameters={})

    assert server.asked[0].url.params["api_key"] == "s3cr3t"
    assert "s3cr3t" not in str(said.value)


def test_requests_keep_the_rate():
    server = Server(good(), good())
    times = iter([0.0, 0.0, 0.1, 0.1])
    client = Client(
        hosts=("api.example.org",),
        rate=2.0,
        transport=httpx.MockTransport(server),
        sleep=server.waited.append,
        clock=lambda: next(times),
    )

    client.json(ADDRESS, parameters={})
    client.json(ADDRESS, parameters={})

    assert server.waited == [pytest.approx(0.4)]
