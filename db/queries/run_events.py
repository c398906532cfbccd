"""SQL about all events that affected a run, of any actor (X15, L25)."""

from sqlalchemy import Select, select, union
from sqlalchemy.ext.asyncio import AsyncSession

from db.event_rows import recorded
from db.models.events import LaunchEvent
from db.models.incidents import LaunchIncident
from db.models.phases import PhaseRun, PhaseRunSnapshot
from domain.events import RecordedEvent, Subject


async def of_run(session: AsyncSession, run: PhaseRun, limit: int) -> list[RecordedEvent]:
    """Return the events of a run in the order in which they occurred.

    Until the end of the run: events of its phase, of its flags, and silences. Events of its
    incidents and their alerts are included after its end too.
    """
    parts = (_of_phase(run), _of_flags(run), _of_incidents(run), _silences(run))
    seqs = union(
        *(select(part.order_by(LaunchEvent.seq).limit(limit).subquery()) for part in parts)
    )
    query = (
        select(LaunchEvent)
        .where(LaunchEvent.seq.in_(select(seqs.subquery())))
        .order_by(LaunchEvent.occurred_at, LaunchEvent.seq)
        .limit(limit)
    )
    return [recorded(row) for row in await session.scalars(query)]


def _during(run: PhaseRun) -> Select[int | None]:
    query = select(LaunchEvent.seq).where(LaunchEvent.occurred_at >= run.started_at)
    return query if run.ended_at is None else query.where(LaunchEvent.occurred_at <= run.ended_at)


def _of_phase(run: PhaseRun) -> Select[int | None]:
    return _during(run).where(LaunchEvent.phase_id == run.phase_id)


def _of_flags(run: PhaseRun) -> Select[int | None]:
    flags = select(PhaseRunSnapshot.flag_id).where(PhaseRunSnapshot.run_id == run.id)
    return _during(run).where(
        LaunchEvent.subject_kind == Subject.FLAG, LaunchEvent.subject_id.in_(flags)
    )


def _of_incidents(run: PhaseRun) -> Select[int | None]:
    incidents = select(LaunchIncident.id).where(LaunchIncident.run_id == run.id)
    return select(LaunchEvent.seq).where(
        LaunchEvent.occurred_at >= run.started_at,
        LaunchEvent.subject_kind == Subject.INCIDENT,
        LaunchEvent.subject_id.in_(incidents),
    )


def _silences(run: PhaseRun) -> Select[int | None]:
    return _during(run).where(LaunchEvent.subject_kind == Subject.SILENCE)
