"""Reads bulk invitations: their progress, and each invitation (M10)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.models.bulk_invitations import BulkInvitationItem
from db.queries import bulk_invitations as queries
from domain.marketplace.bulk_invitations import BulkItemStatus
from services.marketplace.bulk_invitations import Progress, progress_of


async def progress(
    session: AsyncSession, ids: Sequence[UUID], clock: Callable[[], datetime]
) -> Mapping[UUID, Progress]:
    """Return the progress of bulk invitations by id."""
    rows = await queries.by_id(session, ids)
    return await progress_of(session, list(rows.values()), clock())


async def items(
    session: AsyncSession,
    bulk_id: UUID,
    statuses: Sequence[BulkItemStatus] | None,
    after: int,
    limit: int,
) -> list[BulkInvitationItem]:
    """Return a page of the items of a bulk invitation, in sending order."""
    return await queries.items(session, bulk_id, statuses, after, limit)
