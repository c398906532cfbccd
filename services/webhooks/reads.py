"""Reading webhooks and the log of their deliveries (SPEC A46)."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.models.webhooks import Webhook, WebhookDelivery
from db.queries import webhooks as queries
from db.queries.pages import Position
from db.session import Database


async def page(session: AsyncSession, limit: int, after: Position) -> list[Webhook]:
    """Webhooks, the newest first."""
    return await queries.page(session, limit, after)


async def deliveries(
    session: AsyncSession, webhook_id: UUID, limit: int, after: Position
) -> list[WebhookDelivery]:
    """What was sent to one webhook, the newest first."""
    return await queries.deliveries(session, webhook_id, limit, after)


async def due(db: Database) -> Sequence[UUID]:
    """Webhooks that have something to deliver now."""
    async with db.read() as session:
        return await queries.due(session, db.clock())
