"""The connection of the bus to Redis: a backend for broadcaster that reconnects.

The backend of broadcaster delivers nothing to a first subscriber and stops when its connection is
lost (encode/broadcaster #142, #144). This one uses a plain connection instead of redis-py's
`PubSub`, which reconnects silently: it knows about each new connection, and reports every channel
that may have missed messages as a `Gap`.
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
from services.platform.redis_driver import DRIVER_INFO

logger = logging.getLogger(__name__)

_NO_REPLY = "Redis does not answer"


class BusUnavailable(Exception):
    """Redis did not accept a message in time; readers find it when they catch up."""


class Gap(Exception):
    """Messages of this channel may have been lost. From now on it is received again."""

    def __init__(self, channel: str) -> None:
        super().__init__(channel)
        self.channel = channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Durations in seconds. A dead or frozen Redis is detected after `silence` at the latest."""

    deadline: float = 1.0  # for connecting, a publish with its retry, and a first subscribe
    heartbeat: float = 3.0  # without a command until a PING; well below `silence`
    silence: float = 8.0
    backoff_base: float = 0.1
    backoff_cap: float = 2.0


DEFAULT_TIMING = Timing()


@dataclass(slots=True)
class Counters:
    """What the bus did since the process started."""

    published: int = 0
    publish_failures: int = 0
    received: int = 0
    dropped: int = 0  # unread messages of readers that were too slow
    undecodable: int = 0
    reconnects: int = 0


class RedisBackend(BroadcastBackend):
    """Receives all desired channels over one connection, while `next_published` is called."""

    def __init__(self, url: str, timing: Timing = DEFAULT_TIMING) -> None:
        self.counters = Counters()
        self._timing = timing
        # RESP2, because every version of Redis supports it and pub/sub needs nothing newer. The
        # query of the URL overrides these options.
        self._pool = BlockingConnectionPool.from_url(
            url,
            max_connections=4,
            timeout=timing.deadline,
            socket_timeout=timing.deadline,
            socket_connect_timeout=timing.deadline,
            client_name="launch-bus",
            driver_info=DRIVER_INFO,
            protocol=2,
        )
        self._client = Redis(connection_pool=self._pool)
        self._publishing = background.InFlight()
        self._connection: AbstractConnection | None = None
        self._writer: asyncio.Task[None] | None = None
        self._connected_before = False
        self._heard_at = time.monotonic()
        self.cause: str | None = None  # why there is no connection, as far as is known
        self._desired: set[str] = set()
        self._changed = asyncio.Event()
        self._sent: set[str] = set()  # channels after all commands sent so far
        self._unanswered: Counter[str] = Counter()  # SUBSCRIBE commands without a reply yet
        self._received: set[str] = set()  # channels whose subscription Redis has confirmed
        self._confirmed: dict[str, asyncio.Event] = {}  # set when Redis confirms a channel
        self._unsure: set[str] = set()  # channels with readers from before the confirmation

    @property
    def connected(self) -> bool:
        """Whether the connection is up, as far as is known."""
        return self._connection is not None

    @property
    def silent_seconds(self) -> float:
        """Seconds since the last reply; at most about `Timing.heartbeat` while Redis is up."""
        return time.monotonic() - self._heard_at

    async def connect(self) -> None:
        """Try once within the deadline. If that fails, `next_published` keeps trying."""
        try:
            async with asyncio.timeout(self._timing.deadline):
                await self._open()
        except (RedisError, OSError) as error:
            self._log_cause(error)

    async def disconnect(self) -> None:
        """Close all connections. The caller cancels the task in `next_published` before."""
        await self._close_connection()
        for group in tuple(self._desired):
            await self.unsubscribe(group)
        await self._publishing.ended()  # redis-py would connect again for a message under way
        await self._client.aclose()
        await self._pool.disconnect()

    async def subscribe(self, group: str) -> None:
        """Receive a channel from the return on; without Redis, from the next `Gap` on.

        Concurrent calls are safe: they only change the desired channels, and the writer sends the
        commands that make the connection match them.
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
        """Stop receiving a channel. It awaits nothing, so that a cancelled task can call it."""
        self._desired.discard(group)
        self._unsure.discard(group)
        if confirmed := self._confirmed.pop(group, None):
            confirmed.set()
        self._changed.set()

    async def publish(self, channel: str, message: str) -> None:
        """Send to all processes. Raises BusUnavailable when the deadline has passed.

        A message can arrive twice if only the reply to the first attempt was lost.
        """
        try:
            async with self._publishing, asyncio.timeout(self._timing.deadline):
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
        """Wait for a message. Reconnects as often as necessary; raises only Gap."""
        while True:
            event = self._handle(await self._read())
            if event is not None:
                return event

    async def _read(self) -> object:
        while True:
            connection = self._connection or await self._reconnect()
            try:
                reply: object = await connection.read_response(
                    timeout=self._timing.silence, push_request=True
                )
                if reply is None:
                    raise TimeoutError(f"no answer for {self._timing.silence:g} s")
                self._heard_at = time.monotonic()
                return reply
            except Exception as error:  # a new connection cures all of them
                self._log_cause(error)
                await self._close_connection()

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
            return  # after subscribe, unsubscribe, subscribe: the reply to the first command
        del self._unanswered[channel]
        if channel not in self._sent:
            return
        self._received.add(channel)
        if confirmed := self._confirmed.pop(channel, None):
            confirmed.set()
        if channel in self._unsure:
            self._unsure.discard(channel)
            raise Gap(channel)

    async def _reconnect(self) -> AbstractConnection:
        for attempt in count():
            ceiling = min(
                self._timing.backoff_cap, self._timing.backoff_base * 2 ** min(attempt, 10)
            )
            # The jitter prevents that all processes reconnect to a restarted Redis at once.
            await asyncio.sleep(random.uniform(ceiling / 2, ceiling))
            try:
                return await self._open()
            except Exception as error:
                self._log_cause(error)
        raise AssertionError("endless")

    def _log_cause(self, error: Exception) -> None:
        """Log each cause once, although it is found again every two seconds."""
        cause = cause_of(error) or _NO_REPLY
        if cause != self.cause:
            logger.warning(
                "Redis connection lost (%s), reconnecting: %r", cause, error, extra={"cause": cause}
            )
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

    async def _close_connection(self) -> None:
        connection, self._connection = self._connection, None
        try:
            await background.end(self._writer)
        finally:
            if connection is not None:
                with suppress(RedisError, OSError):
                    await connection.disconnect(nowait=True)

    async def _write(self, connection: AbstractConnection) -> None:
        """Send all commands of the connection from one task, so that their order is defined."""
        try:
            while True:
                self._changed.clear()
                await self._send_difference(connection)
                await self._wait_or_ping(connection)
        except Exception as error:
            logger.debug("Cannot write to Redis: %r", error)
            await connection.disconnect(nowait=True)  # this wakes the reader

    async def _send_difference(self, connection: AbstractConnection) -> None:
        if added := self._desired - self._sent:
            self._sent |= added
            self._unanswered.update(added)
            await connection.send_command("SUBSCRIBE", *added, check_health=False)
        if removed := self._sent - self._desired:
            self._sent -= removed
            self._received -= removed
            await connection.send_command("UNSUBSCRIBE", *removed, check_health=False)

    async def _wait_or_ping(self, connection: AbstractConnection) -> None:
        try:
            async with asyncio.timeout(self._timing.heartbeat):
                await self._changed.wait()
        except TimeoutError:
            await connection.send_command("PING", check_health=False)
