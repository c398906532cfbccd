"""Mutations of incidents (S27, A31)."""

from typing import Annotated

import strawberry

from schema.context import Info
from schema.types.incident_inputs import (
    CreateIncidentInput,
    IncidentPayload,
    UpdateIncidentInput,
)
from schema.types.node import decode_id
from services.incidents import incident_changes, incident_edits
from services.incidents.incidents import OpenedIncident

Report = Annotated[CreateIncidentInput, strawberry.argument(description="The incident.")]
Edit = Annotated[UpdateIncidentInput, strawberry.argument(description="The changes.")]
Id = Annotated[strawberry.ID, strawberry.argument(description="The incident.")]
Note = Annotated[str | None, strawberry.argument(description="A note for the timeline.")]
Notes = Annotated[str, strawberry.argument(description="How it was resolved.")]


async def create(info: Info, input: Report) -> IncidentPayload:
    """Report an incident; the open one with the same dedupKey counts it instead."""
    async with info.context.db.write() as uow:
        opened = await incident_changes.report(
            uow, info.context.actor, input.command(), input.idempotency_key
        )
    return IncidentPayload.of(opened)


async def update(info: Info, input: Edit) -> IncidentPayload:
    """Edit an incident: description, assignee, severity."""
    key = decode_id(input.id, "Incident", "input", "id")
    async with info.context.db.write() as uow:
        row = await incident_edits.update(
            uow,
            info.context.actor,
            key,
            input.patch(),
            note=input.note,
            expected_version=input.expected_version,
        )
    return IncidentPayload.of(OpenedIncident(row, merged=False))


async def acknowledge(info: Info, id: Id, note: Note = None) -> IncidentPayload:
    """Acknowledge an incident: reminders and escalation stop."""
    async with info.context.db.write() as uow:
        row = await incident_changes.acknowledge(
            uow, info.context.actor, decode_id(id, "Incident"), note
        )
    return IncidentPayload.of(OpenedIncident(row, merged=False))


async def resolve(info: Info, id: Id, resolution_notes: Notes) -> IncidentPayload:
    """Resolve an incident."""
    async with info.context.db.write() as uow:
        row = await incident_changes.resolve(
            uow, info.context.actor, decode_id(id, "Incident"), resolution_notes
        )
    return IncidentPayload.of(OpenedIncident(row, merged=False))


async def reopen(info: Info, id: Id, note: Note = None) -> IncidentPayload:
    """Reopen a resolved or closed incident."""
    async with info.context.db.write() as uow:
        row = await incident_changes.reopen_incident(
            uow, info.context.actor, decode_id(id, "Incident"), note
        )
    return IncidentPayload.of(OpenedIncident(row, merged=False))


async def close(info: Info, id: Id) -> IncidentPayload:
    """Close a resolved incident."""
    async with info.context.db.write() as uow:
        row = await incident_changes.close(uow, info.context.actor, decode_id(id, "Incident"))
    return IncidentPayload.of(OpenedIncident(row, merged=False))
