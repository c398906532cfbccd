"""SQL about credentials: sessions, API tokens and password resets."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, any_, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from db.models.accounts import (
    ApiToken,
    EmailConfirmation,
    LogInLink,
    PasswordReset,
    Session,
    User,
)
from db.models.couples import CoupleMember
from db.models.suppliers import Supplier
from domain.actors import Role, VendorType

MAX_TOKENS = 1000

SessionColumns = Row[
    UUID, datetime, UUID, str, Role, UUID | None, VendorType | None, UUID | None
]  # fmt: skip


async def live_session(
    session: AsyncSession, where: ColumnElement[bool], now: datetime
) -> SessionColumns | None:
    """Find a valid session with its enabled user and the attributes that flags are targeted by."""
    query = (
        select(
            Session.id,
            Session.expires_at,
            User.id,
            User.email,
            User.role,
            Supplier.id,
            Supplier.vendor_type,
            CoupleMember.couple_id,
        )
        .join(User, User.id == Session.user_id)
        .outerjoin(Supplier, Supplier.user_id == User.id)
        .outerjoin(CoupleMember, CoupleMember.user_id == User.id)
        .where(where, Session.revoked_at.is_(None), Session.expires_at > now)
        .where(User.disabled_at.is_(None))
    )
    return (await session.execute(query)).one_or_none()


async def live_token(
    session: AsyncSession, where: ColumnElement[bool], now: datetime
) -> Row[ApiToken, Role | None] | None:
    """Find a valid token with the role of its creator.

    A token is invalid if its creator is disabled or a token it was created with has ended.
    """
    parent = aliased(ApiToken)
    ended = or_(parent.revoked_at.is_not(None), parent.expires_at <= now)
    query: Select[ApiToken, Role | None] = (
        select(ApiToken, User.role)
        .outerjoin(User, User.id == ApiToken.created_by)
        .where(where, ApiToken.revoked_at.is_(None), User.disabled_at.is_(None))
        .where(or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > now))
        .where(~exists().where(parent.id == any_(ApiToken.ancestors), ended))
    )
    return (await session.execute(query)).one_or_none()


async def touch_token(
    session: AsyncSession, token_id: UUID, now: datetime, *, before: datetime
) -> None:
    """Record the use of a token, unless a use since `before` is recorded already."""
    await session.execute(
        update(ApiToken)
        .where(ApiToken.id == token_id)
        .where(or_(ApiToken.last_used_at.is_(None), ApiToken.last_used_at <= before))
        .values(last_used_at=now)
    )


async def end_sessions(
    session: AsyncSession, where: ColumnElement[bool], now: datetime
) -> Sequence[UUID]:
    """Revoke open sessions and return their ids."""
    query = (
        update(Session)
        .where(where, Session.revoked_at.is_(None), Session.expires_at > now)
        .values(revoked_at=now)
        .returning(Session.id)
    )
    return (await session.scalars(query)).all()


async def all_tokens(session: AsyncSession) -> list[ApiToken]:
    """Return API tokens, newest first, including revoked ones."""
    query = select(ApiToken).order_by(ApiToken.created_at.desc(), ApiToken.id.desc())
    return list(await session.scalars(query.limit(MAX_TOKENS)))


async def lock_token(session: AsyncSession, token_id: UUID) -> ApiToken | None:
    """Lock a token until the end of the transaction."""
    query = select(ApiToken).where(ApiToken.id == token_id).with_for_update()
    return await session.scalar(query)


async def unrevoked_descendants(session: AsyncSession, token_id: UUID) -> list[ApiToken]:
    """Lock the unrevoked tokens that were created with a token, directly or indirectly."""
    made = ApiToken.ancestors.contains([token_id])
    query = select(ApiToken).where(made, ApiToken.revoked_at.is_(None)).order_by(ApiToken.id)
    return list(await session.scalars(query.with_for_update()))


async def reset_by_hash(
    session: AsyncSession, token_hash: bytes
) -> Row[PasswordReset, User] | None:
    """Find a password reset and its user."""
    query = select(PasswordReset, User).join(User, User.id == PasswordReset.user_id)
    rows = await session.execute(query.where(PasswordReset.token_hash == token_hash))
    return rows.one_or_none()


async def use_reset(session: AsyncSession, reset_id: UUID, now: datetime) -> bool:
    """Use a password reset; return False if another request used it first."""
    query = (
        update(PasswordReset)
        .where(PasswordReset.id == reset_id, PasswordReset.used_at.is_(None))
        .where(PasswordReset.expires_at > now)
        .values(used_at=now)
        .returning(PasswordReset.id)
    )
    return (await session.execute(query)).scalar_one_or_none() is not None


async def void_resets(session: AsyncSession, user_id: UUID, now: datetime) -> None:
    """Invalidate all open password resets of a user."""
    await session.execute(
        update(PasswordReset)
        .where(PasswordReset.user_id == user_id, PasswordReset.used_at.is_(None))
        .values(used_at=now)
    )


async def sessions_of(
    session: AsyncSession, user_id: UUID, now: datetime, limit: int
) -> list[Session]:
    """Return the open sessions of a user, newest first."""
    query = select(Session).where(
        Session.user_id == user_id, Session.revoked_at.is_(None), Session.expires_at > now
    )
    newest = query.order_by(Session.created_at.desc(), Session.id).limit(limit)
    return list(await session.scalars(newest))


async def tokens_made_by(session: AsyncSession, user_id: UUID) -> list[ApiToken]:
    """Lock the unrevoked tokens that a user has created."""
    query = select(ApiToken).where(ApiToken.created_by == user_id, ApiToken.revoked_at.is_(None))
    return list(await session.scalars(query.with_for_update()))


async def confirmation_by_hash(
    session: AsyncSession, token_hash: bytes
) -> Row[EmailConfirmation, User] | None:
    """Lock an e-mail confirmation and its user."""
    query = select(EmailConfirmation, User).join(User, User.id == EmailConfirmation.user_id)
    locked = query.where(EmailConfirmation.token_hash == token_hash).with_for_update(key_share=True)
    return (await session.execute(locked)).one_or_none()


async def log_in_link_by_hash(
    session: AsyncSession, token_hash: bytes
) -> Row[LogInLink, User] | None:
    """Lock a log-in link and its user."""
    query = select(LogInLink, User).join(User, User.id == LogInLink.user_id)
    locked = query.where(LogInLink.token_hash == token_hash).with_for_update(key_share=True)
    return (await session.execute(locked)).one_or_none()


async def void_log_in_links(session: AsyncSession, user_id: UUID, now: datetime) -> None:
    """Invalidate all open log-in links of a user."""
    is_open = (LogInLink.user_id == user_id) & LogInLink.used_at.is_(None)
    await session.execute(update(LogInLink).where(is_open).values(used_at=now))


async def void_confirmations(session: AsyncSession, user_id: UUID, now: datetime) -> None:
    """Invalidate all open e-mail confirmations of a user."""
    is_open = (EmailConfirmation.user_id == user_id) & EmailConfirmation.used_at.is_(None)
    await session.execute(update(EmailConfirmation).where(is_open).values(used_at=now))
