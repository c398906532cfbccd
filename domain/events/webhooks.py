"""Events of webhooks (A46)."""

from dataclasses import dataclass
from uuid import UUID

from domain.events import Event, Subject
from domain.ids import DeliveryId, WebhookId


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookChanged(Event):
    """A webhook was created, updated, paused, resumed or deleted."""

    TYPE = "webhook.changed"
    SUBJECT = Subject.WEBHOOK
    webhook_id: WebhookId
    action: str
    host: str
    reason: str | None = None

    @property
    def subject_id(self) -> UUID | None:
        return self.webhook_id

    @property
    def summary(self) -> str:
        because = f": {self.reason}" if self.reason else ""
        return f"Webhook to {self.host} {self.action}{because}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RedeliveryAsked(Event):
    """A redelivery of a payload was requested."""

    TYPE = "webhook.redelivery"
    SUBJECT = Subject.WEBHOOK
    webhook_id: WebhookId
    delivery_id: DeliveryId

    @property
    def subject_id(self) -> UUID | None:
        return self.webhook_id

    @property
    def summary(self) -> str:
        return "A webhook delivery is sent again"


WEBHOOK_EVENTS: tuple[type[Event], ...] = (WebhookChanged, RedeliveryAsked)
