"""What people do with incidents: report, take, resolve, reopen, close (S27, A31)."""

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
from services.incidents.incident_inputs import check_features, check_note, check_phase, locked
from services.incidents.incident_log import before, record
from services.incidents.incidents import IncidentDraft, OpenedIncident, end, open_incident, release
from services.platform import idempotency
from services.platform.texts import check_text, line


async def report(
    uow: UnitOfWork, actor: Actor, draft: IncidentDraft, idempotency_key: str | None
) -> OpenedIncident:
    """Open an incident by hand; raises Invalid and NotFound naming the field."""
    reservation = await idempotency.reserve(uow, actor, "createIncident", idempotency_key, draft)
    if reservation.result is not None:
        return await _reported_before(uow, reservation.result)
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
    """Take an incident: its escalation stops. Raises InvalidTransition where it is over."""
    check_note(note)
    row = await locked(uow, incident_id)
    was = before(row)
    row.status = next_status(row.status, IncidentMove.ACKNOWLEDGE)
    if row.acknowledged_at is not None and row.acknowledged_by_id == actor.id and not note:
        return row
    await take(uow, actor, row)
    record(uow, actor, row, "acknowledged", was, note=note)
    return row


async def take(uow: UnitOfWork, actor: Actor, row: LaunchIncident) -> None:
    """Say who works on it, since when."""
    row.acknowledged_at = uow.now
    row.acknowledged_by_kind = actor.kind
    row.acknowledged_by_id = actor.id
    row.acknowledged_by_label = actor.label
    await episodes.taken(uow, row)


async def resolve(
    uow: UnitOfWork, actor: Actor, incident_id: UUID, resolution_notes: str
) -> LaunchIncident:
    """End an incident, with what ended it."""
    check_text(resolution_notes, "resolutionNotes", 10_000, required=True, argument=True)
    row = await locked(uow, incident_id)
    await end(uow, actor, row, resolution_notes)
    return row


async def reopen_incident(
    uow: UnitOfWork, actor: Actor, incident_id: UUID, note: str | None
) -> LaunchIncident:
    """Begin the next episode of an incident that is not over after all.

    Raises InvalidTransition where another incident is open about its cause.
    """
    check_note(note)
    row = await locked(uow, incident_id)
    was = before(row)
    next_status(row.status, IncidentMove.REOPEN)
    await _check_no_other(uow, row)
    # Where its cause showed again at this very moment, it has an incident of its own.
    another = InvalidTransition("Another incident is open about the same cause.")
    async with unique(uow.session, another):
        release(row)
    previous = await episode_queries.last(uow.session, row.id)
    row.resolution_notes = None
    episodes.begin(uow, row, previous)
    record(uow, actor, row, "reopened", was, note=note)
    return row


async def close(uow: UnitOfWork, actor: Actor, incident_id: UUID) -> LaunchIncident:
    """Put a resolved incident away."""
    row = await locked(uow, incident_id)
    was = before(row)
    row.status = next_status(row.status, IncidentMove.CLOSE)
    record(uow, actor, row, "closed", was)
    return row


async def _check_no_other(uow: UnitOfWork, row: LaunchIncident) -> None:
    if row.dedup_key is None:
        return
    other = await queries.lock_newest_with_key(uow.session, row.dedup_key)
    if other is not None and other.id != row.id and other.status in ACTIVE_STATUSES:
        raise InvalidTransition(f"Incident {other.number} is open about the same cause.")


async def _reported_before(uow: UnitOfWork, result: dict[str, object]) -> OpenedIncident:
    earlier = parse_uuid(str(result.get("incident_id", "")))
    if earlier is None:
        path = ("input", "idempotencyKey")
        raise Invalid("The first request with this key is still running.", path=path)
    return OpenedIncident(await locked(uow, earlier), merged=result.get("merged") == "True")
