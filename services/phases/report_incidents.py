"""Incident episodes during a run, each with the first alert that was delivered (X15)."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from db.models.incidents import IncidentEpisode, LaunchIncident
from db.models.phases import PhaseRun
from db.queries import reports as queries
from db.queries import silences
from db.queries.reports import FirstMessage
from domain.alerting.alert_causes import HEALTH_INCIDENT, silenced_until
from domain.alerting.alerts import AlertSource
from domain.alerting.silences import Silence
from domain.phases.reports import IncidentFact


async def of_run(session: AsyncSession, run: PhaseRun, now: datetime) -> Sequence[IncidentFact]:
    """Return the episodes of the run, and those of no phase while it was live.

    A rehearsal has only its own.
    """
    end = run.started_at if run.rehearsal is not None else run.ended_at or now
    episodes = await queries.episodes_of_run(session, run.id, run.started_at, end)
    messages = await queries.first_messages(session, [incident.id for _, incident in episodes])
    planned = await silences.since(session, run.started_at)
    return [
        _fact(episode, incident, messages.get(incident.id, ()), planned)
        for episode, incident in episodes
    ]


def _fact(
    episode: IncidentEpisode,
    incident: LaunchIncident,
    messages: Iterable[FirstMessage],
    planned: Sequence[Silence],
) -> IncidentFact:
    began = episode.first_bad_at or episode.detected_at
    return IncidentFact(
        number=incident.number,
        title=episode.title,
        severity=episode.severity.value,
        status="resolved" if episode.ended_at else incident.status.value,
        detected_at=episode.detected_at,
        first_bad_at=episode.first_bad_at,
        alerted_at=_first_delivery(messages, began, episode.ended_at),
        acknowledged_at=episode.acknowledged_at,
        resolved_at=episode.ended_at,
        silenced_until=_silenced_until(incident, planned, began),
        severe_from=episode.worsened_at,
    )


def _first_delivery(
    messages: Iterable[FirstMessage], began: datetime, ended: datetime | None
) -> datetime | None:
    """Return when the first alert of this episode was sent: one decided while it lasted."""
    sent = [
        message.sent_at
        for message in messages
        if message.sent_at is not None
        and message.decided_at >= began
        and (ended is None or message.decided_at <= ended)
    ]
    return min(sent, default=None)


def _silenced_until(
    incident: LaunchIncident, planned: Sequence[Silence], began: datetime
) -> datetime | None:
    """Return the end of the silence that covered it; only those of checks are silenced (A28)."""
    if incident.incident_type != HEALTH_INCIDENT or incident.dedup_key is None:
        return None
    return silenced_until(planned, incident.dedup_key, AlertSource.HEALTH, began)
