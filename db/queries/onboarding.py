"""SQL about progress in the guided setup."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.accounts import User
from db.models.couples import Partnership
from db.models.invitations import Invitation
from db.models.onboarding import OnboardingProgress
from db.models.suppliers import Client
from db.queries.pages import Moments, ordered
from domain.journeys.onboarding import OnboardingSide


async def by_id(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, OnboardingProgress]:
    """Load onboardings by id."""
    query = select(OnboardingProgress).where(OnboardingProgress.id.in_(ids))
    return {row.id: row for row in await session.scalars(query)}


async def by_user(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, OnboardingProgress]:
    """Load onboardings by the id of their user."""
    query = select(OnboardingProgress).where(OnboardingProgress.user_id.in_(ids))
    return {row.user_id: row for row in await session.scalars(query)}


async def lock_of_user(session: AsyncSession, user_id: UUID) -> OnboardingProgress | None:
    """Lock the onboarding of a user until the end of the transaction."""
    return await _lock_where(session, OnboardingProgress.user_id == user_id)


async def lock(session: AsyncSession, onboarding_id: UUID) -> OnboardingProgress | None:
    """Lock an onboarding until the end of the transaction."""
    return await _lock_where(session, OnboardingProgress.id == onboarding_id)


async def supplier_facts(session: AsyncSession, supplier_id: UUID) -> tuple[bool, bool, bool]:
    """Tell whether a supplier has a client, has an invitation, and has ever been connected."""
    query = select(
        exists().where(Client.supplier_id == supplier_id),
        exists().where(Invitation.supplier_id == supplier_id),
        exists().where(Partnership.supplier_id == supplier_id),
    )
    client, invited, connected = (await session.execute(query)).one()
    return client, invited, connected


async def couple_is_connected(session: AsyncSession, couple_id: UUID) -> bool:
    """Tell whether a couple has ever been connected to a supplier."""
    query = select(exists().where(Partnership.couple_id == couple_id))
    return bool((await session.execute(query)).scalar_one())


def stalled(
    before: datetime, side: OnboardingSide | None, email: str | None
) -> list[ColumnElement[bool]]:
    """Build the WHERE clause of unfinished onboardings without activity since a time.

    Users who ask for help are always included, even if they were active just now or have finished.
    """
    asks_for_help = OnboardingProgress.assistance_needed
    clauses: list[ColumnElement[bool]] = [
        or_(OnboardingProgress.completed_at.is_(None), asks_for_help),
        or_(OnboardingProgress.last_activity_at <= before, asks_for_help),
    ]
    if side is not None:
        clauses.append(OnboardingProgress.user_type == side)
    if email is not None:
        owner = select(User.id).where(func.lower(User.email) == func.lower(email))
        clauses.append(OnboardingProgress.user_id.in_(owner))
    return clauses


async def by_step(session: AsyncSession, since: datetime) -> list[tuple[OnboardingSide, str, int]]:
    """Count unfinished onboardings that were active since a time, by step."""
    side, step = OnboardingProgress.user_type, OnboardingProgress.current_step
    query = (
        select(side, step, func.count())
        .where(
            OnboardingProgress.completed_at.is_(None),
            OnboardingProgress.left_at.is_(None),
            OnboardingProgress.last_activity_at > since,
            step.is_not(None),
        )
        .group_by(side, step)
    )
    return [(kind, str(key), number) for kind, key, number in await session.execute(query)]


async def longest_first(
    session: AsyncSession, where: Sequence[ColumnElement[bool]], page: Moments
) -> list[OnboardingProgress]:
    """Return a page, longest inactive first."""
    query = select(OnboardingProgress).where(*where)
    order = (OnboardingProgress.last_activity_at, OnboardingProgress.id)
    return list(await session.scalars(ordered(query, page, *order)))


async def _lock_where(
    session: AsyncSession, where: ColumnElement[bool]
) -> OnboardingProgress | None:
    query = select(OnboardingProgress).where(where).with_for_update(key_share=True)
    return await session.scalar(query.execution_options(populate_existing=True))
