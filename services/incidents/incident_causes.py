"""Opens one incident for each cause, and lists there what follows from it (D5, L17).

Checks, guards and limits report through this module. Incidents that people report are never merged
into others.
"""

import logging
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from pydantic import TypeAdapter

from db.models.incidents import IncidentDependent, LaunchIncident
from db.queries import incident_dependents as queries
from db.queries import incident_episodes as episode_queries
from db.queries import incidents as incident_queries
from db.session import Database, UnitOfWork
from domain.actors import Actor, system_actor
from domain.incidents.incident_causes import CAUSE_GRACE, Links, explained_by
from domain.incidents.incidents import ACTIVE_STATUSES, Observation, worse
from services.incidents import incident_episodes as episodes
from services.incidents import incidents
from services.incidents.incident_log import record, snapshot
from services.incidents.incidents import IncidentDraft, OpenedIncident

logger = logging.getLogger(__name__)

_ACTOR = system_actor("incidents")
_DRAFT: TypeAdapter[IncidentDraft] = TypeAdapter(IncidentDraft)


async def report(uow: UnitOfWork, actor: Actor, draft: IncidentDraft) -> OpenedIncident:
    """Open an incident, or list it as a dependent on the open incident of its cause.

    Open incidents that follow from the new one end, and are listed on it.
    """
    await lock_reports(uow)
    cause = await _cause_of(uow, draft)
    if cause is not None:
        await _list_dependent(uow, actor, cause, draft)
        return OpenedIncident(cause, merged=True)
    opened = await incidents.open_incident(uow, actor, draft)
    for row in await queries.following(uow.session, draft.links.explains):
        if row.id != opened.row.id:
            await _absorb(uow, actor, opened.row, row)
    return opened


async def lock_reports(uow: UnitOfWork) -> None:
    """Allow no other report until the commit: after an outage all processes report at once.

    `report` takes this lock itself. A caller that locks an incident row first must take it before,
    or two callers would deadlock.
    """
    await queries.lock(uow.session)


async def mark_recovered(
    uow: UnitOfWork, actor: Actor, key: str, note: str, at: datetime | None = None
) -> None:
    """Resolve the incident of a key, or end it as a dependent of another incident.

    `at` is the time of the recovery, if it is not now.
    """
    await queries.end_with_key(uow.session, key, at or uow.now)
    await incidents.resolve_by_key(uow, actor, key, note, at)


async def observe(uow: UnitOfWork, key: str, observation: Observation) -> None:
    """Store the latest measurement for a cause that lasts."""
    await episodes.observe_key(uow, key, observation)
    row = await queries.open_with_key(uow.session, key)
    if row is not None:
        row.explanation = observation.explanation


async def is_open(uow: UnitOfWork, key: str) -> bool:
    """Whether a key has an open incident, or is an unended dependent of one."""
    row = await incident_queries.lock_newest_with_key(uow.session, key)
    if row is not None and row.status in ACTIVE_STATUSES:
        return True
    return await queries.open_with_key(uow.session, key) is not None


async def end_incidents_of_run(uow: UnitOfWork, run_id: UUID, outcome: str) -> None:
    """End the incidents of a run's criteria with the run, acknowledged or not (L17)."""
    await queries.end_with_prefix(uow.session, f"criterion:{run_id}:", uow.now)
    for row in await queries.of_criteria(uow.session, run_id):
        await incidents.end(uow, _ACTOR, row, f"The run of the phase ended: {outcome}.")


async def promote_dependents(db: Database) -> int:
    """Open an incident for each dependent that outlives its cause by five minutes.

    Returns how many were opened.
    """
    async with db.write() as uow:
        rows = await queries.lock_left_over(uow.session, uow.now - CAUSE_GRACE)
        for row in rows:
            await _promote(uow, row)
    return len(rows)


async def _cause_of(uow: UnitOfWork, draft: IncidentDraft) -> LaunchIncident | None:
    causes = draft.links.follows_from
    if not causes or draft.dedup_key is None:
        return None
    for row in await queries.explaining(uow.session, causes, uow.now - CAUSE_GRACE):
        gone_at = row.cause_gone_at or row.resolved_at
        if row.dedup_key != draft.dedup_key and explained_by(draft.first_bad_at, gone_at, uow.now):
            return row
    return None


async def _list_dependent(
    uow: UnitOfWork, actor: Actor, cause: LaunchIncident, draft: IncidentDraft
) -> None:
    """List a dependent on an incident, which takes the worse severity of both while it is open."""
    episode = await episode_queries.last(uow.session, cause.id)
    observed = draft.observation
    is_new = await queries.save(
        uow.session,
        {
            "episode_id": episode.id,
            "key": draft.dedup_key,
            "title": draft.title,
            "severity": draft.severity,
            "explanation": observed.explanation if observed else draft.description,
            "began_at": draft.first_bad_at or uow.now,
            "draft": _DRAFT.dump_python(draft, mode="json"),
        },
    )
    if not is_new:
        return
    before = snapshot(cause)
    if cause.status in ACTIVE_STATUSES:
        cause.severity = worse(cause.severity, draft.severity)
        await episodes.update_current(uow, cause, worse_since=draft.first_bad_at)
    record(uow, actor, cause, f"explains {draft.title!r}", before)


async def _absorb(
    uow: UnitOfWork, actor: Actor, cause: LaunchIncident, row: LaunchIncident
) -> None:
    draft = await _draft_of(uow, row)
    await incidents.end(uow, actor, row, f"It follows from incident {cause.number}: {cause.title}.")
    await _list_dependent(uow, actor, cause, draft)


async def _promote(uow: UnitOfWork, row: IncidentDependent) -> None:
    draft: IncidentDraft = _DRAFT.validate_python(row.draft)
    row.ended_at = uow.now
    observed = Observation(row.explanation or row.title)
    await incidents.open_incident(uow, _ACTOR, replace(draft, observation=observed))
    logger.info("incidents: %s outlived its cause", row.key)


async def _draft_of(uow: UnitOfWork, row: LaunchIncident) -> IncidentDraft:
    """Return the draft that would open this incident again."""
    episode = await episode_queries.last(uow.session, row.id)
    explanation = episode.explanation or row.title
    return IncidentDraft(
        type=row.incident_type,
        severity=row.severity,
        title=row.title,
        description=row.description,
        affected_features=row.affected_features,
        phase_id=row.phase_id,
        run_id=row.run_id,
        dedup_key=row.dedup_key,
        first_bad_at=episode.began_at,
        observation=Observation(explanation, episode.value, episode.unit),
        links=Links(tuple(row.explains), tuple(row.follows_from)),
    )
