"""SQL about launch phases, their flags and runs."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, any_, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.flags import FeatureFlag
from db.models.phases import LaunchPhase, LaunchPhaseFlag, PhaseRun, PhaseRunSnapshot
from db.queries.flags import COLUMNS, to_flag
from db.queries.pages import Numbers, ordered
from domain.phases.phases import MAX_POSITION, PhaseStatus
from domain.phases.plans import LinkedFlag
from domain.platform.percent import Percent

ORDER = (LaunchPhase.position, LaunchPhase.created_at, LaunchPhase.id)  # of the timeline
LINK_ORDER = (LaunchPhaseFlag.position, FeatureFlag.flag_key)


async def by_id(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, LaunchPhase]:
    """Load phases by id."""
    rows = await session.scalars(select(LaunchPhase).where(LaunchPhase.id.in_(ids)))
    return {row.id: row for row in rows}


async def by_key(session: AsyncSession, key: str) -> LaunchPhase | None:
    """Find a phase by key."""
    return await session.scalar(select(LaunchPhase).where(LaunchPhase.key == key))


async def list_all(
    session: AsyncSession, statuses: Sequence[PhaseStatus] | None = None
) -> list[LaunchPhase]:
    """Return all phases, or those with some statuses, in timeline order."""
    query = select(LaunchPhase).order_by(*ORDER).where(*with_status(statuses))
    return list(await session.scalars(query))


def with_status(
    statuses: Sequence[PhaseStatus] | ColumnElement[Any] | None,
) -> list[ColumnElement[bool]]:
    """Build the WHERE clause for phase statuses; None selects all."""
    if statuses is None:
        return []
    values = statuses if isinstance(statuses, ColumnElement) else [str(item) for item in statuses]
    return [LaunchPhase.status == any_(cast(values, ARRAY(TEXT)))]


async def lock(session: AsyncSession, phase_id: UUID) -> LaunchPhase | None:
    """Lock a phase until the end of the transaction."""
    query = (
        select(LaunchPhase)
        .where(LaunchPhase.id == phase_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return await session.scalar(query)


async def next_position(session: AsyncSession) -> int:
    """Return the position after the last phase of the timeline."""
    last = func.coalesce(func.max(LaunchPhase.position), -1)
    query = select(func.least(last, MAX_POSITION - 1) + 1)
    return int((await session.execute(query)).scalar_one())


async def linked_flags(
    session: AsyncSession, phase_ids: Sequence[UUID]
) -> Mapping[UUID, list[LinkedFlag]]:
    """Return the flags of each phase, in the phase's order."""
    query = (
        select(
            LaunchPhaseFlag.phase_id,
            LaunchPhaseFlag.target_percentage,
            LaunchPhaseFlag.position,
            *COLUMNS,
        )
        .join(FeatureFlag, FeatureFlag.id == LaunchPhaseFlag.flag_id)
        .where(LaunchPhaseFlag.phase_id.in_(phase_ids))
        .order_by(*LINK_ORDER)
    )
    flags_by_phase: dict[UUID, list[LinkedFlag]] = {phase_id: [] for phase_id in phase_ids}
    for row in await session.execute(query):
        target = None if row[1] is None else Percent(row[1])
        flags_by_phase[row[0]].append(LinkedFlag(to_flag(row[3:]), target, row[2]))
    return flags_by_phase


async def active_elsewhere(
    session: AsyncSession, phase_id: UUID, platforms: Sequence[str]
) -> list[LaunchPhase]:
    """Return other phases that are ACTIVE on one of these platforms."""
    query = select(LaunchPhase).where(
        LaunchPhase.id != phase_id,
        LaunchPhase.status == PhaseStatus.ACTIVE,
        LaunchPhase.platforms.overlap(list(platforms)),
    )
    return list(await session.scalars(query))


async def live_holders(
    session: AsyncSession, run_ids: Iterable[UUID | None]
) -> Mapping[UUID | None, str]:
    """Return those of the runs that are live, each with a display name (D2)."""
    ids = {run_id for run_id in run_ids if run_id is not None}
    if not ids:
        return {}
    query = (
        select(PhaseRun.id, PhaseRun.number, LaunchPhase.phase_name)
        .join(LaunchPhase, LaunchPhase.id == PhaseRun.phase_id)
        .where(PhaseRun.id.in_(ids), PhaseRun.outcome.is_(None))
    )
    return {row[0]: f"run {row[1]} of {row[2]}" for row in await session.execute(query)}


async def is_live(session: AsyncSession, run_id: UUID | None) -> bool:
    """Tell whether a run has no outcome yet."""
    return run_id in await live_holders(session, [run_id])


async def runs_by_id(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, PhaseRun]:
    """Load runs by id."""
    rows = await session.scalars(select(PhaseRun).where(PhaseRun.id.in_(ids)))
    return {row.id: row for row in rows}


async def runs_page(session: AsyncSession, phase_id: UUID, part: Numbers) -> list[PhaseRun]:
    """Return a page of the runs of a phase, newest first."""
    query = select(PhaseRun).where(PhaseRun.phase_id == phase_id)
    return list(await session.scalars(ordered(query, part, PhaseRun.number, descending=True)))


async def next_run_number(session: AsyncSession, phase_id: UUID) -> int:
    """Return the number of the next run; the lock on the phase keeps it unique."""
    query = select(func.coalesce(func.max(PhaseRun.number), 0) + 1)
    return (await session.execute(query.where(PhaseRun.phase_id == phase_id))).scalar_one()


async def snapshots(session: AsyncSession, run_id: UUID) -> Mapping[UUID, PhaseRunSnapshot]:
    """Return the snapshots of flags that a run took before its first change, by flag id."""
    query = select(PhaseRunSnapshot).where(PhaseRunSnapshot.run_id == run_id)
    return {row.flag_id: row for row in await session.scalars(query)}
