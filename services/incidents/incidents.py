"""Opens and resolves incidents: one for each cause at a time (S27, S28, S55, S68, A30)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from db.models.incidents import IncidentEpisode, LaunchIncident
from db.queries import incident_episodes as episode_queries
from db.queries import incidents as queries
from db.session import UnitOfWork
from db.unique import unique
from domain.actors import Actor, ActorKind
from domain.incidents.incident_causes import NO_LINKS, Links
from domain.incidents.incidents import (
    ACTIVE_STATUSES,
    IncidentMove,
    IncidentStatus,
    Observation,
    Severity,
    next_status,
    returns,
    worse,
)
from services.incidents import incident_episodes as episodes
from services.incidents.incident_log import record, record_opened, snapshot
from services.incidents.suspects import confirmed_cause

_PEOPLE = frozenset({ActorKind.USER, ActorKind.TOKEN})


@dataclass(frozen=True, slots=True)
class IncidentDraft:
    """An incident to open. Drafts of dependents are stored as JSON under these field names.

    `first_bad_at` is the first bad sample, None where no sample shows it; `detected_at` when it was
    noticed, if not now; `observation` what was measured; `links` its place in the order of causes.
    `is_momentary` says that its cause is over as soon as it is opened.
    """

    type: str
    severity: Severity
    title: str
    description: str | None = None
    affected_features: Sequence[str] = ()
    user_impact: str | None = None
    phase_id: UUID | None = None
    run_id: UUID | None = None
    dedup_key: str | None = None
    first_bad_at: datetime | None = None
    detected_at: datetime | None = None
    observation: Observation | None = None
    links: Links = NO_LINKS
    is_momentary: bool = False


@dataclass(frozen=True, slots=True)
class OpenedIncident:
    """An incident, and whether it was open already."""

    row: LaunchIncident
    merged: bool


class _AlreadyOpen(Exception):
    """Another transaction has opened an incident about the same cause."""


async def open_incident(uow: UnitOfWork, actor: Actor, draft: IncidentDraft) -> OpenedIncident:
    """Open an incident, or count one more occurrence of the open one with the same cause.

    A cause that returns within 15 minutes of its resolution reopens its incident (A30).
    """
    existing = await _find_existing(uow, draft)
    if existing is None:
        try:
            return await _insert(uow, actor, draft)
        except _AlreadyOpen:
            # Another transaction opened one with the same cause at the same moment; it stands.
            existing = await _find_existing(uow, draft)
            if existing is None:
                raise
    return await _add_occurrence(uow, actor, existing, draft)


async def resolve_by_key(
    uow: UnitOfWork, actor: Actor, dedup_key: str, note: str, at: datetime | None = None
) -> LaunchIncident | None:
    """Resolve the open incident of a key automatically, unless a person has acknowledged it (S68).

    `at` is when it was over, if not now. Returns the incident if it was resolved.
    """
    row = await queries.lock_newest_with_key(uow.session, dedup_key)
    if row is None or row.status not in ACTIVE_STATUSES:
        return None
    if row.acknowledged_by_kind in _PEOPLE:
        row.cause_gone_at = at or uow.now
        return None
    await end(uow, actor, row, note, at)
    return row


async def end(
    uow: UnitOfWork, actor: Actor, row: LaunchIncident, notes: str, at: datetime | None = None
) -> None:
    """Resolve a locked incident, naming the change whose revert ended it (X8).

    Raises InvalidTransition.
    """
    before = snapshot(row)
    row.status = next_status(row.status, IncidentMove.RESOLVE)
    row.resolved_at, row.resolution_notes = min(at or uow.now, uow.now), notes
    await episodes.end(uow, row)
    cause = await confirmed_cause(uow.session, row)
    record(
        uow, actor, row, "resolved", before, note=notes, finding=cause, occurred_at=row.resolved_at
    )


def release(row: LaunchIncident) -> None:
    """Set an incident to OPEN and clear its acknowledgement."""
    row.status, row.resolved_at = IncidentStatus.OPEN, None
    row.acknowledged_at = row.acknowledged_by_kind = None
    row.acknowledged_by_id = row.acknowledged_by_label = None


async def _find_existing(uow: UnitOfWork, draft: IncidentDraft) -> LaunchIncident | None:
    """Find the incident that a draft belongs to: one that is open, or was until recently."""
    if draft.dedup_key is None:
        return None
    row = await queries.lock_newest_with_key(uow.session, draft.dedup_key)
    if row is not None and row.status not in ACTIVE_STATUSES:
        # The transaction that held the lock meanwhile may have reopened an older one.
        row = await queries.lock_newest_with_key(uow.session, draft.dedup_key)
    if row is None or row.status in ACTIVE_STATUSES or _is_recurrence(row, draft, uow.now):
        return row
    return None


def _is_recurrence(row: LaunchIncident, draft: IncidentDraft, now: datetime) -> bool:
    """Whether the cause of a resolved incident returns in time; a closed one stays closed."""
    return row.status is IncidentStatus.RESOLVED and returns(
        row.resolved_at, draft.first_bad_at or now
    )


async def _insert(uow: UnitOfWork, actor: Actor, draft: IncidentDraft) -> OpenedIncident:
    row = _row(uow, draft)
    async with unique(uow.session, _AlreadyOpen()):
        uow.session.add(row)
    await uow.session.refresh(row)
    _begin_episode(uow, row, None, draft)
    record_opened(uow, actor, row)
    return OpenedIncident(row, merged=False)


async def _add_occurrence(
    uow: UnitOfWork, actor: Actor, row: LaunchIncident, draft: IncidentDraft
) -> OpenedIncident:
    before = snapshot(row)
    last = await episode_queries.last(uow.session, row.id)
    row.occurrences += 1
    row.cause_gone_at = uow.now if draft.is_momentary else None
    if row.status in ACTIVE_STATUSES:
        _merge(actor, row, last, draft)
        await episodes.update_current(uow, row, worse_since=draft.first_bad_at)
        episodes.observe(last, draft.observation, uow.now)
        record(uow, actor, row, "happened again", before)
    else:
        _reopen(row, draft)
        episode = _begin_episode(uow, row, last, draft)
        record(uow, actor, row, "came back", before, occurred_at=episode.detected_at)
    return OpenedIncident(row, merged=True)


def _merge(actor: Actor, row: LaunchIncident, last: IncidentEpisode, draft: IncidentDraft) -> None:
    """Merge a report into the current episode: the worse severity and the latest texts of checks.

    Texts that a person wrote stay, and so do those of the first person who reported it.
    """
    row.severity = worse(row.severity, draft.severity)
    row.affected_features = list(dict.fromkeys((*row.affected_features, *draft.affected_features)))
    if actor.kind not in _PEOPLE and not last.words_edited:
        row.title, row.description = draft.title, draft.description


def _reopen(row: LaunchIncident, draft: IncidentDraft) -> None:
    """Reopen an incident with the facts of the new episode; the last one keeps its own (L5)."""
    release(row)
    row.title, row.description, row.severity = draft.title, draft.description, draft.severity
    row.affected_features = list(draft.affected_features)
    row.user_impact, row.resolution_notes = draft.user_impact, None
    row.explains, row.follows_from = list(draft.links.explains), list(draft.links.follows_from)
    row.phase_id, row.run_id = draft.phase_id, draft.run_id


def _begin_episode(
    uow: UnitOfWork, row: LaunchIncident, previous: IncidentEpisode | None, draft: IncidentDraft
) -> IncidentEpisode:
    return episodes.begin(
        uow,
        row,
        previous,
        first_bad_at=draft.first_bad_at,
        detected_at=draft.detected_at,
        observation=draft.observation,
    )


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
        explains=list(draft.links.explains),
        follows_from=list(draft.links.follows_from),
        cause_gone_at=uow.now if draft.is_momentary else None,
        created_at=min(draft.detected_at or uow.now, uow.now),
        updated_at=uow.now,
    )
