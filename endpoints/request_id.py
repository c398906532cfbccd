"""The id of each request: accepted or generated, on every log line, and in the response."""

import logging
import re
from contextlib import AbstractContextManager, nullcontext

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from endpoints.headers import first_value
from services.platform import log_context, tracing
from services.platform.tracing import Kind, Span

logger = logging.getLogger("launch.http")

HEADER = "x-request-id"
_HEADER = HEADER.encode()
_REFUSED = 400
_BROKEN = 500
_POLLED = frozenset({"/healthz", "/readyz", "/metrics"})
_BEGIN = re.compile(r"/[\w.-]{0,40}", re.ASCII)


class RequestIds:
    """The outermost middleware. A socket keeps its id."""

    def __init__(self, app: ASGIApp) -> None:
        """`app` finds the id in `log_context`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Bind the id for everything that this request starts."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        request_id = log_context.accepted_id(first_value(scope, _HEADER))
        shown = (_HEADER, request_id.encode())
        before = log_context.bind(request_id=request_id)
        try:
            with _span(scope) as span:

                async def named(message: Message) -> None:
                    if message["type"] == "http.response.start":
                        headers = [
                            item for item in message.get("headers", ()) if item[0] != _HEADER
                        ]
                        message = {**message, "headers": [*headers, shown]}
                        _log_response(scope, message["status"], span)
                    await send(message)

                await self._app(scope, receive, named)
        finally:
            log_context.restore(before)


def _span(scope: Scope) -> AbstractContextManager[Span]:
    """A span below the caller's, if it sent a W3C `traceparent`."""
    if not tracing.is_on() or scope["path"] in _POLLED:
        return nullcontext(tracing.NO_SPAN)
    attributes = {"http.request.method": _method(scope), "url.path": _path_prefix(scope)}
    context = {name: first_value(scope, name.encode()) for name in ("traceparent", "tracestate")}
    parent = {name: value for name, value in context.items() if value is not None}
    return tracing.span(_name(scope), Kind.REQUEST, attributes, parent)


def _log_response(scope: Scope, status: int, span: Span) -> None:
    """Log responses that did not come from the graph, which logs its own."""
    if span is not tracing.NO_SPAN:
        attributes = {"http.response.status_code": status}
        span.describe(_name(scope), attributes, failed=status >= _BROKEN)
    if status >= _REFUSED:
        level = logging.WARNING if status >= _BROKEN else logging.INFO
        logger.log(level, "%s %d", _name(scope), status, extra={"status": status})


def _name(scope: Scope) -> str:
    return f"{_method(scope)} {_path_prefix(scope)}"


def _method(scope: Scope) -> str:
    return str(scope.get("method", "WEBSOCKET"))


def _path_prefix(scope: Scope) -> str:
    """The first part of a path: the rest may be the code of an invitation."""
    match = _BEGIN.match(scope["path"])
    return match.group() if match else "?"
