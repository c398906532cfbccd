"""Queries of incidents (S28)."""

from functools import partial
from typing import Annotated

import strawberry

from domain.incidents.incidents import IncidentStatus as Status
from schema.context import Info
from schema.enums import IncidentStatus, Severity
from schema.pagination import After, Before, First, Last, Page, connection, moment_cursor
from schema.types.incidents import Incident, IncidentConnection
from schema.types.node import decode_optional_id
from services.incidents import incident_reads
from services.incidents.incident_reads import IncidentFilter

OPEN = [Status.OPEN, Status.INVESTIGATING]

Statuses = Annotated[
    list[IncidentStatus] | None, strawberry.argument(description="Only these; all by default.")
]
Severities = Annotated[
    list[Severity] | None, strawberry.argument(description="Only these; all by default.")
]
PhaseId = Annotated[
    strawberry.ID | None, strawberry.argument(description="Only those of one phase.")
]
Number = Annotated[
    int | None, strawberry.argument(description="Only the incident with this number.")
]


async def incidents(
    info: Info,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
    status: Statuses = OPEN,
    severity: Severities = None,
    phase_id: PhaseId = None,
    number: Number = None,
) -> IncidentConnection:
    """Incidents, newest first; open ones by default."""
    page = Page.of(first, after, last, before)
    phase = decode_optional_id(phase_id, "LaunchPhase", "phaseId")
    incident_filter = IncidentFilter(status, severity, phase, number)
    async with info.context.db.read() as session:
        rows = await incident_reads.page(session, incident_filter, page.moments())
    return connection(
        partial(IncidentConnection, filters=incident_filter),
        rows,
        page,
        cursor=moment_cursor,
        wrap=Incident.of,
    )
