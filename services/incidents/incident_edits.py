"""Edits an incident: its fields, assignee, severity and status (S28, A31)."""

from collections.abc import Sequence
from typing import TypedDict
from uuid import UUID

from db.models.accounts import User
from db.models.incidents import LaunchIncident
from db.session import UnitOfWork
from domain.actors import Actor
from domain.errors import Invalid
from domain.incidents.incidents import IncidentMove, IncidentStatus, Severity, next_status
from services.incidents import incident_episodes as episodes
from services.incidents.incident_changes import set_acknowledged_by
from services.incidents.incident_inputs import (
    check_assignee,
    check_features,
    check_note,
    lock_incident,
)
from services.incidents.incident_log import record, snapshot
from services.incidents.incidents import release
from services.platform.texts import check_text, line
from services.platform.versions import check_version

_FIELD_NAMES = {
    "title": "title",
    "description": "description",
    "user_impact": "user impact",
    "affected_features": "affected features",
}

_EPISODE_TEXTS = {"title", "description"}


class IncidentPatch(TypedDict, total=False):
    """The fields of an incident that an update sets; absent ones stay as they are."""

    severity: Severity
    title: str
    description: str | None
    affected_features: Sequence[str]
    user_impact: str | None
    status: IncidentStatus
    assignee_id: UUID | None


async def update(
    uow: UnitOfWork,
    actor: Actor,
    incident_id: UUID,
    patch: IncidentPatch,
    *,
    note: str | None = None,
    expected_version: int | None = None,
) -> LaunchIncident:
    """Change the given fields, and record the changes in the timeline.

    Raises NotFound, Invalid naming the field, VersionConflict and InvalidTransition.
    """
    check_note(note, argument=False)
    row = await lock_incident(uow, incident_id, ("input", "id"))
    await check_version(
        uow.session,
        expected_version,
        current=row.version,
        subject_id=row.id,
        changed_at=row.updated_at,
    )
    assignee = await _check(uow, patch)
    before = snapshot(row)
    changes = await _set_status(uow, actor, row, patch.get("status", row.status))
    changes += _apply(row, patch, assignee)
    await episodes.update_current(uow, row, words=bool(patch.keys() & _EPISODE_TEXTS))
    if changes or note:
        record(uow, actor, row, ", ".join(changes) or "noted", before, note=note)
    return row


async def _check(uow: UnitOfWork, patch: IncidentPatch) -> User | None:
    """Check a patch and return the assignee that it names; raises Invalid and NotFound."""
    if "title" in patch:
        patch["title"] = line(patch["title"], "title", 300)
    check_text(patch.get("description"), "description", 10_000)
    check_text(patch.get("user_impact"), "userImpact", 2_000)
    if "affected_features" in patch:
        patch["affected_features"] = await check_features(uow, patch["affected_features"])
    key = patch.get("assignee_id")
    return await check_assignee(uow, key) if key is not None else None


async def _set_status(
    uow: UnitOfWork, actor: Actor, row: LaunchIncident, status: IncidentStatus
) -> list[str]:
    """Set INVESTIGATING or OPEN; the other statuses have mutations of their own.

    Returns what to say about it in the timeline.
    """
    if status is row.status:
        return []
    if status is IncidentStatus.INVESTIGATING:
        row.status = next_status(row.status, IncidentMove.ACKNOWLEDGE)
        await set_acknowledged_by(uow, actor, row)
        return ["acknowledged"]
    if status is IncidentStatus.OPEN and row.status is IncidentStatus.INVESTIGATING:
        next_status(row.status, IncidentMove.RELEASE)
        release(row)
        return ["given back"]
    raise Invalid(
        "Use resolveIncident, reopenIncident or closeIncident for that.", path=("input", "status")
    )


def _apply(row: LaunchIncident, patch: IncidentPatch, assignee: User | None) -> list[str]:
    """Write the fields; returns a phrase for each change."""
    changes = []
    if "severity" in patch and patch["severity"] is not row.severity:
        changes.append(f"severity {row.severity} to {patch['severity']}")
        row.severity = patch["severity"]
    if "assignee_id" in patch and patch["assignee_id"] != row.assignee_id:
        changes.append(f"assigned to {assignee.email if assignee else 'nobody'}")
        row.assignee_id = patch["assignee_id"]
    edited_fields = []
    for name, name_in_text in _FIELD_NAMES.items():
        if name in patch and patch[name] != getattr(row, name):  # type: ignore[literal-required]
            setattr(row, name, patch[name])  # type: ignore[literal-required]
            edited_fields.append(name_in_text)
    return [*changes, *([f"edited {', '.join(edited_fields)}"] if edited_fields else [])]
