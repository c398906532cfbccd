"""Begins, changes and ends the episodes of incidents; no other module does (D5, L5).

Title, description, severity, phase and run of an incident are those of its current episode.
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
    """Begin the next episode of an incident that has just been opened, with its current texts."""
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
    _copy_fields(row, episode)
    observe(episode, observation, uow.now)
    uow.session.add(episode)
    return episode


async def update_current(
    uow: UnitOfWork,
    row: LaunchIncident,
    *,
    words: bool = False,
    worse_since: datetime | None = None,
) -> None:
    """Copy a change of the incident to its current episode.

    `words` says that a person wrote its texts; `worse_since` is the first sample that shows its
    severity.
    """
    episode = await queries.last(uow.session, row.id)
    if row.severity in SEVERE and episode.severity not in SEVERE:
        episode.worsened_at = min(worse_since or uow.now, uow.now)
    _copy_fields(row, episode)
    episode.words_edited = episode.words_edited or words


async def acknowledge_current(uow: UnitOfWork, row: LaunchIncident) -> None:
    """Store that a person acknowledged the current episode; the first time counts."""
    episode = await queries.last(uow.session, row.id)
    episode.acknowledged_at = episode.acknowledged_at or uow.now


async def end(uow: UnitOfWork, row: LaunchIncident) -> None:
    """End the current episode of an incident that was resolved."""
    episode = await queries.last(uow.session, row.id)
    episode.ended_at, episode.resolution_notes = row.resolved_at, row.resolution_notes


async def observe_key(uow: UnitOfWork, dedup_key: str, observation: Observation) -> None:
    """Store the latest measurement for the open incident of a key, without event or new version.

    The description follows the measurement unless a person wrote one.
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
    """Store the latest observation in an episode."""
    if observation is None:
        return
    episode.explanation, episode.observed_at = observation.explanation, now
    episode.value, episode.unit = observation.value, observation.unit


def _copy_fields(row: LaunchIncident, episode: IncidentEpisode) -> None:
    episode.title, episode.description = row.title, row.description
    episode.severity = row.severity
    episode.phase_id, episode.run_id = row.phase_id, row.run_id
