"""SQL about reported messages (M7)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.conversations import Message, MessageReport, Reported
from db.models.couples import Partnership
from db.queries.pages import Moments, newest_first
from domain.marketplace.message_reports import ReportOutcome


def conditions(*, is_open: bool | None) -> list[ColumnElement[bool]]:
    """Build the WHERE clause of a list of reports; None selects open and resolved ones."""
    if is_open is None:
        return []
    resolved = MessageReport.resolved_at
    return [resolved.is_(None) if is_open else resolved.is_not(None)]


async def page(
    session: AsyncSession, where: Sequence[ColumnElement[bool]], page: Moments
) -> list[Reported]:
    """Return a page of reports, newest first."""
    query: Select[*tuple[Any, ...]] = (
        select(MessageReport, Message, Partnership)
        .join(Message, Message.id == MessageReport.message_id)
        .join(Partnership, Partnership.id == Message.partnership_id)
        .where(*where)
    )
    paged = newest_first(query, MessageReport.created_at, MessageReport.id, page)
    return [Reported(*row) for row in await session.execute(paged)]


async def count(session: AsyncSession, where: Sequence[ColumnElement[bool]]) -> int:
    """Count reports."""
    query = select(func.count()).select_from(MessageReport).where(*where)
    return (await session.execute(query)).scalar_one()


async def lock(session: AsyncSession, report_id: UUID) -> Reported | None:
    """Lock a report until the end of the transaction."""
    query = (
        select(MessageReport, Message, Partnership)
        .join(Message, Message.id == MessageReport.message_id)
        .join(Partnership, Partnership.id == Message.partnership_id)
        .where(MessageReport.id == report_id)
        .with_for_update(of=MessageReport)
        .execution_options(populate_existing=True)
    )
    row = (await session.execute(query)).one_or_none()
    return Reported(*row) if row else None


async def add(
    session: AsyncSession, message_id: UUID, reporter_id: UUID, reason: str, now: datetime
) -> UUID | None:
    """Report a message; return None if this person has reported it before."""
    row = insert(MessageReport).values(
        message_id=message_id, reporter_id=reporter_id, reason=reason, created_at=now
    )
    added = row.on_conflict_do_nothing().returning(MessageReport.id)
    return await session.scalar(added)


async def is_reported(session: AsyncSession, message_id: UUID) -> bool:
    """Tell whether a message has been reported."""
    query = select(exists().where(MessageReport.message_id == message_id))
    return bool(await session.scalar(query))


async def resolve_all(
    session: AsyncSession, message_id: UUID, outcome: ReportOutcome, now: datetime
) -> Sequence[UUID]:
    """Close the open reports of a message and return their ids."""
    closed = (
        update(MessageReport)
        .where(MessageReport.message_id == message_id, MessageReport.resolved_at.is_(None))
        .values(resolved_at=now, outcome=outcome)
        .returning(MessageReport.id)
    )
    return (await session.scalars(closed)).all()
