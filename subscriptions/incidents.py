"""Incidents, live (SPEC S28)."""

from collections.abc import AsyncIterator, Hashable
from typing import Annotated

import strawberry

from domain.events import IncidentChanged, RecordedEvent
from schema.context import Info
from schema.enums import Severity
from schema.types.incidents import Incident
from services import incident_reads
from subscriptions.fanout import Latest

Severities = Annotated[
    list[Severity] | None, strawberry.argument(description="Only these; left out: all.")
]


def _incident(item: RecordedEvent) -> Hashable:
    event = item.event
    return event.incident_id if isinstance(event, IncidentChanged) else None


async def incidents(info: Info, severity: Severities = None) -> AsyncIterator[Incident]:
    """The open incidents as they are now, then each one whenever it changes."""
    runtime, loaders = info.context.runtime, info.context.loaders

    def concerns(item: RecordedEvent) -> bool:
        return isinstance(item.event, IncidentChanged)

    newest: Latest[RecordedEvent] = Latest(key=_incident)
    async with runtime.tail.subscribe(newest, concerns) as changes:
        with runtime.lifetimes.guard(info.context.actor, changes):
            async with info.context.db.read() as session:
                rows = await incident_reads.open_ones(session)
            for row in rows:
                if severity is None or row.severity in severity:
                    yield Incident.of(row)
            async for item in changes:
                assert isinstance(item.event, IncidentChanged)
                found = await loaders.incident.load(item.event.incident_id)
                if found is not None and (severity is None or found.severity in severity):
                    yield Incident.of(found)
