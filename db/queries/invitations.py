"""SQL about invitations."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, false, func, literal, or_, select, true, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.accounts import User
from db.models.events import LaunchEvent
from db.models.invitations import Invitation
from db.models.suppliers import Client, Supplier
from db.queries.pages import Moments, newest_first
from domain.events import Subject
from domain.marketplace.invitations import PENDING, InvitationStatus

InvitationWithParties: TypeAlias = Row[Invitation, Supplier, Client]
SENDING_ACTIONS = ("sent", "resent")


async def by_id(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, Invitation]:
    """Load invitations by id."""
    rows = await session.scalars(select(Invitation).where(Invitation.id.in_(ids)))
    return {row.id: row for row in rows}


async def newest_by_client(
    session: AsyncSession, clients: Sequence[UUID]
) -> Mapping[UUID, Invitation]:
    """Return the newest invitation of each client."""
    query = (
        select(Invitation)
        .where(Invitation.client_id.in_(clients))
        .ext(distinct_on(Invitation.client_id))
        .order_by(Invitation.client_id, Invitation.created_at.desc(), Invitation.id.desc())
    )
    return {row.client_id: row for row in await session.scalars(query)}


async def by_code(session: AsyncSession, digest: bytes) -> InvitationWithParties | None:
    """Find the invitation of a code with its supplier and client; the code is not consumed.

    Returns None while the account of the supplier is disabled: its links then do not work (SEC11).
    """
    query = (
        select(Invitation, Supplier, Client)
        .join(Supplier, Supplier.id == Invitation.supplier_id)
        .join(Client, Client.id == Invitation.client_id)
    )
    enabled = query.join(User, User.id == Supplier.user_id).where(User.disabled_at.is_(None))
    return (await session.execute(enabled.where(_has_code(digest)))).one_or_none()


async def is_sender_disabled(session: AsyncSession, invitation_id: UUID) -> bool:
    """Tell whether the account that sent an invitation is disabled."""
    query = (
        select(User.disabled_at.is_not(None))
        .select_from(Invitation)
        .join(Supplier, Supplier.id == Invitation.supplier_id)
        .join(User, User.id == Supplier.user_id)
        .where(Invitation.id == invitation_id)
    )
    return (await session.execute(query)).scalar_one_or_none() is True


async def claim(session: AsyncSession, digest: bytes, now: datetime) -> Invitation | None:
    """Accept the pending invitation of a code; of concurrent attempts, one succeeds."""
    query = (
        update(Invitation)
        .where(_has_code(digest), Invitation.status.in_(PENDING), Invitation.expires_at > now)
        .values(status=InvitationStatus.ACCEPTED, accepted_at=now)
        .returning(Invitation)
    )
    return await session.scalar(query.execution_options(populate_existing=True))


async def lock_with_code(session: AsyncSession, digest: bytes) -> Invitation | None:
    """Lock the invitation of a code until the end of the transaction."""
    query = select(Invitation).where(_has_code(digest)).with_for_update(key_share=True)
    return await session.scalar(query.execution_options(populate_existing=True))


async def lock(session: AsyncSession, invitation_id: UUID) -> Invitation | None:
    """Lock an invitation; its client must be locked first."""
    query = select(Invitation).where(Invitation.id == invitation_id)
    locked = query.with_for_update(key_share=True)
    return await session.scalar(locked.execution_options(populate_existing=True))


async def lock_pending(session: AsyncSession, client_id: UUID) -> Invitation | None:
    """Lock the pending invitation of a client; there is at most one."""
    query = select(Invitation).where(
        Invitation.client_id == client_id, Invitation.status.in_(PENDING)
    )
    return await session.scalar(query.with_for_update(key_share=True))


async def client_of(
    session: AsyncSession, invitation_id: UUID, supplier_id: UUID | None
) -> UUID | None:
    """Return the client of an invitation, which has to be locked first."""
    query = select(Invitation.client_id).where(Invitation.id == invitation_id)
    if supplier_id is not None:
        query = query.where(Invitation.supplier_id == supplier_id)
    return (await session.execute(query)).scalar_one_or_none()


async def count_emails_since(session: AsyncSession, client_id: UUID, since: datetime) -> int:
    """Count the invitation e-mails to a client since a time, from the event log."""
    invitation_ids = select(Invitation.id).where(Invitation.client_id == client_id)
    query = select(func.count()).where(
        LaunchEvent.subject_kind == Subject.INVITATION,
        LaunchEvent.subject_id.in_(invitation_ids),
        LaunchEvent.recorded_at > since,
        LaunchEvent.payload["action"].astext.in_(SENDING_ACTIONS),
    )
    return (await session.execute(query)).scalar_one()


async def overdue_clients(session: AsyncSession, now: datetime, limit: int) -> list[Client]:
    """Lock clients whose pending invitation has expired, skipping those that are locked."""
    query = (
        select(Client)
        .join(Invitation, Invitation.client_id == Client.id)
        .where(Invitation.status.in_(PENDING), Invitation.expires_at <= now)
        .order_by(Invitation.expires_at)
        .limit(limit)
        .with_for_update(of=Client, key_share=True, skip_locked=True)
    )
    return list(await session.scalars(query))


def directory(
    statuses: Sequence[InvitationStatus] | None, now: datetime, email: str | None = None
) -> list[ColumnElement[bool]]:
    """Build the WHERE clause of the directory; pending ones past their end are expired."""
    return [*_sent_to(email), or_(false(), *_status_conditions(statuses, now))]


async def count(
    session: AsyncSession,
    statuses: Sequence[InvitationStatus] | None,
    now: datetime,
    email: str | None = None,
) -> int:
    """Count the invitations of the directory.

    Each condition is counted separately so that it uses its index; an OR would not.
    """
    parts = (
        select(func.count(Invitation.id)).where(*_sent_to(email), part).scalar_subquery()
        for part in _status_conditions(statuses, now)
    )
    total: ColumnElement[int] = sum(parts, literal(0))
    return (await session.execute(select(total))).scalar_one()


def _sent_to(email: str | None) -> list[ColumnElement[bool]]:
    return [] if email is None else [func.lower(Invitation.email) == func.lower(email)]


def _status_conditions(
    statuses: Sequence[InvitationStatus] | None, now: datetime
) -> list[ColumnElement[bool]]:
    """Build disjoint conditions, which compare the expiry only where needed.

    If expired invitations are included, pending ones match whatever their expiry.
    """
    if statuses is None:
        return [true()]
    expired = InvitationStatus.EXPIRED in statuses
    whole = [status for status in statuses if expired or status not in PENDING]
    alive = [status for status in statuses if status not in whole]
    overdue = [status for status in PENDING if expired and status not in statuses]
    clauses: list[ColumnElement[bool]] = []
    if whole:
        clauses.append(Invitation.status.in_(whole))
    if alive:
        clauses.append(and_(Invitation.status.in_(alive), Invitation.expires_at > now))
    if overdue:
        clauses.append(and_(Invitation.status.in_(overdue), Invitation.expires_at <= now))
    return clauses


async def page(
    session: AsyncSession, where: Sequence[ColumnElement[bool]], page: Moments
) -> list[Invitation]:
    """Return a page of invitations, newest first."""
    query = select(Invitation).where(*where)
    paged = newest_first(query, Invitation.created_at, Invitation.id, page)
    return list(await session.scalars(paged))


def _has_code(digest: bytes) -> ColumnElement[bool]:
    return or_(Invitation.invite_code == digest, Invitation.mail_code == digest)
