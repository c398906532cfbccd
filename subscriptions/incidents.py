"""Live incidents (S28)."""

from collections.abc import AsyncIterator, Hashable, Sequence
from typing import Annotated
from uuid import UUID

import strawberry

from db.models.incidents import LaunchIncident
from domain.events import IncidentChanged, RecordedEvent
from domain.incidents import incidents as domain
from schema.context import Info
from schema.enums import Severity
from schema.types.incidents import Incident
from services.incidents import incident_reads
from subscriptions.event_streams import open_events
from subscriptions.fanout import Latest

Severities = Annotated[
    list[Severity] | None, strawberry.argument(description="Only these; all by default.")
]


def _incident_id(item: RecordedEvent) -> Hashable:
    event = item.event
    return event.incident_id if isinstance(event, IncidentChanged) else None


class _SentIncidents:
    """The incidents that a client has, to report those that leave the selection."""

    def __init__(self, severity: Sequence[domain.Severity] | None) -> None:
        self._severity = severity
        self._ids: set[UUID] = set()

    def should_send(self, row: LaunchIncident) -> bool:
        """Return whether an incident is selected now, or was when it was last sent."""
        was_sent = row.id in self._ids
        if self._severity is None or row.severity in self._severity:
            self._ids.add(row.id)
            return True
        self._ids.discard(row.id)
        return was_sent


async def incidents(info: Info, severity: Severities = None) -> AsyncIterator[Incident]:
    """The open incidents as they are now, then each one whenever it changes.

    An incident whose severity no longer matches is sent a last time.
    """
    sent, loaders = _SentIncidents(severity), info.context.loaders

    def is_selected(item: RecordedEvent) -> bool:
        return isinstance(item.event, IncidentChanged)

    newest: Latest[RecordedEvent] = Latest(key=_incident_id)
    async with open_events(info, newest, is_selected) as changes:
        async with info.context.db.read() as session:
            rows = await incident_reads.open_ones(session)
        for row in rows:
            if sent.should_send(row):
                yield Incident.of(row)
        async for item in changes:
            assert isinstance(item.event, IncidentChanged)
            incident = await loaders.incident.load(item.event.incident_id)
            if incident is not None and sent.should_send(incident):
                yield Incident.of(incident)
