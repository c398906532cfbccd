"""Webhooks: subscription documents whose results are sent to a URL (A46, X14)."""

from datetime import datetime

import orjson
import strawberry

from db.models import webhooks as rows
from domain.errors import LaunchError
from schema.pagination import encode_cursor
from schema.scalars import JSON
from schema.types.errors import Error
from schema.types.node import Node, node_id
from services.webhooks.changes import WebhookEdit


@strawberry.type(description="A webhook: sends the results of a subscription document to a URL.")
class Webhook(Node):
    """A webhook without its secret."""

    url: str = strawberry.field(description="The receiver.")
    document: str = strawberry.field(description="The subscription whose results are sent.")
    active: bool = strawberry.field(description="False: paused; later events wait.")
    paused_reason: str | None = strawberry.field(description="Why it is paused.")
    last_cursor: str | None = strawberry.field(
        description="The last event that was handled; null before the first."
    )
    failures: int = strawberry.field(description="The number of consecutive failures.")
    next_attempt_at: datetime = strawberry.field(
        description="The time of the next attempt, which lies ahead after a failure."
    )
    created_at: datetime = strawberry.field(description="When it was made.")

    @classmethod
    def of(cls, row: rows.Webhook) -> "Webhook":
        """Build the object from a database row, without the secret."""
        return cls(
            id=node_id("Webhook", row.id),
            url=row.url,
            document=row.document,
            active=row.active,
            paused_reason=row.paused_reason,
            last_cursor=encode_cursor(row.last_seq) if row.last_seq else None,
            failures=row.failures,
            next_attempt_at=row.next_attempt_at,
            created_at=row.created_at,
        )


@strawberry.type(description="The delivery of one event to a webhook.")
class WebhookDelivery:
    """An entry of the delivery log."""

    id: strawberry.ID = strawberry.field(description="For `retryWebhookDelivery`.")
    message_id: str = strawberry.field(
        description="The header `webhook-id`, equal for every attempt."
    )
    cursor: str = strawberry.field(description="The cursor of the event.")
    payload: JSON = strawberry.field(description="The body.")
    delivered: bool = strawberry.field(description="Whether it was delivered.")
    attempts: int = strawberry.field(description="The number of attempts.")
    status: int | None = strawberry.field(description="The last HTTP status of the receiver.")
    error: str | None = strawberry.field(description="Why the last attempt failed.")
    latency_ms: int | None = strawberry.field(description="How long the last attempt took.")
    created_at: datetime = strawberry.field(description="When the body was created.")
    delivered_at: datetime | None = strawberry.field(description="When it was delivered.")

    @classmethod
    def of(cls, row: rows.WebhookDelivery) -> "WebhookDelivery":
        """Build the object from a database row."""
        return cls(
            id=node_id("WebhookDelivery", row.id),
            message_id=f"msg_{row.id.hex}",
            cursor=encode_cursor(row.event_seq),
            payload=orjson.loads(row.body),
            delivered=row.delivered_at is not None,
            attempts=row.attempts,
            status=row.last_status,
            error=row.last_error,
            latency_ms=row.latency_ms,
            created_at=row.created_at,
            delivered_at=row.delivered_at,
        )


@strawberry.input(description="Changes of a webhook; omitted fields stay unchanged.")
class UpdateWebhookInput:
    """The input of a change."""

    id: strawberry.ID = strawberry.field(description="The webhook.")
    url: str | None = strawberry.field(description="Another URL.", default=None)
    document: str | None = strawberry.field(description="Another subscription.", default=None)
    secret: str | None = strawberry.field(description="Another secret.", default=None)
    active: bool | None = strawberry.field(
        description="False pauses it; true resumes it where it stopped.", default=None
    )

    def edit(self) -> WebhookEdit:
        """Return the command for the service."""
        return WebhookEdit(self.url, self.document, self.secret, self.active)


@strawberry.type(description="The result of changing a webhook.")
class WebhookPayload:
    """The payload of a webhook."""

    webhook: Webhook | None = strawberry.field(
        description="The webhook; null after a dry run.", default=None
    )
    sample_payload: JSON | None = strawberry.field(
        description="The payload of the newest matching event; null if there is none.",
        default=None,
    )
    errors: list[Error] = strawberry.field(
        description="Expected failures; empty on success.", default_factory=list
    )

    @classmethod
    def made(cls, row: rows.Webhook | None, sample: bytes | None) -> "WebhookPayload":
        """Build the payload of a new webhook, or of a dry run."""
        payload = orjson.loads(sample) if sample is not None else None
        return cls(webhook=Webhook.of(row) if row is not None else None, sample_payload=payload)

    @classmethod
    def failed(cls, error: LaunchError) -> "WebhookPayload":
        """Build the payload of an expected failure."""
        return cls(errors=Error.every(error))


@strawberry.type(description="The result of asking for another attempt.")
class WebhookDeliveryPayload:
    """The payload of a delivery."""

    delivery: WebhookDelivery | None = strawberry.field(
        description="The delivery; the attempt itself follows within seconds.", default=None
    )
    errors: list[Error] = strawberry.field(
        description="Expected failures; empty on success.", default_factory=list
    )

    @classmethod
    def failed(cls, error: LaunchError) -> "WebhookDeliveryPayload":
        """Build the payload of an expected failure."""
        return cls(errors=Error.every(error))


@strawberry.type(description="The result of skipping events.")
class SkipWebhookPayload:
    """The payload of skipping events, with the webhook."""

    webhook: Webhook | None = strawberry.field(
        description="The webhook; a paused one stays paused.", default=None
    )
    skipped_events: int = strawberry.field(
        description="How many events of the log were skipped, including those that do not concern "
        "it.",
        default=0,
    )
    errors: list[Error] = strawberry.field(
        description="Expected failures; empty on success.", default_factory=list
    )

    @classmethod
    def failed(cls, error: LaunchError) -> "SkipWebhookPayload":
        """Build the payload of an expected failure."""
        return cls(errors=Error.every(error))
