"""Fields about alerts and their channels (S99, S117, X2)."""

from typing import Annotated

import strawberry

from schema.context import Info
from schema.pagination import (
    After,
    Before,
    Connection,
    First,
    Last,
    Page,
    connection,
    moment_cursor,
)
from schema.types.alerts import AlertChannel, AlertDelivery, AlertTestResult, SendTestAlertPayload
from schema.types.node import decode_optional_id
from services.alerting import alert_reads

IncidentId = Annotated[
    strawberry.ID | None, strawberry.argument(description="Only those about one incident.")
]


async def alert_deliveries(
    info: Info,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
    incident_id: IncidentId = None,
) -> Connection[AlertDelivery]:
    """Deliveries to alert channels, newest first, including tests."""
    page = Page.of(first, after, last, before)
    incident_key = decode_optional_id(incident_id, "Incident", "incidentId")
    async with info.context.db.read() as session:
        rows = await alert_reads.page(session, page.moments(), incident_key)
    return connection(
        Connection[AlertDelivery],
        rows,
        page,
        cursor=moment_cursor,
        wrap=AlertDelivery.of,
    )


async def alert_channels(info: Info) -> list[AlertChannel]:
    """The alert channels with their latest results."""
    configured = info.context.runtime.alerts.channels
    async with info.context.db.read() as session:
        return [AlertChannel.of(item) for item in await alert_reads.channels(session, configured)]


async def send_test_alert(info: Info) -> SendTestAlertPayload:
    """Send a test to every alert channel and wait for the result, at most ten seconds.

    The readiness of a phase includes a test within the last seven days.
    """
    runtime = info.context.runtime
    sent = await alert_reads.test(runtime.alerts, runtime.rate_limits)
    return SendTestAlertPayload(results=[AlertTestResult.of(message) for message in sent])
