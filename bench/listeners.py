"""Many sockets that listen to one stream each: a process of its own, on the core of the load.

`python -m bench.listeners` takes one line of JSON with what to open, answers with one line when
all have their snapshot, then with one line a round: when each heard its next message. Moments are
of the monotonic clock, which all processes of a machine share.
"""

import asyncio
import json
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import cast
from uuid import uuid4

import uvloop
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

from bench.machine import allow_many_sockets, pin
from bench.stack import HOST

_AT_ONCE = 50  # sockets that open at the same time
_QUIET = 0.1  # seconds
ROUND_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class ListenCommand:
    """What to open. `document` may use `$device`, which differs from socket to socket."""

    port: int
    sockets: int
    document: str
    token: str | None = None
    core: int | None = None


@dataclass(slots=True)
class Heard:
    """What came in one round.

    It is read when nothing more comes: to read a message takes longer than to take it from its
    socket, and those behind it would seem to come later than they do.
    """

    expected: int
    arrivals: list[tuple[float, "Listener", bytes]] = field(default_factory=list)
    moments: list[float] = field(default_factory=list)

    async def complete(self) -> None:
        """Return when all expected messages have arrived and are read."""
        while len(self.moments) < self.expected:
            before = len(self.arrivals)
            await asyncio.sleep(_QUIET)
            if len(self.arrivals) == before:
                arrivals, self.arrivals = self.arrivals, []
                for moment, listener, data in arrivals:
                    listener.read(moment, data)


class Listener(asyncio.Protocol):
    """One socket, over the part of `websockets` that does no I/O."""

    def __init__(self, command: ListenCommand, number: int) -> None:
        self._command, self._number = command, number
        uri = parse_uri(f"ws://{HOST}:{command.port}/graphql")
        self._protocol = ClientProtocol(
            uri, subprotocols=[Subprotocol("graphql-transport-ws")], max_size=None
        )
        self._transport: asyncio.Transport | None = None
        self._heard: Heard | None = None
        self.snapshot: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def expect(self, heard: Heard) -> None:
        """Note the next message there."""
        self._heard = heard

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Shake hands."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass
        self._protocol.send_request(self._protocol.connect())
        self._flush()

    def data_received(self, data: bytes) -> None:
        """The moment counts at which the last byte of a message was there."""
        if self._heard is not None:
            self._heard.arrivals.append((time.monotonic(), self, data))
        else:
            self.read(time.monotonic(), data)

    def read(self, moment: float, data: bytes) -> None:
        """Take what came at that moment for what it is."""
        self._protocol.receive_data(data)
        for event in self._protocol.events_received():
            if isinstance(event, Frame):
                self._take(event, moment)
            elif self._protocol.state is State.OPEN:
                self._open()
        self._flush()

    def connection_lost(self, _error: Exception | None) -> None:
        """Say so, before the run waits in vain."""
        if not self.snapshot.done():
            self.snapshot.set_exception(RuntimeError("the server has closed a socket"))

    def _take(self, frame: Frame, moment: float) -> None:
        if frame.opcode is not Opcode.TEXT:
            return
        if b'"connection_ack"' in frame.data[:64]:
            self._subscribe()
            return
        if b'"next"' not in frame.data[:80] or b'"errors"' in frame.data[-2_000:]:
            self._fail(bytes(frame.data[:500]).decode())
        elif not self.snapshot.done():
            self.snapshot.set_result(None)
        elif self._heard is not None:
            heard, self._heard = self._heard, None
            heard.moments.append(moment)

    def _fail(self, text: str) -> None:
        print(f"unexpected message: {text}", file=sys.stderr, flush=True)
        if not self.snapshot.done():
            self.snapshot.set_exception(RuntimeError(text))

    def _open(self) -> None:
        payload = {"token": self._command.token} if self._command.token else {}
        self._send({"type": "connection_init", "payload": payload})

    def _subscribe(self) -> None:
        variables = {"device": f"device-{self._number}"}
        payload = {"query": self._command.document, "variables": variables}
        # As long as the ids of real clients: none is like another.
        self._send({"id": str(uuid4()), "type": "subscribe", "payload": payload})

    def _send(self, message: object) -> None:
        self._protocol.send_text(json.dumps(message).encode())

    def _flush(self) -> None:
        if self._transport is not None:
            for data in self._protocol.data_to_send():
                self._transport.write(data)


async def main(command: ListenCommand) -> None:
    """Open all, then listen round after round until stdin ends."""
    begin = time.monotonic()
    listeners = await _open_all(command)
    _say({"seconds": time.monotonic() - begin})
    loop = asyncio.get_running_loop()
    while await loop.run_in_executor(None, sys.stdin.readline):
        heard = Heard(len(listeners))
        for listener in listeners:
            listener.expect(heard)
        _say({"armed": True})
        with suppress(TimeoutError):
            await asyncio.wait_for(heard.complete(), ROUND_SECONDS)
        _say({"heard": heard.moments})


async def _open_all(command: ListenCommand) -> list[Listener]:
    turns = asyncio.Semaphore(_AT_ONCE)
    loop = asyncio.get_running_loop()

    async def opened(number: int) -> Listener:
        async with turns:
            _, listener = await loop.create_connection(
                lambda: Listener(command, number), HOST, command.port
            )
            async with asyncio.timeout(ROUND_SECONDS):
                await listener.snapshot
        return listener

    return await asyncio.gather(*(opened(number) for number in range(command.sockets)))


def _say(message: object) -> None:
    print(json.dumps(message), flush=True)


if __name__ == "__main__":
    allow_many_sockets()
    command = ListenCommand(**json.loads(sys.stdin.readline()))
    pin(0, command.core)
    uvloop.run(main(command))
