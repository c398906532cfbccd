"""SQL that counts invitations by sender and recipient (SEC5)."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, literal, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.mail import Mail
from db.models.sendings import InvitationSending, MailSuppression, SendingKind
from db.queries import mail
from domain.marketplace.invitation_limits import SentInADay

Row = InvitationSending
_Count: TypeAlias = ColumnElement[int]
# A reminder counts for those who receive it; the account has spent its limit on the invitation.
_MAILED = (SendingKind.EMAIL, SendingKind.REMINDER)


async def lock_counts(session: AsyncSession, *keys: bytes) -> None:
    """Make others who count by one of these keys wait until the end of the transaction."""
    for number in sorted({int.from_bytes(key[:8], signed=True) for key in keys}):
        await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": number})


async def counts(
    session: AsyncSession, row: InvitationSending, since: datetime, declined_since: datetime
) -> SentInADay:
    """Count what was sent before this row, by each of its keys, in one statement."""

    def sent(*where: ColumnElement[bool], kinds: Sequence[SendingKind] = _MAILED) -> _Count:
        query = select(func.count()).select_from(Row)
        return query.where(Row.kind.in_(kinds), Row.at > since, *where).scalar_subquery()

    by_sender, to_recipient = Row.supplier_id == row.supplier_id, Row.recipient == row.recipient
    declines = (
        select(func.count())
        .select_from(Row)
        .where(by_sender, Row.kind == SendingKind.DECLINED, Row.at > declined_since)
        .scalar_subquery()
    )
    query = select(
        sent(by_sender, kinds=(SendingKind.EMAIL,)),
        sent(to_recipient),
        sent(by_sender, to_recipient),
        sent(Row.domain == row.domain),
        sent(Row.block == row.block, Row.by_new_account.is_(True)) if row.block else literal(0),
        declines,
    )
    return SentInADay(*(await session.execute(query)).one())


async def last_decline(
    session: AsyncSession, supplier_id: UUID, client_id: UUID, recipient: bytes | None
) -> datetime | None:
    """Return when the couple of a client last declined the supplier, by client or address."""
    same = [Row.client_id == client_id]
    if recipient is not None:
        same.append(Row.recipient == recipient)
    declined = Row.kind == SendingKind.DECLINED
    query = select(func.max(Row.at)).where(Row.supplier_id == supplier_id, declined, or_(*same))
    return (await session.execute(query)).scalar_one_or_none()


async def is_suppressed(session: AsyncSession, recipient: bytes) -> bool:
    """Tell whether invitations to this address are suppressed."""
    query = select(exists().where(MailSuppression.recipient == recipient))
    return bool((await session.execute(query)).scalar_one())


async def suppress(session: AsyncSession, recipient: bytes, now: datetime) -> None:
    """Suppress invitations to an address."""
    row = insert(MailSuppression).values(recipient=recipient, created_at=now)
    await session.execute(row.on_conflict_do_nothing())


async def withdraw_invitations(session: AsyncSession, email: str, now: datetime) -> None:
    """Cancel unsent invitations to an address."""
    to_address = func.lower(Mail.recipient) == func.lower(email)
    about = or_(Mail.invitation_id.is_not(None), Mail.couple_invitation_id.is_not(None))
    await mail.cancel_open(session, to_address & about, now)
