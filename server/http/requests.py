"""The request class of the GraphQL endpoint: faster headers and body, and its contexts."""

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive, Scope

from schema.context import Context


class FirstHeaders(Headers):
    """Headers with a dictionary; starlette's searches the whole list for each lookup."""

    def __init__(self, raw: list[tuple[bytes, bytes]]) -> None:
        """`raw` is the list of ASGI, with names in lower case."""
        super().__init__(raw=raw)
        self._first = dict(reversed(raw))

    def first(self, name: bytes) -> str | None:
        """Return the first value of a header; `name` is in lower case."""
        value = self._first.get(name)
        return None if value is None else value.decode("latin-1")

    def get(self, key: str, default: str | None = None) -> str | None:  # type: ignore[override]
        """Return the first value of a header; `Mapping.get` would raise for each absent one."""
        value = self.first(key.lower().encode("latin-1"))
        return default if value is None else value

    def __getitem__(self, key: str) -> str:
        """Return the first value of a header."""
        return self._first[key.lower().encode("latin-1")].decode("latin-1")


class GraphQLRequest(Request):
    """A request with two contexts.

    `plan_context` is authenticated for query plans, `context` is that of the executor.
    """

    def __init__(self, scope: Scope, receive: Receive) -> None:
        """`receive` enforces the limits of the body."""
        super().__init__(scope, receive)
        self.plan_context: Context | None = None
        self.context: Context | None = None
        self._first_headers = FirstHeaders(scope["headers"])
        self._chunks: list[bytes] = []
        self._body_bytes: bytes | None = None

    @property
    def headers(self) -> FirstHeaders:
        """The headers of the request."""
        return self._first_headers

    def release(self) -> None:
        """Let go of the body and of the contexts, which refer to the request, when it has ended.

        Otherwise they wait for a garbage collection, which counts objects and not bytes (SEC7).
        """
        self.plan_context = self.context = self._body_bytes = None
        self._chunks.clear()

    @property
    def executor_context(self) -> Context:
        """The context of the executor, after it has run."""
        assert self.context is not None
        return self.context

    async def body(self) -> bytes:
        """Read the whole body, without starlette's generators: it usually is one message."""
        while self._body_bytes is None:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            self._chunks.append(message.get("body", b""))
            if not message.get("more_body", False):
                self._body_bytes = b"".join(self._chunks)
        return self._body_bytes
