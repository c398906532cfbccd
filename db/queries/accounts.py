"""SQL about users, and API tokens by id."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.accounts import ApiToken, User
from db.models.phases import LaunchPhase
from db.models.suppliers import Supplier
from db.queries.pages import Moments, newest_first
from domain.actors import STAFF, Role
from domain.ids import PhaseId
from domain.phases.phases import PhaseStatus
from domain.platform.platforms import Platform

_FIRST_ADMIN_LOCK = 7_264_002


async def users_by_id(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, User]:
    """Load users by id; unknown ids are left out."""
    rows = await session.scalars(select(User).where(User.id.in_(ids)))
    return {row.id: row for row in rows}


async def tokens_by_id(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, ApiToken]:
    """Load API tokens by id, revoked ones too; unknown ids are left out."""
    rows = await session.scalars(select(ApiToken).where(ApiToken.id.in_(ids)))
    return {row.id: row for row in rows}


async def user_by_email(session: AsyncSession, email: str) -> User | None:
    """Find the user with an e-mail address, ignoring case."""
    return await session.scalar(select(User).where(func.lower(User.email) == func.lower(email)))


async def lock_user(session: AsyncSession, user_id: UUID) -> User | None:
    """Lock a user until the end of the transaction."""
    query = (
        select(User)
        .where(User.id == user_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return await session.scalar(query)


async def add_user(
    session: AsyncSession,
    email: str,
    role: Role,
    password_hash: str | None,
    key: UUID | None = None,
) -> User | None:
    """Insert a user; return None if the e-mail is taken, even by a concurrent transaction."""
    values = {"email": email, "role": role, "password_hash": password_hash}
    row = insert(User).values(values | ({} if key is None else {"id": key}))
    return await session.scalar(row.on_conflict_do_nothing().returning(User))


async def add_supplier(session: AsyncSession, **values: object) -> bool:
    """Insert a supplier; return False if its e-mail is taken."""
    row = insert(Supplier).values(**values).on_conflict_do_nothing().returning(Supplier.id)
    return (await session.execute(row)).scalar_one_or_none() is not None


async def other_admins(session: AsyncSession, user_id: UUID) -> int:
    """Count the other admins who can log in.

    An advisory lock keeps that number unchanged until the commit.
    """
    await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _FIRST_ADMIN_LOCK})
    admins = User.role == Role.ADMIN
    query = select(func.count()).where(admins, User.id != user_id, User.disabled_at.is_(None))
    return (await session.execute(query)).scalar_one()


def staff() -> list[ColumnElement[bool]]:
    """Build the WHERE clause of users who may operate launches."""
    return [User.role.in_(STAFF)]


def assignable(search: str | None) -> list[ColumnElement[bool]]:
    """Build the WHERE clause of enabled staff, filtered by a part of their e-mail."""
    clauses = [*staff(), User.disabled_at.is_(None)]
    if search is not None:
        clauses.append(User.email.icontains(search, autoescape=True))
    return clauses


async def page_of_users(
    session: AsyncSession, where: Sequence[ColumnElement[bool]], page: Moments
) -> list[User]:
    """Return a page of users, newest first."""
    query = newest_first(select(User).where(*where), User.created_at, User.id, page)
    return list(await session.scalars(query))


async def has_admin(session: AsyncSession) -> bool:
    """Tell whether an admin exists.

    An advisory lock makes other processes that ask wait until the commit.
    """
    await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _FIRST_ADMIN_LOCK})
    query = select(User.id).where(User.role == Role.ADMIN).limit(1)
    return (await session.execute(query)).scalar_one_or_none() is not None


async def active_phase_id(session: AsyncSession, platform: Platform) -> PhaseId | None:
    """Return the phase that is ACTIVE on a platform; there is at most one."""
    query = select(LaunchPhase.id).where(
        LaunchPhase.status == PhaseStatus.ACTIVE,
        LaunchPhase.platforms.contains([platform.value]),
    )
    phase_id = (await session.execute(query)).scalar_one_or_none()
    return PhaseId(phase_id) if phase_id else None
