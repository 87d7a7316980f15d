"""The one network client: polite, bounded, and never led elsewhere."""

from __future__ import annotations

import email.utils
import re
import time
from typing import TYPE_CHECKING

import httpx

from armillary.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

_AGAIN = frozenset((408, 425, 429, 500, 502, 503, 504))
_DAY = 86_400


class Client:
    """Fetches from a few named hosts over https, one request at a time.

    A request that fails for a while (busy, cut, timed out) is made again after a growing pause,
    or after the pause the server asks for; one that asks for a longer pause than `longest_wait`
    ends with an error that may be tried later. Redirects are never followed.

    Args:
        hosts: Hosts that may be asked.
        contact: Mail address named to the server, so that it can reach who is asking.
        rate: Most requests a second.
        timeout: Seconds without an answer after which a request is given up.
        retries: How often a failing request is made again.
        longest_wait: Longest pause in seconds that is waited for.
        max_bytes: Largest answer, unpacked.
        secret: Parameters added to each request and named in no message, such as a key.
        transport: What carries the requests; the network where none is given.
        sleep: Waits; given in tests.
        clock: Tells seconds; given in tests.
    """

    def __init__(
        self,
        *,
        hosts: tuple[str, ...],
        contact: str = "",
        rate: float = 5.0,
        timeout: float = 60.0,
        retries: int = 6,
        longest_wait: float = 300.0,
        max_bytes: int = 256 * 1024**2,
        secret: Mapping[str, str] | None = None,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        from armillary import __version__

        reach = f" (mailto:{contact})" if contact else ""
        self._hosts = hosts
        self._pause = 1 / rate
        self._retries = retries
        self._longest_wait = longest_wait
        self._max_bytes = max_bytes
        self._secret = dict(secret or {})
        self._sleep = sleep
        self._clock = clock
        self._next = 0.0
        self._client = httpx.Client(
            headers={"User-Agent": f"armillary/{__version__}{reach}", "Accept": "application/json"},
            timeout=timeout,
            follow_redirects=False,
            transport=transport,
        )

    def __enter__(self) -> Client:
        """Open the client."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close every connection."""
        self._client.close()

    def json(self, address: str, *, parameters: Mapping[str, str]) -> bytes:
        """Return the bytes of a JSON answer.

        Args:
            address: https address without parameters.
            parameters: Parameters of the query.

        Raises:
            SourceError: The address may not be asked, or the answer is an error, no JSON or too
                large; `retry` says whether it may be tried later.
        """
        url = httpx.URL(address)
        if url.scheme != "https" or url.host not in self._hosts:
            raise SourceError(
                f"{self._safe(address)} may not be asked.",
                where="sources.http",
                fix=f"use https and one of: {', '.join(self._hosts)}",
            )
        problem = ""
        for attempt in range(self._retries + 1):
            pause, problem, body = self._once(url, parameters, attempt)
            if body is not None:
                return body
            if attempt < self._retries:
                self._sleep(pause)
        raise SourceError(
            f"{url.host} could not be reached in {self._retries + 1} attempts: {problem}.",
            where=self._safe(str(url)),
            fix="try again later; what was fetched is kept",
            retry=True,
        )

    def _once(
        self, url: httpx.URL, parameters: Mapping[str, str], attempt: int
    ) -> tuple[float, str, bytes | None]:
        """Ask once; return the pause before the next attempt, the problem, and the answer."""
        wait = self._next - self._clock()
        if wait > 0:
            self._sleep(wait)
        self._next = self._clock() + self._pause
        pause = min(2.0**attempt, 60.0)
        try:
            with self._client.stream("GET", url, params={**parameters, **self._secret}) as answer:
                if answer.status_code in _AGAIN:
                    asked = _retry_after(answer.headers.get("Retry-After"))
                    self._require_patience(url, asked)
                    return max(pause, asked), f"it answered {answer.status_code}", None
                body = self._body(answer)
        except (httpx.TransportError, httpx.DecodingError) as error:
            return pause, self._safe(f"{type(error).__name__} {error}".strip()), None
        self._require_json(url, answer, body)
        return 0.0, "", body

    def _body(self, answer: httpx.Response) -> bytes:
        held = bytearray()
        for piece in answer.iter_bytes():
            held += piece
            if len(held) > self._max_bytes:
                raise SourceError(
                    f"The answer holds more than {self._max_bytes:,} bytes.",
                    where=str(answer.url.host),
                    fix="ask for fewer records at once",
                )
        return bytes(held)

    def _require_patience(self, url: httpx.URL, asked: float) -> None:
        if asked > self._longest_wait:
            hours = f"{asked / 3600:.1f} hours" if asked >= 3600 else f"{asked / 60:.0f} minutes"
            raise SourceError(
                f"{url.host} asks to wait {hours}: the allowance of the day is used up.",
                where=self._safe(str(url)),
                fix="run the same command again then; it goes on where it ended. A key gives a "
                "larger allowance",
                retry=True,
            )

    def _require_json(self, url: httpx.URL, answer: httpx.Response, body: bytes) -> None:
        status = answer.status_code
        if 300 <= status < 400:
            there = httpx.URL(answer.headers.get("Location", "")).host or "nowhere"
            raise SourceError(
                f"{url.host} sends us elsewhere ({there}), and redirects are not followed.",
                where=self._safe(str(url)),
                fix="check whether your network asks for a login",
            )
        text = body[:2000].decode("utf-8", "replace").strip()
        if status >= 400:
            said = re.sub(r"<[^>]*>|\s+", " ", text)[:200].strip()
            raise SourceError(
                f"{url.host} answered {status}: {self._safe(said) or 'no reason given'}.",
                where=self._safe(str(url)),
                fix="mend the query; 401 and 403 mean a wrong key or an allowance used up",
            )
        if not text.startswith(("{", "[")):
            seems = "a web page" if text.startswith("<") else "something"
            raise SourceError(
                f"{url.host} answered with {seems} instead of JSON.",
                where=self._safe(str(url)),
                fix="check whether your network asks for a login, then run it again",
                retry=True,
            )

    def _safe(self, text: str) -> str:
        """Return a text without the secrets it may hold."""
        for value in self._secret.values():
            text = text.replace(value, "…") if value else text
        return text


def _retry_after(text: str | None) -> float:
    """Return the seconds a server asks to wait, given as seconds or as a date; 0 for none."""
    if not text:
        return 0.0
    if text.strip().isdigit():
        return float(text)
    try:
        when = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    return min(max(when.timestamp() - time.time(), 0.0), 7.0 * _DAY)
