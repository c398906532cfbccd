"""Delivers messages to their channels with retries, each channel on its own, and logs them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from domain.alerting.alert_channels import Channel
from domain.alerting.alert_deliveries import (
    LEASE,
    NEVER_TOLD,
    Delivery,
    dropped,
    leased,
    pause,
    released,
    tried,
)
from services.alerting.senders import NotSent, Sender
from services.alerting.store import AlertStore
from services.platform import background

logger = logging.getLogger(__name__)

_LOG_RETRY_SECONDS = 5.0
_WAIT_SECONDS = 1.0
_STOP_SECONDS = 1.0

Log = Callable[[Delivery], Awaitable[bool]]


class NotificationDispatcher:
    """Delivers the messages of one process. A process owns a message until its lease ends."""

    def __init__(
        self,
        channels: Sequence[Channel],
        send: Sender,
        alert_store: AlertStore,
        log: Log,
        clock: Callable[[], datetime],
        retry_for: timedelta,
    ) -> None:
        """`log` stores a message in the database and returns whether it succeeded."""
        self._channels = {channel.name: channel for channel in channels}
        self._send = send
        self._alert_store = alert_store
        self._log = log
        self._clock = clock
        self._retry_for = retry_for
        self._in_delivery: dict[UUID, Delivery] = {}
        self._tasks: dict[UUID, asyncio.Task[None]] = {}

    @property
    def in_delivery(self) -> Iterable[UUID]:
        """The ids of the messages that this process is delivering."""
        return list(self._in_delivery)

    def dispatch(self, messages: Iterable[Delivery]) -> None:
        """Start the delivery of messages and return at once. Each is sent, then logged."""
        for message in messages:
            if message.id in self._in_delivery:
                continue
            self._in_delivery[message.id] = message
            task = asyncio.create_task(self._deliver(message), name=f"alert-{message.channel}")
            self._tasks[message.id] = task
            task.add_done_callback(partial(self._forget, message.id))

    async def idle(self) -> None:
        """Wait until no message is in delivery."""
        while self._tasks:
            await asyncio.wait(list(self._tasks.values()))

    async def stop(self) -> None:
        """Wait a moment for running deliveries, then release the rest to other processes."""
        if self._tasks:
            await asyncio.wait(list(self._tasks.values()), timeout=_STOP_SECONDS)
        unfinished = [item for item in self._in_delivery.values() if item.finished_at is None]
        await background.end(*self._tasks.values())
        now = self._clock()
        await asyncio.gather(*(self._alert_store.save(released(item, now)) for item in unfinished))

    async def try_once(self, message: Delivery) -> Delivery:
        """Make one attempt and return the updated message, which is neither saved nor logged."""
        channel = self._channels.get(message.channel)
        if channel is None:
            return dropped(message, self._clock(), "this channel is no longer configured")
        try:
            await self._send(channel, message)
        except NotSent as failure:
            logger.warning("alert not sent to %s: %s", message.channel, failure)
            return tried(message, self._clock(), str(failure), self._retry_for)
        return tried(message, self._clock(), None)

    async def _deliver(self, message: Delivery) -> None:
        try:
            message = await self._wait_for_opening(message)
            while message.finished_at is None:
                message = await self._attempt(message)
            await self._save_until_logged(message)
        except Exception:
            logger.exception("alert to %s: failed; left to the next sweep", message.channel)

    async def _attempt(self, message: Delivery) -> Delivery:
        message = await self.try_once(message)
        self._in_delivery[message.id] = message
        if message.finished_at is None:
            await self._alert_store.save(message)
            await self._log(message)
            await asyncio.sleep(pause(message.attempts))
        return message

    async def _wait_for_opening(self, message: Delivery) -> Delivery:
        """Wait until the alert that this message ends was delivered, or drop it (A25)."""
        while message.after_id is not None and message.finished_at is None:
            before = self._in_delivery.get(message.after_id) or await self._alert_store.find(
                message.after_id
            )
            if before is None or before.sent_at is not None:
                break
            if before.finished_at is not None:
                message = dropped(message, self._clock(), NEVER_TOLD)
                self._in_delivery[message.id] = message
            else:
                await asyncio.sleep(_WAIT_SECONDS)
                message = await self._renew_lease(message)
        return message

    async def _renew_lease(self, message: Delivery) -> Delivery:
        """Renew the lease of a waiting message, or another process would take it over."""
        now = self._clock()
        if message.lease_until - now > LEASE / 2:
            return message
        self._in_delivery[message.id] = message = leased(message, now)
        await self._alert_store.save(message)
        return message

    async def _save_until_logged(self, message: Delivery) -> None:
        await self._alert_store.save(message)
        while True:
            if await self._log(message):
                break
            await asyncio.sleep(_LOG_RETRY_SECONDS)
        await self._alert_store.mark_logged(message)

    def _forget(self, key: UUID, _done: "asyncio.Task[None]") -> None:
        self._tasks.pop(key, None)
        self._in_delivery.pop(key, None)
