"""Caches the holders of credentials for seconds (S30, A41, A49; ADR 11)."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain.actors import Actor
from domain.errors import DependencyDown
from domain.events import AccessRevoked, Event, RecordedEvent, Subject
from services.accounts.authentication import Holder
from services.platform.byte_cache import ENTRY_BYTES, ByteCache
from services.platform.credentials import digest, plausible

logger = logging.getLogger(__name__)

# A revocation without an event, for example by direct SQL, is in force after this.
FRESH = timedelta(seconds=5)
# While the database is unavailable, a cached credential stays valid for this long.
GRACE = timedelta(minutes=5)
MAX_CREDENTIALS = 10_000
_ACTOR_BYTES = 1_500  # an actor with its scopes and the ids that revoke it
_PAUSE = timedelta(seconds=1)  # after a failure, before the next query

LookUp = Callable[[str, datetime], Awaitable[Holder | None]]


@dataclass(frozen=True, slots=True)
class CachedActor:
    """The holder of a credential, and when it was read from the database."""

    holder: Holder
    asked_at: datetime

    def within(self, age: timedelta, now: datetime) -> bool:
        """Whether its age is below a limit; after a clock was set back, it is not."""
        return timedelta(0) <= now - self.asked_at < age


class CredentialCache:
    """The cache of one process: valid credentials by the hash of the secret."""

    def __init__(
        self, look_up: LookUp, clock: Callable[[], datetime], most: int = MAX_CREDENTIALS
    ) -> None:
        """Keep at most `most` credentials, the most recently used ones."""
        self._look_up = look_up
        self._clock = clock
        self._cached: ByteCache[bytes, CachedActor] = ByteCache(
            most * (_ACTOR_BYTES + ENTRY_BYTES), on_evict=self._unname
        )
        self._named: dict[UUID, set[bytes]] = {}
        self._pending_reads: dict[bytes, asyncio.Task[Holder | None]] = {}
        self._forgotten = 0
        self._down_until: datetime | None = None

    def __len__(self) -> int:
        """The number of cached credentials."""
        return len(self._cached)

    async def actor(self, credential: str) -> Actor | None:
        """Return the current holder; None for an unknown, expired or revoked credential.

        Raises DependencyDown while the database is unavailable and the cached entry is too old.
        """
        if not plausible(credential):
            return None
        key, now = digest(credential), self._clock()
        cached = self._cached.get(key)
        if cached is not None and cached.within(FRESH, now):
            return _alive(cached.holder.actor, now)
        if cached is not None and cached.within(GRACE, now) and self._is_down(now):
            return _alive(cached.holder.actor, now)
        return await self._ask(key, credential, cached)

    def remembered(self, credential: str) -> Actor | None:
        """Return the cached actor without waiting; None if the database must be read."""
        if not plausible(credential):
            return None
        cached, now = self._cached.get(digest(credential)), self._clock()
        is_fresh = cached is not None and cached.within(FRESH, now)
        return _alive(cached.holder.actor, now) if cached is not None and is_fresh else None

    async def after_commit(self, events: Iterable[RecordedEvent]) -> None:
        """Apply a revocation of this process before its author has the reply."""
        for item in events:
            self.apply_event(item.event)

    def apply_event(self, event: Event) -> None:
        """Remove the subject of an event from the cache."""
        if isinstance(event, AccessRevoked):
            self._forget(event.credential_id)
        elif event.SUBJECT is Subject.USER and event.subject_id is not None:
            self._forget(event.subject_id)

    def clear(self) -> None:
        """Empty the cache: events may have been missed."""
        self._forgotten += 1
        self._cached.clear()
        self._named.clear()
        self._pending_reads.clear()

    async def _ask(self, key: bytes, credential: str, cached: CachedActor | None) -> Actor | None:
        flight = self._pending_reads.get(key)
        if flight is None:
            flight = asyncio.create_task(self._fetch(key, credential), name="access")
            self._pending_reads[key] = flight
            flight.add_done_callback(lambda done: self._read_done(key, done))
        try:
            # A cancelled caller does not cancel the shared query of the others.
            holder = await asyncio.shield(flight)
        except DependencyDown:
            now = self._clock()
            self._down_until = now + _PAUSE
            if cached is None or not cached.within(GRACE, now) or key not in self._cached:
                raise
            logger.warning("access: the database does not answer; using cached credentials")
            return _alive(cached.holder.actor, now)
        return holder.actor if holder else None

    async def _fetch(self, key: bytes, credential: str) -> Holder | None:
        asked_at, forgotten = self._clock(), self._forgotten
        holder = await self._look_up(credential, asked_at)
        self._down_until = None
        # A credential revoked during the query may still be valid in its result.
        if holder is None or forgotten != self._forgotten:
            self._drop(key)
        else:
            self._keep(key, CachedActor(holder, asked_at))
        return holder

    def _read_done(self, key: bytes, flight: "asyncio.Task[Holder | None]") -> None:
        if self._pending_reads.get(key) is flight:
            del self._pending_reads[key]
        if not flight.cancelled():
            flight.exception()  # else asyncio logs it if all callers were cancelled

    def _keep(self, key: bytes, cached: CachedActor) -> None:
        self._drop(key)
        self._cached.put(key, cached, _ACTOR_BYTES)
        for name in cached.holder.names:
            self._named.setdefault(name, set()).add(key)

    def _forget(self, name: UUID) -> None:
        self._forgotten += 1
        self._pending_reads.clear()  # later callers start a new query
        for key in tuple(self._named.get(name, ())):
            self._drop(key)

    def _drop(self, key: bytes) -> None:
        cached = self._cached.pop(key)
        if cached is not None:
            self._unname(key, cached)

    def _unname(self, key: bytes, cached: CachedActor) -> None:
        for name in cached.holder.names:
            keys = self._named.get(name, set())
            keys.discard(key)
            if not keys:
                self._named.pop(name, None)

    def _is_down(self, now: datetime) -> bool:
        return self._down_until is not None and now < self._down_until


def _alive(actor: Actor, now: datetime) -> Actor | None:
    return None if actor.is_expired(now) else actor
