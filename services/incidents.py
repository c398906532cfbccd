"""Incidents: one for each cause while it is open (SPEC S27, S28, S55, S68, A30)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from db.models.incidents import LaunchIncident
from db.queries import incidents as queries
from db.session import UnitOfWork
from domain.actors import Actor, ActorKind
from domain.incidents import (
    ACTIVE_STATUSES,
    IncidentMove,
    IncidentStatus,
    Severity,
    next_status,
    returns,
    worse,
)
from services.incident_log import before, record, record_opened
from services.suspects import confirmed_cause

_PEOPLE = frozenset({ActorKind.USER, ActorKind.TOKEN})


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
    known = await _known(uow, draft)
    if known is None:
        try:
            return await _opened(uow, actor, draft)
        except IntegrityError:
            # Somebody opened one with the same cause at this very moment; theirs stands.
            known = await _known(uow, draft)
            if known is None:
                raise
    return _again(uow, actor, known, draft)


async def resolve_by_key(
    uow: UnitOfWork, actor: Actor, dedup_key: str, note: str
) -> LaunchIncident | None:
    """End the open incident of a cause by itself, unless a person took it over (SPEC S68).

    Returns the incident where it was resolved.
    """
    row = await queries.lock_newest_with_key(uow.session, dedup_key)
    if row is None or row.status not in ACTIVE_STATUSES:
        return None
    if row.acknowledged_by_kind in _PEOPLE:
        return None
    await end(uow, actor, row, note)
    return row


async def end(uow: UnitOfWork, actor: Actor, row: LaunchIncident, notes: str) -> None:
    """Resolve a locked incident; the change whose revert ended it is named (SPEC X8).

    Raises InvalidTransition.
    """
    was = before(row)
    row.status = next_status(row.status, IncidentMove.RESOLVE)
    row.resolved_at, row.resolution_notes = uow.now, notes
    cause = await confirmed_cause(uow.session, row)
    record(uow, actor, row, "resolved", was, note=notes, finding=cause)


def reopen(row: LaunchIncident) -> None:
    """Open again: nobody has taken it, and nothing has ended it."""
    row.status, row.resolved_at = IncidentStatus.OPEN, None
    row.acknowledged_at = row.acknowledged_by_kind = None
    row.acknowledged_by_id = row.acknowledged_by_label = None


async def _known(uow: UnitOfWork, draft: IncidentDraft) -> LaunchIncident | None:
    """The incident that this belongs to: one that is open, or was until just now."""
    if draft.dedup_key is None:
        return None
    row = await queries.lock_newest_with_key(uow.session, draft.dedup_key)
    if row is not None and row.status not in ACTIVE_STATUSES:
        # Whoever held it while we waited may have opened an older one again.
        row = await queries.lock_newest_with_key(uow.session, draft.dedup_key)
    if row is None or row.status in ACTIVE_STATUSES or _comes_back(row, draft, uow.now):
        return row
    return None


def _comes_back(row: LaunchIncident, draft: IncidentDraft, now: datetime) -> bool:
    """What somebody has put away is over, however soon the cause returns."""
    return row.status is IncidentStatus.RESOLVED and returns(row.resolved_at, draft.began_at or now)


async def _opened(uow: UnitOfWork, actor: Actor, draft: IncidentDraft) -> OpenedIncident:
    row = _row(uow, draft)
    async with uow.session.begin_nested():
        uow.session.add(row)
    await uow.session.refresh(row)
    record_opened(uow, actor, row)
    return OpenedIncident(row, merged=False)


def _again(
    uow: UnitOfWork, actor: Actor, row: LaunchIncident, draft: IncidentDraft
) -> OpenedIncident:
    was = before(row)
    action, occurred_at = "happened again", None
    if row.status not in ACTIVE_STATUSES:
        occurred_at = _returned_at(row, draft)
        reopen(row)
        action = "came back"
    row.occurrences += 1
    row.severity = worse(row.severity, draft.severity)
    row.affected_features = list(dict.fromkeys((*row.affected_features, *draft.affected_features)))
    record(uow, actor, row, action, was, occurred_at=occurred_at)
    return OpenedIncident(row, merged=True)


def _returned_at(row: LaunchIncident, draft: IncidentDraft) -> datetime | None:
    """When a cause came back that is older than its report: after it had ended."""
    if draft.began_at is None or row.resolved_at is None:
        return draft.began_at
    return max(draft.began_at, row.resolved_at)


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
