"""E-mails of the outbox (S14)."""

from datetime import datetime

import strawberry

from db.models import mail as rows
from domain.errors import LaunchError
from domain.mail.email import MailKind
from domain.mail.outbox import OPEN, MailStatus
from schema.context import Info
from schema.enums import describe
from schema.pagination import Connection
from schema.types.errors import Error
from schema.types.node import Node, node_id
from services.mail import outbox
from services.mail.outbox import MailFilter

describe(
    MailStatus,
    "The status of an e-mail. Only what a mail server accepted is SENT.",
    WAITING="No mail server is configured.",
    QUEUED="It will be sent at once.",
    RETRYING="An attempt failed, and it will be retried.",
    SENT="A mail server accepted it.",
    FAILED="It was given up, or it bounced.",
    CANCELLED="It was revoked.",
)
describe(
    MailKind,
    "The kind of an e-mail.",
    PASSWORD_RESET="A link that sets a new password.",  # noqa: S106 - a kind, not a secret
    PASSWORD_CHANGED="A password was changed.",  # noqa: S106
    ALREADY_SIGNED_UP="Somebody signed up with an e-mail that has an account.",
    INVITATION="A supplier invites a couple.",
    CONFIRM_EMAIL="A link that confirms an e-mail.",
    EMAIL_CHANGED="An account has another e-mail now.",
    STAFF_INVITATION="An invitation to the staff.",
    LOG_IN_LINK="A link that logs its reader in.",
    PARTNER_LEFT="The other side has ended a partnership.",
    NUDGE="A reminder for somebody who stopped in the guided setup.",
    MESSAGE="The other side of a partnership has written a message.",
    NOTIFICATION="Something happened that concerns a supplier or a couple.",
    OTHER="Anything else.",
)


@strawberry.type(description="An attempt to send an e-mail.")
class MailAttempt:
    """An entry of the delivery log."""

    at: datetime = strawberry.field(description="When.")
    took_ms: int = strawberry.field(description="How long the mail server took.")
    error: str | None = strawberry.field(description="The error; null: it was accepted.")

    @classmethod
    def of(cls, row: rows.MailAttempt) -> "MailAttempt":
        """Build the object from a database row."""
        return cls(at=row.at, took_ms=row.took_ms, error=row.error)


@strawberry.type(description="An e-mail in the outbox.")
class Mail(Node):
    """An e-mail; only admins see its text, until it is sent."""

    kind: MailKind = strawberry.field(description="Its kind.")
    recipient: str = strawberry.field(description="The recipient.")
    subject: str = strawberry.field(description="The subject.")
    created_at: datetime = strawberry.field(description="When it was queued.")
    sent_at: datetime | None = strawberry.field(description="When a mail server accepted it.")
    failed_at: datetime | None = strawberry.field(description="When it was given up.")
    cancelled_at: datetime | None = strawberry.field(description="When it was revoked.")
    bounced_at: datetime | None = strawberry.field(
        description="When it bounced, at once or after it was sent."
    )
    attempts: int = strawberry.field(description="The number of attempts.")
    last_error: str | None = strawberry.field(description="The error of the last attempt.")
    row: strawberry.Private[rows.Mail]

    @strawberry.field(description="Its status.")
    def status(self, info: Info) -> MailStatus:
        """Derive the status, which depends on whether a mail server is configured."""
        return _status(self.row, info)

    @strawberry.field(description="Its text while it is unsent; for admins, never for tokens.")
    def body(self, info: Info) -> str | None:
        """Return the text to admins: it may contain a log-in link."""
        return self.row.body if self._shows_words(info) else None

    @strawberry.field(description="The same in HTML.")
    def html(self, info: Info) -> str | None:
        """Return the HTML under the same rule as the text."""
        return self.row.html if self._shows_words(info) else None

    @strawberry.field(description="Its attempts, newest first.")
    async def deliveries(self, info: Info) -> list[MailAttempt]:
        """Load the attempts: at most eight for each request to send."""
        rows = await info.context.loaders.mail_attempts.load(self.row.id)
        return [MailAttempt.of(row) for row in rows or ()]

    def _shows_words(self, info: Info) -> bool:
        unsent = _status(self.row, info) in OPEN | {MailStatus.FAILED}
        return unsent and outbox.may_read_words(info.context.actor)

    @classmethod
    def of(cls, row: rows.Mail) -> "Mail":
        """Build the object from a database row."""
        return cls(
            id=node_id("Mail", row.id),
            kind=row.kind,
            recipient=row.recipient,
            subject=row.subject,
            created_at=row.created_at,
            sent_at=row.sent_at,
            failed_at=row.failed_at,
            cancelled_at=row.cancelled_at,
            bounced_at=row.bounced_at,
            attempts=row.attempts,
            last_error=row.last_error,
            row=row,
        )


@strawberry.type(description="A page of e-mails.")
class MailConnection(Connection[Mail]):
    """A page whose total is counted only if it is selected."""

    filters: strawberry.Private[MailFilter]

    @strawberry.field(description="The number of e-mails that match the filter.")
    async def total_count(self, info: Info) -> int:
        """Count with one additional statement."""
        async with info.context.db.read() as session:
            return await outbox.count(session, self.filters)


@strawberry.type(description="The e-mail after the mutation.")
class MailPayload:
    """The payload of mutations that change an e-mail."""

    mail: Mail | None = strawberry.field(default=None, description="The e-mail address.")
    errors: list[Error] = strawberry.field(default_factory=list, description="Expected failures.")

    @classmethod
    def failed(cls, error: LaunchError) -> "MailPayload":
        """Build the payload of an expected failure."""
        return cls(errors=Error.every(error))


def _status(row: rows.Mail, info: Info) -> MailStatus:
    has_server = outbox.has_server(info.context.runtime.settings)
    return outbox.standing(row, has_server=has_server).status
