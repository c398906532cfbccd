"""The interface for requests that a connection answers without ASGI (ADR 38).

With ASGI every request takes a task, a chain of middlewares and several messages, which cost more
than a query plan. Requests that did not arrive as a whole, or are unusual, go to the application.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple, Protocol, TypeAlias

from starlette.types import Scope
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

STATE = "direct"  # the key of the handler in the state of the lifespan
_FORWARDED = frozenset({b"x-forwarded-for", b"x-forwarded-proto"})


class DirectReply(NamedTuple):
    """A response with the status 200; `headers` are encoded, each with its line break.

    `is_last`: the connection closes after it, as the process drains.
    """

    headers: bytes
    body: bytes
    is_last: bool = False


Finish: TypeAlias = Callable[[DirectReply | None], None]


class DirectHandler(Protocol):
    """Offered each request before the application."""

    def __call__(self, scope: Scope, body: bytes | bytearray, finish: Finish) -> bool:
        """Return whether the handler takes the request.

        It then calls `finish` once, now or later, with the reply; None: the application answers.
        """
        ...


def find_handler(state: Mapping[str, Any]) -> DirectHandler | None:
    """Return the handler that the lifespan of the application provides."""
    handler: DirectHandler | None = state.get(STATE)
    return handler


def apply_proxy_headers(scope: Scope, app: object) -> Scope:
    """Return the scope as uvicorn's middleware for proxy headers would pass it on."""
    if not isinstance(app, ProxyHeadersMiddleware):
        return scope
    if _FORWARDED.isdisjoint([name for name, _ in scope["headers"]]):
        return scope
    scope, resolver = dict(scope), ProxyHeadersMiddleware(_do_nothing)
    resolver.trusted_hosts = app.trusted_hosts
    with suppress(StopIteration):  # the middleware awaits nothing but its application
        resolver(scope, _do_nothing, _do_nothing).send(None)  # type: ignore[arg-type]
    return scope


async def _do_nothing(*_: object) -> Any:  # noqa: ANN401 - an application, and what it is called with
    """Do nothing, as an application, `receive` and `send`."""
