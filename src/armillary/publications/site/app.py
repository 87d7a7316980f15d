"""The server: the same pages, live from the store, and a small read-only API."""

from __future__ import annotations

import json
import posixpath
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from armillary.model.columns import columns_of, tables
from armillary.publications.site.core import POLICY, Page, Site
from armillary.publications.site.export import ASSETS, asset
from armillary.publications.site.pages.policies import search_path
from armillary.publications.site.policy_facts import register
from armillary.publications.site.policy_search import asked as read_asked
from armillary.publications.site.policy_search import found as found_names

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = ("127.0.0.1", "localhost", "[::1]", "::1")
LARGEST_PAGE = 1_000  # rows of a table in one answer of the API
_KINDS = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
    ".paj": "text/plain; charset=utf-8",
    ".graphml": "application/xml",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def create_app(
    open_site: Callable[[], Site], *, hosts: Sequence[str] = LOOPBACK, public: bool = False
) -> Starlette:
    """Make the server of one observatory.

    Args:
        open_site: Gives the site for a request; give the same one until the evidence changes.
        hosts: Names the server answers to, so that no other web site can reach it.
        public: Answer to any name, for a server behind a proxy that checks names.
    """

    async def root(request: Request) -> Response:
        return HTMLResponse(await run_in_threadpool(lambda: open_site().render_root()))

    async def page(request: Request) -> Response:
        path = f"{request.path_params['language']}/{request.path_params['path']}"
        pairs = request.query_params.multi_items()
        return await run_in_threadpool(_answer, open_site(), path, pairs)

    async def own_file(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in ASSETS:
            return _missing(open_site())
        return _typed(name, asset(name))

    async def api(request: Request) -> Response:
        names = {name: [c.column for c in columns_of(name)] for name in tables()}
        return _json({"tables": names})

    async def api_table(request: Request) -> Response:
        return await run_in_threadpool(
            _rows, open_site(), request.path_params["table"], request.query_params
        )

    async def not_found(request: Request, error: Exception) -> Response:
        return await run_in_threadpool(lambda: _missing(open_site()))

    names = ["*"] if public else list(hosts)
    return Starlette(
        routes=[
            Route("/", root),
            Route("/index.html", root),
            Route("/assets/{name}", own_file),
            Route("/api/", api),
            Route("/api/tables/{table}", api_table),
            Route("/{language}/{path:path}", page),
        ],
        middleware=[
            Middleware(_SafeHeaders),
            Middleware(TrustedHostMiddleware, allowed_hosts=names, www_redirect=False),
        ],
        exception_handlers={404: not_found},
    )


def _answer(site: Site, path: str, pairs: Sequence[tuple[str, str]]) -> Response:
    """Find a page or a download by its path; nothing is looked for on disk."""
    language, _, rest = path.partition("/")
    if language not in site.languages:
        return _missing(site)
    if not rest or rest.endswith("/"):
        return RedirectResponse("index.html" if f"{rest}index.html" in site.pages else "/")
    page = site.pages.get(rest)
    if page is not None:
        more = _found(site, page, language, pairs) if page.searches and site.search else None
        return HTMLResponse(site.render(page, language, more=more).html)
    owner = _owner(site, rest)
    content = site.render(owner, language).files.get(path) if owner else None
    return _missing(site) if content is None else _typed(path, content)


def _found(
    site: Site, page: Page, language: str, pairs: Sequence[tuple[str, str]]
) -> dict[str, Any]:
    """Answer the search page of a register: an address without a question lists all."""
    from armillary.evidence.search import Search

    path = site.search
    assert path is not None  # noqa: S101 - the caller looked
    here = next(d for d in site.observatory.policies.values() if search_path(d.id) == page.path)
    index: Search = site.keep("search", lambda: Search(path))
    return found_names(
        register(site, here), index, one=read_asked(pairs), words=site.words(language)
    )


def _owner(site: Site, path: str) -> Page | None:
    """Return the page a download lies beside: they share the name up to the first dot."""
    folder, name = posixpath.split(path)
    return site.pages.get(posixpath.join(folder, f"{name.partition('.')[0]}.html"))


def _missing(site: Site) -> Response:
    return HTMLResponse(site.render_missing(), status_code=404)


def _typed(name: str, content: str | bytes) -> Response:
    return Response(content, media_type=_KINDS[posixpath.splitext(name)[1]])


def _json(content: Any, status: int = 200) -> Response:
    text = json.dumps(content, ensure_ascii=False, allow_nan=False)
    return Response(text, status_code=status, media_type="application/json")


def _rows(site: Site, table: str, asked: Any) -> Response:
    if table not in tables():
        return _json({"problem": f"no table {table!r}", "fix": "GET /api/ lists them"}, 404)
    try:
        limit, offset = int(asked.get("limit", 100)), int(asked.get("offset", 0))
    except ValueError:
        return _json({"problem": "limit and offset are whole numbers"}, 400)
    if not (1 <= limit <= LARGEST_PAGE and 0 <= offset < 2**63):
        return _json({"problem": f"limit is 1 to {LARGEST_PAGE}, offset 0 or more"}, 400)
    keys = [c.column for c in columns_of(table) if c.key]
    return _json(
        {
            "table": table,
            "rows": site.some(table, order=keys, limit=limit, offset=offset),
            "count": site.count(table),
            "limit": limit,
            "offset": offset,
        }
    )


class _SafeHeaders:
    """Adds to every answer what keeps a browser from doing more than it should."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *_HEADERS]
            await send(message)

        await self._app(scope, receive, send_safely)


_HEADERS = [
    (name, value.encode())
    for name, value in (
        # A page narrows this by its own policy; WebAssembly is for the search alone.
        (
            b"content-security-policy",
            POLICY.format(wasm=" 'wasm-unsafe-eval'") + "; frame-ancestors 'none'",
        ),
        (b"x-content-type-options", "nosniff"),
        (b"referrer-policy", "no-referrer"),
        (b"x-frame-options", "DENY"),
        (b"cross-origin-opener-policy", "same-origin"),
        (b"cross-origin-resource-policy", "same-origin"),
        (b"permissions-policy", "camera=(), geolocation=(), microphone=()"),
    )
]
