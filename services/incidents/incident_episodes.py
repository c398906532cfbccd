"""Episodes of incidents: the only place that begins, changes and ends one (D5, L5).

What the incident shows (title, description, severity, phase, run) is that of its current episode.
"""

from datetime import datetime

from db.models.incidents import IncidentEpisode, LaunchIncident
from db.queries import incident_episodes as queries
from db.queries import incidents as incident_queries
from db.session import UnitOfWork
from domain.incidents import incidents as rules
from domain.incidents.incidents import ACTIVE_STATUSES, SEVERE, Observation


def begin(
    uow: UnitOfWork,
    row: LaunchIncident,
    previous: IncidentEpisode | None,
    *,
    first_bad_at: datetime | None = None,
    detected_at: datetime | None = None,
    observation: Observation | None = None,
) -> IncidentEpisode:
    """Begin the next episode of an incident that has just been opened, with the words it has."""
    detected = min(detected_at or uow.now, uow.now)
    ended = previous.ended_at if previous else None
    if ended is not None:
        detected = max(detected, ended)
    episode = IncidentEpisode(
        incident_id=row.id,
        number=previous.number + 1 if previous else 1,
        first_bad_at=rules.onset(first_bad_at, detected, ended),
        detected_at=detected,
    )
    _copy(row, episode)
    observe(episode, observation, uow.now)
    uow.session.add(episode)
    return episode


async def edited(
    uow: UnitOfWork,
    row: LaunchIncident,
    *,
    words: bool = False,
    worse_since: datetime | None = None,
) -> None:
    """The incident was changed, and its current episode with it.

    `words`: a person wrote them; `worse_since`: the first sample that shows its severity.
    """
    episode = await queries.last(uow.session, row.id)
    if row.severity in SEVERE and episode.severity not in SEVERE:
        episode.worsened_at = min(worse_since or uow.now, uow.now)
    _copy(row, episode)
    episode.words_edited = episode.words_edited or words


async def taken(uow: UnitOfWork, row: LaunchIncident) -> None:
    """A person took it; the first time counts."""
    episode = await queries.last(uow.session, row.id)
    episode.acknowledged_at = episode.acknowledged_at or uow.now


async def end(uow: UnitOfWork, row: LaunchIncident) -> None:
    """The incident was resolved: its current episode ends with it."""
    episode = await queries.last(uow.session, row.id)
    episode.ended_at, episode.resolution_notes = row.resolved_at, row.resolution_notes


async def observe_key(uow: UnitOfWork, dedup_key: str, observation: Observation) -> None:
    """Note what is measured now of a cause whose incident is open; no event, no new version.

    The description follows it, unless a person wrote one.
    """
    row = await incident_queries.lock_newest_with_key(uow.session, dedup_key)
    if row is None or row.status not in ACTIVE_STATUSES:
        return
    episode = await queries.last(uow.session, row.id)
    is_new = episode.explanation != observation.explanation
    if is_new and not episode.words_edited:
        row.description = episode.description = observation.explanation
    observe(episode, observation, uow.now)


def observe(episode: IncidentEpisode, observation: Observation | None, now: datetime) -> None:
    """Keep the newest observation."""
    if observation is None:
        return
    episode.explanation, episode.observed_at = observation.explanation, now
    episode.value, episode.unit = observation.value, observation.unit


def _copy(row: LaunchIncident, episode: IncidentEpisode) -> None:
    episode.title, episode.description = row.title, row.description
    episode.severity = row.severity
    episode.phase_id, episode.run_id = row.phase_id, row.run_id
