"""The bus's one connection to Redis: broadcaster's backend, supervised.

broadcaster's own backend delivers nothing to a first subscriber and dies with its connection
(encode/broadcaster #142, #144). This one works on a plain connection instead of redis-py's
`PubSub`, which reconnects by itself in silence: here each new connection is known, and every
channel that may have missed something is reported as a `Gap`.
"""

import asyncio
import logging
import random
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from itertools import count

from broadcaster import BroadcastBackend, Event
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import RedisError

from services.platform import background
from services.platform.outages import cause_of

logger = logging.getLogger(__name__)

_SILENT = "Redis does not answer"


class BusUnavailable(Exception):
    """The message could not be handed to Redis in time; readers find it by catching up."""


class Gap(Exception):
    """Messages of this channel may have been missed. From now on it is received again."""

    def __init__(self, channel: str) -> None:
        super().__init__(channel)
        self.channel = channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """All in seconds. A dead or frozen Redis is noticed after `silence` at the latest."""

    deadline: float = 1.0  # of connecting, of a publish with its retry, of a first subscribe
    heartbeat: float = 3.0  # a PING after so long without a command; well below `silence`
    silence: float = 8.0
    backoff_base: float = 0.1
    backoff_cap: float = 2.0


DEFAULT_TIMING = Timing()


@dataclass(slots=True)
class Counters:
    """What the bus has done since the process started."""

    published: int = 0
    publish_failures: int = 0
    received: int = 0
    dropped: int = 0  # unread messages given up because a reader was too slow
    undecodable: int = 0
    reconnects: int = 0


