"""How long a caller takes to send a body is no response time (L3)."""

import asyncio

from starlette.types import Message

from server.http.request_limits import TimedReceive

PAUSE = 0.05


async def test_only_the_wait_for_the_body_is_the_callers() -> None:
    """What is received afterwards is the end of the connection, whenever it comes."""
    messages: list[Message] = [
        {"type": "http.request", "body": b"{", "more_body": True},
        {"type": "http.request", "body": b"}"},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Message:
        await asyncio.sleep(PAUSE)
        return messages.pop(0)

    body = TimedReceive(receive)
    await body()
    await body()
    waited = body.waited_seconds
    assert waited >= 2 * PAUSE * 0.9
    assert (await body())["type"] == "http.disconnect"
    assert body.waited_seconds == waited


async def test_a_body_that_never_comes_is_the_callers_too() -> None:
    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    body = TimedReceive(receive)
    with_limit = asyncio.wait_for(body(), PAUSE)
    result = (await asyncio.gather(with_limit, return_exceptions=True))[0]
    assert isinstance(result, TimeoutError)
    assert body.waited_seconds >= PAUSE * 0.9
