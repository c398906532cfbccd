"""Invitations: their lifetime, and what can be done with them (S10, S41, A39, decision 12)."""

from datetime import datetime, timedelta
from enum import StrEnum

from domain.errors import AlreadyUsed, Expired, Invalid, InvalidTransition, LaunchError, Revoked

DEFAULT_DAYS = 14
MAX_DAYS = 30
MAX_EMAILS = 6  # per client and day: the first and five resends
EMAILS_WITHIN = timedelta(days=1)


class InvitationStatus(StrEnum):
    """The status of an invitation."""

    SENT = "sent"
    OPENED = "opened"
    ACCEPTED = "accepted"
    EXPIRED = "expired"
    REVOKED = "revoked"
    DECLINED = "declined"


class InvitationChannel(StrEnum):
    """How the couple receives the link."""

    EMAIL = "email"
    LINK = "link"


PENDING = (InvitationStatus.SENT, InvitationStatus.OPENED)


def status_at(status: InvitationStatus, expires_at: datetime, now: datetime) -> InvitationStatus:
    """The current status: a pending invitation expires before a job marks it."""
    return InvitationStatus.EXPIRED if status in PENDING and expires_at <= now else status


def is_pending(status: InvitationStatus, expires_at: datetime, now: datetime) -> bool:
    """True if its link can be accepted now."""
    return status_at(status, expires_at, now) in PENDING


def expiry(days: int | None, now: datetime) -> datetime:
    """When an invitation that is sent now expires; raises Invalid outside 1 to 30 days."""
    if days is not None and not 1 <= days <= MAX_DAYS:
        raise Invalid(f"An invitation is valid for 1 to {MAX_DAYS} days.", path=("expiresInDays",))
    return now + timedelta(days=days or DEFAULT_DAYS)


def check_resendable(status: InvitationStatus) -> None:
    """Raise InvalidTransition unless the invitation is pending or expired."""
    if status is InvitationStatus.ACCEPTED:
        raise InvalidTransition("This invitation was accepted: there is nothing to send again.")
    if status not in (*PENDING, InvitationStatus.EXPIRED):
        raise InvalidTransition(f"This invitation is {status}: invite the client anew.")


def refusal(status: InvitationStatus) -> LaunchError:
    """Why an invitation that is not pending cannot be accepted."""
    path = ("input", "code")
    if status is InvitationStatus.EXPIRED:
        return Expired("This invitation has expired. Ask for a new one.", path=path)
    if status is InvitationStatus.REVOKED:
        return Revoked("This invitation was taken back. Ask for a new one.", path=path)
    if status is InvitationStatus.DECLINED:
        return AlreadyUsed("This invitation was declined. Ask for a new one.", path=path)
    return AlreadyUsed("This invitation was accepted already. Log in to see it.", path=path)


def mask_email(email: str) -> str:
    """Enough to recognise one's own address, too little to learn another's."""
    local, _, domain = email.partition("@")
    return f"{local[:1]}•••@{domain}"
