"""Alerts: deliveries, channels and their latency (S99, S117)."""

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


@strawberry.type(description="The delivery of one message to one channel.")
class AlertDelivery:
    """An entry of the delivery log."""

    key: str = strawberry.field(
        description="The key of the cause, which fires and is resolved under it."
    )
    kind: AlertKind = strawberry.field(description="Why it was sent.")
    channel: str = strawberry.field(description="The name of the channel, without secrets.")
    severity: Severity = strawberry.field(description="The severity.")
    title: str = strawberry.field(description="Its first line.")
    first_bad_at: datetime = strawberry.field(description="When the first bad sample was taken.")
    created_at: datetime = strawberry.field(description="When the message was created.")
    sent_at: datetime | None = strawberry.field(
        description="When it was delivered; null: not yet, or never."
    )
    delivered: bool = strawberry.field(description="Whether it was delivered.")
    finished: bool = strawberry.field(description="True once it was delivered or given up.")
    attempts: int = strawberry.field(description="The number of attempts.")
    last_error: str | None = strawberry.field(description="The error of the last attempt.")
    latency_ms: int | None = strawberry.field(
        description="Milliseconds from the first bad sample to `sentAt`; for kinds other than "
        "FIRING from `createdAt`."
    )
    row: strawberry.Private[rows.AlertDelivery]

    @strawberry.field(description="The incident that it is about.")
    async def incident(self, info: Info) -> Incident | None:
        """Load it only if it is selected."""
        if self.row.incident_id is None:
            return None
        row = await info.context.loaders.incident.load(self.row.incident_id)
        return Incident.of(row) if row else None

    @classmethod
    def of(cls, row: rows.AlertDelivery) -> "AlertDelivery":
        """Build the object from a database row."""
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


@strawberry.type(description="An alert channel, from ALERT_URLS.")
class AlertChannel:
    """A channel with its success and latency."""

    name: str = strawberry.field(description="Scheme and host; the rest of the URL is secret.")
    minimum_severity: Severity = strawberry.field(
        description="The least severity that it receives."
    )
    escalates_after_seconds: float | None = strawberry.field(
        description="The channel receives only alerts that stay unacknowledged for so long; null: "
        "all at once."
    )
    last_success_at: datetime | None = strawberry.field(
        description="When a message was last delivered to it."
    )
    last_failure_at: datetime | None = strawberry.field(
        description="When a message was last given up, or a test failed."
    )
    last_error: str | None = strawberry.field(description="The last error.")
    last_test_at: datetime | None = strawberry.field(description="When it was last tested.")

    @classmethod
    def of(cls, state: ChannelState) -> "AlertChannel":
        """Build the object from a channel."""
        return cls(
            name=state.name,
            minimum_severity=state.minimum,
            escalates_after_seconds=state.after,
            last_success_at=state.history.last_success_at,
            last_failure_at=state.history.last_failure_at,
            last_error=state.history.last_error,
            last_test_at=state.history.last_test_at,
        )


@strawberry.type(description="The result of a test on one channel.")
class AlertTestResult:
    """The result of a test message, which is not retried."""

    channel: str = strawberry.field(description="The channel's name.")
    delivered: bool = strawberry.field(description="Whether the test was delivered.")
    latency_ms: int | None = strawberry.field(description="How long that took.")
    error: str | None = strawberry.field(description="The error, if it was not.")

    @classmethod
    def of(cls, message: Delivery) -> "AlertTestResult":
        """Build the object from a test message."""
        return cls(
            channel=message.channel,
            delivered=message.sent_at is not None,
            latency_ms=message.latency_ms,
            error=message.last_error,
        )


@strawberry.type(description="The results of `sendTestAlert`.")
class SendTestAlertPayload:
    """One result for each channel."""

    results: list[AlertTestResult] = strawberry.field(
        description="One result per channel, in the order of ALERT_URLS.", default_factory=list
    )
    errors: list[Error] = strawberry.field(
        description="Expected failures; empty if tests were sent.", default_factory=list
    )

    @classmethod
    def failed(cls, error: LaunchError) -> "SendTestAlertPayload":
        """Build the payload of an expected failure."""
        return cls(errors=Error.every(error))
