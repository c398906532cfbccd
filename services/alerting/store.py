"""Stores alerts in memory, in Redis and in the database; each works without the others.

The newest revision of the three counts (decision 7, A26). A step of an alert is stored with a
compare-and-set in Redis; in the database while Redis is down; and only in memory while both are
down, because two messages are better than none.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from redis.asyncio import Redis

from db.queries import alerts as queries
from db.session import Database
from domain.alerting.alert_deliveries import Delivery, leased
from domain.alerting.alerts import Alert, is_over, newest
from services.alerting.redis_store import RedisAlertStore
from services.alerting.timeouts import run_with_timeout

READ_SECONDS = 1.0  # of all stores at once, before anything is decided
REDIS_SECONDS = 1.0
DATABASE_SECONDS = 2.0
_MAX_ORPHANS = 100


class AlertStore:
    """The alerts that one process knows, merged from all stores."""

    def __init__(self, db: Database, redis: Redis) -> None:
        """Start without alerts; the first read fills the memory."""
        self._db = db
        self._redis_store = RedisAlertStore(redis)
        self._alerts: dict[str, Alert] = {}

    def cached(self, key: str) -> Alert | None:
        """Return the alert of a cause from the memory of this process."""
        return self._alerts.get(key)

    async def alerts(self) -> Mapping[str, Alert]:
        """Return the alert of every cause, merged from all stores. Stores that lag are repaired."""
        in_redis, in_database = await asyncio.gather(
            run_with_timeout(READ_SECONDS, self._redis_store.alerts(), "reading Redis"),
            run_with_timeout(READ_SECONDS, self._read_database(), "reading the database"),
        )
        merged = newest(in_redis or {}, in_database or {}, self._alerts)
        now = self._db.clock()
        self._alerts = {key: alert for key, alert in merged.items() if not is_over(alert, now)}
        current = list(self._alerts.values())
        for alert in _outdated_in(in_redis, current):
            await run_with_timeout(
                REDIS_SECONDS, self._redis_store.compare_and_set(alert), "writing to Redis"
            )
        if outdated := _outdated_in(in_database, current):
            await run_with_timeout(DATABASE_SECONDS, self._store(outdated, ()), "storing alerts")
        await self._forget([key for key in merged if key not in self._alerts])
        return self._alerts

    async def compare_and_set(self, alert: Alert, messages: Sequence[Delivery]) -> bool:
        """Store the next revision of an alert with its messages; False where another was first."""
        first = await run_with_timeout(
            REDIS_SECONDS, self._redis_store.compare_and_set(alert, messages), "writing to Redis"
        )
        if first is None:
            work = self._store([alert], messages)
            first = await run_with_timeout(DATABASE_SECONDS, work, "storing an alert")
        if first is False:
            return False
        self._alerts[alert.key] = alert
        return True

    async def store(self, alert: Alert) -> None:
        """Store an alert in the database too."""
        await run_with_timeout(DATABASE_SECONDS, self._store([alert], ()), "storing an alert")

    async def save(self, message: Delivery) -> bool:
        """Save a message until it is logged; False where another process owns or finished it."""
        is_saved = await run_with_timeout(
            REDIS_SECONDS, self._redis_store.save_message(message), "keeping a message"
        )
        return is_saved is not False

    async def mark_logged(self, message: Delivery) -> None:
        """Remove a message from the outbox in Redis: the database has it."""
        await run_with_timeout(
            REDIS_SECONDS, self._redis_store.mark_logged(message.id), "clearing a message"
        )

    async def find(self, message_id: UUID) -> Delivery | None:
        """Return a message from Redis or else from the database."""
        message = await run_with_timeout(
            REDIS_SECONDS, self._redis_store.message(message_id), "reading a message"
        )
        if message is not None:
            return message
        return await run_with_timeout(
            DATABASE_SECONDS, self._logged(message_id), "reading a message"
        )

    async def claim_orphans(self, now: datetime, in_delivery: Iterable[UUID]) -> list[Delivery]:
        """Take over messages whose lease has ended; each goes to one process only."""
        current = await run_with_timeout(
            REDIS_SECONDS, self._redis_store.outbox(), "reading the outbox"
        )
        in_database = await run_with_timeout(
            DATABASE_SECONDS, self._orphans(now), "reading the outbox"
        )
        merged = {message.id: message for message in (*(in_database or ()), *(current or ()))}
        own_ids = set(in_delivery)
        unowned = [
            item for item in merged.values() if item.id not in own_ids and item.lease_until < now
        ]
        finished = [
            message for message in unowned if message.finished_at is not None
        ]  # to be logged
        claims = [leased(message, now) for message in unowned if message.finished_at is None]
        return [*finished, *[claim for claim in claims if await self._claim(claim)]]

    async def _claim(self, message: Delivery) -> bool:
        """Claim a message in Redis, which also adds one that only the database had."""
        won = await run_with_timeout(
            REDIS_SECONDS, self._redis_store.save_message(message), "taking a message"
        )
        if won is None:
            work = self._store((), [message])
            won = await run_with_timeout(DATABASE_SECONDS, work, "taking a message")
        return won is not False

    async def _store(self, alerts: Sequence[Alert], messages: Sequence[Delivery]) -> bool:
        """Store alerts and messages; False where one as new, or a finished one, is stored."""
        async with self._db.write() as uow:
            won = [await queries.save_alert(uow.session, alert, uow.now) for alert in alerts]
            for message in messages if all(won) else ():
                won.append(await queries.save_delivery(uow.session, message))
        return all(won)

    async def _read_database(self) -> Mapping[str, Alert]:
        async with self._db.read() as session:
            return await queries.all_alerts(session)

    async def _orphans(self, now: datetime) -> list[Delivery]:
        async with self._db.read() as session:
            return await queries.orphans(session, now, _MAX_ORPHANS)

    async def _logged(self, message_id: UUID) -> Delivery | None:
        async with self._db.read() as session:
            return await queries.delivery(session, message_id)

    async def _forget(self, keys: Sequence[str]) -> None:
        if keys:
            await run_with_timeout(
                REDIS_SECONDS, self._redis_store.forget(keys), "forgetting alerts"
            )
            await run_with_timeout(DATABASE_SECONDS, self._delete(keys), "forgetting alerts")

    async def _delete(self, keys: Sequence[str]) -> None:
        async with self._db.write() as uow:
            await queries.delete_closed_alerts(uow.session, keys)


def _outdated_in(store: Mapping[str, Alert] | None, alerts: Sequence[Alert]) -> list[Alert]:
    """Return the alerts of which a store has an older revision or none."""
    if store is None:
        return []
    revisions = {key: alert.revision for key, alert in store.items()}
    return [alert for alert in alerts if revisions.get(alert.key, 0) < alert.revision]
