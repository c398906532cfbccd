"""Headers that every response has, and the Host header that every request needs."""

import re

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.http.security_headers import ALWAYS, HTTPS_ONLY

# Nothing, or a name or an address as RFC 3986 writes it, and a port. A reg-name of the RFC may hold
# commas and percent signs too; no name of a host does.
_HOST = re.compile(rb"|([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{0,5})?")
_PLAIN = [(name.encode(), value.encode()) for name, value in ALWAYS.items()]
_HTTPS = [*_PLAIN, (b"strict-transport-security", HTTPS_ONLY.encode())]


def first_value(scope: Scope, header: bytes) -> str | None:
    """The first value of a request header, by its name in lower case.

    Starlette's mapping costs ten times as much, for every request.
    """
    for name, value in scope["headers"]:
        if name == header:
            return bytes(value).decode("latin-1")
    return None


def secure_headers(*, https: bool) -> list[tuple[bytes, bytes]]:
    """Those that every answer has, unless it sets them itself."""
    return _HTTPS if https else _PLAIN


def _add_headers(headers: list[tuple[bytes, bytes]], *, https: bool) -> list[tuple[bytes, bytes]]:
    """Add the security headers that the response does not set itself."""
    present = {name for name, _ in headers}
    return [*headers, *[item for item in secure_headers(https=https) if item[0] not in present]]


class SecureHeaders:
    """Middleware for all responses except those of a crash, which are created outside of it."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        """`https`: tell browsers to use nothing else."""
        self._app = app
        self._https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add headers to the response."""

        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = _add_headers(list(message.get("headers", ())), https=self._https)
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, secured if scope["type"] == "http" else send)


class SingleHeaders:
    """Refuses requests and sockets without one valid Host (RFC 9112, 3.2), or two credentials."""

    def __init__(self, app: ASGIApp) -> None:
        """The application behind it never sees two values of such a header."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """400, or as the app answers."""
        kind = scope["type"]
        problem = header_problem(scope) if kind in ("http", "websocket") else None
        if problem is None:
            await self._app(scope, receive, send)
        elif kind == "http" or "websocket.http.response" in scope.get("extensions", {}):
            prefix = "" if kind == "http" else "websocket."
            headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
            await send({"type": f"{prefix}http.response.start", "status": 400, "headers": headers})
            await send({"type": f"{prefix}http.response.body", "body": problem})
        else:
            await send({"type": "websocket.close", "code": 1008})


def header_problem(scope: Scope) -> bytes | None:
    """Return why a request is refused for its headers alone; None where it is not."""
    names = [name for name, _ in scope["headers"]]
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    if len(hosts) != 1 or _HOST.fullmatch(hosts[0]) is None:
        return b"A request names one host, in one Host header."
    if names.count(b"authorization") > 1 or names.count(b"x-api-key") > 1:
        return b"A request has one Authorization header and one x-api-key header at most."
    return None
