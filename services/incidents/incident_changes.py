"""What people do with incidents: report, acknowledge, resolve, reopen, close (S27, A31)."""

from dataclasses import replace
from uuid import UUID

from db.models.incidents import LaunchIncident
from db.queries import incident_episodes as episode_queries
from db.queries import incidents as queries
from db.session import UnitOfWork
from db.unique import unique
from domain.actors import Actor
from domain.errors import Invalid, InvalidTransition
from domain.ids import parse_uuid
from domain.incidents.incidents import ACTIVE_STATUSES, IncidentMove, next_status
from services.incidents import incident_episodes as episodes
from services.incidents.incident_inputs import (
    check_features,
    check_note,
    check_phase,
    lock_incident,
)
from services.incidents.incident_log import record, snapshot
from services.incidents.incidents import IncidentDraft, OpenedIncident, end, open_incident, release
from services.platform import idempotency
from services.platform.texts import check_text, line


async def report(
    uow: UnitOfWork, actor: Actor, draft: IncidentDraft, idempotency_key: str | None
) -> OpenedIncident:
    """Open an incident by hand; raises Invalid and NotFound naming the field."""
    reservation = await idempotency.reserve(uow, actor, "createIncident", idempotency_key, draft)
    if reservation.result is not None:
        return await _replay_result(uow, reservation.result)
    kind, title = line(draft.type, "type", 100), line(draft.title, "title", 300)
    check_text(draft.description, "description", 10_000)
    check_text(draft.user_impact, "userImpact", 2_000)
    check_text(draft.dedup_key, "dedupKey", 200)
    features = await check_features(uow, draft.affected_features)
    await check_phase(uow, draft.phase_id)
    opened = await open_incident(
        uow, actor, replace(draft, type=kind, title=title, affected_features=features)
    )
    await idempotency.complete(uow, reservation, incident_id=opened.row.id, merged=opened.merged)
    return opened


async def acknowledge(
    uow: UnitOfWork, actor: Actor, incident_id: UUID, note: str | None
) -> LaunchIncident:
    """Acknowledge an incident, which stops its escalation. Raises InvalidTransition."""
    check_note(note)
    row = await lock_incident(uow, incident_id)
    before = snapshot(row)
    row.status = next_status(row.status, IncidentMove.ACKNOWLEDGE)
    if row.acknowledged_at is not None and row.acknowledged_by_id == actor.id and not note:
        return row
    await set_acknowledged_by(uow, actor, row)
    record(uow, actor, row, "acknowledged", before, note=note)
    return row


async def set_acknowledged_by(uow: UnitOfWork, actor: Actor, row: LaunchIncident) -> None:
    """Store who works on an incident, and since when."""
    row.acknowledged_at = uow.now
    row.acknowledged_by_kind = actor.kind
    row.acknowledged_by_id = actor.id
    row.acknowledged_by_label = actor.label
    await episodes.acknowledge_current(uow, row)


async def resolve(
    uow: UnitOfWork, actor: Actor, incident_id: UUID, resolution_notes: str
) -> LaunchIncident:
    """Resolve an incident with notes on how it ended."""
    check_text(resolution_notes, "resolutionNotes", 10_000, required=True, argument=True)
    row = await lock_incident(uow, incident_id)
    await end(uow, actor, row, resolution_notes)
    return row


async def reopen_incident(
    uow: UnitOfWork, actor: Actor, incident_id: UUID, note: str | None
) -> LaunchIncident:
    """Begin the next episode of an incident that turned out not to be over.

    Raises InvalidTransition where another incident about the same cause is open.
    """
    check_note(note)
    row = await lock_incident(uow, incident_id)
    before = snapshot(row)
    next_status(row.status, IncidentMove.REOPEN)
    await _check_no_other_open(uow, row)
    # If the cause came back at the same moment, another transaction has opened an incident for it.
    another = InvalidTransition("Another incident is open about the same cause.")
    async with unique(uow.session, another):
        release(row)
    previous = await episode_queries.last(uow.session, row.id)
    row.resolution_notes = None
    episodes.begin(uow, row, previous)
    record(uow, actor, row, "reopened", before, note=note)
    return row


async def close(uow: UnitOfWork, actor: Actor, incident_id: UUID) -> LaunchIncident:
    """Close a resolved incident."""
    row = await lock_incident(uow, incident_id)
    before = snapshot(row)
    row.status = next_status(row.status, IncidentMove.CLOSE)
    record(uow, actor, row, "closed", before)
    return row


async def _check_no_other_open(uow: UnitOfWork, row: LaunchIncident) -> None:
    if row.dedup_key is None:
        return
    other = await queries.lock_newest_with_key(uow.session, row.dedup_key)
    if other is not None and other.id != row.id and other.status in ACTIVE_STATUSES:
        raise InvalidTransition(f"Incident {other.number} is open about the same cause.")


async def _replay_result(uow: UnitOfWork, result: dict[str, object]) -> OpenedIncident:
    earlier = parse_uuid(str(result.get("incident_id", "")))
    if earlier is None:
        path = ("input", "idempotencyKey")
        raise Invalid("The first request with this key is still running.", path=path)
    return OpenedIncident(await lock_incident(uow, earlier), merged=result.get("merged") == "True")
