"""Incidents: one for each cause while it is open (SPEC S27, S28, S55, A30)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from db.models.incidents import LaunchIncident
from db.queries import incidents as queries
from db.session import Audit, UnitOfWork
from domain.actors import Actor, ActorKind
from domain.events import IncidentChanged
from domain.ids import IncidentId, PhaseId
from domain.incidents import ACTIVE_STATUSES, IncidentStatus, Severity, returns, worse


@dataclass(frozen=True, slots=True)
class IncidentDraft:
    """An incident to be opened. `began_at` is set where the cause is older than its report."""

    type: str
    severity: Severity
    title: str
    description: str | None = None
    affected_features: Sequence[str] = ()
    user_impact: str | None = None
    phase_id: UUID | None = None
    run_id: UUID | None = None
    dedup_key: str | None = None
    began_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OpenedIncident:
    """The incident, and whether it was one that was open already."""

    row: LaunchIncident
    merged: bool


async def open_incident(uow: UnitOfWork, actor: Actor, draft: IncidentDraft) -> OpenedIncident:
    """Open an incident, or count one more occurrence of the open one with the same cause.

    A cause that returns within 15 minutes of its resolution reopens its incident (SPEC A30).
    """
    known = await _known(uow, draft.dedup_key)
    if known is not None and known.status in ACTIVE_STATUSES:
        return _again(uow, actor, known, draft)
    if known is not None and _comes_back(known, uow.now):
        return _returned(uow, actor, known, draft)
    row = _row(uow, draft)
    try:
        async with uow.session.begin_nested():
            uow.session.add(row)
    except IntegrityError:
        # Somebody opened one with the same cause at this very moment; theirs stands.
        known = await _known(uow, draft.dedup_key)
        if known is None:
            raise
        return _again(uow, actor, known, draft)
    await uow.session.refresh(row)
    record(uow, actor, row, "opened", before=None)
    return OpenedIncident(row, merged=False)


async def resolve_by_key(
    uow: UnitOfWork, actor: Actor, dedup_key: str, note: str
) -> LaunchIncident | None:
    """End the open incident of a cause by itself, unless a person took it over (SPEC S68).

    Returns the incident where it was resolved.
    """
    row = await _known(uow, dedup_key)
    if row is None or row.status not in ACTIVE_STATUSES:
        return None
    if row.acknowledged_by_kind in (ActorKind.USER, ActorKind.TOKEN):
        return None
    before = row.status
    row.status, row.resolved_at, row.resolution_notes = IncidentStatus.RESOLVED, uow.now, note
    touch(uow, row)
    record(uow, actor, row, "resolved", before=before, note=note)
    return row


def touch(uow: UnitOfWork, row: LaunchIncident) -> None:
    """Every change is a new version."""
    row.version += 1
    row.updated_at = uow.now


def record(
    uow: UnitOfWork,
    actor: Actor,
    row: LaunchIncident,
    action: str,
    *,
    before: IncidentStatus | None,
    note: str | None = None,
) -> None:
    """The event and the audit of a change of an incident."""
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
        after={
            "status": row.status.name,
            "severity": row.severity.name,
            "occurrences": row.occurrences,
        },
        reason=note,
        run_id=row.run_id,
    )
    uow.record(actor, event, audit)


async def _known(uow: UnitOfWork, dedup_key: str | None) -> LaunchIncident | None:
    return await queries.lock_newest_with_key(uow.session, dedup_key) if dedup_key else None


def _comes_back(row: LaunchIncident, now: datetime) -> bool:
    return row.status is IncidentStatus.RESOLVED and returns(row.resolved_at, now)


def _again(
    uow: UnitOfWork, actor: Actor, row: LaunchIncident, draft: IncidentDraft
) -> OpenedIncident:
    return _merged(uow, actor, row, draft, "happened again", row.status)


def _returned(
    uow: UnitOfWork, actor: Actor, row: LaunchIncident, draft: IncidentDraft
) -> OpenedIncident:
    before = row.status
    reopen(row)
    return _merged(uow, actor, row, draft, "came back", before)


def _merged(
    uow: UnitOfWork,
    actor: Actor,
    row: LaunchIncident,
    draft: IncidentDraft,
    action: str,
    before: IncidentStatus,
) -> OpenedIncident:
    row.occurrences += 1
    row.severity = worse(row.severity, draft.severity)
    touch(uow, row)
    record(uow, actor, row, action, before=before)
    return OpenedIncident(row, merged=True)


def reopen(row: LaunchIncident) -> None:
    """Open again: nobody has taken it, and nothing has ended it."""
    row.status, row.resolved_at = IncidentStatus.OPEN, None
    row.acknowledged_at = row.acknowledged_by_kind = None
    row.acknowledged_by_id = row.acknowledged_by_label = None


def _row(uow: UnitOfWork, draft: IncidentDraft) -> LaunchIncident:
    return LaunchIncident(
        incident_type=draft.type,
        severity=draft.severity,
        title=draft.title,
        description=draft.description,
        affected_features=list(draft.affected_features),
        user_impact=draft.user_impact,
        phase_id=draft.phase_id,
        run_id=draft.run_id,
        dedup_key=draft.dedup_key,
        created_at=draft.began_at or uow.now,
        updated_at=uow.now,
    )
