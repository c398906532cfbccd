"""The dashboards: the built single-page app of `web/`, served by the app itself."""

import secrets
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Message, Receive, Scope, Send

BUILT = Path(__file__).parent / "web" / "dist"

_NONCE = "{{nonce}}"
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        # The components set their theme in one style element; it carries the nonce of the page.
        "style-src 'self' 'nonce-" + _NONCE + "'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
}
_NOT_BUILT = "The dashboards are not built: `make web` builds them. The graph is at /graphql.\n"


def page_routes(built: Path = BUILT) -> list[BaseRoute]:
    """Routes of the page and its assets. Assets have hashed names and never change."""
    index = built / "index.html"
    html = index.read_text() if index.is_file() else None

    async def page(_request: Request) -> Response:
        if html is None:
            return PlainTextResponse(_NOT_BUILT, 503)
        nonce = secrets.token_urlsafe(16)
        policy = {"content-security-policy": _POLICY.replace(_NONCE, nonce)}
        return HTMLResponse(html.replace(_NONCE, nonce), headers={**_HEADERS, **policy})

    files = StaticFiles(directory=built, check_dir=False)
    return [
        Route("/", page),
        Mount("/assets", GZipMiddleware(_Immutable(built / "assets"))),
        Route("/icon.svg", files, methods=["GET"]),
    ]


class _Immutable(StaticFiles):
    """Files whose names change with their content."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory=directory, check_dir=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As a static file, to be kept for ever where it was found."""

        async def remembered(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["x-content-type-options"] = "nosniff"
                if message["status"] == 200:
                    headers["cache-control"] = "public, max-age=31536000, immutable"
            await send(message)

        await super().__call__(scope, receive, remembered)
