"""Records changes of an incident: version, event, audit row of the changed fields (A4, A33)."""

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
class IncidentSnapshot:
    """The status and audited fields of an incident before a change."""

    status: IncidentStatus
    audit: dict[str, object]


def snapshot(row: LaunchIncident) -> IncidentSnapshot:
    """Take a snapshot of an incident; call this before changing the row."""
    return IncidentSnapshot(row.status, _audit_values(row))


def record_opened(uow: UnitOfWork, actor: Actor, row: LaunchIncident) -> None:
    """Record the first event of an incident."""
    _record(uow, actor, row, "opened", None, None, _audit_values(row), None, row.created_at)


def record(
    uow: UnitOfWork,
    actor: Actor,
    row: LaunchIncident,
    action: str,
    before: IncidentSnapshot,
    *,
    note: str | None = None,
    finding: str | None = None,
    occurred_at: datetime | None = None,
) -> None:
    """Raise the version, and record the event and an audit row of the changed fields.

    `occurred_at` is when it happened, if that was earlier. `finding` is what the system adds to the
    note of the person.
    """
    row.version += 1
    row.updated_at = uow.now
    now = _audit_values(row)
    changed = [name for name in now if now[name] != before.audit[name]]
    text = "\n\n".join(part for part in (note, finding) if part) or None
    old, new = ({name: side[name] for name in changed} for side in (before.audit, now))
    _record(uow, actor, row, action, before.status, old, new, text, occurred_at)


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


def _audit_values(row: LaunchIncident) -> dict[str, object]:
    """Return the changeable fields of an incident under their GraphQL names: one side of a diff."""
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
