"""What people do with incidents: report, take, change, resolve, reopen, close (SPEC S27, A31)."""

from collections.abc import Sequence
from typing import TypedDict
from uuid import UUID

from db.models.incidents import LaunchIncident
from db.queries import accounts, flags, phases
from db.queries import incidents as queries
from db.session import UnitOfWork
from domain.actors import STAFF, Actor
from domain.errors import Invalid, InvalidTransition, NotFound
from domain.ids import parse_uuid
from domain.incidents import (
    ACTIVE_STATUSES,
    IncidentMove,
    IncidentStatus,
    Severity,
    next_status,
)
from services.idempotency import claim, settle
from services.incidents import IncidentDraft, OpenedIncident, open_incident, record, reopen, touch
from services.texts import check_text
from services.versions import check_version

_MAX_FEATURES = 100


class IncidentPatch(TypedDict, total=False):
    """The fields of an incident that an update gives; absent ones stay as they are."""

    severity: Severity
    title: str
    description: str | None
    affected_features: Sequence[str]
    user_impact: str | None
    status: IncidentStatus
    assignee_id: UUID | None


async def report(
    uow: UnitOfWork, actor: Actor, draft: IncidentDraft, idempotency_key: str | None
) -> OpenedIncident:
    """Open an incident by hand; raises Invalid and NotFound naming the field."""
    held = await claim(uow, actor, "createIncident", idempotency_key, draft)
    if held.result is not None:
        earlier = parse_uuid(str(held.result.get("incident_id", "")))
        if earlier is None:
            raise Invalid("The first request with this key is still running.", path=_KEY)
        row = await _locked(uow, earlier)
        return OpenedIncident(row, merged=held.result.get("merged") == "True")
    check_text(draft.type, "type", 100, required=True)
    check_text(draft.title, "title", 300, required=True)
    check_text(draft.description, "description", 10_000)
    check_text(draft.user_impact, "userImpact", 2_000)
    check_text(draft.dedup_key, "dedupKey", 200)
    await _check_features(uow, draft.affected_features)
    await _check_phase(uow, draft.phase_id)
    opened = await open_incident(uow, actor, draft)
    await settle(uow, held, incident_id=opened.row.id, merged=opened.merged)
    return opened


async def acknowledge(
    uow: UnitOfWork, actor: Actor, incident_id: UUID, note: str | None
) -> LaunchIncident:
    """Take an incident: its escalation stops. Raises InvalidTransition where it is over."""
    check_text(note, "note", 2_000)
    row = await _locked(uow, incident_id)
    before, row.status = row.status, next_status(row.status, IncidentMove.ACKNOWLEDGE)
    if row.acknowledged_at is not None and row.acknowledged_by_id == actor.id and not note:
        return row
    _take(uow, actor, row)
    touch(uow, row)
    record(uow, actor, row, "acknowledged", before=before, note=note)
    return row


async def resolve(
    uow: UnitOfWork, actor: Actor, incident_id: UUID, resolution_notes: str
) -> LaunchIncident:
    """End an incident, with what ended it."""
    check_text(resolution_notes, "resolutionNotes", 10_000, required=True)
    row = await _locked(uow, incident_id)
    before, row.status = row.status, next_status(row.status, IncidentMove.RESOLVE)
    row.resolved_at, row.resolution_notes = uow.now, resolution_notes
    touch(uow, row)
    record(uow, actor, row, "resolved", before=before, note=resolution_notes)
    return row


async def reopen_incident(
    uow: UnitOfWork, actor: Actor, incident_id: UUID, note: str | None
) -> LaunchIncident:
    """Open an incident again; raises InvalidTransition where its cause has a newer open one."""
    check_text(note, "note", 2_000)
    row = await _locked(uow, incident_id)
    before = row.status
    next_status(before, IncidentMove.REOPEN)
    if row.dedup_key is not None:
        newest = await queries.lock_newest_with_key(uow.session, row.dedup_key)
        if newest is not None and newest.id != row.id and newest.status in ACTIVE_STATUSES:
            raise InvalidTransition(f"Incident {newest.number} is open about the same cause.")
    reopen(row)
    touch(uow, row)
    record(uow, actor, row, "reopened", before=before, note=note)
    return row


async def close(uow: UnitOfWork, actor: Actor, incident_id: UUID) -> LaunchIncident:
    """Put a resolved incident away."""
    row = await _locked(uow, incident_id)
    before, row.status = row.status, next_status(row.status, IncidentMove.CLOSE)
    touch(uow, row)
    record(uow, actor, row, "closed", before=before)
    return row


