"""Frames as RFC 6455 has them, read by the client of `websockets`; and the parts of a socket."""

import asyncio

import pytest
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import OPEN
from websockets.uri import parse_uri

from server.compat import ASGIReceiveEvent
from server.websocket.protocol import EventQueue, LazyEvent, frame_header


@pytest.mark.parametrize("length", [0, 1, 125, 126, 65_535, 65_536, 100_000])
def test_a_client_reads_the_message(length: int) -> None:
    message = b"x" * length
    client = ClientProtocol(parse_uri("ws://launch.test"), state=OPEN, max_size=None)
    client.receive_data(frame_header(length) + message)
    (frame,) = client.events_received()
    assert isinstance(frame, Frame)
    assert (frame.opcode, frame.fin, bytes(frame.data)) == (Opcode.TEXT, True, message)


async def test_a_waiter_continues_when_the_gate_opens() -> None:
    gate = LazyEvent()
    await gate.wait()
    gate.clear()
    waiting = [asyncio.create_task(gate.wait()) for _ in range(3)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    assert (gate.is_set(), [task.done() for task in waiting[1:]]) == (False, [False, False])
    gate.set()
    await asyncio.gather(*waiting[1:])
    assert gate.is_set()


async def test_an_inbox_gives_the_oldest_and_waits_for_the_next() -> None:
    notified: list[bool] = []
    inbox = EventQueue(lambda: notified.append(inbox.empty()))
    events: list[ASGIReceiveEvent] = [
        {"type": "websocket.receive", "text": str(number)} for number in range(3)
    ]
    first = asyncio.create_task(inbox.get())
    await asyncio.sleep(0)
    for event in events:
        inbox.put_nowait(event)
    assert [await first, await inbox.get(), await inbox.get()] == events
    assert (notified, inbox.empty()) == ([False] * 3, True)
