"""Reads webhooks and the log of their deliveries (A46)."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.models.webhooks import Webhook, WebhookDelivery
from db.queries import webhooks as queries
from db.queries.pages import Moments
from db.session import Database


async def page(session: AsyncSession, page: Moments) -> list[Webhook]:
    """Return a page of webhooks, newest first."""
    return await queries.page(session, page)


async def deliveries(
    session: AsyncSession, webhook_id: UUID, page: Moments
) -> list[WebhookDelivery]:
    """Return a page of the deliveries of one webhook, newest first."""
    return await queries.deliveries(session, webhook_id, page)


async def due(db: Database) -> Sequence[UUID]:
    """Return the ids of webhooks that have something to deliver now."""
    async with db.read() as session:
        return await queries.due(session, db.clock())
