"""What is known of alerts: in memory, in Redis and in the database, each without the others.

The newest revision of all three counts (decision 7, A26). Whoever moves an alert on does so
in Redis, atomically; where Redis is away in the database; where both are away it just does,
because twice is better than never.
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
    """One a process."""

    def __init__(self, db: Database, redis: Redis) -> None:
        """Nothing is read yet."""
        self._db = db
        self._redis_store = RedisAlertStore(redis)
        self._alerts: dict[str, Alert] = {}

    def known(self, key: str) -> Alert | None:
        """What this process knows of a cause, without asking anybody."""
        return self._alerts.get(key)

    async def alerts(self) -> Mapping[str, Alert]:
        """Where every cause stands. A store that lost something gets it back."""
        shelf, stored = await asyncio.gather(
            run_with_timeout(READ_SECONDS, self._redis_store.alerts(), "reading Redis"),
            run_with_timeout(READ_SECONDS, self._stored(), "reading the database"),
        )
        found = newest(shelf or {}, stored or {}, self._alerts)
        now = self._db.clock()
        self._alerts = {key: alert for key, alert in found.items() if not is_over(alert, now)}
        kept = list(self._alerts.values())
        for alert in _behind(shelf, kept):
            await run_with_timeout(
                REDIS_SECONDS, self._redis_store.compare_and_set(alert), "writing to Redis"
            )
        if behind := _behind(stored, kept):
            await run_with_timeout(DATABASE_SECONDS, self._store(behind, ()), "storing alerts")
        await self._forget([key for key in found if key not in self._alerts])
        return self._alerts

    async def compare_and_set(self, alert: Alert, messages: Sequence[Delivery]) -> bool:
        """Put the next revision of an alert with its messages; False where another was first."""
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
        """Into the database too, for good."""
        await run_with_timeout(DATABASE_SECONDS, self._store([alert], ()), "storing an alert")

    async def save(self, message: Delivery) -> bool:
        """Keep a message until it is logged; False where it is in other hands, or at its end."""
        kept = await run_with_timeout(
            REDIS_SECONDS, self._redis_store.keep(message), "keeping a message"
        )
        return kept is not False

    async def logged(self, message: Delivery) -> None:
        """The database has it: Redis need not."""
        await run_with_timeout(
            REDIS_SECONDS, self._redis_store.logged(message.id), "clearing a message"
        )

    async def find(self, message_id: UUID) -> Delivery | None:
        """A message as Redis or the database knows it."""
        found = await run_with_timeout(
            REDIS_SECONDS, self._redis_store.message(message_id), "reading a message"
        )
        if found is not None:
            return found
        return await run_with_timeout(
            DATABASE_SECONDS, self._logged(message_id), "reading a message"
        )

    async def claim_orphans(self, now: datetime, mine: Iterable[UUID]) -> list[Delivery]:
        """Take over messages that nobody cares for any more; each goes to one process only."""
        kept = await run_with_timeout(
            REDIS_SECONDS, self._redis_store.outbox(), "reading the outbox"
        )
        stored = await run_with_timeout(DATABASE_SECONDS, self._orphans(now), "reading the outbox")
        found = {message.id: message for message in (*(stored or ()), *(kept or ()))}
        known = set(mine)
        left = [item for item in found.values() if item.id not in known and item.lease_until < now]
        done = [message for message in left if message.finished_at is not None]  # to be logged
        claims = [leased(message, now) for message in left if message.finished_at is None]
        return [*done, *[claim for claim in claims if await self._claim(claim)]]

    async def _claim(self, message: Delivery) -> bool:
        """Redis decides; what only the database knows of comes into Redis by this."""
        won = await run_with_timeout(
            REDIS_SECONDS, self._redis_store.keep(message), "taking a message"
        )
        if won is None:
            work = self._store((), [message])
            won = await run_with_timeout(DATABASE_SECONDS, work, "taking a message")
        return won is not False

    async def _store(self, alerts: Sequence[Alert], messages: Sequence[Delivery]) -> bool:
        """False where something as new, or an end, is there already."""
        async with self._db.write() as uow:
            won = [await queries.save_alert(uow.session, alert, uow.now) for alert in alerts]
            for message in messages if all(won) else ():
                won.append(await queries.save_delivery(uow.session, message))
        return all(won)

    async def _stored(self) -> Mapping[str, Alert]:
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


def _behind(store: Mapping[str, Alert] | None, alerts: Sequence[Alert]) -> list[Alert]:
    """What a store that answers knows less of than we do."""
    if store is None:
        return []
    known = {key: alert.revision for key, alert in store.items()}
    return [alert for alert in alerts if known.get(alert.key, 0) < alert.revision]
