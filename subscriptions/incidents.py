"""Incidents, live (S28)."""

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
from subscriptions.fanout import Latest

Severities = Annotated[
    list[Severity] | None, strawberry.argument(description="Only these; left out: all.")
]


def _incident(item: RecordedEvent) -> Hashable:
    event = item.event
    return event.incident_id if isinstance(event, IncidentChanged) else None


class _Shown:
    """Which incidents a client sees, so that it also hears of one that it will not see any more."""

    def __init__(self, severity: Sequence[domain.Severity] | None) -> None:
        self._severity = severity
        self._ids: set[UUID] = set()

    def takes(self, row: LaunchIncident) -> bool:
        """Whether to send it: it is wanted, or it was until now."""
        known = row.id in self._ids
        if self._severity is None or row.severity in self._severity:
            self._ids.add(row.id)
            return True
        self._ids.discard(row.id)
        return known


async def incidents(info: Info, severity: Severities = None) -> AsyncIterator[Incident]:
    """The open incidents as they are now, then each one whenever it changes.

    One whose severity leaves the wanted ones is sent a last time.
    """
    runtime, loaders = info.context.runtime, info.context.loaders
    shown = _Shown(severity)

    def concerns(item: RecordedEvent) -> bool:
        return isinstance(item.event, IncidentChanged)

    newest: Latest[RecordedEvent] = Latest(key=_incident)
    async with runtime.tail.subscribe(newest, concerns) as changes:
        with runtime.credential_watch.guard(info.context.actor, changes):
            async with info.context.db.read() as session:
                rows = await incident_reads.open_ones(session)
            for row in rows:
                if shown.takes(row):
                    yield Incident.of(row)
            async for item in changes:
                assert isinstance(item.event, IncidentChanged)
                found = await loaders.incident.load(item.event.incident_id)
                if found is not None and shown.takes(found):
                    yield Incident.of(found)
