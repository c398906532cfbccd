"""SQL about webhooks and their deliveries."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.event_positions import head
from db.models.webhooks import Webhook, WebhookDelivery
from db.queries.pages import Moments, newest_first


async def by_id(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, Webhook]:
    """Load webhooks by id."""
    rows = await session.scalars(select(Webhook).where(Webhook.id.in_(ids)))
    return {row.id: row for row in rows}


async def page(session: AsyncSession, page: Moments) -> list[Webhook]:
    """Return a page of webhooks, newest first."""
    query = newest_first(select(Webhook), Webhook.created_at, Webhook.id, page)
    return list(await session.scalars(query))


async def deliveries(
    session: AsyncSession, webhook_id: UUID, page: Moments
) -> list[WebhookDelivery]:
    """Return a page of the deliveries of a webhook, newest first."""
    query = select(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook_id)
    moment, key = WebhookDelivery.created_at, WebhookDelivery.id
    return list(await session.scalars(newest_first(query, moment, key, page)))


async def count(session: AsyncSession) -> int:
    """Count webhooks."""
    return (await session.execute(select(func.count()).select_from(Webhook))).scalar_one()


async def lock(session: AsyncSession, webhook_id: UUID) -> Webhook | None:
    """Lock a webhook until the end of the transaction."""
    return await session.scalar(select(Webhook).where(Webhook.id == webhook_id).with_for_update())


async def delivery(session: AsyncSession, delivery_id: UUID) -> WebhookDelivery | None:
    """Load a delivery."""
    return await session.get(WebhookDelivery, delivery_id)


async def waiting(session: AsyncSession, webhook_id: UUID) -> WebhookDelivery | None:
    """Return the delivery that has started but has not been accepted; there is at most one."""
    query = select(WebhookDelivery).where(
        WebhookDelivery.webhook_id == webhook_id,
        WebhookDelivery.delivered_at.is_(None),
        WebhookDelivery.event_seq
        > select(Webhook.last_seq).where(Webhook.id == webhook_id).scalar_subquery(),
    )
    return await session.scalar(query.order_by(WebhookDelivery.event_seq).limit(1))


async def due(session: AsyncSession, now: datetime) -> Sequence[UUID]:
    """Return webhooks that are behind the log, may be called now and are not leased."""
    free = or_(Webhook.lease_until.is_(None), Webhook.lease_until < now)
    query = select(Webhook.id).where(
        Webhook.active, Webhook.last_seq < head(), Webhook.next_attempt_at <= now, free
    )
    return (await session.scalars(query)).all()


async def lease(
    session: AsyncSession, webhook_id: UUID, owner: str, now: datetime, length: timedelta
) -> Webhook | None:
    """Take or renew the lease of a webhook.

    None if another process holds it or sending is not allowed.
    """
    free = or_(
        Webhook.lease_owner == owner, Webhook.lease_until.is_(None), Webhook.lease_until < now
    )
    query = (
        update(Webhook)
        .where(Webhook.id == webhook_id, Webhook.active, Webhook.next_attempt_at <= now, free)
        .values(lease_owner=owner, lease_until=now + length)
        .returning(Webhook)
    )
    return await session.scalar(query)


async def release(session: AsyncSession, webhook_id: UUID, owner: str) -> None:
    """Release the lease of a webhook."""
    is_leased = (Webhook.id == webhook_id, Webhook.lease_owner == owner)
    await session.execute(
        update(Webhook).where(*is_leased).values(lease_owner=None, lease_until=None)
    )
