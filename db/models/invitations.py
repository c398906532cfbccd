"""Invitations to a couple: from a supplier, or from one partner to the other (S10, M9)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Moment, UuidKey, enum_column, reference
from domain.marketplace.invitations import InvitationChannel, InvitationStatus


class Invitation(Base):
    """An invitation; each client has at most one pending. Only the SHA-256 of its codes is stored.

    `invite_code` is the code of the link shown to the supplier, `mail_code` that of the e-mail:
    only the second proves that its holder reads the mailbox (docs/adr).
    """

    __tablename__ = "invitations"
    __table_args__ = (
        Index(
            "uq_invitations_client_id_pending",
            "client_id",
            unique=True,
            postgresql_where=text("status IN ('sent', 'opened')"),
        ),
        Index(None, "supplier_id", "created_at", "id"),
        Index(None, "created_at", "id"),
        Index(None, "status", "created_at", "id"),
        Index("ix_invitations_email", text("lower(email)")),
        Index(None, "client_id"),
        Index(None, "couple_id"),
        Index(None, "created_by"),
        Index(
            "ix_invitations_expires_at_pending",
            "expires_at",
            postgresql_where=text("status IN ('sent', 'opened')"),
        ),
        Index(
            "ix_invitations_next_reminder_at_pending",
            "next_reminder_at",
            postgresql_where=text("status IN ('sent', 'opened') AND next_reminder_at IS NOT NULL"),
        ),
        CheckConstraint("(channel = 'link') OR (email IS NOT NULL)", name="email"),
    )

    id: Mapped[UuidKey]
    supplier_id: Mapped[UUID] = mapped_column(reference("suppliers"))
    client_id: Mapped[UUID] = mapped_column(reference("clients"))
    couple_id: Mapped[UUID | None] = mapped_column(reference("couples", ondelete="SET NULL"))
    created_by: Mapped[UUID | None] = mapped_column(reference("users", ondelete="SET NULL"))
    invite_code: Mapped[bytes] = mapped_column(unique=True)
    mail_code: Mapped[bytes | None] = mapped_column(unique=True)
    channel: Mapped[InvitationChannel] = mapped_column(enum_column(InvitationChannel))
    email: Mapped[str | None]
    status: Mapped[InvitationStatus] = mapped_column(
        enum_column(InvitationStatus), server_default="sent"
    )
    expires_at: Mapped[datetime]
    sent_at: Mapped[Moment]
    opened_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    resend_count: Mapped[int] = mapped_column(server_default=text("0"))
    next_reminder_at: Mapped[datetime | None]
    link_requested_at: Mapped[datetime | None]
    created_at: Mapped[Moment]


class CoupleInvitation(Base):
    """One partner invites the other. One is pending for each couple; codes as for `Invitation`."""

    __tablename__ = "couple_invitations"
    __table_args__ = (
        Index(
            "uq_couple_invitations_couple_id_pending",
            "couple_id",
            unique=True,
            postgresql_where=text("status IN ('sent', 'opened')"),
        ),
        Index(None, "couple_id", "created_at"),
        Index(None, "created_by"),
        Index(None, "accepted_by"),
        CheckConstraint("(channel = 'link') OR (email IS NOT NULL)", name="email"),
    )

    id: Mapped[UuidKey]
    couple_id: Mapped[UUID] = mapped_column(reference("couples"))
    created_by: Mapped[UUID | None] = mapped_column(reference("users", ondelete="SET NULL"))
    accepted_by: Mapped[UUID | None] = mapped_column(reference("users", ondelete="SET NULL"))
    invite_code: Mapped[bytes] = mapped_column(unique=True)
    mail_code: Mapped[bytes | None] = mapped_column(unique=True)
    channel: Mapped[InvitationChannel] = mapped_column(enum_column(InvitationChannel))
    email: Mapped[str | None]
    status: Mapped[InvitationStatus] = mapped_column(
        enum_column(InvitationStatus), server_default="sent"
    )
    created_at: Mapped[Moment]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
