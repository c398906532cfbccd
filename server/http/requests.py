"""A request of the graph over HTTP: what starlette finds slowly, or not at all, is found once."""

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive, Scope

from schema.context import Context


class FirstHeaders(Headers):
    """Looks up a name in a dictionary, where starlette's walks through all headers each time."""

    def __init__(self, raw: list[tuple[bytes, bytes]]) -> None:
        """`raw`: as ASGI has them, with names in small letters."""
        super().__init__(raw=raw)
        self._first = dict(reversed(raw))

    def first(self, name: bytes) -> str | None:
        """The first value of a name in small letters."""
        found = self._first.get(name)
        return None if found is None else found.decode("latin-1")

    def __getitem__(self, key: str) -> str:
        """The first value of that name."""
        return self._first[key.lower().encode("latin-1")].decode("latin-1")


class GraphQLRequest(Request):
    """`recognised`: who sent it, once that is known; `context`: that of its execution."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        """`receive` limits the body."""
        super().__init__(scope, receive)
        self.recognised: Context | None = None
        self.context: Context | None = None
        self._first_headers = FirstHeaders(scope["headers"])
        self._parts: list[bytes] = []
        self._whole: bytes | None = None

    @property
    def headers(self) -> FirstHeaders:
        """As the caller sent them."""
        return self._first_headers

    @property
    def executed(self) -> Context:
        """The context of its execution, which there is after it."""
        assert self.context is not None
        return self.context

    async def body(self) -> bytes:
        """All of it, without starlette's generators: mostly it is one message."""
        while self._whole is None:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            self._parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                self._whole = b"".join(self._parts)
        return self._whole
