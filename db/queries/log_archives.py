"""SQL about archives of the event log and about what still needs its events (ADR 43)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.archives import EventArchive
from db.models.incidents import IncidentEpisode, LaunchIncident
from db.models.phases import LaunchPhase, PhaseRun
from db.models.webhooks import Webhook
from domain.phases.phases import PhaseStatus, RunKind


@dataclass(frozen=True, slots=True)
class Period:
    """When something that is reported on began and ended; None: it has not ended."""

    subject: str
    since: datetime
    ended_at: datetime | None


async def lock(session: AsyncSession) -> None:
    """Lock archives: no other transaction adds one until the end of this one."""
    await session.execute(text("LOCK TABLE event_archives IN EXCLUSIVE MODE"))


async def runs(session: AsyncSession) -> list[Period]:
    """Return all runs and rehearsals.

    A live run needs the edits since the last rehearsal before it too, and so will the next run of a
    phase without an outcome.
    """
    rehearsed = (
        select(func.max(PhaseRun.ended_at))
        .where(PhaseRun.phase_id == LaunchPhase.id, PhaseRun.kind == RunKind.REHEARSAL)
        .correlate(LaunchPhase)
        .scalar_subquery()
    )
    query = select(LaunchPhase.phase_name, PhaseRun.number, PhaseRun.started_at, PhaseRun.ended_at)
    periods = [
        Period(f"run {number} of {name}", started_at, ended_at)
        for name, number, started_at, ended_at in await session.execute(
            query.join(PhaseRun, PhaseRun.phase_id == LaunchPhase.id)
        )
    ]
    unfinished = LaunchPhase.status.in_(
        (PhaseStatus.PLANNED, PhaseStatus.ACTIVE, PhaseStatus.PAUSED)
    )
    rehearsals = select(LaunchPhase.phase_name, rehearsed).where(unfinished, rehearsed.is_not(None))
    periods += [
        Period(f"the rehearsal of {name}", ended_at, None)
        for name, ended_at in await session.execute(rehearsals)
        if ended_at is not None
    ]
    return periods


async def incidents(session: AsyncSession, lead: timedelta) -> list[Period]:
    """Return all incidents, each from `lead` before its first bad sample."""
    query = (
        select(
            LaunchIncident.number,
            func.min(IncidentEpisode.began_at),
            LaunchIncident.resolved_at,
        )
        .join(IncidentEpisode, IncidentEpisode.incident_id == LaunchIncident.id)
        .group_by(LaunchIncident.id)
    )
    return [
        Period(f"incident {number}", began_at - lead, resolved_at)
        for number, began_at, resolved_at in await session.execute(query)
    ]


async def webhook_positions(session: AsyncSession) -> Sequence[tuple[str, int]]:
    """Return the URL of each webhook and the position of the last event that it has processed."""
    query = select(Webhook.url, Webhook.last_seq).order_by(Webhook.id)
    return [(url, last_seq) for url, last_seq in await session.execute(query)]


async def list_all(session: AsyncSession) -> Sequence[EventArchive]:
    """Return all archives, oldest first."""
    return (await session.scalars(select(EventArchive).order_by(EventArchive.last_seq))).all()


async def finish(session: AsyncSession, archive_id: UUID, now: datetime) -> None:
    """Note that all rows of an archive are deleted."""
    of_archive = update(EventArchive).where(EventArchive.id == archive_id)
    await session.execute(of_archive.values(deleted_at=now))
