"""A process that serves flags: its own engine, flag store, kills and event tail, without loops."""

from collections.abc import Sequence

from redis.asyncio import Redis

from db.session import Database
from domain.errors import DependencyDown
from domain.events import FlagChanged, RecordedEvent
from services.flags.flag_store import FlagStore
from services.flags.kill_mirror import KillMirror
from services.flags.kill_sync import KillSync
from services.platform.event_reads import LogReader
from services.propagation.delivery_acks import DeliveryAcks, monotonic_ms
from services.propagation.propagation_state import redis_time, report
from subscriptions import channels
from subscriptions.bus import Broadcast
from subscriptions.tail import EventTail
from tests.scenarios.clock import VirtualClock


class ServingProcess:
    """What `launch serve` is to a flag. The driver polls in place of its loops."""

    def __init__(self, db: Database, redis: Redis, bus: Broadcast, clock: VirtualClock) -> None:
        """Connects with its first poll."""
        self.db = db
        self.flags = FlagStore(self.db, clock=clock)
        self.reported: int | None = None  # the version that Redis was told
        self._redis = redis
        self._acks = DeliveryAcks()
        self._kills = KillSync(self.db, KillMirror(redis), self.flags)
        self.db.on_commit(self._kills.after_commit)
        log = LogReader(self.db)
        self._tail = EventTail(
            bus,
            channels.EVENTS,
            channels.decode_events,
            log.read_after,
            log.read_head,
        )
        self.db.on_commit(self._after_commit)

    @property
    def position(self) -> int:
        """The newest event that its streams have."""
        return self._tail.position

    async def poll(self) -> None:
        """One turn of each loop of a process; without the database the flags become stale."""
        await self.flags.refresh()
        for _ in range(5):  # PostgreSQL is read with every fifth
            await self._kills.sync()
        try:
            await self._tail.catch_up()
        except DependencyDown:
            return

    async def report(self) -> None:
        """Tell the others what it serves, as it does all the time; it has no streams."""
        if version := self.flags.current.version:
            self._acks.serves(version)
            seconds, micros = await redis_time(self._redis)
            now = monotonic_ms()
            offset = seconds * 1000 + micros // 1000 - now
            steps = self._acks.steps
            await report(self._redis, self._acks.name, 0, steps, (), now_ms=now, offset=offset)
            self.reported = version

    async def stop(self) -> None:
        """The process is gone."""
        await self.db.dispose()

    async def _after_commit(self, events: Sequence[RecordedEvent]) -> None:
        """As `FlagFeed` does: a change is in force here before its author has the reply (S93)."""
        if any(isinstance(item.event, FlagChanged) for item in events):
            await self.flags.refresh()
