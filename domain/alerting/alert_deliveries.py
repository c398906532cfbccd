"""The delivery of one message to one channel, until it succeeds or is given up (S99, S117)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from domain.alerting.alert_channels import Channel
from domain.alerting.alert_texts import NO_BRIEFING, body, headline
from domain.alerting.alerts import Alert, AlertKind
from domain.incidents.incidents import Severity

LEASE = timedelta(seconds=30)  # longer than one attempt; then another process takes over
RETRY_FOR = timedelta(minutes=5)
NEVER_TOLD = "not sent: this channel never took the alert that ends here"
_FIRST_PAUSE = 2.0
_LONGEST_PAUSE = 20.0


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message to one channel. Every attempt is a new `revision`; `finished_at` ends it."""

    id: UUID
    alert_key: str
    kind: AlertKind
    channel: str
    severity: Severity
    title: str
    body: str
    first_bad_at: datetime
    created_at: datetime
    lease_until: datetime
    revision: int = 1
    attempts: int = 0
    sent_at: datetime | None = None
    finished_at: datetime | None = None
    last_error: str | None = None
    incident_id: UUID | None = None
    after_id: UUID | None = None

    @property
    def latency_ms(self) -> int | None:
        """Milliseconds from the first bad sample, or from the decision, to the delivery (S99)."""
        return latency_of(self.kind, self.first_bad_at, self.created_at, self.sent_at)


def latency_of(
    kind: AlertKind, first_bad_at: datetime, created_at: datetime, sent_at: datetime | None
) -> int | None:
    """Milliseconds from the first bad sample; None if the message was not sent."""
    if sent_at is None:
        return None
    start = first_bad_at if kind is AlertKind.FIRING else created_at
    return max(0, round((sent_at - start).total_seconds() * 1000))


def deliveries_of(
    alert: Alert, kind: AlertKind, channels: Sequence[Channel], link: str, now: datetime
) -> list[Delivery]:
    """Create one delivery for each channel. The end of an alert follows its beginning."""
    ends = kind is AlertKind.RESOLVED
    return [
        Delivery(
            id=_delivery_id(alert, kind, channel),
            alert_key=alert.key,
            kind=kind,
            channel=channel.name,
            severity=alert.severity,
            title=headline(alert, kind, now),
            body=body(alert, kind, NO_BRIEFING, link, now),
            first_bad_at=alert.audible_since or alert.since,
            created_at=now,
            lease_until=now + LEASE,
            incident_id=alert.incident_id,
            after_id=_delivery_id(alert, _first_kind_for(channel), channel) if ends else None,
        )
        for channel in channels
        if channel.wants(alert.severity) and _receives(alert, kind, channel)
    ]


def _receives(alert: Alert, kind: AlertKind, channel: Channel) -> bool:
    """True if the channel gets the message; escalation channels get their step and its end."""
    if channel.after is None:
        return kind is not AlertKind.ESCALATED
    if kind is AlertKind.ESCALATED:
        return channel.after == alert.escalated_after
    return kind is AlertKind.RESOLVED and channel.after <= alert.escalated_after


def _first_kind_for(channel: Channel) -> AlertKind:
    return AlertKind.FIRING if channel.after is None else AlertKind.ESCALATED


def _delivery_id(alert: Alert, kind: AlertKind, channel: Channel) -> UUID:
    """A stable id: repeating a step creates no second message (A26)."""
    once = kind in (AlertKind.FIRING, AlertKind.ESCALATED)  # in the life of an opening
    step = kind if once else f"{kind}:{alert.revision}"
    opening = f"{alert.key}:{alert.opened_at.isoformat()}"
    return uuid5(NAMESPACE_URL, f"launch:alert:{opening}:{step}:{channel.name}")


def pause(attempts: int) -> float:
    """Seconds to wait after so many attempts: 2, 4, 8, 16, 20, 20, ..."""
    return min(_FIRST_PAUSE * 2.0 ** min(attempts - 1, 10), _LONGEST_PAUSE)


def tried(
    delivery: Delivery, now: datetime, error: str | None, retry_for: timedelta = RETRY_FOR
) -> Delivery:
    """The delivery after one more attempt: sent, waiting for a retry, or given up."""
    gives_up = now - delivery.created_at >= retry_for
    return replace(
        delivery,
        revision=delivery.revision + 1,
        attempts=delivery.attempts + 1,
        sent_at=now if error is None else None,
        finished_at=now if error is None or gives_up else None,
        last_error=error or delivery.last_error,
        lease_until=now + LEASE + timedelta(seconds=pause(delivery.attempts + 1)),
    )


def dropped(delivery: Delivery, now: datetime, reason: str) -> Delivery:
    """Give a delivery up without an attempt."""
    return replace(delivery, revision=delivery.revision + 1, finished_at=now, last_error=reason)


def leased(delivery: Delivery, now: datetime) -> Delivery:
    """Take the lease, so that no other process delivers the message."""
    return replace(delivery, revision=delivery.revision + 1, lease_until=now + LEASE)


def released(delivery: Delivery, now: datetime) -> Delivery:
    """Give the lease back, because the process stops."""
    return replace(delivery, revision=delivery.revision + 1, lease_until=now)
