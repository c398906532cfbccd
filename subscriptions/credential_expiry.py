"""Ends streams and sockets when their credential expires or is revoked (S31, A49)."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from domain.actors import Actor
from domain.errors import Forbidden
from domain.events import AccessRevoked, RecordedEvent
from services.platform import background
from subscriptions.fanout import Bounded, Overflow, Subscription
from subscriptions.tail import EventTail

logger = logging.getLogger(__name__)
T = TypeVar("T")
OnEnd = Callable[[], None]

_MAX_DELAY_SECONDS = 3_600.0


class AccessEnded(Forbidden):
    """Your access has ended. Log in again."""


class ExpiryTimer:
    """Calls `on_end` once when a credential expires, however far away that is (SEC1).

    It checks the clock at least once an hour: the clock may be adjusted, and a session lasts longer
    than a timer of an event loop should.
    """

    def __init__(
        self, expires_at: datetime | None, clock: Callable[[], datetime], on_end: OnEnd
    ) -> None:
        """Start the timer; a credential whose `expires_at` is None never expires."""
        self._expires_at = expires_at
        self._clock = clock
        self._on_end = on_end
        self._handle: asyncio.TimerHandle | None = None
        self._arm()

    def cancel(self) -> None:
        """Stop the timer without calling `on_end`."""
        if self._handle is not None:
            self._handle.cancel()

    def _arm(self) -> None:
        if self._expires_at is None:
            return
        seconds = (self._expires_at - self._clock()).total_seconds()
        delay = min(max(seconds, 0.0), _MAX_DELAY_SECONDS)
        self._handle = asyncio.get_running_loop().call_later(delay, self._check)

    def _check(self) -> None:
        if self._expires_at is not None and self._expires_at <= self._clock():
            self._on_end()
        else:
            self._arm()


class CredentialWatch:
    """Calls back when a session or API token that this process uses expires or is revoked."""

    def __init__(self, tail: EventTail, clock: Callable[[], datetime]) -> None:
        """The tail delivers revocations of all processes."""
        self._tail = tail
        self._clock = clock
        self._callbacks: dict[UUID, set[OnEnd]] = {}
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start to follow revocations."""
        self._task = asyncio.create_task(self._follow(), name="credential-expiry")

    async def stop(self) -> None:
        """Stop following."""
        await background.end(self._task)

    @contextmanager
    def watch(self, actor: Actor, on_end: OnEnd) -> Iterator[None]:
        """Call `on_end` once when the actor's session or token expires or is revoked."""
        credential = actor.credential_id
        if credential is None:
            yield
            return
        callbacks = self._callbacks.setdefault(credential, set())
        callbacks.add(on_end)
        timer = ExpiryTimer(actor.expires_at, self._clock, on_end)
        try:
            yield
        finally:
            timer.cancel()
            callbacks.discard(on_end)
            if not callbacks:
                self._callbacks.pop(credential, None)

    @contextmanager
    def end_with_access(self, actor: Actor, stream: Subscription[T]) -> Iterator[Subscription[T]]:
        """End the stream with AccessEnded when the actor's session or token ends."""
        with self.watch(actor, lambda: stream.end(AccessEnded())):
            yield stream

    async def _follow(self) -> None:
        while True:
            try:
                async with self._tail.subscribe(Bounded(10_000), _is_revocation) as events:
                    async for item in events:
                        self._revoke(item)
            except Overflow:
                logger.error("credential expiry: too many revocations at once, ending all streams")
                self._end_all()

    def _revoke(self, item: RecordedEvent) -> None:
        if isinstance(item.event, AccessRevoked):
            for on_end in tuple(self._callbacks.get(item.event.credential_id, ())):
                on_end()

    def _end_all(self) -> None:
        for callbacks in tuple(self._callbacks.values()):
            for on_end in tuple(callbacks):
                on_end()


def _is_revocation(item: RecordedEvent) -> bool:
    return isinstance(item.event, AccessRevoked)
