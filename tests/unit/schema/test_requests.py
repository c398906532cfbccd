"""A request of the graph: its headers and its body."""

from collections.abc import Sequence

import pytest
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope

from server.http.requests import GraphQLRequest

SENT = [(b"accept", b"text/html"), (b"x-name", b"\xe9"), (b"accept", b"application/json")]


def receiver(messages: Sequence[Message]) -> Receive:
    waiting = list(messages)

    async def receive() -> Message:
        return waiting.pop(0)

    return receive


def request_of(*messages: Message) -> GraphQLRequest:
    scope: Scope = {"type": "http", "headers": SENT, "client": ("10.0.0.1", 1)}
    return GraphQLRequest(scope, receiver(messages))


def test_the_first_of_several_headers_counts_whatever_its_spelling() -> None:
    headers = request_of().headers
    assert headers["Accept"] == headers.get("accept") == "text/html"
    assert headers.get("x-name") == "é"
    assert headers.get("cookie", "none") == "none"
    assert headers.getlist("accept") == ["text/html", "application/json"]
    with pytest.raises(KeyError):
        headers["cookie"]


def part(body: bytes, *, more: bool) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


async def test_a_body_in_parts_is_read_once() -> None:
    request = request_of(part(b"ab", more=True), part(b"", more=True), part(b"c", more=False))
    assert [await request.body() for _ in range(2)] == [b"abc", b"abc"]


async def test_a_caller_who_leaves_has_no_body() -> None:
    request = request_of(part(b"ab", more=True), {"type": "http.disconnect"})
    with pytest.raises(ClientDisconnect):
        await request.body()
