"""Counts the responses of routes beside the graph (S63, A50)."""

from time import perf_counter

from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from schema.context import Runtime
from server.http.request_limits import TimedReceive


def counted(runtime: Runtime) -> list[Middleware]:
    """The `middleware` of a route whose responses count as requests of this process."""
    return [Middleware(Counted, runtime=runtime)]


class Counted:
    """Counts a request with the time until its response begins: a stream may last for days."""

    def __init__(self, app: ASGIApp, runtime: Runtime) -> None:
        """`app` is the route."""
        self._app = app
        self._meter = runtime.meter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An exception before the response counts as an error, like any 5xx."""
        body, begin, has_begun = TimedReceive(receive), perf_counter(), False

        def seconds() -> float:
            return perf_counter() - begin - body.waited_seconds

        async def seen(message: Message) -> None:
            nonlocal has_begun
            if message["type"] == "http.response.start":
                has_begun = True
                self._meter.count(seconds(), failed=message["status"] >= 500)
            await send(message)

        try:
            await self._app(scope, body, seen)
        except Exception:
            if not has_begun:
                self._meter.count(seconds(), failed=True)
            raise
