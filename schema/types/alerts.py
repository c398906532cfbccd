"""Alerts: who was told of what, and how fast (S99, S117)."""

from datetime import datetime

import strawberry

from db.models import incidents as rows
from domain.alerting.alert_deliveries import Delivery
from domain.errors import LaunchError
from schema.alert_enums import AlertKind
from schema.context import Info
from schema.enums import Severity
from schema.types.errors import Error
from schema.types.incidents import Incident
from services.alerting import alert_reads
from services.alerting.alert_reads import ChannelState


@strawberry.type(description="One message to one channel.")
class AlertDelivery:
    """A row of the delivery log."""

    key: str = strawberry.field(description="The cause: it fires and is resolved under this name.")
    kind: AlertKind = strawberry.field(description="Why it was sent.")
    channel: str = strawberry.field(description="Where it went; shows no secret.")
    severity: Severity = strawberry.field(description="How bad it was.")
    title: str = strawberry.field(description="Its first line.")
    first_bad_at: datetime = strawberry.field(description="When the first bad sample was taken.")
    created_at: datetime = strawberry.field(description="When it was decided to tell.")
    sent_at: datetime | None = strawberry.field(
        description="When the channel took it; null: not yet, or never."
    )
    delivered: bool = strawberry.field(description="Whether the channel took it.")
    finished: bool = strawberry.field(description="It was taken or given up.")
    attempts: int = strawberry.field(description="How often it was tried.")
    last_error: str | None = strawberry.field(description="Why the channel last refused it.")
    latency_ms: int | None = strawberry.field(
        description="Up to `sentAt`: from the first bad sample; of all but FIRING from `createdAt`."
    )
    row: strawberry.Private[rows.AlertDelivery]

    @strawberry.field(description="The incident that it is about.")
    async def incident(self, info: Info) -> Incident | None:
        """Resolved only where it is asked for."""
        if self.row.incident_id is None:
            return None
        row = await info.context.loaders.incident.load(self.row.incident_id)
        return Incident.of(row) if row else None

    @classmethod
    def of(cls, row: rows.AlertDelivery) -> "AlertDelivery":
        """A row as the graph shows it."""
        return cls(
            key=row.alert_key,
            kind=row.kind,
            channel=row.channel,
            severity=row.severity,
            title=row.title,
            first_bad_at=row.first_bad_at,
            created_at=row.created_at,
            sent_at=row.sent_at,
            delivered=row.sent_at is not None,
            finished=row.finished_at is not None,
            attempts=row.attempts,
            last_error=row.last_error,
            latency_ms=alert_reads.latency(row),
            row=row,
        )


@strawberry.type(description="A place that alerts go to, from ALERT_URLS.")
class AlertChannel:
    """A channel and how it has done."""

    name: str = strawberry.field(description="Scheme and host; the rest of the URL is secret.")
    minimum_severity: Severity = strawberry.field(description="It is told of this and worse.")
    escalates_after_seconds: float | None = strawberry.field(
        description="Told only of what nobody has taken for so long; null: told at once."
    )
    last_success_at: datetime | None = strawberry.field(description="When it last took a message.")
    last_failure_at: datetime | None = strawberry.field(
        description="When it was last given up, or failed a test."
    )
    last_error: str | None = strawberry.field(description="Why it last refused a message.")
    last_test_at: datetime | None = strawberry.field(description="When it was last tested.")

    @classmethod
    def of(cls, state: ChannelState) -> "AlertChannel":
        """A channel as the graph shows it."""
        return cls(
            name=state.name,
            minimum_severity=state.minimum,
            escalates_after_seconds=state.after,
            last_success_at=state.history.last_success_at,
            last_failure_at=state.history.last_failure_at,
            last_error=state.history.last_error,
            last_test_at=state.history.last_test_at,
        )


@strawberry.type(description="What became of a test on one channel.")
class AlertTestResult:
    """Sent once, not tried again."""

    channel: str = strawberry.field(description="The channel's name.")
    delivered: bool = strawberry.field(description="Whether it took the test.")
    latency_ms: int | None = strawberry.field(description="How long that took.")
    error: str | None = strawberry.field(description="Why it did not.")

    @classmethod
    def of(cls, message: Delivery) -> "AlertTestResult":
        """A test message as the graph shows it."""
        return cls(
            channel=message.channel,
            delivered=message.sent_at is not None,
            latency_ms=message.latency_ms,
            error=message.last_error,
        )


@strawberry.type(description="What `sendTestAlert` gives.")
class SendTestAlertPayload:
    """One result for each channel."""

    results: list[AlertTestResult] = strawberry.field(
        description="One for each channel, in the order of ALERT_URLS.", default_factory=list
    )
    errors: list[Error] = strawberry.field(
        description="Expected failures; empty where tests were sent.", default_factory=list
    )

    @classmethod
    def failed(cls, error: LaunchError) -> "SendTestAlertPayload":
        """An expected failure."""
        return cls(errors=Error.every(error))
