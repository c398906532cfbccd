"""Builds reports of incidents from their timelines and suspects (A35)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from db.models.incidents import IncidentEpisode, LaunchIncident
from db.queries import incident_episodes as episode_queries
from domain.events import IncidentChanged, RecordedEvent
from domain.incidents.incident_markdown import (
    EntryFact,
    EpisodeFact,
    IncidentFacts,
    SuspectFact,
    markdown,
)
from domain.platform.keyset import Keyset
from services.incidents import incident_timelines, suspects
from services.incidents.incident_timelines import TimelinePage
from services.incidents.suspects import SuspectChange, SuspectQuery
from services.platform import log_edges

_MAX_EVENTS = 500
_MAX_SUSPECTS = 5
_MAX_EPISODES = 100


async def reports(
    session: AsyncSession, rows: Sequence[LaunchIncident]
) -> Mapping[LaunchIncident, str]:
    """Return a Markdown report for each incident, with as many statements as for one."""
    pages = {row: TimelinePage(row.id, Keyset(_MAX_EVENTS + 1)) for row in rows}
    suspect_queries = {row: SuspectQuery(row, _MAX_SUSPECTS) for row in rows}
    timelines = await incident_timelines.of_incidents(session, list(pages.values()))
    episodes = await episode_queries.newest(session, [row.id for row in rows], _MAX_EPISODES)
    ranked = await suspects.of_incidents(session, list(suspect_queries.values()))
    edge = await log_edges.archived_before(session)
    texts = {}
    for row in rows:
        suspect_changes = ranked.get(suspect_queries[row], [])
        facts = _facts(row, episodes[row.id], timelines[pages[row]], suspect_changes, edge)
        texts[row] = markdown(facts)
    return texts


def _facts(
    row: LaunchIncident,
    episodes: Sequence[IncidentEpisode],
    events: Sequence[RecordedEvent],
    suspect_changes: Sequence[SuspectChange],
    archived_before: datetime | None,
) -> IncidentFacts:
    return IncidentFacts(
        number=row.number,
        title=row.title,
        type=row.incident_type,
        severity=row.severity.value,
        status=row.status.value,
        occurrences=row.occurrences,
        opened_at=row.created_at,
        acknowledged_at=row.acknowledged_at,
        acknowledged_by=row.acknowledged_by_label,
        resolved_at=row.resolved_at,
        description=row.description,
        user_impact=row.user_impact,
        affected_features=row.affected_features,
        resolution=row.resolution_notes,
        episodes=[_episode(item) for item in reversed(episodes)],
        suspects=[_suspect(item) for item in suspect_changes],
        timeline=[_entry(item) for item in events[:_MAX_EVENTS]],
        more_events=len(events) > _MAX_EVENTS,
        archived_before=archived_before,
    )


def _episode(item: IncidentEpisode) -> EpisodeFact:
    return EpisodeFact(
        item.number,
        item.title,
        item.began_at,
        item.detected_at,
        item.ended_at,
        item.explanation,
    )


def _suspect(item: SuspectChange) -> SuspectFact:
    change = item.change
    what = f"{item.key or change.subject_kind.value} {change.action}"
    return SuspectFact(change.at, change.actor_label, what, item.score, item.why)


def _entry(item: RecordedEvent) -> EntryFact:
    note = item.event.note if isinstance(item.event, IncidentChanged) else None
    return EntryFact(item.occurred_at, item.actor.label, item.event.summary, note)
