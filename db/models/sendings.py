"""Records of invitation e-mails, and addresses that refuse invitations (SEC5)."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Moment, UuidKey, enum_column


class SendingKind(StrEnum):
    """The kind of a counted record."""

    EMAIL = "letter"
    REMINDER = "reminder"
    DECLINED = "declined"


class InvitationSending(Base):
    """An invitation e-mail, or a declined invitation.

    It has no foreign keys, because counts outlive the client, the invitation and the supplier.
    `supplier_id` and `client_id` are both the couple's id where one partner invites the other.
    `recipient` is the SHA-256 of the address.
    """

    __tablename__ = "invitation_sendings"
    __table_args__ = (
        Index(None, "supplier_id", "at"),
        Index(None, "recipient", "at"),
        Index(None, "domain", "at"),
        Index(None, "block", "at", postgresql_where=text("block IS NOT NULL")),
        Index(None, "at"),
    )

    id: Mapped[UuidKey]
    at: Mapped[Moment]
    kind: Mapped[SendingKind] = mapped_column(enum_column(SendingKind))
    supplier_id: Mapped[UUID]
    client_id: Mapped[UUID]
    recipient: Mapped[bytes | None]
    domain: Mapped[str | None]
    block: Mapped[str | None]
    by_new_account: Mapped[bool] = mapped_column(server_default=text("false"))


class MailSuppression(Base):
    """An address that refuses invitations; `recipient` is its SHA-256."""

    __tablename__ = "mail_suppressions"

    recipient: Mapped[bytes] = mapped_column(primary_key=True)
    created_at: Mapped[Moment]
