"""The message bus between processes, with the interface of the library broadcaster.

It may lose messages, but never silently: after an interruption each subscriber of a channel gets a
`Resync`, and has to read again what it follows (S59, A24).
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self, TypeAlias

from broadcaster import Event

from services.platform import background
from subscriptions.fanout import Bounded, Buffer, Fanout, Subscription
from subscriptions.redis_backend import (
    DEFAULT_TIMING,
    BusUnavailable,
    Counters,
    Gap,
    RedisBackend,
    Timing,
)

__all__ = ["Backend", "Broadcast", "BusMessage", "BusUnavailable", "Event", "Resync", "Timing"]

logger = logging.getLogger(__name__)

_YIELD_EVERY = 16  # messages, before the readers get a turn


@dataclass(frozen=True, slots=True)
class Resync:
    """Stands for a message: earlier messages of this channel may have been lost."""

    reason: str


BusMessage: TypeAlias = Event | Resync


class Backend(Protocol):
    """The interface of broadcaster's `BroadcastBackend`, with the state that the bus reports."""

    @property
    def connected(self) -> bool:
        """True while messages can arrive."""

    @property
    def silent_seconds(self) -> float:
        """Seconds since the last reply of the server."""

    @property
    def cause(self) -> str | None:
        """Why messages cannot arrive, for operators."""

    @property
    def counters(self) -> Counters:
        """Counters that the backend and the bus share."""

    async def connect(self) -> None:
        """Connect. Must not fail because the server is down."""

    async def disconnect(self) -> None:
        """Close the connection."""

    async def subscribe(self, group: str) -> None:
        """Start to receive a channel. It is called for each subscriber: must be idempotent."""

    async def unsubscribe(self, group: str) -> None:
        """Stop receiving a channel. Must not wait."""

    async def publish(self, channel: str, message: str) -> None:
        """Send a message, or raise BusUnavailable."""

    async def next_published(self) -> Event:
        """Wait for the next message, or raise Gap."""


class Broadcast:
    """The bus of one process: all its streams share one connection for all channels."""

    def __init__(
        self,
        url: str | None = None,
        *,
        backend: Backend | None = None,
        timing: Timing = DEFAULT_TIMING,
        buffer_size: int = 1000,
    ) -> None:
        if backend is None and url is None:
            raise ValueError("Either `url` or `backend` must be given.")
        self._backend: Backend = backend or RedisBackend(url or "", timing)
        self._buffer_size = buffer_size
        self._channels: dict[str, Fanout[BusMessage]] = {}
        self._listener: asyncio.Task[None] | None = None

    @property
    def connected(self) -> bool:
        """True while the connection is up; a frozen Redis shows after `Timing.silence`."""
        return self._listener is not None and self._backend.connected

    @property
    def silent_seconds(self) -> float:
        """How old the news of streams may be: seconds since Redis was heard last (F12)."""
        return self._backend.silent_seconds

    @property
    def cause(self) -> str | None:
        """Why the connection is down, for operators."""
        return self._backend.cause

    @property
    def counters(self) -> Counters:
        """What it has done so far."""
        return self._backend.counters

    @property
    def live(self) -> int:
        """How many subscriptions are open (S74)."""
        return sum(fanout.live for fanout in self._channels.values())

    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.disconnect()

    async def connect(self) -> None:
        """Start to receive. Without Redis it succeeds too, and connects in the background."""
        if self._listener is None:
            await self._backend.connect()
            self._listener = asyncio.create_task(self._listen())

    async def disconnect(self) -> None:
        """Stop, and end the iteration of every subscriber."""
        listener, self._listener = self._listener, None
        await background.end(listener)
        for fanout in self._channels.values():
            fanout.close()
        self._channels.clear()
        await self._backend.disconnect()

    async def publish(self, channel: str, message: str) -> None:
        """Send to all processes, this one included. Raises BusUnavailable within the deadline."""
        try:
            if self._listener is None:
                raise BusUnavailable("The bus is not connected.")
            await self._backend.publish(channel, message)
        except BusUnavailable:
            self.counters.publish_failures += 1
            raise
        self.counters.published += 1

    @asynccontextmanager
    async def subscribe(
        self, channel: str, buffer: Buffer[BusMessage] | None = None
    ) -> AsyncIterator[Subscription[BusMessage]]:
        """Receive all messages of a channel that are sent after the block is entered.

        While Redis is down the block can be entered too; the first message is a `Resync` then.
        """
        fanout = self._channels.get(channel) or self._new_channel(channel)
        subscription = fanout.subscribe(buffer or Bounded(self._buffer_size))
        try:
            if self._listener is not None:
                await self._backend.subscribe(channel)
            yield subscription
        finally:
            subscription.close()
            await self._release(channel, fanout)

    def _new_channel(self, channel: str) -> Fanout[BusMessage]:
        fanout: Fanout[BusMessage] = Fanout()
        if self._listener is None:
            fanout.close()  # otherwise its readers would never wake
        else:
            self._channels[channel] = fanout
        return fanout

    async def _release(self, channel: str, fanout: Fanout[BusMessage]) -> None:
        # Nothing here awaits, so that no subscriber can come in between.
        if not fanout.live and self._channels.get(channel) is fanout:
            del self._channels[channel]
            await self._backend.unsubscribe(channel)

    async def _listen(self) -> None:
        while True:
            try:
                await self._receive()
            except Gap as gap:
                self._deliver(gap.channel, Resync("reconnected"))
            except Exception:
                logger.exception("The backend of the bus failed")
                for channel in tuple(self._channels):
                    self._deliver(channel, Resync("failed"))
                await asyncio.sleep(1)

    async def _receive(self) -> None:
        for _ in range(_YIELD_EVERY):
            event = await self._backend.next_published()
            self.counters.received += 1
            self._deliver(event.channel, event)
        # Reading buffered messages does not yield, and a thousand of them at once would overflow
        # readers that are not slow.
        await asyncio.sleep(0)

    def _deliver(self, channel: str, message: BusMessage) -> None:
        if fanout := self._channels.get(channel):
            self.counters.dropped += fanout.publish(message)
