"""SQL about the outbox."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, or_, select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.mail import Mail, MailAttempt
from db.queries.pages import Position, newest_first
from domain.outbox import OPEN, MailStatus


async def by_id(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, Mail]:
    """Letters by id."""
    rows = await session.scalars(select(Mail).where(Mail.id.in_(ids)))
    return {row.id: row for row in rows}


async def attempts_of(
    session: AsyncSession, ids: Sequence[UUID]
) -> Mapping[UUID, list[MailAttempt]]:
    """The attempts of each letter, the newest first."""
    query = select(MailAttempt).where(MailAttempt.mail_id.in_(ids))
    found: dict[UUID, list[MailAttempt]] = {key: [] for key in ids}
    for row in await session.scalars(query.order_by(MailAttempt.at.desc())):
        found[row.mail_id].append(row)
    return found


async def newest_by_invitation(
    session: AsyncSession, invitations: Sequence[UUID]
) -> Mapping[UUID, Mail]:
    """The last letter with each invitation; those that went by a link have none."""
    query = (
        select(Mail)
        .where(Mail.invitation_id.in_(invitations))
        .ext(distinct_on(Mail.invitation_id))
        .order_by(Mail.invitation_id, Mail.created_at.desc(), Mail.id.desc())
    )
    return {row.invitation_id: row for row in await session.scalars(query) if row.invitation_id}


async def lock_free(session: AsyncSession, mail_id: UUID) -> Mail | None:
    """A letter to change; None where there is none or a worker is sending it just now."""
    query = select(Mail).where(Mail.id == mail_id).with_for_update(skip_locked=True)
    return await session.scalar(query.execution_options(populate_existing=True))


async def cancel_open(session: AsyncSession, where: ColumnElement[bool], now: datetime) -> None:
    """Take back what is not sent, and forget its words; what is being sent is let go."""
    still = select(Mail.id).where(where, Mail.sent_at.is_(None), Mail.cancelled_at.is_(None))
    free = still.with_for_update(skip_locked=True)
    gone = {"cancelled_at": now, "body": "", "html": None}
    await session.execute(update(Mail).where(Mail.id.in_(free)).values(gone))


def listed(
    statuses: Sequence[MailStatus] | None, recipient: str | None, *, has_server: bool
) -> list[ColumnElement[bool]]:
    """The WHERE of a list: letters in one of these states, to one address."""
    found: list[ColumnElement[bool]] = []
    if statuses is not None:
        found.append(or_(false(), *(_in(status, has_server) for status in statuses)))
    if recipient is not None:
        found.append(func.lower(Mail.recipient) == func.lower(recipient))
    return found


async def page(
    session: AsyncSession, where: Sequence[ColumnElement[bool]], limit: int, after: Position
) -> list[Mail]:
    """Letters, newest first."""
    query = newest_first(select(Mail).where(*where), Mail.created_at, Mail.id, limit, after)
    return list(await session.scalars(query))


def _in(status: MailStatus, has_server: bool) -> ColumnElement[bool]:
    """The same rule as `domain.outbox.Standing.status`."""
    out, back = Mail.sent_at.is_not(None), Mail.bounced_at.is_not(None)
    if status is MailStatus.SENT:
        return and_(out, ~back)
    if status is MailStatus.CANCELLED:
        return and_(Mail.sent_at.is_(None), Mail.cancelled_at.is_not(None))
    alive = and_(Mail.sent_at.is_(None), Mail.cancelled_at.is_(None))
    if status is MailStatus.FAILED:
        return or_(and_(out, back), and_(alive, Mail.failed_at.is_not(None)))
    assert status in OPEN
    untried = Mail.attempts == 0
    where = {
        MailStatus.WAITING: false() if has_server else alive,
        MailStatus.QUEUED: untried if has_server else false(),
        MailStatus.RETRYING: ~untried if has_server else false(),
    }[status]
    return and_(alive, Mail.failed_at.is_(None), where)
