"""Requests that are too long or too slow, and operations out of time."""

import asyncio

import pytest
from starlette.types import Message, Receive

from server.http.negotiation import Refusal
from server.http.request_limits import Deadline, OperationCancelled, limit_body


def parts(*bodies: bytes) -> Receive:
    """A body in pieces, then the caller's end."""
    pieces = list(bodies)

    async def receive() -> Message:
        if not pieces:
            return {"type": "http.disconnect"}
        body = pieces.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(pieces)}

    return receive


async def never() -> Message:
    await asyncio.Event().wait()
    raise AssertionError


async def test_a_body_is_counted_over_all_its_pieces() -> None:
    receive = limit_body(parts(b"12345", b"12345", b"1"), max_bytes=10)
    await receive()
    await receive()
    with pytest.raises(Refusal) as caught:
        await receive()
    assert caught.value.status_code == 413


async def test_a_body_that_does_not_come_is_408() -> None:
    with pytest.raises(Refusal) as caught:
        await limit_body(never, seconds=0.01)()
    assert caught.value.status_code == 408


async def test_after_the_body_there_is_all_the_time() -> None:
    receive = limit_body(parts(b"{}"), seconds=0.01)
    await receive()
    await asyncio.sleep(0.02)
    assert (await receive())["type"] == "http.disconnect"


@pytest.mark.parametrize(("receive", "is_disconnected"), [(parts(), True), (never, False)])
async def test_operation_ends_with_its_caller_or_its_deadline(
    receive: Receive, is_disconnected: bool
) -> None:
    with pytest.raises(OperationCancelled) as caught:
        async with Deadline(0.3, receive):
            await asyncio.Event().wait()
    assert caught.value.is_disconnected is is_disconnected


async def test_a_timeout_inside_is_not_the_deadline() -> None:
    with pytest.raises(TimeoutError):
        async with Deadline(5):
            raise TimeoutError
