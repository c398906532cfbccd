"""SQL about users who have stopped in their onboarding, and incidents on their steps (S73, X12)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import cast, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY, TEXT, insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.accounts import User
from db.models.flags import FeatureFlag
from db.models.incidents import LaunchIncident
from db.models.onboarding import BlockedUser, OnboardingProgress
from db.models.phases import LaunchPhaseFlag
from domain.incidents.incidents import ACTIVE_STATUSES


async def incidents_on(
    session: AsyncSession, flag_keys: Sequence[str]
) -> Mapping[str, LaunchIncident]:
    """Return the first open incident about each flag, which names the flag or its phase."""
    key = func.unnest(cast(list(flag_keys), ARRAY(TEXT)), type_=TEXT).column_valued("key")
    in_phase = exists().where(
        LaunchPhaseFlag.phase_id == LaunchIncident.phase_id,
        LaunchPhaseFlag.flag_id == FeatureFlag.id,
        FeatureFlag.flag_key == key,
    )
    query = (
        select(key, LaunchIncident)
        .where(LaunchIncident.status.in_(ACTIVE_STATUSES))
        .where(or_(key == func.any(LaunchIncident.affected_features), in_phase))
        .order_by(LaunchIncident.number.desc())
    )
    return {row[0]: row[1] for row in await session.execute(query)}


async def record_blocked(
    session: AsyncSession, onboarding_id: UUID, incident_id: UUID, step: str, now: datetime
) -> None:
    """Record that an incident blocks a user; recording it again changes nothing."""
    row = {"onboarding_id": onboarding_id, "incident_id": incident_id, "step": step, "at": now}
    await session.execute(insert(BlockedUser).values(row).on_conflict_do_nothing())


async def blocked_users(session: AsyncSession, incident_id: UUID, limit: int) -> list[UUID]:
    """Return users who were blocked by an incident and not notified of its end."""
    query = (
        select(OnboardingProgress.user_id)
        .join(BlockedUser, BlockedUser.onboarding_id == OnboardingProgress.id)
        .where(BlockedUser.incident_id == incident_id, BlockedUser.told_at.is_(None))
        .order_by(BlockedUser.at, OnboardingProgress.user_id)
    )
    return list(await session.scalars(query.limit(limit)))


async def mark_notified(
    session: AsyncSession, onboarding_id: UUID, incident_id: UUID, now: datetime
) -> str | None:
    """Record that the user was notified; return the blocked step to the first caller only."""
    query = (
        update(BlockedUser)
        .where(
            BlockedUser.onboarding_id == onboarding_id,
            BlockedUser.incident_id == incident_id,
            BlockedUser.told_at.is_(None),
        )
        .values(told_at=now)
        .returning(BlockedUser.step)
    )
    return await session.scalar(query)


async def email_of(session: AsyncSession, user_id: UUID) -> str | None:
    """Return the e-mail of a user; None if the account is disabled."""
    query = select(User.email).where(User.id == user_id, User.disabled_at.is_(None))
    return await session.scalar(query)
