"""The e-mail outbox and every delivery attempt (S14)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Moment, UuidKey, enum_column, reference
from domain.mail.email import MailKind
from domain.mail.outbox import AttemptOutcome


class Mail(Base):
    """An e-mail. Its content is kept until an SMTP server accepts it or it is cancelled.

    `bounced_at`: when its address was permanently refused, at once or days after it was sent.
    `claimed_until`: a worker is sending it until then; `next_attempt_at`: when it is due again.
    """

    __tablename__ = "mails"
    __table_args__ = (
        Index(None, "created_at", "id"),
        Index("ix_mails_recipient", text("lower(recipient)")),
        Index(None, "invitation_id"),
        Index(None, "couple_invitation_id"),
        Index(
            "ix_mails_due",
            "next_attempt_at",
            postgresql_where=text("next_attempt_at IS NOT NULL"),
        ),
    )

    id: Mapped[UuidKey]
    kind: Mapped[MailKind] = mapped_column(enum_column(MailKind), server_default="other")
    recipient: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    html: Mapped[str | None]
    unsubscribe_url: Mapped[str | None]
    created_at: Mapped[Moment]
    sent_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    bounced_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    last_error: Mapped[str | None]
    link_expires_at: Mapped[datetime | None]
    retry_until: Mapped[datetime]
    next_attempt_at: Mapped[datetime | None]
    claimed_until: Mapped[datetime | None]
    invitation_id: Mapped[UUID | None] = mapped_column(reference("invitations"))
    couple_invitation_id: Mapped[UUID | None] = mapped_column(reference("couple_invitations"))


class MailAttempt(Base):
    """An attempt to send an e-mail; without an error it was accepted."""

    __tablename__ = "mail_attempts"
    __table_args__ = (Index(None, "mail_id", "at"), Index(None, "at"))

    id: Mapped[UuidKey]
    mail_id: Mapped[UUID] = mapped_column(reference("mails"))
    at: Mapped[datetime]
    took_ms: Mapped[int]
    outcome: Mapped[AttemptOutcome] = mapped_column(enum_column(AttemptOutcome))
    error: Mapped[str | None]
