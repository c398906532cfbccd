"""Headers that every answer has, whatever gave it, and the one that every request has."""

from collections.abc import Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

# What is no page runs nothing, is framed by nobody, and is what its type says. Pages say otherwise.
ALWAYS: Mapping[str, str] = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
_HTTPS_ONLY = "max-age=31536000"


_PLAIN = [(name.encode(), value.encode()) for name, value in ALWAYS.items()]
_HTTPS = [*_PLAIN, (b"strict-transport-security", _HTTPS_ONLY.encode())]


def first_value(scope: Scope, wanted: bytes) -> str | None:
    """The first value of a header of a request, by its name in small letters.

    Starlette's mapping costs ten times that, and every request is asked.
    """
    for name, value in scope["headers"]:
        if name == wanted:
            return bytes(value).decode("latin-1")
    return None


def secure_headers(*, https: bool) -> list[tuple[bytes, bytes]]:
    """Those that every answer has, unless it sets them itself."""
    return _HTTPS if https else _PLAIN


def _secured(headers: list[tuple[bytes, bytes]], *, https: bool) -> list[tuple[bytes, bytes]]:
    """With those that the answer does not set itself."""
    given = {name for name, _ in headers}
    return [*headers, *[item for item in secure_headers(https=https) if item[0] not in given]]


class SecureHeaders:
    """A middleware for all answers but those of a crash, which are made outside of it."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        """`https`: browsers may be told to come by nothing else."""
        self._app = app
        self._https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As the app answers, with the headers."""

        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = _secured(list(message.get("headers", ())), https=self._https)
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, secured if scope["type"] == "http" else send)


class SingleHeaders:
    """Refuses requests and sockets with no Host or several (RFC 9112, 3.2), or two credentials."""

    def __init__(self, app: ASGIApp) -> None:
        """Behind it nobody has to ask which of two was meant."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """400, or as the app answers."""
        kind = scope["type"]
        problem = _problem(scope) if kind in ("http", "websocket") else None
        if problem is None:
            await self._app(scope, receive, send)
        elif kind == "http" or "websocket.http.response" in scope.get("extensions", {}):
            prefix = "" if kind == "http" else "websocket."
            headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
            await send({"type": f"{prefix}http.response.start", "status": 400, "headers": headers})
            await send({"type": f"{prefix}http.response.body", "body": problem})
        else:
            await send({"type": "websocket.close", "code": 1008})


def _problem(scope: Scope) -> bytes | None:
    names = [name for name, _ in scope["headers"]]
    if names.count(b"host") != 1:
        return b"A request names one host, in one Host header."
    if names.count(b"authorization") > 1 or names.count(b"x-api-key") > 1:
        return b"A request has one Authorization header and one x-api-key header at most."
    return None
