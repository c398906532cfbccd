"""SQL about dependents: what follows from the cause of an incident (L17)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.incidents import IncidentDependent, IncidentEpisode, LaunchIncident
from domain.actors import ActorKind
from domain.incidents.incidents import ACTIVE_STATUSES

_LOCK = func.pg_advisory_xact_lock(func.hashtext("launch.incident_causes"))
_GONE_AT = func.coalesce(LaunchIncident.cause_gone_at, LaunchIncident.resolved_at)


async def lock(session: AsyncSession) -> None:
    """Serialize reports: a cause and its dependent reported at once would miss each other."""
    await session.execute(select(_LOCK))


async def explaining(
    session: AsyncSession, causes: Sequence[str], since: datetime
) -> list[LaunchIncident]:
    """Lock incidents that explain these causes and were not over before `since`; oldest first."""
    query = (
        select(LaunchIncident)
        .where(LaunchIncident.explains.overlap(causes), (_GONE_AT.is_(None)) | (since <= _GONE_AT))
        .order_by(LaunchIncident.number)
        .with_for_update()
    )
    return list(await session.scalars(query.execution_options(populate_existing=True)))


async def following(session: AsyncSession, causes: Sequence[str]) -> list[LaunchIncident]:
    """Lock open incidents that follow from these causes and were not acknowledged by a person.

    Oldest first.
    """
    query = (
        select(LaunchIncident)
        .where(
            LaunchIncident.follows_from.overlap(causes),
            LaunchIncident.status.in_(ACTIVE_STATUSES),
            LaunchIncident.acknowledged_by_kind.is_(None)
            | (LaunchIncident.acknowledged_by_kind == ActorKind.SYSTEM),
        )
        .order_by(LaunchIncident.number)
        .with_for_update()
    )
    return list(await session.scalars(query.execution_options(populate_existing=True)))


async def of_criteria(session: AsyncSession, run_id: UUID) -> list[LaunchIncident]:
    """Lock the open incidents of a run's criteria."""
    query = (
        select(LaunchIncident)
        .where(
            LaunchIncident.run_id == run_id,
            LaunchIncident.dedup_key.startswith(f"criterion:{run_id}:"),
            LaunchIncident.status.in_(ACTIVE_STATUSES),
        )
        .order_by(LaunchIncident.number)
        .with_for_update()
    )
    return list(await session.scalars(query.execution_options(populate_existing=True)))


async def save(session: AsyncSession, row: Mapping[str, object]) -> bool:
    """Insert or continue a dependent; return True if it is new or had ended."""
    insertion = insert(IncidentDependent).values(dict(row))
    was_open = select(IncidentDependent.id).where(
        IncidentDependent.episode_id == row["episode_id"],
        IncidentDependent.key == row["key"],
        IncidentDependent.ended_at.is_(None),
    )
    open_id = await session.scalar(was_open)
    changed = {name: insertion.excluded[name] for name in ("title", "severity", "explanation")}
    await session.execute(
        insertion.on_conflict_do_update(
            index_elements=["episode_id", "key"], set_={**changed, "ended_at": None}
        )
    )
    return open_id is None


async def open_with_key(session: AsyncSession, key: str) -> IncidentDependent | None:
    """Return the open dependent of a cause."""
    query = select(IncidentDependent).where(
        IncidentDependent.key == key, IncidentDependent.ended_at.is_(None)
    )
    return await session.scalar(query.order_by(IncidentDependent.began_at).limit(1))


async def end_with_key(session: AsyncSession, key: str, at: datetime) -> None:
    """End the dependents of a cause."""
    await _end(session, IncidentDependent.key == key, at)


async def end_with_prefix(session: AsyncSession, prefix: str, at: datetime) -> None:
    """End the dependents of all causes whose key has a prefix."""
    await _end(session, IncidentDependent.key.startswith(prefix, autoescape=True), at)


async def _end(session: AsyncSession, where: ColumnElement[bool], at: datetime) -> None:
    open_dependents = update(IncidentDependent).where(where, IncidentDependent.ended_at.is_(None))
    await session.execute(open_dependents.values(ended_at=at))


async def lock_left_over(session: AsyncSession, before: datetime) -> list[IncidentDependent]:
    """Lock dependents that are still open although their cause ended before a time."""
    query = (
        select(IncidentDependent)
        .join(IncidentEpisode, IncidentEpisode.id == IncidentDependent.episode_id)
        .join(LaunchIncident, LaunchIncident.id == IncidentEpisode.incident_id)
        .where(
            IncidentDependent.ended_at.is_(None),
            func.coalesce(LaunchIncident.cause_gone_at, IncidentEpisode.ended_at) < before,
        )
        .order_by(IncidentDependent.began_at)
        .with_for_update(of=IncidentDependent, skip_locked=True)
    )
    return list(await session.scalars(query))


async def of_episodes(
    session: AsyncSession, ids: Sequence[UUID]
) -> Mapping[UUID, list[IncidentDependent]]:
    """Return the dependents of each episode, in the order in which they began."""
    query = select(IncidentDependent).where(IncidentDependent.episode_id.in_(ids))
    dependents: dict[UUID, list[IncidentDependent]] = {key: [] for key in ids}
    for row in await session.scalars(query.order_by(IncidentDependent.began_at)):
        dependents[row.episode_id].append(row)
    return dependents