class RedisBackend(BroadcastBackend):
    """Receives the desired channels over one connection for as long as `next_published` is read."""

    def __init__(self, url: str, timing: Timing = DEFAULT_TIMING) -> None:
        self.counters = Counters()
        self._timing = timing
        # RESP2, because Redis of any age speaks it and pub/sub needs nothing newer. What the
        # URL says in its query wins over these.
        self._pool = BlockingConnectionPool.from_url(
            url,
            max_connections=4,
            timeout=timing.deadline,
            socket_timeout=timing.deadline,
            socket_connect_timeout=timing.deadline,
            client_name="launch-bus",
            protocol=2,
        )
        self._client = Redis(connection_pool=self._pool)
        self._connection: AbstractConnection | None = None
        self._writer: asyncio.Task[None] | None = None
        self._connected_before = False
        self._heard_at = time.monotonic()
        self.cause: str | None = None  # why there is no connection, as far as is known
        self._desired: set[str] = set()
        self._changed = asyncio.Event()
        self._sent: set[str] = set()  # what the commands sent so far amount to
        self._unanswered: Counter[str] = Counter()  # SUBSCRIBE sent, its reply not yet read
        self._received: set[str] = set()  # Redis has confirmed that it sends us these
        self._confirmed: dict[str, asyncio.Event] = {}  # who waits for that
        self._unsure: set[str] = set()  # somebody listens since before it was confirmed

    @property
    def connected(self) -> bool:
        """True while the connection is up, as far as is known."""
        return self._connection is not None

    @property
    def silent_seconds(self) -> float:
        """Since Redis has said anything at all; about `Timing.heartbeat` where it is well."""
        return time.monotonic() - self._heard_at

    async def connect(self) -> None:
        """Try once within the deadline. `next_published` goes on trying if that fails."""
        try:
            async with asyncio.timeout(self._timing.deadline):
                await self._open()
        except (RedisError, OSError) as error:
            self._note(error)

    async def disconnect(self) -> None:
        """Close everything. The reader of `next_published` must have been cancelled before."""
        await self._drop()
        for group in tuple(self._desired):
            await self.unsubscribe(group)
        await self._client.aclose()
        await self._pool.disconnect()

    async def subscribe(self, group: str) -> None:
        """Receive a channel, from when this returns; without Redis, from the next `Gap` on.

        Any number of callers may do so at once: it only states a wish, and the writer makes
        the connection agree with all wishes.
        """
        self._desired.add(group)
        self._changed.set()
        if group in self._received or not self.connected:
            return
        confirmed = self._confirmed.setdefault(group, asyncio.Event())
        try:
            async with asyncio.timeout(self._timing.deadline):
                await confirmed.wait()
        except TimeoutError:
            self._unsure.add(group)

    async def unsubscribe(self, group: str) -> None:
        """Receive a channel no longer. Takes no time, so it is safe in a cancelled task."""
        self._desired.discard(group)
        self._unsure.discard(group)
        if confirmed := self._confirmed.pop(group, None):
            confirmed.set()
        self._changed.set()

    async def publish(self, channel: str, message: str) -> None:
        """Send to all processes. Raises `BusUnavailable` when the deadline has passed.

        A message can arrive twice, if the reply to the first try was what got lost.
        """
        try:
            async with asyncio.timeout(self._timing.deadline):
                await self._publish(channel, message)
        except (RedisError, OSError) as error:
            raise BusUnavailable(f"Redis did not take a message for {channel}.") from error

    async def _publish(self, channel: str, message: str) -> None:
        try:
            await self._client.publish(channel, message)
        except (RedisError, OSError):
            await asyncio.sleep(self._timing.deadline / 10)
            await self._client.publish(channel, message)

    async def next_published(self) -> Event:
        """Wait for a message. Reconnects as often as necessary; raises only `Gap`."""
        while True:
            event = self._handle(await self._read())
            if event is not None:
                return event

    async def _read(self) -> object:
        while True:
            connection = self._connection or await self._reopen()
            try:
                reply: object = await connection.read_response(
                    timeout=self._timing.silence, push_request=True
                )
                if reply is None:
                    raise TimeoutError(f"no answer for {self._timing.silence:g} s")
                self._heard_at = time.monotonic()
                return reply
            except Exception as error:  # whatever it is, a fresh connection is the remedy
                self._note(error)
                await self._drop()

    def _handle(self, reply: object) -> Event | None:
        match reply:
            case [b"message", bytes(channel), bytes(data)]:
                return self._decode(channel, data)
            case [b"subscribe", bytes(channel), _]:
                self._confirm(channel.decode())
        return None

    def _decode(self, channel: bytes, data: bytes) -> Event | None:
        try:
            return Event(channel.decode(), data.decode())
        except UnicodeDecodeError:
            self.counters.undecodable += 1
            return None

    def _confirm(self, channel: str) -> None:
        self._unanswered[channel] -= 1
        if self._unanswered[channel] > 0:
            return  # after subscribe, unsubscribe, subscribe: the answer to the first of them
        del self._unanswered[channel]
        if channel not in self._sent:
            return
        self._received.add(channel)
        if confirmed := self._confirmed.pop(channel, None):
            confirmed.set()
        if channel in self._unsure:
            self._unsure.discard(channel)
            raise Gap(channel)

    async def _reopen(self) -> AbstractConnection:
        for attempt in count():
            ceiling = min(
                self._timing.backoff_cap, self._timing.backoff_base * 2 ** min(attempt, 10)
            )
            # The jitter keeps all processes from coming back to a restarted Redis at once.
            await asyncio.sleep(random.uniform(ceiling / 2, ceiling))
            try:
                return await self._open()
            except Exception as error:
                self._note(error)
        raise AssertionError("endless")

    def _note(self, error: Exception) -> None:
        """Log each cause once: it is tried again every two seconds."""
        cause = cause_of(error) or _SILENT
        if cause != self.cause:
            logger.warning("%s; trying on: %r", cause, error, extra={"cause": cause})
        self.cause = cause

    async def _open(self) -> AbstractConnection:
        connection = self._pool.connection_class(**self._pool.connection_kwargs)
        try:
            await connection.connect_check_health(retry_socket_connect=False)
        except BaseException:
            await connection.disconnect(nowait=True)
            raise
        self.counters.reconnects += self._connected_before
        self._connected_before = True
        self._connection = connection
        self._heard_at = time.monotonic()
        self.cause = None
        self._sent.clear()
        self._unanswered.clear()
        self._received.clear()
        self._unsure.update(self._desired)
        self._writer = asyncio.create_task(self._write(connection))
        return connection

    async def _drop(self) -> None:
        connection, self._connection = self._connection, None
        try:
            await background.end(self._writer)
        finally:
            if connection is not None:
                with suppress(RedisError, OSError):
                    await connection.disconnect(nowait=True)

    async def _write(self, connection: AbstractConnection) -> None:
        """Send all that is sent on the connection, so that commands stand in the wishes' order."""
        try:
            while True:
                self._changed.clear()
                await self._send_difference(connection)
                await self._wait_or_ping(connection)
        except Exception as error:
            logger.debug("Cannot write to Redis: %r", error)
            await connection.disconnect(nowait=True)  # which wakes the reader

    async def _send_difference(self, connection: AbstractConnection) -> None:
        if wanted := self._desired - self._sent:
            self._sent |= wanted
            self._unanswered.update(wanted)
            await connection.send_command("SUBSCRIBE", *wanted, check_health=False)
        if unwanted := self._sent - self._desired:
            self._sent -= unwanted
            self._received -= unwanted
            await connection.send_command("UNSUBSCRIBE", *unwanted, check_health=False)

    async def _wait_or_ping(self, connection: AbstractConnection) -> None:
        try:
            async with asyncio.timeout(self._timing.heartbeat):
                await self._changed.wait()
        except TimeoutError:
            await connection.send_command("PING", check_health=False)
