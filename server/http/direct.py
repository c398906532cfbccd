"""Requests that are answered without ASGI, because they arrived as a whole and nothing is unusual.

ASGI gives every request a task, a chain of middlewares and several messages, which cost more than
a query plan does. Everything else goes the usual way, from its beginning.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple, Protocol, TypeAlias

from starlette.types import Scope
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

STATE = "direct"  # the key of the handler in the state of the lifespan
_FORWARDED = frozenset({b"x-forwarded-for", b"x-forwarded-proto"})


class Reply(NamedTuple):
    """A response with the status 200; `headers` as they are sent, each with its line break."""

    headers: bytes
    body: bytes


Finish: TypeAlias = Callable[[Reply | None], None]


class DirectHandler(Protocol):
    """What a connection asks before the application."""

    def __call__(self, scope: Scope, body: bytes | bytearray, finish: Finish) -> bool:
        """Whether it answers: it calls `finish` once, now or later, and raises nothing then.

        False, or later None: the application answers.
        """
        ...


def handler_of(state: Mapping[str, Any]) -> DirectHandler | None:
    """The handler that the lifespan of the application provides."""
    found: DirectHandler | None = state.get(STATE)
    return found


def forwarded(scope: Scope, app: object) -> Scope:
    """The scope as an application behind uvicorn's proxy headers sees it."""
    if not isinstance(app, ProxyHeadersMiddleware):
        return scope
    if _FORWARDED.isdisjoint([name for name, _ in scope["headers"]]):
        return scope
    scope, resolver = dict(scope), ProxyHeadersMiddleware(_nothing)
    resolver.trusted_hosts = app.trusted_hosts
    with suppress(StopIteration):  # it waits for nothing but its application
        resolver(scope, _nothing, _nothing).send(None)  # type: ignore[arg-type]
    return scope


async def _nothing(*_: object) -> Any:  # noqa: ANN401 - an application, and what it is called with
    """An application that answers nothing."""