async def update(
    uow: UnitOfWork,
    actor: Actor,
    incident_id: UUID,
    patch: IncidentPatch,
    *,
    note: str | None = None,
    expected_version: int | None = None,
) -> LaunchIncident:
    """Change the fields that are given, and say so in the timeline."""
    check_text(note, "note", 2_000)
    row = await _locked(uow, incident_id)
    await check_version(
        uow.session,
        expected_version,
        current=row.version,
        subject_id=row.id,
        changed_at=row.updated_at,
    )
    await _check_patch(uow, patch)
    before = row.status
    if "status" in patch:
        _set_status(uow, actor, row, patch["status"])
    changes = _apply(row, patch)
    if row.status is not before:
        changes.insert(0, f"is {row.status}")
    if changes or note:
        touch(uow, row)
        record(uow, actor, row, ", ".join(changes) or "noted", before=before, note=note)
    return row


def _set_status(uow: UnitOfWork, actor: Actor, row: LaunchIncident, status: IncidentStatus) -> None:
    """INVESTIGATING takes it, OPEN gives it back; the other moves need their own words."""
    if status is row.status:
        return
    if status is IncidentStatus.INVESTIGATING:
        row.status = next_status(row.status, IncidentMove.ACKNOWLEDGE)
        _take(uow, actor, row)
    elif status is IncidentStatus.OPEN and row.status is IncidentStatus.INVESTIGATING:
        row.status = next_status(row.status, IncidentMove.RELEASE)
        reopen(row)
    else:
        raise Invalid(
            "Use resolveIncident, reopenIncident or closeIncident for that.",
            path=("input", "status"),
        )


def _take(uow: UnitOfWork, actor: Actor, row: LaunchIncident) -> None:
    row.acknowledged_at = uow.now
    row.acknowledged_by_kind = actor.kind
    row.acknowledged_by_id = actor.id
    row.acknowledged_by_label = actor.label


def _apply(row: LaunchIncident, patch: IncidentPatch) -> list[str]:
    """Write the fields; returns what to say about each that changed."""
    said = []
    if "severity" in patch and patch["severity"] is not row.severity:
        said.append(f"severity {row.severity} to {patch['severity']}")
        row.severity = patch["severity"]
    if "assignee_id" in patch and patch["assignee_id"] != row.assignee_id:
        said.append("assigned" if patch["assignee_id"] else "assigned to nobody")
        row.assignee_id = patch["assignee_id"]
    before = (row.title, row.description, row.user_impact, list(row.affected_features))
    row.title = patch.get("title", row.title)
    row.description = patch.get("description", row.description)
    row.user_impact = patch.get("user_impact", row.user_impact)
    if "affected_features" in patch:
        row.affected_features = list(patch["affected_features"])
    if before != (row.title, row.description, row.user_impact, list(row.affected_features)):
        said.append("edited")
    return said


async def _check_patch(uow: UnitOfWork, patch: IncidentPatch) -> None:
    if "title" in patch:
        check_text(patch["title"], "title", 300, required=True)
    check_text(patch.get("description"), "description", 10_000)
    check_text(patch.get("user_impact"), "userImpact", 2_000)
    await _check_features(uow, patch.get("affected_features", ()))
    await _check_assignee(uow, patch.get("assignee_id"))


async def _check_features(uow: UnitOfWork, keys: Sequence[str]) -> None:
    path = ("input", "affectedFeatures")
    if len(keys) > _MAX_FEATURES:
        raise Invalid(f"At most {_MAX_FEATURES} features.", path=path)
    known = await flags.by_key(uow.session, list(keys)) if keys else {}
    missing = [key for key in keys if key not in known]
    if missing:
        raise NotFound(f"There is no flag {missing[0][:100]!r}.", path=path)


async def _check_phase(uow: UnitOfWork, phase_id: UUID | None) -> None:
    if phase_id is not None and not await phases.by_id(uow.session, [phase_id]):
        raise NotFound("There is no such phase.", path=("input", "phaseId"))


async def _check_assignee(uow: UnitOfWork, user_id: UUID | None) -> None:
    if user_id is None:
        return
    user = (await accounts.users_by_id(uow.session, [user_id])).get(user_id)
    if user is None or user.role not in STAFF:
        raise NotFound("There is nobody of the launch team with this id.", path=_ASSIGNEE)


async def _locked(uow: UnitOfWork, incident_id: UUID) -> LaunchIncident:
    row = await queries.lock(uow.session, incident_id)
    if row is None:
        raise NotFound("There is no such incident.", path=("id",))
    return row


_KEY = ("input", "idempotencyKey")
_ASSIGNEE = ("input", "assigneeId")
