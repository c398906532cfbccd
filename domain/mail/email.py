"""An e-mail before it is rendered as a message."""

from dataclasses import dataclass, field
from enum import StrEnum


class MailKind(StrEnum):
    """The purpose of an e-mail."""

    PASSWORD_RESET = "password_reset"  # noqa: S105 - a kind, not a secret
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    ALREADY_SIGNED_UP = "already_signed_up"
    INVITATION = "invitation"
    CONFIRM_EMAIL = "confirm_email"
    EMAIL_CHANGED = "email_changed"
    STAFF_INVITATION = "staff_invitation"
    LOG_IN_LINK = "log_in_link"
    PARTNER_LEFT = "partner_left"
    NUDGE = "nudge"
    MESSAGE = "message"
    NOTIFICATION = "notification"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Email:
    """An e-mail. Its body may hold a secret link and never appears in a log."""

    recipient: str
    subject: str
    body: str = field(repr=False)
    html: str | None = field(default=None, repr=False)
    kind: MailKind = MailKind.OTHER
    unsubscribe: str | None = field(default=None, repr=False)  # a link that needs no log-in
