"""SQL about rehearsal runs (X4)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.phases import PhaseRun
from domain.phases.phases import RunKind


async def lock(session: AsyncSession, run_id: UUID) -> PhaseRun | None:
    """Lock a rehearsal until the end of the transaction."""
    query = _rehearsals().where(PhaseRun.id == run_id).with_for_update()
    return await session.scalar(query.execution_options(populate_existing=True))


async def find(session: AsyncSession, run_id: UUID) -> PhaseRun | None:
    """Load a rehearsal."""
    return await session.scalar(_rehearsals().where(PhaseRun.id == run_id))


async def running(session: AsyncSession, phase_id: UUID) -> PhaseRun | None:
    """Return the running rehearsal of a phase."""
    query = _rehearsals().where(PhaseRun.phase_id == phase_id, PhaseRun.ended_at.is_(None))
    return await session.scalar(query.limit(1))


async def newest_ended(
    session: AsyncSession, phase_id: UUID, *, before: datetime | None = None
) -> PhaseRun | None:
    """Return the last ended rehearsal of a phase, whatever its outcome; `before`: ended by then."""
    query = _rehearsals().where(PhaseRun.phase_id == phase_id, PhaseRun.ended_at.is_not(None))
    if before is not None:
        query = query.where(PhaseRun.ended_at <= before)
    return await session.scalar(query.order_by(PhaseRun.number.desc()).limit(1))


async def overdue(session: AsyncSession, started_before: datetime) -> list[PhaseRun]:
    """Lock rehearsals that began before a time and have not ended, skipping locked ones."""
    query = _rehearsals().where(PhaseRun.ended_at.is_(None), PhaseRun.started_at < started_before)
    return list(await session.scalars(query.limit(100).with_for_update(skip_locked=True)))


def _rehearsals() -> Select[PhaseRun]:
    return select(PhaseRun).where(PhaseRun.kind == RunKind.REHEARSAL)
