"""Tracks how each version of the flags reaches all processes and live streams (X5, S97, S108)."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import RedisError

from db.models.flags import FlagPropagation
from db.queries import propagations as queries
from db.session import Database
from domain.errors import DependencyDown
from domain.events import FlagChanged, RecordedEvent
from domain.propagation.propagation import Propagation, Receipt, Start, merge
from domain.propagation.propagation_roster import ServerProcess, roster
from services.platform.response_time import begins_to_wait
from services.propagation import propagation_state as board
from services.propagation.delivery_acks import DeliveryAcks, Step, monotonic_ms
from services.propagation.propagation_state import Committed, PropagationState

logger = logging.getLogger(__name__)

FOLLOW_SECONDS = 60.0
POLL_SECONDS = 0.2
SETTLED_AFTER = timedelta(seconds=60)
AWAY = (RedisError, OSError)  # a timeout is an OSError


def version_of(events: Iterable[RecordedEvent]) -> int | None:
    """Return the flag version of a transaction; None where it changed no flag."""
    versions = [item.event.set_version for item in events if isinstance(item.event, FlagChanged)]
    return max((version for version in versions if version is not None), default=None)


class Announcer:
    """Announces when this process committed a version, in the background."""

    def __init__(self, redis: Redis, clock: Callable[[], datetime]) -> None:
        self._redis = redis
        self._clock = clock
        self._due: list[Committed] = []
        self._task: asyncio.Task[None] | None = None

    async def after_commit(self, events: Sequence[RecordedEvent]) -> None:
        """Note the time of the commit; a task writes all pending ones to Redis together."""
        version = version_of(events)
        if version is None:
            return
        self._due.append(Committed(version, self._clock(), monotonic_ms()))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._announce(), name="announcer")

    async def stop(self) -> None:
        """Wait a moment for a running announcement."""
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    async def _announce(self) -> None:
        while self._due:
            commits, self._due = self._due, []
            try:
                await board.announce(self._redis, commits)
            except AWAY as error:
                logger.warning(
                    "the commits of flags up to %d were not announced: %r",
                    commits[-1].version,
                    error,
                )


class Propagations:
    """Reads the propagation of versions: from Redis, the database, or this process alone."""

    def __init__(
        self, redis: Redis, db: Database, receipts: DeliveryAcks, clock: Callable[[], datetime]
    ) -> None:
        self._redis = redis
        self._db = db
        self._receipts = receipts
        self._clock = clock

    async def of(self, version: int) -> Propagation | None:
        """Return the propagation of a version; None where the version never existed."""
        return (await self.many([version])).get(version)

    async def many(self, versions: Sequence[int]) -> Mapping[int, Propagation]:
        """Return the propagation of versions with one statement and one read of Redis."""
        now = self._clock()
        rows = await self._rows(versions)
        finished = {row.version: row for row in rows.values() if row.finished_at is not None}
        done = {version: queries.result_of(row, now) for version, row in finished.items()}
        starts = {version: Start(row.started_at) for version, row in rows.items()}
        newest = max((step.version for step in self._receipts.steps), default=0)
        open_ = [v for v in versions if v not in done and (v in rows or 0 < v <= newest)]
        return {**done, **await self._look(open_, starts)}

    async def of_run(
        self, events: Iterable[RecordedEvent], run_id: UUID | None
    ) -> Propagation | None:
        """Return the propagation of a commit just made; a repeat gets the last one of its run."""
        version = version_of(events)
        if version is not None:
            return (await self._look([version], {version: Start(self._clock())}))[version]
        if run_id is None:
            return None
        try:
            async with self._db.read() as session:
                rows = await queries.of_run(session, run_id)
        except DependencyDown:
            return None  # what was asked for has been done: it must not fail here
        return await self.of(rows[-1].version) if rows else None

    async def follow(self, version: int, ended: asyncio.Event) -> AsyncIterator[Propagation]:
        """Yield each progress of a version, until all have it, for 60 s, or until `ended`."""
        deadline = monotonic_ms() + FOLLOW_SECONDS * 1000
        last = await self.of(version)
        while last is not None:
            yield last
            latest = last
            while latest == last:
                if last.complete or monotonic_ms() >= deadline or await _set_soon(ended):
                    return
                latest = (await self._look([version], {version: Start(last.started_at)}))[version]
            last = latest

    async def _rows(self, versions: Sequence[int]) -> Mapping[int, FlagPropagation]:
        try:
            async with self._db.read() as session:
                return await queries.by_version(session, versions)
        except DependencyDown:
            return {}  # Redis may know more

    async def _look(
        self, versions: Sequence[int], starts: Mapping[int, Start]
    ) -> Mapping[int, Propagation]:
        if not versions:
            return {}
        state, is_known = await self.board(versions)
        return merged(versions, state, starts, is_known=is_known, now=self._clock())

    async def board(self, versions: Sequence[int] = ()) -> tuple[PropagationState, bool]:
        """Return the state of all processes and True; without Redis that of this one and False."""
        try:
            return await board.read(self._redis, versions), True
        except AWAY:
            return self._only_here(), False

    def _only_here(self) -> PropagationState:
        name, steps, now = self._receipts.name, self._receipts.steps, monotonic_ms()
        here = ServerProcess(name, now, self._receipts.live)
        return PropagationState(now, [here], [_local(name, step) for step in steps])


async def _set_soon(event: asyncio.Event) -> bool:
    begins_to_wait()
    try:
        async with asyncio.timeout(POLL_SECONDS):
            return await event.wait()
    except TimeoutError:
        return False


def merged(
    versions: Sequence[int],
    state: PropagationState,
    starts: Mapping[int, Start],
    *,
    is_known: bool,
    now: datetime,
) -> dict[int, Propagation]:
    """Merge the reports for each version; `starts` are for versions that were not announced."""

    def start(version: int) -> Start:
        announced = state.starts.get(version)
        return announced or _unannounced(version, state, starts.get(version, Start(now)), now)

    def one(version: int, begin: Start) -> Propagation:
        who = roster(state.processes, begin.ms, state.now_ms)
        return merge(version, begin, state.receipts, who, is_known=is_known, now=now)

    return {version: one(version, start(version)) for version in versions}


def _unannounced(version: int, state: PropagationState, start: Start, now: datetime) -> Start:
    """Return the start of a version whose process, or Redis, failed before announcing the commit.

    That is when the first process served it: the time of the request may be seconds earlier.
    """
    served = [item.served_ms for item in state.receipts if item.version >= version]
    if start.ms is not None or not served:
        return start
    age = timedelta(milliseconds=state.now_ms - min(served))
    return Start(max(start.at, now - age), min(served))


async def settle(db: Database, redis: Redis) -> int:
    """Store versions that are complete or a minute old; returns how many were stored."""
    async with db.read() as session:
        rows = await queries.unfinished(session, 100)
    if not rows:
        return 0
    now = db.clock()
    starts = {row.version: Start(row.started_at) for row in rows}
    with suppress(*AWAY):
        state = await board.read(redis, list(starts))
        results = merged(list(starts), state, starts, is_known=True, now=now).values()
        done = [item for item in results if item.complete or now - item.started_at > SETTLED_AFTER]
        async with db.write() as uow:
            for item in done:
                await queries.save_result(uow.session, item, uow.now)
        return len(done)
    return 0


def _local(name: str, step: Step) -> Receipt:
    return Receipt(
        name,
        step.version,
        step.served,
        step.clients,
        dict(step.delays),
        step.confirmed,
        step.initial,
        step.lost,
    )
