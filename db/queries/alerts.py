"""SQL about the state of alerts and the delivery of their messages (S14, S99, A26)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.incidents import AlertDelivery, LaunchAlert
from db.queries.pages import Moments, newest_first
from domain.alerting.alert_deliveries import Delivery
from domain.alerting.alerts import Alert, AlertKind

_ALERT: TypeAdapter[Alert] = TypeAdapter(Alert)
_FIELDS = tuple(Delivery.__dataclass_fields__)
_ALERTS_KEY = LaunchAlert.key


@dataclass(frozen=True, slots=True)
class ChannelHistory:
    """The last results of an alert channel."""

    last_success_at: datetime | None
    last_failure_at: datetime | None
    last_test_at: datetime | None
    last_error: str | None


async def all_alerts(session: AsyncSession) -> dict[str, Alert]:
    """Return the state of every alert by its cause."""
    documents = await session.scalars(select(LaunchAlert.document))
    alerts = [_ALERT.validate_python(document) for document in documents]
    return {alert.key: alert for alert in alerts}


async def save_alert(session: AsyncSession, alert: Alert, now: datetime) -> bool:
    """Store an alert; return False if the stored revision is not older."""
    row = {
        "key": alert.key,
        "revision": alert.revision,
        "is_open": alert.open,
        "document": _ALERT.dump_python(alert, mode="json"),
        "updated_at": now,
    }
    insertion = upsert(LaunchAlert).values(row)
    stored = insertion.on_conflict_do_update(
        index_elements=["key"],
        set_={name: insertion.excluded[name] for name in row if name != "key"},
        where=LaunchAlert.revision < insertion.excluded.revision,
    )
    return (await session.execute(stored.returning(_ALERTS_KEY))).first() is not None


async def lock_alert(session: AsyncSession, key: str) -> LaunchAlert | None:
    """Lock the alert of a cause until the end of the transaction."""
    query = select(LaunchAlert).where(LaunchAlert.key == key).with_for_update()
    return await session.scalar(query.execution_options(populate_existing=True))


async def delete_closed_alerts(session: AsyncSession, keys: Sequence[str]) -> None:
    """Delete closed alerts."""
    closed = LaunchAlert.key.in_(keys) & LaunchAlert.is_open.is_(False)
    await session.execute(delete(LaunchAlert).where(closed))


async def save_delivery(session: AsyncSession, delivery: Delivery) -> bool:
    """Store a delivery; return False if the stored revision is not older or is final."""
    row = {name: getattr(delivery, name) for name in _FIELDS}
    insertion = upsert(AlertDelivery).values(row)
    stored = insertion.on_conflict_do_update(
        index_elements=["id"],
        set_={name: insertion.excluded[name] for name in _FIELDS if name != "id"},
        where=(AlertDelivery.revision < insertion.excluded.revision)
        & AlertDelivery.finished_at.is_(None),
    )
    return (await session.execute(stored.returning(AlertDelivery.id))).first() is not None


async def delivery(session: AsyncSession, delivery_id: UUID) -> Delivery | None:
    """Load a delivery."""
    row = await session.get(AlertDelivery, delivery_id)
    return _delivery(row) if row else None


async def orphans(session: AsyncSession, now: datetime, limit: int) -> list[Delivery]:
    """Return unfinished deliveries whose lease has expired."""
    query = (
        select(AlertDelivery)
        .where(AlertDelivery.finished_at.is_(None), AlertDelivery.lease_until < now)
        .order_by(AlertDelivery.lease_until)
        .limit(limit)
    )
    return [_delivery(row) for row in await session.scalars(query)]


async def page(
    session: AsyncSession,
    part: Moments,
    incident_id: UUID | None,
) -> list[AlertDelivery]:
    """Return a page of deliveries, newest first."""
    query = select(AlertDelivery)
    if incident_id is not None:
        query = query.where(AlertDelivery.incident_id == incident_id)
    query = newest_first(query, AlertDelivery.created_at, AlertDelivery.id, part)
    return list(await session.scalars(query))


async def histories(session: AsyncSession, channels: Sequence[str]) -> Mapping[str, ChannelHistory]:
    """Return when each channel last succeeded, failed and was tested, and its last error."""
    newest, refused = AlertDelivery.created_at.desc(), AlertDelivery.last_error.is_not(None)
    failed = AlertDelivery.finished_at.is_not(None) & AlertDelivery.sent_at.is_(None)
    query = (
        select(
            AlertDelivery.channel,
            func.max(AlertDelivery.sent_at),
            func.max(AlertDelivery.finished_at).filter(failed),
            func.max(AlertDelivery.finished_at).filter(AlertDelivery.kind == AlertKind.TEST),
            func.array_agg(aggregate_order_by(AlertDelivery.last_error, newest)).filter(refused)[1],
        )
        .where(AlertDelivery.channel.in_(channels))
        .group_by(AlertDelivery.channel)
    )
    return {row[0]: ChannelHistory(*row[1:]) for row in await session.execute(query)}


async def tested_at(session: AsyncSession, channels: Sequence[str]) -> datetime | None:
    """Return when one of these channels last received a test message."""
    query = select(func.max(AlertDelivery.sent_at)).where(
        AlertDelivery.channel.in_(channels), AlertDelivery.kind == AlertKind.TEST
    )
    return await session.scalar(query)


def _delivery(row: AlertDelivery) -> Delivery:
    return Delivery(**{name: getattr(row, name) for name in _FIELDS})
