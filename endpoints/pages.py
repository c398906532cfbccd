"""Serves the built single-page app of `web/`."""

import secrets
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from endpoints.assets import Assets

BUILT = Path(__file__).parents[1] / "web" / "dist"

# The routes of web/src/app/router.tsx, each of which can be opened and reloaded.
PATHS = (
    "/",
    "/login",
    "/signup",
    "/forgot-password",
    "/reset-password",
    "/confirm-email",
    "/log-in-link",
    "/terms",
    "/privacy",
    "/accept/{code}",
    "/join/{code}",
    "/onboarding/{step}",
    "/dashboard",
    "/clients",
    "/clients/import",
    "/messages",
    "/messages/{id}",
    "/conversations",
    "/conversations/{id}",
    "/notifications",
    "/inbox",
    "/settings",
    "/overview",
    "/suppliers",
    "/profile",
    "/admin/{rest:path}",
    "/explorer",
)

_NONCE, _DOCUMENTS = "{{nonce}}", "{{documents}}"
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


class Pages:
    """One HTML file for all pages, whose router shows the right one."""

    def __init__(self, built: Path = BUILT, *, trusted_only: bool = False) -> None:
        """`built` is the output of `npm run build`; it may be missing.

        `trusted_only`: the explorer is disabled, and says so (ADR 24).
        """
        index = built / "index.html"
        self._built = built
        html = index.read_text() if index.is_file() else None
        documents = "trusted" if trusted_only else "any"
        self._html = html.replace(_DOCUMENTS, documents) if html is not None else None

    @property
    def routes(self) -> list[BaseRoute]:
        """The pages and their assets."""
        files = StaticFiles(directory=self._built, check_dir=False)
        return [
            *(Route(path, self.page) for path in PATHS),
            Mount("/assets", Assets(self._built / "assets")),
            Route("/icon.svg", files, methods=["GET"]),
        ]

    async def page(self, _request: Request) -> Response:
        """The page, with a policy that allows only its own scripts and styles."""
        return self._response(200)

    async def missing(self, request: Request, error: Exception) -> Response:
        """Handle 404: a page for navigation, one line of text otherwise."""
        assert isinstance(error, HTTPException)
        path = request.url.path
        is_file = "." in path or path.startswith("/assets/")
        navigates = "text/html" in request.headers.get("accept", "")
        if request.method in {"GET", "HEAD"} and navigates and not is_file:
            return self._response(404)
        return PlainTextResponse(error.detail, 404, headers=error.headers)

    def _response(self, status: int) -> Response:
        if self._html is None:
            return PlainTextResponse(_NOT_BUILT, 503)
        nonce = secrets.token_urlsafe(16)
        policy = {"content-security-policy": _POLICY.replace(_NONCE, nonce)}
        html = self._html.replace(_NONCE, nonce)
        return HTMLResponse(html, status, headers={**_HEADERS, **policy})
