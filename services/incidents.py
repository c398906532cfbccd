"""Incidents: one for each cause while it is open (SPEC S27, S28, S55)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from db.models.incidents import LaunchIncident
from db.queries import incidents as queries
from db.session import Audit, UnitOfWork
from domain.actors import Actor
from domain.events import IncidentChanged
from domain.ids import IncidentId, PhaseId
from domain.incidents import ACTIVE_STATUSES, IncidentStatus, Severity


@dataclass(frozen=True, slots=True)
class IncidentDraft:
    """An incident to be opened."""

    type: str
    severity: Severity
    title: str
    description: str | None = None
    affected_features: Sequence[str] = ()
    user_impact: str | None = None
    phase_id: UUID | None = None
    run_id: UUID | None = None
    dedup_key: str | None = None


@dataclass(frozen=True, slots=True)
class OpenedIncident:
    """The incident, and whether it was one that was open already."""

    row: LaunchIncident
    merged: bool


async def open_incident(uow: UnitOfWork, actor: Actor, draft: IncidentDraft) -> OpenedIncident:
    """Open an incident, or count one more occurrence of the open one with the same cause."""
    known = await queries.newest_with_key(uow.session, draft.dedup_key) if draft.dedup_key else None
    if known is not None and known.status in ACTIVE_STATUSES:
        known.occurrences += 1
        known.version += 1
        _record(uow, actor, known, "happened again", before=known.status)
        return OpenedIncident(known, merged=True)
    row = LaunchIncident(
        incident_type=draft.type,
        severity=draft.severity,
        title=draft.title,
        description=draft.description,
        affected_features=list(draft.affected_features),
        user_impact=draft.user_impact,
        phase_id=draft.phase_id,
        run_id=draft.run_id,
        dedup_key=draft.dedup_key,
        created_at=uow.now,
        updated_at=uow.now,
    )
    uow.session.add(row)
    await uow.session.flush()
    await uow.session.refresh(row)
    _record(uow, actor, row, "opened", before=None)
    return OpenedIncident(row, merged=False)


def _record(
    uow: UnitOfWork,
    actor: Actor,
    row: LaunchIncident,
    action: str,
    *,
    before: IncidentStatus | None,
    note: str | None = None,
) -> None:
    event = IncidentChanged(
        phase_id=PhaseId(row.phase_id) if row.phase_id else None,
        incident_id=IncidentId(row.id),
        number=row.number,
        title=row.title,
        action=action,
        severity=row.severity,
        before=before,
        after=row.status,
        note=note,
    )
    audit = Audit(
        row.id,
        before={"status": before.name} if before else None,
        after={"status": row.status.name, "occurrences": row.occurrences},
        reason=note,
        run_id=row.run_id,
    )
    uow.record(actor, event, audit)
