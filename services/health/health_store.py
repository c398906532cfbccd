"""Stores health: in Redis for all processes at once, in PostgreSQL for the history (decision 7)."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter, ValidationError
from redis.asyncio import Redis
from redis.exceptions import RedisError

from db.queries import health as queries
from db.queries import silences
from db.session import Database, UnitOfWork
from domain.actors import system_actor
from domain.events import HealthChanged
from domain.health.health import CheckState, CheckType, HealthSnapshot, Reading, changed_at

logger = logging.getLogger(__name__)

KEY = "launch:health:latest"
_REDIS_SECONDS = 1.0
_ACTOR = system_actor("health")
_SNAPSHOT: TypeAdapter[HealthSnapshot] = TypeAdapter(HealthSnapshot)


def encode(snapshot: HealthSnapshot) -> str:
    """Encode a snapshot for the bus and for Redis."""
    return _SNAPSHOT.dump_json(snapshot).decode()


def decode(text: str | bytes) -> HealthSnapshot:
    """Decode a snapshot; raises ValueError for any other text, such as one of a newer version."""
    return _SNAPSHOT.validate_json(text)


@dataclass(frozen=True, slots=True)
class Tick:
    """The results of one round of checks: readings, and the resulting states in order."""

    readings: Sequence[tuple[CheckType, Reading]]
    states: Sequence[CheckState]


class HealthStore:
    """Reads and writes snapshots. Redis and PostgreSQL work without each other."""

    def __init__(self, db: Database, redis: Redis) -> None:
        """Keep the connections; nothing is opened here."""
        self._db = db
        self._redis = redis

    async def read_redis(self) -> HealthSnapshot | None:
        """Read the latest snapshot of any process; None where Redis is down or has none."""
        try:
            async with asyncio.timeout(_REDIS_SECONDS):
                text = await self._redis.get(KEY)
            return decode(text) if text else None
        except (RedisError, OSError, ValidationError) as error:
            logger.warning("health: reading the snapshot in Redis failed: %r", error)
            return None

    async def write_redis(self, text: str) -> None:
        """Write the latest snapshot for all processes."""
        try:
            async with asyncio.timeout(_REDIS_SECONDS):
                await self._redis.set(KEY, text)
        except (RedisError, OSError) as error:
            logger.warning("health: writing the snapshot to Redis failed: %r", error)

    async def read_database(self, seconds: float) -> HealthSnapshot | None:
        """Read the last stored states; None where the database is down or has none."""
        try:
            async with asyncio.timeout(seconds), self._db.read() as session:
                states = await queries.states(session)
        except Exception as error:
            logger.warning("health: reading the states in the database failed: %r", error)
            return None
        moments = [state.checked_at for state in states if state.checked_at]
        return HealthSnapshot(max(moments), tuple(states)) if moments else None

    async def save(self, ticks: Sequence[Tick]) -> None:
        """Store rounds in order, each change of a status with its event (A21)."""
        async with self._db.write() as uow:
            stored = await queries.lock_states(uow.session)
            newest = dict(stored)
            silenced = await silences.since(uow.session, _earliest_reading(ticks, uow.now))
            for tick in ticks:
                await queries.add_readings(uow.session, tick.readings, silenced)
                for state in tick.states:
                    _record_change(uow, newest, state)
            changed = [state for state in newest.values() if stored.get(state.check) != state]
            if changed:
                await queries.save_states(uow.session, changed, uow.now)


def _earliest_reading(ticks: Sequence[Tick], now: datetime) -> datetime:
    return min((reading.at for tick in ticks for _, reading in tick.readings), default=now)


def _record_change(uow: UnitOfWork, newest: dict[CheckType, CheckState], state: CheckState) -> None:
    """Record a change against the stored state, so that two processes never record it twice."""
    before = newest.get(state.check, CheckState(state.check))
    if _older(state, before):
        return
    newest[state.check] = state
    if state.status is not before.status:
        event = HealthChanged(
            check=state.check, before=before.status, after=state.status, error=state.error
        )
        uow.record(_ACTOR, event, occurred_at=changed_at(before, state))


def _older(state: CheckState, than: CheckState) -> bool:
    return bool(state.checked_at and than.checked_at and state.checked_at < than.checked_at)
