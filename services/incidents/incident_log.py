"""How a change of an incident is recorded: version, event, audit of what moved (A4, A33)."""

from dataclasses import dataclass
from datetime import datetime

from db.drafts import Audit
from db.models.incidents import LaunchIncident
from db.session import UnitOfWork
from domain.actors import Actor
from domain.events import IncidentChanged
from domain.ids import IncidentId, PhaseId, global_id
from domain.incidents.incidents import IncidentStatus


@dataclass(frozen=True, slots=True)
class Before:
    """An incident as it was before it was changed."""

    status: IncidentStatus
    audit: dict[str, object]


def before(row: LaunchIncident) -> Before:
    """Take this before you change the row."""
    return Before(row.status, _audited(row))


def record_opened(uow: UnitOfWork, actor: Actor, row: LaunchIncident) -> None:
    """The first event of an incident."""
    _record(uow, actor, row, "opened", None, None, _audited(row), None, row.created_at)


def record(
    uow: UnitOfWork,
    actor: Actor,
    row: LaunchIncident,
    action: str,
    was: Before,
    *,
    note: str | None = None,
    finding: str | None = None,
    occurred_at: datetime | None = None,
) -> None:
    """A new version, its event, and an audit row of the fields that moved.

    `occurred_at`: when it happened, where that was before it is recorded.
    `finding`: what the system knows beside the words of whoever did it.
    """
    row.version += 1
    row.updated_at = uow.now
    now = _audited(row)
    moved = [name for name in now if now[name] != was.audit[name]]
    said = "\n\n".join(part for part in (note, finding) if part) or None
    old, new = ({name: side[name] for name in moved} for side in (was.audit, now))
    _record(uow, actor, row, action, was.status, old, new, said, occurred_at)


def _record(
    uow: UnitOfWork,
    actor: Actor,
    row: LaunchIncident,
    action: str,
    status: IncidentStatus | None,
    old: dict[str, object] | None,
    new: dict[str, object],
    note: str | None,
    occurred_at: datetime | None,
) -> None:
    event = IncidentChanged(
        phase_id=PhaseId(row.phase_id) if row.phase_id else None,
        incident_id=IncidentId(row.id),
        number=row.number,
        title=row.title,
        action=action,
        severity=row.severity,
        before=status,
        after=row.status,
        note=note,
    )
    audit = Audit(row.id, old, new, reason=note, run_id=row.run_id)
    uow.record(actor, event, audit, occurred_at)


def _audited(row: LaunchIncident) -> dict[str, object]:
    """All that can change of an incident, in the words of the graph: one side of a diff."""
    return {
        "status": row.status.name,
        "severity": row.severity.name,
        "title": row.title,
        "description": row.description,
        "userImpact": row.user_impact,
        "affectedFeatures": list(row.affected_features),
        "occurrences": row.occurrences,
        "acknowledgedBy": row.acknowledged_by_label,
        "assignee": global_id("User", row.assignee_id) if row.assignee_id else None,
        "resolutionNotes": row.resolution_notes,
    }
