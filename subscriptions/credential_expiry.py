"""Streams and sockets end when the access they were opened with ends (S31, A49)."""

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
End = Callable[[], None]

_LONGEST_DELAY = 3_600.0


class AccessEnded(Forbidden):
    """Your access has ended. Log in again."""


class ExpiryTimer:
    """Calls `end` once when a credential expires, however far away that is (SEC1).

    It looks at the clock again at least once an hour: the clock may be set, and a session lasts
    longer than a timer of an event loop should.
    """

    def __init__(
        self, expires_at: datetime | None, clock: Callable[[], datetime], end: End
    ) -> None:
        """`expires_at` None: never."""
        self._expires_at = expires_at
        self._clock = clock
        self._end = end
        self._handle: asyncio.TimerHandle | None = None
        self._arm()

    def cancel(self) -> None:
        """Never call `end` any more."""
        if self._handle is not None:
            self._handle.cancel()

    def _arm(self) -> None:
        if self._expires_at is None:
            return
        seconds = (self._expires_at - self._clock()).total_seconds()
        delay = min(max(seconds, 0.0), _LONGEST_DELAY)
        self._handle = asyncio.get_running_loop().call_later(delay, self._check)

    def _check(self) -> None:
        if self._expires_at is not None and self._expires_at <= self._clock():
            self._end()
        else:
            self._arm()


class CredentialWatch:
    """Knows what hangs on each session and token of this process."""

    def __init__(self, tail: EventTail, clock: Callable[[], datetime]) -> None:
        """The tail tells of revocations made in any process."""
        self._tail = tail
        self._clock = clock
        self._ends: dict[UUID, set[End]] = {}
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to listen for revocations."""
        self._task = asyncio.create_task(self._follow(), name="lifetimes")

    async def stop(self) -> None:
        """Stop listening."""
        await background.end(self._task)

    @contextmanager
    def watch(self, actor: Actor, end: End) -> Iterator[None]:
        """Call `end` once when the actor's session or token expires or is revoked."""
        credential = actor.credential_id
        if credential is None:
            yield
            return
        ends = self._ends.setdefault(credential, set())
        ends.add(end)
        timer = ExpiryTimer(actor.expires_at, self._clock, end)
        try:
            yield
        finally:
            timer.cancel()
            ends.discard(end)
            if not ends:
                self._ends.pop(credential, None)

    @contextmanager
    def guard(self, actor: Actor, stream: Subscription[T]) -> Iterator[Subscription[T]]:
        """The stream, which ends with AccessEnded when the actor's access does."""
        with self.watch(actor, lambda: stream.end(AccessEnded())):
            yield stream

    async def _follow(self) -> None:
        while True:
            try:
                async with self._tail.subscribe(Bounded(10_000), _is_revocation) as events:
                    async for item in events:
                        self._revoke(item)
            except Overflow:
                logger.error("lifetimes: too many revocations at once, ending every stream")
                self._end_all()

    def _revoke(self, item: RecordedEvent) -> None:
        if isinstance(item.event, AccessRevoked):
            for end in tuple(self._ends.get(item.event.credential_id, ())):
                end()

    def _end_all(self) -> None:
        for ends in tuple(self._ends.values()):
            for end in tuple(ends):
                end()


def _is_revocation(item: RecordedEvent) -> bool:
    return isinstance(item.event, AccessRevoked)
