"""Explains why an invitation makes no progress, with the next step (X13)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.mail.outbox import OPEN, MailStatus
from domain.marketplace.clients import ClientStatus
from domain.marketplace.invitations import PENDING, InvitationStatus

LATE_AFTER = timedelta(minutes=10)
UNOPENED_AFTER = timedelta(days=3)


class InvitationHintKind(StrEnum):
    """The problem of an invitation."""

    BOUNCED = "bounced"
    BLOCKED = "blocked"
    DELAYED = "delayed"
    NOT_SENT = "not_sent"
    UNOPENED = "unopened"
    EXPIRED = "expired"


class InvitationNextStep(StrEnum):
    """What the supplier can do about it."""

    CORRECT_ADDRESS = "correct_address"
    SEND_AGAIN = "send_again"
    USE_LINK = "use_link"


@dataclass(frozen=True, slots=True)
class Delivery:
    """The delivery of the newest e-mail of an invitation."""

    status: MailStatus
    recipient: str
    created_at: datetime
    sent_at: datetime | None = None
    bounced_at: datetime | None = None
    failed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """An invitation with its client; `stored` is its status before expiry is considered."""

    stored: InvitationStatus
    expires_at: datetime
    client: ClientStatus
    client_email: str | None = None
    delivery: Delivery | None = None


@dataclass(frozen=True, slots=True)
class Hint:
    """What to tell the supplier; `since` is when the problem began."""

    kind: InvitationHintKind
    next_step: InvitationNextStep
    message: str
    since: datetime


def hint_of(standing: Standing, now: datetime) -> Hint | None:
    """The hint; None without a problem, after the end, or if a newer e-mail is on its way."""
    if standing.stored in PENDING and standing.expires_at > now:
        waiting = standing.stored is InvitationStatus.SENT
        return _delivery_hint(standing, standing.delivery, now) if waiting else None
    ran_out = standing.stored in PENDING
    alone = standing.stored is InvitationStatus.EXPIRED and standing.client is ClientStatus.ADDED
    return _expired_hint(standing) if ran_out or alone else None


def _expired_hint(standing: Standing) -> Hint:
    text = "Nobody accepted this invitation in time, and its link has expired. Send it again."
    return Hint(
        InvitationHintKind.EXPIRED, InvitationNextStep.SEND_AGAIN, text, standing.expires_at
    )


def _delivery_hint(standing: Standing, delivery: Delivery | None, now: datetime) -> Hint | None:
    if delivery is None:
        return None
    if delivery.bounced_at is not None:
        return _bounced_hint(standing, delivery.recipient, delivery.bounced_at)
    if delivery.status is MailStatus.SENT:
        return _unopened_hint(delivery, now)
    return _stuck_hint(delivery, now)


def _bounced_hint(standing: Standing, recipient: str, at: datetime) -> Hint:
    came_back = f"The e-mail to {recipient} bounced: the address does not accept e-mail."
    email = standing.client_email
    if email is not None and email.lower() != recipient.lower():
        text = f"{came_back} The address is now {email}: send the invitation again."
        return Hint(InvitationHintKind.BOUNCED, InvitationNextStep.SEND_AGAIN, text, at)
    text = f"{came_back} Correct the client's e-mail, then send the invitation again."
    return Hint(InvitationHintKind.BOUNCED, InvitationNextStep.CORRECT_ADDRESS, text, at)


def _unopened_hint(delivery: Delivery, now: datetime) -> Hint | None:
    sent_at = delivery.sent_at or delivery.created_at
    if now - sent_at < UNOPENED_AFTER:
        return None
    text = (
        "Nobody has opened the link for three days. Ask the couple to check their spam folder, "
        "or send the invitation again and share the link yourself."
    )
    return Hint(InvitationHintKind.UNOPENED, InvitationNextStep.USE_LINK, text, sent_at)


def _stuck_hint(delivery: Delivery, now: datetime) -> Hint | None:
    """An e-mail that was not sent; it is given a few minutes."""
    by_hand = "Share the link yourself; to see it again, send the invitation again"
    if delivery.status is MailStatus.WAITING:
        text = f"E-mail is not being sent at present, so the couple did not get one. {by_hand}."
        return Hint(
            InvitationHintKind.NOT_SENT, InvitationNextStep.USE_LINK, text, delivery.created_at
        )
    if delivery.status not in OPEN:
        text = f"The e-mail to {delivery.recipient} could not be delivered. {by_hand}."
        since = delivery.failed_at or delivery.created_at
        return Hint(InvitationHintKind.BLOCKED, InvitationNextStep.USE_LINK, text, since)
    if now - delivery.created_at < LATE_AFTER:
        return None
    text = f"The e-mail is delayed, and we keep trying. In a hurry? {by_hand}."
    return Hint(InvitationHintKind.DELAYED, InvitationNextStep.USE_LINK, text, delivery.created_at)
