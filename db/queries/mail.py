"""SQL about the e-mail outbox."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, or_, select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.mail import Mail, MailAttempt
from db.queries.pages import Moments, newest_first
from domain.mail.mail_health import SLOW_MILLISECONDS, RecentAttempts
from domain.mail.outbox import OPEN, MailStatus


async def by_id(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, Mail]:
    """Load e-mails by id."""
    rows = await session.scalars(select(Mail).where(Mail.id.in_(ids)))
    return {row.id: row for row in rows}


async def attempts_of(
    session: AsyncSession, ids: Sequence[UUID]
) -> Mapping[UUID, list[MailAttempt]]:
    """Return the attempts of each e-mail, newest first."""
    query = select(MailAttempt).where(MailAttempt.mail_id.in_(ids))
    attempts: dict[UUID, list[MailAttempt]] = {key: [] for key in ids}
    for row in await session.scalars(query.order_by(MailAttempt.at.desc())):
        attempts[row.mail_id].append(row)
    return attempts


async def newest_by_invitation(
    session: AsyncSession, invitations: Sequence[UUID]
) -> Mapping[UUID, Mail]:
    """Return the newest e-mail of each invitation; invitations shared as a link have none."""
    query = (
        select(Mail)
        .where(Mail.invitation_id.in_(invitations))
        .ext(distinct_on(Mail.invitation_id))
        .order_by(Mail.invitation_id, Mail.created_at.desc(), Mail.id.desc())
    )
    return {row.invitation_id: row for row in await session.scalars(query) if row.invitation_id}


async def claim(
    session: AsyncSession, mail_id: UUID, now: datetime, until: datetime
) -> Mail | None:
    """Claim a due e-mail, so that no other worker sends it before `until`.

    Returns None if it does not exist, has ended or is claimed. If the worker dies, the e-mail is
    due again at `until`.
    """
    due = or_(Mail.next_attempt_at.is_(None), Mail.next_attempt_at <= now)
    free = or_(Mail.claimed_until.is_(None), Mail.claimed_until <= now)
    statement = (
        update(Mail)
        .where(Mail.id == mail_id, _unfinished(), due, free)
        .values(claimed_until=until, next_attempt_at=until)
        .returning(Mail)
    )
    return await session.scalar(statement.execution_options(populate_existing=True))


async def lock(session: AsyncSession, mail_id: UUID) -> Mail | None:
    """Lock an e-mail."""
    query = select(Mail).where(Mail.id == mail_id).with_for_update()
    return await session.scalar(query.execution_options(populate_existing=True))


async def due(session: AsyncSession, now: datetime, limit: int) -> Sequence[UUID]:
    """Return e-mails whose next attempt is due, longest overdue first."""
    query = select(Mail.id).where(Mail.next_attempt_at <= now, _unfinished())
    return (await session.scalars(query.order_by(Mail.next_attempt_at).limit(limit))).all()


async def recent_attempts(session: AsyncSession, since: datetime) -> Sequence[RecentAttempts]:
    """Count the attempts since a time, by recipient domain and outcome."""
    domain = func.lower(func.split_part(Mail.recipient, "@", 2))
    slow = func.count().filter(MailAttempt.took_ms >= SLOW_MILLISECONDS)
    query = (
        select(domain, MailAttempt.outcome, func.count(), slow)
        .join(Mail, Mail.id == MailAttempt.mail_id)
        .where(MailAttempt.at >= since)
        .group_by(domain, MailAttempt.outcome)
    )
    return [RecentAttempts(*row) for row in await session.execute(query)]


def _unfinished() -> ColumnElement[bool]:
    return and_(Mail.sent_at.is_(None), Mail.failed_at.is_(None), Mail.cancelled_at.is_(None))


async def cancel_open(session: AsyncSession, where: ColumnElement[bool], now: datetime) -> None:
    """Cancel unsent e-mails and erase their content; e-mails being sent are left alone."""
    free = or_(Mail.claimed_until.is_(None), Mail.claimed_until <= now)
    unsent = select(Mail.id).where(where, free, Mail.sent_at.is_(None), Mail.cancelled_at.is_(None))
    locked = unsent.with_for_update(skip_locked=True)
    cancelled = {"cancelled_at": now, "body": "", "html": None, "next_attempt_at": None}
    await session.execute(update(Mail).where(Mail.id.in_(locked)).values(cancelled))


def conditions(
    statuses: Sequence[MailStatus] | None, recipient: str | None, *, has_server: bool
) -> list[ColumnElement[bool]]:
    """Build the WHERE clause of a list of e-mails with one of these statuses and a recipient."""
    clauses: list[ColumnElement[bool]] = []
    if statuses is not None:
        clauses.append(or_(false(), *(_has_status(status, has_server) for status in statuses)))
    if recipient is not None:
        clauses.append(func.lower(Mail.recipient) == func.lower(recipient))
    return clauses


async def page(
    session: AsyncSession, where: Sequence[ColumnElement[bool]], page: Moments
) -> list[Mail]:
    """Return a page of e-mails, newest first."""
    query = newest_first(select(Mail).where(*where), Mail.created_at, Mail.id, page)
    return list(await session.scalars(query))


def _has_status(status: MailStatus, has_server: bool) -> ColumnElement[bool]:
    """Build the condition that matches `domain.mail.outbox.Standing.status`."""
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
